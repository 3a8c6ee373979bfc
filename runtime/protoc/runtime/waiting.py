"""When another look at bytes that were not whole is worth it."""

from __future__ import annotations

from protoc.runtime.errors import Incomplete
from protoc.runtime.messages import Buffer


class Waiting:
    """What must come behind a place before something that begins there may be whole.

    Args:
        more: what was said of it, counted from that place.
    """

    __slots__ = ("_needed", "_scan", "_searched", "_until")

    def __init__(self, more: Incomplete) -> None:
        self._needed = more.needed
        self._until = more.until
        self._scan = more.scan
        self._searched = more.searched

    def is_over(self, buffer: Buffer, start: int, limit: int) -> bool:
        """Whether it has come; `start` is the place, which may have moved with the buffer."""
        there = limit - start
        if there < self._needed:
            return False
        if self._scan is not None:
            reached, found = self._scan.search(buffer, start + self._searched, limit)
            self._searched = reached - start
            return found
        if not self._until or buffer.find(self._until, start + self._searched, limit) >= 0:
            return True
        self._searched = max(self._searched, there - len(self._until) + 1)
        return False
