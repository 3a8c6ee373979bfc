"""How values look on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from protoc.compiler.model.conversions import Conversion
from protoc.compiler.model.expressions import Expression
from protoc.compiler.model.sizes import FixedSize, Size

if TYPE_CHECKING:
    from protoc.compiler.model.messages import Field, Record


class Integer(Struct, frozen=True):
    """Binary whole number of `width` bytes; `swapped`: its 16-bit words in reverse order."""

    width: int
    signed: bool
    little: bool
    swapped: bool = False


class Real(Struct, frozen=True):
    """IEEE 754 number of 4 or 8 bytes; `swapped`: its 16-bit words in reverse order."""

    width: int
    little: bool
    swapped: bool = False


Varying = Literal["varint", "vlq", "ber_length", "u7_15", "u6_14_30_62"]
Notation = Literal["dec", "int", "float", "hex", "oct", "bin", "base36", "bcd", "nibbles"] | Varying
VARYING: dict[Varying, int] = {
    "varint": 10, "vlq": 10, "ber_length": 9, "u7_15": 2, "u6_14_30_62": 8
}  # fmt: skip
"""Notations whose bytes tell how many they are, and the most there are unless said otherwise."""
PACKED = ("bcd", "nibbles", *VARYING)
"""Notations whose digits are no characters."""

BASES = {"hex": 16, "oct": 8, "bin": 2, "base36": 36, "nibbles": 16}
"""What is not here has base 10."""


class Digits(Struct, frozen=True):
    """A number in digits.

    Attributes:
        notation: `dec` digits only, `int` with a sign, `float` any notation, digits of `hex`,
            `oct`, `bin`, `base36`; `bcd` two decimal digits in a byte, `nibbles` four bits in one;
            a `VARYING` one has as many bytes as it takes.
        decimals: written behind the point of a `float`; None for as many as needed.
        lower: lower-case letters are written.
        signed: the upper half of the numbers stands for negative ones: two's complement, ten's
            complement of decimal digits.
        pad: what fills it up to its size instead of zeros; `left` in front.
        reversed: the last byte stands first.
        lenient: bytes that are no such number are no value, and not wrong.
        longest: most bytes of a varying one.
        plus: a sign is written in front of what is not negative, too.
    """

    notation: Notation
    size: Size
    decimals: int | None = None
    lower: bool = False
    signed: bool = False
    pad: bytes | None = None
    left: bool = False
    reversed: bool = False
    lenient: bool = False
    longest: int | None = None
    plus: bool = False

    @property
    def varying(self) -> bool:
        """Whether its first bytes tell how many it has."""
        return self.notation in VARYING

    @property
    def packed(self) -> bool:
        """Whether its digits are no characters."""
        return self.notation in PACKED

    @property
    def base(self) -> int:
        """How many digits there are."""
        return BASES.get(self.notation, 10)

    @property
    def negative(self) -> bool:
        """Whether it can hold numbers below 0."""
        return self.signed or self.notation in ("int", "float")

    @property
    def reach(self) -> tuple[int, int] | None:
        """The least and the largest number that fits; None without a size that is known."""
        if self.notation in VARYING:
            return 0, (1 << self._bits(self.longest or VARYING[self.notation])) - 1
        if not isinstance(self.size, FixedSize):
            return None
        count = self.size.bytes * (2 if self.notation == "bcd" else 1)
        most = self.base**count
        if self.signed:
            return -(most // 2), (most + 1) // 2 - 1
        least = -(self.base ** (count - 1) - 1) if self.negative else 0
        return least, most - 1

    def _bits(self, longest: int) -> int:
        """The bits of the largest varying number of at most so many bytes."""
        if self.notation in ("varint", "vlq"):
            return 7 * longest
        if self.notation == "ber_length":
            return 8 * (longest - 1) if longest > 1 else 7
        return max(width for width in map(int, self.notation[1:].split("_")) if width < 8 * longest)


DIGITS = "digits"
"""The encoding of text made of hexadecimal digits, two in a byte."""


class Text(Struct, frozen=True):
    """Text in a codec.

    Attributes:
        encoding: Python's name of the codec, or `digits`.
        pad: what fills it up to its size and is stripped; None without.
        left: the filling stands in front.
        terminated: NUL ends the text inside its size.
        trim: where blanks are taken off on decode: "both", "left" or "right".
        quoted: it stands in double quotes, which are doubled inside.
        reversed: the last byte stands first.
    """

    encoding: str
    size: Size
    pad: bytes | None = None
    left: bool = False
    terminated: bool = False
    trim: Literal["", "both", "left", "right"] = ""
    quoted: bool = False
    reversed: bool = False

    @property
    def bare(self) -> bool:
        """Whether its bytes are those of its characters and nothing else."""
        added = self.pad is not None or self.terminated or self.quoted
        return not added and self.encoding != DIGITS

    @property
    def plain(self) -> bool:
        """Whether its first character stands first."""
        left = self.left and self.pad is not None
        return not (self.quoted or self.reversed or left or self.encoding == DIGITS)

    def encode(self, text: str) -> bytes:
        """The bytes of a text, not filled up; ValueError when a character does not exist."""
        if self.quoted:
            text = '"' + text.replace('"', '""') + '"'
        return bytes.fromhex(text) if self.encoding == DIGITS else text.encode(self.encoding)


class Raw(Struct, frozen=True):
    """Bytes as they are; `reversed`, the last one stands first."""

    size: Size
    reversed: bool = False


class Piece(Struct, frozen=True):
    """Bits `high` to `low` of an integer, which hold the bits of a value from `shift` upwards."""

    high: int
    low: int
    shift: int = 0

    @property
    def width(self) -> int:
        """How many bits."""
        return self.high - self.low + 1

    @property
    def mask(self) -> int:
        """All of them set, counted from the lowest."""
        return (1 << self.width) - 1


def width_of(pieces: Iterable[Piece]) -> int:
    """The bits of a value that pieces make up."""
    return max(piece.shift + piece.width for piece in pieces)


class Part(Struct, frozen=True):
    """Bits of an integer: the same in every message, or a member of a group.

    Attributes:
        name: of the member; None for bits without a name.
        pieces: where they stand; several for a value that is spread.
        fixed: what they must hold; None when they are free.
        signed: two's complement.
        decimal: packed decimal digits.
        default: the value of a member that is not given, in its own unit.
    """

    name: str | None
    pieces: tuple[Piece, ...]
    conversion: Conversion
    fixed: int | None = None
    signed: bool = False
    decimal: bool = False
    default: int | float | str | bytes | bool = 0
    doc: str = ""
    bounds: tuple[float | None, float | None] | None = None

    @property
    def width(self) -> int:
        """How many bits the value has."""
        return width_of(self.pieces)


class Bits(Struct, frozen=True):
    """An integer whose bits mean something of their own.

    With a `group` the field is an object, and its members are parts. Without one, bits with a name
    are fields of the message (`Slice`), and parts are only those that are always the same.

    Attributes:
        digits: how the number stands on the wire, where it is written in digits.
    """

    integer: Integer
    parts: tuple[Part, ...]
    group: str | None
    digits: Digits | None = None

    @property
    def carrier(self) -> Integer | Digits:
        """What stands on the wire."""
        return self.digits or self.integer


class Nested(Struct, frozen=True):
    """A message as a field: an object.

    Attributes:
        size: of the stretch it fills; None when its own elements say where it ends.
        arguments: what it is told of the values around it, in the order of its parameters.
        lenient: bytes that are none have no values, and are not wrong.
    """

    record: Record
    size: Size | None = None
    arguments: tuple[Expression, ...] = ()
    lenient: bool = False


class Items(Struct, frozen=True):
    """A list. One of `count`, `until`, `whilst` and the end of its stretch says how many there are.

    Attributes:
        item: what it repeats; a field without a name of its own.
        size: of the stretch it fills; None where something else ends it.
        until: constants one of which stands behind the last item, and belongs to what follows.
        or_end: the end of the stretch around will do as well.
        first: the list has a first item if this holds; only beside `whilst`.
        whilst: the list goes on while this holds of the item before.
        separator: constant bytes between the items; empty for none.
        filled: it has one item at least.
        guarded: what follows begins with one of `until` only if its values do.
        gaps: an item may be absent: nothing stands there.
    """

    item: Field
    size: Size | None = None
    count: Expression | None = None
    until: tuple[bytes, ...] = ()
    first: Expression | None = None
    whilst: Expression | None = None
    separator: bytes = b""
    filled: bool = False
    or_end: bool = False
    guarded: bool = False
    gaps: bool = False


class Slice(Struct, frozen=True):
    """A number made of bits of integers in front of it: it has no bytes of its own.

    Attributes:
        pieces: which bits, each with the key of the field (`Bits`) they belong to.
        signed: two's complement.
        decimal: packed decimal digits, four bits each.
    """

    pieces: tuple[tuple[str, Piece], ...]
    signed: bool = False
    decimal: bool = False

    @property
    def width(self) -> int:
        """How many bits the number has."""
        return width_of(piece for _, piece in self.pieces)

    @property
    def holes(self) -> int:
        """The bits of the number that stand nowhere, and so are 0."""
        carried = sum(piece.mask << piece.shift for _, piece in self.pieces)
        return ((1 << self.width) - 1) & ~carried

    @property
    def reach(self) -> tuple[int, int]:
        """The least and the largest number."""
        if self.signed:
            return -(1 << self.width - 1), (1 << self.width - 1) - 1
        if not self.decimal:
            return 0, (1 << self.width) - 1
        count, rest = divmod(self.width, 4)
        return 0, min((1 << rest) - 1, 9) * 10**count + 10**count - 1

    def bits(self, number: int) -> int:
        """The bits that stand for a number."""
        return int(str(number), 16) if self.decimal else number


class Let(Struct, frozen=True):
    """A value that is computed from others: it has no bytes.

    Attributes:
        kind: what it is; `real` for numbers that may have a fraction.
        certain: it is there whenever those it is computed from are; else it may have no value,
            a division by 0.
    """

    kind: Literal["whole", "real", "text", "truth"]
    certain: bool = True


class Outside(Struct, frozen=True):
    """A value that the message depends on and that is not in its bytes.

    Attributes:
        of: what it looks like where it comes from; None for a number.
    """

    of: Wire | None = None


def leaf(wire: Wire) -> Wire:
    """What a list repeats, and lists in it; anything else is that itself."""
    return leaf(wire.item.wire) if isinstance(wire, Items) else wire


Unwritten = Let | Outside
"""What has no bytes, and no place among them."""

Sized = Digits | Text | Raw
"""What can have any number of bytes."""

Wire = Integer | Real | Digits | Text | Raw | Bits | Slice | Nested | Items | Unwritten
