"""What messages are made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from protoc.dsl.tree.expressions import (
    Argument,
    Constant,
    Expression,
    Invocation,
    Name,
    Node,
    Statement,
)
from protoc.dsl.tree.types import Modifier, Typed


@dataclass(frozen=True, slots=True)
class Block(Node):
    """Statements in braces. `closing` are the comment lines before the closing brace."""

    statements: tuple[Element, ...]
    closing: tuple[str, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Template(Statement):
    """A string in a layout: a block written in line.

    Attributes:
        text: the string's content as written between the quotes, escapes not resolved.
        quote: the quote it is written in.
        elements: constants for the text that stands for itself, a `Field` for `{name:type …}`,
            a `Bare` for `{name}`; spans point into the string.
    """

    text: str
    quote: str = field(compare=False)
    elements: tuple[Element, ...] = field(compare=False)


Body = Block | Template


@dataclass(frozen=True, slots=True)
class Field(Statement):
    """`name : type modifiers`; `_` names what has no name. `also` reads it again as fields."""

    name: Name
    typed: Typed
    also: Block | Invocation | None = None


@dataclass(frozen=True, slots=True)
class Bare(Statement):
    """A bare name: a param's value, or a message's fields. `optional` for `name?`."""

    name: Name
    arguments: tuple[Argument, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Constants(Statement):
    """`"GET" CRLF`, `CRLF | LF`: alternatives, each a sequence; the first is written."""

    alternatives: tuple[tuple[Constant, ...], ...]


@dataclass(frozen=True, slots=True)
class Let(Statement):
    """`let kwh = pulses / 1000`."""

    name: Name
    value: Expression


@dataclass(frozen=True, slots=True)
class If(Statement):
    """`if flags.wide { … } else { … }`; `else if` is a block with one `If`."""

    condition: Expression
    then: Block
    otherwise: Block | None = None


@dataclass(frozen=True, slots=True)
class Arm(Statement):
    """`0, 2 => …`; no values for `_`."""

    values: tuple[Expression, ...]
    body: Block


@dataclass(frozen=True, slots=True)
class Match(Statement):
    """`match kind { 0 => … _ => {} }`."""

    subject: Expression
    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True)
class Repeat(Statement):
    """`repeat channels count number { … }`: `how` are `count`, `until`, `while`, `sep`, `times`."""

    name: Name
    how: tuple[Modifier, ...]
    body: Body


@dataclass(frozen=True, slots=True)
class Optional(Statement):
    """`optional { ","; note : text }`, `optional "CH{channel:dec}="`."""

    body: Body


@dataclass(frozen=True, slots=True)
class Either(Statement):
    """`either { … } or { … }`."""

    alternatives: tuple[Body, ...]


@dataclass(frozen=True, slots=True)
class Coded(Statement):
    """`coded escape(0xFD, xor=0x20), hex { … }`."""

    codings: tuple[Invocation, ...]
    body: Block


@dataclass(frozen=True, slots=True)
class Lines(Statement):
    """`lines LF { … }`."""

    end: tuple[Constant, ...]
    strict: bool
    body: Block


@dataclass(frozen=True, slots=True)
class Skip(Statement):
    """`skip 0x2F max 4 send 2`."""

    filler: Constant
    most: int | None = None
    send: int | None = None


Element = (
    Field
    | Bare
    | Constants
    | Template
    | Let
    | If
    | Match
    | Repeat
    | Optional
    | Either
    | Coded
    | Lines
    | Skip
)
