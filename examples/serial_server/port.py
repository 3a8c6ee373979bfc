"""A port that is lent: its two buffers, and how it behaves."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from examples.serial_server.line import Line
from examples.serial_server.refusals import LARGEST_VALUE, Refusal
from protoc.runtime import TransportError
from protoc.runtime.protocol import Serial

BUFFER_SIZE = 262144
_READ = 4096  # what a line hands over at once, at most
_WRITTEN = 16384  # what is given to a line at once


@dataclass(frozen=True)
class Separation:
    """What separates the values that go through a port.

    Attributes:
        active: it is looked at, at all.
        marker: the character, empty for none.
        external: it is no part of the values.
    """

    active: bool = False
    marker: bytes = b""
    external: bool = False


class Port:
    """A port, for one client at a time; all but `name` and `lent` mean something while it is open.

    Args:
        name: what clients call it.
        device: a path, or a URL that pyserial knows.
        usual: speed and frame, until a client changes them.
        size: bytes that each of the buffers can hold.

    Attributes:
        name, size: as given.
        settings: speed and frame as they are.
        separation: what separates values.
        lent: a client has it.
    """

    def __init__(
        self, name: str, device: str, usual: Serial, size: int = BUFFER_SIZE
    ) -> None:
        self.name = name
        self.size = size
        self.lent = False
        self._device = device
        self._usual = usual
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.settings = self._usual
        self.separation = Separation()
        self._echo = False
        self._line: Line | None = None
        self._failure = ""
        self._input = bytearray()
        self._output = bytearray()  # what was not given to the line yet
        self._delay = 0.0
        self._pause: asyncio.TimerHandle | None = None
        self._soon: asyncio.Handle | None = None

    async def open(self) -> None:
        """Lend it to a client.

        Raises:
            Refusal: another one has it, or the device cannot be opened.
        """
        if self.lent:
            raise Refusal(f"{self.name} is in use")
        self.lent = True
        self._begin_anew()
        line = Line(self._device, self.settings, self._heard, self._pump, self._broke)
        try:
            await line.open()
        except TransportError as error:
            self.lent = False
            raise Refusal(str(error)) from error
        except BaseException:
            self.lent = False
            raise
        self._line = line

    async def close(self) -> None:
        """Take it back, whatever is in the buffers."""
        line, self._line = self._line, None
        self._rest()
        if line is not None:
            await line.close()
        self.lent = False

    def _rest(self) -> None:
        for handle in (self._pause, self._soon):
            if handle is not None:
                handle.cancel()
        self._pause = self._soon = None

    # --- the buffers -------------------------------------------------------------------------

    @property
    def input(self) -> int:
        """Bytes that came and were not fetched."""
        self._look()
        return len(self._input)

    @property
    def output(self) -> int:
        """Bytes that are not sent yet, those that wait in the system included."""
        return self._unsent + (self._line.undelivered if self._line else 0)

    @property
    def _unsent(self) -> int:
        """Bytes that were not handed to the system."""
        return len(self._output) + (self._line.unsent if self._line else 0)

    def put(self, data: bytes) -> None:
        """Buffer bytes to be sent, and the separator behind them if it is an external one.

        Raises:
            Refusal: there is no room for them, or the device is gone.
        """
        if self._failure:
            raise Refusal(f"{self.name}: {self._failure}")
        if self.separation.active and self.separation.external:
            data += self.separation.marker
        room = self.size - self._unsent
        if len(data) > room:
            raise Refusal(
                f"the output buffer has room for {room} bytes, {len(data)} came"
            )
        self._queue(data)

    def get(self, limit: int) -> bytes:
        """Take what is there, up to `limit` bytes or the separator.

        Raises:
            Refusal: nothing is there, and the device is gone.
        """
        wanted = min(limit, LARGEST_VALUE)
        if len(self._input) < wanted:
            self._look()
        if not self._input and self._failure:
            raise Refusal(f"{self.name}: {self._failure}")
        end = min(wanted, len(self._input))
        behind = end
        separation = self.separation
        if separation.active:
            found = self._input.find(separation.marker, 0, end)
            if found >= 0:
                behind = found + 1
                end = found if separation.external else behind
        data = bytes(self._input[:end])
        del self._input[:behind]
        self._listen()
        return data

    # --- how it behaves ----------------------------------------------------------------------

    def configure(self, settings: Serial) -> None:
        """Change speed and frame.

        Raises:
            Refusal: the device cannot be like that.
        """
        if self._line is not None:
            try:
                self._line.configure(settings)
            except TransportError as error:
                raise Refusal(str(error)) from error
        self.settings = settings

    def restore(self) -> None:
        """Speed and frame as they are usually."""
        self.configure(self._usual)

    def set_echo(self, on: bool) -> None:
        """Whether what comes in is sent back."""
        self._echo = on
        self._listen()

    def set_delay(self, seconds: float) -> None:
        """The pause behind each character that is sent."""
        self._delay = seconds
        if self._pause is not None:
            self._wait()

    # --- what happens by itself --------------------------------------------------------------

    def _heard(self, data: bytes) -> None:
        self._input += data
        if self._echo:
            self._queue(data)
        else:
            self._listen()

    def _broke(self, reason: str) -> None:
        self._failure = reason
        self._rest()

    def _look(self) -> None:
        if self._line is not None:
            self._line.look()

    def _listen(self) -> None:
        """Take no more than there is room for: what is left in the system stops the sender."""
        if self._line is not None:
            used = max(len(self._input), self._unsent if self._echo else 0)
            self._line.listen(used <= self.size - _READ)

    def _queue(self, data: bytes) -> None:
        self._output += data
        # Not now: what is buffered leaves when the response is written.
        if self._soon is None and self._pause is None:
            self._soon = asyncio.get_running_loop().call_soon(self._pump)
        if self._echo:
            self._listen()

    def _pump(self) -> None:
        """Give the line what it takes; one character, and then a pause, when there is a delay."""
        self._soon = None
        line, output = self._line, self._output
        while (
            line is not None
            and output
            and not (self._pause or self._failure or line.unsent)
        ):
            size = 1 if self._delay else _WRITTEN
            piece = bytes(output[:size])
            del output[:size]
            line.send(piece)
            if self._delay:
                self._wait()
        if self._echo:
            self._listen()

    def _wait(self) -> None:
        if self._pause is not None:
            self._pause.cancel()
        assert self._line is not None
        seconds = self._delay + self._line.character(self.settings)
        self._pause = asyncio.get_running_loop().call_later(seconds, self._waited)

    def _waited(self) -> None:
        self._pause = None
        self._pump()
