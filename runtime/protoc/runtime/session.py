"""One session: everything said and heard over one link, without knowing what carries it.

A driver feeds it what happens (`connected`, `receive`, `advance`, …), always with the time, and
takes from it what to do (`data_to_send`, `line_requests`, `next_deadline`) and what happened
(`next_event`). All times are seconds of one clock that never goes back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from protoc.runtime.events import Event, Status
from protoc.runtime.messages import Message
from protoc.runtime.params import ParamTable
from protoc.runtime.protocol import Execute, Link, Protocol

Role = Literal["controller", "device"]


class Ticket:
    """What became of one `Session.execute`.

    Attributes:
        done: everything it queued is over.
        status: the worst that happened: `error`, `timeout`, `refused`, `ok`.
        reply: the last answer, or None; of a refusal the refusing message.
        replies: the answers of the last pair that got any, in order.
        error: why it is not `ok`: `NoReply`, `Refused`, `LineError` or `LocalError`.
    """

    done: bool
    status: Status
    reply: Message | None
    replies: list[Message]
    error: Exception | None

    def result(self) -> Message | None:
        """The last answer (None when there was none to wait for).

        Raises:
            NoReply, Refused, LineError, LocalError: the worst that happened.
        """
        raise NotImplementedError


class Session:
    """The conversation of one link, in virtual time.

    Args:
        protocol: the description, as the generated module holds it.
        link: name of the link; the first one when None.
        role: `controller` sends commands and reads what a device sends; `device` is the device.
        hooks: implementations by name: a mapping, or an object with them as attributes.
        random: `random(low, high)`, for the first run of timers; by default the middle.

    Attributes:
        protocol, link, role: as given; `link` is the row of the description.
        params: values of the params by name.
    """

    protocol: Protocol
    link: Link
    role: Role
    params: ParamTable

    def __init__(
        self,
        protocol: Protocol,
        *,
        link: str | None = None,
        role: Role = "controller",
        hooks: object | Mapping[str, Callable[..., Any]] | None = None,
        random: Callable[[float, float], float] | None = None,
    ) -> None:
        raise NotImplementedError

    def start(self, now: float) -> None:
        """Fire the start-up trigger and start the timers. `call` never calls it."""
        raise NotImplementedError

    def connected(self, connection: int, peer: str, now: float) -> None:
        """A connection is there, and what is queued begins to be sent.

        `connection` numbers them from 0; a number may come again once its connection is gone.
        """
        raise NotImplementedError

    def receive(self, connection: int, data: bytes, now: float) -> None:
        """Bytes came in."""
        raise NotImplementedError

    def disconnected(self, connection: int, now: float, reason: str = "") -> None:
        """A connection is gone; `reason` is empty when either side closed it in order.

        Of the last one: the waiting pair and what is queued fail with `LineError`.
        """
        raise NotImplementedError

    def advance(self, now: float) -> None:
        """Do what is due: timeouts, timers, pauses."""
        raise NotImplementedError

    def next_deadline(self) -> float | None:
        """When `advance` is to be called next; None when nothing is planned."""
        raise NotImplementedError

    def execute(self, target: Execute, fields: Mapping[str, Any], now: float) -> Ticket:
        """Queue a pair, group, command, or run a trigger.

        Args:
            target: kind, name and priority.
            fields: fields of the commands sent for it, by name.
            now: the time.

        Raises:
            LocalError: there is no such target.
        """
        raise NotImplementedError

    def set(self, name: str, value: Any, now: float) -> None:
        """Give a param a value, as a user does: its change triggers always run.

        Raises:
            LocalError: unknown name, or a constant.
        """
        raise NotImplementedError

    def send(self, message: Message, now: float, connection: int | None = None) -> None:
        """Write a message past the queue; to every connection when `connection` is None.

        Raises:
            EncodeError: a value does not fit its field.
            LineError: nothing is connected.
        """
        raise NotImplementedError

    def data_to_send(self) -> list[tuple[int, bytes]]:
        """What is to be written since the last call, as (connection, bytes) in order."""
        raise NotImplementedError

    def line_requests(self) -> list[Literal["open", "close"]]:
        """What actions asked of the line since the last call, in order."""
        raise NotImplementedError

    def next_event(self) -> Event | None:
        """What happened next; None when there is nothing new."""
        raise NotImplementedError

    @property
    def idle(self) -> bool:
        """Nothing is queued, nothing awaited, nothing left to write."""
        raise NotImplementedError
