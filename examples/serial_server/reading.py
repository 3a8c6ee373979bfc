"""What a client sends: commands, and what is none."""

from __future__ import annotations

import re
from typing import NamedTuple

from examples.serial_server.refusals import CODES
from examples.serial_server.serial_server import PROTOCOL
from protoc.runtime import Message
from protoc.runtime.dispatch import Candidates
from protoc.runtime.found import FoundGarbage, FoundMessage
from protoc.runtime.framing import Framer

CONFUSED = 0.1
"""Seconds of silence that end what can be no message: it has no length that would."""

STALLED = 3.0
"""Seconds of silence after which the rest of a message is not coming any more."""

# What may still become a message: its length is there, or it begins like a command.
_BEGINNING = re.compile(
    rb".,\d{4},|[%b](,\d{0,4})?\Z" % "".join(CODES).encode(), re.DOTALL
)
_KEPT = 64  # bytes of a mistake: more are not shown to anybody

_COMMANDS = Candidates([each for each in PROTOCOL.messages if each.KIND == "command"])


class Unreadable(NamedTuple):
    """Bytes that are no message."""

    data: bytes


class Reading:
    """Takes apart what one client sends. Whoever reads tells it what came, and of silence.

    Bytes that belong to no message are one mistake, up to the next message or up to a pause. Line
    ends between messages are none: whoever types cannot help sending them.
    """

    def __init__(self) -> None:
        self._framer = Framer(_COMMANDS)
        self._received = 0
        self._mistake = b""  # the beginning of what is no message
        self._told = 0  # of what came up to here mistakes are told
        self._paused = False
        self._behind: Message | None = None  # the message found behind a mistake

    def push(self, data: bytes) -> None:
        """Bytes came in."""
        self._received += len(data)
        self._paused = False
        self._framer.push(data)

    def next(self) -> Message | Unreadable | None:
        """The next thing in what came; None when it takes more bytes, or silence, to tell."""
        while self._behind is None and (found := self._framer.next()) is not None:
            if isinstance(found, FoundMessage):
                self._behind = found.message
            else:
                self._mistaken(found.data, found.offset)
        if self._mistake and (self._behind is not None or self._paused):
            mistake, self._mistake = self._mistake, b""
            return Unreadable(mistake)
        message, self._behind = self._behind, None
        return message

    @property
    def patience(self) -> float | None:
        """How many seconds of silence would tell something; None when nothing is open."""
        if self._mistake or self._unclaimed():
            return CONFUSED
        if not self._framer.pending:
            return None
        return STALLED if _BEGINNING.match(self._unfinished()) else CONFUSED

    def silence(self) -> None:
        """Nothing came for as long as `patience` says."""
        self._paused = True
        if unclaimed := self._unclaimed():
            self._mistaken(self._framer.held(), unclaimed.offset)
        if self._mistake:
            # What is held may still end as a message. If not, it belongs to this mistake.
            self._told = self._received
        else:
            self._framer.finish()

    def _unfinished(self) -> bytes:
        """The beginning of what may become a message."""
        found = self._framer.unclaimed
        return self._framer.held()[len(found.data) if found else 0 :][:7]

    def _unclaimed(self) -> FoundGarbage | None:
        """What is held and no message, as far as it was not told yet."""
        found = self._framer.unclaimed
        return found if found and self._untold(found.data, found.offset) else None

    def _mistaken(self, data: bytes, offset: int) -> None:
        if len(self._mistake) < _KEPT:
            self._mistake += self._untold(data, offset)[:_KEPT]

    def _untold(self, data: bytes, offset: int) -> bytes:
        """The part of what is no message that was not told yet, without line ends around it."""
        return data[max(0, self._told - offset) :].strip(b"\r\n")
