"""The interface programs use: a port of a server elsewhere, with waiting times of its own.

The server never waits. How long bytes take to the remote host and an answer takes back follows
from the line and the delay, which are known here, so that only the program that asked waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Self

from examples.serial_server.linespec import settings_of
from examples.serial_server.refusals import LARGEST_VALUE
from examples.serial_server.serial_server import (
    Buffers,
    Opened,
    Parity,
    SerialServer,
    SetParams,
    StopBits,
    Truth,
)
from protoc.runtime import Refused
from protoc.runtime.protocol import Serial

_STUCK = 10.0  # seconds in which something must leave a buffer that is full
_SHORTEST = 0.001  # seconds between two looks at it


class SerialPort:
    """A connection to a server, and the port that is open on it.

        with SerialPort("tcp://10.0.0.7:4001") as port:
            port.open("lab")
            print(port.exchange(b"*IDN?\\n", 64))

    Every method but the waiting ones asks the server. It raises `Refused`, with the reason, when
    the server does not do it, and `TransportError` when the server is gone.

    Args:
        url: where the server is.
        sleep: waits for so many seconds.
    """

    def __init__(self, url: str, sleep: Callable[[float], object] = time.sleep) -> None:
        self._server = SerialServer.open(url)
        self._sleep = sleep
        self._usual = self._line = Serial()
        self._delay = 0.0
        self._separated = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """Leave the server; a port that is open is closed by force."""
        self._server.close()

    # --- the port ----------------------------------------------------------------------------

    def ports(self) -> list[str]:
        """The names of the ports that the server has."""
        return self._server.port_list().names

    def open(self, name: str) -> Opened:
        """Open a port, for this program alone; returns how its line is."""
        opened = self._server.open_(port=name)
        self._usual = self._line = settings_of(opened)
        self._delay, self._separated = 0.0, False
        return opened

    def close(self, *, force: bool = False) -> None:
        """Close the port; by force with whatever is in its buffers."""
        self._server.close_(force="T" if force else None)

    def buffers(self) -> Buffers:
        """How many bytes wait in the buffers, and how many each can hold."""
        return self._server.query()

    # --- bytes -------------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Have bytes sent. Returns when all are buffered, which takes a while when many are.

        With an external separator they are one value, of at most 1500 bytes.

        Raises:
            TimeoutError: the buffer is full, and nothing leaves it.
        """
        for value in [data] if self._separated else _pieces(data):
            while not self._put(value):
                self._await_room(len(value) + self._separated)

    def read(self, limit: int = LARGEST_VALUE) -> bytes:
        """What has come, up to `limit` bytes or the separator; nothing is waited for."""
        return self._server.get(limit=limit).data

    def exchange(self, data: bytes, reply: int) -> bytes:
        """Send bytes, wait as long as they and a reply of so many bytes take, and read it."""
        self.write(data)
        self.wait_for_transfer(len(data))
        self.wait_for_reply(reply)
        return self.read(reply)

    # --- how it behaves ----------------------------------------------------------------------

    def set_params(
        self,
        baud: int,
        dbits: int = 8,
        par: Parity = Parity.N,
        sbits: StopBits = StopBits.ONE,
    ) -> None:
        """Change the line."""
        line = SetParams(baud=baud, dbits=dbits, par=par, sbits=sbits)
        self._server.set_params(baud=baud, dbits=dbits, par=par, sbits=sbits)
        self._line = settings_of(line)

    def set_delay(self, milliseconds: int) -> None:
        """The pause behind each character that is sent."""
        self._server.delay(milliseconds=milliseconds)
        self._delay = milliseconds / 1000

    def set_echo(self, on: bool) -> None:
        """Whether what comes is sent back to the remote host."""
        self._server.echo(mode=_truth(on))

    def set_separator(
        self, marker: str, *, external: bool = False, active: bool = True
    ) -> None:
        """The character that ends a value; an external one is no part of it."""
        self._server.separator(
            active=_truth(active), marker=marker, external=_truth(external)
        )
        self._separated = active and external

    def reset(
        self, *, line: bool = False, delay: bool = False, separator: bool = False
    ) -> None:
        """Bring back what was when the port was opened."""
        self._server.reset(
            linespec=_truth(line), delay=_truth(delay), separator=_truth(separator)
        )
        if line:
            self._line = self._usual
        if delay:
            self._delay = 0.0
        if separator:
            self._separated = False

    # --- waiting -----------------------------------------------------------------------------

    def transfer_time(self, size: int) -> float:
        """Seconds so many bytes take to the remote host, the delays between them included."""
        return size * (self._line.character + self._delay)

    def reply_time(self, size: int) -> float:
        """Seconds so many bytes take from the remote host."""
        return size * self._line.character

    def wait_for_transfer(self, size: int) -> None:
        """Wait as long as so many bytes take to the remote host."""
        self._sleep(self.transfer_time(size))

    def wait_for_reply(self, size: int) -> None:
        """Wait as long as so many bytes take from the remote host."""
        self._sleep(self.reply_time(size))

    def _put(self, value: bytes) -> bool:
        """Buffer a value; whether there was room."""
        try:
            self._server.put(data=value)
        except Refused:
            buffers = self.buffers()
            if buffers.output + len(value) + self._separated <= buffers.buffsize:
                raise
            return False
        return True

    def _await_room(self, size: int) -> None:
        waited, before = 0.0, -1
        while True:
            buffers = self.buffers()
            missing = buffers.output + size - buffers.buffsize
            if missing <= 0:
                return
            if buffers.output != before:
                waited, before = 0.0, buffers.output
            if waited > _STUCK:
                raise TimeoutError(
                    f"{before} bytes are in the buffer, and none leave it"
                )
            pause = max(_SHORTEST, min(self.transfer_time(missing), 0.1))
            self._sleep(pause)
            waited += pause


def _pieces(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), LARGEST_VALUE):
        yield data[at : at + LARGEST_VALUE]


def _truth(value: bool) -> Truth:
    return Truth.YES if value else Truth.NO
