"""What all parts of the builder share: places, names, trivia, and the text being read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from msgspec import Struct, field

from protoc.dsl.diagnostics import Diagnostics
from protoc.dsl.source import Source, Span
from protoc.dsl.tree import Bare, Field, Name, Node, Statement
from protoc.dsl.trivia import Comments

Child = Any
"""A token (text with `type`, `start_pos`, `end_pos`), a node, a `Part`, None for what is absent."""

_S = TypeVar("_S", bound=Statement)


class Part(Struct, frozen=True):
    """Something read that is no node of its own, with its place."""

    value: Any
    start: int
    end: int


class Reading(Struct):
    """One text on its way into a tree.

    Attributes:
        read_slot: reads what stands between two offsets as a slot of a template.
        lost: names in passages that could not be read, and of the declarations around them.
    """

    source: Source
    diagnostics: Diagnostics
    comments: Comments
    read_slot: Callable[[int, int], Field | Bare | None]
    lost: set[str] = field(default_factory=set)


def start_of(child: Child) -> int:
    """Where a child starts."""
    if isinstance(child, Node):
        return child.span.start
    if isinstance(child, Part):
        return child.start
    if isinstance(child, list):
        return start_of(child[0])
    return int(child.start_pos)


def end_of(child: Child) -> int:
    """Where a child ends."""
    if isinstance(child, Node):
        return child.span.end
    if isinstance(child, Part):
        return child.end
    if isinstance(child, list):
        return end_of(child[-1])
    return int(child.end_pos)


def value_of(child: Child, absent: Any = ()) -> Any:
    """What a part holds; `absent` when there is none."""
    return absent if child is None else child.value


def is_token(child: Child, *types: str) -> bool:
    """Whether a child is a token of one of these types."""
    return isinstance(child, str) and getattr(child, "type", "") in types


class Base:
    """Places and names."""

    reading: Reading

    def place(self, start: int, end: int) -> Span:
        """A span of the text being read."""
        return Span(self.reading.source, start, end)

    def span(self, children: list[Child]) -> Span:
        """From the first to the last child that is present."""
        first = next(child for child in children if child is not None)
        last = next(child for child in reversed(children) if child is not None)
        return Span(self.reading.source, start_of(first), end_of(last))

    def part(self, value: Any, children: list[Child]) -> Part:
        """A value with the place of the children it came from."""
        span = self.span(children)
        return Part(value, span.start, span.end)

    def name(self, token: Child) -> Name:
        """The name a token spells."""
        return Name(text=str(token), span=self.place(token.start_pos, token.end_pos))

    def names(self, tokens: Iterable[Child]) -> tuple[Name, ...]:
        """Several of them."""
        return tuple(self.name(token) for token in tokens)

    def error(self, code: str, message: str, start: int, end: int, help: str = "") -> None:
        """Report a mistake in the text being read."""
        self.reading.diagnostics.error(code, message, self.place(start, end), help=help)

    def attached(self, children: Iterable[Child], kind: type[_S]) -> tuple[_S, ...]:
        """The statements among the children, with their comments."""
        attach = self.reading.comments.attach
        return tuple(attach(child) for child in children if isinstance(child, kind))

    def closing(self, brace: Child) -> tuple[str, ...]:
        """The comments before a closing brace."""
        return self.reading.comments.closing(brace.start_pos)
