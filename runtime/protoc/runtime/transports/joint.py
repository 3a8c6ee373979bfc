"""One line that carries several links: a socket or a port that leads to more than one thing.

What comes belongs to the link that sent last: on such a line it is an answer. Whoever uses it sees
to it that only one link awaits answers at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from protoc.runtime.transports.base import Endpoint, Opened, Received, Signal


class Joint:
    """The line itself: open as long as one of its ends is.

    Args:
        line: what carries it; from then on it belongs to the joint.
        count: how many links it carries.

    Attributes:
        line: as given.
        ends: an endpoint for each of the links.
        speaking: the one that sent last.
        opened: how the line told that it is there; None while it is not.
    """

    def __init__(self, line: Endpoint, count: int) -> None:
        self.line = line
        self.opened: Opened | None = None
        self.ends = [JointEnd(self) for _ in range(count)]
        self.speaking = self.ends[0]
        line.signals = _Fork(self)

    def tell(self, signal: Signal) -> None:
        """Pass on what happens: bytes to who sent last, everything else to all who are there."""
        if isinstance(signal, Received):
            self.speaking.hear(signal)
            return
        self.opened = signal if isinstance(signal, Opened) else None
        for end in self.ends:
            end.hear(signal)


class JointEnd(Endpoint):
    """A line that others use as well.

    Args:
        joint: the line.
    """

    def __init__(self, joint: Joint) -> None:
        super().__init__(joint.line.url)
        self._joint = joint
        self._wanted = False
        self.blocks = joint.line.blocks
        self.prompt = joint.line.prompt

    def hear(self, signal: Signal) -> None:
        """Something happened on the line."""
        if self._wanted:
            self._wanted = isinstance(signal, Opened | Received)
            self.signals.append(signal)

    def prepare(self) -> None:
        if not self._joint.line.is_open:
            self._joint.line.prepare()

    def _start(self) -> None:
        if self._wanted:
            return
        self._wanted = True
        if not self._joint.line.is_open:
            self._joint.line.start(self._watch)
        elif self._joint.opened is not None:
            self.signals.append(self._joint.opened)

    def ready(self, file: int, mask: int) -> None:
        self._joint.line.ready(file, mask)

    def send(self, connection: int, data: bytes) -> None:
        self._joint.speaking = self
        self._joint.line.send(connection, data)

    def look(self) -> None:
        self._joint.line.look()

    def set_break(self, on: bool) -> None:
        self._joint.line.set_break(on)

    @property
    def unsent(self) -> int:
        return self._joint.line.unsent if self._wanted else 0

    @property
    def is_open(self) -> bool:
        return self._wanted and self._joint.line.is_open

    def close(self) -> None:
        self._wanted = False
        self.signals.clear()
        if not any(end.is_open for end in self._joint.ends):
            self._joint.opened = None
            self._joint.line.close()


class _Fork(deque[Signal]):
    """Where the line tells what happens."""

    def __init__(self, joint: Joint) -> None:
        super().__init__()
        self._joint = joint

    def append(self, signal: Signal, /) -> None:
        self._joint.tell(signal)

    def extend(self, signals: Iterable[Signal], /) -> None:
        for signal in signals:
            self.append(signal)
