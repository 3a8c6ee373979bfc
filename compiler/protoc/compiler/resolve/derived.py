"""Derived values: lengths, checksums and copies, from formulas to what they measure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.extents import Drawer
from protoc.compiler.resolve.formulas import Formula
from protoc.compiler.resolve.lets import untold
from protoc.compiler.resolve.scope import Scope, Unresolved
from protoc.compiler.resolve.sizes import covered
from protoc.compiler.resolve.types import fixed_size, total_size, with_size


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
            fields[drawer.key] = replace(known, origin=_origin(value, fields))
            whole = whole and not _is_check_in_bits(scope, fields[drawer.key], drawer)
    elements = model.rebuilt(elements, lambda e: fields.get(e.key, e))
    whole = whole and not _has_ring(scope, elements, drawers)
    whole = whole and not _is_unmeasured(scope, elements)
    whole = whole and not untold(scope, elements)
    return elements, whole and not _grows(scope, elements)


def _is_check_in_bits(scope: Scope, field: model.Field, drawer: Drawer) -> bool:
    """Whether a check stands in bits, which are there before anything can be computed of bytes."""
    is_check = isinstance(field.origin, model.Derived) and field.origin.reason == "crc"
    if is_check and isinstance(field.wire, model.Slice):
        scope.fail(
            "E0303",
            "a check needs bytes of its own",
            drawer.expression.span,
            "the other bits of this integer could stand among the bytes it covers",
            help="take a field of whole bytes, or read the bits and compare them in your own code",
        )
        return True
    return False


def _is_unmeasured(scope: Scope, elements: tuple[model.Element, ...]) -> bool:
    """Whether a length measures a branch that is written after it: one with a check in it."""
    for inside in _measured(elements):
        for element in model.walk(inside):
            if isinstance(element, model.Branch) and _is_late(element):
                scope.unsupported(
                    "a check beside fields of any size, where it stands only sometimes",
                    element.span,
                    "put it behind them, outside of the branch, or give the fields sizes",
                )
                return True
    return False


def _measured(elements: tuple[model.Element, ...]) -> Iterator[tuple[model.Element, ...]]:
    """What lengths measure, and what has a largest size."""
    for element in model.walk(elements):
        if isinstance(element, model.Region) and element.longest is not None:
            yield element.elements
        if isinstance(element, model.Field) and isinstance(element.origin, model.Derived):
            for part in model.every(element.origin.expression):
                if isinstance(part, model.Length):
                    yield covered(elements, part.extent)


def _is_late(branch: model.Branch) -> bool:
    """Whether a branch needs the frame in front of it, and nothing tells its size beforehand."""
    checks = any(
        isinstance(e, model.Field)
        and isinstance(e.origin, model.Derived)
        and e.origin.reason == "crc"
        for e in model.walk((branch,))
    )
    return checks and any(total_size(arm.elements) is None for arm in branch.arms)


def _grows(scope: Scope, elements: tuple[model.Element, ...]) -> bool:
    """Whether a check has as many digits as it takes and yet stands in front of what it covers."""
    keys = [e.key for e in model.walk(elements)]
    for field in model.walk(elements):
        if not isinstance(field, model.Field) or not isinstance(field.origin, model.Derived):
            continue
        covers = [
            e for c in model.checksums(field.origin.expression) for e in model.covered(c.data)
        ]
        ends = [keys.index(extent.last) for extent in covers if extent.last is not None]
        if fixed_size(field) is None and any(end > keys.index(field.key) for end in ends):
            scope.unsupported(
                "a check of any number of digits in front of what it covers",
                field.span,
                "say how many digits it has: dec[3], hex[2] …",
            )
            return True
    return False


def _origin(value: model.Expression, fields: dict[str, model.Field]) -> model.Origin:
    """Who gives a value: the rest of the message, or the request it answers."""
    if any(isinstance(part, model.Asked) for part in model.every(value)):
        return model.Echoed(value)
    return model.Derived(value, _reason(value, fields))


def _has_ring(scope: Scope, elements: tuple[model.Element, ...], drawers: list[Drawer]) -> bool:
    """Whether values are derived from each other, so that there is no first one to compute."""
    needs = {
        e.key: _needs(elements, e.origin.expression)
        for e in model.walk(elements)
        if isinstance(e, model.Field) and isinstance(e.origin, model.Derived)
    }
    needs |= _asking(elements)
    for drawer in drawers:
        reached: set[str] = set()
        waiting = [drawer.key]
        while waiting:
            new = needs.get(waiting.pop(), set()) - reached
            reached |= new
            waiting.extend(new)
        if drawer.role == "value" and drawer.key in reached:
            scope.fail(
                "E0308",
                f"`{drawer.key}` is derived from itself",
                drawer.expression.span,
                "leads back to this field",
                help=_way_out(elements, drawer),
            )
            return True
    return False


def _way_out(elements: tuple[model.Element, ...], drawer: Drawer) -> str:
    """What to do about a value that is derived from itself."""
    field = next(e for e in model.walk(elements) if e.key == drawer.key)
    assert isinstance(field, model.Field)
    assert isinstance(field.origin, model.Derived)
    for part in model.every(field.origin.expression):
        inside = covered(elements, part.extent) if isinstance(part, model.Length) else ()
        if any(drawer.key in names for names in _asking(inside).values()):
            return (
                "what a length measures cannot depend on it: who writes would not know what to "
                "write. Let another field say it, or write `optional`, which the bytes tell"
            )
    return "derive one of the fields from something else"


def _needs(elements: tuple[model.Element, ...], expression: model.Expression) -> set[str]:
    """The fields whose values an expression needs; a length needs sizes only."""
    found: set[str] = set()
    fields = [e for e in model.walk(elements) if isinstance(e, model.Field)]
    for part in model.every(expression):
        if isinstance(part, model.Own):
            field = model.named(fields, part.path)
            found |= {field[0].key} if field else set()
        elif isinstance(part, model.Checksum):
            for extent in model.covered(part.data):
                found |= {e.key for e in model.walk(covered(elements, extent))}
        elif isinstance(part, model.Length):
            found |= _asking(covered(elements, part.extent)).keys()
    return found


def _asking(elements: tuple[model.Element, ...]) -> dict[str, set[str]]:
    """What has another size when fields have other values, by key, and the keys of these fields."""
    found: dict[str, set[str]] = {}
    for element in model.walk(elements):
        asked: list[model.Expression | None] = []
        if isinstance(element, model.Branch):
            asked = [arm.when for arm in element.arms]
            inside = _asking(tuple(e for arm in element.arms for e in arm.elements))
            found[element.key] = set(inside)
        elif isinstance(element, model.Field) and isinstance(element.wire, model.Nested):
            asked = [*element.wire.arguments]
        elif isinstance(element, model.Field) and isinstance(element.wire, model.Items):
            item = element.wire.item.wire
            asked = [*item.arguments] if isinstance(item, model.Nested) else []
        own = [p for a in asked if a for p in model.every(a) if isinstance(p, model.Own)]
        found.setdefault(element.key, set()).update(part.path[0] for part in own)
    return {key: names for key, names in found.items() if names}


def _reason(
    value: model.Expression, fields: dict[str, model.Field]
) -> Literal["length", "crc", "value"]:
    """What a difference is called: the checks of a copy are those of its original."""
    reasons = set()
    for part in model.every(value):
        if isinstance(part, model.Checksum):
            reasons.add("crc")
        elif isinstance(part, model.Length):
            reasons.add("length")
        elif isinstance(part, model.Own) and part.path[0] in fields:
            origin = fields[part.path[0]].origin
            reasons.add(origin.reason if isinstance(origin, model.Derived) else "value")
    return "crc" if "crc" in reasons else "length" if "length" in reasons else "value"
