"""Digits of a fixed size: as formats of `%`, or the tables of the runtime that have them all."""

from __future__ import annotations

from protoc.compiler import model

_LETTERS = {"dec": "d", "int": "d", "hex": "X", "oct": "o"}
_TABLED = {"dec": "", "hex": "HEX_"}
"""Notations of which the runtime has tables, and how their names begin."""
_LONGEST = 2
"""Digits of the longest numbers in tables."""
TABLES = {
    f"{begins}{what}_{size}"
    for begins in _TABLED.values()
    for what in ("DIGITS", "NUMBERS")
    for size in range(1, _LONGEST + 1)
}
"""Their names."""


def format_of(wire: model.Wire) -> str:
    """What writes such digits, `%04d`; empty where `%` has nothing that does."""
    if not isinstance(wire, model.Digits) or not isinstance(wire.size, model.FixedSize):
        return ""
    letter = _LETTERS.get(wire.notation)
    if letter is None or wire.signed or wire.reversed or wire.pad is not None:
        return ""
    width = f"0{wire.size.bytes}" if wire.size.bytes > 1 else ""
    return f"%{'+' if wire.plus else ''}{width}{letter.lower() if wire.lower else letter}"


def table_of(wire: model.Wire, what: str) -> str:
    """The table of `DIGITS` by number, or of `NUMBERS` by digits: `DIGITS_2`; empty for none."""
    if not format_of(wire):
        return ""
    assert isinstance(wire, model.Digits)
    assert isinstance(wire.size, model.FixedSize)
    begins, size = _TABLED.get(wire.notation), wire.size.bytes
    written = what == "DIGITS" and wire.lower
    return "" if begins is None or written or size > _LONGEST else f"{begins}{what}_{size}"


def held_by(wire: model.Wire) -> tuple[int, int]:
    """Least and largest raw number that such digits hold."""
    assert isinstance(wire, model.Digits)
    assert isinstance(wire.size, model.FixedSize)
    base, size = wire.base, wire.size.bytes
    low = 1 - base ** (size - 1) if wire.notation == "int" else 0
    return low, base ** (size - wire.plus) - 1


def takes_fractions(wire: model.Wire, format_: str) -> bool:
    """Whether it would write what is no whole number: cut off, or out of a table."""
    return format_.endswith("d") or bool(table_of(wire, "DIGITS"))
