"""The command that awaits its answers: sent, sent again, answered, refused or given up."""

from __future__ import annotations

from collections.abc import Callable

from protoc.runtime import events
from protoc.runtime.causes import Cause
from protoc.runtime.errors import LocalError, ProtocolError, Refused, Timeout
from protoc.runtime.exchange import Exchange, Verdict
from protoc.runtime.machine import Machine
from protoc.runtime.messages import Message
from protoc.runtime.params import ParamTable
from protoc.runtime.protocol import On
from protoc.runtime.queue import Entry
from protoc.runtime.scheduler import Planned, Scheduler
from protoc.runtime.scope import FAULTS, Scope
from protoc.runtime.wire import Wire


class Asker:
    """Sends one command at a time and waits for its answers.

    Args:
        params, machine, scheduler: what it works with.
        rest: told how many seconds to pause when an exchange is over.
        gave_up: told of an exchange that nobody answered, after the last retry.

    Attributes:
        exchange: the command that awaits its answers, None when there is none.
    """

    def __init__(
        self,
        params: ParamTable,
        machine: Machine,
        scheduler: Scheduler,
        rest: Callable[[Entry, float, float], None],
        gave_up: Callable[[Exchange], None],
    ) -> None:
        self._params = params
        self._machine = machine
        self._listeners = machine.listeners
        self._scheduler = scheduler
        self._rest = rest
        self._gave_up = gave_up
        self.exchange: Exchange | None = None
        self._deadline: Planned | None = None
        self._held = False

    def ask(self, exchange: Exchange, now: float) -> None:
        """Send a command for the first time."""
        self._send(exchange, now)
        if exchange.terms.heard:
            self._machine.fire_sent(exchange.request, _cause(exchange))

    def resume(self, wire: Wire, now: float) -> None:
        """A line is there: send what waited for it."""
        if self._held and self.exchange is not None and self.exchange.wire is wire:
            self._send(self.exchange, now)

    def leave(self, connection: int) -> None:
        """A connection was closed to be opened again: the old one answers nothing any more."""
        if self.exchange is not None and connection in self.exchange.connections:
            self.exchange.connections.remove(connection)

    def drop(self) -> None:
        """Await nothing more."""
        self._cancel_deadline()
        self._held = False
        exchange, self.exchange = self.exchange, None
        if exchange is not None:
            exchange.wire.expect(None)

    def _send(self, exchange: Exchange, now: float) -> None:
        """Send the command, for the first time or again."""
        wire, pair = exchange.wire, exchange.terms.pair
        self._held = False
        if wire.closing or not exchange.connections:
            ways = wire.ways(exchange.entry.connection)
            if ways is None:
                self.exchange, self._held = exchange, True
                return
            exchange.connections = ways
        self.exchange = None
        wire.drop_late(exchange.connections)
        try:
            exchange.begin()
        except FAULTS as error:
            self._cannot_send(exchange, error, now)
            return
        # Nothing comes in before this is over, so all that can wait is done behind the writing.
        sent = wire.write(exchange.connections, exchange.request, exchange.data, pair.bytewise)
        self.exchange = exchange
        wire.expect(exchange)
        if not pair.quiet:
            wire.reachability.asked(now)
        self._wait_on(exchange, sent)

    def _cannot_send(self, exchange: Exchange, error: Exception, now: float) -> None:
        """It was to be composed anew, and cannot be."""
        failure = error if isinstance(error, ProtocolError) else LocalError(str(error))
        link = exchange.wire.link.name
        exchange.wire.report(events.NotSent(exchange.pair.name, failure, link))
        exchange.entry.failed("error", failure)
        self._over(exchange, now)

    def _wait_on(self, exchange: Exchange, now: float) -> None:
        """Wait for an answer as long as that may take."""
        exchange.until = now + exchange.timeout
        self._wait(exchange.until)

    def _wait(self, until: float) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self._scheduler.at(until, self._timed_out)

    def heard(self, connection: int, now: float) -> None:
        """Something came that is not whole: it may be the answer if nothing more comes."""
        exchange, deadline = self.exchange, self._deadline
        if exchange is None or deadline is None or connection not in exchange.connections:
            return
        if exchange.pair.after_idle:
            self._wait(min(exchange.until, now + exchange.pair.after_idle))

    def take(self, message: Message, connection: int) -> Verdict:
        """Say whether a message answers the command that waits."""
        exchange = self.exchange
        if exchange is None or connection not in exchange.connections:
            return "stranger"
        return exchange.take(message, self._params, exchange.wire.report)

    def conclude(self, verdict: Verdict, now: float) -> None:
        """The message is taken in: go on with the pair it belonged to."""
        exchange = self.exchange
        if exchange is None or verdict == "stranger":
            return
        exchange.wire.reachability.answered()
        if verdict == "part":
            exchange.wire.expect(exchange)
            self._wait_on(exchange, now)
        elif verdict == "whole":
            self._succeed(exchange, now)
        else:
            exchange.entry.failed("refused", Refused(exchange.pair.name, exchange.replies[-1]))
            exchange.entry.answered(exchange.replies)
            self._over(exchange, now)

    def awaits(self, name: str, connection: int) -> bool:
        """Whether a message of this name may answer the command that waits."""
        exchange = self.exchange
        if exchange is None or connection not in exchange.connections:
            return False
        return name in (each.NAME for each in exchange.awaited())

    def fail_attempt(self, now: float, attempt: int) -> None:
        """This attempt has no answer, unless it is over: send again, or give up after the last."""
        exchange = self.exchange
        if exchange is None or exchange.attempt != attempt:
            return
        self._cancel_deadline()
        pair = exchange.pair
        last = exchange.attempt >= exchange.terms.attempts
        wire = exchange.wire
        wire.report(events.AttemptFailed(pair.name, exchange.attempt, last, wire.link.name))
        if not pair.quiet:
            wire.reachability.failed(now)
        scope, cause = Scope(self._params, exchange.request), _cause(exchange)
        if last:
            self._gave_up(exchange)
            error = Timeout(pair.name, exchange.terms.attempts)
            exchange.entry.failed("timeout", error)
            self._over(exchange, now)
        self._machine.fire(On("timeout", "pair", pair.name), scope, cause)
        if last:
            self._machine.fire(On("timeout", "pair", pair.name, last=True), scope, cause)
        else:
            self._send(exchange, now)

    def _timed_out(self, now: float) -> None:
        exchange = self.exchange
        if exchange is None:
            return
        attempt, deadline = exchange.attempt, self._deadline
        # What waits for more bytes gets none: it may be the answer already.
        for connection in tuple(exchange.connections):
            exchange.wire.flush(connection)
        if self.exchange is not exchange or exchange.attempt != attempt:
            return
        if self._deadline is not deadline:
            return
        if exchange.satisfied():
            self._succeed(exchange, now)
        else:
            self.fail_attempt(now, attempt)

    def _succeed(self, exchange: Exchange, now: float) -> None:
        exchange.entry.answered(exchange.replies)
        self._over(exchange, now)
        if self._listeners.hears("success"):
            last = exchange.replies[-1] if exchange.replies else exchange.request
            on = On("success", "pair", exchange.pair.name)
            self._machine.fire(on, Scope(self._params, last), _cause(exchange))

    def _over(self, exchange: Exchange, now: float) -> None:
        self._cancel_deadline()
        self.exchange = None
        exchange.wire.expect(None)
        self._rest(exchange.entry, exchange.terms.gap, now)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _cause(exchange: Exchange) -> Cause:
    """What comes of an exchange belongs to its ticket, though not as the ticket's own work."""
    entry = exchange.entry
    return Cause(entry.ticket, False, entry.connection, exchange.wire.link.name)
