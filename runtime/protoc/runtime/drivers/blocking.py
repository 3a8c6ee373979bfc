"""The blocking driver: the conversation goes on inside the calls, in the caller's thread."""

from __future__ import annotations

import contextlib
import math
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

from protoc.runtime.actions import Execute
from protoc.runtime.drivers.coupling import (
    CONNECT_TIMEOUT,
    FLUSH_TIMEOUT,
    SPARE_TIMEOUT,
    Coupling,
    OnEvent,
)
from protoc.runtime.drivers.waiting import SelectorWaiter, waiter
from protoc.runtime.errors import LocalError, TransportError
from protoc.runtime.session import Session, Ticket
from protoc.runtime.transports.base import READ, Endpoint

_FRESH = 0.001
"""Seconds for which what was read last counts as all there is. Looking again costs as much as
sending does, and what came meanwhile might as well have come a moment after the command."""

T = TypeVar("T")


class Driver:
    """Runs a session over an endpoint. Not for several threads, but for `stop` and `post`.

    Args:
        session: the conversation.
        endpoint: what carries it; from then on it belongs to the driver.
        on_event: called with each event as it happens; must not call back into the driver.
        selector: waits for files; by default what the system does that with most cheaply.
        clock: gives the time of the conversation.
    """

    def __init__(
        self,
        session: Session,
        endpoint: Endpoint,
        *,
        on_event: OnEvent | None = None,
        selector: selectors.BaseSelector | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.session = session
        self.endpoint = endpoint
        self._coupling = Coupling(session, endpoint, on_event)
        self._clock = clock
        self._waiter = SelectorWaiter(selector) if selector else waiter(endpoint.listening)
        self._stopped = False
        self._closed = False
        self._posted: deque[Callable[[], object]] = deque()
        self._bell: tuple[socket.socket, socket.socket] | None = None
        self._heard = -1
        self._last_look = -math.inf
        self._found: deque[tuple[int, int]] = deque()  # files that are ready, and what for

    def open(self, timeout: float = CONNECT_TIMEOUT) -> None:
        """Open the line and wait for the connection; a listening one is ready at once.

        Raises:
            TransportError: it cannot be opened, or not in time.
        """
        try:
            coupling = self._coupling
            coupling.wirings.prepare()
            coupling.start(self._watch)
            wirings = coupling.wirings
            self.pump(lambda: wirings.enough, timeout)
            if not wirings.decided and wirings.missing is None:
                self.pump(lambda: wirings.decided, SPARE_TIMEOUT)
            if (missing := wirings.missing) is not None:
                why = missing.failure or f"no answer within {timeout:g} s"
                raise TransportError(f"cannot open {missing.endpoint.url}: {why}")
        except BaseException:
            self.close()
            raise

    def call(
        self, target: Execute, fields: Mapping[str, Any], timeout: float | None = None
    ) -> Ticket:
        """Execute a target and wait until it is done, at most `timeout` seconds.

        What is not done when that ends early, or is interrupted, is withdrawn.

        Raises:
            TimeoutError: the time is up.
            TransportError: nobody is connected, or it was stopped.
            LocalError: there is no such target.
        """
        coupling, now = self._coupling, self._clock()
        if coupling.busy:
            self._refuse()
        if now - self._last_look > _FRESH:
            # What came in since then came before the command: it must not be its answer.
            self._take_in(0.0)
            while self._found:
                self._take_in(0.0)
            if self.endpoint.signals:
                coupling.settle(now)
        if not coupling.connections or len(coupling.wirings) > 1:
            self._await_reopening(now)
            coupling.require_connection()
        ticket = self.session.execute(target, fields, now)
        try:
            if not self.pump(lambda: ticket.done, timeout, soon=self.endpoint.prompt):
                raise coupling.given_up(timeout)
        finally:
            if not ticket.done:
                self.session.cancel(ticket, self._clock())
        return ticket

    def _await_reopening(self, now: float) -> None:
        """When it is time to open a line again that broke, see how that ends."""
        coupling = self._coupling
        if coupling.reopening:
            coupling.settle(now)
            self.pump(lambda: not coupling.wirings.opening, CONNECT_TIMEOUT)

    def pump(
        self, done: Callable[[], bool], timeout: float | None = None, *, soon: bool = False
    ) -> bool:
        """Let the conversation go on until `done()`, the time is up, or the line is closed.

        It may be done `soon`: see `Waiter.wait`.

        Raises:
            LocalError: it is called from a hook or an event callback.
        """
        coupling, clock = self._coupling, self._clock
        if coupling.busy:
            self._refuse()
        settle = coupling.settle
        if timeout == 0.0:
            self._take_in(0.0)
        now = clock()
        limit = None if timeout is None else now + timeout
        while True:
            if self._posted:
                self._run_posted()
            deadline = settle(now)
            if done():
                return True
            if self._stopped or not (coupling.connections or coupling.alive):
                return False
            if limit is not None and now >= limit and not self._found:
                return False
            if deadline is None or (limit is not None and limit < deadline):
                deadline = limit
            self._take_in(None if deadline is None else max(0.0, deadline - now), soon=soon)
            now = self._last_look = clock()

    def _watch(self, file: int, mask: int) -> None:
        """Wait for something else on a file; one that is gone may come again as another one."""
        self._waiter.watch(file, mask)
        if not mask:
            self._found = deque(each for each in self._found if each[0] != file)

    def _take_in(self, wait: float | None, *, soon: bool = False) -> None:
        """Wait until something is there, and have the endpoint read what one file has.

        The others are looked at in the next turns: whoever waits has that first, so that not more
        than one file has is ever kept for them.
        """
        if not self._found and not self._closed:
            self._found.extend(self._waiter.wait(wait, soon=soon))
        if self._found:
            file, mask = self._found.popleft()
            if file == self._heard:
                self._listen()
            else:
                self.endpoint.ready(file, mask)

    def _refuse(self) -> NoReturn:
        raise LocalError("a hook or event callback cannot wait for the device")

    def run(self, seconds: float | None = None) -> None:
        """Start timers and triggers, and go on until stopped, closed, or the time is up.

        Raises:
            TransportError: the line is closed, or broke.
        """
        self.begin()
        self.wakeable()
        self.pump(_never, seconds)
        if self.failure and not self._stopped:
            raise TransportError(self.failure)

    def begin(self) -> None:
        """Start timers and triggers, if that is not done yet.

        Raises:
            TransportError: the line is closed.
        """
        self._coupling.begin(self._clock())

    def do(self, action: Callable[[float], T]) -> T:
        """Do something to the session, given the time, and carry out what it then wants."""
        result = action(self._clock())
        self._coupling.settle(self._clock())
        return result

    @property
    def urls(self) -> dict[str, str]:
        """Where each link leads, by its name."""
        return self._coupling.wirings.urls

    @property
    def failure(self) -> str:
        """Why the line broke; empty when it did not."""
        return self._coupling.broken

    @property
    def severed(self) -> bool:
        """Nobody is connected, until a line that broke is opened again."""
        return self._coupling.reopening and not self._coupling.connections

    def wakeable(self) -> None:
        """Prepare for `stop` and `post` while the driver waits."""
        if self._bell is None:
            self._bell = ringing, heard = socket.socketpair()
            ringing.setblocking(False)
            heard.setblocking(False)
            self._heard = heard.fileno()
            self._waiter.watch(self._heard, READ)

    def stop(self) -> None:
        """End `run` or `pump`: from a signal handler, a callback, or another thread."""
        self._stopped = True
        self._wake()

    def post(self, action: Callable[[], object]) -> None:
        """Have something done in the driver's thread: from another one."""
        self._posted.append(action)
        self._wake()

    def _wake(self) -> None:
        if self._bell is not None:
            # A full bell has rung already, and a closed one needs not ring.
            with contextlib.suppress(OSError):
                self._bell[0].send(b"!")

    def _listen(self) -> None:
        if self._bell is not None:
            self._bell[1].recv(4096)

    def _run_posted(self) -> None:
        while self._posted:
            self._posted.popleft()()

    def close(self) -> None:
        """Close the line, when what was sent last has left. May be called again."""
        if self._closed:
            return
        try:
            self._stopped = False
            if self._coupling.unsent and not self._coupling.busy:
                self.pump(lambda: not self._coupling.unsent, FLUSH_TIMEOUT)
        finally:
            self._closed = True
            self._found.clear()
            try:
                self._coupling.close(self._clock())
            finally:
                self._waiter.close()
                for each in self._bell or ():
                    each.close()
                self._bell = None


def _never() -> bool:
    return False
