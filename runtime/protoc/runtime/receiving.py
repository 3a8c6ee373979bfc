"""What comes in: found in the stream, read, and taken in by whom it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Literal

from protoc.runtime import events
from protoc.runtime.asker import Asker
from protoc.runtime.causes import Cause
from protoc.runtime.connection import Connection
from protoc.runtime.dispatch import Candidates, Preferred, candidates, preferred
from protoc.runtime.errors import DecodeError, Incomplete
from protoc.runtime.exchange import Exchange, Terms
from protoc.runtime.found import Found, FoundGarbage, FoundIncomplete, FoundMessage, FoundRejected
from protoc.runtime.framing import Framer
from protoc.runtime.joining import Joiner
from protoc.runtime.machine import Machine
from protoc.runtime.messages import Buffer, Decode, Known, Message
from protoc.runtime.protocol import Link, Protocol
from protoc.runtime.scope import Scope
from protoc.runtime.shared import Shared
from protoc.runtime.stepwise import StepReader
from protoc.runtime.work import Reading, found_in, layout_of

Role = Literal["controller", "device"]


class Receiver:
    """Takes in what the connections hear.

    Args:
        shared: what all links have in common.
        link: what the connections are of.
        machine: has the triggers.
        asker: has the command that awaits its answers.
        lines: the connections by number.
        asked: called with a command that came, and its connection, as the device.
    """

    def __init__(
        self,
        shared: Shared,
        link: Link,
        *,
        machine: Machine,
        asker: Asker,
        lines: Mapping[int, Connection],
        asked: Callable[[Message, int], None],
    ) -> None:
        protocol, params, report = shared.protocol, shared.params, shared.events.append
        self._shared = shared
        self._link = link
        self._params = params
        self._machine = machine
        self._listeners = machine.listeners
        self._asker = asker
        self._lines = lines
        self._report = report
        self._asked = asked
        self._device = shared.device
        self._unsolicited = tuple(m for m in protocol.messages if m.KIND in ("event", "message"))
        self._explicit = protocol.explicit
        # bytes that come at once with an answer may be its own
        self._at_once = protocol.explicit and protocol.assumed.get("surplus", "fails") == "fails"
        silent = protocol.assumed.get("equal_response") == "silent"
        self._silent_equal = link.ignore_equal or silent
        self._stepwise = StepReader(protocol, params, machine)
        self._joiner = Joiner(protocol, params, machine, report)
        self._previous: dict[str, bytes] = {}  # what each response was like the last time
        of = self._listeners.of
        stepped = not self._device and any(of(m).steps is not None for m in protocol.messages)
        stepped = stepped or any(m.TOLD for m in protocol.messages)
        self._decodes = self._decoder if stepped else None
        usual = tuple(_usual_order(protocol, "device" if shared.device else "controller", link))
        self.usual = Candidates(usual, self._decoder) if stepped else candidates(usual)
        self._preferred: dict[tuple[Terms, int], Preferred] = {}
        self._last: dict[tuple[Terms, int], Preferred] = {}
        self._preferring: Sequence[int] = ()  # the connections whose framers try …
        self._wanted: Candidates | Preferred = self.usual  # … these

    # --- found -------------------------------------------------------------------------------

    def take(self, line: Connection, data: bytes, now: float) -> None:
        """Bytes came in."""
        exchange = self._asker.exchange
        attempt = exchange.attempt if exchange else 0
        damaged = False
        if line.plain:
            line.heard_at = now
            line.framer.push(data)
            damaged = self.drain(line, now)
        else:
            for piece, over in line.hear(data, now):
                line.framer.push(piece)
                if over:
                    line.framer.finish()
                damaged = self.drain(line, now) or damaged
        line.look_again(now)
        if exchange is None or exchange is not self._asker.exchange:
            return
        if damaged:  # a good answer may have come right behind, so this is decided last
            self._asker.fail_attempt(now, attempt)
        elif exchange.attempt == attempt and line.framer.pending:
            self._asker.heard(line.number, now)

    def drain(self, line: Connection, now: float) -> bool:
        """Handle what the framer has; whether a whole frame of an awaited answer was damaged."""
        framer = line.framer
        damaged = False
        while True:
            wanted = self._wanted if line.number in self._preferring else self.usual
            if framer.candidates is not wanted and framer.pending:
                framer.expect(wanted)
            found = framer.next()
            if framer.failed:
                for error in framer.failed:
                    damaged = damaged or self._asker.awaits(error.message, line.number)
                framer.failed = ()
            if found is None:
                return damaged
            damaged = self._handle(line, found, now) or damaged

    def flush(self, line: Connection, now: float) -> None:
        """Drop unfinished bytes before they look like an answer, unless an event is in them."""
        exchange = self._asker.exchange
        awaited = exchange.awaited() if exchange is not None else ()
        kept = [message for message in self._unsolicited if message not in awaited]
        if line.framer.may_become(kept):
            return
        before = wanted = self._wanted
        if exchange is not None and self._explicit:
            self._wanted = wanted = self._at_last(exchange)
        line.framer.finish()
        self.drain(line, now)
        if self._wanted is wanted:
            self._wanted = before

    def _handle(self, line: Connection, found: Found, now: float) -> bool:
        """Report and take in; whether it is an awaited answer that its steps reject."""
        number = line.number
        match found:
            case FoundMessage():
                framer = line.framer
                if self._at_once and framer.pending and isinstance(framer, Framer):
                    found = self._longest(line, framer, found)
                message, offset, data = found.message, found.offset, found.data
                if self._decodes is not None and isinstance(message, Reading):
                    return self._read_by_steps(line, message, offset, data, now)
                self._see(message, data, offset, line)
                self._take_whole(message, data, line, now)
            case FoundGarbage(data=data, offset=offset):
                self._report(events.GarbageSeen(data, offset, number, self._link.name))
            case FoundRejected(data=data, offset=offset, error=error):
                self._report(events.FrameRejected(data, offset, error, number, self._link.name))
            case FoundIncomplete(data=data, offset=offset):
                if not self._read_unfinished(line, data, offset, now):
                    self._report(events.FrameIncomplete(data, offset, number, self._link.name))
        return False

    def _longest(self, line: Connection, framer: Framer, found: FoundMessage) -> FoundMessage:
        """The awaited answer that is all of what came at once, where another is its beginning."""
        awaited = self._awaited(line)
        message: Reading | Message = found.message
        kind = message.kind if isinstance(message, Reading) else type(message)
        if kind not in awaited or layout_of(kind).closed:
            return found
        request = self._asker.exchange.request if self._asker.exchange else None
        data = found.data + framer.held()
        for other in awaited:
            with suppress(DecodeError, Incomplete):
                whole, end = self._decoder(other, request)(data, 0, self._link.name)
                if other is not kind and end == len(data):
                    framer.claim()
                    return FoundMessage(whole, found.offset, data)
        return found

    def _see(self, message: Message, data: bytes, offset: int, line: Connection) -> None:
        if self._shared.watched:
            number, peer, link = line.number, line.peer, self._link.name
            self._report(events.MessageSeen(message, "received", data, offset, number, peer, link))
        if not line.greeted and isinstance(message, self._link.greeting or ()):
            line.greeted = True

    # --- taken in as a whole -----------------------------------------------------------------

    def _take_whole(self, message: Message, data: bytes, line: Connection, now: float) -> None:
        if self._device:
            self._take_in(message, Cause(connection=line.number))
            self._asked(message, line.number)
            return
        exchange = self._asker.exchange
        verdict = self._asker.take(message, line.number)
        if verdict == "stranger" and not self._concerns(message):
            return
        equal = self._silent_equal and message.KIND == "response" and self._equal(message, data)
        if not equal and self._listeners.of(type(message)).moves:
            ticket = exchange.entry.ticket if exchange and verdict != "stranger" else None
            self._take_in(message, Cause(ticket, connection=line.number))
        self._asker.conclude(verdict, now)

    def _concerns(self, message: Message) -> bool:
        """Whether something nobody waits for is taken in: answers that are late only if said so."""
        late = message.KIND == "response" and self._link.late == "match"
        return late or message.KIND not in ("response", "command")

    def _equal(self, message: Message, data: bytes) -> bool:
        """Whether it is what it was the last time; from now on this is the last time."""
        equal = self._previous.get(message.NAME) == data
        self._previous[message.NAME] = data
        return equal

    def _take_in(self, message: Message, cause: Cause) -> None:
        self._machine.fire_message("before", message, cause)
        if message.PARAMS:
            values = [(name, getattr(message, name)) for name in message.PARAMS]
            self._machine.take_in(values, Scope(self._params, message), cause)
        if not self._device:
            self._joiner.take(message, cause)
        self._machine.fire_message("after", message, cause)

    def forget(self, message: str) -> None:
        """Forget what a response was like the last time."""
        self._previous.pop(message, None)

    def left(self, connection: int) -> None:
        """A connection is gone."""
        self._joiner.forget(connection)

    # --- read by steps -----------------------------------------------------------------------

    def _read_by_steps(
        self, line: Connection, reading: Reading, offset: int, data: bytes, now: float
    ) -> bool:
        """A response that steps read; whether it is an awaited one that they reject."""
        awaited = self._awaited(line)
        if (
            reading.kind not in awaited
            and reading.kind.KIND == "response"
            and self._link.late == "drop"
        ):
            if reading.look() and reading.message is not None:
                self._see(reading.message, data, offset, line)
            return False  # late, or somebody else's
        if reading.kind in awaited and self._stepwise.counts_surplus(reading.kind):
            reading.add_surplus(line.framer.held())
        if self._accept_first(line, self._stepwise.alternatives(reading, awaited), offset, now):
            return False
        link = self._link.name
        self._report(events.FrameRejected(data, offset, reading.error(), line.number, link))
        return reading.kind in awaited

    def _read_unfinished(self, line: Connection, data: bytes, offset: int, now: float) -> bool:
        """Nothing more comes: whether what came is an answer as its steps read it."""
        readings = self._stepwise.unfinished(data, self._link.name, self._awaited(line))
        return self._accept_first(line, readings, offset, now)

    def _accept_first(
        self, line: Connection, readings: Iterable[Reading], offset: int, now: float
    ) -> bool:
        """Take in the first response whose steps say that it is one."""
        return any(self._accept(line, reading, offset, now) for reading in readings)

    def _accept(self, line: Connection, reading: Reading, offset: int, now: float) -> bool:
        exchange = self._asker.exchange
        ticket = exchange.entry.ticket if exchange and self._awaited(line) else None
        cause = Cause(ticket, connection=line.number)
        name, data = reading.kind.NAME, reading.arrived
        equal = self._explicit and self._previous.get(name) == data
        if not (reading.look() if equal else self._stepwise.accepts(reading, cause)):
            return False
        message = reading.message
        assert message is not None
        self._see(message, data, offset, line)
        verdict = self._asker.take(message, line.number)
        scope = Scope(self._params, message)
        if not equal:
            self._machine.take_in(reading.values().items(), scope, cause)
            self._joiner.take(message, cause)
        self._previous[name] = data
        if not (equal and self._silent_equal):
            self._machine.fire_message("after", message, cause)
        self._asker.conclude(verdict, now)
        return True

    def _awaited(self, line: Connection) -> tuple[type[Message], ...]:
        """What may answer the command that waits for this connection."""
        exchange = self._asker.exchange
        return exchange.awaited() if exchange and line.number in exchange.connections else ()

    # --- candidates --------------------------------------------------------------------------

    def expect(self, exchange: Exchange | None) -> None:
        """Try what an exchange awaits before all others, from the next byte on."""
        if exchange is None:
            self._preferring, self._wanted = (), self.usual
        else:
            self._preferring, self._wanted = exchange.connections, self._preferred_for(exchange)

    def _preferred_for(self, exchange: Exchange) -> Preferred:
        key = exchange.terms, exchange.step
        found = self._preferred.get(key)
        if found is None:
            found = self._preferred[key] = preferred(exchange.awaited(), self.usual, self._decodes)
        if found.answer(exchange.request):
            for number in exchange.connections:  # what was tried before was tried for another one
                self._lines[number].framer.expect(found)
        return found

    def _at_last(self, exchange: Exchange) -> Preferred:
        """What the bytes may be that came until an exchange's time was up.

        An answer whose steps are still to say whether it is whole does not yield to one that
        another pair awaits.
        """
        key = exchange.terms, exchange.step
        found = self._last.get(key)
        if found is None:
            unasked = Candidates(self._unsolicited, self._decodes)
            found = self._last[key] = Preferred(exchange.awaited(), unasked, self._decodes)
        found.answer(exchange.request)
        return found

    def _decoder(self, message: type[Message], request: Message | None = None) -> Decode:
        """How a message is found in the stream: one that steps read with all its faults."""
        if self._device or self._listeners.of(message).steps is None:
            return message.knowing(self._known(request))
        return partial(found_in, message, known=self._known(request))

    def _known(self, request: Message | None) -> Known:
        """What is known around a message that comes now."""
        return Known(request, self._params.value)

    def decode_by_steps(self, message: type[Message], request: Message | None = None) -> Decode:
        """How a message is decoded that its steps read and check."""
        if self._listeners.of(message).steps is None:
            return message.knowing(self._known(request))

        def decode(buffer: Buffer, at: int, link: str) -> tuple[Any, int]:
            reading, end = found_in(message, buffer, at, link, self._known(request))
            if not self._stepwise.accepts(reading, Cause()) or reading.message is None:
                raise reading.error()
            return reading.message, end

        return decode


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
