"""Expressions: computed when compiling, in a codec, or while the conversation runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Value:
    """A literal: number, text, bytes, or None for a value that is not there."""

    value: int | float | str | bytes | bool | None


@dataclass(frozen=True)
class Own:
    """A field of the message the expression stands in, by its path."""

    path: tuple[str, ...]


@dataclass(frozen=True)
class Scoped:
    """A name looked up when the conversation runs: `request.unit`, `keys.blackout`, a param."""

    path: tuple[str, ...]


@dataclass(frozen=True)
class Listed:
    """A list of expressions."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Object:
    """Named expressions: the bits of a group."""

    entries: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True)
class Operation:
    """An operator with its operands.

    With two: `+ - * / % ** & | ^ << >> == != < <= > >= and or`; with one: `- ~ not`.
    """

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Extent:
    """A run of wire bytes inside a message.

    Attributes:
        first: key of the element it begins with.
        last: key of the element it ends with, inclusive; None when it ends at `until`.
        until: key of the element it ends in front of.
    """

    first: str
    last: str | None
    until: str | None = None


@dataclass(frozen=True)
class Length:
    """The number of bytes of an extent."""

    extent: Extent


@dataclass(frozen=True)
class Count:
    """The number of items of a list, by the key of its field."""

    key: str


@dataclass(frozen=True)
class Crc:
    """A cyclic redundancy check, Rocksoft parameters."""

    name: str
    width: int
    poly: int
    init: int
    refin: bool
    refout: bool
    xorout: int


@dataclass(frozen=True)
class Checksum:
    """A check over an extent: `sum`, `xor` or a CRC."""

    algorithm: Literal["sum", "xor"] | Crc
    extent: Extent


Expression = Value | Own | Scoped | Listed | Object | Operation | Length | Count | Checksum
