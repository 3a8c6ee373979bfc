"""Nodes, names and expressions."""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import Struct

from protoc.dsl.source import Span


class Node(Struct, frozen=True, kw_only=True, eq=False):
    """Anything with a place in a source.

    Nodes are equal when they say the same, wherever they stand and however they are written.
    """

    ASIDES: ClassVar = frozenset({"span", "trivia", "closing", "lost"})
    """Attributes that say nothing."""

    span: Span

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._said() == other._said()

    def __hash__(self) -> int:
        return hash((type(self), self._said()))

    def _said(self) -> tuple[object, ...]:
        names = self.__struct_fields__
        return tuple(getattr(self, name) for name in names if name not in self.ASIDES)


class Name(Node, frozen=True):
    """A name as written."""

    text: str


class Trivia(Struct, frozen=True, kw_only=True):
    """What stands around a statement and means nothing to the compiler.

    Attributes:
        above: comment lines before it, each with its `#`; an empty string is a blank line.
        behind: the comment on its last line, with its `#`, or empty.
    """

    above: tuple[str, ...] = ()
    behind: str = ""


class Statement(Node, frozen=True, kw_only=True):
    """A statement, with its documentation (`##`, lines joined by newlines) and comments."""

    doc: str = ""
    trivia: Trivia = Trivia()


class Number(Node, frozen=True):
    """`12`, `0x1F`, `0.5`, `-3`: `text` keeps the notation."""

    ASIDES: ClassVar = Node.ASIDES | {"text"}

    value: int | float
    text: str


class String(Node, frozen=True):
    """`"text"` or `'text'`, escapes resolved."""

    value: str


class Octets(Node, frozen=True):
    """Constant bytes: `x"01 02"`, `0xAA55` (as many bytes as digits are written), `STX`, `CRLF`.

    `text` is the notation, for the printer. A text constant in quotes is a `String`: its bytes
    depend on the encoding in force.
    """

    ASIDES: ClassVar = Node.ASIDES | {"text"}

    value: bytes
    text: str


class Duration(Node, frozen=True):
    """`500ms`, `5s`, `2min`, `1h`, `3.5char`."""

    amount: float
    unit: Literal["ms", "s", "min", "h", "char"]


class Reference(Node, frozen=True):
    """`name`, `request.unit`, `set_level.timeout`; `previous` is one too."""

    path: tuple[Name, ...]

    @property
    def text(self) -> str:
        """The dotted path."""
        return ".".join(part.text for part in self.path)


class Range(Node, frozen=True):
    """`a..b`, `a..`, `..b`, `..` inside a call or behind `range`."""

    start: Expression | None
    end: Expression | None


class Substitution(Node, frozen=True):
    """`0x7E -> 0x7F` inside `swap(...)`."""

    old: Expression
    new: Expression


class Argument(Node, frozen=True):
    """One argument, with its name or without."""

    name: Name | None
    value: Expression


class Invocation(Node, frozen=True):
    """`len(data)`, `crc("CRC-16/MODBUS", ..)`; also `frame` where a call may stand."""

    name: Name
    arguments: tuple[Argument, ...] = ()


class Unary(Node, frozen=True):
    """`-x`, `~x`, `not x`."""

    operator: Literal["-", "~", "not"]
    operand: Expression


class Binary(Node, frozen=True):
    """`left operator right`."""

    operator: str
    left: Expression
    right: Expression


class ListLiteral(Node, frozen=True):
    """`[1, 2]`."""

    items: tuple[Expression, ...]


class ObjectLiteral(Node, frozen=True):
    """`{input=1, output=2}`."""

    entries: tuple[Argument, ...]


Expression = (
    Number
    | String
    | Octets
    | Duration
    | Reference
    | Range
    | Substitution
    | Invocation
    | Unary
    | Binary
    | ListLiteral
    | ObjectLiteral
)
Constant = String | Octets
