"""How an event loop watches the files of an endpoint."""

from __future__ import annotations

import asyncio
import contextlib
import selectors
import socket
from collections.abc import Callable
from functools import partial
from threading import Lock, Thread
from typing import Protocol

from protoc.runtime.transports.base import READ, WRITE

Ready = Callable[[int, int], None]


class Watcher(Protocol):
    """Calls `ready(file, mask)` in the event loop while a file can be read or written."""

    def watch(self, file: int, mask: int) -> None:
        """Wait for `mask` on a file from now on; 0 to forget it."""

    def close(self) -> None:
        """Forget every file."""


def watcher(loop: asyncio.AbstractEventLoop, ready: Ready) -> Watcher:
    """What watches files for a loop: the loop itself, where it can."""
    if type(loop).add_reader is asyncio.AbstractEventLoop.add_reader:
        return ThreadWatcher(loop, ready)  # the loop of Windows knows no files
    return LoopWatcher(loop, ready)


class LoopWatcher:
    """The event loop watches the files itself."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ready: Ready) -> None:
        self._loop = loop
        self._ready = ready
        self._masks: dict[int, int] = {}

    def watch(self, file: int, mask: int) -> None:
        before = self._masks.pop(file, 0)
        if mask:
            self._masks[file] = mask
        started, ended = mask & ~before, before & ~mask
        if started & READ:
            self._loop.add_reader(file, self._ready, file, READ)
        if started & WRITE:
            self._loop.add_writer(file, self._ready, file, WRITE)
        if ended & READ:
            self._loop.remove_reader(file)
        if ended & WRITE:
            self._loop.remove_writer(file)

    def close(self) -> None:
        for file in list(self._masks):
            self.watch(file, 0)


class ThreadWatcher:
    """A thread watches the files, and rests from each until the loop has dealt with it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ready: Ready) -> None:
        self._loop = loop
        self._ready = ready
        self._lock = Lock()
        self._masks: dict[int, int] = {}
        self._resting: set[int] = set()
        self._closed = False
        self._bell, self._told = socket.socketpair()
        self._bell.setblocking(False)
        self._told.setblocking(False)
        self._thread = Thread(target=self._run, name="protoc files", daemon=True)
        self._thread.start()

    def watch(self, file: int, mask: int) -> None:
        with self._lock:
            self._masks.pop(file, None)
            if mask:
                self._masks[file] = mask
        self._ring()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._masks.clear()
        self._ring()
        self._thread.join(timeout=1.0)
        self._bell.close()
        self._told.close()

    def _ring(self) -> None:
        with contextlib.suppress(OSError):  # a full bell has rung already
            self._bell.send(b"!")

    def _run(self) -> None:
        while True:
            # A new selector each round: it is simple, and this is not where speed is looked for.
            with selectors.DefaultSelector() as selector:
                selector.register(self._told, READ)
                with self._lock:
                    if self._closed:
                        return
                    for file, mask in self._masks.items():
                        if file not in self._resting:
                            selector.register(file, mask)
                try:
                    found = selector.select()
                except OSError:
                    continue  # a file was closed meanwhile; its end is in the masks by now
            self._hand_over([(key.fd, mask) for key, mask in found])

    def _hand_over(self, found: list[tuple[int, int]]) -> None:
        for file, mask in found:
            if file == self._told.fileno():
                with contextlib.suppress(OSError):
                    self._told.recv(4096)
                continue
            with self._lock:
                self._resting.add(file)
            with contextlib.suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(partial(self._deal_with, file, mask))

    def _deal_with(self, file: int, mask: int) -> None:
        with self._lock:
            self._resting.discard(file)
            wanted = mask & self._masks.get(file, 0)
        try:
            if wanted:
                self._ready(file, wanted)
        finally:
            self._ring()
