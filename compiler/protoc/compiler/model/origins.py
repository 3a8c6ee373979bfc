"""Where the values of fields come from."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from protoc.compiler.model.expressions import Expression, Value


class Given(Struct, frozen=True):
    """Yours to give."""


class Echoed(Given, frozen=True):
    """Told by the request that is answered: the message keeps it, since nothing in it tells it."""

    expression: Expression


class Brought(Given, frozen=True):
    """Told by the request that is answered, or by a param: the layout depends on it.

    Attributes:
        path: of it, `request` first or the name of the param.
        default: the value of the param when nothing else is known.
    """

    path: tuple[str, ...]
    default: Value | None = None


class Defaulted(Struct, frozen=True):
    """Yours, may be left out."""

    value: Expression


class Counted(Defaulted, frozen=True):
    """Yours, may be left out: steps with every command that is made.

    Attributes:
        counter: what those share that step together.
        first, last: the numbers it goes through, round and round.
    """

    counter: str
    first: int
    last: int


class Fixed(Struct, frozen=True):
    """Always this value: written on encode, required on decode."""

    value: int | float | str | bytes


class Derived(Struct, frozen=True):
    """Computed from other parts of the message: written on encode, verified on decode."""

    expression: Expression
    reason: Literal["length", "crc", "value"]


class Reserved(Struct, frozen=True):
    """Nobody's: written zero, not looked at."""


class Computed(Struct, frozen=True):
    """Told by other values of the object; given all the same, it must agree with them.

    Attributes:
        ways: what holds of the message wherever it is computed.
    """

    expression: Expression
    ways: tuple[Expression, ...] = ()


Origin = Given | Defaulted | Fixed | Derived | Reserved | Computed
