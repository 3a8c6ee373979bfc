"""Where the units of a stream begin and end: at headers and trailers, or as a message says."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from protoc.runtime.dispatch import Candidates
from protoc.runtime.errors import DecodeError, Incomplete
from protoc.runtime.protocol import Between, Link, Packets


class Unit(NamedTuple):
    """Where a unit begins, and where it ends; None when more bytes are needed to tell."""

    start: int
    end: int | None


class Cutter(ABC):
    """Finds units in a buffer.

    Attributes:
        reach: so many bytes from its start at most tell that a unit begins.
    """

    reach = 2

    @abstractmethod
    def find(self, buffer: bytearray, at: int) -> Unit:
        """The first unit from `at` on.

        One that is not whole yet, or may not even have begun, has no end; nothing before its start
        can be in a unit.
        """

    @abstractmethod
    def next_start(self, buffer: bytearray, at: int) -> int:
        """Where the next unit may begin, behind one that was none."""

    def forget(self, count: int) -> None:  # noqa: B027 - most remember nothing
        """So many bytes are gone in front."""


class Delimited(Cutter):
    """Units between headers and trailers. Where one has no header, it begins behind the last.

    Args:
        rows: the headers and trailers; of several headers at one place the first in the row wins.
    """

    def __init__(self, rows: Sequence[Between]) -> None:
        self._headed = [row for row in rows if row.header]
        self._headless = [row.trailer for row in rows if not row.header]
        self.reach = max((len(row.header) for row in rows), default=1)
        self._unit = -1  # the unit whose trailer was looked for …
        self._searched = 0  # … up to here

    def find(self, buffer: bytearray, at: int) -> Unit:
        start, row = self._begin(buffer, at)
        if row is not None:
            return Unit(start, self._trailer(buffer, start, start + len(row.header), row.trailer))
        return Unit(start, self._first_trailer(buffer, start) if self._headless else None)

    def next_start(self, buffer: bytearray, at: int) -> int:
        found = [buffer.find(row.header, at) for row in self._headed]
        return min((start for start in found if start >= 0), default=len(buffer))

    def forget(self, count: int) -> None:
        self._unit -= count
        self._searched -= count

    def _begin(self, buffer: bytearray, at: int) -> tuple[int, Between | None]:
        """Where the next unit begins, and whose header it has; None when that is not known."""
        if self._headless:
            here = (row for row in self._headed if buffer.startswith(row.header, at))
            return at, next(here, None)
        best, whose = len(buffer), None
        for row in self._headed:
            start = buffer.find(row.header, at, best + len(row.header) - 1)
            known = start >= 0
            start = start if known else _partial(buffer, row.header, at)
            if start < best:
                best, whose = start, row if known else None
        return best, whose

    def _trailer(self, buffer: bytearray, unit: int, at: int, trailer: bytes) -> int | None:
        """Where a trailer that is looked for from `at` on ends."""
        start = max(at, self._searched) if unit == self._unit else at
        found = buffer.find(trailer, start)
        if found >= 0:
            self._unit = -1
            return found + len(trailer)
        self._unit, self._searched = unit, max(at, len(buffer) - len(trailer) + 1)
        return None

    def _first_trailer(self, buffer: bytearray, at: int) -> int | None:
        ends = [buffer.find(trailer, at) + len(trailer) for trailer in self._headless]
        whole = [end for end, t in zip(ends, self._headless, strict=True) if end >= at + len(t)]
        return min(whole, default=None)


def _partial(buffer: bytearray, header: bytes, at: int) -> int:
    """Where the end of the buffer may be the beginning of a header; its end when it is not."""
    for start in range(max(at, len(buffer) - len(header) + 1), len(buffer)):
        if header.startswith(bytes(buffer[start:])):
            return start
    return len(buffer)


class Measured(Cutter):
    """Units as long as a message says; what it says beyond `largest` is damage."""

    def __init__(self, row: Packets, link: str, largest: int) -> None:
        self._decode = row.message.decode_prefix
        self._starts = Candidates([row.message])
        self._link = link
        self._largest = largest

    def find(self, buffer: bytearray, at: int) -> Unit:
        while at < len(buffer):
            try:
                _, end = self._decode(buffer, at, self._link)
            except Incomplete as more:
                if more.needed <= self._largest:
                    return Unit(at, None)
            except DecodeError:
                pass
            else:
                if end - at <= self._largest:
                    return Unit(at, end)
            at = self.next_start(buffer, at + 1)
        return Unit(at, None)

    def next_start(self, buffer: bytearray, at: int) -> int:
        return self._starts.next_start(buffer, at)


def cutter(link: Link) -> Cutter:
    """What finds the units of a link that has some."""
    packets = [row for row in link.units if isinstance(row, Packets)]
    if packets:
        return Measured(packets[0], link.name, link.largest)
    return Delimited([row for row in link.units if isinstance(row, Between)])
