"""What answers repeat of their requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def echoes(**rules: Callable[[Any, Any], Any]) -> Mapping[str, Callable[[Any, Any], Any]]:
    """What fields of an answer must hold, by the request and the answer."""
    return rules
