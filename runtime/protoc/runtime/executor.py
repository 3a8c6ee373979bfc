"""Executes what is queued: groups item by item, one command awaiting its answers at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from protoc.runtime import events
from protoc.runtime.compose import compose
from protoc.runtime.errors import LineError, LocalError, NoReply, ProtocolError, Refused
from protoc.runtime.exchange import Exchange, Verdict
from protoc.runtime.machine import Cause, Machine
from protoc.runtime.messages import Message
from protoc.runtime.params import ParamTable
from protoc.runtime.protocol import Execute, Expression, Group, Link, On, Pair, Protocol
from protoc.runtime.queue import Entry, Frame, Queue, line_lost
from protoc.runtime.scheduler import Planned, Scheduler
from protoc.runtime.scope import FAULTS, Scope, value_of

BURST = 1000
"""So many items are done without time passing; then others get a turn."""


class Wire:
    """What the executor needs of the connections."""

    def report(self, event: events.Event) -> None:
        raise NotImplementedError

    def routes(self, connection: int | None) -> list[int]:
        """Where a command goes that this connection caused; empty when nothing is connected."""
        raise NotImplementedError

    def flush(self, connection: int) -> None:
        """Drop the unfinished bytes that came in, deliver what is whole in them."""
        raise NotImplementedError

    def expect(self, exchange: Exchange | None) -> None:
        """Let the framer try what this exchange awaits before all others."""
        raise NotImplementedError

    def write(self, connection: int, message: Message, data: bytes) -> None:
        raise NotImplementedError


class Executor:
    """The queue at work.

    Args:
        protocol: the description.
        link: the link it is for.
        params, machine, scheduler, wire: what it works with.

    Attributes:
        exchange: the command that awaits its answers, None when there is none.
    """

    def __init__(
        self,
        protocol: Protocol,
        link: Link,
        params: ParamTable,
        machine: Machine,
        scheduler: Scheduler,
        wire: Wire,
    ) -> None:
        self._link = link
        self._params = params
        self._machine = machine
        self._scheduler = scheduler
        self._wire = wire
        self._pairs = {pair.name: pair for pair in protocol.pairs}
        self._groups = {group.name: group for group in protocol.groups}
        self._commands = {message.NAME: message for message in protocol.messages}
        self._triggers = {trigger.name for trigger in protocol.triggers}
        self._queue = Queue()
        self._frames: list[Frame] = []
        self.exchange: Exchange | None = None
        self._deadline: Planned | None = None
        self._not_before = 0.0
        self._wake: Planned | None = None
        self._pumping = False

    @property
    def idle(self) -> bool:
        """Nothing is queued, running or awaited."""
        return not (self._queue or self._frames or self.exchange)

    # --- the queue ---------------------------------------------------------------------------

    def check(self, target: Execute, fields: Mapping[str, Any]) -> None:
        """Refuse what cannot be executed.

        Raises:
            LocalError: no such target, not on this link, or no such field of its command.
        """
        known: dict[str, Any] = {
            "pair": self._pairs,
            "group": self._groups,
            "command": self._commands,
            "trigger": dict.fromkeys(self._triggers),
        }
        if target.name not in known[target.kind]:
            raise LocalError(f"there is no {target.kind} {target.name}")
        row = known[target.kind][target.name]
        if target.kind in ("pair", "group") and not self._on_link(row):
            raise LocalError(f"{target.name} is not on link {self._link.name}")
        if target.kind in ("pair", "command"):
            command = row.command if target.kind == "pair" else row
            for name in fields:
                if name not in command.__struct_fields__:
                    raise LocalError(f"{command.NAME} has no field {name}")

    def put(self, entry: Entry) -> bool:
        """Queue an entry; False when an equal one is queued already and one is enough.

        Raises:
            LocalError: there is no such target.
        """
        target = entry.target
        try:
            self.check(target, {})
        except LocalError:
            entry.close()
            raise
        if target.once and target in self._queue:
            entry.close()
            return False
        self._queue.put(entry)
        return True

    def pause(self, seconds: float, now: float) -> None:
        """Nothing more is begun for so long."""
        self._not_before = max(self._not_before, now + seconds)

    def pump(self, now: float) -> None:
        """Begin whatever can be begun."""
        if self._pumping:
            return
        self._pumping = True
        try:
            for _ in range(BURST):
                if not self._go_on(now):
                    break
            else:
                self._not_before = max(self._not_before, now)
                self._wake_at(now)
        finally:
            self._pumping = False

    def _go_on(self, now: float) -> bool:
        """One step; False when there is nothing to do now."""
        if self.exchange is not None or not (self._queue or self._frames):
            return False
        if self._frames and not self._frames[-1].items:
            self._leave()
            return True
        if now < self._not_before:
            self._wake_at(self._not_before)
            return False
        forced = None if any(f.forced for f in self._frames) else self._queue.take_forced()
        if forced is not None:
            self._open(forced, forced=True)
        elif self._frames:
            return self._item(self._frames[-1], now)
        else:
            entry = self._queue.take()
            if entry is not None:
                self._open(entry)
        return True

    def _wake_at(self, deadline: float) -> None:
        if self._wake is not None and self._wake.pending:
            if self._wake.deadline == deadline:
                return
            self._wake.cancel()
        self._wake = self._scheduler.at(deadline, self.pump)

    # --- entries, groups, items --------------------------------------------------------------

    def _open(self, entry: Entry, *, forced: bool = False) -> None:
        target = entry.target
        if target.kind == "group":
            if not self._enter(entry, self._groups[target.name], forced=forced):
                entry.close()
        elif target.kind == "trigger":
            self._machine.run_named(target.name, entry.scope, _cause(entry, entry.own), "executed")
            entry.close()
        else:
            self._frames.append(Frame(entry, (target,), forced=forced))

    def _enter(
        self, entry: Entry, group: Group, *, forced: bool = False, owner: bool = True
    ) -> bool:
        """Begin a group; False when it is not to be executed."""
        if not self._on_link(group):
            return False
        if not self._machine.holds(group, entry.scope, group.name, "group"):
            return False
        self._machine.fire(On("before", "group", group.name), entry.scope, _cause(entry))
        self._frames.append(Frame(entry, group.items, group.name, forced=forced, owner=owner))
        return True

    def _leave(self) -> None:
        frame = self._frames.pop()
        entry = frame.entry
        if frame.group:
            self._machine.fire(On("after", "group", frame.group), entry.scope, _cause(entry))
        if frame.owner:
            entry.close()

    def _item(self, frame: Frame, now: float) -> bool:
        """Do the next item of a frame; False when it takes a connection and there is none."""
        entry, item = frame.entry, frame.items[0]
        here = isinstance(item, Execute) and (
            not frame.group or (item.priority == "normal" and not item.once)
        )
        if not (here and isinstance(item, Execute)):
            frame.items.popleft()
            cause = _cause(entry, entry.own)
            self._machine.act(item, frame.group, "group", entry.scope, cause)
            return True
        sends = item.kind in ("pair", "command")
        if sends and not self._wire.routes(entry.connection):
            return False
        frame.items.popleft()
        if frame.group and not self._machine.holds(item, entry.scope, frame.group, "group"):
            return True
        if sends:
            self._execute(item, entry, now)
        elif item.kind == "group":
            self._enter(entry, self._groups[item.name], owner=False)
        else:
            self._machine.run_named(item.name, entry.scope, _cause(entry, entry.own), "executed")
        return True

    def _execute(self, item: Execute, entry: Entry, now: float) -> None:
        """Send a pair's command, or a command alone."""
        pair = self._pairs[item.name] if item.kind == "pair" else None
        command = pair.command if pair else self._commands[item.name]
        if pair and not (
            self._on_link(pair) and self._machine.holds(pair, entry.scope, pair.name, "pair")
        ):
            return
        try:
            message, data = self._compose(command, pair, item, entry)
        except FAULTS as error:
            self._wire.report(events.NotSent(item.name, error))
            failure = error if isinstance(error, ProtocolError) else LocalError(str(error))
            entry.failed("error", failure)
            self._rest(entry, 0.0, now)
            return
        routes = self._wire.routes(entry.connection)
        if pair and pair.steps:
            exchange = Exchange(
                pair, message, data, link=self._link, entry=entry, connection=routes[0]
            )
            self._attempt(exchange, now)
            return
        for connection in routes:
            self._wire.write(connection, message, data)
        self._fire_message("after", message, entry)
        if pair:
            self._machine.fire(
                On("success", "pair", pair.name), self._scope(message), _cause(entry)
            )
        gap = pair.gap if pair and pair.gap is not None else self._link.gap
        self._rest(entry, gap, now)

    def _compose(
        self, command: type[Message], pair: Pair | None, item: Execute, entry: Entry
    ) -> tuple[Message, bytes]:
        fixed = _computed(pair.arguments, entry.scope) if pair else {}
        given = (fixed, _computed(item.arguments, entry.scope), entry.fields)
        message = compose(command, self._params, *given)
        if self._machine.listens("before", command):
            self._fire_message("before", message, entry)
            message = compose(command, self._params, *given)
        return message, message.encode(self._link.name)

    # --- a command and its answers -----------------------------------------------------------

    def _attempt(self, exchange: Exchange, now: float) -> None:
        """Send the command, for the first time or again."""
        # What still came in belongs to nothing that is asked now.
        self.exchange = None
        self._wire.flush(exchange.connection)
        exchange.begin()
        self.exchange = exchange
        self._wire.expect(exchange)
        self._wire.write(exchange.connection, exchange.request, exchange.data)
        self._deadline = self._scheduler.at(now + exchange.timeout, self._timed_out)
        if exchange.attempt == 1:
            self._fire_message("after", exchange.request, exchange.entry)

    def take(self, message: Message, connection: int) -> Verdict:
        """Say whether a message answers the command that waits."""
        exchange = self.exchange
        if exchange is None or connection != exchange.connection:
            return "stranger"

        def failed(error: Exception) -> None:
            self._wire.report(events.ActionFailed(exchange.pair.name, "where", error))

        return exchange.take(message, self._params, failed)

    def conclude(self, verdict: Verdict, now: float) -> None:
        """The message is taken in: go on with the pair it belonged to."""
        exchange = self.exchange
        if exchange is None or verdict == "stranger":
            return
        if verdict == "part":
            self._wire.expect(exchange)
            self._cancel_deadline()
            self._deadline = self._scheduler.at(now + exchange.timeout, self._timed_out)
        elif verdict == "whole":
            self._succeed(exchange, now)
        else:
            exchange.entry.failed("refused", Refused(exchange.pair.name, exchange.replies[-1]))
            exchange.entry.answered(exchange.replies)
            self._over(exchange, now)

    def awaits(self, name: str, connection: int) -> bool:
        """Whether a message of this name may answer the command that waits."""
        exchange = self.exchange
        if exchange is None or connection != exchange.connection:
            return False
        return name in (each.NAME for each in exchange.awaited())

    def fail_attempt(self, now: float, attempt: int) -> None:
        """This attempt has no answer, unless it is over: send again, or give up after the last."""
        exchange = self.exchange
        if exchange is None or exchange.attempt != attempt:
            return
        self._cancel_deadline()
        pair = exchange.pair
        last = exchange.attempt >= exchange.attempts
        self._wire.report(events.AttemptFailed(pair.name, exchange.attempt, last))
        scope, cause = self._scope(exchange.request), _cause(exchange.entry)
        if last:
            error = NoReply(pair.name, exchange.attempts)
            exchange.entry.failed("timeout", error)
            self._over(exchange, now)
        self._machine.fire(On("timeout", "pair", pair.name), scope, cause)
        if last:
            self._machine.fire(On("timeout", "pair", pair.name, last=True), scope, cause)
        else:
            self._attempt(exchange, now)

    def _timed_out(self, now: float) -> None:
        exchange = self.exchange
        if exchange is None:
            return
        attempt, deadline = exchange.attempt, self._deadline
        # What waits for more bytes gets none: it may be the answer already.
        self._wire.flush(exchange.connection)
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
        scope = self._scope(exchange.replies[-1] if exchange.replies else exchange.request)
        on = On("success", "pair", exchange.pair.name)
        self._machine.fire(on, scope, _cause(exchange.entry))

    def _over(self, exchange: Exchange, now: float) -> None:
        self._cancel_deadline()
        self.exchange = None
        self._wire.expect(None)
        self._rest(exchange.entry, exchange.gap, now)

    def _rest(self, entry: Entry, gap: float, now: float) -> None:
        self.pause(max(gap, entry.gap), now)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    # --- the line ----------------------------------------------------------------------------

    def lost(self, connection: int, last: bool, reason: str) -> None:
        """A connection is gone: fail what waited for it, and with the last one all the rest."""
        error = line_lost(reason)
        exchange = self.exchange
        if exchange is not None and (last or exchange.connection == connection):
            self._cancel_deadline()
            self.exchange = None
            self._wire.expect(None)
            exchange.entry.failed("error", error)
            self._abandon(error)
        if last:
            self._abandon(error)
            for entry in self._queue.withdraw():
                self._drop(entry, error)

    def _abandon(self, error: LineError) -> None:
        """What is being executed ends here."""
        while self._frames:
            frame = self._frames.pop()
            if frame.items and frame.owner:
                self._wire.report(events.NotSent(frame.entry.target.name, error))
                frame.entry.failed("error", error)
            if frame.owner:
                frame.entry.close()

    def _drop(self, entry: Entry, error: LineError) -> None:
        self._wire.report(events.NotSent(entry.target.name, error))
        entry.failed("error", error)
        entry.close()

    # --- small things ------------------------------------------------------------------------

    def _on_link(self, row: Pair | Group) -> bool:
        return not row.links or self._link.name in row.links

    def _scope(self, message: Message | None = None) -> Scope:
        return Scope(self._params, message)

    def _fire_message(self, event: str, message: Message, entry: Entry) -> None:
        on = On(event, "message", message.NAME)
        self._machine.fire(on, self._scope(message), _cause(entry), message.KIND)


def _cause(entry: Entry, own: bool = False) -> Cause:
    """What comes of an entry belongs to its ticket, though seldom as the ticket's own work."""
    return Cause(entry.ticket, own, entry.connection)


def _computed(arguments: Mapping[str, Expression], scope: Scope) -> dict[str, Any]:
    return {name: value_of(expression, scope) for name, expression in arguments.items()}
