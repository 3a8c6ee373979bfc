"""A link at work: who is connected there, what is heard from them and what is said to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Literal

from protoc.runtime import events
from protoc.runtime.asker import Asker
from protoc.runtime.causes import Cause
from protoc.runtime.compose import compose
from protoc.runtime.connection import Connection
from protoc.runtime.errors import LocalError
from protoc.runtime.exchange import Terms
from protoc.runtime.machine import Machine
from protoc.runtime.making import Maker
from protoc.runtime.messages import Message
from protoc.runtime.pacing import Pacer
from protoc.runtime.protocol import Link, On, Pair
from protoc.runtime.queue import GONE
from protoc.runtime.reachability import RESPONDING, Reachability
from protoc.runtime.receiving import Receiver
from protoc.runtime.scope import FAULTS, Scope, holds
from protoc.runtime.shared import Request, Shared
from protoc.runtime.wire import Wire


class Channel(Wire):
    """A link and its connections.

    Args:
        link: the row of the description.
        shared, machine: what all links have in common.
        asker: the command that awaits its answers in the queue of this link.
        idle: whether that queue has nothing to do.
        traffic: told that something was said.
        ping: puts into the queue what the device answers if it is there.
        spare_of: the link whose device is reached over this one too.

    Attributes:
        link: as given.
        maker: makes commands for it.
        receiver: takes in what comes.
        reachability: whether the device answers.
        connections: who is there, by number.
        closing: the driver was asked to close the line, and has not done it yet.
        waits: commands wait for a greeting, or until nobody talks.
        dormant: the line was closed as unused, and is opened when something is to be sent.
        was_connected: somebody was there once.
    """

    def __init__(
        self,
        link: Link,
        shared: Shared,
        machine: Machine,
        *,
        asker: Asker,
        idle: Callable[[], bool],
        traffic: Callable[[], None] | None,
        ping: Callable[[Channel], None],
        spare_of: Channel | None = None,
    ) -> None:
        self.link = link
        self._shared = shared
        self._machine = machine
        self._asker = asker
        self._idle = idle
        self._traffic = traffic
        self.connections: dict[int, Connection] = {}
        self.maker = Maker(
            link,
            explicit=shared.protocol.explicit,
            implied=shared.protocol.implied,
            params=shared.params,
            machine=machine,
        )
        self.reachability = (
            spare_of.reachability
            if spare_of is not None
            else Reachability(
                link.offline,
                link.slow_poll,
                scheduler=shared.scheduler,
                changed=self._reaches,
                ping=lambda now: ping(self),
            )
        )
        self.receiver = Receiver(
            shared,
            link,
            machine=machine,
            asker=asker,
            lines=self.connections,
            asked=self._answer_command,
        )
        self.expect = self.receiver.expect
        self._terms: dict[str, Terms] = {}  # by pair, as they are asked for
        self._gone = {GONE} if link.role == "server" else set[int]()
        self.closing = False
        self.waits = link.half_duplex or link.greeting is not None
        self.dormant = False
        self.was_connected = False
        self._waking = False

    # --- connections -------------------------------------------------------------------------

    def join(self, number: int, peer: str) -> None:
        """A connection is there."""
        link, now = self.link, self._shared.now
        scheduler = self._shared.scheduler
        pacer = Pacer(partial(self._shared.carry, number), scheduler)
        usual = self.receiver.usual
        line = Connection(number, peer, link, usual, pacer, scheduler, self._stalled)
        if not line.greeted:
            scheduler.at(now + link.timeout, partial(self._not_greeted, line))
        if link.idle_close:
            line.close_when_silent(link.idle_close, scheduler, self._was_silent, now)
        self.was_connected = True
        self.closing = self.dormant = self._waking = False
        self.connections[number] = line
        self._gone.discard(number)

    def leave(self, number: int) -> Connection:
        """A connection is gone: what it left unfinished is told."""
        self.closing = self.closing and len(self.connections) > 1
        line = self.connections[number]
        line.framer.finish()
        self.receiver.drain(line, self._shared.now)
        line.rest()
        self.receiver.left(number)
        del self.connections[number]
        if self.link.role == "server":
            self._gone.add(number)
        shared = self._shared
        shared.out = [each for each in shared.out if each[0] != number]
        return line

    def ask(self, verb: Literal["open", "close"]) -> None:
        """Have the driver open or close the line.

        What is to be sent over one that is closed and opened again waits for that.
        """
        if self.link.role == "client":
            if verb == "open":
                self._waking = self.closing or not self.connections
            elif self.connections:
                self.closing, self._waking = True, False
        self._shared.requests.append(Request(verb, link=self.link.name))

    @property
    def expected(self) -> bool:
        """Nobody is there, but the line is opened, or will be when it is needed."""
        return self.dormant or self._waking

    def not_opened(self) -> None:
        """The line could not be opened (again)."""
        self.dormant = bool(self.link.idle_close) and self.was_connected
        self._waking = False

    # --- what came in ------------------------------------------------------------------------

    def _stalled(self, connection: int) -> None:
        """Nothing came for the pause or timeout of the link: what is unfinished stays so."""
        line = self.connections.get(connection)
        if line is not None:
            self.receiver.drain(line, self._shared.now)

    def _not_greeted(self, line: Connection, now: float) -> None:
        """What a connection has to say first did not come: commands wait no longer."""
        if not line.greeted and self.connections.get(line.number) is line:
            assert self.link.greeting is not None
            line.greeted = True
            error = LocalError(f"it did not come within {self.link.timeout:g} s")
            self.report(events.ActionFailed(self.link.greeting.NAME, "await", error))

    def _answer_command(self, request: Message, connection: int) -> None:
        """As the device: the first answer of each step of the first pair that it is sent by."""
        params, link = self._shared.params, self.link.name
        scope = Scope(params, request)
        for pair in self._shared.protocol.pairs:
            if pair.command is not type(request) or (pair.links and link not in pair.links):
                continue
            if not holds(pair.when, scope, lambda error: None):
                continue
            for step in pair.steps:
                kind = step[0].message
                try:
                    answer = compose(kind, params, request=request)
                    data = answer.encode(link)
                    params.step(kind)
                    self.write((connection,), answer, data)
                except FAULTS as error:
                    self.report(events.NotSent(kind.NAME, error, link))
            return

    # --- the device --------------------------------------------------------------------------

    def _reaches(self, state: str) -> None:
        self.report(events.DeviceState(state == RESPONDING, self.link.name))
        self._machine.fire(On("status", name=state), Scope(self._shared.params), Cause())

    def _was_silent(self, connection: int) -> None:
        """Nothing was said on a connection for as long as the link allows."""
        exchange = self._asker.exchange
        if exchange is not None and connection in exchange.connections:
            return
        client = self.link.role == "client"
        if client and not self._idle():
            return
        self.dormant = client
        self._shared.requests.append(Request("hang up", connection))

    # --- what the queue asks for -------------------------------------------------------------

    def terms(self, pair: Pair) -> Terms:
        """How a pair is asked here."""
        terms = self._terms.get(pair.name)
        if terms is None:
            heard = self._machine.listeners.of(pair.command).after
            terms = self._terms[pair.name] = Terms(pair, self.link, heard=heard)
        return terms

    def report(self, event: events.Event) -> None:
        """Tell the driver."""
        self._shared.events.append(event)

    def ways(self, connection: int | None) -> list[int] | None:
        """Where something is to be sent; None while the line is not there, and will be."""
        if self.closing or (not self.connections and self.wanted()):
            return None
        return self.routes(connection)

    def routes(self, connection: int | None) -> list[int]:
        """The connection that caused it, while it lasts; else all there are.

        Of those that come and go, nobody gets what another one has asked for.
        """
        server = self.link.server
        if server is None or server.reply != "all":
            if connection in self.connections:
                return [connection]
            if connection in self._gone:
                return []
        return list(self.connections)

    def wanted(self) -> bool:
        """Something is to be sent, and nobody is there: open a line that was closed as unused.

        Returns:
            whether it is being opened.
        """
        if self.dormant:
            self.dormant = False
            self._waking = True
            self._shared.requests.append(Request("open", link=self.link.name))
        return self._waking

    def clear_at(self, connection: int | None) -> float | None:
        """When a command may be sent: not before the greeting, nor while somebody talks."""
        lines = [self.connections[number] for number in self.routes(connection)]
        if not all(line.greeted for line in lines):
            return None
        if not (self.link.half_duplex and lines):
            return self._shared.now
        if any(line.framer.pending for line in lines):
            return None
        pause = self.link.pause
        return max(max(line.heard_at, line.busy_until) + pause for line in lines)

    @property
    def writing(self) -> bool:
        """Bytes of something that is being sent wait for their time."""
        return any(line.writing for line in self.connections.values())

    def flush(self, connection: int) -> None:
        """Nothing more comes: drop what is unfinished."""
        line = self.connections[connection]
        if line.framer.pending:
            self.receiver.flush(line, self._shared.now)

    def drop_late(self, connections: Iterable[int]) -> None:
        """What still came in belongs to nothing that is asked now, unless it is to be matched."""
        if self.link.late == "drop":
            for connection in connections:
                line = self.connections[connection]
                if line.framer.pending:
                    self.receiver.flush(line, self._shared.now)

    def write(
        self, connections: Iterable[int], message: Message, data: bytes, pace: float = 0.0
    ) -> float:
        """Hand bytes to the driver, one by one where they have a pace.

        What is noted down of them is noted down while they are on their way.
        """
        shared = self._shared
        now = sent = shared.now
        link = self.link.name
        for number in connections:
            line = self.connections[number]
            before = line.sent
            sent = max(sent, line.say(data, pace, now))
            if shared.watched:
                seen = events.MessageSeen(message, "sent", data, before, number, line.peer, link)
                shared.events.append(seen)
        if self._traffic is not None:
            self._traffic()
        return sent
