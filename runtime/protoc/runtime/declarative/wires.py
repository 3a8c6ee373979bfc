"""How values look on the wire: from bytes to raw values and back.

A raw value that does not fit is a TypeError or ValueError here; whoever knows the field makes a
proper error of it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from typing import Any

import construct

DIGITS = string.digits + string.ascii_lowercase
BASES = {"dec": 10, "int": 10, "hex": 16, "oct": 8, "bin": 2, "base36": 36}
LONGEST_NUMBER = 64
"""Characters a number without a size may have."""


class Wire:
    """Bytes as they are.

    Attributes:
        fixed: the bytes a value has; None when that varies.
        whole: raw values are whole numbers.
        open: without a size it runs to the next constant, or to the end of its region.
    """

    fixed: int | None
    whole = False
    open = True
    numeric = False

    def __init__(self, fixed: int | None = None) -> None:
        self.fixed = fixed

    def raw(self, data: bytes) -> Any:
        """The raw value that stands for bytes."""
        return data

    def data(self, raw: Any) -> bytes:
        """The bytes of a raw value."""
        if not isinstance(raw, bytes | bytearray | memoryview):
            raise TypeError("bytes")
        return bytes(raw)  # pyright: ignore[reportUnknownArgumentType]


class Binary(Wire):
    """A binary number, whole or IEEE 754."""

    open = False
    numeric = True

    def __init__(self, width: int, kind: str, little: bool) -> None:
        super().__init__(width)
        self.whole = kind != "f"
        self.signed = kind == "i"
        self._number: construct.Construct[Any, Any]
        if self.whole:
            self._number = construct.BytesInteger(width, signed=self.signed, swapped=little)
        else:
            self._number = construct.FormatField("<" if little else ">", "fd"[width == 8])

    def raw(self, data: bytes) -> Any:
        return self._number.parse(data)

    def data(self, raw: Any) -> bytes:
        kind = int if self.whole else int | float
        if not isinstance(raw, kind):
            raise TypeError("a whole number" if self.whole else "a number")
        try:
            return self._number.build(raw)
        except construct.ConstructError:
            raise ValueError("a number of that width") from None

    def cut(self, raw: int) -> int:
        """A number cut to the width."""
        assert self.fixed is not None
        raw &= (1 << 8 * self.fixed) - 1
        return raw - (1 << 8 * self.fixed) if self.signed and raw >> 8 * self.fixed - 1 else raw


class Slice(Wire):
    """A number made of bits of integers before it."""

    open = False
    whole = True
    numeric = True

    def __init__(self, width: int, is_signed: bool) -> None:
        super().__init__(0)
        self.width = width
        self.signed = is_signed

    def value(self, bits: int) -> int:
        """The number that bits hold."""
        return signed(bits, self.width, self.signed)

    def data(self, raw: Any) -> bytes:
        low, high = reach(self.width, self.signed)
        if not isinstance(raw, int):
            raise TypeError("a whole number")
        if not low <= raw <= high:
            raise ValueError(f"{low}..{high}")
        return b""


def signed(bits: int, width: int, is_signed: bool) -> int:
    """The number that bits hold, in two's complement where it has a sign."""
    return bits - (1 << width) if is_signed and bits >> width - 1 else bits


def reach(width: int, is_signed: bool) -> tuple[int, int]:
    """The least and the largest number of so many bits."""
    return (-(1 << width - 1), (1 << width - 1) - 1) if is_signed else (0, (1 << width) - 1)


