"""Which of the values of a message did not fit."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

from protoc.runtime.errors import EncodeError

if TYPE_CHECKING:
    from protoc.runtime.messages import Message, Part

UNFIT = (struct.error, TypeError, ArithmeticError, ValueError, LookupError, AttributeError)
"""What goes wrong inside an encoder when a value does not fit."""


def nearest(value: float, divisor: int) -> int:
    """The whole number nearest to a quotient; of a whole number to its last digit."""
    return round(Fraction(value, divisor) if isinstance(value, int) else value / divisor)


Fit = tuple[float, ...] | str
"""What a value must be: a number in limits, text in an encoding, bytes (`()`)."""


def unfit(message: Message | Part, error: Exception, fits: Mapping[str, Fit]) -> EncodeError:
    """The error for a value that did not fit, found by looking at all of them.

    Args:
        message: what was to be encoded, or the part of it.
        error: what went wrong.
        fits: what each value must be, by path.
    """
    if not isinstance(error, EncodeError):
        found = _beyond(message, fits)
        if found is not None and found.got is None and not hasattr(message, found.field):
            found = _computed(message, found)
        error = found or EncodeError(message.NAME, "", f"values that fit ({error})", message)
    elif error.part is not None:
        path = f"{_place(message, error.part)}.{error.field}"
        error = EncodeError(message.NAME, path, error.expected, error.got)
    if not message.NAME:
        error.part = message
    return error


def _beyond(message: Message | Part, fits: Mapping[str, Fit]) -> EncodeError | None:
    """The first value that does not fit; one that is not given is blamed last."""
    absent: EncodeError | None = None
    for path, fit in fits.items():
        value: Any = message
        for name in path.split("."):
            value = getattr(value, name, None)
        wrong = _wrong(value, fit)
        if wrong:
            error = EncodeError(message.NAME, path, wrong, value)
            if value is not None:
                return error
            absent = absent or error
    return absent


def _computed(message: Message | Part, error: EncodeError) -> EncodeError:
    """The error with the value that was computed, a length perhaps: nobody gave it."""
    construct = getattr(message, "construct", None)
    try:
        if construct is not None:
            construct.declarative.build(message)
    except EncodeError as told:
        if told.field == error.field:
            expected = error.expected.removeprefix("a whole number, ")
            return EncodeError(message.NAME, error.field, expected, told.got)
    return error


def _wrong(value: Any, fit: Fit) -> str:
    """What a value should be and is not; empty when it fits."""
    if isinstance(fit, str):
        return _wrong_text(value, fit)
    if not fit:
        return "" if isinstance(value, bytes | bytearray | memoryview) else "bytes"
    low, high = fit
    whole = isinstance(low, int) and isinstance(high, int)
    if not isinstance(value, int if whole else int | float):
        return f"{'a whole number' if whole else 'a number'}, {low}..{high}"
    return "" if low <= value <= high else f"{low}..{high}"


def _wrong_text(value: Any, encoding: str) -> str:
    if not isinstance(value, str):
        return "text"
    try:
        value.encode(encoding)
    except UnicodeEncodeError as error:
        return f"characters of {encoding}, not {value[error.start]!r}"
    return ""


def _place(message: Message | Part, part: object) -> str:
    """Where a part stands in a message: the name of a field, or an item of a list."""
    for name in message.__struct_fields__:
        value = getattr(message, name)
        if value is part:
            return name
        if isinstance(value, list):
            for i, item in enumerate(cast(list[object], value)):
                if item is part:
                    return f"{name}[{i}]"
    return ""
