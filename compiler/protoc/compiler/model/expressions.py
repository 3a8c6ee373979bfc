"""Expressions: computed when compiling, in a codec, or while the conversation runs."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from protoc.compiler.model.conversions import Conversion
    from protoc.compiler.model.wire import Wire


class Value(Struct, frozen=True):
    """A literal: number, text, bytes, or None for a value that is not there."""

    value: int | float | str | bytes | bool | None


class Own(Struct, frozen=True):
    """A field of the message the expression stands in, by its path."""

    path: tuple[str, ...]


class Joined(Struct, frozen=True):
    """The value that a message has under a name, whichever way of a branch it came."""

    name: str


class Told(Struct, frozen=True):
    """A value that a record is told by what stands around it."""

    name: str


class Previous(Struct, frozen=True):
    """The item before, in a list, or what a path leads to in it."""

    path: tuple[str, ...] = ()


class Scaled(Struct, frozen=True):
    """A raw value in its own unit: times `scale` plus `offset`."""

    operand: Expression
    scale: Fraction
    offset: Fraction


class Scoped(Struct, frozen=True):
    """A name looked up when the conversation runs: `request.unit`, `keys.blackout`, a param."""

    path: tuple[str, ...]


class Asked(Struct, frozen=True):
    """A field of the request that a response answers, by its path."""

    path: tuple[str, ...]


class Listed(Struct, frozen=True):
    """A list of expressions."""

    items: tuple[Expression, ...]


class Object(Struct, frozen=True):
    """Named expressions: the bits of a group."""

    entries: tuple[tuple[str, Expression], ...]


class Operation(Struct, frozen=True):
    """An operator with its operands.

    With two: `+ - * / % ** & | ^ << >> == != < <= > >= and or`; with one: `- ~ not`. What `/` makes
    of whole numbers inside messages is one as well, what `÷` makes never is.
    """

    operator: str
    operands: tuple[Expression, ...]


class Applied(Struct, frozen=True):
    """A function of one value.

    In a formula `log10`, or its inverse `exp10`; in the conversation `present`, `len`, the digests,
    `number` of a text, and `whole`, what bits are taken of.
    """

    function: str
    operand: Expression


class Extent(Struct, frozen=True):
    """A run of wire bytes inside a message.

    Attributes:
        first: key of the element it begins with.
        last: key of the element it ends with, inclusive; None when it ends at `until`.
        until: key of the element it ends in front of.
    """

    first: str
    last: str | None
    until: str | None = None


class Plain(Struct, frozen=True):
    """A run of plain bytes in something coded, for a check that stands outside of it.

    Attributes:
        coded: key of what is coded.
    """

    extent: Extent
    coded: str


class Length(Struct, frozen=True):
    """The number of bytes of an extent.

    Attributes:
        coded: key of what is coded, where its plain bytes are counted from outside of it.
    """

    extent: Extent
    coded: str = ""


class Count(Struct, frozen=True):
    """The number of items of a list, by the key of its field."""

    key: str


class Present(Struct, frozen=True):
    """1 when a field is there that a message may come without, else 0; by its name."""

    name: str


class OnLink(Struct, frozen=True):
    """Whether the message comes or goes over one of these links; empty for one nobody named."""

    links: tuple[str, ...]


class Crc(Struct, frozen=True):
    """A cyclic redundancy check, Rocksoft parameters."""

    name: str
    width: int
    poly: int
    init: int
    refin: bool
    refout: bool
    xorout: int


class Fletcher(Struct, frozen=True):
    """Two running sums in one number: the sum of all bytes, and the sum of these sums.

    Attributes:
        name: `fletcher8` has the first sum in its high byte, `fletcher16` the second.
    """

    name: Literal["fletcher8", "fletcher16"]
    modulus: int


Digest = Literal["md5", "sha1", "sha256"]
Algorithm = Literal["sum", "xor"] | Crc | Fletcher | Digest


class Added(Struct, frozen=True):
    """Bytes with a number added to each of them, modulo 256."""

    data: Octets
    number: int


class Said(Struct, frozen=True):
    """The bytes of a value that is told: of a param, or of the request, as they are on its wire.

    Attributes:
        name: that of the value.
        wire: what it looks like; None as long as nobody knows which request is answered.
        conversion: from its raw value.
    """

    name: str
    wire: Wire | None
    conversion: Conversion


Octets = Extent | Plain | Value | Added | Said
"""Bytes that are checked: a run of wire bytes, constant ones, told ones, or either with something
done."""


class Words(Struct, frozen=True):
    """Bytes taken several at a time, each group as one number.

    Attributes:
        size: bytes of a group; the last one may have fewer.
        form: its byte order, or `hex` for digits in text.
    """

    size: int
    form: Literal["big", "little", "hex"]


class Checksum(Struct, frozen=True):
    """A check over bytes, one piece behind the other: a whole number.

    Attributes:
        words: what `sum` and `xor` count; bytes without it.
    """

    algorithm: Algorithm
    data: tuple[Octets, ...]
    words: Words | None = None


class Replaced(Struct, frozen=True):
    """A number with some of its bytes replaced by others.

    Attributes:
        width: bytes of the number, which is cut to them.
        pairs: each byte and what stands for it.
    """

    value: Expression
    width: int
    pairs: tuple[tuple[int, int], ...]


Expression = (
    Value
    | Own
    | Joined
    | Told
    | Previous
    | Scaled
    | Asked
    | Scoped
    | Listed
    | Object
    | Operation
    | Length
    | Count
    | Present
    | OnLink
    | Checksum
    | Replaced
    | Applied
)


def operands(expression: Expression) -> tuple[Expression, ...]:
    """What an expression is put together from."""
    if isinstance(expression, Operation):
        return expression.operands
    if isinstance(expression, Replaced):
        return (expression.value,)
    if isinstance(expression, Scaled):
        return (expression.operand,)
    if isinstance(expression, Applied):
        return (expression.operand,)
    if isinstance(expression, Listed):
        return expression.items
    if isinstance(expression, Object):
        return tuple(value for _, value in expression.entries)
    return ()


def every(expression: Expression) -> Iterator[Expression]:
    """An expression and all that it is put together from."""
    yield expression
    for operand in operands(expression):
        yield from every(operand)


def checksums(expression: Expression) -> list[Checksum]:
    """The checks in an expression."""
    return [e for e in every(expression) if isinstance(e, Checksum)]


def plains(expression: Expression) -> list[Plain]:
    """Every run of plain bytes that an expression measures or covers."""
    found = [piece for piece in pieces(expression) if isinstance(piece, Plain)]
    lengths = [part for part in every(expression) if isinstance(part, Length)]
    return found + [Plain(part.extent, part.coded) for part in lengths if part.coded]


def told_bytes(expression: Expression) -> list[Said]:
    """Every value that is told whose bytes an expression covers."""
    return [piece for piece in pieces(expression) if isinstance(piece, Said)]


def pieces(expression: Expression) -> list[Octets]:
    """Everything that an expression covers, piece by piece."""
    found: list[Octets] = []
    for part in every(expression):
        waiting = list(part.data) if isinstance(part, Checksum) else []
        while waiting:
            piece = waiting.pop(0)
            if isinstance(piece, Added):
                waiting.append(piece.data)
            else:
                found.append(piece)
    return found


def extents(expression: Expression) -> list[Extent]:
    """Every run of wire bytes that an expression measures or covers."""
    found: list[Extent] = []
    for part in every(expression):
        if isinstance(part, Length) and not part.coded:
            found.append(part.extent)
        elif isinstance(part, Checksum):
            found += covered(part.data)
    return found


def covered(data: tuple[Octets, ...]) -> list[Extent]:
    """The runs of wire bytes among checked bytes."""
    found: list[Extent] = []
    for piece in data:
        if isinstance(piece, Extent):
            found.append(piece)
        elif isinstance(piece, Added):
            found += covered((piece.data,))
    return found
