"""One session: everything said and heard over one link, without knowing what carries it.

A driver feeds it what happens (`connected`, `receive`, `advance`, …), always with the time, and
takes from it what to do (`data_to_send`, `requests`, `next_deadline`) and what happened
(`next_event`). All times are seconds of one clock that never goes back.

What is said can be carried away at once (`carry`): then the device answers while the session still
notes down what it has said.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from protoc.runtime import events
from protoc.runtime.actions import Execute
from protoc.runtime.causes import Cause
from protoc.runtime.conversation import Conversation, Request
from protoc.runtime.errors import LocalError, TransportError
from protoc.runtime.messages import Decode, Message
from protoc.runtime.params import ParamTable
from protoc.runtime.protocol import Link, On, Protocol
from protoc.runtime.queue import Entry, Ticket
from protoc.runtime.receiving import Role

__all__ = ["Request", "Role", "Session", "Ticket"]


class Session:
    """The conversation of one link, in virtual time.

    A `device` answers each command with the answers of its pair; triggers, timers and hooks are
    the controller's and rest there.

    Args:
        protocol: the description, as the generated module holds it.
        link: the link, or its name; the first one when None.
        role: `controller` sends commands and reads what a device sends; `device` is the device.
        hooks: implementations by name: a mapping, or an object with them as attributes.
        saved: the values of params that are `save`, by name: taken over now, and kept up to date.
        random: `random(low, high)`, for the first run of timers; by default the middle.

    Attributes:
        protocol, link, role: as given; `link` is the row of the description.
        params: values of the params by name.
        happened: the events that were not taken yet, in order; as `next_event` gives them.
        requests: what is asked of the line and was not taken yet, in order.

    Raises:
        LocalError: there is no such link.
    """

    def __init__(
        self,
        protocol: Protocol,
        *,
        link: str | Link | None = None,
        role: Role = "controller",
        hooks: object | Mapping[str, Callable[..., Any]] | None = None,
        saved: MutableMapping[str, Any] | None = None,
        random: Callable[[float, float], float] | None = None,
    ) -> None:
        self.protocol = protocol
        self.link = link if isinstance(link, Link) else _chosen(protocol, link)
        self.role: Role = role
        self._inner = Conversation(protocol, self.link, role, hooks, random or _middle)
        if saved is not None:
            self._inner.saved = saved
            self.params.restore(saved)
        self.happened: deque[events.Event] = self._inner.events
        self.requests: deque[Request] = self._inner.requests
        self._was_connected = False

    @property
    def params(self) -> ParamTable:
        """The values of the params; to set one with all that follows from it, see `set`."""
        return self._inner.params

    # --- what happens ------------------------------------------------------------------------

    def start(self, now: float) -> None:
        """Fire the start-up trigger and start the timers. `call` never calls it."""
        inner = self._at(now)
        inner.machine.fire(On("start"), inner.scope(), Cause())
        inner.timers.start_all(now)
        inner.executor.pump(now)

    def connected(self, connection: int, peer: str, now: float) -> None:
        """A connection is there, and what is queued begins to be sent.

        `connection` numbers them from 0; a number may come again once its connection is gone.
        """
        inner = self._at(now)
        self._was_connected = True
        inner.join(connection, peer)
        inner.executor.pump(now)

    def turned_away(self, peer: str, reason: str, now: float) -> None:
        """Somebody wanted to connect and was not let in."""
        self._at(now).report(events.PeerTurnedAway(peer, reason))

    def not_opened(self, reason: str, now: float) -> None:
        """The line could not be opened (again): whoever waits for it fails."""
        inner = self._at(now)
        if not inner.connections:
            inner.executor.lost(-1, True, reason)
            inner.executor.reachability.asked(now)
        inner.dormant = bool(self.link.idle_close) and self._was_connected

    def receive(self, connection: int, data: bytes, now: float) -> None:
        """Bytes came in.

        Raises:
            LocalError: there is no such connection.
        """
        inner = self._at(now)
        inner.take(connection, data)
        inner.executor.pump(now)

    def disconnected(self, connection: int, now: float, reason: str = "") -> None:
        """A connection is gone; `reason` is empty when either side closed it in order.

        Whoever waits for an answer from it fails with `TransportError`, and with the last
        connection every ticket does. What timers and triggers queued waits for the next connection.

        Raises:
            LocalError: there is no such connection.
        """
        inner = self._at(now)
        inner.leave(connection, reason)
        inner.executor.pump(now)

    def hook_failed(self, hook: str, error: Exception, now: float) -> None:
        """An async hook raised."""
        self._at(now).report(events.HookFailed(hook, error))

    def advance(self, now: float) -> None:
        """Do what is due: timeouts, timers, pauses."""
        inner = self._at(now)
        inner.scheduler.run(now)
        inner.executor.pump(now)

    def next_deadline(self) -> float | None:
        """When `advance` is to be called next; None when nothing is planned."""
        return self._inner.scheduler.next_deadline()

    # --- what the user wants -----------------------------------------------------------------

    def execute(self, target: Execute, fields: Mapping[str, Any], now: float) -> Ticket:
        """Queue a pair, group, command or trigger. Before there is a connection, it waits.

        Args:
            target: kind, name and priority.
            fields: fields of the commands sent for it, by name; `UNSET` ones were not given.
            now: the time.

        Raises:
            LocalError: no such target, not on this link, or no such field of its command.
        """
        inner = self._at(now)
        inner.executor.check(target, fields)
        ticket = Ticket()
        if self._was_connected and not (inner.connections or inner.dormant):
            error = TransportError("not connected")
            inner.report(events.NotSent(target.name, error))
            ticket.failed("error", error, own=True)
            return ticket
        entry = Entry(target, inner.scope(), fields=fields, ticket=ticket, own=True)
        inner.executor.begin(entry, now)
        return ticket

    def cancel(self, ticket: Ticket, now: float) -> None:
        """Nobody waits for this ticket any more: what it queued is withdrawn.

        A command that is on its way already is not sent again, and its answer is a late one.
        """
        inner = self._at(now)
        inner.executor.withdraw(ticket)
        inner.executor.pump(now)

    def set(self, name: str, value: Any, now: float) -> None:
        """Give a param a value, as a user does: its change triggers always run.

        Raises:
            LocalError: unknown name, or a constant.
        """
        inner = self._at(now)
        inner.machine.set(name, value, inner.scope(), Cause(), by_hand=True)
        inner.executor.pump(now)

    def send(self, message: Message, now: float, connection: int | None = None) -> None:
        """Write a message past the queue; to every connection when `connection` is None.

        Raises:
            EncodeError: a value does not fit its field.
            LocalError: there is no such connection.
            TransportError: nothing is connected.
        """
        inner = self._at(now)
        data = message.encode(self.link.name)
        if self.link.half_duplex and inner.connections:
            fields = {name: getattr(message, name) for name in message.__struct_fields__}
            inner.send_in_turn(type(message), fields, Cause(connection=connection))
            inner.executor.pump(now)
            return
        if connection is None and not inner.connections:
            raise TransportError("not connected")
        lines = list(inner.connections) if connection is None else [connection]
        for number in lines:
            inner.write(inner.line(number).number, message, data)
        inner.machine.fire_sent(message, Cause(connection=connection))
        inner.executor.pump(now)

    # --- without a conversation --------------------------------------------------------------

    def decoder(self, message: type[Message], request: Message | None = None) -> Decode:
        """How a message is decoded as the steps of its triggers read and check it."""
        return self._inner.receiver.decode_by_steps(message, request)

    def encode(self, message: Message) -> bytes:
        """The bytes that would be sent: made, then changed by the steps of its triggers.

        Raises:
            EncodeError: a value does not fit its field.
        """
        maker = self._inner.executor.maker
        return maker.make(type(message), lambda: message, Cause())[1]

    def send_break(self, seconds: float, now: float) -> None:
        """Hold a serial line in the break state for so long; no command is begun meanwhile.

        Raises:
            LocalError: the link is no serial one.
            TransportError: nothing is connected.
        """
        inner = self._at(now)
        if self.link.kind != "serial":
            raise LocalError(f"a break is for serial links, and this is one over {self.link.kind}")
        if not inner.connections:
            raise TransportError("not connected")
        inner.requests.append(Request("break"))
        inner.pause(seconds, lambda: inner.requests.append(Request("end break")))

    # --- what the driver takes ---------------------------------------------------------------

    def carry(self, send: Callable[[int, bytes], object]) -> None:
        """Call `send(connection, data)` for what is to be written, instead of `data_to_send`.

        It must not wait, nor call the session. To be said before anybody is connected.
        """
        self._inner.carry = send

    def data_to_send(self) -> list[tuple[int, bytes]]:
        """What is to be written since the last call, as (connection, bytes) in order."""
        inner = self._inner
        out, inner.out = inner.out, []
        return out

    @property
    def dormant(self) -> bool:
        """The line is closed because nothing was said on it; it is opened when it is needed."""
        return self._inner.dormant

    @dormant.setter
    def dormant(self, value: bool) -> None:
        self._inner.dormant = value

    def next_event(self) -> events.Event | None:
        """What happened next; None when there is nothing new."""
        return self._inner.events.popleft() if self._inner.events else None

    @property
    def idle(self) -> bool:
        """Nothing is queued, nothing awaited, nothing left to write."""
        return self._inner.executor.idle and not self._inner.out

    def _at(self, now: float) -> Conversation:
        inner = self._inner
        inner.now = inner.timers.now = now
        return inner


def _chosen(protocol: Protocol, name: str | None) -> Link:
    if name is None:
        return protocol.links[0] if protocol.links else Link("", "tcp")
    for link in protocol.links:
        if link.name == name:
            return link
    raise LocalError(f"there is no link {name}")


def _middle(low: float, high: float) -> float:
    return (low + high) / 2
