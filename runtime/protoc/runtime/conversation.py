"""What a session is made of: values and triggers, the links they are heard and said over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from functools import partial
from typing import Any, Literal

from protoc.runtime import events
from protoc.runtime.actions import Execute, Send, Time
from protoc.runtime.actor import Host
from protoc.runtime.causes import Cause
from protoc.runtime.channel import Channel
from protoc.runtime.connection import Connection
from protoc.runtime.elapsing import Elapsing
from protoc.runtime.errors import LocalError, TransportError
from protoc.runtime.executor import Executor
from protoc.runtime.machine import Machine
from protoc.runtime.messages import Message
from protoc.runtime.protocol import Link, On, Protocol, Trigger
from protoc.runtime.queue import Entry, Ticket
from protoc.runtime.receiving import Role
from protoc.runtime.routing import Routing
from protoc.runtime.scope import Scope, value_of
from protoc.runtime.shared import Request, Shared
from protoc.runtime.targets import targets
from protoc.runtime.timers import Quiet, Timers


class Conversation(Host):
    """What `Session` is made of: its parts, and what they ask of each other.

    Args:
        protocol, role, hooks, random: as of `Session`.
        links: those that are open together.

    Attributes:
        shared: what all of it has in common.
        params, scheduler, machine, timers, routing, targets: the parts.
        executors: the queues.
        plain: what expressions see where there is no message.
        saved: the values that are kept.
        pump: begins whatever can be begun now, in every queue.
    """

    def __init__(
        self,
        protocol: Protocol,
        links: Sequence[Link],
        role: Role,
        hooks: object | Mapping[str, Callable[..., Any]] | None,
        random: Callable[[float, float], float],
    ) -> None:
        self.shared = shared = Shared(protocol, device=role == "device")
        self.params = shared.params
        self.scheduler = shared.scheduler
        self.plain = Scope(self.params)
        self.saved: MutableMapping[str, Any] = {}
        self.machine = Machine(shared, self, hooks)
        self.targets = targets(protocol)
        self.routing = Routing(self.targets, self.report)
        self._quiet = [
            Quiet(seconds, self.scheduler, partial(self._idle_for, trigger))
            for seconds, trigger in self.machine.listeners.idle
        ]
        self.executors: dict[Channel, Executor] = {}
        for link in links:
            self._add(link)
        self._queues = list(dict.fromkeys(self.executors.values()))
        self.pump: Callable[[float], object] = (
            self._queues[0].pump if len(self._queues) == 1 else self._pump_all
        )
        timers = () if shared.device else protocol.timers
        elapse = Elapsing(protocol, self.params, self.machine, self.routing, self.put, self.report)
        self.timers = Timers(timers, shared, elapse, random)

    def _add(self, link: Link) -> None:
        """One more link; one whose queue is that of another has its turns there."""
        before = {channel.link.name: channel for channel in self.executors}
        spare_of = before.get(link.spare_of)
        host = spare_of or before.get(link.queue)
        executor = (
            self.executors[host]
            if host is not None
            else Executor(self.shared, self.targets, self.routing, self.machine, self.put)
        )
        channel = Channel(
            link,
            self.shared,
            self.machine,
            asker=executor.asker,
            idle=lambda: executor.idle,
            traffic=self._traffic if self._quiet else None,
            ping=executor.ping,
            spare_of=spare_of,
        )
        executor.channels.append(channel)
        self.executors[channel] = executor
        self.routing.add(channel, spare_of)

    def _pump_all(self, now: float) -> None:
        """What one queue does may be what another one waits for."""
        for _ in range(len(self._queues) + 1):
            begun = [queue.pump(now) for queue in self._queues]
            if not any(begun):
                return
        self.scheduler.at(now, self._pump_all)

    # --- connections -------------------------------------------------------------------------

    def join(self, channel: Channel, number: int, peer: str) -> None:
        """A connection is there, and what waits for it is begun."""
        channel.join(number, peer)
        self.report(events.PeerConnected(peer, number, channel.link.name))
        self.executors[channel].asker.resume(channel, self.shared.now)
        self._traffic()
        self._moved(channel, "connect", "connected", peer, number, Cause(connection=number))
        if len(self.executors[channel].channels) > 1:  # the others may be about to come as well
            self.scheduler.at(self.shared.now, self.pump)
        else:
            self.pump(self.shared.now)

    def leave(self, number: int, reason: str) -> None:
        """A connection is gone: what it left unfinished is told, what waits for it fails."""
        channel = self.channel_of(number)
        again = channel.closing and channel.expected
        line = channel.leave(number)
        name = channel.link.name
        self.report(events.PeerDisconnected(line.peer, number, reason, name))
        if again:
            self.executors[channel].asker.leave(number)
        else:
            self.executors[channel].lost(channel, number, reason)
        if not channel.connections:
            channel.reachability.asked(self.shared.now)
        if not self.connected:
            for quiet in self._quiet:
                quiet.stop()
        status = reason or "disconnected"
        self._moved(channel, "disconnect", status, line.peer, number, Cause(link=name))

    def _moved(
        self, channel: Channel, event: str, status: str, peer: str, number: int, cause: Cause
    ) -> None:
        """Somebody came or went: the param that the link names for it, then the triggers."""
        scope = self.scope({"peer": peer, "connection": number})
        server = channel.link.server
        param = "" if server is None else server.param_of(event)
        if param and not self.shared.device:
            self.machine.set(param, peer, scope, cause, by_hand=True)
        self.machine.fire(On(event), scope, cause)
        self.machine.fire(On(event, "link", channel.link.name), scope, cause)
        self.machine.fire(On("status", name=status), scope, cause)

    @property
    def connected(self) -> bool:
        """Somebody is there, on any link."""
        return any(channel.connections for channel in self.executors)

    def channel_of(self, number: int) -> Channel:
        """The link of a connection.

        Raises:
            LocalError: there is no such connection.
        """
        channel = self.routing.of(number)
        if channel is None:
            raise LocalError(f"there is no connection {number}")
        return channel

    def scope(self, own: Message | Mapping[str, Any] | None = None) -> Scope:
        """What expressions see: the fields of a message, then the params."""
        return self.plain if own is None else Scope(self.params, own)

    def _traffic(self) -> None:
        for quiet in self._quiet:
            quiet.heard(self.shared.now)

    def take(self, number: int, data: bytes) -> None:
        """Bytes came in.

        Raises:
            LocalError: there is no such connection.
        """
        if self._quiet:
            self._traffic()
        channel = self.routing.of(number) or self.channel_of(number)
        channel.receiver.take(channel.connections[number], data, self.shared.now)

    # --- what is to be done ------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """No queue has anything to do."""
        return all(queue.idle for queue in self._queues)

    def put(self, entry: Entry) -> bool:
        """Queue an entry where it belongs; False when it is not queued.

        Raises:
            LocalError: there is no such target.
        """
        try:
            channel = self._settle(entry)
        except LocalError:
            entry.close()
            raise
        if channel is None:  # it belongs to links that are not open
            entry.close()
            return False
        return self.executors[channel].put(entry)

    def _settle(self, entry: Entry) -> Channel | None:
        entry.channel = self.routing.choose(entry.target, entry.connection, entry.link)
        return entry.channel

    def withdraw(self, ticket: Ticket) -> None:
        """Execute no more for a ticket: an answer that still comes is a late one."""
        for queue in self._queues:
            queue.withdraw(ticket)

    def _queue_of(self, cause: Cause) -> Executor:
        """The queue of the link on which something began; the first one where it began on none."""
        channel = self.routing.of(cause.connection) or self.routing.called(cause.link)
        return self.executors[channel]

    # --- what the machine asks for -----------------------------------------------------------

    def report(self, event: events.Event) -> None:
        """Tell the driver."""
        self.shared.events.append(event)

    def queue(self, target: Execute, scope: Scope, cause: Cause) -> None:
        """Queue what an action executes."""
        entry = Entry(
            target,
            scope,
            ticket=cause.ticket,
            own=cause.own,
            connection=cause.connection,
            link=cause.link,
        )
        self.put(entry)

    def answer(self, send: Send, scope: Scope, cause: Cause) -> None:
        """Send what an action sends."""
        given = {name: value_of(expression, scope) for name, expression in send.arguments.items()}
        target = Execute("command", send.message.NAME, priority="now")
        channel = self.routing.choose(target, cause.connection, cause.link)
        if channel is not None and channel.link.half_duplex:
            self.send_in_turn(send.message, given, cause)
            return
        routes = channel.routes(cause.connection) if channel is not None else []
        if channel is None or not routes:
            error = TransportError("not connected")
            name = "" if channel is None else channel.link.name
            self.report(events.NotSent(send.message.NAME, error, name))
            return
        message, data = channel.maker.make(send.message, (given,), lambda: cause)
        channel.write(routes, message, data)
        self.machine.fire_sent(message, cause)

    def send_in_turn(self, message: type[Message], given: Mapping[str, Any], cause: Cause) -> None:
        """Send something as soon as nobody talks, before all that is queued."""
        target = Execute("command", message.NAME, priority="now")
        entry = Entry(
            target,
            self.scope(),
            fields=given,
            ticket=cause.ticket,
            own=cause.own,
            connection=cause.connection,
            link=cause.link,
        )
        self.put(entry)

    def turn_timer(self, action: Time) -> None:
        """Do what an action does with a timer."""
        if action.verb == "restart":
            for queue in self._queues:
                queue.withdraw_timer(action.timer)
        self.timers.turn(action.verb, action.timer, self.shared.now, at_once=action.now)

    def ask_line(self, verb: Literal["open", "close"], link: str, cause: Cause) -> None:
        """Ask the driver to open or close a line."""
        channel = self.routing.of(None if link else cause.connection)
        channel = channel or self.routing.called(link or cause.link)
        channel.ask(verb)

    def lead(self, param: str) -> None:
        """Ask the driver to lead the lines elsewhere whose address a param holds."""
        for channel in self.executors:
            if channel.link.address == param and (to := self.address(channel.link)):
                request = Request("lead", link=channel.link.name, to=to)
                self.shared.requests.append(request)

    def address(self, link: Link) -> str:
        """Where a link is said to lead; empty for where it was opened."""
        value = self.params.get(link.address) if link.address else None
        return "" if value is None else str(value).strip()

    def hang_up(self, peer: str) -> None:
        """Ask the driver to close one connection."""
        lines: list[Connection] = [
            line for channel in self.executors for line in channel.connections.values()
        ]
        found = [line.number for line in lines if line.peer == peer]
        if not found:
            raise LocalError(f"{peer} is not connected")
        self.shared.requests.extend(Request("hang up", number) for number in found)

    def pause(self, seconds: float, cause: Cause, then: Callable[[], None] | None = None) -> None:
        """Begin nothing more for so long, in the queue of what caused it."""
        queue = self._queue_of(cause)
        queue.pause(seconds, self.shared.now)
        if then is not None:
            queue.sleepers += 1
            self.scheduler.at(self.shared.now + seconds, partial(self._wake, queue, then))

    def _wake(self, queue: Executor, then: Callable[[], None], now: float) -> None:
        queue.sleepers -= 1
        then()

    def finish_hook(self, hook: str, work: Awaitable[Any]) -> None:
        """Have the driver await an async hook."""
        self.shared.requests.append(Request("finish", hook=hook, work=work))

    def leave_group(self, cause: Cause) -> None:
        """Execute no more of the running group."""
        self._queue_of(cause).leave_group()

    def set_timeout(self, pair: str, seconds: float) -> None:
        """Change how long a pair waits."""
        self.shared.timeouts[pair] = seconds

    def set_wait(self, group: str, item: int, seconds: float) -> None:
        """Change the pause behind an item of a group."""
        self.shared.waits[group, item] = seconds

    def forget(self, message: str) -> None:
        """Forget what a response was like the last time."""
        for channel in self.executors:
            channel.receiver.forget(message)

    def save(self, param: str) -> None:
        """Keep a value."""
        row, value = self.params.param(param), self.params.get(param)
        self.saved[row.name] = value
        self.report(events.ParamSaved(row.name, value, row.id))

    def _idle_for(self, trigger: Trigger, now: float) -> None:
        self.machine.run(trigger, "idle", self.scope(), Cause())
