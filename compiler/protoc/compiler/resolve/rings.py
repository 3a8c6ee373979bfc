"""Values that are derived from each other, so that there is no first one to compute."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.extents import Drawer
from protoc.compiler.resolve.measures import fixed_size
from protoc.compiler.resolve.scope import Scope
from protoc.compiler.resolve.sizes import covered
from protoc.dsl.diagnostics import Label


def has_ring(scope: Scope, elements: tuple[model.Element, ...], drawers: list[Drawer]) -> bool:
    """Whether a value leads back to itself, which is an error."""
    needs = _every(elements)
    for drawer in drawers:
        if drawer.role == "value" and (way := _way(needs, drawer.key)):
            fields = [e for e in model.walk(elements) if isinstance(e, model.Field)]
            steps = [field for key in way for field in fields if field.key == key]
            scope.fail(
                "E0308",
                f"`{drawer.key}` is derived from itself",
                drawer.expression.span,
                "leads back to this field",
                labels=tuple(Label(step.span, "by way of this") for step in steps),
                help=_way_out(elements, drawer, steps),
            )
            return True
    return False


def told_by_length(elements: tuple[model.Element, ...]) -> tuple[model.Element, ...]:
    """Branches whose conditions follow from a length that measures them are told by what is given.

    That takes ways which have fields of their own, but for one.
    """
    needs = _every(elements)
    lengths: dict[str, set[str]] = {}
    for field in model.walk(elements):
        if isinstance(field, model.Field) and isinstance(field.origin, model.Derived):
            for part in model.every(field.origin.expression):
                if isinstance(part, model.Length):
                    inside = model.walk(covered(elements, part.extent))
                    lengths.setdefault(field.key, set()).update(e.key for e in inside)

    def told(element: model.Element) -> model.Element:
        if not isinstance(element, model.Branch) or element.how != "if":
            return element
        asked = _reached(needs, needs.get(element.key, set()))
        around = any(element.key in lengths.get(key, set()) for key in asked)
        return replace(element, given=around and _are_apart(element))

    return model.rebuilt(elements, told)


def _reached(needs: dict[str, set[str]], keys: set[str]) -> set[str]:
    """Keys, and all that lead on from them."""
    reached: set[str] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting += needs.get(key, set())
    return reached


def _are_apart(branch: model.Branch) -> bool:
    """Whether each way of a branch, but for one, has a field that is given for it alone."""
    needed = [
        {
            element.name
            for element in model.walk(arm.elements)
            if isinstance(element, model.Field)
            and isinstance(element.origin, model.Given)
            and element.name not in model.sometimes(arm.elements)
        }
        for arm in branch.arms
    ]
    alone = [
        names - set[str | None]().union(*(other for other in needed if other is not names))
        for names in needed
    ]
    return sum(not names for names in alone) <= 1


def _way(needs: dict[str, set[str]], key: str) -> list[str] | None:
    """The keys in between on the shortest way from a key back to itself; None without one."""
    waiting: list[list[str]] = [[]]
    reached: set[str] = set()
    while waiting:
        way = waiting.pop(0)
        for new in sorted(needs.get(way[-1] if way else key, set()) - reached):
            if new == key:
                return way
            reached.add(new)
            waiting.append([*way, new])
    return None


def _every(elements: tuple[model.Element, ...]) -> dict[str, set[str]]:
    """What must be known before each element can be written, by keys."""
    needs = _asking(elements)
    for element in model.walk(elements):
        if not isinstance(element, model.Field):
            continue
        if isinstance(element.wire, model.Slice):
            for host, _ in element.wire.pieces:
                needs.setdefault(host, set()).add(element.key)
        if isinstance(element.origin, model.Derived):
            needs.setdefault(element.key, set()).update(_needs(elements, element))
    return needs


def _needs(elements: tuple[model.Element, ...], field: model.Field) -> set[str]:
    """The keys of what a value needs; a length needs sizes only."""
    assert isinstance(field.origin, model.Derived)
    found: set[str] = set()
    fields = [e for e in model.walk(elements) if isinstance(e, model.Field)]
    for part in model.every(field.origin.expression):
        if isinstance(part, model.Own):
            original = model.named(fields, part.path)
            found |= {original[0].key} if original else set()
        elif isinstance(part, model.Checksum):
            plains = [plain.extent for plain in model.plains(part)]
            for extent in (*model.covered(part.data), *plains):
                found |= {e.key for e in model.walk(covered(elements, extent))}
        elif isinstance(part, model.Length):
            inside = covered(elements, part.extent)
            found |= _asking(inside).keys() | _sized_by_value(inside)
    return found


def _sized_by_value(elements: tuple[model.Element, ...]) -> set[str]:
    """What has to be there before its bytes can be counted."""
    found: set[str] = set()
    for element in model.walk(elements):
        if isinstance(element, model.Coded):
            found |= {inner.key for inner in model.walk(element.elements)}
        elif _is_check(element) and fixed_size(element) is None:
            found.add(element.key)
    return found


def _is_check(element: model.Element) -> bool:
    derived = isinstance(element, model.Field) and isinstance(element.origin, model.Derived)
    return derived and element.origin.reason == "crc"  # type: ignore[union-attr]


def _asking(elements: tuple[model.Element, ...]) -> dict[str, set[str]]:
    """What has another size when fields have other values, by key, and the keys of these fields."""
    found: dict[str, set[str]] = {}
    for element in model.walk(elements):
        asked: list[model.Expression | None] = []
        if isinstance(element, model.Branch) and not element.given:
            asked = [arm.when for arm in element.arms]
            inside = _asking(tuple(e for arm in element.arms for e in arm.elements))
            found[element.key] = set(inside)
        elif isinstance(element, model.Field) and isinstance(element.wire, model.Nested):
            asked = [*element.wire.arguments]
        elif isinstance(element, model.Field) and isinstance(element.wire, model.Items):
            item = element.wire.item.wire
            asked = [*item.arguments] if isinstance(item, model.Nested) else []
        if isinstance(element, model.Field) and element.also is not None:
            asked = [*asked, *element.also.arguments]
        own = [p for a in asked if a for p in model.every(a) if isinstance(p, model.Own)]
        found.setdefault(element.key, set()).update(part.path[0] for part in own)
    return {key: names for key, names in found.items() if names}


def _way_out(
    elements: tuple[model.Element, ...], drawer: Drawer, steps: Iterable[model.Field]
) -> str:
    """What to do about a value that is derived from itself."""
    field = next(e for e in model.walk(elements) if e.key == drawer.key)
    assert isinstance(field, model.Field)
    ring = [field, *steps]
    for each in ring:
        assert isinstance(each.origin, model.Derived) or each is not field
        if _is_check(each) and fixed_size(each) is None:
            return (
                f"the digits of `{each.name}` are counted by what it covers: say how many it has, "
                "dec[3], hex[2] …"
            )
    for each in ring:
        lengths = (
            model.every(each.origin.expression) if isinstance(each.origin, model.Derived) else ()
        )
        for part in lengths:
            inside = covered(elements, part.extent) if isinstance(part, model.Length) else ()
            if any(each.key in names for names in _asking(inside).values()):
                return (
                    "who writes would not know which way is meant: give each a field of its own, "
                    "let another field say it, or write `optional`, which the bytes tell"
                )
            if any(isinstance(e, model.Coded) for e in model.walk(inside)):
                return (
                    "how many coded bytes there are depends on what they stand for: measure inside "
                    "of the block, or what stands beside it"
                )
    return "derive one of the fields from something else"
