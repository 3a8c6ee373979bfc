"""What layouts compute checks with: as plain as they are defined, with no care for speed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import reduce
from typing import Literal


def xor(numbers: Iterable[int]) -> int:
    """Exclusive or of all bytes or words; 0 for none."""
    return reduce(int.__xor__, numbers, 0)


def words(data: bytes, size: int, form: Literal["big", "little", "hex"]) -> list[int]:
    """Bytes taken `size` at a time as numbers; the last of them may have fewer bytes.

    With the form `hex` they are digits in text, read up to the first character that is none.
    """
    groups = [data[i : i + size] for i in range(0, len(data), size)]
    if form == "hex":
        return [_hexadecimal(group) for group in groups]
    return [int.from_bytes(group, form) for group in groups]


def _hexadecimal(group: bytes) -> int:
    number = 0
    for octet in group:
        if chr(octet) not in "0123456789abcdefABCDEF":
            break
        number = number * 16 + int(chr(octet), 16)
    return number


def added(data: bytes, number: int) -> bytes:
    """The bytes with a number added to each of them, modulo 256."""
    return bytes((octet + number) % 256 for octet in data)


def replaced(number: int, width: int, old: bytes, new: bytes) -> int:
    """A number of `width` bytes in which each byte of `old` is replaced by that of `new`."""
    data = (number % 256**width).to_bytes(width, "big")
    return int.from_bytes(data.translate(bytes.maketrans(old, new)), "big")


def fletcher8(data: bytes, modulus: int) -> int:
    """The sum of all bytes in front of the sum of these sums."""
    first, second = _sums(data, modulus)
    return first * 256 + second


def fletcher16(data: bytes, modulus: int) -> int:
    """The sum of these sums in front of the sum of all bytes."""
    first, second = _sums(data, modulus)
    return second * 256 + first


def _sums(data: bytes, modulus: int) -> tuple[int, int]:
    first = second = 0
    for octet in data:
        first = (first + octet) % modulus
        second = (second + first) % modulus
    return first, second


def md5(data: bytes) -> int:
    """The MD5 digest as a number."""
    return _number(hashlib.md5(data, usedforsecurity=False).digest())


def sha1(data: bytes) -> int:
    """The SHA-1 digest as a number."""
    return _number(hashlib.sha1(data, usedforsecurity=False).digest())


def sha256(data: bytes) -> int:
    """The SHA-256 digest as a number."""
    return _number(hashlib.sha256(data).digest())


def _number(digest: bytes) -> int:
    return int.from_bytes(digest, "big")
