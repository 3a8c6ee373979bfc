"""How values look on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from protoc.compiler.model.expressions import Expression


@dataclass(frozen=True)
class FixedSize:
    """So many bytes."""

    bytes: int


@dataclass(frozen=True)
class GivenSize:
    """As many bytes as an expression over earlier fields says."""

    expression: Expression


@dataclass(frozen=True)
class UntilNext:
    """Up to the constant that comes next, less the fixed elements in between.

    Attributes:
        key: key of the element that holds the constant.
        between: bytes of the fixed elements between the field and that constant.
    """

    key: str
    between: int = 0


@dataclass(frozen=True)
class UntilEnd:
    """To the end of the region, less the fixed elements behind."""

    behind: int = 0


@dataclass(frozen=True)
class WhileFits:
    """As long as characters fit (text numbers without a size)."""


Size = FixedSize | GivenSize | UntilNext | UntilEnd | WhileFits


@dataclass(frozen=True)
class Integer:
    """Binary whole number of `width` bytes."""

    width: int
    signed: bool
    little: bool


@dataclass(frozen=True)
class Real:
    """IEEE 754 number of 4 or 8 bytes."""

    width: int
    little: bool


@dataclass(frozen=True)
class Digits:
    """A number in text.

    Attributes:
        notation: `dec` digits only, `int` with a sign, `float` any notation, or digits of `hex`,
            `oct`, `bin`, `base36`.
        decimals: written behind the point of a `float`; None for as many as needed.
        lower: lower-case letters are written.
    """

    notation: Literal["dec", "int", "float", "hex", "oct", "bin", "base36"]
    size: Size
    decimals: int | None = None
    lower: bool = False


@dataclass(frozen=True)
class Text:
    """Text in a codec.

    Attributes:
        pad: what fills it up to its size and is stripped; None without.
        left: the filling stands in front.
        terminated: NUL ends the text inside its size.
        trim: blanks are taken off on decode.
    """

    encoding: str
    size: Size
    pad: bytes | None = None
    left: bool = False
    terminated: bool = False
    trim: bool = False


@dataclass(frozen=True)
class Raw:
    """Bytes as they are."""

    size: Size


@dataclass(frozen=True)
class Part:
    """Bits of an integer.

    Attributes:
        name: None for bits without a name.
        fixed: what they must hold; None when they are free.
    """

    name: str | None
    high: int
    low: int
    conversion: Conversion
    fixed: int | None = None
    doc: str = ""
    bounds: tuple[float | None, float | None] | None = None


@dataclass(frozen=True)
class Bits:
    """An integer whose bits are named; `group` is None when they belong to the message itself."""

    integer: Integer
    parts: tuple[Part, ...]
    group: str | None


Wire = Integer | Real | Digits | Text | Raw | Bits


@dataclass(frozen=True)
class Conversion:
    """From raw to value: times `scale` plus `offset`, then the label.

    Attributes:
        enum: name of the enumeration.
        strict: values without a label are rejected.
        boolean: 0 and 1 are False and True.
        unit: for the reader.
    """

    scale: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)
    enum: str | None = None
    strict: bool = False
    boolean: bool = False
    unit: str = ""

    @property
    def linear(self) -> bool:
        """Whether scale or offset change the number."""
        return self.scale != 1 or self.offset != 0
