"""Examples, and the protocol as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct, field

from protoc.compiler.model.actions import Action
from protoc.compiler.model.conversation import Group, Hook, Join, Pair, Timer, Trigger
from protoc.compiler.model.declarations import Enum, Link, Param
from protoc.compiler.model.expressions import Expression
from protoc.compiler.model.messages import Message
from protoc.dsl.source import Span


class Exchange(Struct, frozen=True):
    """One line of an example.

    Attributes:
        word: `tx` towards the device, `rx` from it, `bad` must be rejected, `idle` is a pause.
        way: of `bad`, the direction in which it must; empty for both.
        message: name and fields it must decode to and be encoded from.
        pause: seconds in which nothing comes.
    """

    word: Literal["tx", "rx", "bad", "idle"]
    data: bytes
    span: Span
    message: str | None = None
    fields: tuple[tuple[str, Expression], ...] = ()
    reason: str = ""
    way: Literal["tx", "rx", ""] = ""
    pause: float = 0.0


class Example(Struct, frozen=True):
    """A conversation from the manual."""

    title: str
    link: str
    exchanges: tuple[Exchange, ...]
    span: Span


class Protocol(Struct, frozen=True):
    """A device: everything a description says of it, in the order written.

    Attributes:
        explicit: nothing is made, filled, read or checked by itself.
        implied: but for messages that no trigger names a step of.
        assumed: what the description settles where its source leaves a choice, by name.
    """

    name: str
    title: str
    doc: str
    span: Span
    digest: str
    enums: tuple[Enum, ...] = ()
    params: tuple[Param, ...] = ()
    links: tuple[Link, ...] = ()
    messages: tuple[Message, ...] = ()
    pairs: tuple[Pair, ...] = ()
    groups: tuple[Group, ...] = ()
    timers: tuple[Timer, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    hooks: tuple[Hook, ...] = ()
    joins: tuple[Join, ...] = ()
    examples: tuple[Example, ...] = ()
    explicit: bool = False
    implied: bool = False
    assumed: Mapping[str, str] = field(default_factory=dict)

    def actions(self) -> Iterator[Action]:
        """Every action of every group and trigger."""
        for group in self.groups:
            yield from group.items
        for trigger in self.triggers:
            yield from trigger.actions
            yield from trigger.otherwise

    def is_over(self, pause: Exchange, link: str) -> bool:
        """Whether nothing that comes behind a pause answers what was sent before it."""
        timeouts = [each.timeout for each in self.links if each.name == link]
        return pause.pause >= max(timeouts, default=0.0)

    def message(self, name: str) -> Message:
        """The message of that name."""
        return next(m for m in self.messages if m.name == name)