class Digits(Wire):
    """A number in text."""

    open = False
    numeric = True

    def __init__(self, notation: str, fixed: int | None, decimals: int | None, lower: bool) -> None:
        super().__init__(fixed)
        self.notation = notation
        self.whole = notation != "float"
        self.signed = notation in ("int", "float")
        self.decimals = decimals
        self.lower = lower

    def length(self, rest: str) -> tuple[int, bool]:
        """How many characters belong to the number, and whether more might."""
        if self.notation == "float":
            return _real_length(rest)
        digits = DIGITS[: BASES[self.notation]]
        begin = at = int(self.notation == "int" and rest[:1] in ("+", "-"))
        while at < len(rest) and rest[at].lower() in digits:
            at += 1
        return at if at > begin else 0, at == len(rest)

    def characters(self) -> frozenset[int]:
        """What a number can begin with."""
        if self.notation == "float":
            return frozenset(b"+-.0123456789")
        digits = DIGITS[: BASES[self.notation]]
        signs = "+-" if self.signed else ""
        return frozenset((signs + digits + digits.upper()).encode())

    def raw(self, data: bytes) -> Any:
        text = data.decode("latin-1").lstrip(" " if self.signed else "")
        if not text or self.length(text) != (len(text), True):
            raise ValueError(self.notation)
        return float(text) if self.notation == "float" else int(text, BASES[self.notation])

    def data(self, raw: Any) -> bytes:
        if isinstance(raw, bool) or not isinstance(raw, int if self.whole else int | float):
            raise TypeError("a whole number" if self.whole else "a number")
        digits = self._real(raw) if self.notation == "float" else self._whole(abs(int(raw)))
        sign, digits = ("-", digits.lstrip("-")) if raw < 0 or digits[0] == "-" else ("", digits)
        if sign and not self.signed:
            raise ValueError("a number of at least 0")
        if self.fixed is not None and len(sign + digits) > self.fixed:
            raise ValueError(f"at most {self.fixed} characters")
        return (sign + digits.zfill((self.fixed or 0) - len(sign))).encode()

    def _real(self, raw: float) -> str:
        if raw - raw != 0:
            raise ValueError("a number")
        if self.decimals is not None:
            return f"{raw:.{self.decimals}f}"
        return repr(raw).removesuffix(".0") if self.fixed is not None else repr(raw)

    def _whole(self, raw: int) -> str:
        digits = ""
        while raw or not digits:
            raw, last = divmod(raw, BASES[self.notation])
            digits = DIGITS[last] + digits
        return digits if self.lower else digits.upper()


def _real_length(rest: str) -> tuple[int, bool]:
    """Characters of a real number: sign, digits with a point somewhere, perhaps an exponent."""

    def digits(at: int) -> int:
        while rest[at : at + 1].isdecimal() and rest[at].isascii():
            at += 1
        return at

    begin = int(rest[:1] in ("+", "-"))
    at = digits(begin)
    if rest[at : at + 1] == ".":
        at = digits(at + 1)
    if not rest[begin:at].strip("."):
        return 0, at == len(rest)
    if rest[at : at + 1] not in ("e", "E"):
        return at, at == len(rest)
    power = at + 1 + int(rest[at + 1 : at + 2] in ("+", "-"))
    end = digits(power)
    return (end if end > power else at), end == len(rest)


class Text(Wire):
    """Text in an encoding, perhaps filled up."""

    def __init__(
        self, fixed: int | None, encoding: str, pad: bytes | None, left: bool, trim: bool
    ) -> None:
        super().__init__(fixed)
        self.encoding = encoding
        self.pad = pad
        self.left = left
        self.trim = trim

    def value(self, data: bytes) -> str:
        """The text that bytes stand for."""
        if self.pad is not None and not any(self.pad) and not self.left:
            unit = len(self.pad)
            pieces = [data[at : at + unit] for at in range(0, len(data), unit)]
            data = data[: unit * pieces.index(self.pad)] if self.pad in pieces else data
        text = data.decode(self.encoding)
        if self.pad is not None:
            filler = self.pad.decode(self.encoding)
            while self.left and text.startswith(filler):
                text = text.removeprefix(filler)
            while not self.left and text.endswith(filler):
                text = text.removesuffix(filler)
        return text.strip() if self.trim else text

    def data(self, raw: Any) -> bytes:
        if not isinstance(raw, str):
            raise TypeError("text")
        try:
            data = raw.encode(self.encoding)
        except UnicodeEncodeError:
            raise ValueError(f"characters of {self.encoding}") from None
        missing = (self.fixed or 0) - len(data)
        if self.pad and missing > 0:
            filling = self.pad * (missing // len(self.pad))
            data = filling + data if self.left else data + filling
        return data


_TYPE = re.compile(r"([a-z]+?)(\d*)(le|be)?(?:\[(\d+)\])?")


def wire_of(
    type_: str, *, encoding: str = "utf-8", pad: bytes | None = None, left: bool = False,
    trim: bool = False, decimals: int | None = None, lower: bool = False, signed: bool = False,
) -> Wire:  # fmt: skip
    """The wire form of a type as descriptions write it: `u16le`, `hex[2]`, `text`."""
    if type_.startswith("base36"):
        type_ = type_.replace("base36", "base", 1)
    match = _TYPE.fullmatch(type_)
    if match is None:
        raise ValueError(f"there is no type {type_!r}")
    name, bits, order, count = match.groups()
    fixed = int(count) if count else None
    make: dict[str, Callable[[], Wire]] = {
        "text": lambda: Text(fixed, encoding, pad, left, trim),
        "bytes": lambda: Wire(fixed),
        "base": lambda: Digits("base36", fixed, None, lower),
        "bits": lambda: Slice(fixed or 0, signed),
    }
    if name in make:
        return make[name]()
    if name in BASES or name == "float":
        return Digits(name, fixed, decimals, lower)
    return Binary(int(bits) // 8, name, order == "le")
