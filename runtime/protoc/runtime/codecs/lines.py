"""Lines in any order, up to what stands behind them."""

from __future__ import annotations

from protoc.runtime.errors import DecodeError, Incomplete
from protoc.runtime.messages import Buffer


class LineEnd:
    """What ends each of several lines, and what stands where the next line would.

    Args:
        end: behind each line.
        behind: one of these stands behind the last line; none where the region ends there.
    """

    __slots__ = ("_behind", "_end", "_until")

    def __init__(self, end: bytes, *behind: bytes) -> None:
        self._end = end
        self._behind = behind
        # nothing is decided before the last line is there, and what comes behind it
        self._until = end + behind[0] if len(behind) == 1 else end

    def next(
        self, buffer: Buffer, start: int, at: int, message: str, stop: int | None = None
    ) -> int:
        """Where the line at `start` ends, its end included; `start` when no line is left.

        Raises:
            Incomplete: it has not come wholly yet.
            DecodeError: it does not end before `stop`, the end of the region.
        """
        if start == stop or buffer.startswith(self._behind, start, stop):
            return start
        limit = len(buffer) if stop is None else stop
        found = buffer.find(self._end, start, limit)
        if stop is not None and found < 0:
            raise DecodeError("constant", message, "", start - at, self._end, "nothing", stop - at)
        if stop is None and (found < 0 or self._may_be_behind(buffer, start)):
            behind_a_line = buffer[max(0, start - len(self._end)) : start] == self._end
            raise Incomplete(limit - at + 1, self._until if behind_a_line else b"")
        return found + len(self._end)

    def _may_be_behind(self, buffer: Buffer, start: int) -> bool:
        """Whether what is there may become what stands behind the lines."""
        there = bytes(buffer[start : start + max(map(len, self._behind), default=0)])
        return any(constant.startswith(there) for constant in self._behind)
