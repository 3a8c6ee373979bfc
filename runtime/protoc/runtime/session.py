"""One session: everything said and heard over its links, without knowing what carries it.

A driver feeds it what happens (`connected`, `receive`, `advance`, …), always with the time, and
takes from it what to do (`data_to_send`, `requests`, `next_deadline`) and what happened
(`next_event`). All times are seconds of one clock that never goes back.

What is said can be carried away at once (`carry`): then the device answers while the session still
notes down what it has said.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any

from protoc.runtime import events
from protoc.runtime.actions import Execute
from protoc.runtime.causes import Cause
from protoc.runtime.channel import Channel
from protoc.runtime.conversation import Conversation
from protoc.runtime.errors import LocalError, TransportError
from protoc.runtime.messages import Decode, Message
from protoc.runtime.params import ParamTable
from protoc.runtime.protocol import Link, On, Protocol
from protoc.runtime.queue import Entry, Ticket
from protoc.runtime.receiving import Role
from protoc.runtime.shared import Request

__all__ = ["Request", "Role", "Session", "Ticket"]


class Session:
    """A conversation over one link or several, in virtual time.

    Params, triggers and timers are one; each link has its connections, and its queue unless it
    shares that of another.

    A `device` answers each command with the answers of its pair; triggers, timers and hooks are
    the controller's and rest there.

    Args:
        protocol: the description, as the generated module holds it.
        link: the link, or its name; the first one when None. Several for a conversation over all
            of them; the first of these is where things go of which nothing else is said.
        role: `controller` sends commands and reads what a device sends; `device` is the device.
        hooks: implementations by name: a mapping, or an object with them as attributes.
        saved: the values of params that are `save`, by name: taken over now, and kept up to date.
        random: `random(low, high)`, for the first run of timers; by default the middle.

    Attributes:
        protocol, role: as given.
        links: the rows of the description; `link` is the first one.
        params: values of the params by name.
        happened: the events that were not taken yet, in order; as `next_event` gives them.
        next_deadline: tells when `advance` is to be called next; None when nothing is planned.
        requests: what is asked of the line and was not taken yet, in order.

    Raises:
        LocalError: there is no such link.
    """

    def __init__(
        self,
        protocol: Protocol,
        *,
        link: str | Link | Sequence[str | Link] | None = None,
        role: Role = "controller",
        hooks: object | Mapping[str, Callable[..., Any]] | None = None,
        saved: MutableMapping[str, Any] | None = None,
        random: Callable[[float, float], float] | None = None,
    ) -> None:
        self.protocol = protocol
        if link is None or isinstance(link, str | Link):
            self.links: tuple[Link, ...] = (_chosen(protocol, link),)
        else:
            self.links = tuple(_chosen(protocol, each) for each in link)
        self.link = self.links[0]
        self.role: Role = role
        self._inner = Conversation(protocol, self.links, role, hooks, random or _middle)
        if saved is not None:
            self._inner.saved = saved
            self.params.restore(saved)
        self._shared = self._inner.shared
        self.next_deadline: Callable[[], float | None] = self._shared.scheduler.next_deadline
        self.happened: deque[events.Event] = self._shared.events
        self.requests: deque[Request] = self._shared.requests

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
        inner.pump(now)

    def connected(self, connection: int, peer: str, now: float, link: str = "") -> None:
        """A connection is there, and what is queued begins to be sent.

        `connection` numbers them from 0, over all links; a number may come again once its
        connection is gone. `link` names the one it is of, by default the first.

        Raises:
            LocalError: there is no such link.
        """
        inner = self._at(now)
        inner.join(inner.routing.called(link), connection, peer)

    def turned_away(self, peer: str, reason: str, now: float, link: str = "") -> None:
        """Somebody wanted to connect and was not let in."""
        inner = self._at(now)
        inner.report(events.PeerTurnedAway(peer, reason, inner.routing.called(link).link.name))

    def not_opened(self, reason: str, now: float, link: str = "") -> None:
        """The line of a link could not be opened (again): whoever waits for it fails."""
        inner = self._at(now)
        channel = inner.routing.called(link)
        if not channel.connections:
            inner.executors[channel].lost(channel, -1, reason)
            channel.reachability.asked(now)
        channel.not_opened()
        inner.pump(now)

    def receive(self, connection: int, data: bytes, now: float) -> None:
        """Bytes came in.

        Raises:
            LocalError: there is no such connection.
        """
        inner = self._at(now)
        inner.take(connection, data)
        inner.pump(now)

    def disconnected(self, connection: int, now: float, reason: str = "") -> None:
        """A connection is gone; `reason` is empty when either side closed it in order.

        Whoever waits for an answer from it fails with `TransportError`, and with the last
        connection of its link every ticket of that does. What timers and triggers queued waits for
        the next connection.

        Raises:
            LocalError: there is no such connection.
        """
        inner = self._at(now)
        inner.leave(connection, reason)
        inner.pump(now)

    def misled(self, link: str, error: Exception, now: float) -> None:
        """A line cannot lead where a param says."""
        inner = self._at(now)
        address = inner.routing.called(link).link.address
        inner.report(events.ActionFailed(address, "address", error))

    def hook_failed(self, hook: str, error: Exception, now: float) -> None:
        """An async hook raised."""
        self._at(now).report(events.HookFailed(hook, error))

    def advance(self, now: float) -> None:
        """Do what is due: timeouts, timers, pauses."""
        inner = self._at(now)
        inner.scheduler.run(now)
        inner.pump(now)

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
        channel = inner.routing.choose(target)
        if channel is None:
            here = ", ".join(link.name for link in self.links)
            raise LocalError(f"{target.name} is not on link {here}")
        if fields:
            inner.targets.check_fields(target, fields)
        ticket = Ticket()
        if not channel.connections and self._is_cut_off(channel, target):
            error = TransportError("not connected")
            inner.report(events.NotSent(target.name, error, channel.link.name))
            ticket.failed("error", error, own=True)
            return ticket
        entry = Entry(target, inner.plain, fields, ticket, own=True, channel=channel)
        inner.executors[channel].begin(entry, now)
        if len(self.links) > 1:  # it may have put something into the queue of another one
            inner.pump(now)
        return ticket

    def _is_cut_off(self, channel: Channel, target: Execute) -> bool:
        """Whether the line that was there is gone, and with it all that a target can go over."""
        if target.kind == "trigger" and self._inner.connected:  # it may execute things elsewhere
            return False
        return channel.was_connected and not channel.expected

    def cancel(self, ticket: Ticket, now: float) -> None:
        """Nobody waits for this ticket any more: what it queued is withdrawn.

        A command that is on its way already is not sent again, and its answer is a late one.
        """
        inner = self._at(now)
        inner.withdraw(ticket)
        inner.pump(now)

    def set(self, name: str, value: Any, now: float) -> None:
        """Give a param a value, as a user does: its change triggers always run.

        Raises:
            LocalError: unknown name, or a constant.
        """
        inner = self._at(now)
        inner.machine.set(name, value, inner.scope(), Cause(), by_hand=True)
        inner.pump(now)

    def send(self, message: Message, now: float, connection: int | None = None) -> None:
        """Write a message past the queue; to everybody on its link when `connection` is None.

        Raises:
            EncodeError: a value does not fit its field.
            LocalError: there is no such connection.
            TransportError: nothing is connected.
        """
        inner = self._at(now)
        if connection is None:
            channel = inner.routing.choose(Execute("command", message.NAME))
        else:
            channel = inner.channel_of(connection)
        if channel is None or not channel.connections:
            raise TransportError("not connected")
        data = message.encode(channel.link.name)
        cause = Cause(connection=connection, link=channel.link.name)
        if channel.link.half_duplex:
            fields = {name: getattr(message, name) for name in message.__struct_fields__}
            inner.send_in_turn(type(message), fields, cause)
            inner.pump(now)
            return
        lines = list(channel.connections) if connection is None else [connection]
        channel.write(lines, message, data)
        inner.machine.fire_sent(message, cause)
        inner.pump(now)

    @property
    def watched(self) -> bool:
        """Somebody wants to know of each message, change, trigger and action.

        When nobody does, only what goes wrong and who comes and goes are events.
        """
        return self._shared.watched

    @watched.setter
    def watched(self, value: bool) -> None:
        self._shared.watched = value

    # --- without a conversation --------------------------------------------------------------

    def decoder(self, message: type[Message], request: Message | None = None) -> Decode:
        """How a message is decoded as the steps of its triggers read and check it."""
        return self._channel.receiver.decode_by_steps(message, request)

    def encode(self, message: Message) -> bytes:
        """The bytes that would be sent: made, then changed by the steps of its triggers.

        Raises:
            EncodeError: a value does not fit its field.
        """
        return self._channel.maker.make_of(type(message), lambda: message, Cause())[1]

    def send_break(self, seconds: float, now: float) -> None:
        """Hold a serial line in the break state for so long; no command is begun meanwhile.

        Raises:
            LocalError: the link is no serial one.
            TransportError: nothing is connected.
        """
        inner = self._at(now)
        lines = [channel for channel in inner.routing.channels if channel.link.kind == "serial"]
        if not lines:
            kind = self.link.kind
            raise LocalError(f"a break is for serial links, and this is one over {kind}")
        channel = lines[0]
        if not channel.connections:
            raise TransportError("not connected")
        link = channel.link.name
        ends = Request("end break", link=link)
        inner.shared.requests.append(Request("break", link=link))
        inner.pause(seconds, Cause(link=link), lambda: inner.shared.requests.append(ends))

    # --- what the driver takes ---------------------------------------------------------------

    def carry(self, send: Callable[[int, bytes], object]) -> None:
        """Call `send(connection, data)` for what is to be written, instead of `data_to_send`.

        It must not wait, nor call the session. To be said before anybody is connected.
        """
        self._shared.carry = send

    def data_to_send(self) -> list[tuple[int, bytes]]:
        """What is to be written since the last call, as (connection, bytes) in order."""
        shared = self._shared
        out, shared.out = shared.out, []
        return out

    def address(self, link: str = "") -> str:
        """Where a param says that the line of a link leads; empty for where it was opened."""
        inner = self._inner
        return "" if self.role == "device" else inner.address(inner.routing.called(link).link)

    def is_dormant(self, link: str = "") -> bool:
        """The line is closed because nothing was said on it; it is opened when it is needed."""
        return self._inner.routing.called(link).dormant

    def moves(self, link: str) -> None:
        """The line is closed and about to be opened elsewhere: what is to be sent waits for it."""
        self._inner.routing.called(link).dormant = True

    def stay_closed(self) -> None:
        """Every line is closed for good: none is opened when it is needed."""
        for channel in self._inner.routing.channels:
            channel.dormant = False

    def next_event(self) -> events.Event | None:
        """What happened next; None when there is nothing new."""
        return self.happened.popleft() if self.happened else None

    @property
    def idle(self) -> bool:
        """Nothing is queued, nothing awaited, nothing left to write."""
        return self._inner.idle and not self.writing

    @property
    def writing(self) -> bool:
        """Something is being sent, and not all of it has been handed over."""
        channels = self._inner.routing.channels
        return bool(self._shared.out) or any(channel.writing for channel in channels)

    @property
    def _channel(self) -> Channel:
        """The first link: what is done without a conversation is done as on that one."""
        return self._inner.routing.channels[0]

    def _at(self, now: float) -> Conversation:
        inner = self._inner
        self._shared.now = now
        return inner


def _chosen(protocol: Protocol, link: str | Link | None) -> Link:
    if isinstance(link, Link):
        return link
    if link is None:
        return protocol.links[0] if protocol.links else Link("", "tcp")
    for each in protocol.links:
        if each.name == link:
            return each
    raise LocalError(f"there is no link {link}")


def _middle(low: float, high: float) -> float:
    return (low + high) / 2
