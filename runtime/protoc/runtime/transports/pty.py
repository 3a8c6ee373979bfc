"""A pseudo-terminal to listen on: other programs open its path as if it were a serial port."""

from __future__ import annotations

import os
from functools import partial

from protoc.runtime.errors import TransportError
from protoc.runtime.transports.base import (
    LARGEST_READ,
    READ,
    WRITE,
    BacklogError,
    Closed,
    Endpoint,
    Opened,
    Received,
    Stream,
    in_words,
)

_BACKLOG = 65536  # what the next program to open it can find there, at most


class PtyListener(Endpoint):
    """The far side of a pseudo-terminal. It has one connection, which stays.

    Attributes:
        path: what the other program opens.
    """

    listening = True

    def __init__(self, url: str = "pty:") -> None:
        super().__init__(url)
        self.path = ""
        self._near = -1
        self._stream: Stream | None = None

    def _start(self) -> None:
        if self._stream is not None:
            return
        try:
            # Not on Windows.
            import termios
            import tty

            far, near = os.openpty()
        except (ImportError, AttributeError):
            raise TransportError(
                "cannot listen on pty: this system has no pseudo-terminals"
            ) from None
        except OSError as error:
            raise TransportError(f"cannot listen on pty: {in_words(error)}") from error
        # The near side stays open here as well: so its settings (raw: no echo, no line editing)
        # outlive the programs that come and go, and the far side never sees a hang-up.
        tty.setraw(near, termios.TCSANOW)
        os.set_blocking(far, False)
        self._near = near
        self.path = os.ttyname(near)
        self.url = f"pty:{self.path}"
        read, write = partial(os.read, far), partial(os.write, far)
        self._stream = Stream(0, far, read, write, self._watch, largest=_BACKLOG)
        self.signals.append(Opened(0, self.path))

    def ready(self, file: int, mask: int) -> None:
        stream = self._stream
        if stream is None or stream.file != file:
            return
        try:
            if mask & WRITE:
                stream.flush()
            if mask & READ:
                self.signals.append(Received(0, stream.read(LARGEST_READ)))
        except BlockingIOError:
            return
        except OSError as error:
            self._end(in_words(error))

    def send(self, connection: int, data: bytes) -> None:
        if self._stream is None:
            return
        try:
            self._stream.send(data)
        except BacklogError:
            # Nobody has it open. On a real line these bytes would be gone as well.
            self.lost += self._stream.discard() + len(data)
        except OSError as error:
            self._end(in_words(error))

    def _end(self, reason: str) -> None:
        self.close()
        self.signals.append(Closed(0, reason))

    @property
    def unsent(self) -> int:
        # What waits for somebody to open the path is not on its way to anybody.
        return 0

    @property
    def is_open(self) -> bool:
        return self._stream is not None

    def close(self) -> None:
        if self._stream is None:
            return
        self._watch(self._stream.file, 0)
        os.close(self._stream.file)
        os.close(self._near)
        self._stream = None
