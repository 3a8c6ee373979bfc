"""The asyncio driver: the conversation goes on by itself, on the running event loop."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable, Mapping
from contextvars import copy_context
from typing import Any, TypeVar

from protoc.runtime.actions import Execute
from protoc.runtime.drivers.alarms import alarms
from protoc.runtime.drivers.coupling import (
    CONNECT_TIMEOUT,
    FLUSH_TIMEOUT,
    SPARE_TIMEOUT,
    Coupling,
    OnEvent,
)
from protoc.runtime.drivers.watching import Watcher, watcher
from protoc.runtime.drivers.wiring import Wiring
from protoc.runtime.errors import TransportError
from protoc.runtime.scheduler import Planned
from protoc.runtime.session import Session, Ticket
from protoc.runtime.transports.base import READ, Endpoint

LONGEST_TURN = 0.001
"""Seconds for which calls may follow each other before others have their turn."""

T = TypeVar("T")
Condition = Callable[[], bool]


class Driver:
    """Runs a session over an endpoint, in the event loop in which it is opened.

    Args:
        session: the conversation.
        endpoint: what carries it; from then on it belongs to the driver.
        on_event: called with each event as it happens.
        crowded: whether those that wait for events should come first, before more is read.
    """

    def __init__(
        self,
        session: Session,
        endpoint: Endpoint,
        *,
        on_event: OnEvent | None = None,
        crowded: Condition | None = None,
    ) -> None:
        self.session = session
        self._crowded = crowded or _never
        self.endpoint = endpoint
        self._coupling = Coupling(session, endpoint, on_event)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._now: Callable[[], float] = float  # until it is opened
        self._watcher: Watcher | None = None
        self._plan: Callable[[float], Planned] | None = None  # sets the alarm
        self._alarm: Planned | None = None
        self._rings = math.inf
        self._let_run = 0.0  # when others had their turn last
        self._waiting: dict[asyncio.Future[None], Condition] = {}
        self._closed = False
        self._hooks: set[asyncio.Task[None]] = set()

    async def open(self, timeout: float = CONNECT_TIMEOUT) -> None:
        """Open the line and wait for the connection; a listening one is ready at once.

        Raises:
            TransportError: it cannot be opened, or not in time.
        """
        loop = self._loop = asyncio.get_running_loop()
        self._now = loop.time
        self._plan = self._planner(loop)
        coupling, wirings = self._coupling, self._coupling.wirings
        try:
            async with asyncio.timeout(timeout):
                if self.endpoint.blocks:
                    await loop.run_in_executor(None, self._prepare)
                else:
                    wirings.prepare()
                self._watcher = watcher(loop, self._ready)
                coupling.prepare = self._prepare_again
                coupling.finish = self._finish
                coupling.start(self._watcher.watch)
                self._settle(self._now())
                await self.until(lambda: wirings.enough)
            if not wirings.decided and wirings.missing is None:
                await self.until(lambda: wirings.decided, SPARE_TIMEOUT)
            if (missing := wirings.missing) is not None:
                raise TransportError(f"cannot open {missing.endpoint.url}: {missing.failure}")
        except TimeoutError as error:
            missing = wirings.missing
            self._shut()
            url = self.endpoint.url if missing is None else missing.endpoint.url
            why = f"cannot open {url}: no answer within {timeout:g} s"
            raise TransportError(why) from error
        except BaseException:
            self._shut()
            raise

    def _planner(self, loop: asyncio.AbstractEventLoop) -> Callable[[float], Planned]:
        clock, context = alarms(loop), copy_context()

        def ring(now: float) -> None:
            context.run(self._ring)

        return lambda deadline: clock.at(deadline, ring)

    def _prepare(self) -> None:
        # In a thread, which goes on when the task that waits for it is cancelled.
        self._coupling.wirings.prepare()
        if self._closed:
            self.endpoint.close()

    def _prepare_again(self, wiring: Wiring) -> None:
        assert self._loop is not None

        def prepare() -> None:
            wiring.endpoint.prepare()
            if self._closed:
                wiring.endpoint.close()

        def prepared(future: asyncio.Future[None]) -> None:
            error = future.exception()
            if error is not None and not isinstance(error, TransportError):
                self._break(error)
            elif not self._closed:
                self._coupling.prepared(wiring, error)
                self._go_on()

        self._loop.run_in_executor(None, prepare).add_done_callback(prepared)

    def _finish(self, hook: str, work: Awaitable[Any]) -> None:
        """An async hook goes on beside the conversation, until it ends or the line is closed."""
        assert self._loop is not None

        async def wait() -> None:
            try:
                await work
            except Exception as error:  # noqa: BLE001 - the user's code must not end the session
                self.session.hook_failed(hook, error, self._now())
                self._go_on()

        task = self._loop.create_task(wait(), name=f"protoc hook {hook}")
        self._hooks.add(task)
        task.add_done_callback(self._hooks.discard)

    async def call(
        self, target: Execute, fields: Mapping[str, Any], timeout: float | None = None
    ) -> Ticket:
        """Execute a target and wait until it is done, at most `timeout` seconds.

        What is not done when that ends early, or is cancelled, is withdrawn.

        Raises:
            TimeoutError: the time is up.
            TransportError: nobody is connected, or it was stopped.
            LocalError: there is no such target.
        """
        if not self._coupling.connections:
            self._coupling.require_connection()
        now = self._now()
        ticket = self.session.execute(target, fields, now)
        self._settle(now)
        if now - self._let_run < LONGEST_TURN and not ticket.done and self._coupling.look():
            self._settle(self._now())
        if ticket.done:
            return ticket
        future = self._promise(lambda: ticket.done)
        try:
            if timeout is None:
                await future
            else:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(future, timeout)
            if not ticket.done:
                raise self._coupling.given_up(timeout)
        finally:
            self._waiting.pop(future, None)
            self._let_run = self._now()
            if not ticket.done:
                self.session.cancel(ticket, self._now())
                self._settle(self._now())
        return ticket

    async def until(self, done: Condition, timeout: float | None = None) -> bool:
        """Wait until `done()`, the time is up, or the line is closed."""
        future = self._promise(done)
        try:
            if timeout is None:
                await future
            else:
                await asyncio.wait_for(future, timeout)
        except TimeoutError:
            return False
        finally:
            self._waiting.pop(future, None)
        return done()

    def _promise(self, done: Condition) -> asyncio.Future[None]:
        """What to await for `done()`, or for the end of the line; to be taken out of `_waiting`."""
        loop = self._loop or asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        if done() or not self._coupling.alive or self._loop is None:
            future.set_result(None)
        else:
            self._waiting[future] = done
        return future

    async def run(self, seconds: float | None = None) -> None:
        """Start timers and triggers, and wait until closed or the time is up.

        Raises:
            TransportError: the line broke.
        """
        self.begin()
        await self.until(lambda: False, seconds)
        if self.failure:
            raise TransportError(self.failure)

    def begin(self) -> None:
        """Start timers and triggers, if that is not done yet.

        Raises:
            TransportError: the line is closed.
        """
        self._coupling.begin(self._now())
        self._settle(self._now())

    def do(self, action: Callable[[float], T]) -> T:
        """Do something to the session, given the time, and carry out what it then wants."""
        result = action(self._now())
        self._settle(self._now())
        return result

    @property
    def urls(self) -> dict[str, str]:
        """Where each link leads, by its name."""
        return self._coupling.wirings.urls

    @property
    def failure(self) -> str:
        """Why the line broke; empty when it did not."""
        return self._coupling.broken

    def _ready(self, file: int, mask: int) -> None:
        if mask & READ and self._crowded() and any(future.done() for future in self._waiting):
            return  # they are on their way; the file is ready again in the next turn of the loop
        try:
            self.endpoint.ready(file, mask)
            self._settle(self._now())
        except Exception as error:  # noqa: BLE001 - it is handed on
            self._break(error)

    def _ring(self) -> None:
        self._alarm, self._rings = None, math.inf
        # It mostly rings for something that was over long before.
        if self._coupling.reopening or self.session.next_deadline() is not None:
            self._go_on()

    def _go_on(self) -> None:
        try:
            self._settle(self._now())
        except Exception as error:  # noqa: BLE001 - it is handed on
            self._break(error)

    def _break(self, error: BaseException) -> None:
        """An event callback raised (or we have a fault): whoever waits must hear of it."""
        self._coupling.cut()
        if not self._waiting and self._loop is not None:
            told = {"message": f"{self.endpoint.url}: the conversation broke", "exception": error}
            self._loop.call_exception_handler(told)
        for future in self._waiting:
            if not future.done():
                future.set_exception(error)

    def _settle(self, now: float) -> None:
        if self._closed or self._loop is None:
            return
        deadline = self._coupling.settle(now)
        # One that rings too early is set again then: cheaper than a new one for each command.
        if deadline is not None and deadline < self._rings:
            self._set_alarm(deadline)
        if self._waiting:
            over = not (self._coupling.connections or self._coupling.alive)
            for future, done in self._waiting.items():
                if (over or done()) and not future.done():
                    future.set_result(None)

    def _set_alarm(self, deadline: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        if self._plan is not None and not self._closed:
            self._alarm, self._rings = self._plan(deadline), deadline

    async def close(self) -> None:
        """Close the line, when what was sent last has left. May be called again."""
        try:
            if self._coupling.unsent:
                await self.until(lambda: not self._coupling.unsent, FLUSH_TIMEOUT)
        finally:
            self._shut()

    def _shut(self) -> None:
        if self._closed:
            return
        self._coupling.close(self._now())
        self._settle(self._now())
        self._closed = True
        for task in self._hooks - {asyncio.current_task()}:
            task.cancel()
        if self._alarm is not None:
            self._alarm.cancel()
        if self._watcher is not None:
            self._watcher.close()


def _never() -> bool:
    return False
