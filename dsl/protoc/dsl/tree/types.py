"""Types with their modifiers, labels and bits."""

from __future__ import annotations

from protoc.dsl.tree.expressions import Argument, Expression, Name, Node, Statement, String


class EnumLabel(Statement, frozen=True):
    """`off = 0`, `open = "OPEN" | "O"`: the first value is written, each is read."""

    name: Name | String
    values: tuple[Expression, ...]


class Modifier(Node, frozen=True):
    """A word behind a type, with what it takes.

    Attributes:
        word: `=`, `default`, `scale`, `offset`, `unit`, `as`, `range`, `max`, `via`, `sets`, `pad`,
            `like`, `except`, `count`, `until`, `while`, `sep`, `times`, `.` (decimals), or any bare
            word (`signed`, `reversed`, `lower`, `strict`, `msb0`, `trim`, an encoding …).
        values: the operands: one for most; low and high for `range`; each constant for `except`;
            the number of decimals for `.`; none for a bare word.
        flag: `left` behind `pad`, `last` behind `until`; else empty. `until end` has the flag `end`
            and no value.
        name: the enumeration or `bool`/`hex` behind `as`, the target of `sets`.
        labels: the labels written behind `as`.
    """

    word: str
    values: tuple[Expression, ...] = ()
    flag: str = ""
    name: Name | None = None
    labels: tuple[EnumLabel, ...] = ()


class Bit(Statement, frozen=True):
    """`alarm @15`, `level @14..12`, `heat[9..8] @7..6`, `_ @7..4 = 8`.

    Attributes:
        name: `_` for bits without a name.
        piece: the bits of the value this is, high and low, when it is only a part of it.
        high, low: positions in the integer, as written (equal for one bit).
    """

    name: Name
    piece: tuple[int, int] | None
    high: int
    low: int
    modifiers: tuple[Modifier, ...] = ()


class NamedType(Node, frozen=True):
    """`u16`, `text[16]`, `other(kind)`, `u8 { busy @0 }`; `optional` for a `?` behind it."""

    name: Name
    size: Expression | None = None
    arguments: tuple[Argument, ...] = ()
    bits: tuple[Bit, ...] | None = None
    optional: bool = False


class ListType(Node, frozen=True):
    """`[u16]`, `[text sep ',']` takes the modifiers of its items inside."""

    item: Typed
    optional: bool = False


class Typed(Node, frozen=True):
    """A type with its modifiers."""

    type: NamedType | ListType
    modifiers: tuple[Modifier, ...] = ()
