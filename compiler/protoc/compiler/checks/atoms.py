"""A message as a row of positions with their possible values, and of stretches."""

from __future__ import annotations

from collections.abc import Hashable

from msgspec import Struct, field

from protoc.compiler import model

ANY = (1 << 256) - 1
ASCII = (1 << 128) - 1
LONGEST = 4096
"""Positions of one message that are looked at one by one."""


class Check(Struct, frozen=True):
    """A value that must be computed from other parts; the same twice is the same demand.

    Attributes:
        by_place: the computation over byte positions.
        by_span: the computation over elements of the source.
        drives: it says how long an element is, and demands nothing else.
    """

    by_place: Hashable
    by_span: Hashable
    drives: bool = False


class Byte(Struct, frozen=True):
    """One position.

    Attributes:
        values: a bit for each value it can have.
        rule: what else must hold of the field it belongs to; None for nothing.
        check: on the first byte of a computed field.
    """

    values: int
    rule: Hashable = None
    check: Check | None = None

    @property
    def only(self) -> int | None:
        """The one value it can have."""
        single = self.values and not self.values & (self.values - 1)
        return self.values.bit_length() - 1 if single else None


class Stretch(Struct, frozen=True):
    """An element whose size varies.

    Attributes:
        size: how it ends, comparable between messages; None when that is not understood.
        inside: the pattern of a region.
        ends: for constants and ends with alternatives, these.
    """

    element: model.Element
    size: Hashable
    by_span: Hashable = None
    inside: Pattern | None = None
    ends: tuple[bytes, ...] = ()


Atom = Byte | Stretch


class Pattern(Struct):
    """A message as a row of atoms.

    Attributes:
        values: numbers that are always the same, by the place of their field in the source.
        places: the place of each field in the source, by its key.
    """

    atoms: list[Atom] = field(default_factory=list)
    values: dict[int, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
