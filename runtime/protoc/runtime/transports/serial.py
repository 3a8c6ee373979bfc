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
    Opened,
    Port,
    Received,
    Stream,
    in_words,
)

_LARGEST_READ = 4096  # more than the system keeps for a tty

HAS_FILES = os.name == "posix"
"""Ports are files that the system can wait for."""


class SerialPort(Port):
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
                if data:
                    self.signals.append(Received(0, data))
                elif self._port is not None:
                    # Either it is gone, and then this raises, or `look` was here before.
                    self._port.in_waiting  # noqa: B018
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

    def set_break(self, on: bool) -> None:
        if self._port is None:
            return
        try:
            self._port.break_condition = on
        except OSError as error:
            self._end(_gone(error))

    def _end(self, reason: str) -> None:
        self.close()
        self.signals.append(Closed(0, reason))

    def configure(self, settings: Serial) -> None:
        if self._port is not None:
            reconfigure(self._port, self.url, self._settings, settings)
        self._settings = settings

    @property
    def unsent(self) -> int:
        return self._stream.unsent if self._stream else 0

    def look(self) -> None:
        if self._stream is not None and self._counted("in_waiting"):
            self.ready(self._stream.file, READ)

    @property
    def undelivered(self) -> int:
        return self._counted("out_waiting")

    def _counted(self, what: str) -> int:
        """Bytes in a queue of the system; none when the port is gone."""
        try:
            count: int = getattr(self._port, what, 0)
        except OSError:
            return 0
        return count

    def discard(self) -> None:
        if self._stream is None or self._port is None:
            return
        self._stream.discard()
        if self.undelivered:
            self._port.reset_output_buffer()

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
    for name, value in _attributes(settings):
        setattr(port, name, value)


def reconfigure(port: pyserial.Serial, url: str, before: Serial, settings: Serial) -> None:
    """Change a port that is open, all or nothing.

    Raises:
        TransportError: it cannot be like that, and is as it was.
    """
    error = _reconfigured(port, settings)
    if error is None:
        return
    if _is_pseudo_terminal(str(port.name), error):
        _reconfigured(port, Serial(baudrate=settings.baudrate))
        return
    _reconfigured(port, before)
    raise TransportError(f"{url} cannot be like that: {_why(error)}") from error


def _reconfigured(port: pyserial.Serial, settings: Serial) -> Exception | None:
    """Give an open port its settings; returns what is wrong with them.

    pyserial refuses what can never be, and applies all it has with each one it is given: whether
    they go together is what the last one tells.
    """
    wrong: Exception | None = None
    for name, value in _attributes(settings):
        try:
            setattr(port, name, value)
            wrong = None
        except ValueError as error:
            return error
        except Exception as error:  # noqa: BLE001 - each handler raises something else
            wrong = error
    return wrong


def _attributes(settings: Serial) -> list[tuple[str, object]]:
    """What pyserial calls the settings, and what they are to be."""
    lines = [("rts", settings.rts), ("dtr", settings.dtr)]
    return [
        *((name, value) for name, value in lines if value is not None),
        ("baudrate", settings.baudrate),
        ("bytesize", settings.bytesize),
        ("parity", settings.parity),
        ("stopbits", settings.stopbits),
        ("rtscts", settings.rtscts),
        ("dsrdtr", settings.dsrdtr),
        ("xonxoff", settings.xonxoff),
    ]


def _is_pseudo_terminal(path: str, error: Exception) -> bool:
    return os.path.realpath(path).startswith("/dev/pts/") and error.args[:1] == (errno.EINVAL,)


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
