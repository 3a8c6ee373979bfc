"""Serial ports that no system call can wait for: those behind pyserial's URLs, and on Windows.

One thread reads and one writes, since pyserial may wait in both. They never touch the endpoint's
state: bytes go through queues, and one byte through a pair of sockets says that there are some.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from queue import Empty, Full, Queue, SimpleQueue
from threading import Lock, Thread

import serial as pyserial

from protoc.runtime.errors import TransportError
from protoc.runtime.protocol import Serial
from protoc.runtime.transports.base import (
    LARGEST_BACKLOG,
    READ,
    Closed,
    Opened,
    Port,
    Received,
    in_words,
)
from protoc.runtime.transports.serial import reconfigure

_LOOK_UP = 0.1  # seconds after which a reader looks whether it is to end
_LARGEST_CHUNK = 4096
_CHUNKS = 256

OpenPort = Callable[[Serial], pyserial.Serial]


class ThreadedPort(Port):
    """A port that is read by a thread.

    Args:
        url: as the user wrote it.
        open_port: opens the port with given settings; may wait.
        settings: what it is opened with.
    """

    blocks = True

    def __init__(self, url: str, open_port: OpenPort, settings: Serial) -> None:
        super().__init__(url)
        self._open_port = open_port
        self._settings = settings
        self._port: pyserial.Serial | None = None
        self._running: _Threads | None = None

    def prepare(self) -> None:
        if self._port is not None:
            return
        try:
            self._port = self._open_port(self._settings)
        except Exception as error:  # every handler of a pyserial URL raises something else
            raise TransportError(f"cannot open {self.url}: {in_words(error)}") from error
        self._port.timeout = _LOOK_UP

    def _start(self) -> None:
        if self._running is not None:
            return
        self.prepare()
        assert self._port is not None
        self._running = _Threads(self._port)
        self._watch(self._running.file, READ)
        self.signals.append(Opened(0, self.url))

    def ready(self, file: int, mask: int) -> None:
        if self._running is None or self._running.file != file:
            return
        for item in self._running.taken():
            if isinstance(item, bytes):
                self.signals.append(Received(0, item))
            else:
                self.close()
                self.signals.append(Closed(0, item.reason))
                return

    def send(self, connection: int, data: bytes) -> None:
        if self._running is None:
            return
        if self._running.unsent + len(data) > LARGEST_BACKLOG:
            waiting = self._running.unsent
            self.close()
            self.signals.append(Closed(0, f"the port is stuck: {waiting} bytes wait to be written"))
        else:
            self._running.put(data)

    def configure(self, settings: Serial) -> None:
        if self._port is not None:
            reconfigure(self._port, self.url, self._settings, settings)
        self._settings = settings

    def look(self) -> None:
        if self._running is not None:
            self.ready(self._running.file, READ)

    def discard(self) -> None:
        if self._running is not None:
            self._running.discard()

    def set_break(self, on: bool) -> None:
        if self._port is None:
            return
        try:
            self._port.break_condition = on
        except Exception as error:  # noqa: BLE001 - the handlers raise what they like
            self.close()
            self.signals.append(Closed(0, in_words(error)))

    @property
    def unsent(self) -> int:
        return self._running.unsent if self._running else 0

    @property
    def is_open(self) -> bool:
        return self._running is not None

    def close(self) -> None:
        if self._running is not None:
            self._watch(self._running.file, 0)
            self._running.end()
            self._running = None
        elif self._port is not None:
            self._port.close()
        self._port = None


class _End:
    """Put into the queue when the port broke."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


class _Threads:
    """The two threads of an open port, what they share, and the sockets that tell of it."""

    def __init__(self, port: pyserial.Serial) -> None:
        self._port = port
        self._ended = False
        # Bounded: while nobody takes what came, the system's own buffer fills, as with a file.
        self._read: Queue[bytes | _End] = Queue(maxsize=_CHUNKS)
        self._to_write: SimpleQueue[bytes] = SimpleQueue()
        self._count = Lock()
        self.unsent = 0
        self._bell, self._told = socket.socketpair()
        self._bell.setblocking(False)
        self._told.setblocking(False)
        self.file = self._told.fileno()
        self._threads = (
            Thread(target=self._reading, name="serial reader", daemon=True),
            Thread(target=self._writing, name="serial writer", daemon=True),
        )
        for thread in self._threads:
            thread.start()

    def _reading(self) -> None:
        while not self._ended:
            try:
                data = self._port.read(min(self._port.in_waiting or 1, _LARGEST_CHUNK))
            except Exception as error:  # noqa: BLE001 - the handlers raise what they like
                self._tell(_End(in_words(error)))
                return
            if data:
                self._tell(bytes(data))

    def _writing(self) -> None:
        while data := self._to_write.get():
            try:
                self._port.write(data)
            except Exception as error:  # noqa: BLE001
                self._tell(_End(in_words(error)))
                return
            with self._count:
                self.unsent -= len(data)
            self._ring()

    def _tell(self, item: bytes | _End) -> None:
        while not self._ended:
            with contextlib.suppress(Full):
                self._read.put(item, timeout=_LOOK_UP)
                break
        self._ring()

    def _ring(self) -> None:
        # A full bell has rung already, and a closed one needs not ring.
        with contextlib.suppress(OSError):
            self._bell.send(b"!")

    def taken(self) -> list[bytes | _End]:
        """What came since the last call."""
        with contextlib.suppress(BlockingIOError):
            self._told.recv(4096)
        items: list[bytes | _End] = []
        with contextlib.suppress(Empty):
            while True:
                items.append(self._read.get_nowait())
        return items

    def put(self, data: bytes) -> None:
        """Have it written."""
        with self._count:
            self.unsent += len(data)
        self._to_write.put(data)

    def discard(self) -> None:
        """Forget what nobody has begun to write."""
        with contextlib.suppress(Empty):
            while True:
                data = self._to_write.get_nowait()
                with self._count:
                    self.unsent -= len(data)

    def end(self) -> None:
        """Close the port and wait for the threads, which look up ten times a second."""
        self._ended = True
        self._to_write.put(b"")
        for cancel in ("cancel_read", "cancel_write"):
            with contextlib.suppress(Exception):
                getattr(self._port, cancel)()
        for thread in self._threads:
            thread.join(timeout=1.0)
        with contextlib.suppress(Exception):
            self._port.close()
        self._bell.close()
        self._told.close()
