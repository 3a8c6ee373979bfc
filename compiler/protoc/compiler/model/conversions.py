"""From raw numbers to values."""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct

from protoc.compiler.model.expressions import Expression


class Via(Struct, frozen=True):
    """A formula from the raw number `x` to the value, and the one back; None if there is none."""

    forth: Expression
    back: Expression | None


class Conversion(Struct, frozen=True):
    """From raw to value: times `scale` plus `offset`, then the label.

    Attributes:
        via: a formula instead of scale and offset.
        enum: name of the enumeration.
        strict: values without a label are rejected.
        boolean: 0 and 1 are False and True.
        hexadecimal: people see the number as `0x1f`.
        unit: for the reader.
    """

    scale: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)
    enum: str | None = None
    strict: bool = False
    boolean: bool = False
    unit: str = ""
    via: Via | None = None
    hexadecimal: bool = False

    @property
    def linear(self) -> bool:
        """Whether scale or offset change the number."""
        return self.scale != 1 or self.offset != 0
