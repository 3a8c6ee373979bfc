"""Numbers in text."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import isfinite
from typing import Any, Protocol

from protoc.runtime.codecs.starts import BASE36, BIN, DEC, FLOAT, HEX, INT, OCT
from protoc.runtime.errors import DecodeError, EncodeError, Incomplete
from protoc.runtime.messages import Buffer

LONGEST_NUMBER = 64
"""Characters a number without a size may have."""


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
        if base == 10 and raw.isdigit() and len(raw) <= LONGEST_NUMBER:
            return int(raw)
        if matches(raw) is None:
            raise DecodeError("value", message, field, offset, words, raw, size)
        if len(raw) > LONGEST_NUMBER:
            most = f"at most {LONGEST_NUMBER} characters"
            raise DecodeError("too long", message, field, offset, most, len(raw), size)
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
