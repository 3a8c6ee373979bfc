"""Values in examples: as they are written, compared with what was decoded, and shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from protoc.compiler import model
from protoc.compiler.backend.naming import attribute

_LONGEST_SHOWN = 24


def value_of(expression: model.Expression) -> Any:
    """What is written behind `field=`: a plain value; objects are dictionaries."""
    match expression:
        case model.Value(value):
            return value
        case model.Object(entries):
            return {name: value_of(each) for name, each in entries}
        case model.Listed(items):
            return [value_of(each) for each in items]
        case _:
            return None


def difference(path: str, given: Any, got: Any) -> tuple[str, Any, Any] | None:
    """The first part that differs: its path, what was given, what is there."""
    if isinstance(given, dict):
        for name, value in given.items():
            part = getattr(got, attribute(name), None)
            found = difference(f"{path}.{name}", value, part)
            if found is not None:
                return found
        return None
    if isinstance(given, list) and isinstance(got, Sequence) and len(given) == len(got):
        pairs = zip(given, got, strict=True)
        parts = (difference(f"{path}[{i}]", *pair) for i, pair in enumerate(pairs))
        return next((part for part in parts if part is not None), None)
    return None if _equal(given, got) else (path, given, got)


def _equal(given: Any, got: Any) -> bool:
    label = getattr(got, "label", None)
    if isinstance(given, str) and label is not None:
        return bool(given == label)
    if isinstance(given, str) and isinstance(got, bytes):
        return given.encode() == got
    if isinstance(got, float) and isinstance(given, int | float):
        # as near as the 32 bits of a short float are
        return math.isclose(given, got, rel_tol=1e-7, abs_tol=1e-12)
    return bool(given == got)


def shown(value: Any) -> str:
    """A value as it is written in a description."""
    label = getattr(value, "label", None)
    if label is not None:
        return str(label)
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(value)
        more = " …" if len(data) > _LONGEST_SHOWN else ""
        return f'x"{data[:_LONGEST_SHOWN].hex(" ").upper()}"{more}' if data else "nothing"
    if isinstance(value, str):
        return value if value.isprintable() and value else ascii(value)
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}={shown(each)}' for name, each in value.items())}}}"
    if (names := getattr(value, "__struct_fields__", None)) is not None:
        return shown({name: getattr(value, name) for name in names})
    if isinstance(value, Sequence):
        return f"[{', '.join(map(shown, value))}]"
    return str(value)
