"""What a message consists of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from protoc.compiler.model.expressions import Expression
from protoc.compiler.model.wire import Conversion, Size, Wire
from protoc.dsl.source import Span


@dataclass(frozen=True)
class Constant:
    """Constant bytes; the first alternative is written, each is accepted."""

    key: str
    alternatives: tuple[bytes, ...]
    span: Span


@dataclass(frozen=True)
class LinkEnd:
    """What ends a message on the links that say so (`end LF | CRLF`).

    Attributes:
        by_link: for each link of the message its alternatives, none where the link has no end.
    """

    key: str
    by_link: tuple[tuple[str, tuple[bytes, ...]], ...]
    span: Span


@dataclass(frozen=True)
class Given:
    """Yours to give."""


@dataclass(frozen=True)
class Defaulted:
    """Yours, may be left out."""

    value: Expression


@dataclass(frozen=True)
class Fixed:
    """Always this value: written on encode, required on decode."""

    value: int | float | str | bytes


@dataclass(frozen=True)
class Derived:
    """Computed from other parts of the message: written on encode, verified on decode."""

    expression: Expression
    reason: Literal["length", "crc", "value"]


@dataclass(frozen=True)
class Reserved:
    """Nobody's: written zero, not looked at."""


Origin = Given | Defaulted | Fixed | Derived | Reserved


@dataclass(frozen=True)
class Field:
    """A value on the wire.

    Attributes:
        key: unique in the message: its name, or a number for what has none.
        name: None for reserved bytes and for bits that belong to the message.
        param: it is bound to the param of its name.
        bounds: least and largest value, either may be open.
        longest: most bytes it may have.
        forbidden: bytes that may not occur in it.
    """

    key: str
    name: str | None
    wire: Wire
    origin: Origin
    conversion: Conversion
    span: Span
    doc: str = ""
    param: bool = False
    bounds: tuple[float | None, float | None] | None = None
    longest: int | None = None
    forbidden: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Region:
    """Elements that fill a stretch of their own: the body of a frame.

    Attributes:
        size: None when its elements say where it ends.
    """

    key: str
    elements: tuple[Element, ...]
    size: Size | None
    span: Span
    longest: int | None = None


Element = Constant | LinkEnd | Field | Region


@dataclass(frozen=True)
class Message:
    """A message, command, response or event, frames unfolded.

    Attributes:
        part: it is a frame or a part of others and never on the wire by itself.
        open: nothing in it says where it ends, only the line does.
        links: names of the links it belongs to.
        layout: its wire form in words, for the reader.
        framing: which rule of framing ends it: `fixed`, `length`, `terminator` …
    """

    kind: Literal["message", "command", "response", "event"]
    name: str
    elements: tuple[Element, ...]
    links: tuple[str, ...]
    span: Span
    doc: str = ""
    id: int | None = None
    part: bool = False
    open: bool = False

    def walk(self) -> tuple[Element, ...]:
        """Every element, regions before what they hold."""
        return tuple(walk(self.elements))

    def fields(self) -> tuple[Field, ...]:
        """Every field in wire order."""
        return tuple(e for e in self.walk() if isinstance(e, Field))


def walk(elements: tuple[Element, ...]) -> list[Element]:
    """Every element in wire order, regions before what they hold."""
    found: list[Element] = []
    for element in elements:
        found.append(element)
        if isinstance(element, Region):
            found.extend(walk(element.elements))
    return found


def rebuilt(
    elements: tuple[Element, ...], change: Callable[[Element], Element]
) -> tuple[Element, ...]:
    """The elements with every one changed, what regions hold first."""
    result = []
    for element in elements:
        if isinstance(element, Region):
            element = replace(element, elements=rebuilt(element.elements, change))
        result.append(change(element))
    return tuple(result)
