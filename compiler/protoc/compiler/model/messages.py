"""What a message consists of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler.model.codings import Coding
from protoc.compiler.model.conversions import Conversion
from protoc.compiler.model.expressions import Expression
from protoc.compiler.model.origins import Computed, Origin
from protoc.compiler.model.sizes import Size
from protoc.compiler.model.wire import Bits, Nested, Part, Unwritten, Wire
from protoc.dsl.source import Span


class Constant(Struct, frozen=True):
    """Constant bytes; the first alternative is written, each is accepted."""

    key: str
    alternatives: tuple[bytes, ...]
    span: Span


class LinkEnd(Struct, frozen=True):
    """What ends a message on the links that say so (`end LF | CRLF`).

    Attributes:
        by_link: for each link of the message its alternatives, none where the link has no end.
    """

    key: str
    by_link: tuple[tuple[str, tuple[bytes, ...]], ...]
    span: Span


class Field(Struct, frozen=True):
    """A value on the wire.

    Attributes:
        key: unique in the message: its name, or a number for what has none.
        name: None for reserved bytes and for bits that belong to the message.
        param: it is bound to the param of its name.
        bounds: least and largest value, either may be open.
        longest: most bytes it may have.
        forbidden: bytes that may not occur in it.
        pattern: what a text looks like, `*` for any characters and `?` for one.
        also: what its bytes are read again as; those fields belong to the message as well.
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
    pattern: str = ""
    also: Nested | None = None


class Region(Struct, frozen=True):
    """Elements that fill a stretch of their own: the body of a frame, a branch that is measured.

    Attributes:
        size: None when its elements say where it ends.
        called: what errors call it, where its key does not say that.
    """

    key: str
    elements: tuple[Element, ...]
    size: Size | None
    span: Span
    longest: int | None = None
    called: str = ""

    @property
    def name(self) -> str:
        """What errors call it: the hole, or the first field of a branch."""
        return self.called or self.key


class Arm(Struct, frozen=True):
    """One way of a branch.

    Attributes:
        when: over the fields before; None for what is left, and where the bytes themselves tell.
        open: nothing in it says where it ends, only the line does.
    """

    elements: tuple[Element, ...]
    when: Expression | None = None
    open: bool = False


class Branch(Struct, frozen=True):
    """Elements that stand here only sometimes. Their fields belong to the message around.

    Attributes:
        how: `if`: the first arm whose condition holds; `optional`: the only arm stands here when
            its first element fits; `either`: the first arm that fits wholly; `link`: the arm of the
            link, whose fields need not be given for others; `frames`: the first arm that fits
            wholly, of which the first is written.
        closed: one of the arms must stand here.
        behind: constants that stand here instead of what is optional; None where its own first
            byte tells.
        between: bytes of the fixed elements behind it, which are there in any case.
        given: which arm is written is told by the fields that are given, since its condition
            follows from how many bytes there are; it must hold then.
    """

    key: str
    how: Literal["if", "optional", "either", "lines", "link", "frames"]
    arms: tuple[Arm, ...]
    span: Span
    closed: bool = False
    behind: tuple[Constant | LinkEnd, ...] | None = None
    between: int = 0
    given: bool = False


class Lines(Branch, frozen=True, kw_only=True):
    """Lines in any order, each of which is one of the arms; they are written in the order of arms.

    An arm is what stands on the line and `end`; a branch of how `optional` for lines that may be
    missing, and are written together; a list of records for a line that comes any number of times.

    Attributes:
        end: what ends each line.
        strict: other lines are rejected instead of passed over.
        behind: what stands where the next line would; none where the region ends with the lines.
    """

    end: Constant
    strict: bool = False

    def kinds(self) -> list[tuple[Element, ...]]:
        """What each kind of line consists of, `end` included."""
        found: list[tuple[Element, ...]] = []
        for arm in self.arms:
            first = arm.elements[0]
            row = first.arms[0].elements if isinstance(first, Branch) else arm.elements
            line: tuple[Element, ...] = ()
            for element in row:
                line = (*line, element)
                if isinstance(element, Constant) and element.alternatives == self.end.alternatives:
                    found.append(line)
                    line = ()
            if line:
                found.append(line)
        return found


class Coded(Struct, frozen=True):
    """Elements that are written in one piece and then coded.

    Attributes:
        codings: how, the outermost first.
        elements: what the plain bytes are; their fields belong to the message around.
        size: of the coded bytes.
    """

    key: str
    codings: tuple[Coding, ...]
    elements: tuple[Element, ...]
    size: Size
    span: Span


class Filler(Struct, frozen=True):
    """Bytes that may be repeated any number of times and mean nothing.

    Attributes:
        octets: that are repeated.
        most: so many of them at most; None for any number.
        send: so many of them are written.
        guarded: what follows may begin like more of them; then the two cannot be written together.
    """

    key: str
    octets: bytes
    most: int | None
    send: int
    span: Span
    guarded: bool = False


Element = Constant | LinkEnd | Field | Region | Branch | Coded | Filler


