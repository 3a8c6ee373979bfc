"""Which of the values of a message did not fit."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from protoc.runtime.errors import EncodeError

if TYPE_CHECKING:
    from protoc.runtime.messages import Message, Part

UNFIT = (struct.error, TypeError, ArithmeticError, ValueError, AttributeError)
"""What goes wrong inside an encoder when a value does not fit."""


def unfit(
    message: Message | Part, error: Exception, limits: Mapping[str, tuple[float, float]]
) -> EncodeError:
    """The error for a value that did not fit, found by looking at all of them.

    Args:
        message: what was to be encoded, or the part of it.
        error: what went wrong.
        limits: least and largest value of each number, by path.
    """
    if not isinstance(error, EncodeError):
        found = _beyond(message, limits)
        error = found or EncodeError(message.NAME, "", f"values that fit ({error})", message)
    elif error.part is not None:
        path = f"{_place(message, error.part)}.{error.field}"
        error = EncodeError(message.NAME, path, error.expected, error.got)
    if not message.NAME:
        error.part = message
    return error


def _beyond(
    message: Message | Part, limits: Mapping[str, tuple[float, float]]
) -> EncodeError | None:
    """The first value beyond its limits; one that is not given is blamed last."""
    absent: EncodeError | None = None
    for path, (low, high) in limits.items():
        value: Any = message
        for name in path.split("."):
            value = getattr(value, name, None)
        whole = isinstance(low, int) and isinstance(high, int)
        kind = int if whole else int | float
        if not isinstance(value, kind):
            number = "a whole number" if whole else "a number"
            error = EncodeError(message.NAME, path, f"{number}, {low}..{high}", value)
            if value is not None:
                return error
            absent = absent or error
        elif not low <= value <= high:
            return EncodeError(message.NAME, path, f"{low}..{high}", value)
    return absent


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
