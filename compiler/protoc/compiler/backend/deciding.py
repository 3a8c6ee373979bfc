"""When a derived value can be told right or wrong: as soon as the bytes are there that show it.

A check waits for the constant behind it. Where that does not stand the message ends elsewhere, and
other bytes would have been checked than were meant.

The declarative layout finds out the same for itself (`protoc.runtime.declarative.deciding`).
"""

from __future__ import annotations

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.backend.plan import Enter, Leave, Literal, Step, size_of

Decided = dict[int, list[tuple[model.Field, model.Expression]]]
"""By the place of a step in its row, what is decided when it has been read: fields, and what each
must hold."""


def decided(row: list[Step]) -> Decided:
    """What is decided where in a row of steps; what stands in a sized stretch waits for its end."""
    depths = _depths(row)
    places = _places(row, depths)
    found: Decided = {}
    for i, step in enumerate(row):
        if not isinstance(step, model.Field) or depths[i]:
            continue
        if isinstance(step.origin, model.Derived):
            expression, at = step.origin.expression, i
            if (size := _measured(expression, row)) is not None:
                expression = size
            else:
                at = max([i, *(places.get(name, i) for name in _needs(expression))])
            at = _closed(row, at) if step.origin.reason == "crc" else at
            found.setdefault(at, []).append((step, expression))
    return found


def _closed(row: list[Step], at: int) -> int:
    """The last of the constants that stand directly behind a step, or the step itself."""
    for i in range(at + 1, len(row)):
        if isinstance(row[i], Literal | model.LinkEnd):
            at = i
        elif _size(row[i]) != 0:
            break
    return at


def _measured(expression: model.Expression, row: list[Step]) -> model.Expression | None:
    """A length over what always has the same size, as a number; None for everything else."""
    if isinstance(expression, model.Value):
        return expression
    if isinstance(expression, model.Operation):
        operands = [_measured(operand, row) for operand in expression.operands]
        known = tuple(operand for operand in operands if operand is not None)
        return replace(expression, operands=known) if len(known) == len(operands) else None
    if not isinstance(expression, model.Length):
        return None
    extent = expression.extent
    last = extent.last if extent.until is None else extent.until
    keys = [_key(step) for step in row]
    if extent.first not in keys or last not in keys:
        return None
    end = keys.index(last) if extent.until is not None else len(keys) - keys[::-1].index(last)
    sizes = [_size(step) for step in row[keys.index(extent.first) : end]]
    told = [size for size in sizes if size is not None]
    return model.Value(sum(told)) if len(told) == len(sizes) else None


def _size(step: Step) -> int | None:
    """The bytes of a step that needs nobody to tell it how many it has."""
    if isinstance(step, Enter | Leave):
        return 0 if step.region.size is None else None
    if isinstance(step, model.Branch | model.Coded | model.LinkEnd):
        return None
    if isinstance(step, model.Field) and isinstance(step.wire, model.Nested):
        return None
    return size_of(step)


def _depths(row: list[Step]) -> list[int]:
    """In how many sized stretches each step stands."""
    depths, depth = [], 0
    for step in row:
        if isinstance(step, Leave) and step.region.size is not None:
            depth -= 1
        depths.append(depth)
        if isinstance(step, Enter) and step.region.size is not None:
            depth += 1
    return depths


def _places(row: list[Step], depths: list[int]) -> dict[str, int]:
    """Behind which step everything under a name has been read."""
    places: dict[str, int] = {}
    for i, step in enumerate(row):
        end = i
        if depths[i] or (isinstance(step, Enter) and step.region.size is not None):
            end = next(j for j in range(i + 1, len(row)) if not depths[j])
        for name in _names(step):
            places[name] = end
    return places


def _names(step: Step) -> set[str]:
    """What expressions call a step, and all that is in it."""
    if isinstance(step, Enter | Leave):
        return {step.region.key}
    found = {_key(step)}
    inside = model.walk((step,)) if isinstance(step, _ELEMENTS) else []
    for element in inside:
        found.add(element.key)
        if isinstance(element, model.Field) and element.name is not None:
            found.add(element.name)
    return {name.partition("~")[0] for name in found}


_ELEMENTS = model.Field | model.Branch | model.Coded | model.LinkEnd | model.Filler


def _key(step: Step) -> str:
    return step.region.key if isinstance(step, Enter | Leave) else step.key


def _needs(expression: model.Expression) -> set[str]:
    """The names of what must have been read to compute an expression."""
    found: set[str] = set()
    for part in model.every(expression):
        if isinstance(part, model.Own):
            found.add(part.path[0])
        elif isinstance(part, model.Count):
            found.add(part.key)
        elif isinstance(part, model.Present | model.Joined):
            found.add(part.name)
    plains = model.plains(expression)
    found |= {plain.coded for plain in plains}
    for extent in (*model.extents(expression), *(plain.extent for plain in plains)):
        found |= {key for key in (extent.first, extent.last, extent.until) if key is not None}
    return {name.partition("~")[0] for name in found}
