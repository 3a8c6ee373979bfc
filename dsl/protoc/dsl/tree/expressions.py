"""Nodes, names and expressions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from protoc.dsl.source import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """Anything with a place in a source."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name as written."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Trivia:
    """What stands around a statement and means nothing to the compiler.

    Attributes:
        above: comment lines before it, each with its `#`; an empty string is a blank line.
        behind: the comment on its last line, with its `#`, or empty.
    """

    above: tuple[str, ...] = ()
    behind: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement(Node):
    """A statement, with its documentation (`##`, lines joined by newlines) and comments."""

    doc: str = ""
    trivia: Trivia = field(default=Trivia(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """`12`, `0x1F`, `0.5`, `-3`: `text` keeps the notation."""

    value: int | float
    text: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class String(Node):
    """`"text"` or `'text'`, escapes resolved."""

    value: str


@dataclass(frozen=True, slots=True)
class Octets(Node):
    """Constant bytes: `x"01 02"`, `0xAA55` (as many bytes as digits are written), `STX`, `CRLF`.

    `text` is the notation, for the printer. A text constant in quotes is a `String`: its bytes
    depend on the encoding in force.
    """

    value: bytes
    text: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Duration(Node):
    """`500ms`, `5s`, `2min`, `1h`, `3.5char`."""

    amount: float
    unit: Literal["ms", "s", "min", "h", "char"]


@dataclass(frozen=True, slots=True)
class Reference(Node):
    """`name`, `request.unit`, `set_level.timeout`; `previous` is one too."""

    path: tuple[Name, ...]

    @property
    def text(self) -> str:
        """The dotted path."""
        return ".".join(part.text for part in self.path)


@dataclass(frozen=True, slots=True)
class Range(Node):
    """`a..b`, `a..`, `..b`, `..` inside a call or behind `range`."""

    start: Expression | None
    end: Expression | None


@dataclass(frozen=True, slots=True)
class Substitution(Node):
    """`0x7E -> 0x7F` inside `swap(...)`."""

    old: Expression
    new: Expression


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """One argument, with its name or without."""

    name: Name | None
    value: Expression


@dataclass(frozen=True, slots=True)
class Invocation(Node):
    """`len(data)`, `crc("CRC-16/MODBUS", ..)`; also `frame` where a call may stand."""

    name: Name
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`-x`, `~x`, `not x`."""

    operator: Literal["-", "~", "not"]
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`left operator right`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    """`[1, 2]`."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ObjectLiteral(Node):
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
