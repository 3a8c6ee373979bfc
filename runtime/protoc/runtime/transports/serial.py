"""Serial ports, through pyserial: one with a file that can be waited for."""

from __future__ import annotations

import errno
import os
from functools import partial

import serial as pyserial

from protoc.runtime.errors import TransportError
from protoc.runtime.protocol import Serial
from protoc.runtime.transports.base import (
    READ,
    WRITE,
    Closed,
    Endpoint,
    Opened,
    Received,
    Stream,
    in_words,
)

_LARGEST_READ = 4096  # more than the system keeps for a tty

HAS_FILES = os.name == "posix"
"""Ports are files that the system can wait for."""


class SerialPort(Endpoint):
    """A port whose file the system can wait for: what POSIX has."""

    def __init__(self, url: str, path: str, settings: Serial) -> None:
        super().__init__(url)
        self.path = path
        self._settings = settings
        self._port: pyserial.Serial | None = None
        self._stream: Stream | None = None

    def _start(self) -> None:
        if self._port is not None:
            return
        port = self._port = open_port(self.url, self.path, self._settings)
        file = port.fileno()
        # Past pyserial, whose read and write each wait with a select of their own.
        self._stream = Stream(0, file, partial(os.read, file), partial(os.write, file), self._watch)
        self.signals.append(Opened(0, self.path))

    def ready(self, file: int, mask: int) -> None:
        stream = self._stream
        if stream is None or stream.file != file:
            return
        try:
            if mask & WRITE:
                stream.flush()
            if mask & READ:
                data = stream.read(_LARGEST_READ)
                if not data:
                    self._end("the port is gone")
                    return
                self.signals.append(Received(0, data))
        except BlockingIOError:
            return
        except OSError as error:
            self._end(_gone(error))

    def send(self, connection: int, data: bytes) -> None:
        if self._stream is None:
            return
        try:
            self._stream.send(data)
        except OSError as error:
            self._end(_gone(error))

    def _end(self, reason: str) -> None:
        self.close()
        self.signals.append(Closed(0, reason))

    @property
    def unsent(self) -> int:
        return self._stream.unsent if self._stream else 0

    @property
    def is_open(self) -> bool:
        return self._port is not None

    def close(self) -> None:
        if self._port is None:
            return
        if self._stream is not None:
            self._watch(self._stream.file, 0)
            self._stream = None
        self._port.close()
        self._port = None


def open_port(url: str, path: str, settings: Serial) -> pyserial.Serial:
    """Open a port for us alone.

    Raises:
        TransportError: it cannot be opened, or not with these settings.
    """
    port = pyserial.Serial(timeout=0, write_timeout=0, exclusive=True)
    port.port = path
    configure(port, settings)
    try:
        try:
            port.open()
        except Exception as error:
            if not _is_pseudo_terminal(path, error):
                raise
            # A pseudo-terminal carries eight bits whatever is asked, and some systems say so. The
            # other end gets the bytes all the same.
            plain = Serial(baudrate=settings.baudrate)
            configure(port, plain)
            port.open()
    except Exception as error:  # pyserial lets termios.error through, which is no OSError
        port.close()
        raise TransportError(f"cannot open {url}: {_why(error)}") from error
    return port


def open_url(target: str, settings: Serial) -> pyserial.Serial:
    """Open what a URL of pyserial names: `loop://`, `socket://…`, `rfc2217://…` and the like.

    Raises:
        Exception: whatever the handler of the URL raises.
    """
    port = pyserial.serial_for_url(target, do_not_open=True)
    configure(port, settings)
    port.open()
    return port


def configure(port: pyserial.SerialBase, settings: Serial) -> None:
    """Give a port its speed, its frame, and who is told to wait how."""
    port.baudrate = settings.baudrate
    port.bytesize = settings.bytesize
    port.parity = settings.parity
    port.stopbits = settings.stopbits
    port.rtscts = settings.rtscts
    port.dsrdtr = settings.dsrdtr
    port.xonxoff = settings.xonxoff
    if settings.rts is not None:
        port.rts = settings.rts
    if settings.dtr is not None:
        port.dtr = settings.dtr


def _is_pseudo_terminal(path: str, error: Exception) -> bool:
    return path.startswith("/dev/pts/") and error.args[:1] == (errno.EINVAL,)


def _why(error: Exception) -> str:
    """Why a port did not open: pyserial wraps what the system said into words of its own."""
    match error.args:
        case (errno.EAGAIN | errno.EBUSY | errno.EWOULDBLOCK, *_):
            return "another program has it open"
        case (int(number), *_) if number in errno.errorcode:
            return os.strerror(number)
        case _:
            not_a_tty = os.strerror(errno.ENOTTY) in str(error)
            return "it is not a serial port" if not_a_tty else in_words(error)


def _gone(error: OSError) -> str:
    # What a tty says when its other side, or the adapter it stands for, has been unplugged.
    return "the port is gone" if error.errno == errno.EIO else in_words(error)
