"""Codings that change each byte by itself, or leave some out at the end."""

from __future__ import annotations

from itertools import cycle

from protoc.runtime.codings.base import Coding, Miscoded


class Add(Coding):
    """A number added to every byte, modulo 256."""

    def __init__(self, number: int) -> None:
        self._there = bytes((octet + number) % 256 for octet in range(256))
        self._back = bytes((octet - number) % 256 for octet in range(256))

    def encode(self, data: bytes) -> bytes:
        """The coded bytes."""
        return data.translate(self._there)

    def decode(self, data: bytes) -> bytes:
        """The plain bytes."""
        return data.translate(self._back)

    def reach(self, data: bytes, count: int) -> int:
        """Byte by byte."""
        return count


class Xor(Coding):
    """Exclusive or with a key, which is repeated for as long as there are bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._table = bytes(octet ^ key[0] for octet in range(256))

    def encode(self, data: bytes) -> bytes:
        """The coded bytes."""
        if len(self._key) == 1:
            return data.translate(self._table)
        return bytes(octet ^ key for octet, key in zip(data, cycle(self._key), strict=False))

    def decode(self, data: bytes) -> bytes:
        """The plain bytes: twice is never."""
        return self.encode(data)

    def part(self, data: bytes, passed: int) -> tuple[bytes, int, int]:
        """All of it; the key begins anew with what has to be looked at again."""
        size = len(data) // len(self._key) * len(self._key)
        return self.encode(data), size, size

    def reach(self, data: bytes, count: int) -> int:
        """Byte by byte."""
        return count


class Truncate(Coding):
    """Zeros at the end are left out.

    Args:
        size: the bytes there are with them; None when that varies, and so none are left out.
        keep: so many bytes are written in any case.
    """

    def __init__(self, size: int | None, keep: int = 0) -> None:
        self._size = size
        self._keep = keep

    def encode(self, data: bytes) -> bytes:
        """The bytes without the zeros at their end."""
        if self._size is None:
            return data
        short = data.rstrip(b"\0")
        return data[: max(len(short), self._keep)]

    def decode(self, data: bytes) -> bytes:
        """The bytes with zeros in the place of what is missing."""
        if self._size is None:
            return data
        if len(data) > self._size:
            raise Miscoded(self._size, f"at most {self._size} bytes", len(data), "length")
        return data.ljust(self._size, b"\0")

    def reach(self, data: bytes, count: int) -> int:
        """What was left out stands at the end."""
        return min(count, len(data))
