"""Checks over runs of bytes. Each gives a whole number, digests as well."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import cache, reduce
from importlib import import_module
from itertools import accumulate
from struct import unpack
from typing import Any, Literal
from zlib import adler32

Data = bytes | bytearray
Form = Literal["big", "little", "hex"]

# the library declares no types for it
_xor: Callable[[int, int], int] = operator.xor  # pyright: ignore

_FEW = 20
"""Below so many bytes a call of the library costs more than it saves."""
_EXACT = 256
"""The low half of Adler-32 is the plain sum of so many bytes: it is less than its modulus."""


# ------------------------------------------------------------------ sums


def byte_sum(data: Data) -> int:
    """The sum of all bytes."""
    if len(data) <= _EXACT:
        return adler32(data, 0) & 0xFFFF
    return sum(adler32(data[i : i + _EXACT], 0) & 0xFFFF for i in range(0, len(data), _EXACT))


def xor(data: Data) -> int:
    """Exclusive or of all bytes; 0 for none."""
    # it is the CRC of the polynomial x⁸ + 1, which the library computes many bytes at a time
    return reduce(_xor, data, 0) if len(data) <= _FEW else _xor_crc()(data)


def word_sum(data: Data, size: int, form: Form) -> int:
    """The sum of all words; see `words`."""
    return sum(words(data, size, form))


def word_xor(data: Data, size: int, form: Form) -> int:
    """Exclusive or of all words; see `words`."""
    return reduce(_xor, words(data, size, form), 0)


def words(data: Data, size: int, form: Form) -> list[int]:
    """Bytes taken `size` at a time as numbers; the last of them may have fewer bytes.

    With the form `hex` they are digits in text, read up to the first character that is none.
    """
    if form == "hex":
        return [_hexadecimal(data[i : i + size]) for i in range(0, len(data), size)]
    code = _CODES.get(size)
    if code is None:
        return [int.from_bytes(data[i : i + size], form) for i in range(0, len(data), size)]
    count, rest = divmod(len(data), size)
    order = ">" if form == "big" else "<"
    found = list(unpack(f"{order}{count}{code}", data[: count * size]))
    if rest:
        found.append(int.from_bytes(data[count * size :], form))
    return found


_CODES = {2: "H", 4: "I", 8: "Q"}
_DIGITS = b"0123456789abcdefABCDEF"


def _hexadecimal(digits: Data) -> int:
    rest = digits.lstrip(_DIGITS)
    return int(digits[: len(digits) - len(rest)] or b"0", 16)


def added(data: Data, number: int) -> Data:
    """The bytes with a number added to each of them, modulo 256."""
    return data.translate(_shifted(number & 0xFF))


@cache
def _shifted(number: int) -> bytes:
    return bytes((octet + number) & 0xFF for octet in range(256))


def replaced(number: int, width: int, old: bytes, new: bytes) -> int:
    """A number of `width` bytes in which each byte of `old` is replaced by that of `new`."""
    number &= (1 << 8 * width) - 1
    data = number.to_bytes(width, "big").translate(bytes.maketrans(old, new))
    return int.from_bytes(data, "big")


def fletcher8(data: Data, modulus: int = 256) -> int:
    """Two running sums, the first in the high byte. Source: RFC 1145, as receivers of GPS have it.

    `modulus` is 256 or 255, one's complement.
    """
    return byte_sum(data) % modulus << 8 | sum(accumulate(data)) % modulus


def fletcher16(data: Data, modulus: int = 255) -> int:
    """Two running sums, the second in the high byte. Source: Fletcher 1982."""
    return sum(accumulate(data)) % modulus << 8 | byte_sum(data) % modulus


# ------------------------------------------------------------------ digests


def md5(data: Data) -> int:
    """The MD5 digest as a number of 16 bytes. Source: RFC 1321."""
    return _digest("md5", data)


def sha1(data: Data) -> int:
    """The SHA-1 digest as a number of 20 bytes. Source: FIPS 180-4."""
    return _digest("sha1", data)


def sha256(data: Data) -> int:
    """The SHA-256 digest as a number of 32 bytes. Source: FIPS 180-4."""
    return _digest("sha256", data)


def _digest(name: str, data: Data) -> int:
    return int.from_bytes(_hashlib().new(name, data, usedforsecurity=False).digest(), "big")


# ------------------------------------------------------------------ cyclic redundancy checks


@cache
def crc(
    width: int, poly: int, init: int, refin: bool, refout: bool, xorout: int
) -> Callable[[Data], int]:
    """A cyclic redundancy check by its Rocksoft parameters.

    Args:
        width: bits of the register, at least 1.
        poly: generator polynomial without its highest term.
        init: the register at the start.
        refin: bytes come in reflected.
        refout: the register goes out reflected.
        xorout: what the result is combined with.

    Returns:
        A function from bytes to the check. Source: Williams, A painless guide to CRC error
        detection algorithms; names and check values in the RevEng catalogue.
    """
    parameters = (width, poly, init, refin, refout, xorout)
    if width > _WIDEST:
        return _wide_crc(*parameters)
    fast = _fast(*parameters)
    if fast is not None:
        return fast
    function: Callable[[Data], int] = _anycrc().CRC(*parameters).calc
    return function


_WIDEST = 64
"""Bits of the widest register of the library."""


def _fast(*wanted: int) -> Callable[[Data], int] | None:
    """The compiled function of the same parameters, when there is one."""
    width = wanted[0]
    if width not in (8, 16, 32, 64):
        return None
    for name, m in _anycrc().models.items():
        if (m.width, m.poly, m.init, m.refin, m.refout, m.xorout) == wanted:
            module = import_module(f"fastcrc.crc{width}")
            function = name.split("-", 1)[-1].lower().replace("-", "_")
            found: Callable[[Data], int] | None = getattr(module, function, None)
            return found
    return None


def _wide_crc(
    width: int, poly: int, init: int, refin: bool, refout: bool, xorout: int
) -> Callable[[Data], int]:
    """The same bit by bit, for registers of any width."""
    highest, mask = 1 << width - 1, (1 << width) - 1

    def calc(data: Data) -> int:
        register = init
        for octet in data:
            octet = _reflected(octet, 8) if refin else octet
            register ^= octet << width - 8
            for _ in range(8):
                register = (register << 1 ^ (poly if register & highest else 0)) & mask
        return (_reflected(register, width) if refout else register) ^ xorout

    return calc


def _reflected(number: int, width: int) -> int:
    return int(f"{number:0{width}b}"[::-1], 2)


@cache
def _xor_crc() -> Callable[[Data], int]:
    return crc(8, 0x01, 0, False, False, 0)


# loaded when they are needed: most modules compute one kind of check, many none


@cache
def _anycrc() -> Any:
    """The library for any parameters, which has no types."""
    return import_module("anycrc")


@cache
def _hashlib() -> Any:
    return import_module("hashlib")
