"""What waits to be executed, in which order, and what became of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec

from protoc.runtime.actions import Action, Execute
from protoc.runtime.errors import LocalError, ProtocolError, TransportError
from protoc.runtime.events import LoadState, Status
from protoc.runtime.messages import Message
from protoc.runtime.scope import Scope

if TYPE_CHECKING:
    from protoc.runtime.channel import Channel

ENTRY_SIZE = 256
"""Bytes an entry counts by itself, without its fields and commands."""
HIGH = 200_000_000
FULL = 300_000_000
"""So many bytes may be queued; then nothing more is taken in until there are less than `HIGH`."""

_NO_FIELDS: Mapping[str, Any] = MappingProxyType({})
_NOTHING_MADE: Mapping[int, Callable[[], tuple[Message, bytes]]] = MappingProxyType({})
_BAD = {"ok": 0, "refused": 1, "timeout": 2, "error": 3}


class Ticket(msgspec.Struct, eq=False):
    """What became of one `Session.execute`.

    Its own work is the target: a pair, a command, all items of a group, what a trigger executes.
    Beyond that it follows what the answers set in motion.

    Attributes:
        done: its own work is over.
        settled: so is everything that came of it.
        status: the worst that happened so far: `error`, `timeout`, `refused`, `ok`.
        reply: the last answer, or None; of a refusal the refusing message.
        replies: the answers of the last pair that got any, in order.
        error: why it is not `ok`: `Timeout`, `Refused`, `TransportError` or `LocalError`.
    """

    done: bool = True
    status: Status = "ok"
    reply: Message | None = None
    replies: list[Message] = []
    error: ProtocolError | None = None
    _open: int = 0
    _open_own: int = 0
    _own_status: Status = "ok"
    _own_reply: Message | None = None
    _own_error: ProtocolError | None = None

    @property
    def settled(self) -> bool:
        return self._open == 0

    def result(self) -> Message | None:
        """The last answer to its own work; None when there was none to wait for.

        Raises:
            Timeout, Refused, TransportError, LocalError: the worst that happened to it.
        """
        if not self.done:
            raise LocalError("it is not done yet")
        if self._own_error is not None:
            raise self._own_error
        return self._own_reply

    def opened(self, own: bool) -> None:
        """Something more is to be done for it."""
        self._open += 1
        self._open_own += own
        self.done = not self._open_own

    def closed(self, own: bool) -> None:
        """Something is over."""
        self._open -= 1
        self._open_own -= own
        self.done = not self._open_own

    def answered(self, replies: list[Message], own: bool) -> None:
        """A pair got answers, or the refusal."""
        if replies:
            self.replies = replies
            self.reply = replies[-1]
            if own:
                self._own_reply = replies[-1]

    def failed(self, status: Status, error: ProtocolError, own: bool) -> None:
        """A pair or command failed; the worst counts, of equals the first."""
        if _BAD[status] > _BAD[self.status]:
            self.status, self.error = status, error
        if own and _BAD[status] > _BAD[self._own_status]:
            self._own_status, self._own_error = status, error


GONE = -1
"""In place of the number of a connection that is gone: it may be given to somebody else."""


class Entry(msgspec.Struct, eq=False):
    """Something in the queue.

    Attributes:
        target: what is to be executed.
        scope: what its arguments and conditions see: the message that caused it, the params.
        fields: fields of commands as the user gave them.
        ticket: whom to tell; `own` when it is the ticket's own work.
        connection: the connection that caused it, None when none did, `GONE` when it asked over
            this link and is gone.
        link: name of the link that caused it, empty when none did.
        gap: seconds to wait at least after each item of it.
        then: called when it is over.
        timer: the timer that queued it, empty when none did.
        made: what gives the commands of its items that were composed early, by the items' `id`.
        size: bytes it takes in the queue, as far as they are known.
        channel: the link it goes over; None until that is settled.
        guest: it is an item of a group that runs in the queue of another link.
        begun: something of it was sent.
    """

    target: Execute
    scope: Scope
    fields: Mapping[str, Any] = _NO_FIELDS
    ticket: Ticket | None = None
    own: bool = False
    connection: int | None = None
    link: str = ""
    gap: float = 0.0
    then: Callable[[], None] | None = None
    timer: str = ""
    made: Mapping[int, Callable[[], tuple[Message, bytes]]] = _NOTHING_MADE
    size: int = 0
    channel: Channel | None = None
    guest: bool = False
    begun: bool = False

    def __post_init__(self) -> None:
        if self.ticket is not None:
            self.ticket.opened(self.own)

    def close(self) -> None:
        """It is over."""
        if self.ticket is not None:
            self.ticket.closed(self.own)
        if self.then is not None:
            self.then()

    def answered(self, replies: list[Message]) -> None:
        if self.ticket is not None:
            self.ticket.answered(replies, self.own)

    def failed(self, status: Status, error: ProtocolError) -> None:
        if self.ticket is not None:
            self.ticket.failed(status, error, self.own)


class Queue:
    """Entries in three classes, front to back: `first`, normal, `last` (where timers queue).

    `first` goes to the very front, the newest first; normal behind the last one that is not
    `last`; `last` to the very end. `now` waits apart: it interrupts the running group between two
    of its items, in the order in which it came.

    Args:
        loaded: told the bytes in it when they become `high`, `full`, or `open` again.

    Attributes:
        forced: the entries that are `now`.
    """

    def __init__(self, loaded: Callable[[int, LoadState], None]) -> None:
        self._loaded = loaded
        self._size = 0
        self._state: LoadState = "open"
        self._front: deque[Entry] = deque()
        self._back: deque[Entry] = deque()
        self.forced: deque[Entry] = deque()
        self._waiting: dict[tuple[str, str, int], int] = {}

    def __len__(self) -> int:
        return len(self._front) + len(self._back) + len(self.forced)

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def __iter__(self) -> Iterator[Entry]:
        yield from self.forced
        yield from self._front
        yield from self._back

    def __contains__(self, target: Execute) -> bool:
        return _key(target) in self._waiting

    def put(self, entry: Entry) -> bool:
        """Take an entry in where its priority says; False while it is full."""
        if self._state == "full":
            return False
        entry.size += ENTRY_SIZE
        for value in entry.fields.values():
            if isinstance(value, (str, bytes)):
                entry.size += len(value)
        self._weigh(entry.size)
        key = _key(entry.target)
        self._waiting[key] = self._waiting.get(key, 0) + 1
        match entry.target.priority:
            case "first":
                self._front.appendleft(entry)
            case "normal":
                self._front.append(entry)
            case "last":
                self._back.append(entry)
            case "now":
                self.forced.append(entry)
        return True

    def _weigh(self, size: int) -> None:
        """So many bytes more, or less."""
        self._size += size
        if self._size >= FULL:
            state: LoadState = "full"
        elif self._size >= HIGH:
            state = "full" if self._state == "full" else "high"
        else:
            state = "open"
        if state != self._state:
            self._state = state
            self._loaded(self._size, state)

    def take(self) -> Entry | None:
        """The entry that is next, None when there is none."""
        for entries in (self.forced, self._front, self._back):
            if entries:
                return self._taken(entries.popleft())
        return None

    def take_forced(self) -> Entry | None:
        """The next `now`, None when there is none."""
        return self._taken(self.forced.popleft()) if self.forced else None

    def withdraw(self, wanted: Callable[[Entry], bool]) -> list[Entry]:
        """Take out the entries that are wanted."""
        gone: list[Entry] = []
        for entries in (self.forced, self._front, self._back):
            kept: list[Entry] = []
            for entry in entries:
                if wanted(entry):
                    gone.append(self._taken(entry))
                else:
                    kept.append(entry)
            entries.clear()
            entries.extend(kept)
        return gone

    def _taken(self, entry: Entry) -> Entry:
        key = _key(entry.target)
        self._waiting[key] -= 1
        if not self._waiting[key]:
            del self._waiting[key]
        self._weigh(-entry.size)
        return entry


class Frame(msgspec.Struct, eq=False):
    """An entry being executed.

    Attributes:
        entry: what it came from; items report to its ticket.
        channel: the link its items go over where nothing else is said of them.
        items: what it consists of; `at` is the number of those that are done.
        group: name of the group whose items these are, empty for a single pair or command.
        forced: it interrupted another one.
        owner: it closes the entry when it ends; inner groups do not.
    """

    entry: Entry
    items: tuple[Action, ...]
    channel: Channel | None
    group: str = ""
    forced: bool = False
    owner: bool = True
    at: int = 0

    @property
    def over(self) -> bool:
        """No item is left."""
        return self.at >= len(self.items)

    def leave(self) -> None:
        """Do no more of it."""
        self.at = len(self.items)


def line_lost(reason: str) -> TransportError:
    """What those are told whose connection went away."""
    return TransportError(f"the line is gone: {reason}" if reason else "the line is gone")


def _key(target: Execute) -> tuple[str, str, int]:
    """What makes two entries the same: arguments may differ even between equal expressions."""
    return target.kind, target.name, id(target.arguments) if target.arguments else 0
