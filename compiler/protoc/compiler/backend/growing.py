"""Derived values whose own bytes depend on them."""

from __future__ import annotations

from protoc.compiler import model
from protoc.compiler.resolve.measures import fixed_size
from protoc.compiler.resolve.sizes import covered


def grows(field: model.Field, owner: model.Message | model.Record) -> bool:
    """Whether a length measures its own digits, which are as many as it takes."""
    return field.key in _needs(field, owner)


def _needs(field: model.Field, owner: model.Message | model.Record) -> set[str]:
    """The fields whose values, or whose digits where these vary, a value is computed from."""
    assert isinstance(field.origin, model.Derived)
    found: set[str] = set()
    for part in model.every(field.origin.expression):
        if isinstance(part, model.Own):
            found.add(part.path[0])
        elif isinstance(part, model.Length):
            inside = model.walk(covered(owner.elements, part.extent))
            found |= {e.key for e in inside if varies(e)}
    return found


def varies(element: model.Element) -> bool:
    """Whether the bytes of a derived value depend on the value."""
    return (
        isinstance(element, model.Field)
        and isinstance(element.origin, model.Derived)
        and fixed_size(element) is None
    )
