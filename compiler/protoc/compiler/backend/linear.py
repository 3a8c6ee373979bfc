"""From raw to value and back, as Python expressions: times a scale, plus an offset."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from protoc.compiler import model
from protoc.compiler.resolve.fitting import raw_limits


def _line(conversion: model.Conversion) -> tuple[int, int, int]:
    """Integers a, b, c with value = (raw * a + b) / c."""
    scale, offset = conversion.scale, conversion.offset
    c = Fraction(scale.denominator * offset.denominator)
    c /= Fraction(_gcd(scale.denominator, offset.denominator))
    return int(scale * c), int(offset * c), int(c)


def _gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


def from_raw(raw: str, conversion: model.Conversion) -> str:
    """The value of a raw number: one division at most, so that it is rounded once."""
    if not conversion.linear:
        return raw
    a, b, c = _line(conversion)
    value = raw if a == 1 else f"-{raw}" if a == -1 else f"{raw} * {a}"
    if b:
        value = f"{value} {'+' if b > 0 else '-'} {abs(b)}"
        if c != 1:
            value = f"({value})"
    return value if c == 1 else f"{value} / {c}"


def to_raw(
    value: str, conversion: model.Conversion, wire: model.Wire, use: Callable[[str], str]
) -> str:
    """The raw number of a value, rounded to the nearest where raw numbers are whole.

    `use` takes a name from the runtime.
    """
    if not conversion.linear:
        return value
    a, b, c = _line(conversion)
    raw = value if c == 1 else f"{value} * {c}"
    raw = f"{raw} {'-' if b > 0 else '+'} {abs(b)}" if b else raw
    if a != 1 and is_whole(wire) and not _is_exact(wire):
        return f"{use('nearest')}({raw}, {a})"
    if a != 1:
        raw = f"({raw}) / {a}" if b else f"{raw} / {a}"
    return f"round({raw})" if is_whole(wire) else raw


def _is_exact(wire: model.Wire) -> bool:
    """Whether a float holds all raw numbers."""
    if isinstance(wire, model.Integer | model.Slice):
        low, high = raw_limits(wire)
    elif isinstance(wire, model.Digits) and wire.reach is not None:
        low, high = wire.reach
    else:
        return False
    return max(-low, high) <= 1 << 53


def is_whole(wire: model.Wire) -> bool:
    """Whether raw values are whole numbers."""
    if isinstance(wire, model.Digits):
        return wire.notation != "float"
    return isinstance(wire, model.Integer | model.Slice)
