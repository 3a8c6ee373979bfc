"""Blanks that fit: what stands in an answer for what nobody gave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T", list[Any], str, bytes)

_MOST = 65536


def wanted(**rules: Callable[[Any], Any]) -> dict[str, Callable[[Any], Any]]:
    """What stands for each field, by the message it is in."""
    return rules


def repeated(unit: T, count: int) -> T:
    """As many blanks as are wanted, of which no message holds more than this many."""
    return unit * min(int(count), _MOST)
