"""What a command that awaits its answers needs of the link that it goes over."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from protoc.runtime import events
from protoc.runtime.messages import Message
from protoc.runtime.protocol import Link
from protoc.runtime.reachability import Reachability

if TYPE_CHECKING:
    from protoc.runtime.exchange import Exchange


class Wire(ABC):
    """A link, as who sends over it sees it.

    Attributes:
        link: its row.
        reachability: told what is answered there and what is not.
        closing: it is about to be closed.
        expect: has the framer try what an exchange awaits before all others.
    """

    link: Link
    reachability: Reachability
    closing: bool
    expect: Callable[[Exchange | None], None]

    @abstractmethod
    def report(self, event: events.Event) -> None: ...

    @abstractmethod
    def ways(self, connection: int | None) -> list[int] | None:
        """Where something is to be sent; None while the line is not there, and will be."""

    @abstractmethod
    def flush(self, connection: int) -> None:
        """Nothing more comes: drop the unfinished bytes, deliver what is whole in them."""

    @abstractmethod
    def drop_late(self, connections: Iterable[int]) -> None:
        """What still came in belongs to nothing that is asked now."""

    @abstractmethod
    def write(
        self, connections: Iterable[int], message: Message, data: bytes, pace: float = 0.0
    ) -> float:
        """Send a message, with `pace` seconds between its bytes; returns when it is sent."""
