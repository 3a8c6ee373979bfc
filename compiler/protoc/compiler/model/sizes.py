"""How many bytes there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from protoc.compiler.model.expressions import Expression

if TYPE_CHECKING:
    from protoc.compiler.model.messages import Constant, LinkEnd


class FixedSize(Struct, frozen=True):
    """So many bytes."""

    bytes: int


class GivenSize(Struct, frozen=True):
    """As many bytes as an expression over earlier fields says.

    Attributes:
        written: it stands behind the type; else it comes of a length that measures the field.
    """

    expression: Expression
    written: bool = False


class UntilNext(Struct, frozen=True):
    """Up to the constant that comes next, less the fixed elements in between.

    Attributes:
        targets: the elements that hold the constant: several, where what follows may be absent.
        between: bytes of the fixed elements between the field and that constant.
        or_end: the end of the region will do as well.
        named: the field names its one target itself.
        times: which occurrence of that it is; 0 for the last one.
        loose: what ends it may stand in it when it is written.
        limit: what ends the stretch in which the last one is looked for.
        guarded: what follows holds that constant only if its values do.
    """

    targets: tuple[Constant | LinkEnd, ...]
    between: int = 0
    or_end: bool = False
    named: bool = False
    times: int = 1
    loose: bool = False
    limit: Constant | LinkEnd | None = None
    guarded: bool = False


class UntilEnd(Struct, frozen=True):
    """To the end of the region, less the fixed elements behind."""

    behind: int = 0


class WhileFits(Struct, frozen=True):
    """As far as what stands there says: the characters that fit, the bytes of a `VARYING` number.

    Attributes:
        guarded: what follows may begin like more of them; then the two cannot be written together.
    """

    guarded: bool = False


class OwnEnd(Struct, frozen=True):
    """What is coded tells itself where it ends."""


Size = FixedSize | GivenSize | UntilNext | UntilEnd | WhileFits | OwnEnd
