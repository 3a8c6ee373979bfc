"""A line that goes wrong when it is told to, to put between a driver and a device."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Self
from urllib.parse import urlsplit

Change = Callable[[bytes], bytes]


def untouched(data: bytes) -> bytes:
    """What comes in goes out."""
    return data


def swallowed(data: bytes) -> bytes:
    """Nothing goes out."""
    return b""


class Relay:
    """Passes bytes on between one client and the TCP device at `url`.

    Attributes:
        url: where to connect to instead.
        answers: what becomes of the bytes that the device sends.
    """

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self.answers: Change = untouched
        self._device = socket.create_connection((where.hostname, where.port))
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self._listening.getsockname()[1]}"
        self._open = [self._device, self._listening]
        self._threads = [Thread(target=self._accept, daemon=True)]

    def spoil_once(self) -> None:
        """Let the next answer have another character in front of its closing brace."""

        def spoil(data: bytes) -> bytes:
            at = data.find(b"}") - 1
            if at < 0:
                return data
            self.answers = untouched
            return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]

        self.answers = spoil

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            client, _ = self._listening.accept()
            self._open.append(client)
            back = Thread(
                target=self._pass_on, args=(self._device, client, True), daemon=True
            )
            self._threads.append(back)
            back.start()
            self._pass_on(client, self._device, False)

    def _pass_on(
        self, source: socket.socket, target: socket.socket, answers: bool
    ) -> None:
        with suppress(OSError):
            while data := source.recv(4096):
                target.sendall(self.answers(data) if answers else data)
