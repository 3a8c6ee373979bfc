"""What every transport is: an `Endpoint` that never waits and tells what happened as signals.

A driver waits (with a selector, or an event loop), tells the endpoint which of its files are ready
and passes the signals on. The endpoint announces its files, and what it waits for on each, through
`watch`: only changes are told, so that a thousand connections cost nothing while they are quiet.
"""

from __future__ import annotations

import errno
import os
import selectors
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from protoc.runtime.errors import LocalError
from protoc.runtime.protocol import Serial

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE

LARGEST_READ = 65536
"""Bytes taken in at once; the rest waits in the system, so that no connection starves another."""

LARGEST_BACKLOG = 1 << 20
"""Bytes that may wait for a peer that does not read."""

Watch = Callable[[int, int], None]
"""`watch(file, mask)`: from now on wait for `mask` on that file; 0 to forget it."""


class Opened(NamedTuple):
    """A connection is there."""

    connection: int
    peer: str


class Received(NamedTuple):
    """Bytes came in."""

    connection: int
    data: bytes


class Closed(NamedTuple):
    """A connection is gone; `reason` is empty when either side closed it in order."""

    connection: int
    reason: str = ""


class Failed(NamedTuple):
    """A connection that was asked for could not be made."""

    reason: str
    connection: int = 0


class TurnedAway(NamedTuple):
    """Somebody wanted to connect and was not let in."""

    peer: str
    reason: str
    connection: int = 0


Signal = Opened | Received | Closed | Failed | TurnedAway


class Endpoint(ABC):
    """One end of a line: a port, a connection, or a listening address with its connections.

    Attributes:
        url: what it really is, with the port the system picked or the path of the pty.
        signals: what happened, in order. Whoever drives it takes them from the left.
        blocks: `prepare` may take a while.
        listening: it serves many connections, and goes on when one of them ends.
        prompt: what is asked may be answered within microseconds, sooner than one is woken. A
            serial line takes longer, and to look at one again and again keeps the system from it.
        lost: bytes thrown away because nobody read them (pseudo-terminals only).
    """

    blocks = False
    listening = False
    prompt = False

    def __init__(self, url: str) -> None:
        self.url = url
        self.signals: deque[Signal] = deque()
        self.lost = 0
        self._watch: Watch = _nobody

    def prepare(self) -> None:  # noqa: B027 - most have nothing to prepare
        """Do what the system only does while one waits, such as looking up a name.

        Raises:
            TransportError: it cannot be done.
        """

    def start(self, watch: Watch) -> None:
        """Open without waiting; `Opened` or `Failed` tells how it ended. May be called again.

        Raises:
            TransportError: it cannot be opened.
        """
        self._watch = watch
        self._start()

    @property
    def parts(self) -> tuple[Endpoint, ...]:
        """What it consists of: itself, unless it is several under one name."""
        return (self,)

    def watch_for(self, part: Endpoint, watch: Watch) -> Watch:
        """How a part of it is to be watched, so that it knows whose file is ready."""
        return watch

    @abstractmethod
    def _start(self) -> None: ...

    @abstractmethod
    def ready(self, file: int, mask: int) -> None:
        """A file can be read from or written to, as `mask` says."""

    @abstractmethod
    def send(self, connection: int, data: bytes) -> None:
        """Write now what can be written and the rest as soon as possible.

        A connection that is gone takes nothing. One whose peer does not read is closed when
        `LARGEST_BACKLOG` bytes wait for it.
        """

    def hang_up(self, connection: int) -> None:
        """Close one connection; `Closed` follows. One that is gone already stays so."""
        if self.is_open:
            self.close()
            self.signals.append(Closed(connection))

    def look(self) -> None:  # noqa: B027 - most are told when there is something
        """Take in what is there already, without being told that something is."""

    def lead_to(self, place: str) -> None:
        """Connect to another `host` or `host:port` from now on; a host alone leaves the port.

        Raises:
            LocalError: it is malformed, or this is nothing that leads elsewhere.
        """
        raise LocalError(f"{self.url} cannot lead to {place}")

    def set_break(self, on: bool) -> None:  # noqa: B027 - what is no serial port has none
        """Hold the line in the break state, or let go of it."""

    @property
    @abstractmethod
    def unsent(self) -> int:
        """Bytes that wait to be written."""

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """It is connected, or about to be; a listening one is there for everybody."""

    @abstractmethod
    def close(self) -> None:
        """Close everything; what waits is lost. No signals follow."""


