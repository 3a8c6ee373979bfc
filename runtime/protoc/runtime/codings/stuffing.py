"""A byte put behind each sequence that must not stand on the wire as it is."""

from __future__ import annotations

import re

from protoc.runtime.codings.base import Coding, Miscoded


class Stuff(Coding):
    """A sequence of bytes is followed by one more wherever it occurs.

    ROBOTIS, "Dynamixel Protocol 2.0", byte stuffing: FD behind FF FF FD.

    Args:
        sequence: what must not occur alone; looked for from the left, without overlaps.
        stuffing: the byte behind it.
    """

    WIDEST = 2

    def __init__(self, sequence: bytes, stuffing: int) -> None:
        self._sequence = sequence
        self._stuffed = sequence + bytes([stuffing])
        self._found = re.compile(re.escape(sequence) + b"(" + re.escape(self._stuffed[-1:]) + b")?")

    def encode(self, data: bytes) -> bytes:
        """The bytes with one more behind each sequence."""
        return data.replace(self._sequence, self._stuffed)

    def decode(self, data: bytes) -> bytes:
        """The bytes without it."""
        for found in self._found.finditer(data):
            if found[1] is None:
                at = found.end()
                expected = f"{self._stuffed[-1]:02X} behind {self._sequence.hex(' ').upper()}"
                raise Miscoded(at, expected, data[at : at + 1] or "nothing")
        return data.replace(self._stuffed, self._sequence)

    def reach(self, data: bytes, count: int) -> int:
        """One byte for each, and those put in between."""
        for found in self._found.finditer(data):
            if found.end() > count:
                break
            count += 1
        return min(count, len(data))
