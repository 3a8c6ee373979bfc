"""Positions in a frame, and what both directions of a codec compute."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.backend.code import bracketed, text
from protoc.compiler.backend.naming import attribute, local

P = TypeVar("P")


def ends_of(places: Mapping[str, tuple[P, P]], extent: model.Extent) -> tuple[P, P]:
    """Where an extent begins and ends, by the places of the elements."""
    start = places[extent.first][0]
    if extent.until is not None:
        return start, places[extent.until][0]
    assert extent.last is not None
    return start, places[extent.last][1]


class At(Struct, frozen=True):
    """A position: a variable and what is added to it.

    Attributes:
        base: the variable; empty for a position that is a number.
    """

    base: str
    plus: int = 0

    def __str__(self) -> str:
        if not self.base:
            return str(self.plus)
        if not self.plus:
            return self.base
        return f"{self.base} {'+' if self.plus > 0 else '-'} {abs(self.plus)}"

    def moved(self, by: int) -> At:
        """The position so many bytes further on."""
        return At(self.base, self.plus + by)

    def minus(self, other: At) -> str:
        """The distance from another position."""
        if self.base == other.base:
            return str(self.plus - other.plus)
        if not other.base:
            return str(self.moved(-other.plus))
        behind = f" - {other.plus}" if other.plus else ""
        return f"{self} - {other.base}{behind}"


def span(buffer: str, start: object, end: object) -> str:
    """A slice, spaced as the formatter does."""
    if _simple(str(start)) and _simple(str(end)):
        return f"{buffer}[{start}:{end}]"
    return f"{buffer}[{f'{start} '.lstrip()}:{f' {end}'.rstrip()}]"


def _simple(bound: str) -> bool:
    return bound.isidentifier() or bound.removeprefix("-").isdigit() or not bound


def bits_of(pieces: Sequence[tuple[str, model.Piece]], width: int, signed: bool = False) -> str:
    """The number that bits hold, each piece with the variable of its integer.

    `width` is the size of the integers, in bits.
    """
    terms = bit_terms(pieces, width)
    value = " | ".join(terms)
    if not signed:
        return value
    value = f"({value})" if len(terms) > 1 else value
    return signed_of(value, model.width_of(piece for _, piece in pieces))


def bit_terms(pieces: Sequence[tuple[str, model.Piece]], width: int) -> list[str]:
    """The terms of a number that bits hold, those of the highest bits first."""
    terms = []
    for raw, piece in sorted(pieces, key=lambda each: -each[1].shift):
        held = f"{raw} >> {piece.low}" if piece.low else raw
        held = held if piece.width == width else f"{held} & {piece.mask}"
        terms.append(f"{bracketed(held)} << {piece.shift}" if piece.shift else held)
    return terms


def signed_of(value: str, width: int) -> str:
    """The number that so many bits stand for when the highest one is the sign."""
    sign = 1 << width - 1
    return f"({value} ^ {sign}) - {sign}"


def bits_in(raw: str, wire: model.Bits, part: model.Part) -> str:
    """What a part of an integer holds: the number, but for packed digits."""
    return bits_of([(raw, piece) for piece in part.pieces], wire.integer.width * 8, part.signed)


def part_of(raw: str, wire: model.Bits, part: model.Part) -> str:
    """The number that a part of an integer holds."""
    bits = bits_in(raw, wire, part)
    if not part.decimal:
        return bits
    digits = [(bits, 1)] if part.width <= 4 else []
    for at in range(0, part.width if part.width > 4 else 0, 4):
        held = f"{bracketed(bits)} >> {at}" if at else bits
        held = held if at + 4 >= part.width else f"{bracketed(held)} & 15"
        digits.append((bracketed(held), 10 ** (at // 4)))
    return " + ".join(f"{d} * {worth}" if worth > 1 else d for d, worth in reversed(digits))


def bits_called(
    own: model.Own, message: model.Message | model.Record, raw: Callable[[str], str]
) -> str | None:
    """The bits that a name stands for; None when it is no name of bits.

    `raw` gives the integer of the field with a key.
    """
    found = model.named(message.fields(), own.path)
    host, part = found or (None, None)
    if host is None or part is None:
        return None
    assert isinstance(host.wire, model.Bits)
    return part_of(raw(host.key), host.wire, part)


def told(name: str, owner: model.Message | model.Record) -> str:
    """The variable of a value that a record is told; none of its fields has it."""
    taken = {
        local(field.key) for field in owner.fields() if not isinstance(field.wire, model.Outside)
    }
    variable = local(name)
    while variable in taken:
        variable += "_told"
    return variable


def members_of(own: model.Own, field: model.Field) -> str:
    """The path from the object in a field to what is asked of it."""
    if not isinstance(field.wire, model.Nested):
        return ""
    return "".join(f".{attribute(name)}" for name in own.path[1:])


def previous_of(item: model.Field, raw: str, previous: model.Previous) -> str:
    """An item of a list, or what a path leads to in it; `raw` holds it."""
    if isinstance(item.wire, model.Bits) and previous.path:
        part = next(part for part in item.wire.parts if part.name == previous.path[0])
        return part_of(raw, item.wire, part)
    return ".".join((raw, *map(attribute, previous.path)))


class Place(Struct, frozen=True):
    """Where an element stands in the frame: a number, and the lengths of what varies before it."""

    plus: int
    terms: tuple[str, ...] = ()

    def __str__(self) -> str:
        terms = [*self.terms, *([str(self.plus)] if self.plus or not self.terms else [])]
        return " + ".join(terms)

    def minus(self, other: Place) -> str:
        """The distance from a place before it."""
        return str(self.beyond(other))

    def beyond(self, other: Place) -> Place:
        """The same, counted from a place before it."""
        left = list(self.terms)
        for term in other.terms:
            left.remove(term)
        return Place(self.plus - other.plus, tuple(left))

    def moved(self, by: int, *terms: str) -> Place:
        """The place further on."""
        return Place(self.plus + by, (*self.terms, *terms))


def known(key: str) -> str:
    """The key of an element in the layout, as code: other ways of a branch may have the same."""
    return text(key.partition("~")[0])