class Record(Struct, frozen=True):
    """Elements with a class of their own: a message as a field, or what a list repeats.

    Attributes:
        parameters: names of the values it is told by what stands around it.
        message: it is a message of the description; else it was written in place.
    """

    name: str
    elements: tuple[Element, ...]
    span: Span
    doc: str = ""
    parameters: tuple[str, ...] = ()
    message: bool = False

    def walk(self) -> tuple[Element, ...]:
        """Every element, what holds others before what it holds."""
        return tuple(walk(self.elements))

    def fields(self) -> tuple[Field, ...]:
        """Every field in wire order; alternatives may have the same name."""
        return tuple(e for e in self.walk() if isinstance(e, Field))


class Message(Struct, frozen=True):
    """A message, command, response or event, frames unfolded.

    Attributes:
        part: it is a frame or a part of others and never on the wire by itself.
        unit: it cuts the stream of a link into units.
        open: nothing in it says where it ends, only the line does; names of the links where that
            is so, when it is not on all of them.
        links: names of the links it belongs to.
    """

    kind: Literal["message", "command", "response", "event"]
    name: str
    elements: tuple[Element, ...]
    links: tuple[str, ...]
    span: Span
    doc: str = ""
    id: int | None = None
    part: bool = False
    unit: bool = False
    open: bool | tuple[str, ...] = False

    def walk(self) -> tuple[Element, ...]:
        """Every element, what holds others before what it holds."""
        return tuple(walk(self.elements))

    def fields(self) -> tuple[Field, ...]:
        """Every field in wire order; alternatives may have the same name."""
        return tuple(e for e in self.walk() if isinstance(e, Field))

    def held(self) -> tuple[Field, ...]:
        """Every field, those that bytes are read again as behind them."""
        found: list[Field] = []
        for field in self.fields():
            found.append(field)
            if field.also is not None:
                found += field.also.record.fields()
        return tuple(found)


def parts(element: Element) -> tuple[tuple[Element, ...], ...]:
    """The rows of elements that stand in an element, and belong to the same message."""
    if isinstance(element, Region | Coded):
        return (element.elements,)
    if isinstance(element, Branch):
        return tuple(arm.elements for arm in element.arms)
    return ()


def with_parts(element: Element, rows: tuple[tuple[Element, ...], ...]) -> Element:
    """The element with other rows in it."""
    if isinstance(element, Region | Coded):
        return replace(element, elements=rows[0])
    if isinstance(element, Branch):
        arms = (replace(arm, elements=row) for arm, row in zip(element.arms, rows, strict=True))
        return replace(element, arms=tuple(arms))
    return element


def walk(elements: tuple[Element, ...]) -> list[Element]:
    """Every element in wire order, what holds others before what it holds."""
    found: list[Element] = []
    for element in elements:
        found.append(element)
        for row in parts(element):
            found.extend(walk(row))
    return found


def rebuilt(
    elements: tuple[Element, ...], change: Callable[[Element], Element]
) -> tuple[Element, ...]:
    """The elements with every one changed, inner ones first."""
    result = []
    for element in elements:
        rows = tuple(rebuilt(row, change) for row in parts(element))
        result.append(change(with_parts(element, rows)))
    return tuple(result)


def is_let(element: Element) -> bool:
    """Whether an element is a value without bytes."""
    return isinstance(element, Field) and isinstance(element.origin, Computed)


def unwritten(element: Element) -> bool:
    """Whether an element is a value that has no bytes, and no place among them."""
    return isinstance(element, Field) and isinstance(element.wire, Unwritten)


def lets(elements: tuple[Element, ...]) -> frozenset[str]:
    """Names that nothing but values without bytes have."""
    fields = [element for element in walk(elements) if isinstance(element, Field)]
    return frozenset(
        {field.name for field in fields if field.name and is_let(field)}
        - {field.name for field in fields if not is_let(field)}
    )


def sometimes(elements: tuple[Element, ...]) -> frozenset[str]:
    """Names of fields that a message may come without, or that need not be given."""
    return frozenset(_names(elements) - _always(elements))


def _always(elements: tuple[Element, ...]) -> set[str]:
    """Names that are there whichever way branches go."""
    found: set[str] = set()
    for element in elements:
        if isinstance(element, Region | Coded):
            found |= _always(element.elements)
        elif isinstance(element, Branch):
            if element.how == "lines":
                found |= set[str]().union(*(_always(arm.elements) for arm in element.arms))
            elif element.closed:
                found |= set.intersection(*(_always(arm.elements) for arm in element.arms))
        elif not isinstance(element, Field) or not (element.also or is_let(element)):
            # of bytes and what they hold either may be given
            found |= _own_names(element)
    return found


def _names(elements: tuple[Element, ...]) -> set[str]:
    return {name for element in walk(elements) for name in _own_names(element)}


def _own_names(element: Element) -> set[str]:
    if not isinstance(element, Field) or element.name is None:
        return set()
    if element.also is not None:
        return {element.name} | _names(element.also.record.elements)
    return {element.name}


def named(fields: Iterable[Field], path: tuple[str, ...]) -> tuple[Field, Part | None] | None:
    """The field that a path leads to, and which of its bits, when it leads to bits."""
    *group, name = path
    for field in fields:
        if not group and field.key == name:
            return field, None
        if isinstance(field.wire, Bits) and group == [field.name]:
            for part in field.wire.parts:
                if part.name == name:
                    return field, part
    return None
