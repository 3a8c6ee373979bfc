"""Consistent overhead byte stuffing: no zeros, at most one byte more in 254."""

from __future__ import annotations

from collections.abc import Iterator

from protoc.runtime.codings.base import Coding, Miscoded

_LONGEST = 254


class Cobs(Coding):
    """Zeros become the distance to the next one; the zero that ends a frame is not part of it.

    S. Cheshire, M. Baker, "Consistent Overhead Byte Stuffing", 1999.
    """

    def encode(self, data: bytes) -> bytes:
        """The bytes without zeros."""
        coded = bytearray()
        groups = data.split(b"\0")
        for i, group in enumerate(groups):
            while len(group) > _LONGEST or (len(group) == _LONGEST and i < len(groups) - 1):
                coded.append(_LONGEST + 1)
                coded += group[:_LONGEST]
                group = group[_LONGEST:]
            coded.append(len(group) + 1)
            coded += group
        return bytes(coded)

    def decode(self, data: bytes) -> bytes:
        """The bytes with their zeros."""
        if not data:
            raise Miscoded(0, "a distance", "nothing")
        zero = data.find(0)
        if zero >= 0:
            raise Miscoded(zero, "no zero inside", 0)
        plain = bytearray()
        for start, end, zeros in _groups(data):
            if end > len(data):
                missing = f"{end - start - 1} bytes behind a distance"
                raise Miscoded(start, missing, len(data) - start - 1)
            plain += data[start + 1 : end]
            plain += bytes(zeros)
        return bytes(plain)

    def reach(self, data: bytes, count: int) -> int:
        """The place of a byte, or the distance that stands for the zero."""
        for start, end, zeros in _groups(data):
            size = end - start - 1
            if count < size:
                return start + 1 + count
            if count < size + zeros:
                return min(end, len(data))
            count -= size + zeros
        return len(data)


def _groups(data: bytes) -> Iterator[tuple[int, int, int]]:
    """For each distance its place, where the next one stands, and the zeros in front of that."""
    start = 0
    while start < len(data):
        end = start + data[start]
        if data[start] == 0:
            return
        yield start, end, int(data[start] <= _LONGEST and end < len(data))
        start = end
