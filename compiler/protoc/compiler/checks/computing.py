"""Checksums of example bytes, for the reader of a diagnostic."""

from __future__ import annotations

import hashlib
from functools import reduce
from itertools import accumulate

from protoc.compiler import model


def computed(check: model.Checksum, data: bytes) -> int:
    """A check over its bytes.

    Raises:
        ValueError: it takes a library that has no such thing.
    """
    algorithm = check.algorithm
    if algorithm == "sum":
        return sum(_units(check, data))
    if algorithm == "xor":
        return reduce(int.__xor__, _units(check, data), 0)
    if isinstance(algorithm, model.Fletcher):
        first = sum(data) % algorithm.modulus
        second = sum(accumulate(data)) % algorithm.modulus
        return first << 8 | second if algorithm.name == "fletcher8" else second << 8 | first
    if isinstance(algorithm, model.Crc):
        return _crc(algorithm, data)
    digest = hashlib.new(algorithm, data, usedforsecurity=False).digest()
    return int.from_bytes(digest, "big")


def _units(check: model.Checksum, data: bytes) -> list[int]:
    if check.words is None:
        return list(data)
    size, form = check.words.size, check.words.form
    groups = [data[i : i + size] for i in range(0, len(data), size)]
    if form == "hex":
        return [int(group, 16) for group in groups]
    return [int.from_bytes(group, form) for group in groups]


def _crc(crc: model.Crc, data: bytes) -> int:
    import anycrc

    if crc.width > 64:
        raise ValueError(crc.name)
    register = anycrc.CRC(crc.width, crc.poly, crc.init, crc.refin, crc.refout, crc.xorout)
    return int(register.calc(data))


def replaced(data: bytes, pairs: tuple[tuple[int, int], ...]) -> bytes:
    """The bytes with some of them replaced by others."""
    instead = dict(pairs)
    return bytes(instead.get(octet, octet) for octet in data)
