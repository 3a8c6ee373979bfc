"""Values without bytes: computed from others of the object, `let kwh = pulses / 1000`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from protoc.runtime.errors import EncodeError
from protoc.runtime.messages import Message, Part

COMPUTED: Any = None
"""What is said of a value that nobody gives; it is computed as soon as the object is made."""


def lets(**rules: Callable[[Any], Any]) -> Mapping[str, Callable[[Any], Any]]:
    """How values are computed, by the object."""
    return rules


def computed(owner: Message | Part) -> None:
    """Compute what nobody gave."""
    for name, rule in owner.LETS.items():
        if getattr(owner, name) is None:
            setattr(owner, name, worth(rule, owner))


def agreed(owner: Message | Part) -> None:
    """What is computed from others is still what it would be now.

    Raises:
        EncodeError: a value was given, or another one changed, so that they do not agree.
    """
    for name, rule in owner.LETS.items():
        given, there = getattr(owner, name), worth(rule, owner)
        if there is not None and not same(given, there):
            raise EncodeError(owner.NAME, name, f"{there!r}, which is computed", given)


def worth(rule: Callable[[Any], Any], of: Any) -> Any:
    """What a formula gives; None where it has no value, or nothing to compute it from."""
    try:
        value = rule(of)
    except (TypeError, ValueError, ArithmeticError, AttributeError, KeyError):
        return None
    return None if isinstance(value, complex) else value


def same(value: Any, other: Any) -> bool:
    """Whether two values are one, but for how they were rounded."""
    if isinstance(value, float) and isinstance(other, int | float):
        alike = math.isclose(value, other, rel_tol=1e-9)
        return alike or (math.isnan(value) and math.isnan(other))
    return bool(value == other)
