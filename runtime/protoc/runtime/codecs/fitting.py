"""Which of the values of a message did not fit."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from protoc.runtime.errors import EncodeError

if TYPE_CHECKING:
    from protoc.runtime.messages import Message

UNFIT = (struct.error, TypeError, ArithmeticError, ValueError, AttributeError)
"""What goes wrong inside an encoder when a value does not fit."""


def unfit(
    message: Message, error: Exception, limits: Mapping[str, tuple[float, float]]
) -> Exception:
    """The error for a value that did not fit, found by looking at all of them.

    Args:
        message: what was to be encoded.
        error: what went wrong.
        limits: least and largest value of each number, by path.
    """
    if isinstance(error, EncodeError):
        return error
    for path, (low, high) in limits.items():
        value: Any = message
        for name in path.split("."):
            value = getattr(value, name, None)
        whole = isinstance(low, int) and isinstance(high, int)
        kind = int if whole else int | float
        if not isinstance(value, kind):
            number = "a whole number" if whole else "a number"
            return EncodeError(message.NAME, path, f"{number}, {low}..{high}", value)
        if not low <= value <= high:
            return EncodeError(message.NAME, path, f"{low}..{high}", value)
    return EncodeError(message.NAME, "", f"values that fit ({error})", message)
