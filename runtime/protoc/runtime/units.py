"""Streams that a link cuts into units: a message takes a unit whole, or the unit is dropped whole.

Where units are is told by a header and a trailer, or by a message that knows its own length; bytes
outside of units are garbage. See `framing` for streams that only the messages themselves cut.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from protoc.runtime.cutting import Cutter, cutter
from protoc.runtime.dispatch import Candidate, Candidates, Preferred, candidates
from protoc.runtime.errors import DecodeError, Incomplete
from protoc.runtime.found import (
    LARGEST_GARBAGE,
    Found,
    FoundGarbage,
    FoundIncomplete,
    FoundMessage,
    FoundRejected,
)
from protoc.runtime.framing import Framer
from protoc.runtime.messages import Message
from protoc.runtime.protocol import Link
from protoc.runtime.weighing import explained


class UnitFramer:
    """One direction of one connection, cut into units; what `Framer` is for plain streams.

    Args:
        messages: the candidates, in the order in which they are tried.
        cutter: finds the units.
        link: the link the bytes come over, as `Message.decode_prefix` wants it.
        largest: a unit of more bytes is `too long`.

    Attributes:
        candidates: the tables of what is tried now.
        failed: as of `Framer`.
    """

    def __init__(
        self,
        messages: Sequence[type[Message]] | Candidates | Preferred,
        cutter: Cutter,
        link: str = "",
        largest: int = 65536,
    ) -> None:
        self.failed: tuple[DecodeError, ...] = ()
        self._cutter = cutter
        self._link = link
        self._largest = largest
        self._buffer = bytearray()
        self._base = 0  # offset in the stream of the buffer's first byte
        self._held = 0  # up to here everything is reported
        self._at = 0  # where the search for the next unit goes on
        self._cut: int | None = None  # where a unit begins that the end cut off
        self._ready: deque[Found] = deque()
        self._ended = False
        self.expect(messages)

    def expect(self, messages: Sequence[type[Message]] | Candidates | Preferred) -> None:
        """Try these candidates from now on, in this order."""
        if not isinstance(messages, Candidates | Preferred):
            messages = candidates(tuple(messages))
        self.candidates = messages

    def feed(self, data: bytes) -> list[Found]:
        """Take in bytes; returns what is decided by them."""
        self.push(data)
        return list(iter(self.next, None))

    def end(self) -> list[Found]:
        """The input is over, or stalled: decide about everything that is held."""
        self.finish()
        return list(iter(self.next, None))

    def push(self, data: bytes) -> None:
        """Take in bytes without looking."""
        self._buffer += data

    def finish(self) -> None:
        """Let the coming `next` decide about everything that is held.

        A unit that is cut off yields to one that is whole behind its first byte.
        """
        self._ended = True

    def next(self) -> Found | None:
        """The next thing found; None when more bytes are needed."""
        while not self._ready:
            if not self._step():
                return None
        return self._ready.popleft()

    @property
    def pending(self) -> bool:
        """Bytes are held that nothing was reported of yet."""
        return bool(self._ready) or self._held < len(self._buffer)

    def held(self) -> bytes:
        """The bytes nothing was reported of yet."""
        return bytes(self._buffer[self._held :])

    def may_become(self, messages: Sequence[type[Message]]) -> bool:
        """Whether the unit that waits for more bytes may become one of these messages."""
        at = self._at
        return at < len(self._buffer) and any(
            Candidate(message).fits(self._buffer, at) for message in messages
        )

    # --- the search --------------------------------------------------------------------------

    def _step(self) -> bool:
        """Look for the next unit; False when that takes more bytes."""
        if self._at >= len(self._buffer):
            return self._settle()
        start, end = self._cutter.find(self._buffer, self._at)
        size = (end or len(self._buffer)) - start
        if end is not None and size <= self._largest:
            self._found(start, end)
        elif size > self._largest and self._seen_past(start + self._largest):
            self._reject_long(start)
        elif self._ended:
            if self._cut is None and start < len(self._buffer):
                self._cut = start
            self._at = start + 1
        else:
            self._at = start
            while start - self._held >= LARGEST_GARBAGE:
                self._report_garbage(self._held + LARGEST_GARBAGE)
            self._compact()
            return False
        return True

    def _seen_past(self, at: int) -> bool:
        """Whether it is known what units begin before a place, whatever comes."""
        return self._ended or len(self._buffer) >= at + self._cutter.reach

    def _settle(self) -> bool:
        """Everything is looked at; at the end, report what is held."""
        if not self._ended:
            self._compact()
            return False
        end = len(self._buffer)
        if self._cut is not None:
            self._report_garbage(self._cut)
            data = bytes(self._buffer[self._cut : end])
            self._ready.append(FoundIncomplete(data, self._base + self._cut))
            self._held = end
        self._cut = None
        self._report_garbage(end)
        self._ended = False
        self._at = end
        self._compact()
        return bool(self._ready)

    def _found(self, start: int, end: int) -> None:
        self._cut = None
        self._report_garbage(start)
        self._take(start, end)
        self._at = self._held = end
        self._compact()

    def _take(self, start: int, end: int) -> None:
        """A unit: a message takes it whole, or it is dropped whole."""
        unit = self._buffer[start:end]
        errors: list[DecodeError] = []
        failed: list[DecodeError] = []
        for candidate in self.candidates.at(unit, 0) if unit else ():
            if not candidate.fits(unit, 0):
                continue
            try:
                message, behind = candidate.decode(unit, 0, self._link)
            except DecodeError as error:
                errors.append(error.with_traceback(None))
                if error.reason in ("length", "crc") and error.size:
                    failed.append(error)
            except Incomplete as more:
                errors.append(_short(candidate.message, more, len(unit)))
            else:
                if behind == len(unit):
                    self._ready.append(FoundMessage(message, self._base + start, bytes(unit)))
                    return
                errors.append(_long(candidate.message, behind, unit))
        self.failed = tuple(failed)
        if errors:
            deepest = max(errors, key=explained)
            self._ready.append(FoundRejected(bytes(unit), self._base + start, deepest))
        else:
            self._ready.append(FoundGarbage(bytes(unit), self._base + start))

    def _reject_long(self, start: int) -> None:
        """A unit that never ends, or too late: what is there of it goes, up to the next one."""
        buffer, most = self._buffer, self._largest
        self._report_garbage(start)
        stop = min(self._cutter.next_start(buffer, start + 1), start + most)
        fitting = (each for each in self.candidates.at(buffer, start) if each.fits(buffer, start))
        first = next(fitting, None)
        name = first.message.NAME if first else "unit"
        error = DecodeError("too long", name, "", 0, f"at most {most} bytes", "more", most)
        data = bytes(buffer[start:stop])
        self._ready.append(FoundRejected(data, self._base + start, error))
        self._cut = None
        self._at = self._held = stop
        self._compact()

    # --- reports -----------------------------------------------------------------------------

    def _report_garbage(self, at: int) -> None:
        while self._held < at:
            end = min(self._held + LARGEST_GARBAGE, at)
            data = bytes(self._buffer[self._held : end])
            self._ready.append(FoundGarbage(data, self._base + self._held))
            self._held = end

    def _compact(self) -> None:
        """Forget what is reported."""
        gone = self._held
        if gone:
            del self._buffer[:gone]
            self._base += gone
            self._held = 0
            self._at -= gone
            self._cutter.forget(gone)


def _short(message: type[Message], more: Incomplete, size: int) -> DecodeError:
    expected = f"{more.needed} bytes" if more.needed > size else "its end"
    return DecodeError("length", message.NAME, "", size, expected, "the end of the unit", size)


def _long(message: type[Message], end: int, unit: bytearray) -> DecodeError:
    rest = bytes(unit[end:])
    return DecodeError("length", message.NAME, "", end, "the end of the unit", rest, len(unit))


def framer_of(link: Link, messages: Sequence[type[Message]] | Candidates) -> Framer | UnitFramer:
    """What finds the messages of a link, in one direction of one connection."""
    if link.units:
        return UnitFramer(messages, cutter(link), link.name, link.largest)
    return Framer(messages, link.name, link.largest)
