"""What generated codecs are made of: text, digits and delimiters, from bytes and to bytes.

`read_*` and `scan_*` take what was received and raise `DecodeError` or `Incomplete`; `write_*` take
a value and raise `EncodeError`. Their arguments `message`, `field` and `offset` are for the error.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any, Protocol, cast

from protoc.runtime.errors import DecodeError, EncodeError, Incomplete
from protoc.runtime.messages import Buffer

if TYPE_CHECKING:
    from protoc.runtime.messages import Message

UNFIT = (struct.error, TypeError, ArithmeticError, ValueError, AttributeError)
"""What goes wrong inside an encoder when a value does not fit."""


class OneOf(bytes):
    """The values a byte can have, for `starts`."""


ANY = OneOf(b"")
DEC = OneOf(b"0123456789")
INT = OneOf(b"+-0123456789")
FLOAT = OneOf(b"+-.0123456789")
HEX = OneOf(b"0123456789ABCDEFabcdef")
OCT = OneOf(b"01234567")
BIN = OneOf(b"01")
BASE36 = OneOf(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def starts(*parts: bytes) -> tuple[bytes, ...]:
    """What a message can begin with: certain bytes as they are, others as `OneOf`.

    Returns:
        For each byte the values it can have; empty for any.
    """
    result: list[bytes] = []
    for part in parts:
        if isinstance(part, OneOf):
            result.append(bytes(part))
        else:
            result += [part[i : i + 1] for i in range(len(part))]
    return tuple(result)


LONGEST_NUMBER = 64
"""Characters a number without a size may have."""


def unfit(
    message: Message, error: Exception, limits: Mapping[str, tuple[float, float]]
) -> Exception:
    """The error for a value that did not fit, found by looking at all of them.

    Args:
        message: what was to be encoded.
        error: what went wrong.
        limits: least and largest value of each number, by path.
    """
    if isinstance(error, EncodeError):
        return error
    for path, (low, high) in limits.items():
        value: Any = message
        for name in path.split("."):
            value = getattr(value, name, None)
        whole = isinstance(low, int) and isinstance(high, int)
        kind = int if whole else int | float
        if not isinstance(value, kind):
            number = "a whole number" if whole else "a number"
            return EncodeError(message.NAME, path, f"{number}, {low}..{high}", value)
        if not low <= value <= high:
            return EncodeError(message.NAME, path, f"{low}..{high}", value)
    return EncodeError(message.NAME, "", f"values that fit ({error})", message)


# ------------------------------------------------------------------ delimiters


class Delimiter:
    """One of several constants; the first is written, each is accepted.

    Attributes:
        written: the bytes written.
        until: what must be there before it is worth looking again: the last byte they share.
    """

    __slots__ = ("_longest_first", "_pattern", "until", "written")

    def __init__(self, *alternatives: bytes) -> None:
        self.written = alternatives[0] if alternatives else b""
        self._longest_first = sorted(alternatives, key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, self._longest_first)))
        last = {a[-1:] for a in alternatives}
        self.until = last.pop() if len(last) == 1 else b""

    def find(
        self, buffer: Buffer, start: int, at: int, message: str, stop: int | None = None
    ) -> int:
        """Where the first of them begins, at `start` or behind it.

        Raises:
            Incomplete: it is not there yet.
            DecodeError: it is not there before `stop`, the end of the region.
        """
        if not self._longest_first:
            return len(buffer)
        found = self._pattern.search(buffer, start, len(buffer) if stop is None else stop)
        if found is not None:
            return found.start()
        if stop is None:
            raise Incomplete(len(buffer) - at + 1, self.until)
        raise DecodeError("constant", message, "", start - at, self.written, "nothing", stop - at)

    def expect(self, buffer: Buffer, start: int, at: int, message: str) -> int:
        """Where the one that stands at `start` ends.

        Raises:
            Incomplete: what is there may become one of them.
            DecodeError: something else stands there.
        """
        if not self._longest_first:
            return start
        found = self._pattern.match(buffer, start)
        if found is not None:
            return found.end()
        # the error says the same however much has arrived: only what tells them apart
        size = 0
        fitting = self._longest_first
        while fitting and start + size < len(buffer):
            size += 1
            there = bytes(buffer[start : start + size])
            fitting = [a for a in fitting if a.startswith(there)]
        if fitting:
            raise Incomplete(len(buffer) - at + 1)
        there = bytes(buffer[start : start + size])
        raise DecodeError("constant", message, "", start - at, self.written, there)


# ------------------------------------------------------------------ text numbers


class Scan(Protocol):
    """Finds the end of a number that has no size."""

    def __call__(
        self, buffer: Buffer, start: int, at: int, message: str, field: str, stop: int | None = None
    ) -> int: ...


def _scanner(pattern: bytes, characters: bytes, words: str) -> Scan:
    """What finds the end of a number that has no size, made of these characters."""
    match = re.compile(pattern).match
    goes_on = re.compile(b"[" + re.escape(characters) + b"]*").match

    def scan(
        buffer: Buffer, start: int, at: int, message: str, field: str, stop: int | None = None
    ) -> int:
        """Where the characters end that fit; more may come when they reach the end."""
        limit = min(len(buffer) if stop is None else stop, start + LONGEST_NUMBER + 1)
        found = match(buffer, start, limit)
        end = found.end() if found is not None else start
        if stop is None and limit == len(buffer):
            run = goes_on(buffer, end)
            if run is not None and run.end() == limit:
                raise Incomplete(limit - at + 1)
        if end == start:
            got = bytes(buffer[start : start + 1])
            raise DecodeError("value", message, field, start - at, words, got)
        if end - start > LONGEST_NUMBER:
            most = f"at most {LONGEST_NUMBER} characters"
            raise DecodeError("too long", message, field, start - at, most, end - start)
        return end

    return scan


_REAL = rb"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"

scan_dec = _scanner(rb"[0-9]*", DEC, "decimal digits")
scan_int = _scanner(rb"[+-]?[0-9]+", INT, "a whole number")
scan_float = _scanner(_REAL, FLOAT + b"eE", "a number")
scan_hex = _scanner(rb"[0-9A-Fa-f]*", HEX, "hexadecimal digits")
scan_oct = _scanner(rb"[0-7]*", OCT, "octal digits")
scan_bin = _scanner(rb"[01]*", BIN, "binary digits")
scan_base36 = _scanner(rb"[0-9A-Za-z]*", BASE36, "digits and letters")


def _reader(pattern: bytes, base: int, words: str) -> Callable[[bytes, str, str, int, int], int]:
    matches = re.compile(pattern).fullmatch

    def read(raw: bytes, message: str, field: str, offset: int, size: int) -> int:
        """The number that digits stand for; anything else is rejected."""
        if matches(raw) is None:
            raise DecodeError("value", message, field, offset, words, raw, size)
        return int(raw, base)

    return read


read_dec = _reader(rb"[0-9]+", 10, "decimal digits")
read_int = _reader(rb" *[+-]?[0-9]+", 10, "a whole number")
read_hex = _reader(rb"[0-9A-Fa-f]+", 16, "hexadecimal digits")
read_oct = _reader(rb"[0-7]+", 8, "octal digits")
read_bin = _reader(rb"[01]+", 2, "binary digits")
read_base36 = _reader(rb"[0-9A-Za-z]+", 36, "digits and letters")

_is_real = re.compile(rb" *" + _REAL).fullmatch


def read_float(raw: bytes, message: str, field: str, offset: int, size: int) -> float:
    """The number that text stands for, in any notation."""
    if _is_real(raw) is None:
        raise DecodeError("value", message, field, offset, "a number", raw, size)
    return float(raw)


def _sized(digits: str, size: int | None, message: str, field: str, value: object) -> bytes:
    if size is not None and len(digits) != size:
        if len(digits) > size:
            raise EncodeError(message, field, f"at most {size} characters", value)
        sign = digits[:1] if digits[:1] in ("-", "+") else ""
        digits = sign + digits[len(sign) :].rjust(size - len(sign), "0")
    return digits.encode("ascii")


def _writer(name: str, code: str, signed: bool) -> Callable[..., bytes]:
    def write(
        value: Any, size: int | None, message: str, field: str, *, lower: bool = False
    ) -> bytes:
        """Digits, zero padded to `size` where there is one."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise EncodeError(message, field, "a whole number", value)
        if value < 0 and not signed:
            raise EncodeError(message, field, "a number of at least 0", value)
        digits = format(value, code) if code else _base36(value)
        return _sized(digits if lower else digits.upper(), size, message, field, value)

    write.__name__ = name
    return write


