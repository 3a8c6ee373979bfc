"""Positions in a frame, and what both directions of a codec compute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from protoc.compiler import model
from protoc.compiler.backend.values import Context

P = TypeVar("P")


def ends_of(places: Mapping[str, tuple[P, P]], extent: model.Extent) -> tuple[P, P]:
    """Where an extent begins and ends, by the places of the elements."""
    start = places[extent.first][0]
    if extent.until is not None:
        return start, places[extent.until][0]
    assert extent.last is not None
    return start, places[extent.last][1]


@dataclass(frozen=True)
class At:
    """A position: a variable and what is added to it."""

    base: str
    plus: int = 0

    def __str__(self) -> str:
        return f"{self.base} + {self.plus}" if self.plus else self.base

    def moved(self, by: int) -> At:
        """The position so many bytes further on."""
        return At(self.base, self.plus + by)

    def minus(self, other: At) -> str:
        """The distance from another position."""
        if self.base == other.base:
            return str(self.plus - other.plus)
        behind = f" - {other.plus}" if other.plus else ""
        return f"{self} - {other.base}{behind}"


def span(buffer: str, start: object, end: object) -> str:
    """A slice, spaced as the formatter does."""
    if _simple(str(start)) and _simple(str(end)):
        return f"{buffer}[{start}:{end}]"
    return f"{buffer}[{start}{' ' if str(start) else ''}: {end}]"


def _simple(bound: str) -> bool:
    return bound.isidentifier() or bound.isdigit() or not bound


def checksum(check: model.Checksum, context: Context, data: str) -> str:
    """The call that computes a check over a slice."""
    if check.algorithm == "sum":
        return f"sum({data})"
    if check.algorithm == "xor":
        return f"{context.use('xor')}({data})"
    assert isinstance(check.algorithm, model.Crc)
    return f"{context.crc(check.algorithm)}({data})"


def cut(value: str, wire: model.Wire, expression: model.Expression) -> str:
    """A derived number cut to the width of a binary field; lengths must fit as they are."""
    integer = wire.integer if isinstance(wire, model.Bits) else wire
    if not isinstance(integer, model.Integer) or not _checks(expression):
        return value
    algorithm = expression.algorithm if isinstance(expression, model.Checksum) else None
    widest = (
        algorithm.width if isinstance(algorithm, model.Crc) else 8 if algorithm == "xor" else 99
    )
    bits = integer.width * 8
    if widest <= bits - integer.signed:
        return value
    masked = f"{bracketed(value)} & 0x{(1 << bits) - 1:X}"
    sign = f"0x{1 << bits - 1:X}"
    return f"({masked} ^ {sign}) - {sign}" if integer.signed else masked


def _checks(expression: model.Expression) -> bool:
    if isinstance(expression, model.Operation):
        return any(_checks(operand) for operand in expression.operands)
    return isinstance(expression, model.Checksum)


def bits_of(raw: str, part: model.Part) -> str:
    """The bits of a part."""
    mask = (1 << (part.high - part.low + 1)) - 1
    shifted = f"{raw} >> {part.low}" if part.low else raw
    return f"{shifted} & {mask}"


def bracketed(value: str) -> str:
    """Brackets where an operator that binds stronger may follow."""
    depth = 0
    for i, c in enumerate(value):
        depth += (c in "([") - (c in ")]")
        if depth == 0 and c == " " and i:
            return f"({value})"
    return f"({value})" if value.startswith(("-", "~")) else value


@dataclass(frozen=True)
class Place:
    """Where an element stands in the frame: a number, and the lengths of what varies before it."""

    plus: int
    terms: tuple[str, ...] = ()

    def __str__(self) -> str:
        terms = [*self.terms, *([str(self.plus)] if self.plus or not self.terms else [])]
        return " + ".join(terms)

    def minus(self, other: Place) -> str:
        """The distance from a place before it."""
        left = list(self.terms)
        for term in other.terms:
            left.remove(term)
        return str(Place(self.plus - other.plus, tuple(left)))

    def moved(self, by: int, term: str = "") -> Place:
        """The place further on."""
        return Place(self.plus + by, (*self.terms, term) if term else self.terms)


def before(end: Place, start: Place) -> bool:
    """Whether a place is not behind another."""
    return len(end.terms) <= len(start.terms) and end.plus <= start.plus
