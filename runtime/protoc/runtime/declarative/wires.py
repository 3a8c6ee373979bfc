"""How values look on the wire: from bytes to raw values and back.

A raw value that does not fit is a TypeError or ValueError here; whoever knows the field makes a
proper error of it.
"""

from __future__ import annotations

import string
from typing import Any

import construct

from protoc.runtime.errors import Reason

DIGITS = string.digits + string.ascii_lowercase
BASES = {"dec": 10, "int": 10, "hex": 16, "oct": 8, "bin": 2, "base36": 36}
LONGEST_NUMBER = 64
"""Characters a number without a size may have."""


class TooLong(ValueError):
    """More digits than any number has."""


class Wire:
    """Bytes as they are.

    Attributes:
        fixed: the bytes a value has; None when that varies.
        whole: raw values are whole numbers.
        open: without a size it runs to the next constant, or to the end of its region.
        numeric: raw values are numbers.
        reason: why bytes are rejected that stand for nothing.
    """

    fixed: int | None
    whole = False
    open = True
    numeric = False
    reason: Reason = "value"

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

    def cut(self, raw: Any) -> Any:
        """As much of a number as it can hold; one that must fit stays as it is."""
        return raw


class Binary(Wire):
    """A binary number, whole or IEEE 754."""

    open = False
    numeric = True

    def __init__(self, width: int, kind: str, little: bool, swapped: bool = False) -> None:
        super().__init__(width)
        # the bytes in their order on the wire, two at a time
        self._pairs = [slice(i, i + 2) for i in range(0, width, 2)][:: -1 if swapped else 1]
        self.whole = kind != "f"
        self.signed = kind == "i"
        self._number: construct.Construct[Any, Any]
        if self.whole:
            self._number = construct.BytesInteger(width, signed=self.signed, swapped=little)
        else:
            self._number = construct.FormatField("<" if little else ">", "fd"[width == 8])

    def raw(self, data: bytes) -> Any:
        return self._number.parse(b"".join(data[pair] for pair in self._pairs))

    def data(self, raw: Any) -> bytes:
        kind = int if self.whole else int | float
        if not isinstance(raw, kind):
            raise TypeError("a whole number" if self.whole else "a number")
        try:
            data = self._number.build(raw)
        except construct.ConstructError:
            raise ValueError("a number of that width") from None
        return b"".join(data[pair] for pair in self._pairs)

    def cut(self, raw: Any) -> Any:
        assert self.fixed is not None
        raw &= (1 << 8 * self.fixed) - 1
        return raw - (1 << 8 * self.fixed) if self.signed and raw >> 8 * self.fixed - 1 else raw


class Slice(Wire):
    """A number made of bits of integers before it."""

    open = False
    whole = True
    numeric = True

    def __init__(self, width: int, signed: bool, decimal: bool) -> None:
        super().__init__(0)
        self.width = width
        self.signed = signed
        self.decimal = decimal
        # bits of the number that stand somewhere, as soon as they are known
        self.carried = 0

    def raw(self, data: bytes) -> int:
        """The number that bits hold; ValueError when they are no digits."""
        bits = int.from_bytes(data, "big")
        if self.decimal:
            return int(f"{bits:x}")
        return complemented(bits, 1 << self.width) if self.signed else bits

    def bits(self, raw: int) -> int:
        """The bits that stand for a number."""
        return int(f"{raw:d}", 16) if self.decimal else raw % (1 << self.width)

    def cut(self, raw: Any) -> Any:
        if self.decimal:
            return raw
        bits = raw % (1 << self.width)
        return complemented(bits, 1 << self.width) if self.signed else bits

    def data(self, raw: Any) -> bytes:
        if not isinstance(raw, int):
            raise TypeError("a whole number")
        least = -(1 << self.width - 1) if self.signed else 0
        if raw < least or (int(f"{raw:d}", 16) if self.decimal else raw) - least >> self.width:
            raise ValueError(f"a number of {self.width} bits")
        if self.bits(raw) & ~self.carried:
            raise ValueError("a number without bits that stand nowhere")
        return b""


def complemented(number: int, modulus: int) -> int:
    """The number of which this is the complement, where it stands in the upper half."""
    return number - modulus if 2 * number >= modulus else number


def complement(raw: int, modulus: int) -> int:
    """The number that stands for another which may be below 0."""
    if not -modulus <= 2 * raw < modulus:
        raise ValueError(f"{-(modulus // 2)}..{(modulus - 1) // 2}")
    return raw % modulus


class Digits(Wire):
    """A number in text."""

    open = False
    numeric = True

    def __init__(
        self, notation: str, fixed: int | None, *, decimals: int | None = None, lower: bool = False,
        signed: bool = False, plus: bool = False, pad: bytes | None = None, left: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(fixed)
        self.plus = "+" if plus else ""
        self.notation = notation
        self.whole = notation != "float"
        self.has_sign = notation in ("int", "float")
        self.decimals = decimals
        self.lower = lower
        self.signed = signed
        self.pad = pad
        self.left = left

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
            return frozenset(b"+-.0123456789") | frozenset(self.pad or b"")
        digits = DIGITS[: BASES[self.notation]]
        signs = "+-" if self.has_sign else ""
        return frozenset((signs + digits + digits.upper()).encode()) | frozenset(self.pad or b"")

    def raw(self, data: bytes) -> Any:
        held = data
        if self.pad is not None:
            held = data.lstrip(self.pad) if self.left else data.rstrip(self.pad)
        text = held.decode("latin-1").lstrip(" " if self.has_sign else "")
        if not text or self.length(text) != (len(text), True):
            raise ValueError(self.notation)
        if self.notation == "float":
            return float(text)
        if len(data) > LONGEST_NUMBER:
            raise TooLong
        base = BASES[self.notation]
        number = int(text, base)
        return complemented(number, base ** len(data)) if self.signed else number

    def data(self, raw: Any) -> bytes:
        if not isinstance(raw, int if self.whole else int | float):
            raise TypeError("a whole number" if self.whole else "a number")
        if isinstance(raw, bool) and not self.whole:
            raise TypeError("a number")
        if self.signed and self.fixed is not None:
            raw = complement(int(raw), BASES[self.notation] ** self.fixed)
        digits = self._real(raw) if self.notation == "float" else self._whole(abs(int(raw)))
        sign, digits = (
            ("-", digits.lstrip("-")) if raw < 0 or digits[0] == "-" else (self.plus, digits)
        )
        if sign and not self.has_sign:
            raise ValueError("a number of at least 0")
        most = LONGEST_NUMBER if self.fixed is None else self.fixed
        if len(sign + digits) > most:
            raise ValueError(f"at most {most} characters")
        if self.pad is None:
            return (sign + digits.zfill((self.fixed or 0) - len(sign))).encode()
        data = (sign + digits).encode()
        width = self.fixed or 0
        return data.rjust(width, self.pad) if self.left else data.ljust(width, self.pad)

    def _real(self, raw: float) -> str:
        if raw - raw != 0:
            raise ValueError("a number")
        if self.decimals is not None:
            return f"{raw:.{self.decimals}f}"
        return repr(raw).removesuffix(".0")

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