def _base36(value: int) -> str:
    digits = ""
    while value or not digits:
        value, last = divmod(value, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[last] + digits
    return digits


write_dec = _writer("write_dec", "d", False)
write_int = _writer("write_int", "d", True)
write_hex = _writer("write_hex", "x", False)
write_oct = _writer("write_oct", "o", False)
write_bin = _writer("write_bin", "b", False)
write_base36 = _writer("write_base36", "", False)


def write_float(
    value: Any, size: int | None, message: str, field: str, *, decimals: int | None = None
) -> bytes:
    """A number in text, with so many decimals; as many as needed where that is None."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value):
        raise EncodeError(message, field, "a number", value)
    digits = repr(value) if decimals is None else f"{value:.{decimals}f}"
    if decimals is None and size is not None and digits.endswith(".0"):
        digits = digits[:-2]
    return _sized(digits, size, message, field, value)


# ------------------------------------------------------------------ text and bytes


def read_text(
    raw: bytes,
    encoding: str,
    message: str,
    field: str,
    offset: int,
    size: int,
    *,
    pad: bytes | None = None,
    left: bool = False,
    trim: bool = False,
) -> str:
    """Text from its bytes: padding taken off, NUL padding cut at the first one."""
    if pad == b"\0" and not left:
        raw = raw.partition(pad)[0]
    elif pad == b"\0\0" and not left:
        ends = (at for at in range(0, len(raw), 2) if raw[at : at + 2] == pad)
        raw = raw[: next(ends, None)]
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise DecodeError(
            "value", message, field, offset + error.start, f"text in {encoding}", raw, size
        ) from None
    if pad is not None:
        filler = pad.decode(encoding)
        text = text.lstrip(filler) if left else text.rstrip(filler)
    return text.strip() if trim else text


def write_text(
    value: Any,
    size: int | None,
    encoding: str,
    message: str,
    field: str,
    *,
    pad: bytes | None = None,
    left: bool = False,
    longest: int | None = None,
) -> bytes:
    """Text as bytes, filled up to `size` where there is padding."""
    if not isinstance(value, str):
        raise EncodeError(message, field, "text", value)
    try:
        raw = value.encode(encoding)
    except UnicodeEncodeError as error:
        raise EncodeError(
            message, field, f"characters of {encoding}, not {value[error.start]!r}", value
        ) from None
    if size is not None and pad and len(raw) < size:
        filling = pad * ((size - len(raw)) // len(pad))
        raw = filling + raw if left else raw + filling
    return _fitting(raw, size, longest, message, field, value)


def write_bytes(
    value: Any,
    size: int | None,
    message: str,
    field: str,
    *,
    longest: int | None = None,
) -> bytes:
    """Bytes as they are, of exactly `size` where there is one."""
    if not isinstance(value, bytes | bytearray | memoryview):
        raise EncodeError(message, field, "bytes", value)
    raw = bytes(cast(bytes, value))
    return _fitting(raw, size, longest, message, field, raw)


def _fitting(
    raw: bytes, size: int | None, longest: int | None, message: str, field: str, value: object
) -> bytes:
    if size is not None and len(raw) != size:
        raise EncodeError(message, field, f"exactly {size} bytes", value)
    if longest is not None and len(raw) > longest:
        raise EncodeError(message, field, f"at most {longest} bytes", value)
    return raw
