"""Both directions of a session: what comes in, and what triggers and the queue send out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

from protoc.runtime import events
from protoc.runtime.actions import Execute, Send, Time
from protoc.runtime.actor import Host
from protoc.runtime.asker import Wire
from protoc.runtime.causes import Cause
from protoc.runtime.compose import compose
from protoc.runtime.connection import Connection
from protoc.runtime.dispatch import Candidates, Preferred
from protoc.runtime.elapsing import Elapsing
from protoc.runtime.errors import LocalError, TransportError
from protoc.runtime.exchange import Exchange
from protoc.runtime.executor import Executor
from protoc.runtime.framing import (
    Found,
    FoundGarbage,
    FoundIncomplete,
    FoundMessage,
    FoundRejected,
)
from protoc.runtime.machine import Machine
from protoc.runtime.messages import Buffer, Decode, Message
from protoc.runtime.params import ParamTable
from protoc.runtime.protocol import Link, On, Protocol, Trigger
from protoc.runtime.queue import Entry
from protoc.runtime.scheduler import Scheduler
from protoc.runtime.scope import FAULTS, Scope, holds, value_of
from protoc.runtime.stepwise import StepReader
from protoc.runtime.timers import Quiet, Timers
from protoc.runtime.work import Reading, found_in

Role = Literal["controller", "device"]
Verb = Literal["open", "close"]


class Conversation(Host, Wire):
    """What `Session` is made of: its parts, and what they ask of each other.

    Args:
        protocol, link, role, hooks, random: as of `Session`.

    Attributes:
        params, scheduler, machine, executor, timers: the parts.
        events, out, line_requests, hang_ups: what the driver has yet to take.
        connections: by number.
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
        self.now = 0.0
        self.events: deque[events.Event] = deque()
        self.out: list[tuple[int, bytes]] = []
        self.line_requests: list[Verb] = []
        self.hang_ups: list[int] = []
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
        self._unsolicited = tuple(m for m in protocol.messages if m.KIND in ("event", "message"))
        self._explicit = protocol.explicit
        self._silent_equal = protocol.assumed.get("equal_response") == "silent"
        self._stepwise = StepReader(protocol, self.params, self.machine)
        self._previous: dict[str, bytes] = {}  # what each response was like the last time
        self._usual = Candidates(_usual_order(protocol, role, link), self._decoder)
        self._preferred: dict[tuple[str, int], Preferred] = {}
        self.dormant = False
        self._asked: list[int] = []  # the connections whose framers prefer answers

    # --- connections -------------------------------------------------------------------------

    def join(self, number: int, peer: str) -> None:
        """A connection is there."""
        line = Connection(number, peer, self.link, self._usual, self.scheduler, self._stalled)
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
        self._drain(line)
        line.rest()
        del self.connections[number]
        self.out = [each for each in self.out if each[0] != number]
        self.report(events.PeerDisconnected(line.peer, number, reason))
        last = not self.connections
        self.executor.lost(number, last, reason)
        if last:
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
        return Scope(self.params, own)

    def _traffic(self) -> None:
        for quiet in self._quiet:
            quiet.heard(self.now)

    # --- what came in ------------------------------------------------------------------------

    def take(self, number: int, data: bytes) -> None:
        """Bytes came in."""
        line = self.line(number)
        self._traffic()
        exchange = self.executor.asker.exchange
        attempt = exchange.attempt if exchange else 0
        damaged = False
        for _ in line.hear(data, self.now):
            damaged = self._drain(line) or damaged
        # A good answer may have come right behind the damaged one, so this is decided last.
        if damaged and exchange is not None and exchange is self.executor.asker.exchange:
            self.executor.asker.fail_attempt(self.now, attempt)

    def _drain(self, line: Connection) -> bool:
        """Handle what the framer has; whether a whole frame of an awaited answer was damaged."""
        framer = line.framer
        damaged = False
        while True:
            found = framer.next()
            for error in framer.failed:
                damaged = damaged or self.executor.asker.awaits(error.message, line.number)
            framer.failed = ()
            if found is None:
                return damaged
            damaged = self._handle(line, found) or damaged

    def _handle(self, line: Connection, found: Found) -> bool:
        """Report and take in; whether it is an awaited answer that its steps reject."""
        number = line.number
        match found:
            case FoundMessage(message=Reading() as reading, offset=offset, data=data):
                return self._read_by_steps(line, reading, offset, data)
            case FoundMessage(message=message, offset=offset, data=data):
                self._see(message, data, offset, line)
                self._heard(message, number)
            case FoundGarbage(data=data, offset=offset):
                self.report(events.GarbageSeen(data, offset, number))
            case FoundRejected(data=data, offset=offset, error=error):
                self.report(events.FrameRejected(data, offset, error, number))
            case FoundIncomplete(data=data, offset=offset):
                if not self._read_unfinished(line, data, offset):
                    self.report(events.FrameIncomplete(data, offset, number))
        return False

    def _read_by_steps(self, line: Connection, reading: Reading, offset: int, data: bytes) -> bool:
        """A response that steps read; whether it is an awaited one that they reject."""
        awaited = self._awaited(line)
        if reading.kind not in awaited and reading.kind.KIND == "response":
            if reading.look() and reading.message is not None:
                self._see(reading.message, data, offset, line)
            return False  # late, or somebody else's
        if reading.kind in awaited and self._stepwise.counts_surplus(reading.kind):
            reading.add_surplus(line.framer.held())
        for each in self._stepwise.alternatives(reading, awaited):
            if self._accept(line, each, offset, data):
                return False
        self.report(events.FrameRejected(data, offset, reading.error(), line.number))
        return reading.kind in awaited

    def _read_unfinished(self, line: Connection, data: bytes, offset: int) -> bool:
        """Nothing more comes: whether what came is an answer as its steps read it."""
        readings = self._stepwise.unfinished(data, self.link.name, self._awaited(line))
        return any(self._accept(line, each, offset, data) for each in readings)

    def _accept(self, line: Connection, reading: Reading, offset: int, data: bytes) -> bool:
        """Take a response in, when its steps say that it is one."""
        exchange = self.executor.asker.exchange
        ticket = exchange.entry.ticket if exchange and self._awaited(line) else None
        cause = Cause(ticket, connection=line.number)
        name = reading.kind.NAME
        equal = self._explicit and self._previous.get(name) == data
        if not (reading.look() if equal else self._stepwise.accepts(reading, cause)):
            return False
        message = reading.message
        assert message is not None
        self._see(message, data, offset, line)
        verdict = self.executor.asker.take(message, line.number)
        scope = self.scope(message)
        if not equal:
            self.machine.take_in(reading.values().items(), scope, cause)
        self._previous[name] = data
        if not (equal and self._silent_equal):
            self.machine.fire_message("after", message, cause)
        self.executor.asker.conclude(verdict, self.now)
        return True

    def _awaited(self, line: Connection) -> tuple[type[Message], ...]:
        """What may answer the command that waits for this connection."""
        exchange = self.executor.asker.exchange
        return exchange.awaited() if exchange and line.number in exchange.connections else ()

    def _see(self, message: Message, data: bytes, offset: int, line: Connection) -> None:
        self.report(events.MessageSeen(message, "received", data, offset, line.number, line.peer))

    def forget(self, message: str) -> None:
        """Forget what a response was like the last time."""
        self._previous.pop(message, None)

    def _heard(self, message: Message, connection: int) -> None:
        if self._device:
            self._take_in(message, Cause(connection=connection))
            self._answer_command(message, connection)
            return
        exchange = self.executor.asker.exchange
        verdict = self.executor.asker.take(message, connection)
        if verdict == "stranger" and message.KIND in ("response", "command"):
            return  # late, or somebody else's
        if verdict == "stranger" or exchange is None:
            cause = Cause(connection=connection)
        else:
            cause = Cause(exchange.entry.ticket, connection=connection)
        self._take_in(message, cause)
        self.executor.asker.conclude(verdict, self.now)

    def _take_in(self, message: Message, cause: Cause) -> None:
        self.machine.fire_message("before", message, cause)
        values = ((name, getattr(message, name)) for name in message.PARAMS)
        self.machine.take_in(values, self.scope(message), cause)
        self.machine.fire_message("after", message, cause)

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

    def _stalled(self, connection: int) -> None:
        """Nothing came for the pause or timeout of the link: what is unfinished stays so."""
        line = self.connections.get(connection)
        if line is not None:
            self._drain(line)

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
        self.machine.fire_message("after", message, cause)

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

    def ask_line(self, verb: Verb, link: str) -> None:
        """Ask the driver to open or close the line."""
        if link and link != self.link.name:
            raise LocalError(f"link {link} is not this one: it is on {self.link.name}")
        self.line_requests.append(verb)

    def hang_up(self, peer: str) -> None:
        """Ask the driver to close one connection."""
        found = [line.number for line in self.connections.values() if line.peer == peer]
        if not found:
            raise LocalError(f"{peer} is not connected")
        self.hang_ups += found

    def pause(self, seconds: float, then: Callable[[], None] | None = None) -> None:
        """Begin nothing more for so long."""
        self.executor.pause(seconds, self.now)
        if then is not None:
            self.executor.sleepers += 1
            self.scheduler.at(self.now + seconds, partial(self._wake, then))

    def _wake(self, then: Callable[[], None], now: float) -> None:
        self.executor.sleepers -= 1
        then()

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
        """Tell that a value is to be kept."""
        row = self.params.param(param)
        self.report(events.ParamSaved(row.name, self.params.get(param), row.id))

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
            self.line_requests.append("open")

    def _was_silent(self, connection: int) -> None:
        """Nothing was said on a connection for as long as the link allows."""
        exchange = self.executor.asker.exchange
        if exchange is not None and connection in exchange.connections:
            return
        client = self.link.role == "client"
        if client and not self.executor.idle:
            return
        self.dormant = client
        self.hang_ups.append(connection)

    def clear_at(self, connection: int | None) -> float | None:
        """When a command may be sent on a line where only one may talk at a time."""
        lines = [self.connections[number] for number in self.routes(connection)]
        if any(line.framer.pending for line in lines):
            return None
        pause = self.link.pause
        return max(max(line.heard_at, line.busy_until) + pause for line in lines)

    def flush(self, connection: int) -> None:
        """Drop unfinished bytes before they look like an answer, unless an event is in them."""
        line = self.connections[connection]
        exchange = self.executor.asker.exchange
        awaited = exchange.awaited() if exchange is not None else ()
        kept = [message for message in self._unsolicited if message not in awaited]
        if line.framer.pending and not line.framer.may_become(kept):
            line.framer.finish()
            self._drain(line)

    def expect(self, exchange: Exchange | None) -> None:
        """Let the framers try what an exchange awaits before all others."""
        wanted = self._usual if exchange is None else self._preferred_for(exchange)
        asked = [] if exchange is None else exchange.connections
        for number in self._asked:
            if number in self.connections and number not in asked:
                self.connections[number].framer.expect(self._usual)
        for number in asked:
            self.connections[number].framer.expect(wanted)
        self._asked = asked

    def _decoder(self, message: type[Message], request: Message | None = None) -> Decode:
        """How a message is found in the stream: one that steps read with all its faults."""
        if self._device or self.machine.steps(message) is None:
            return message.answering(request)
        return partial(found_in, message, request=request)

    def decode_by_steps(self, message: type[Message], request: Message | None = None) -> Decode:
        """How a message is decoded that its steps read and check."""
        if self.machine.steps(message) is None:
            return message.answering(request)

        def decode(buffer: Buffer, at: int, link: str) -> tuple[Message, int]:
            reading, end = found_in(message, buffer, at, link, request)
            if not self._stepwise.accepts(reading, Cause()) or reading.message is None:
                raise reading.error()
            return reading.message, end

        return decode

    def _preferred_for(self, exchange: Exchange) -> Preferred:
        key = exchange.pair.name, exchange.step
        if key not in self._preferred:
            self._preferred[key] = Preferred(exchange.awaited(), self._usual, self._decoder)
        preferred = self._preferred[key]
        preferred.answer(exchange.request)
        return preferred

    def write(self, connection: int, message: Message, data: bytes) -> None:
        """Hand bytes to the driver."""
        line = self.connections[connection]
        self.out.append((connection, data))
        before = line.say(data, self.now)
        self.report(events.MessageSeen(message, "sent", data, before, connection, line.peer))
        self._traffic()

    def _idle_for(self, trigger: Trigger, now: float) -> None:
        self.machine.run(trigger, "idle", self.scope(), Cause())


def _usual_order(protocol: Protocol, role: Role, link: Link) -> list[type[Message]]:
    """Which messages are tried, and in which order, while no answer is awaited."""
    order = ["command", "message"] if role == "device" else ["unsolicited", "response"]
    if role == "controller" and link.bystanders == "ignore":
        order.append("command")
    kinds = {"event": "unsolicited", "message": "unsolicited"} if role == "controller" else {}
    return [
        message
        for wanted in order
        for message in protocol.messages
        if kinds.get(message.KIND, message.KIND) == wanted
        and (not message.LINKS or link.name in message.LINKS)
    ]
