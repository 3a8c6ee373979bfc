"""Finds messages in a stream of bytes, and says what became of every byte.

The reports partition the stream, in order, and are the same however it was cut into chunks: what
is not decided yet is held until it is, or until `end`.

Cost: a candidate is tried again only when the bytes it asked for are there. Inside a rejected or
unfinished frame, which is searched again from its second byte, the bytes looked at by candidates
that fail are counted; past `FREE_WORK` plus `WORK_PER_BYTE` for each of its bytes the rest of it
is passed over. Frames below a thousand bytes never come that far.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from protoc.runtime.dispatch import Branch, Candidate, Candidates, Preferred, candidates
from protoc.runtime.errors import DecodeError, Incomplete, Scan
from protoc.runtime.found import (
    LARGEST_GARBAGE,
    Found,
    FoundGarbage,
    FoundIncomplete,
    FoundMessage,
    FoundRejected,
)
from protoc.runtime.messages import Buffer, Message
from protoc.runtime.weighing import effort, effort_so_far, explained, extent, was_damaged, was_whole

FREE_WORK = 1 << 20
WORK_PER_BYTE = 16


class Framer:
    """One direction of one connection.

    Args:
        messages: the candidates, in the order in which they are tried.
        link: the link the bytes come over, as `Message.decode_prefix` wants it.
        largest: a message of more bytes is `too long`.

    Attributes:
        candidates: the tables of what is tried now.
        failed: why the newest frame was rejected, one error for each candidate whose frame was
            there as a whole and failed its length or checksum. It is known before the report is
            out; to be emptied by whoever acts on it.
    """

    def __init__(
        self,
        messages: Sequence[type[Message]] | Candidates | Preferred,
        link: str = "",
        largest: int = 65536,
    ) -> None:
        self.failed: tuple[DecodeError, ...] = ()
        self._link = link
        self._largest = largest
        self._piece = max(4096, min(65536, largest))
        self._backlog: deque[bytes] = deque()  # what does not go into the buffer yet
        self._buffer: Buffer = b""
        self._base: int = 0  # offset in the stream of the buffer's first byte
        self._ready: deque[Found] = deque()
        self._ended = False  # no more comes …
        self._final = False  # … and all of it is in the buffer
        self._reset(0)
        self.expect(messages)

    def expect(self, messages: Sequence[type[Message]] | Candidates | Preferred) -> None:
        """Try these candidates from now on, in this order."""
        if not isinstance(messages, (Candidates, Preferred)):
            messages = candidates(tuple(messages))
        self.candidates = messages
        self._await_anything()

    def feed(self, data: bytes) -> list[Found]:
        """Take in bytes; returns what is decided by them."""
        self.push(data)
        return self._drain()

    def end(self) -> list[Found]:
        """The input is over, or stalled: decide about everything that is held.

        An unfinished candidate yields to a later one that is whole, else to messages found
        behind its first byte; only when there is none it is reported as incomplete.
        """
        self.finish()
        return self._drain()

    def push(self, data: bytes) -> None:
        """Take in bytes without looking; `next` tells what is in them, one by one.

        Between two `next` the candidates may be changed with `expect`.
        """
        # Candidates search the whole buffer: what comes in bulk is let in piece by piece.
        if len(data) <= self._piece and not self._backlog:
            self._take(data)
        else:
            piece = self._piece
            self._backlog.extend(data[at : at + piece] for at in range(0, len(data), piece))

    def finish(self) -> None:
        """Let the coming `next` decide about everything that is held, as `end` does."""
        self._ended = True

    def next(self) -> Found | None:
        """The next thing found; None when more bytes are needed."""
        if not self._ready:
            if self._held == self._at:
                if self._at >= len(self._buffer):
                    if not (self._backlog or self._ended):
                        return None
                elif self._fresh and (found := self._likely()) is not None:
                    return found
            self._search(one=True)
        return self._ready.popleft() if self._ready else None

    @property
    def pending(self) -> bool:
        """Bytes are held that nothing was reported of yet."""
        return bool(self._ready) or self._held < len(self._buffer)

    def held(self) -> bytes:
        """The bytes nothing was reported of yet."""
        return bytes(self._buffer[self._held :])

    def claim(self) -> None:
        """The bytes held belong to what was found before them: nothing is looked for in them."""
        self._reset(len(self._buffer))

    @property
    def unclaimed(self) -> FoundGarbage | None:
        """The held bytes that are known to belong to no message, before they are reported."""
        if self._held == self._at:
            return None
        data = bytes(self._buffer[self._held : self._at])
        return FoundGarbage(data, self._base + self._held)

    def may_become(self, messages: Sequence[type[Message]]) -> bool:
        """Whether what waits for more bytes may become one of these messages."""
        if self._at >= len(self._buffer):
            return False
        for message in messages:
            if Candidate(message).fits(self._buffer, self._at):
                try:
                    message.decode_prefix(self._buffer, self._at, self._link)
                except Incomplete:
                    return True
                except DecodeError:
                    continue
        return False

    # --- the state of the search -------------------------------------------------------------

    def _reset(self, at: int) -> None:
        """Nothing is held before `at`, where the search goes on."""
        self._at = self._held = at
        self._error: DecodeError | None = None  # of the rejected frame that is being searched
        self._error_end = 0
        self._unfinished: int | None = None  # where the candidate cut off by the end begins
        self._skip_to = 0  # its work is used up to here
        self._work = 0
        self._await_anything()

    def _await_anything(self) -> None:
        """The next try at the current position is the first one."""
        self._fresh = True  # nothing is known of it
        self._needed = 0
        self._until = b""
        self._scan: Scan | None = None
        self._searched = 0  # up to where there is no `until`, and `scan` has found nothing
        self._tried: dict[Candidate, DecodeError] = {}

    def _take(self, data: bytes) -> None:
        """Put bytes behind those that are held.

        They are copied as long as that costs no more than they do; a growing frame is appended to.
        """
        if self._held:
            self._compact()
        held = self._buffer
        if not held:
            self._buffer = bytes(data)
        elif len(held) <= len(data):
            self._buffer = b"".join((held, data))
        else:
            if not isinstance(held, bytearray):
                self._buffer = held = bytearray(held)
            held += data

    def _is_plain(self) -> bool:
        """Nothing is known of what comes next, and it does not grow."""
        return self._fresh and self._unfinished is None and isinstance(self._buffer, bytes)

    def _go_on(self) -> bool:
        """Let in more of what came; False when there is no more."""
        if self._backlog:
            self._take(self._backlog.popleft())
        elif self._final:
            self._close()
        elif self._ended:
            self._final = True
            self._await_anything()
        else:
            return False
        return True

    def _drain(self) -> list[Found]:
        self._search(one=False)
        found = list(self._ready)
        self._ready.clear()
        return found

    def _search(self, *, one: bool) -> None:
        """Decide about bytes until there is one report, or more bytes are needed."""
        while not (one and self._ready):
            at = self._at
            if at >= len(self._buffer) or (self._needed and not self._ripe()):
                if not self._go_on():
                    return
            elif at < self._skip_to:
                self._pass_to(min(self._skip_to, len(self._buffer)))
            elif not self._is_plain() or self._advance(one=one) == at:
                self._try()

    def _compact(self) -> None:
        """Forget what is reported. A bytearray is shortened in front without being copied."""
        gone = self._held
        self._base += gone
        self._held = 0
        if gone == len(self._buffer):
            self._buffer = b""
            self._at = self._error_end = self._skip_to = self._searched = 0
            return
        if isinstance(self._buffer, bytearray):
            del self._buffer[:gone]
        else:
            self._buffer = self._buffer[gone:]
        self._at -= gone
        self._error_end -= gone
        self._skip_to -= gone
        self._searched -= gone
        if self._unfinished is not None:
            self._unfinished -= gone

    def _close(self) -> None:
        """The end: report what is held, begin anew."""
        end = len(self._buffer)
        cut = self._unfinished
        self._report_up_to(end if cut is None else cut)
        if cut is not None:
            self._ready.append(FoundIncomplete(bytes(self._buffer[cut:end]), self._base + cut))
        self._held = end
        self._compact()
        self._ended = self._final = False
        self._reset(0)

    # --- one step ----------------------------------------------------------------------------

    def _likely(self) -> FoundMessage | None:
        """The message that is tried first here, if it is there as a whole: it mostly is.

        To be asked where nothing is known yet, and nothing held in front of it.
        """
        buffer, at = self._buffer, self._at
        candidate = self.candidates.likely(buffer, at)
        if candidate is None or candidate.open:
            return None
        try:
            message, end = candidate.decode(buffer, at, self._link)
        except (DecodeError, Incomplete):
            return None  # what comes of that, the search finds out
        if not at < end <= at + self._largest:
            return None
        self._at = self._held = end
        return FoundMessage(message, self._base + at, bytes(buffer[at:end]))

    def _ripe(self) -> bool:
        """Whether a candidate that was incomplete can tell more by now."""
        present = len(self._buffer) - self._at
        if present < self._needed:
            return self._final
        limit = self._at + self._largest
        if self._scan is not None:
            limit = min(limit, len(self._buffer))
            self._searched, is_found = self._scan.search(self._buffer, self._searched, limit)
            return is_found or self._final or present >= self._largest
        if not self._until:
            return True
        if self._buffer.find(self._until, self._searched, limit) >= 0:
            return True
        self._searched = max(self._searched, min(len(self._buffer), limit) - len(self._until) + 1)
        return present >= self._largest

    def _advance(self, *, one: bool) -> int:
        """Go on where one candidate at most can begin, up to what is open or incomplete.

        Returns how far that went; what is there then is for `_try`.
        """
        buffer, at, base, link = bytes(self._buffer), self._at, self._base, self._link
        table, size, largest, ready = self.candidates, len(buffer), self._largest, self._ready
        first = table.first
        while at < size and not (one and ready):
            found = first[buffer[at]]
            while type(found) is Branch:
                place = at + found.position
                found = found.by_value.get(buffer[place], found.other) if place < size else None
            if type(found) is not Candidate:
                row = table.at(buffer, at) if found is None else found
                if not row:
                    at = table.next_start(buffer, at + 1)
                    if self._error is not None or at - self._held >= LARGEST_GARBAGE:
                        self._pass_to(at)
                    continue
                found = row[0] if len(row) == 1 and not row[0].open else None
            if found is None or found.size > size - at:
                break
            try:
                message, end = found.decode(buffer, at, link)
            except (DecodeError, Incomplete) as error:
                start, at = at, self._fail(at, found, error)
                if at == start or at < self._skip_to:
                    break
                continue
            if not at < end <= at + largest:
                break
            if self._error is not None:
                self._report_up_to(at)
            elif self._held < at:
                ready.append(FoundGarbage(buffer[self._held : at], base + self._held))
            ready.append(FoundMessage(message, base + at, buffer[at:end]))
            self._at = self._held = at = end
        self._at = at
        return at

    def _fail(self, at: int, candidate: Candidate, error: DecodeError | Incomplete) -> int:
        """The only candidate at a place is none, or not whole; returns where to go on."""
        if isinstance(error, Incomplete):
            return at
        self._at = at
        if candidate.fits(self._buffer, at):
            self._reject([self._failure(candidate, error)])
        else:
            self._pass_to(self.candidates.next_start(self._buffer, at + 1))
        return self._at

    def _try(self) -> None:
        """Try the candidates at the current position in order."""
        buffer, at, tried = self._buffer, self._at, self._tried
        there = len(buffer) - at
        unfinished = 0
        candidates = self.candidates.at(buffer, at)
        alone = len(candidates) == 1  # then it finds out by itself whether it fits
        for candidate in candidates:
            if not alone and (candidate in tried or not candidate.fits(buffer, at)):
                continue
            try:
                if candidate.size > there or (
                    candidate.open and not self._final and candidate.message.is_open(self._link)
                ):
                    raise Incomplete(there + 1)
                message, end = candidate.decode(buffer, at, self._link)
            except DecodeError as error:
                if candidate.fits(buffer, at):
                    tried[candidate] = self._failure(candidate, error)
            except Incomplete as more:
                if not candidate.fits(buffer, at):
                    continue
                if self._never_whole(more):
                    tried[candidate] = self._too_long(candidate)
                elif self._final:
                    unfinished += effort_so_far(more, there)
                else:
                    self._wait(more)
                    return
            else:
                if at < end <= at + self._largest:
                    self._deliver(message, end)
                    return
                tried[candidate] = self._too_long(candidate)
        self._go_past([*tried.values()], unfinished)

    def _go_past(self, errors: list[DecodeError], unfinished: int) -> None:
        """No message begins here."""
        self._fresh = self._fresh and not (errors or unfinished)
        if unfinished and not any(map(was_whole, errors)):
            self._cut_off(unfinished)
        elif errors:
            self._reject(errors)
        else:
            self._pass_to(self.candidates.next_start(self._buffer, self._at + 1))

    def _failure(self, candidate: Candidate, error: DecodeError) -> DecodeError:
        if extent(error) > self._largest:
            return self._too_long(candidate)
        # The traceback would keep the buffer alive with every report.
        return error.with_traceback(None)

    def _never_whole(self, more: Incomplete) -> bool:
        return more.needed > self._largest or len(self._buffer) - self._at >= self._largest

    def _too_long(self, candidate: Candidate) -> DecodeError:
        """The same error whether the whole frame is there or only its beginning."""
        largest = self._largest
        name = candidate.message.NAME
        return DecodeError("too long", name, "", 0, f"at most {largest} bytes", "more", largest)

    def _wait(self, more: Incomplete) -> None:
        self._fresh = False
        present = len(self._buffer) - self._at
        self._needed = max(more.needed, present + 1)
        self._until = more.until
        self._scan = more.scan
        if more.scan is not None:
            self._searched = self._at + more.searched
            return
        # What is there is searched already, but a delimiter may have begun in it.
        self._searched = self._at + max(0, min(more.needed, present) - len(more.until) + 1)

    # --- what a step decides -----------------------------------------------------------------

    def _deliver(self, message: Message, end: int) -> None:
        at = self._at
        self._report_up_to(at)
        self._ready.append(FoundMessage(message, self._base + at, bytes(self._buffer[at:end])))
        self._reset(end)

    def _reject(self, errors: list[DecodeError]) -> None:
        """No candidate is left: search again from the second byte."""
        at = self._at
        if at < self._error_end or self._unfinished is not None:
            self._spend(sum(map(effort, errors)))
        else:
            if self._held < at:
                self._report_up_to(at)
            # The one that explained most; of equals the first.
            error = max(errors, key=explained) if len(errors) > 1 else errors[0]
            size = extent(error)
            self._error, self._error_end = error, at + size
            self._work = FREE_WORK + WORK_PER_BYTE * size
            self.failed = tuple(filter(was_damaged, errors))
        self._pass_to(at + 1)

    def _cut_off(self, work: int) -> None:
        """The end came before a candidate was whole: search again from the second byte."""
        at = self._at
        if at < self._error_end or self._unfinished is not None:
            self._spend(work)
        else:
            self._unfinished = at
            self._work = FREE_WORK + WORK_PER_BYTE * (len(self._buffer) - at)
        self._pass_to(at + 1)

    def _spend(self, work: int) -> None:
        """Count what a failed search inside a frame cost."""
        self._work -= work
        if self._work < 0:
            whole = self._unfinished is not None
            self._skip_to = len(self._buffer) if whole else self._error_end

    def _pass_to(self, at: int) -> None:
        """No message begins before `at`."""
        self._at = at
        if not self._fresh:
            self._await_anything()
        if self._error is not None and at >= self._error_end:
            self._report_rejected(self._error_end)
        if self._error is None and self._unfinished is None:
            while at - self._held >= LARGEST_GARBAGE:
                self._report_garbage(self._held + LARGEST_GARBAGE)

    # --- reports -----------------------------------------------------------------------------

    def _report_up_to(self, at: int) -> None:
        """Report what is held before `at`: first what was rejected, then garbage."""
        if self._error is not None:
            self._report_rejected(min(self._error_end, at))
            self._error_end = 0
        while at - self._held > LARGEST_GARBAGE:
            self._report_garbage(self._held + LARGEST_GARBAGE)
        if self._held < at:
            self._report_garbage(at)

    def _report_rejected(self, end: int) -> None:
        assert self._error is not None
        data = bytes(self._buffer[self._held : end])
        self._ready.append(FoundRejected(data, self._base + self._held, self._error))
        self._held = end
        self._error = None

    def _report_garbage(self, end: int) -> None:
        start = self._held
        self._ready.append(FoundGarbage(bytes(self._buffer[start:end]), self._base + start))
        self._held = end
