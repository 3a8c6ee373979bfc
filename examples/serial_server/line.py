"""The device of a port, in the event loop: bytes go in and out, and nobody waits."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from functools import partial

from protoc.runtime.drivers.watching import Watcher, watcher
from protoc.runtime.protocol import Serial
from protoc.runtime.transports import serial, threaded
from protoc.runtime.transports.base import READ, WRITE, Closed, Port, Received


class Line:
    """A device that is open.

    Args:
        device: a path, or a URL that pyserial knows.
        settings: speed and frame.
        heard: called with what comes in.
        sent: called when everything that was to be sent is written.
        broke: called with the reason when the device is gone.
    """

    def __init__(
        self,
        device: str,
        settings: Serial,
        heard: Callable[[bytes], None],
        sent: Callable[[], None],
        broke: Callable[[str], None],
    ) -> None:
        self._end = _end_of(device, settings)
        self._timed = "://" not in device and not _is_pseudo_terminal(device)
        self._heard = heard
        self._sent = sent
        self._broke = broke
        self._loop = asyncio.get_running_loop()
        self._watcher: Watcher = watcher(self._loop, self._ready)
        self._file = -1
        self._mask = 0
        self._listens = True
        self._closed = False

    async def open(self) -> None:
        """Open the device.

        Raises:
            TransportError: it cannot be opened.
        """
        try:
            if self._end.blocks:
                await self._loop.run_in_executor(None, self._prepare)
            self._end.start(self._watch)
        except BaseException:
            await self.close()
            raise
        self._end.signals.clear()  # that it is open

    def _prepare(self) -> None:
        # In a thread, which goes on when the task that waits for it is cancelled.
        self._end.prepare()
        if self._closed:
            self._end.close()

    async def close(self) -> None:
        """Close the device; what waits to be written is lost."""
        self._closed = True
        self._end.discard()
        self._watcher.close()
        if self._end.blocks:  # for threads, which look up now and then
            await self._loop.run_in_executor(None, self._end.close)
        else:
            self._end.close()

    def configure(self, settings: Serial) -> None:
        """Change speed and frame.

        Raises:
            TransportError: the device cannot be like that.
        """
        self._end.configure(settings)

    def character(self, settings: Serial) -> float:
        """Seconds a character is on the wire; none where there is no wire."""
        return settings.character if self._timed else 0.0

    @property
    def unsent(self) -> int:
        """Bytes that are not written yet."""
        return self._end.unsent

    @property
    def undelivered(self) -> int:
        """Bytes that are written and wait in the system."""
        return self._end.undelivered

    def send(self, data: bytes) -> None:
        """Write as soon as possible."""
        self._end.send(0, data)
        self._tell()

    def listen(self, listens: bool) -> None:
        """Whether what comes is taken; what is not stays in the system, which stops the sender."""
        if listens != self._listens:
            self._listens = listens
            self._watch(self._file, self._mask)
            if self._end.signals:
                self._loop.call_soon(self._tell)

    def look(self) -> None:
        """Take what is there already, without waiting until the event loop comes to it."""
        if self._listens and self._mask & READ:
            self._end.look()
            self._tell()

    def _watch(self, file: int, mask: int) -> None:
        self._file, self._mask = file, mask
        self._watcher.watch(file, mask if self._listens else mask & ~READ)

    def _ready(self, file: int, mask: int) -> None:
        self._end.ready(file, mask)
        self._tell()
        if not self._end.unsent and (mask & WRITE or self._end.blocks):
            self._sent()

    def _tell(self) -> None:
        signals = self._end.signals
        while signals:
            if not self._listens and isinstance(signals[0], Received):
                return
            signal = signals.popleft()
            if isinstance(signal, Received):
                self._heard(signal.data)
            elif isinstance(signal, Closed):
                self._broke(signal.reason)


def _end_of(device: str, settings: Serial) -> Port:
    if "://" in device:
        return threaded.ThreadedPort(device, partial(serial.open_url, device), settings)
    if serial.HAS_FILES:
        return serial.SerialPort(device, device, settings)
    return threaded.ThreadedPort(
        device, partial(serial.open_port, device, device), settings
    )


def _is_pseudo_terminal(path: str) -> bool:
    return os.path.realpath(path).startswith("/dev/pts/")
