"""Functions of the conversation: generated tables write `lambda x: fn.number(x.answer) > 3`.

What is computed from no value is no value: `protoc.runtime.scope.NOTHING`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sized
from typing import Any

from protoc.runtime.scope import NOTHING

_TEXTS = (str, bytes, bytearray)
_MOST_PLACES = 64


def present(value: Any) -> bool:
    """Whether there is a value."""
    return value is not NOTHING


def number(value: Any) -> Any:
    """The number that a text says; no value when it says none. Numbers stay as they are."""
    if not isinstance(value, _TEXTS):
        return value
    text = value if isinstance(value, str) else bytes(value).decode("latin-1")
    for kind in (int, float):
        try:
            found = kind(text.strip().replace("_", "?"))
        except ValueError:
            continue
        return found if math.isfinite(found) else NOTHING
    return NOTHING


def whole(value: Any) -> Any:
    """The whole number that is no larger: what bits are taken of."""
    value = number(value)
    return math.floor(value) if isinstance(value, float) else value


def real(value: Any) -> Any:
    """The number that is raised to a power: powers of whole numbers could grow for ever."""
    value = number(value)
    return float(value) if isinstance(value, int) else value


def places(value: Any) -> Any:
    """How far bits are moved; no value for more than 64 places."""
    value = whole(value)
    return value if isinstance(value, int) and 0 <= value <= _MOST_PLACES else NOTHING


def length(value: Any) -> Any:
    """Characters of a text, bytes, or items of a list."""
    return len(value) if isinstance(value, Sized) else NOTHING


def md5(value: Any) -> Any:
    """The MD5 digest of a text in UTF-8, or of bytes, in lower-case hexadecimal digits."""
    return _digest("md5", value)


def sha1(value: Any) -> Any:
    """The SHA-1 digest, as `md5`."""
    return _digest("sha1", value)


def sha256(value: Any) -> Any:
    """The SHA-256 digest, as `md5`."""
    return _digest("sha256", value)


def _digest(algorithm: str, value: Any) -> Any:
    if isinstance(value, int | float):
        value = str(value)
    if not isinstance(value, _TEXTS):
        return NOTHING
    data = value.encode() if isinstance(value, str) else bytes(value)
    return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()
