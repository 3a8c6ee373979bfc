"""A line in memory and a clock that jumps: whole conversations without waiting for them.

A `World` is a selector with a clock of its own. Either driver runs on it unchanged: the blocking
one is given it, the asyncio one runs on an event loop made from it (`World.loop`).
"""

from __future__ import annotations

import heapq
import itertools
import math
import selectors
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from protoc.runtime.transports.base import READ, Closed, Endpoint, Failed, Opened, Received, Signal

if TYPE_CHECKING:
    import asyncio

_FIRST_FILE = 1 << 20  # no file of the system has such a number


class World(selectors.BaseSelector):
    """Virtual time, and the memory lines that live in it. Waiting costs nothing."""

    def __init__(self, now: float = 0.0) -> None:
        self._now = now
        self._order = itertools.count()
        self._plan: list[tuple[float, int, Callable[[], object]]] = []
        self._keys: dict[int, selectors.SelectorKey] = {}
        self._ready: dict[int, None] = {}
        self._files = itertools.count(_FIRST_FILE)

    def time(self) -> float:
        """The time, in seconds."""
        return self._now

    def call_at(self, when: float, action: Callable[[], object]) -> None:
        """Have something done at a time: what a device does by itself, or somebody's finger."""
        heapq.heappush(self._plan, (max(when, self._now), next(self._order), action))

    def call_later(self, seconds: float, action: Callable[[], object]) -> None:
        """Have something done after a while."""
        self.call_at(self._now + seconds, action)

    def pair(self, latency: float = 0.0) -> tuple[MemoryEndpoint, MemoryEndpoint]:
        """The two ends of one line: the one that connects and the one that is connected to."""
        far = MemoryEndpoint(self, "memory:device")
        return MemoryEndpoint(self, "memory:controller", target=far, latency=latency), far

    def listener(self) -> MemoryEndpoint:
        """An end that any number of others connect to: see `connect`."""
        return MemoryEndpoint(self, "memory:listener", listening=True)

    def connect(
        self, listener: MemoryEndpoint, latency: float = 0.0, peer: str = ""
    ) -> MemoryEndpoint:
        """An end that connects to a listener when it is started.

        Args:
            listener: what it connects to.
            latency: seconds until what is said at one end is heard at the other.
            peer: the address it comes from; by default a name that counts the clients.
        """
        return MemoryEndpoint(self, "memory:client", target=listener, latency=latency, peer=peer)

    def loop(self) -> asyncio.AbstractEventLoop:
        """An asyncio event loop that lives in this world."""
        import asyncio

        world = self

        class Loop(asyncio.SelectorEventLoop):
            def time(self) -> float:
                return world.time()

        return Loop(self)

    def new_file(self) -> int:
        """The number of a file that exists here only."""
        return next(self._files)

    def set_ready(self, file: int) -> None:
        """There is something to read from a file."""
        self._ready[file] = None

    # --- what a selector does ---

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        file = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        key = self._keys[file] = selectors.SelectorKey(fileobj, file, events, data)
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        file = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        self._ready.pop(file, None)
        return self._keys.pop(file)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Let time pass until a file is ready, at most `timeout`.

        Raises:
            RuntimeError: nothing will ever happen: a real program would hang here.
        """
        end = math.inf if timeout is None else self._now + max(timeout, 0.0)
        if timeout and end == self._now:  # too short to be told apart: still, time passes
            end = math.nextafter(end, math.inf)
        while True:
            ready = [self._keys[file] for file in self._ready if file in self._keys]
            if ready:
                self._ready.clear()
                return [(key, READ) for key in ready]
            if not self._plan or self._plan[0][0] > end:
                break
            when, _, action = heapq.heappop(self._plan)
            self._now = max(self._now, when)
            action()
        if end == math.inf:
            raise RuntimeError("everybody waits, and nothing will ever happen")
        self._now = max(self._now, end)
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys[fileobj if isinstance(fileobj, int) else fileobj.fileno()]

    def close(self) -> None:
        self._keys.clear()


class MemoryEndpoint(Endpoint):
    """One end of a line in memory.

    Attributes:
        on_signal: called with each signal as it happens, instead of keeping it for a driver: how a
            test plays a device.
    """

    def __init__(
        self,
        world: World,
        url: str,
        *,
        target: MemoryEndpoint | None = None,
        listening: bool = False,
        latency: float = 0.0,
        peer: str = "",
    ) -> None:
        super().__init__(url)
        self.on_signal: Callable[[Signal], object] | None = None
        self.listening = listening
        self._world = world
        self._target = target
        self._latency = latency
        self._peer = peer
        self._file = world.new_file()
        self._started = False
        self._arrived: deque[Signal] = deque()
        self._far: dict[int, tuple[MemoryEndpoint, int, float]] = {}
        self._next_number = 0

    def _start(self) -> None:
        if self._started:
            return
        self._started = True
        self._watch(self._file, READ)
        if self._target is not None:
            self._world.call_later(self._latency, self._connect)

    def _connect(self) -> None:
        target = self._target
        if not self._started or target is None:
            return
        if not target._started or (target._far and not target.listening):
            self._started = False
            self._arrive(Failed("Connection refused"))
            return
        number = target._next_number
        target._next_number += target.listening
        self._far[0] = (target, number, self._latency)
        target._far[number] = (self, 0, self._latency)
        target._arrive(Opened(number, self._peer or f"{self.url}-{number}"))
        self._arrive(Opened(0, target.url))

    def _arrive(self, signal: Signal) -> None:
        if isinstance(signal, Closed):
            self._far.pop(signal.connection, None)
            self._started = self._target is None  # the far end is there for the next one
        if self.on_signal is not None:
            self.on_signal(signal)
            return
        self._arrived.append(signal)
        self._world.set_ready(self._file)

    def _later(self, connection: int, signal: Callable[[int], Signal]) -> None:
        far, number, latency = self._far[connection]
        event = signal(number)

        def arrive() -> None:
            # What is on its way when the far end closes is lost.
            if far._far.get(number, (None,))[0] is self:
                far._arrive(event)

        self._world.call_later(latency, arrive)

    def ready(self, file: int, mask: int) -> None:
        self.signals.extend(self._arrived)
        self._arrived.clear()

    def send(self, connection: int, data: bytes) -> None:
        if connection in self._far:
            self._later(connection, lambda number: Received(number, bytes(data)))

    def drop(self, connection: int, reason: str = "") -> None:
        """Lose one connection, as when somebody trips over the cable."""
        if connection in self._far:
            self._later(connection, partial(Closed, reason=reason))
            self._arrive(Closed(connection, reason))

    def hang_up(self, connection: int) -> None:
        self.drop(connection)

    @property
    def unsent(self) -> int:
        return 0

    @property
    def is_open(self) -> bool:
        return self._started

    def close(self) -> None:
        for connection in list(self._far):
            self._later(connection, Closed)
            del self._far[connection]
        self._arrived.clear()
        self._started = False
        self._watch(self._file, 0)
