"""Conversions by a formula."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite, log10
from typing import Any

from protoc.runtime.errors import DecodeError

__all__ = ["Via", "exp10", "log10"]


def exp10(number: float) -> float:
    """10 to the power of a number."""
    return float(10.0**number)


class Via:
    """A value that is a formula of the raw number.

    Args:
        forth: from the raw number to the value.
        back: from the value to the raw number; None when it can only be read: then only what 0
            stands for can be written.
    """

    __slots__ = ("_back", "_forth")

    def __init__(
        self, forth: Callable[[Any], Any], back: Callable[[Any], Any] | None = None
    ) -> None:
        self._forth = forth
        self._back = back

    def value(self, raw: float, message: str, field: str, offset: int, size: int) -> float:
        """The value of a raw number.

        Raises:
            DecodeError: it has none.
        """
        value = self.of(raw)
        if value is None:
            raise DecodeError("value", message, field, offset, "what has a value", raw, size)
        return value

    def of(self, raw: float) -> float | None:
        """The value of a raw number; None where it has none."""
        try:
            value = self._forth(raw)
        except (ArithmeticError, ValueError):
            return None
        return value if isinstance(value, int | float) and isfinite(value) else None

    def raw(self, value: float, whole: bool) -> Any:
        """The raw number of a value, rounded where raw numbers are whole.

        Raises:
            ValueError: it has none.
        """
        raw = self._back(value) if self._back is not None else 0
        # without a way back only one number is known
        if isinstance(raw, complex) or (self._back is None and value != self.of(0)):
            raise ValueError("a value that can only be read")
        if not isfinite(raw) or self.of(raw := round(raw) if whole else float(raw)) is None:
            raise ValueError("a value that is read back")
        return raw
