"""Executes what is queued: entry by entry, and of groups item by item."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from protoc.runtime import events
from protoc.runtime.actions import Action, Execute, Item, Pause
from protoc.runtime.asker import Asker
from protoc.runtime.channel import Channel
from protoc.runtime.errors import LocalError, TransportError
from protoc.runtime.exchange import Exchange
from protoc.runtime.machine import Machine
from protoc.runtime.protocol import Group, On
from protoc.runtime.queue import GONE, Entry, Frame, Queue, Ticket, line_lost
from protoc.runtime.routing import Routing
from protoc.runtime.scheduler import Planned
from protoc.runtime.scope import Scope
from protoc.runtime.sending import Sender, caused_by
from protoc.runtime.shared import Shared
from protoc.runtime.targets import DEEPEST, Targets

_SENT = ("pair", "command")

BURST = 1000
"""So many items are done without time passing; then others get a turn."""


class Executor:
    """A queue at work: what is in it is sent in turn, over one link or several.

    Args:
        shared, targets, routing, machine: what it works with.
        elsewhere: puts an entry into the queue of the link that it goes over.

    Attributes:
        channels: the links whose queue it is.
        sender: composes commands and sends them.
        asker: the command that awaits its answers.
        sleepers: triggers that go on later; till then nothing is over.
    """

    def __init__(
        self,
        shared: Shared,
        targets: Targets,
        routing: Routing,
        machine: Machine,
        elsewhere: Callable[[Entry], object],
    ) -> None:
        self._shared = shared
        self._targets = targets
        self._routing = routing
        self._machine = machine
        self._elsewhere = elsewhere
        self.channels: list[Channel] = []
        self._queue = Queue(self._loaded)
        self._frames: list[Frame] = []
        self._away = False  # an item takes its turn in the queue of another link
        self.asker = Asker(shared.params, machine, shared.scheduler, self._rest, self._gave_up)
        self.sender = Sender(shared, targets, routing, machine, asker=self.asker, rest=self._rest)
        self.sleepers = 0
        self._not_before = 0.0
        self._wake: Planned | None = None
        self._pumping = False

    @property
    def idle(self) -> bool:
        """Nothing is queued, running or awaited."""
        return not (self._queue or self._frames or self.asker.exchange or self.sleepers)

    # --- the queue ---------------------------------------------------------------------------

    def put(self, entry: Entry) -> bool:
        """Queue an entry; False when it is full, or an equal one is there and one is enough."""
        target = entry.target
        if target.once and target in self._queue:
            entry.close()
            return False
        if _is_early(entry.channel):
            self.sender.compose_early(entry)
        if not self._queue.put(entry):
            error = LocalError("the queue is full")
            self.sender.not_sent(target.name, entry, entry.channel, error)
            entry.close()
            return False
        return True

    def begin(self, entry: Entry, now: float) -> None:
        """Queue an entry, and begin whatever can be begun."""
        busy = self._frames or self.asker.exchange is not None or self._queue
        if busy or entry.target.priority != "normal" or _is_early(entry.channel):
            self.put(entry)
        else:
            self._open(entry)  # it would only go through the queue
        self.pump(now)

    def _loaded(self, size: int, state: events.LoadState) -> None:
        name = self.channels[0].link.name
        self._shared.events.append(events.QueueLoad(size, state, name))

    def withdraw(self, ticket: Ticket) -> None:
        """Execute no more for a ticket: an answer that still comes is a late one."""
        exchange = self.asker.exchange
        if exchange is not None and exchange.entry.ticket is ticket:
            self.asker.drop()
        for frame in self._frames:
            if frame.entry.ticket is ticket:
                frame.leave()
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
                frame.leave()
                return

    def pause(self, seconds: float, now: float) -> None:
        """Nothing more is begun for so long."""
        self._not_before = max(self._not_before, now + seconds)

    def pump(self, now: float) -> bool:
        """Begin whatever can be begun; whether something was."""
        if self._pumping:
            return False
        self._pumping = True
        begun = False
        try:
            for _ in range(BURST):
                if self.asker.exchange is not None or not (self._frames or self._queue):
                    break
                if self._away or not self._go_on(now):
                    break
                begun = True
            else:
                self._not_before = max(self._not_before, now)
                self._wake_at(now)
        finally:
            self._pumping = False
        return begun

    def _go_on(self, now: float) -> bool:
        """One step of what there is; False when nothing of it can be done now."""
        frames, queue = self._frames, self._queue
        frame = frames[-1] if frames else None
        if frame is not None and frame.at >= len(frame.items):
            self._leave()
            return True
        if now < self._not_before:
            self._wake_at(self._not_before)
            return False
        forced = None
        if queue.forced and not any(each.forced for each in frames):
            forced = queue.take_forced()
        if forced is not None:
            self._open(forced, forced=True)
        elif frame is not None:
            return self._item(frame, now)
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
        self._wake = self._shared.scheduler.at(deadline, self.pump)

    # --- entries, groups, items --------------------------------------------------------------

    def _open(self, entry: Entry, *, forced: bool = False) -> None:
        target = entry.target
        if self._routing.spares:
            entry.channel = self._routing.choose(target, entry.connection, entry.link)
        if target.kind == "group":
            group = self._targets.groups[target.name]
            if not self._enter(entry, group, entry.channel, forced=forced):
                entry.close()
        elif target.kind == "trigger":
            cause = caused_by(entry, entry.own)
            self._machine.run_named(target.name, entry.scope, cause, "executed")
            entry.close()
        else:
            self._frames.append(Frame(entry, (target,), entry.channel, forced=forced))

    def _enter(
        self,
        entry: Entry,
        group: Group,
        channel: Channel | None,
        *,
        forced: bool = False,
        owner: bool = True,
    ) -> bool:
        """Begin a group; False when it is not to be executed."""
        if not self._machine.holds(group, entry.scope, group.name, "group"):
            return False
        self._machine.fire(On("before", "group", group.name), entry.scope, caused_by(entry))
        waits = self._shared.waits
        items = _paced(group, waits) if waits else group.items
        frame = Frame(entry, items, channel, group.name, forced=forced, owner=owner)
        self._frames.append(frame)
        return True

    def _leave(self) -> None:
        frame = self._frames.pop()
        entry = frame.entry
        if frame.group:
            on = On("after", "group", frame.group)
            self._machine.fire(on, entry.scope, caused_by(entry))
        if frame.owner:
            entry.close()

    def _item(self, frame: Frame, now: float) -> bool:
        """Do the next item of a frame; False when it takes a connection and there is none."""
        entry, item = frame.entry, frame.items[frame.at]
        if not isinstance(item, Item) or (frame.group and isinstance(item, Execute)):
            frame.at += 1
            self._machine.act(item, frame.group, "group", entry.scope, caused_by(entry, entry.own))
            return True
        if item.kind in _SENT:
            return self._sent(frame, item, now)
        frame.at += 1
        if frame.group and not self._may_do(item, frame):
            return True
        if item.kind == "group":
            channel = self._routing.within(item, frame.channel)
            if channel is not None:
                self._enter(entry, self._targets.groups[item.name], channel, owner=False)
        else:
            cause = caused_by(entry, entry.own)
            self._machine.run_named(item.name, entry.scope, cause, "executed")
        return True

    def _sent(self, frame: Frame, item: Item, now: float) -> bool:
        """Send a pair or command over its link; False when that has to wait."""
        entry = frame.entry
        channel = self._way(item, frame) if frame.group else frame.channel
        mine = channel is None or channel in self.channels
        if channel is not None:
            if channel.closing:
                return False
            if not channel.connections:
                return self._pass_over(frame, item, channel)
            if mine and channel.waits and not self._is_clear(channel, entry.connection, now):
                return False
        frame.at += 1
        if (frame.group and not self._may_do(item, frame)) or channel is None:
            return True
        entry.begun = True
        if mine:
            self.sender.send(item, entry, channel, now)
        else:
            self._hand_over(item, entry, channel)
        return True

    def _pass_over(self, frame: Frame, item: Item, channel: Channel) -> bool:
        """Leave out an item whose link is not there; False where it waits, as all there is does."""
        others = channel not in self.channels or any(each.connections for each in self.channels)
        if channel.wanted() or not others:
            return False
        frame.at += 1
        self.sender.not_sent(item.name, frame.entry, channel, TransportError("not connected"))
        return True

    def _way(self, item: Item, frame: Frame) -> Channel | None:
        """The link of an item; of one that is not there, that of its group."""
        try:
            return self._routing.within(item, frame.channel)
        except LocalError:
            return frame.channel

    def _hand_over(self, item: Item, entry: Entry, channel: Channel) -> None:
        """Let an item of a group take its turn in the queue of another link, and wait for it."""
        self._away = True
        target = Execute(item.kind, item.name, item.arguments, priority="now")
        guest = Entry(
            target,
            entry.scope,
            fields=entry.fields,
            ticket=entry.ticket,
            own=entry.own,
            connection=entry.connection,
            link=channel.link.name,
            then=self._came_back,
        )
        guest.guest = True
        if id(item) in entry.made:
            guest.made = {id(target): entry.made[id(item)]}
        self._elsewhere(guest)

    def _came_back(self) -> None:
        self._away = False

    def _may_do(self, item: Item, frame: Frame) -> bool:
        """Whether an item of a group is there, and is to be done."""
        if not self._machine.holds(item, frame.entry.scope, frame.group, "group"):
            return False
        try:
            self._targets.row(item)
            if item.kind == "group" and len(self._frames) > DEEPEST:
                raise LocalError(f"{DEEPEST} groups deep: {item.name} contains itself")
        except LocalError as error:
            self.sender.not_sent(item.name, frame.entry, frame.entry.channel, error)
            return False
        return True

    def _is_clear(self, channel: Channel, connection: int | None, now: float) -> bool:
        """Whether a command can be sent now; when not, it is tried again as soon as it may."""
        clear_at = channel.clear_at(connection)
        if clear_at is not None and clear_at > now:
            self._wake_at(clear_at)
        return clear_at is not None and clear_at <= now

    def _rest(self, entry: Entry, gap: float, now: float) -> None:
        self._not_before = max(self._not_before, now + max(gap, entry.gap))

    # --- the device --------------------------------------------------------------------------

    def ping(self, channel: Channel) -> None:
        """Ask what the device answers if it is there: the pair for it, else the first one."""
        pair, asked = self.sender.ping_on(channel), self.asker.exchange
        if pair is None or (asked is not None and asked.pair is pair):
            return  # not twice in a row: others would never have their turn
        target = Execute("pair", pair.name, priority="first", once=True)
        self._elsewhere(Entry(target, Scope(self._shared.params), link=channel.link.name))

    def _gave_up(self, exchange: Exchange) -> None:
        entry = exchange.entry
        if entry.channel is not None:
            self._routing.gave_up(entry.target, entry.channel)

    # --- the line ----------------------------------------------------------------------------

    def lost(self, channel: Channel, connection: int, reason: str) -> None:
        """A connection is gone: fail what waited for it, and with the last one all the rest."""
        error = line_lost(reason)
        for entry in (*self._queue, *(frame.entry for frame in self._frames)):
            if entry.connection == connection and entry.channel is channel:
                entry.connection = GONE
        exchange = self.asker.exchange
        if exchange is not None and connection in exchange.connections:
            exchange.connections.remove(connection)
        if exchange is not None and exchange.wire is channel and not exchange.connections:
            self.asker.drop()
            exchange.entry.failed("error", error)
            if exchange.entry.ticket is None:  # nobody else says that it has no answer
                self.sender.not_sent(exchange.pair.name, exchange.entry, channel, error)
            self._abandon(channel, error)
        if not channel.connections:
            self._abandon(channel, error)
            for entry in self._queue.withdraw(lambda entry: _waits_for(entry, channel)):
                self.sender.not_sent(entry.target.name, entry, channel, error)
                entry.close()

    def _abandon(self, channel: Channel, error: TransportError) -> None:
        """What is being executed over a link ends here.

        What nothing was sent of, and nobody waits for, goes on when there is a connection again.
        """
        frames = [
            frame
            for frame in self._frames
            if (frame.entry.begun and frame.entry.channel is channel)
            or _waits_for(frame.entry, channel)
        ]
        for frame in reversed(frames):
            self._frames.remove(frame)
            if frame.owner and not frame.over:
                self.sender.not_sent(frame.entry.target.name, frame.entry, channel, error)
            if frame.owner:
                frame.entry.close()


def _is_early(channel: Channel | None) -> bool:
    """What goes over this link is composed as it enters the queue."""
    return channel is not None and channel.link.compose == "enqueue"


def _waits_for(entry: Entry, channel: Channel) -> bool:
    """Somebody waits for an entry that goes over this link."""
    return entry.channel is channel and (entry.ticket is not None or entry.guest)


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
