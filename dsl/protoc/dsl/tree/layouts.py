"""What messages are made of."""

from __future__ import annotations

from typing import ClassVar

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


class Block(Node, frozen=True):
    """Statements in braces. `closing` are the comment lines before the closing brace."""

    statements: tuple[Element, ...]
    closing: tuple[str, ...] = ()


class Template(Statement, frozen=True):
    """A string in a layout: a block written in line.

    Attributes:
        text: the string's content as written between the quotes, escapes not resolved.
        quote: the quote it is written in.
        elements: constants for the text that stands for itself, a `Field` for `{name:type …}`,
            a `Bare` for `{name}`; spans point into the string.
    """

    ASIDES: ClassVar = Node.ASIDES | {"quote", "elements"}

    text: str
    quote: str
    elements: tuple[Element, ...]


Body = Block | Template


class Field(Statement, frozen=True):
    """`name : type modifiers`; `_` names what has no name. `also` reads it again as fields."""

    name: Name
    typed: Typed
    also: Block | Invocation | None = None


class Bare(Statement, frozen=True):
    """A bare name: a param's value, or a message's fields. `optional` for `name?`."""

    name: Name
    arguments: tuple[Argument, ...] = ()
    optional: bool = False


class Constants(Statement, frozen=True):
    """`"GET" CRLF`, `CRLF | LF`: alternatives, each a sequence; the first is written."""

    alternatives: tuple[tuple[Constant, ...], ...]


class Let(Statement, frozen=True):
    """`let kwh = pulses / 1000`."""

    name: Name
    value: Expression


class If(Statement, frozen=True):
    """`if flags.wide { … } else { … }`; `else if` is a block with one `If`."""

    condition: Expression
    then: Block
    otherwise: Block | None = None


class Arm(Statement, frozen=True):
    """`0, 2 => …`; no values for `_`."""

    values: tuple[Expression, ...]
    body: Block


class Match(Statement, frozen=True):
    """`match kind { 0 => … _ => {} }`."""

    subject: Expression
    arms: tuple[Arm, ...]


class Repeat(Statement, frozen=True):
    """`repeat channels count number { … }`: `how` are `count`, `until`, `while`, `sep`, `times`."""

    name: Name
    how: tuple[Modifier, ...]
    body: Body


class Optional(Statement, frozen=True):
    """`optional { ","; note : text }`, `optional "CH{channel:dec}="`."""

    body: Body


class Either(Statement, frozen=True):
    """`either { … } or { … }`."""

    alternatives: tuple[Body, ...]


class Coded(Statement, frozen=True):
    """`coded escape(0xFD, xor=0x20), hex { … }`."""

    codings: tuple[Invocation, ...]
    body: Block


class Lines(Statement, frozen=True):
    """`lines LF { … }`."""

    end: tuple[Constant, ...]
    strict: bool
    body: Block


class Skip(Statement, frozen=True):
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
