"""Numbers in text."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import isfinite
from typing import Any, Final, Protocol

from protoc.runtime.codecs.starts import HEX
from protoc.runtime.errors import DecodeError, EncodeError, Incomplete
from protoc.runtime.messages import Buffer

DIGITS_1: Final = {n: b"%d" % n for n in range(10)}
DIGITS_2: Final = {n: b"%02d" % n for n in range(100)}
HEX_DIGITS_1: Final = {n: b"%X" % n for n in range(16)}
HEX_DIGITS_2: Final = {n: b"%02X" % n for n in range(256)}
"""The digits of all numbers that so many digits hold."""
NUMBERS_1: Final = {digits: n for n, digits in DIGITS_1.items()}
NUMBERS_2: Final = {digits: n for n, digits in DIGITS_2.items()}
HEX_NUMBERS_1: Final = {bytes((digit,)): int(chr(digit), 16) for digit in HEX}
HEX_NUMBERS_2: Final = {
    high + low: n * 16 + m for high, n in HEX_NUMBERS_1.items() for low, m in HEX_NUMBERS_1.items()
}
"""The numbers that so many digits stand for, in capital and small letters."""
LONGEST_NUMBER = 64
"""Characters a number without a size may have."""


class Scan(Protocol):
    """Finds the end of a number that has no size."""

    def __call__(
        self, buffer: Buffer, start: int, at: int, message: str, field: str, stop: int | None = None
    ) -> int: ...


def _scanner(pattern: bytes, begun: bytes, words: str) -> Scan:
    """What finds the end of a number that has no size; `begun` is what may become one."""
    match = re.compile(pattern).match
    may_go_on = re.compile(begun).fullmatch

    def scan(
        buffer: Buffer, start: int, at: int, message: str, field: str, stop: int | None = None
    ) -> int:
        """Where the characters end that fit; more may come while all that is there fits."""
        limit = min(len(buffer) if stop is None else stop, start + LONGEST_NUMBER + 1)
        found = match(buffer, start, limit)
        end = found.end() if found is not None else start
        if stop is None and limit == len(buffer) and may_go_on(buffer, start, limit):
            raise Incomplete(limit - at + 1)
        if end == start:
            got = bytes(buffer[start : min(start + 1, limit)])
            raise DecodeError("value", message, field, start - at, words, got)
        if end - start > LONGEST_NUMBER:
            most = f"at most {LONGEST_NUMBER} characters"
            raise DecodeError("too long", message, field, start - at, most, end - start)
        return end

    return scan


_REAL = rb"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"

_REAL_BEGUN = rb"[+-]?(?:[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]*)?|\.(?:[0-9]+(?:[eE][+-]?[0-9]*)?)?)?"

scan_dec = _scanner(rb"[0-9]*", rb"[0-9]*", "decimal digits")
scan_int = _scanner(rb"[+-]?[0-9]+", rb"[+-]?[0-9]*", "a whole number")
scan_float = _scanner(_REAL, _REAL_BEGUN, "a number")
scan_hex = _scanner(rb"[0-9A-Fa-f]*", rb"[0-9A-Fa-f]*", "hexadecimal digits")
scan_oct = _scanner(rb"[0-7]*", rb"[0-7]*", "octal digits")
scan_bin = _scanner(rb"[01]*", rb"[01]*", "binary digits")
scan_base36 = _scanner(rb"[0-9A-Za-z]*", rb"[0-9A-Za-z]*", "digits and letters")


def goes_on(scan: Scan, frame: bytes, start: int, end: int) -> bool:
    """Whether what stands behind a number would be read as more of it."""
    try:
        return scan(frame, start, 0, "", "", len(frame)) != end
    except DecodeError:
        return True


def _reader(pattern: bytes, base: int, words: str) -> Callable[..., int]:
    matches = re.compile(pattern).fullmatch

    def read(
        raw: bytes,
        message: str,
        field: str,
        offset: int,
        size: int,
        *,
        signed: bool = False,
        pad: bytes | None = None,
        left: bool = False,
    ) -> int:
        """The number that digits stand for; anything else is rejected."""
        if base == 10 and raw.isdigit() and len(raw) <= LONGEST_NUMBER:
            return int(raw)
        digits = raw if pad is None else raw.lstrip(pad) if left else raw.rstrip(pad)
        if matches(digits) is None:
            raise DecodeError("value", message, field, offset, words, raw, size)
        if len(raw) > LONGEST_NUMBER:
            raise too_long(raw, message, field, offset, size)
        number = int(digits, base)
        return complemented(number, base ** len(raw)) if signed else number

    return read


def too_long(raw: bytes, message: str, field: str, offset: int, size: int) -> DecodeError:
    """The error for more digits than any number has."""
    most = f"at most {LONGEST_NUMBER} characters"
    return DecodeError("too long", message, field, offset, most, len(raw), size)


def complemented(number: int, modulus: int) -> int:
    """The number of which this is the complement, where it stands in the upper half."""
    return number - modulus if number >= modulus // 2 else number


read_dec = _reader(rb"[0-9]+", 10, "decimal digits")
read_int = _reader(rb" *[+-]?[0-9]+", 10, "a whole number")
read_hex = _reader(rb"[0-9A-Fa-f]+", 16, "hexadecimal digits")
read_oct = _reader(rb"[0-7]+", 8, "octal digits")
read_bin = _reader(rb"[01]+", 2, "binary digits")
read_base36 = _reader(rb"[0-9A-Za-z]+", 36, "digits and letters")

_is_real = re.compile(rb" *" + _REAL).fullmatch


def read_float(
    raw: bytes,
    message: str,
    field: str,
    offset: int,
    size: int,
    *,
    pad: bytes | None = None,
    left: bool = False,
) -> float:
    """The number that text stands for, in any notation."""
    digits = raw if pad is None else raw.lstrip(pad) if left else raw.rstrip(pad)
    if _is_real(digits) is None:
        raise DecodeError("value", message, field, offset, "a number", raw, size)
    return float(digits)


def _sized(
    digits: str,
    size: int | None,
    message: str,
    field: str,
    value: object,
    pad: bytes | None,
    left: bool,
) -> bytes:
    if size is not None and len(digits) != size:
        if len(digits) > size:
            raise EncodeError(message, field, f"at most {size} characters", value)
        if pad is not None:
            raw = digits.encode("ascii")
            return raw.rjust(size, pad) if left else raw.ljust(size, pad)
        sign = digits[:1] if digits[:1] in ("-", "+") else ""
        digits = sign + digits[len(sign) :].rjust(size - len(sign), "0")
    if size is None and len(digits) > LONGEST_NUMBER:
        raise EncodeError(message, field, f"at most {LONGEST_NUMBER} characters", value)
    return digits.encode("ascii")


def _writer(name: str, code: str, base: int, negative: bool = False) -> Callable[..., bytes]:
    def write(
        value: Any,
        size: int | None,
        message: str,
        field: str,
        *,
        lower: bool = False,
        signed: bool = False,
        plus: bool = False,
        pad: bytes | None = None,
        left: bool = False,
    ) -> bytes:
        """Digits, filled up to `size` where there is one: with zeros, or with `pad`."""
        if not isinstance(value, int):
            raise EncodeError(message, field, "a whole number", value)
        number = value
        if signed and size is not None:
            number = complement(value, base**size, message, field)
        if number < 0 and not negative:
            raise EncodeError(message, field, "a number of at least 0", value)
        digits = format(number, code) if code else _base36(number)
        digits = f"+{digits}" if plus and number >= 0 else digits
        digits = digits if lower else digits.upper()
        return _sized(digits, size, message, field, value, pad, left)

    write.__name__ = name
    return write


def complement(value: int, modulus: int, message: str, field: str) -> int:
    """The number that stands for another which may be below 0."""
    least, most = -(modulus // 2), modulus // 2 - 1
    if not least <= value <= most:
        raise EncodeError(message, field, f"{least}..{most}", value)
    return value % modulus


def _base36(value: int) -> str:
    digits = ""
    while value or not digits:
        value, last = divmod(value, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[last] + digits
    return digits


write_dec = _writer("write_dec", "d", 10)
write_int = _writer("write_int", "d", 10, negative=True)
write_hex = _writer("write_hex", "x", 16)
write_oct = _writer("write_oct", "o", 8)
write_bin = _writer("write_bin", "b", 2)
write_base36 = _writer("write_base36", "", 36)


def write_float(
    value: Any,
    size: int | None,
    message: str,
    field: str,
    *,
    decimals: int | None = None,
    plus: bool = False,
    pad: bytes | None = None,
    left: bool = False,
) -> bytes:
    """A number in text, with so many decimals; as many as it has where that is None."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value):
        raise EncodeError(message, field, "a number", value)
    digits = repr(value) if decimals is None else f"{value:.{decimals}f}"
    if decimals is None:
        digits = digits.removesuffix(".0")
    if plus and digits[0] != "-":
        digits = f"+{digits}"
    return _sized(digits, size, message, field, value, pad, left)
