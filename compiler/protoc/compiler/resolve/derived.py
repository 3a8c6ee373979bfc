"""Derived values: lengths, checksums and copies, from formulas to what they measure."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.extents import Drawer
from protoc.compiler.resolve.formulas import Formula
from protoc.compiler.resolve.lets import untold
from protoc.compiler.resolve.rings import has_ring
from protoc.compiler.resolve.scope import Scope, Unresolved
from protoc.compiler.resolve.types import with_size


def draw(
    scope: Scope, elements: tuple[model.Element, ...], drawers: list[Drawer]
) -> tuple[tuple[model.Element, ...], bool]:
    """The elements with their derived values and written sizes, and whether all have a meaning."""
    whole = True
    fields = {e.key: e for e in model.walk(elements) if isinstance(e, model.Field)}
    for drawer in drawers:
        try:
            value = Formula(scope, drawer, elements, fields).drawn()
        except Unresolved:
            whole = False
            continue
        known = fields.get(drawer.key)
        if known is None:  # its own statement has no meaning
            continue
        if drawer.role == "size":
            fields[drawer.key] = replace(
                known, wire=with_size(known.wire, model.GivenSize(value, written=True))
            )
        else:
            fields[drawer.key] = replace(known, origin=_origin(value))
    fields |= {key: _reasoned(field, fields) for key, field in fields.items()}
    elements = model.rebuilt(elements, lambda e: fields.get(e.key, e))
    whole = whole and not has_ring(scope, elements, drawers)
    return elements, whole and not untold(scope, elements)


def _origin(value: model.Expression) -> model.Origin:
    """Who gives a value: the rest of the message, or the request it answers."""
    if any(isinstance(part, model.Asked) for part in model.every(value)):
        return model.Echoed(value)
    return model.Derived(value, "value")


def _reasoned(field: model.Field, fields: dict[str, model.Field]) -> model.Field:
    """A derived value, and why it is rejected."""
    if not isinstance(field.origin, model.Derived):
        return field
    reasons = _reasons(field.origin.expression, fields, set())
    reason: Literal["length", "crc", "value"] = (
        "crc" if "crc" in reasons else "length" if "length" in reasons else "value"
    )
    return replace(field, origin=replace(field.origin, reason=reason))


def _reasons(value: model.Expression, fields: dict[str, model.Field], seen: set[str]) -> set[str]:
    """What a difference may be called: the checks of a copy are those of its original."""
    found: set[str] = set()
    for part in model.every(value):
        if isinstance(part, model.Checksum):
            found.add("crc")
        elif isinstance(part, model.Length):
            found.add("length")
        elif isinstance(part, model.Own) and part.path[0] in fields and part.path[0] not in seen:
            seen.add(part.path[0])
            origin = fields[part.path[0]].origin
            if isinstance(origin, model.Derived):
                found |= _reasons(origin.expression, fields, seen)
    return found
