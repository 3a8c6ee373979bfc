"""Numbers and text in digits that are no characters: binary coded decimals, nibbles."""

from __future__ import annotations

import re
from operator import index
from typing import Any, Literal

from protoc.runtime.codecs.digits import LONGEST_NUMBER, complement, complemented, too_long
from protoc.runtime.codecs.text import fitting
from protoc.runtime.errors import DecodeError, EncodeError

_are_nibbles = re.compile(rb"[\x00-\x0F]*").fullmatch
_are_digits = re.compile(r"(?:[0-9A-Fa-f]{2})*").fullmatch


def swapped(data: bytes | bytearray) -> bytes:
    """Bytes with their 16-bit words in reverse order, the two bytes of each as they are."""
    if len(data) == 4:
        return bytes(data[2:]) + bytes(data[:2])
    return b"".join(bytes(data[i : i + 2]) for i in range(len(data) - 2, -1, -2))


def read_bcd(
    raw: bytes, message: str, field: str, offset: int, size: int, *, signed: bool = False
) -> int:
    """The number of two decimal digits in each byte; `signed` in ten's complement."""
    digits = raw.hex()
    if not digits.isdecimal():
        raise DecodeError("value", message, field, offset, "two decimal digits a byte", raw, size)
    if len(raw) > LONGEST_NUMBER:
        raise too_long(raw, message, field, offset, size)
    return complemented(int(digits), 100 ** len(raw)) if signed else int(digits)


def write_bcd(
    value: Any, size: int | None, message: str, field: str, *, signed: bool = False
) -> bytes:
    """Two decimal digits in each byte; as many bytes as needed where there is no `size`."""
    number = _whole(value, 10, size and 2 * size, signed, message, field)
    digits = f"{number:d}"
    digits = digits.zfill(len(digits) + 1 & ~1 if size is None else 2 * size)
    return _bounded(bytes.fromhex(digits), size, message, field, value)


def write_integer(
    value: Any,
    width: int,
    order: Literal["big", "little"],
    message: str,
    field: str,
    *,
    signed: bool = False,
) -> bytes:
    """A whole number in so many bytes."""
    try:
        return index(value).to_bytes(width, order, signed=signed)
    except (TypeError, OverflowError):
        words = f"a whole number of {width} bytes"
        raise EncodeError(message, field, words, value) from None


def read_decimal(number: int, message: str, field: str, offset: int, size: int) -> int:
    """The number of which another has the packed decimal digits."""
    digits = f"{number:x}"
    if not digits.isdecimal():
        raise DecodeError("value", message, field, offset, "decimal digits", f"0x{digits}", size)
    return int(digits)


def read_nibbles(
    raw: bytes, message: str, field: str, offset: int, size: int, *, signed: bool = False
) -> int:
    """The number spread over the low halves of bytes; `signed` in two's complement."""
    if not raw or _are_nibbles(raw) is None:
        high = "bytes with a high half of 0"
        raise DecodeError("constant", message, field, offset, high, raw, size)
    if len(raw) > LONGEST_NUMBER:
        raise too_long(raw, message, field, offset, size)
    number = int(raw.hex()[1::2], 16)
    return complemented(number, 16 ** len(raw)) if signed else number


def write_nibbles(
    value: Any, size: int | None, message: str, field: str, *, signed: bool = False
) -> bytes:
    """Four bits in each byte; as many bytes as needed where there is no `size`."""
    number = _whole(value, 16, size, signed, message, field)
    data = bytes.fromhex("".join(f"0{digit}" for digit in f"{number:0{size or 1}x}"))
    return _bounded(data, size, message, field, value)


def _bounded(data: bytes, size: int | None, message: str, field: str, value: object) -> bytes:
    """Digits as they are, unless there are more of them than are ever read."""
    if size is None and len(data) > LONGEST_NUMBER:
        raise EncodeError(message, field, f"at most {LONGEST_NUMBER} bytes", value)
    return data


def write_digits(
    value: Any, size: int | None, message: str, field: str, *, longest: int | None = None
) -> bytes:
    """Text of hexadecimal digits, two in each byte."""
    if not isinstance(value, str) or _are_digits(value) is None:
        raise EncodeError(message, field, "hexadecimal digits, two a byte", value)
    return fitting(bytes.fromhex(value), size, longest, message, field, value)


def _whole(value: Any, base: int, count: int | None, signed: bool, message: str, field: str) -> int:
    """The number that so many digits stand for."""
    if not isinstance(value, int):
        raise EncodeError(message, field, "a whole number", value)
    if signed and count is not None:
        return complement(value, base**count, message, field)
    if value < 0 or (count is not None and value >= base**count):
        most = "" if count is None else base**count - 1
        raise EncodeError(message, field, f"0..{most}", value)
    return value
