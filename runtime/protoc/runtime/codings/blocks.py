"""Bytes in blocks, each with a check behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from protoc.runtime.codings.base import Coding, Miscoded, PlainScan
from protoc.runtime.errors import DecodeError, Incomplete
from protoc.runtime.messages import Buffer


class Blocks(Coding):
    """So many bytes at a time, and a check over them; the last block may be shorter.

    IEEE 1815 (DNP3), clause 9: 16 bytes and two of check; IEC 60870-5-1, format class FT3.

    Args:
        size: of a block, without the check.
        check: computes it.
        width: bytes of the check.
        order: which of them stands first.
        first: the size of the first block, where it differs.
    """

    def __init__(
        self,
        size: int,
        check: Callable[[bytes], int],
        width: int,
        order: Literal["big", "little"],
        first: int | None = None,
    ) -> None:
        self._size = size
        self._first = size if first is None else first
        self._check = check
        self._width = width
        self._order: Literal["big", "little"] = order

    def encode(self, data: bytes) -> bytes:
        """The blocks with their checks."""
        blocks = (data[start:end] for start, end in self._blocks(len(data)))
        return b"".join(block + self._written(block) for block in blocks)

    def decode(self, data: bytes) -> bytes:
        """The blocks without their checks, which are right."""
        plain, place = bytearray(), 0
        while place < len(data):
            size = self._size if place else self._first
            end = min(place + size, len(data) - self._width)
            if end <= place:
                raise Miscoded(place, "a block and its check", data[place:], "length")
            block = data[place:end]
            place = end + self._width
            if data[end:place] != self._written(block):
                raise Miscoded(end, self._written(block).hex(" "), data[end:place], "crc")
            plain += block
        return bytes(plain)

    def reach(self, data: bytes, count: int) -> int:
        """Behind the checks of all blocks in front."""
        return min(self._place(count), len(data))

    def begin(self, buffer: Buffer, start: int, wanted: Incomplete, at: int, message: str) -> bytes:
        """The plain bytes that are wanted, of blocks that are right as far as they are whole.

        As many again follow, where their blocks are there and right.

        Raises:
            Incomplete: they are not there yet.
            DecodeError: the check of a block is wrong.
        """
        count, plain, place = wanted.needed, bytearray(), start
        while len(plain) < 2 * count:
            size = self._size if plain else self._first
            asked = min(size, count - len(plain))
            if asked < size and self._is_right(buffer, place, place + size):
                asked = size
            end = place + asked
            if len(buffer) < end:
                needed = start + self._place(count - 1) + 1 - at
                raise Incomplete(needed, scan=PlainScan(self, wanted), searched=start - at)
            plain += buffer[place : max(place, end)]
            if asked < size:
                break
            self._compare(buffer, place, end, at, message)
            place = end + self._width
        return bytes(plain)

    def part(self, data: bytes, passed: int) -> tuple[bytes, int, int]:
        """The blocks that are whole, and what there is of the next one.

        Raises:
            Miscoded: the check of a block is wrong.
        """
        plain, place = bytearray(), 0
        while True:
            size = self._size if passed + place else self._first
            end = place + size + self._width
            if end > len(data):
                return bytes(plain + data[place : place + size]), place, len(plain)
            block, check = data[place : place + size], data[place + size : end]
            if check != self._written(block):
                raise Miscoded(place + size, self._written(block).hex(" "), check, "crc")
            plain += block
            place = end

    def close(self, buffer: Buffer, start: int, plain: bytes, at: int, message: str) -> int:
        """Where the last block ends, whose check is right."""
        whole = start
        for first, last in self._blocks(len(plain)):
            place = start + self._place(first)
            whole = place + last - first + self._width
            if len(buffer) < whole:
                raise Incomplete(start + len(self.encode(plain)) - at)
            self._compare(buffer, place, whole - self._width, at, message)
        return whole

    def within(self, error: DecodeError, start: int, at: int, plain: bytes) -> DecodeError:
        """The error of something in the plain bytes, told as of the message."""
        size = start + len(self.encode(plain[: error.size])) - at if error.size else 0
        return error.coded(start + self._place(error.offset) - at, size)

    def _blocks(self, size: int) -> Iterator[tuple[int, int]]:
        """Where each block begins and ends among plain bytes."""
        start, end = 0, min(self._first, size)
        while start < size:
            yield start, end
            start, end = end, min(end + self._size, size)

    def _place(self, count: int) -> int:
        """How many coded bytes stand in front of a plain one."""
        if count < self._first:
            return count
        return count + (1 + (count - self._first) // self._size) * self._width

    def _written(self, block: bytes) -> bytes:
        return self._check(block).to_bytes(self._width, self._order)

    def _is_right(self, buffer: Buffer, start: int, end: int) -> bool:
        """Whether a block is there with its check."""
        return bytes(buffer[end : end + self._width]) == self._written(bytes(buffer[start:end]))

    def _compare(self, buffer: Buffer, start: int, end: int, at: int, message: str) -> None:
        """The check behind a block must be right, as far as it is there."""
        got = bytes(buffer[end : end + self._width])
        expected = self._written(bytes(buffer[start:end]))
        if len(got) == self._width and got != expected:
            raise DecodeError("crc", message, "", end - at, expected, got)
