"""Derived values: lengths, checksums and copies, from formulas to what they measure."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.extents import Drawer
from protoc.compiler.resolve.formulas import Formula
from protoc.compiler.resolve.lets import untold
from protoc.compiler.resolve.measures import with_size
from protoc.compiler.resolve.rings import has_ring, told_by_length
from protoc.compiler.resolve.scope import Scope, Unresolved


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
    elements = told_by_length(model.rebuilt(elements, lambda e: fields.get(e.key, e)))
    whole = whole and not has_ring(scope, elements, drawers)
    return elements, whole and not untold(scope, elements)


def _origin(value: model.Expression) -> model.Origin:
    """Who gives a value: the rest of the message, or the request it answers."""
    if any(isinstance(part, model.Asked) for part in model.every(value)):
        return model.Echoed(value)
    return model.Derived(value, "value")


def _reasoned(field: model.Field, fields: dict[str, model.Field]) -> model.Field:
    """A derived value as its field holds it, and why it is rejected."""
    if not isinstance(field.origin, model.Derived):
        return field
    reasons = _reasons(field.origin.expression, fields, set())
    reason: Literal["length", "crc", "value"] = (
        "crc" if "crc" in reasons else "length" if "length" in reasons else "value"
    )
    value = _cut(field.origin.expression, field.wire, measured=reason == "length")
    return replace(field, origin=model.Derived(value, reason))


def _cut(value: model.Expression, wire: model.Wire, *, measured: bool) -> model.Expression:
    """Arithmetic with other fields, cut to the width of a binary field as checks are.

    Lengths and numbers of items must fit as they are; of one that stands elsewhere (`measured`)
    only what is turned round, which never would, is cut.
    """
    measures = (model.Length, model.Count, model.Present, model.Checksum, model.Asked)
    if not isinstance(value, model.Operation):
        return value
    if not isinstance(wire, model.Integer | model.Slice) or getattr(wire, "decimal", False):
        return value
    parts = list(model.every(value))
    if any(isinstance(part, measures) for part in parts):
        return value
    turned = any(isinstance(e, model.Operation) and len(e.operands) == 1 for e in parts)
    if measured and not turned:
        return value
    *_, limit = value.operands
    bits = wire.width if isinstance(wire, model.Slice) else 8 * wire.width
    most = (1 << bits) - 1
    if value.operator == "&" and isinstance(limit, model.Value) and limit.value == most:
        return value
    cut = model.Operation("&", (value, model.Value(most)))
    if not wire.signed:
        return cut
    sign = model.Value(most + 1 >> 1)
    return model.Operation("-", (model.Operation("^", (cut, sign)), sign))


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
