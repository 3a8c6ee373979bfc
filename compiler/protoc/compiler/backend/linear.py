"""From raw to value and back, as Python expressions: times a scale, plus an offset."""

from __future__ import annotations

from fractions import Fraction

from protoc.compiler import model


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


def to_raw(value: str, conversion: model.Conversion, whole: bool) -> str:
    """The raw number of a value, rounded to the nearest where raw numbers are whole."""
    if not conversion.linear:
        return value
    a, b, c = _line(conversion)
    raw = value if c == 1 else f"{value} * {c}"
    if b:
        raw = f"{raw} {'-' if b > 0 else '+'} {abs(b)}"
        if a != 1:
            raw = f"({raw})"
    if a != 1:
        raw = f"{raw} / {a}"
    return f"round({raw})" if whole else raw
