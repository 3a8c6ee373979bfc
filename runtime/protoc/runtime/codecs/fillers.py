"""Bytes that may be repeated and mean nothing."""

from __future__ import annotations

import re

from protoc.runtime.errors import Incomplete
from protoc.runtime.messages import Buffer


class Filler:
    """Bytes that are passed over.

    Args:
        octets: that may be repeated.
        most: at most so often; None for any number.
    """

    __slots__ = ("_longest", "_pattern", "octets")

    def __init__(self, octets: bytes, most: int | None = None) -> None:
        self.octets = octets
        self._longest = None if most is None else most * len(octets)
        count = b"*+" if most is None else b"{0,%d}+" % most
        self._pattern = re.compile(b"(?:" + re.escape(octets) + b")" + count, re.DOTALL)

    def skip(self, buffer: Buffer, start: int, at: int, stop: int | None = None) -> int:
        """Where something else begins, at `start` or behind it; `stop` is the end of the region.

        Raises:
            Incomplete: more of them may come.
        """
        found, is_over = self._passed(buffer, start, len(buffer) if stop is None else stop)
        if is_over or stop is not None:
            return found
        # one try for each byte would look at all of them again
        raise Incomplete(len(buffer) - at + 1, scan=self, searched=start - at)

    def search(self, buffer: Buffer, start: int, limit: int) -> tuple[int, bool]:
        """From where they have to be looked at again, and whether it is clear what follows."""
        found, is_over = self._passed(buffer, start, limit)
        return found if self._longest is None else start, is_over

    def _passed(self, buffer: Buffer, start: int, limit: int) -> tuple[int, bool]:
        """How far they reach, and whether that is clear by now."""
        there = self._pattern.match(buffer, start, limit)
        found = start if there is None else there.end()
        rest = bytes(buffer[found : min(found + len(self.octets), limit)])
        return found, found - start == self._longest or not self.octets.startswith(rest)
