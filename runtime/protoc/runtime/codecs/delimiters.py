"""Constants that end what varies."""

from __future__ import annotations

import re

from protoc.runtime.errors import DecodeError, Incomplete
from protoc.runtime.messages import Buffer


class Delimiter:
    """One of several constants; the first is written, each is accepted.

    Attributes:
        written: the bytes written.
        until: what must be there before it is worth looking again: the last byte they share.
    """

    __slots__ = ("_longest_first", "_pattern", "until", "written")

    def __init__(self, *alternatives: bytes) -> None:
        self.written = alternatives[0] if alternatives else b""
        self._longest_first = sorted(alternatives, key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, self._longest_first)))
        last = {a[-1:] for a in alternatives}
        self.until = last.pop() if len(last) == 1 else b""

    def find(
        self,
        buffer: Buffer,
        start: int,
        at: int,
        message: str,
        stop: int | None = None,
        between: int = 0,
    ) -> int:
        """Where the first of them begins, so many bytes `between` it and `start`, or more.

        Raises:
            Incomplete: it is not there yet.
            DecodeError: it is not there before `stop`, the end of the region.
        """
        if not self._longest_first:
            return len(buffer)
        limit = len(buffer) if stop is None else stop
        found = self._pattern.search(buffer, start + between, limit)
        if found is not None:
            return found.start()
        if stop is None:
            if self.until:
                raise Incomplete(len(buffer) - at + 1, self.until)
            # one try for each byte would look at all of them again
            searched = max(start + between, self._behind(len(buffer)))
            raise Incomplete(len(buffer) - at + 1, scan=self, searched=searched - at)
        raise DecodeError("constant", message, "", start - at, self.written, "nothing", stop - at)

    def search(self, buffer: Buffer, start: int, limit: int) -> tuple[int, bool]:
        """How far there is none of them, and whether one is there."""
        if self._pattern.search(buffer, start, limit) is not None:
            return start, True
        return max(start, self._behind(limit)), False

    def _behind(self, limit: int) -> int:
        """Where one may have begun that is not there yet."""
        return limit - len(self._longest_first[0]) + 1

    def before(self, buffer: Buffer, start: int, stop: int) -> int:
        """Where the first of them begins in a region, or where the region ends."""
        if not self._longest_first:
            return stop
        found = self._pattern.search(buffer, start, stop)
        return stop if found is None else found.start()

    def stands(self, buffer: Buffer, start: int, at: int, stop: int | None = None) -> bool:
        """Whether one of them stands at `start`.

        Raises:
            Incomplete: more bytes are needed to tell.
        """
        if not self._longest_first:
            return False
        limit = len(buffer) if stop is None else stop
        if self._pattern.match(buffer, start, limit) is not None:
            return True
        if stop is None:
            there = bytes(buffer[start : start + len(self._longest_first[0])])
            if any(constant.startswith(there) for constant in self._longest_first):
                raise Incomplete(limit - at + 1)
        return False

    def expect(
        self, buffer: Buffer, start: int, at: int, message: str, stop: int | None = None
    ) -> int:
        """Where the one that stands at `start` ends.

        Raises:
            Incomplete: what is there may become one of them.
            DecodeError: something else stands there, or `stop`, the end of the region.
        """
        if not self._longest_first:
            return start
        limit = len(buffer) if stop is None else stop
        found = self._pattern.match(buffer, start, limit)
        if found is not None:
            return found.end()
        # the error says the same however much has arrived: only what tells them apart
        size = 0
        fitting = self._longest_first
        while fitting and start + size < limit:
            size += 1
            there = bytes(buffer[start : start + size])
            fitting = [a for a in fitting if a.startswith(there)]
        if fitting and stop is None:
            raise Incomplete(limit - at + 1)
        there = bytes(buffer[start : start + size])
        raise DecodeError("constant", message, "", start - at, self.written, there)


class Occurrence:
    """A constant that ends a stretch where it stands for the n-th time, or for the last.

    Args:
        mark: the constant.
        times: which time; 0 for the last.
        limits: what ends the stretch where the last one is looked for and nothing else does.
    """

    __slots__ = ("_limits", "_mark", "_times")

    def __init__(self, mark: bytes, times: int, *limits: bytes) -> None:
        self._mark = mark
        self._times = times
        self._limits = Delimiter(*limits)

    def find(
        self, buffer: Buffer, start: int, at: int, message: str, stop: int | None = None
    ) -> int:
        """Where it begins, at `start` or behind it.

        Raises:
            Incomplete: it is not there yet.
            DecodeError: it is not there before `stop`, the end of the region.
        """
        limit = len(buffer) if stop is None else stop
        if self._times:
            found = start - len(self._mark)
            for _ in range(self._times):
                found = buffer.find(self._mark, found + len(self._mark), limit)
                if found < 0:
                    break
            if found < 0 and stop is None:
                raise Incomplete(limit - at + 1, self._mark[-1:])
        else:
            if stop is None:
                limit = self._limits.find(buffer, start, at, message)
            found = buffer.rfind(self._mark, start, limit)
        if found < 0:
            place = start - at
            raise DecodeError("constant", message, "", place, self._mark, "nothing", limit - at)
        return found