class Port(Endpoint):
    """A serial port: a line that can be changed while it is open."""

    @abstractmethod
    def configure(self, settings: Serial) -> None:
        """Change speed, frame and flow control; at once when the port is open.

        Raises:
            TransportError: the port cannot be like that, and is as it was.
        """

    @property
    def undelivered(self) -> int:
        """Bytes that are written and wait in the system, for the line or for who is on it."""
        return 0

    @abstractmethod
    def discard(self) -> None:
        """Forget what waits to be written, here and in the system."""


class Stream:
    """A connection as a stream of bytes: a file that never blocks and what waits to be written.

    Args:
        number: of the connection.
        file: what is watched.
        read, write: the calls that move bytes, as `socket.recv` and `socket.send` do.
        watch: as given to the endpoint.
        largest: bytes that may wait.
    """

    __slots__ = ("_largest", "_waiting", "_watch", "file", "number", "read", "unsent", "write")

    def __init__(
        self,
        number: int,
        file: int,
        read: Callable[[int], bytes],
        write: Callable[[bytes | memoryview], int],
        watch: Watch,
        largest: int = LARGEST_BACKLOG,
    ) -> None:
        self.number = number
        self.file = file
        self.read = read
        self.write = write
        self.unsent = 0
        self._watch = watch
        self._largest = largest
        self._waiting: deque[bytes | memoryview] = deque()
        watch(file, READ)

    def send(self, data: bytes | memoryview) -> None:
        """Write what goes at once and keep the rest.

        Raises:
            OSError: the connection is broken, or too much is waiting already.
        """
        if not self._waiting:
            try:
                done = self.write(data)
            except BlockingIOError:
                done = 0
            if done == len(data):
                return
            # A view: what is left is not copied, however often the peer takes only a bit of it.
            data = memoryview(data)[done:]
        if self.unsent + len(data) > self._largest:
            raise BacklogError(self.unsent)
        self.unsent += len(data)
        self._waiting.append(data)
        if len(self._waiting) == 1:
            self._watch(self.file, READ | WRITE)

    def flush(self) -> None:
        """Write what waited.

        Raises:
            OSError: the connection is broken.
        """
        waiting = self._waiting
        while waiting:
            chunk = waiting[0]
            try:
                done = self.write(chunk)
            except BlockingIOError:
                return
            self.unsent -= done
            if done < len(chunk):
                waiting[0] = memoryview(chunk)[done:]
                return
            waiting.popleft()
        self._watch(self.file, READ)

    def discard(self) -> int:
        """Forget what waits; returns how many bytes that were."""
        dropped = self.unsent
        if self._waiting:
            self._waiting.clear()
            self.unsent = 0
            self._watch(self.file, READ)
        return dropped


class BacklogError(OSError):
    """A peer does not read what is sent to it."""

    def __init__(self, waiting: int) -> None:
        super().__init__(
            errno.ENOBUFS, f"the peer does not read: {waiting} bytes wait to be written"
        )


def in_words(error: BaseException) -> str:
    """What the system says, without number and file name."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    # termios.error is no OSError but has the same arguments.
    match error.args:
        case (int(number), str(words), *_):
            return words or os.strerror(number)
        case _:
            return str(error) or type(error).__name__


def _nobody(file: int, mask: int) -> None:
    """Before the start and after the end nobody watches."""
