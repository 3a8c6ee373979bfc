"""Named bits of integers: members of a group, or fields of the message itself."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.scope import Scope
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label

BITS = "bits"
"""What diagnostics call the type of bits."""

MOST = 2048
"""The bits an integer can have; many values may be spread over them."""


class Numbering(Struct, frozen=True):
    """How the bits of an integer are counted.

    Attributes:
        width: how many there are.
        msb0: from the most significant.
        bytewise: within each byte, the least significant byte first.
    """

    width: int
    msb0: bool = False
    bytewise: bool = False

    def piece(self, scope: Scope, bit: tree.Bit) -> model.Piece:
        """Where bits stand, and which bits of their value they are."""
        high, low = self._positions(scope, bit)
        if bit.piece is None:
            return model.Piece(high, low)
        top, bottom = bit.piece
        if top - bottom != high - low:
            raise scope.fail(
                "E0408",
                f"{_count(top - bottom + 1)} of `{bit.name.text}` do not fill "
                f"{_count(high - low + 1)}",
                bit.span,
                help="write as many positions behind `@` as in the brackets, the higher first",
            )
        return model.Piece(high, low, bottom)

    def _positions(self, scope: Scope, bit: tree.Bit) -> tuple[int, int]:
        """The highest and the lowest bit, counted from the least significant."""
        for position in (bit.high, bit.low):
            if position >= self.width:
                raise scope.fail(
                    "E0408",
                    f"there is no bit {position}",
                    bit.span,
                    f"positions go from {self.width - 1} down to 0",
                    help="correct the position, or take a wider type",
                )
        if not self.msb0 and bit.low > bit.high:
            raise scope.fail(
                "E0408",
                "these bits are upside down",
                bit.span,
                help=f"write the higher position first: `@{bit.low}..{bit.high}`",
            )
        first, last = sorted((bit.high, bit.low))
        places = sorted(self._place(position) for position in range(first, last + 1))
        if places[-1] - places[0] != last - first:
            raise scope.fail(
                "E0408",
                f"bits {bit.high} to {bit.low} do not lie side by side",
                bit.span,
                "counted within each byte",
                help="take them as pieces of one value: `name[7..4] @…, name[3..0] @…`",
            )
        return places[-1], places[0]

    def _place(self, position: int) -> int:
        if self.bytewise:
            return position // 8 * 8 + 7 - position % 8
        return self.width - 1 - position if self.msb0 else position


_DIGITS = {"hex": 16, "oct": 8, "bin": 2, "dec": 10, "nibbles": 16}


def bits_of_digits(wire: model.Digits) -> int:
    """How many bits a number in digits has for certain; 0 where that is not known."""
    base = _DIGITS.get(wire.notation, 1)
    if not isinstance(wire.size, model.FixedSize):
        return 0
    if replace(wire, lower=False) != model.Digits(wire.notation, wire.size):
        return 0
    bits: int = (base**wire.size.bytes).bit_length() - 1
    return bits


def _count(bits: int) -> str:
    return f"{bits} bit{'s' if bits > 1 else ''}"


class Taken:
    """The bits of an integer that have a name or a value, each once."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._used: dict[int, tree.Bit] = {}

    def take(self, bit: tree.Bit, piece: model.Piece) -> None:
        """Complain about bits that another name has taken."""
        places = range(piece.low, piece.high + 1)
        twice = next((place for place in places if place in self._used), None)
        if twice is not None:
            self.scope.diagnostics.error(
                "E0408",
                f"a bit of `@{_written(bit)}` is used twice",
                bit.span,
                labels=(Label(self._used[twice].span, "first used here"),),
                help="correct one of the positions",
            )
        self._used.update(dict.fromkeys(places, bit))


def _written(bit: tree.Bit) -> str:
    return f"{bit.high}" if bit.high == bit.low else f"{bit.high}..{bit.low}"


def whole(scope: Scope, named: Iterable[tuple[tree.Bit, model.Piece]]) -> None:
    """Complain when pieces of a value overlap, or make it too long."""
    pieces = sorted(named, key=lambda each: each[1].shift)
    reached = 0
    for bit, piece in pieces:
        if piece.shift < reached:
            raise scope.fail(
                "E0408",
                f"`{bit.name.text}` has a bit twice",
                bit.span,
                f"bits {piece.shift + piece.width - 1} to {piece.shift} of it",
                help="each bit of a value stands in one of its pieces at most",
            )
        reached = piece.shift + piece.width
    if reached > MOST:
        bit = pieces[-1][0]
        raise scope.fail(
            "E0408",
            f"`{bit.name.text}` has {reached} bits",
            bit.span,
            f"a number has at most {MOST}",
            help="take it apart into two values",
        )


def speaker(scope: Scope, named: Iterable[tuple[tree.Bit, model.Piece]]) -> tree.Bit:
    """The piece behind which stands what is said of the whole value."""
    speaking = [bit for bit, _ in named if bit.modifiers]
    if len(speaking) > 1:
        raise scope.fail(
            "E0404",
            f"something is said of `{speaking[1].name.text}` in two places",
            speaking[1].span,
            labels=(Label(speaking[0].span, "the first"),),
            help="write all modifiers of a value behind its first piece",
        )
    return speaking[0] if speaking else next(iter(named))[0]


Located = tuple[str, tree.Bit, model.Piece]
"""Bits with the key of the field they stand in."""


class Pieces(Struct):
    """The bits of one block of statements that are fields of the message.

    Attributes:
        expected: how many pieces each value has in this block, where it has pieces.
    """

    expected: dict[str, int] = field(default_factory=dict)
    _found: dict[str, list[Located]] = field(default_factory=dict)

    @classmethod
    def of(cls, statements: Iterable[tree.Element]) -> Pieces:
        """Those that a block will have."""
        made = cls()
        for statement in statements:
            type_ = statement.typed.type if isinstance(statement, tree.Field) else None
            if isinstance(type_, tree.NamedType):
                for bit in type_.bits or ():
                    if bit.piece is not None:
                        made.expected[bit.name.text] = made.expected.get(bit.name.text, 0) + 1
        return made

    def add(self, key: str, named: Iterable[tuple[tree.Bit, model.Piece]]) -> None:
        """The named bits of one integer."""
        for bit, piece in named:
            if bit.piece is None:
                self.expected[bit.name.text] = 1
            self._found.setdefault(bit.name.text, []).append((key, bit, piece))

    def complete(self) -> list[list[Located]]:
        """The values that have all of their bits now, each once."""
        whole = [n for n, found in self._found.items() if len(found) >= self.expected[n]]
        return [self._found.pop(name) for name in whole]
