"""Both directions of a session: what comes in, and what triggers and the queue send out."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import partial
from typing import Any, Literal, NamedTuple

from protoc.runtime import events
from protoc.runtime.actions import Execute, Send, Time
from protoc.runtime.actor import Host
from protoc.runtime.asker import Wire
from protoc.runtime.causes import Cause
from protoc.runtime.compose import compose
from protoc.runtime.connection import Connection
from protoc.runtime.elapsing import Elapsing
from protoc.runtime.errors import LocalError, TransportError
from protoc.runtime.exchange import Exchange
from protoc.runtime.executor import Executor
from protoc.runtime.machine import Machine
from protoc.runtime.messages import Message
from protoc.runtime.pacing import Pacer
from protoc.runtime.params import ParamTable
from protoc.runtime.protocol import Link, On, Protocol, Trigger
from protoc.runtime.queue import Entry
from protoc.runtime.receiving import Receiver, Role
from protoc.runtime.scheduler import Scheduler
from protoc.runtime.scope import FAULTS, Scope, holds, value_of
from protoc.runtime.timers import Quiet, Timers


class Request(NamedTuple):
    """What the driver is asked to do.

    Attributes:
        verb: `open` or `close` the line, `hang up` on a connection, begin a `break` or end it, or
            `finish` an async hook.
        connection: its number; -1 where the line is meant.
        hook: name of the hook.
        work: what is to be awaited; what it raises goes to `Session.hook_failed`.
    """

    verb: Literal["open", "close", "hang up", "break", "end break", "finish"]
    connection: int = -1
    hook: str = ""
    work: Awaitable[Any] | None = None


class Conversation(Host, Wire):
    """What `Session` is made of: its parts, and what they ask of each other.

    Args:
        protocol, link, role, hooks, random: as of `Session`.

    Attributes:
        params, scheduler, machine, executor, timers: the parts.
        events, out, requests: what the driver has yet to take.
        carry: called with connection and bytes for what is to be written; by default it waits in
            `out`.
        connections: by number.
        saved: the values that are kept.
        dormant: the line was closed as unused, and is opened when something is to be sent.
        now: the time of what is happening.
    """

    def __init__(
        self,
        protocol: Protocol,
        link: Link,
        role: Role,
        hooks: object | Mapping[str, Callable[..., Any]] | None,
        random: Callable[[float, float], float],
    ) -> None:
        self.link = link
        self.params = ParamTable(protocol.params)
        self._params_only = Scope(self.params)
        self.saved: MutableMapping[str, Any] = {}
        self.now = 0.0
        self.events: deque[events.Event] = deque()
        self.out: list[tuple[int, bytes]] = []
        self.carry: Callable[[int, bytes], object] = self._keep
        self.requests: deque[Request] = deque()
        self.connections: dict[int, Connection] = {}
        self.scheduler = Scheduler()
        self._device = role == "device"
        self.machine = Machine(protocol, self.params, self, hooks, silent=self._device)
        self.executor = Executor(protocol, link, self.params, self.machine, self.scheduler, self)
        timers = () if self._device else protocol.timers
        elapse = Elapsing(protocol, self.params, self.machine, self.executor, self.report)
        self.timers = Timers(timers, self.scheduler, elapse, random)
        self._quiet = [
            Quiet(seconds, self.scheduler, partial(self._idle_for, trigger))
            for seconds, trigger in self.machine.idle_triggers
        ]
        self._pairs = protocol.pairs
        self.receiver = Receiver(
            protocol,
            link,
            role,
            params=self.params,
            machine=self.machine,
            asker=self.executor.asker,
            lines=self.connections,
            report=self.events.append,
            asked=self._answer_command,
        )
        self._pacers: dict[int, Pacer] = {}
        self.dormant = False

    # --- connections -------------------------------------------------------------------------

    def join(self, number: int, peer: str) -> None:
        """A connection is there."""
        usual = self.receiver.usual
        line = Connection(number, peer, self.link, usual, self.scheduler, self._stalled)
        self._pacers[number] = Pacer(partial(self.carry, number), self.scheduler)
        if not line.greeted:
            self.scheduler.at(self.now + self.link.timeout, partial(self._not_greeted, line))
        if self.link.idle_close:
            seconds = self.link.idle_close
            line.close_when_silent(seconds, self.scheduler, self._was_silent, self.now)
        self.dormant = False
        self.connections[number] = line
        self.report(events.PeerConnected(peer, number))
        self._traffic()
        self._moved("connect", "connected", peer, number, Cause(connection=number))

    def leave(self, number: int, reason: str) -> None:
        """A connection is gone: what it left unfinished is told, what waits for it fails."""
        line = self.line(number)
        line.framer.finish()
        self.receiver.drain(line, self.now)
        line.rest()
        self.receiver.left(number)
        self._pacers.pop(number).stop()
        del self.connections[number]
        self.out = [each for each in self.out if each[0] != number]
        self.report(events.PeerDisconnected(line.peer, number, reason))
        last = not self.connections
        self.executor.lost(number, last, reason)
        if last:
            self.executor.reachability.asked(self.now)
            for quiet in self._quiet:
                quiet.stop()
        self._moved("disconnect", reason or "disconnected", line.peer, number, Cause())

    def _moved(self, event: str, status: str, peer: str, number: int, cause: Cause) -> None:
        """Somebody came or went: the param that the link names for it, then the triggers."""
        scope = self.scope({"peer": peer, "connection": number})
        server = self.link.server
        param = "" if server is None else server.param_of(event)
        if param and not self._device:
            self.machine.set(param, peer, scope, cause, by_hand=True)
        self.machine.fire(On(event), scope, cause)
        self.machine.fire(On(event, "link", self.link.name), scope, cause)
        self.machine.fire(On("status", name=status), scope, cause)

    def line(self, number: int) -> Connection:
        """The connection of a number.

        Raises:
            LocalError: there is none.
        """
        try:
            return self.connections[number]
        except KeyError:
            raise LocalError(f"there is no connection {number}") from None

    def scope(self, own: Message | Mapping[str, Any] | None = None) -> Scope:
        """What expressions see: the fields of a message, then the params."""
        return self._params_only if own is None else Scope(self.params, own)

    def _traffic(self) -> None:
        for quiet in self._quiet:
            quiet.heard(self.now)

    # --- what came in ------------------------------------------------------------------------

    def take(self, number: int, data: bytes) -> None:
        """Bytes came in."""
        if self._quiet:
            self._traffic()
        self.receiver.take(self.connections.get(number) or self.line(number), data, self.now)

    def _stalled(self, connection: int) -> None:
        """Nothing came for the pause or timeout of the link: what is unfinished stays so."""
        line = self.connections.get(connection)
        if line is not None:
            self.receiver.drain(line, self.now)

    def _not_greeted(self, line: Connection, now: float) -> None:
        """What a connection has to say first did not come: commands wait no longer."""
        if not line.greeted and self.connections.get(line.number) is line:
            assert self.link.greeting is not None
            line.greeted = True
            error = LocalError(f"it did not come within {self.link.timeout:g} s")
            self.report(events.ActionFailed(self.link.greeting.NAME, "await", error))

    def _answer_command(self, request: Message, connection: int) -> None:
        """As the device: the first answer of each step of the first pair that it is sent by."""
        scope = self.scope(request)
        for pair in self._pairs:
            if pair.command is not type(request) or (
                pair.links and self.link.name not in pair.links
            ):
                continue
            if not holds(pair.when, scope, lambda error: None):
                continue
            for step in pair.steps:
                kind = step[0].message
                try:
                    answer = compose(kind, self.params, request=request)
                    data = answer.encode(self.link.name)
                    self.params.step(kind)
                    self.write(connection, answer, data)
                except FAULTS as error:
                    self.report(events.NotSent(kind.NAME, error))
            return

    # --- what the machine and the executor ask for -------------------------------------------

    def report(self, event: events.Event) -> None:
        """Tell the driver."""
        self.events.append(event)

    def queue(self, target: Execute, scope: Scope, cause: Cause) -> None:
        """Queue what an action executes."""
        entry = Entry(
            target, scope, ticket=cause.ticket, own=cause.own, connection=cause.connection
        )
        self.executor.put(entry)

    def answer(self, send: Send, scope: Scope, cause: Cause) -> None:
        """Send what an action sends."""
        given = {name: value_of(expression, scope) for name, expression in send.arguments.items()}
        if self.link.half_duplex:
            self.send_in_turn(send.message, given, cause)
            return
        routes = self.routes(cause.connection)
        if not routes:
            self.report(events.NotSent(send.message.NAME, TransportError("not connected")))
            return
        message, data = self.executor.maker.make(
            send.message, lambda: compose(send.message, self.params, given), cause
        )
        for connection in routes:
            self.write(connection, message, data)
        self.machine.fire_sent(message, cause)

    def send_in_turn(self, message: type[Message], given: Mapping[str, Any], cause: Cause) -> None:
        """Send something as soon as nobody talks, before all that is queued."""
        target = Execute("command", message.NAME, priority="now")
        self.executor.put(
            Entry(
                target,
                self.scope(),
                fields=given,
                ticket=cause.ticket,
                own=cause.own,
                connection=cause.connection,
            )
        )

    def turn_timer(self, action: Time) -> None:
        """Do what an action does with a timer."""
        if action.verb == "restart":
            self.executor.withdraw_timer(action.timer)
        self.timers.turn(action.verb, action.timer, self.now, at_once=action.now)

    def ask_line(self, verb: Literal["open", "close"], link: str) -> None:
        """Ask the driver to open or close the line."""
        if link and link != self.link.name:
            raise LocalError(f"link {link} is not this one: it is on {self.link.name}")
        self.requests.append(Request(verb))

    def hang_up(self, peer: str) -> None:
        """Ask the driver to close one connection."""
        found = [line.number for line in self.connections.values() if line.peer == peer]
        if not found:
            raise LocalError(f"{peer} is not connected")
        self.requests.extend(Request("hang up", number) for number in found)

    def pause(self, seconds: float, then: Callable[[], None] | None = None) -> None:
        """Begin nothing more for so long."""
        self.executor.pause(seconds, self.now)
        if then is not None:
            self.executor.sleepers += 1
            self.scheduler.at(self.now + seconds, partial(self._wake, then))

    def _wake(self, then: Callable[[], None], now: float) -> None:
        self.executor.sleepers -= 1
        then()

    def finish_hook(self, hook: str, work: Awaitable[Any]) -> None:
        """Have the driver await an async hook."""
        self.requests.append(Request("finish", hook=hook, work=work))

    def leave_group(self) -> None:
        """Execute no more of the running group."""
        self.executor.leave_group()

    def set_timeout(self, pair: str, seconds: float) -> None:
        """Change how long a pair waits."""
        self.executor.timeouts[pair] = seconds

    def set_wait(self, group: str, item: int, seconds: float) -> None:
        """Change the pause behind an item of a group."""
        self.executor.waits[group, item] = seconds

    def save(self, param: str) -> None:
        """Keep a value."""
        row, value = self.params.param(param), self.params.get(param)
        self.saved[row.name] = value
        self.report(events.ParamSaved(row.name, value, row.id))

    def routes(self, connection: int | None) -> list[int]:
        """The connection that caused it, while it lasts; else all there are."""
        server = self.link.server
        if connection in self.connections and not (server and server.reply == "all"):
            return [connection]
        return list(self.connections)

    def wanted(self) -> None:
        """Something is to be sent, and nobody is there: open a line that was closed as unused."""
        if self.dormant:
            self.dormant = False
            self.requests.append(Request("open"))

    def _was_silent(self, connection: int) -> None:
        """Nothing was said on a connection for as long as the link allows."""
        exchange = self.executor.asker.exchange
        if exchange is not None and connection in exchange.connections:
            return
        client = self.link.role == "client"
        if client and not self.executor.idle:
            return
        self.dormant = client
        self.requests.append(Request("hang up", connection))

    def clear_at(self, connection: int | None) -> float | None:
        """When a command may be sent: not before the greeting, nor while somebody talks."""
        lines = [self.connections[number] for number in self.routes(connection)]
        if not all(line.greeted for line in lines):
            return None
        if not self.link.half_duplex:
            return self.now
        if any(line.framer.pending for line in lines):
            return None
        pause = self.link.pause
        return max(max(line.heard_at, line.busy_until) + pause for line in lines)

    def flush(self, connection: int) -> None:
        """Nothing more comes: drop what is unfinished."""
        self.receiver.flush(self.connections[connection], self.now)

    def drop_late(self, connection: int) -> None:
        """What still came in belongs to nothing that is asked now, unless it is to be matched."""
        if self.link.late == "drop":
            self.flush(connection)

    def expect(self, exchange: Exchange | None) -> None:
        """Try what an exchange awaits before all others."""
        self.receiver.expect(exchange)

    def forget(self, message: str) -> None:
        """Forget what a response was like the last time."""
        self.receiver.forget(message)

    def write(self, connection: int, message: Message, data: bytes, pace: float = 0.0) -> float:
        """Hand bytes to the driver, one by one where they have a pace.

        What is noted down of them is noted down while they are on their way.
        """
        line = self.connections[connection]
        end = self._pacers[connection].send(data, pace, self.now)
        before = line.say(data, end)
        seen = events.MessageSeen(message, "sent", data, before, connection, line.peer)
        self.events.append(seen)
        if self._quiet:
            self._traffic()
        return end

    def _keep(self, connection: int, data: bytes) -> None:
        self.out.append((connection, data))

    def _idle_for(self, trigger: Trigger, now: float) -> None:
        self.machine.run(trigger, "idle", self.scope(), Cause())
