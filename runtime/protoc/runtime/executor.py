"""Executes what is queued: entry by entry, and of groups item by item."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NoReturn

from protoc.runtime import events
from protoc.runtime.actions import Action, Execute, Expression, Item, Pause
from protoc.runtime.asker import Asker, Wire
from protoc.runtime.causes import Cause
from protoc.runtime.compose import compose
from protoc.runtime.errors import LocalError, ProtocolError, TransportError
from protoc.runtime.exchange import Exchange
from protoc.runtime.machine import DEEPEST, Machine
from protoc.runtime.making import Maker
from protoc.runtime.messages import Message
from protoc.runtime.params import ParamTable
from protoc.runtime.protocol import Group, Link, On, Pair, Protocol, Trigger
from protoc.runtime.queue import Entry, Frame, Queue, Ticket, line_lost
from protoc.runtime.reachability import RESPONDING, Reachability
from protoc.runtime.scheduler import Planned, Scheduler
from protoc.runtime.scope import FAULTS, Scope, value_of

_SENT = ("pair", "command")

BURST = 1000
"""So many items are done without time passing; then others get a turn."""


class Executor:
    """The queue at work.

    Args:
        protocol: the description.
        link: the link it is for.
        params, machine, scheduler, wire: what it works with.

    Attributes:
        maker: makes commands.
        asker: the command that awaits its answers.
        reachability: whether the device answers.
        timeouts: seconds a pair waits, where an action changed it.
        waits: seconds behind an item of a group, counted from 1, where an action changed it.
        sleepers: triggers that go on later; till then nothing is over.
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
        self._rows: dict[str, Mapping[str, Pair | Group | Trigger | type[Message]]] = {
            "pair": self._pairs,
            "group": self._groups,
            "command": self._commands,
            "trigger": {trigger.name: trigger for trigger in protocol.triggers},
        }
        self._queue = Queue(lambda size, state: wire.report(events.QueueLoad(size, state)))
        self._composes_again = protocol.assumed.get("retry_before_command") == "yes"
        self._frames: list[Frame] = []
        self.maker = Maker(
            link,
            explicit=protocol.explicit,
            implied=protocol.implied,
            params=params,
            machine=machine,
        )
        self.reachability = Reachability(
            link.offline,
            link.slow_poll,
            scheduler=scheduler,
            changed=self._reaches,
            ping=self._ping,
        )
        self.asker = Asker(params, machine, scheduler, wire, self.reachability, self._rest)
        self.timeouts: dict[str, float] = {}
        self.waits: dict[tuple[str, int], float] = {}
        self.sleepers = 0
        self._not_before = 0.0
        self._wake: Planned | None = None
        self._pumping = False

    @property
    def idle(self) -> bool:
        """Nothing is queued, running or awaited."""
        return not (self._queue or self._frames or self.asker.exchange or self.sleepers)

    # --- the queue ---------------------------------------------------------------------------

    def check(self, target: Execute, fields: Mapping[str, Any]) -> None:
        """Refuse what cannot be executed.

        Raises:
            LocalError: no such target, not on this link, or no such field of its command.
        """
        row = self._row(target)
        if isinstance(row, (Pair, Group)) and row.links and not self._on_link(row):
            raise LocalError(f"{target.name} is not on link {self._link.name}")
        command = row.command if isinstance(row, Pair) else row
        if fields and isinstance(command, type):
            for name in fields:
                if name not in command.__struct_fields__:
                    raise LocalError(f"{command.NAME} has no field {name}")

    def _row(self, target: Item) -> Pair | Group | Trigger | type[Message]:
        row = self._rows[target.kind].get(target.name)
        if row is None:
            raise LocalError(f"there is no {target.kind} {target.name}")
        return row

    def put(self, entry: Entry) -> bool:
        """Queue an entry; False when it is not: an equal one is there and one is enough, or full.

        Raises:
            LocalError: there is no such target.
        """
        target = entry.target
        try:
            self._row(target)
        except LocalError:
            entry.close()
            raise
        if target.once and target in self._queue:
            entry.close()
            return False
        if self._link.compose == "enqueue":
            self._compose_early(entry)
        if not self._queue.put(entry):
            self._not_sent(target.name, entry, LocalError("the queue is full"))
            entry.close()
            return False
        return True

    def begin(self, entry: Entry, now: float) -> None:
        """Queue an entry, and begin whatever can be begun.

        Raises:
            LocalError: there is no such target.
        """
        if self._free and entry.target.priority == "normal":
            self._open(entry)  # it would only go through the queue
        else:
            self.put(entry)
        self.pump(now)

    @property
    def _free(self) -> bool:
        """Nothing is queued or running, and commands are composed as they leave the queue."""
        running = self._frames or self.asker.exchange is not None
        return not (running or self._queue or self._link.compose == "enqueue")

    def withdraw(self, ticket: Ticket) -> None:
        """Execute no more for a ticket: an answer that still comes is a late one."""
        exchange = self.asker.exchange
        if exchange is not None and exchange.entry.ticket is ticket:
            self.asker.drop()
        for frame in self._frames:
            if frame.entry.ticket is ticket:
                frame.items.clear()
        for entry in self._queue.withdraw(lambda entry: entry.ticket is ticket):
            entry.close()

    def withdraw_timer(self, timer: str) -> None:
        """Execute nothing that a timer queued and that is not begun yet."""
        for entry in self._queue.withdraw(lambda entry: entry.timer == timer):
            entry.close()

    def leave_group(self) -> None:
        """Execute no more of the group that runs."""
        for frame in reversed(self._frames):
            if frame.group:
                frame.items.clear()
                return

    def pause(self, seconds: float, now: float) -> None:
        """Nothing more is begun for so long."""
        self._not_before = max(self._not_before, now + seconds)

    def pump(self, now: float) -> None:
        """Begin whatever can be begun."""
        if self._pumping:
            return
        self._pumping = True
        asker, frames, queue = self.asker, self._frames, self._queue
        try:
            for _ in range(BURST):
                nothing = asker.exchange is not None or not (frames or queue)
                if nothing or not self._go_on(now):
                    break
            else:
                self._not_before = max(self._not_before, now)
                self._wake_at(now)
        finally:
            self._pumping = False

    def _go_on(self, now: float) -> bool:
        """One step of what there is; False when nothing of it can be done now."""
        frames, queue = self._frames, self._queue
        if frames and not frames[-1].items:
            self._leave()
            return True
        if now < self._not_before:
            self._wake_at(self._not_before)
            return False
        interrupts = queue.forces and not any(frame.forced for frame in frames)
        forced = queue.take_forced() if interrupts else None
        if forced is not None:
            self._open(forced, forced=True)
        elif frames:
            return self._item(frames[-1], now)
        else:
            entry = queue.take()
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
        items = _paced(group, self.waits) if self.waits else group.items
        self._frames.append(Frame(entry, items, group.name, forced=forced, owner=owner))
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
        if not isinstance(item, Item) or (frame.group and isinstance(item, Execute)):
            frame.items.popleft()
            cause = _cause(entry, entry.own)
            self._machine.act(item, frame.group, "group", entry.scope, cause)
            return True
        sends = item.kind in _SENT
        if sends and not self._is_clear(entry.connection, now):
            return False
        frame.items.popleft()
        if frame.group and not self._may_do(item, frame):
            return True
        if sends:
            self._execute(item, entry, now)
        elif item.kind == "group":
            self._enter(entry, self._groups[item.name], owner=False)
        else:
            self._machine.run_named(item.name, entry.scope, _cause(entry, entry.own), "executed")
        return True

    def _may_do(self, item: Item, frame: Frame) -> bool:
        """Whether an item of a group is there, and is to be done."""
        if not self._machine.holds(item, frame.entry.scope, frame.group, "group"):
            return False
        try:
            self._row(item)
            if item.kind == "group" and len(self._frames) > DEEPEST:
                raise LocalError(f"{DEEPEST} groups deep: {item.name} contains itself")
        except LocalError as error:
            self._not_sent(item.name, frame.entry, error)
            return False
        return True

    def _is_clear(self, connection: int | None, now: float) -> bool:
        """Whether a command can be sent now; when not, it is tried again as soon as it may."""
        if not self._wire.routes(connection):
            self._wire.wanted()
            return False
        if not (self._link.half_duplex or self._link.greeting):
            return True
        clear_at = self._wire.clear_at(connection)
        if clear_at is not None and clear_at > now:
            self._wake_at(clear_at)
        return clear_at is not None and clear_at <= now

    def _execute(self, item: Item, entry: Entry, now: float) -> None:
        """Send a pair's command, or a command alone."""
        pair = self._pairs[item.name] if item.kind == "pair" else None
        if pair and (pair.links or pair.when) and not self._applies(pair, entry):
            return
        try:
            made = entry.made.get(id(item)) if entry.made else None
            message, data = made() if made is not None else self._compose(item, entry)
        except FAULTS as error:
            failure = error if isinstance(error, ProtocolError) else LocalError(str(error))
            self._not_sent(item.name, entry, failure)
            self._rest(entry, 0.0, now)
            return
        routes = self._wire.routes(entry.connection)
        if pair and pair.steps and not self._gets_no_reply(message):
            exchange = Exchange(
                pair, message, data, link=self._link, entry=entry, connections=routes
            )
            exchange.timeout = self.timeouts.get(pair.name, exchange.timeout)
            if self._composes_again:
                exchange.compose = partial(self._compose, item, entry)
            self.asker.ask(exchange, now)
            return
        pace = pair.bytewise if pair else 0.0
        sent = max(self._wire.write(connection, message, data, pace) for connection in routes)
        self._machine.fire_sent(message, _cause(entry))
        if pair and self._machine.hears("success"):
            self._machine.fire(
                On("success", "pair", pair.name), self._scope(message), _cause(entry)
            )
        gap = pair.gap if pair and pair.gap is not None else self._link.gap
        self._rest(entry, gap, max(now, sent))

    def _gets_no_reply(self, request: Message) -> bool:
        """Whether the link says that nobody answers this request."""
        if self._link.no_reply is None:
            return False
        try:
            return bool(self._link.no_reply(Scope(self._params, {"request": request})))
        except AttributeError:  # what it asks for is not in this request
            return False
        except FAULTS as error:
            self._wire.report(events.ActionFailed(request.NAME, "no_reply", error))
            return False

    # --- the device --------------------------------------------------------------------------

    def _reaches(self, state: str) -> None:
        self._wire.report(events.DeviceState(state == RESPONDING))
        self._machine.fire(On("status", name=state), Scope(self._params), Cause())

    def _ping(self, now: float) -> None:
        """Ask what the device answers if it is there: the pair for it, else the first one."""
        pairs = [pair for pair in self._pairs.values() if pair.steps and self._on_link(pair)]
        pings = [pair for pair in pairs if pair.ping]
        for pair in (pings or pairs)[:1]:
            asked = self.asker.exchange
            if asked is not None and asked.pair is pair:
                return  # not twice in a row: others would never have their turn
            target = Execute("pair", pair.name, priority="first", once=True)
            self.put(Entry(target, Scope(self._params)))

    def _applies(self, pair: Pair, entry: Entry) -> bool:
        """Whether a pair is for this link and its condition holds."""
        return self._on_link(pair) and self._machine.holds(pair, entry.scope, pair.name, "pair")

    def _not_sent(self, name: str, entry: Entry, error: ProtocolError) -> None:
        self._wire.report(events.NotSent(name, error))
        entry.failed("error", error)

    def _compose(self, item: Item, entry: Entry) -> tuple[Message, bytes]:
        pair = self._pairs[item.name] if item.kind == "pair" else None
        command = pair.command if pair else self._commands[item.name]
        given: list[Mapping[str, Any]] = []
        if pair and pair.arguments:
            given.append(_computed(pair.arguments, entry.scope))
        if item.arguments:
            given.append(_computed(item.arguments, entry.scope))
        given.append(entry.fields)
        return self.maker.make(
            command, lambda: compose(command, self._params, *given), _cause(entry)
        )

    def _compose_early(self, entry: Entry) -> None:
        """Compose every command of an entry as it is queued; what goes wrong shows in its turn."""
        entry.made = {}
        for item in self._sent_by(entry.target):
            made: Callable[[], tuple[Message, bytes]]
            try:
                message, data = self._compose(item, entry)
            except FAULTS as error:
                made = partial(_again, error)
            else:
                made = partial(tuple[Message, bytes], (message, data))
                entry.size += len(data)
            entry.made[id(item)] = made

    def _sent_by(self, target: Item, depth: int = 0) -> Iterator[Item]:
        """The pairs and commands that a target sends by itself."""
        if target.kind in ("pair", "command"):
            yield target
        elif target.kind == "group" and depth < DEEPEST:
            for item in self._groups[target.name].items:
                if isinstance(item, Item) and not isinstance(item, Execute):
                    yield from self._sent_by(item, depth + 1)

    def _rest(self, entry: Entry, gap: float, now: float) -> None:
        gap = max(gap, entry.gap)
        if gap or now > self._not_before:
            self.pause(gap, now)

    # --- the line ----------------------------------------------------------------------------

    def lost(self, connection: int, last: bool, reason: str) -> None:
        """A connection is gone: fail what waited for it, and with the last one all the rest."""
        error = line_lost(reason)
        exchange = self.asker.exchange
        if exchange is not None and connection in exchange.connections:
            exchange.connections.remove(connection)
        if exchange is not None and not exchange.connections:
            self.asker.drop()
            exchange.entry.failed("error", error)
            self._abandon(error)
        if last:
            self._abandon(error)
            for entry in self._queue.withdraw(lambda entry: entry.ticket is not None):
                self._not_sent(entry.target.name, entry, error)
                entry.close()

    def _abandon(self, error: TransportError) -> None:
        """What is being executed ends here."""
        while self._frames:
            frame = self._frames.pop()
            if frame.items and frame.owner:
                self._not_sent(frame.entry.target.name, frame.entry, error)
            if frame.owner:
                frame.entry.close()

    # --- small things ------------------------------------------------------------------------

    def _on_link(self, row: Pair | Group) -> bool:
        return not row.links or self._link.name in row.links

    def _scope(self, message: Message | None = None) -> Scope:
        return Scope(self._params, message)


def _paced(group: Group, waits: Mapping[tuple[str, int], float]) -> tuple[Action, ...]:
    """The items of a group with the pauses behind them that actions have set."""
    items: list[Action] = []
    number = 0
    for item in group.items:
        if isinstance(item, Pause):
            if (group.name, number) not in waits:
                items.append(item)
            continue
        items.append(item)
        number += 1
        if (seconds := waits.get((group.name, number))) is not None:
            items.append(Pause(seconds))
    return tuple(items)


def _again(error: Exception) -> NoReturn:
    raise error


def _cause(entry: Entry, own: bool = False) -> Cause:
    """What comes of an entry belongs to its ticket, though seldom as the ticket's own work."""
    return Cause(entry.ticket, own, entry.connection)


def _computed(arguments: Mapping[str, Expression], scope: Scope) -> dict[str, Any]:
    return {name: value_of(expression, scope) for name, expression in arguments.items()}
