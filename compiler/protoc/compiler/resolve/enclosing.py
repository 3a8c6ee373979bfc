"""What a length encloses as a whole: elements that end where it says, and nowhere by themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.measures import fixed_size, total_size
from protoc.compiler.resolve.scope import Scope, Unresolved
from protoc.compiler.resolve.sizes import covered, drives, inverted, lengths, most, plus

Elements = tuple[model.Element, ...]
Settled = tuple[Elements, bool]


def settled_in(scope: Scope, elements: Elements, settle: Callable[[Elements], Settled]) -> Settled:
    """Elements with every size settled; where they do not end so, in what lengths enclose.

    Args:
        scope: the names around.
        elements: those of a message or record.
        settle: settles them, and tells whether the line must say where they end.
    """
    before = list(scope.diagnostics)
    try:
        found, failure = settle(elements), None
        if not found[1]:
            return found
    except Unresolved as error:
        found, failure = (elements, False), error
    if scope.explicit:  # lengths are told and compared step by step
        if failure is not None:
            raise failure
        return found
    said = list(scope.diagnostics)
    scope.diagnostics.forget(lambda diagnostic: diagnostic not in before)
    try:
        inside = _enclosed(scope, elements)
        if inside != elements and not (tried := settle(inside))[1]:
            return tried
    except Unresolved:
        scope.diagnostics.forget(lambda diagnostic: diagnostic not in before)
    for diagnostic in said:
        scope.diagnostics.add(diagnostic)
    if failure is not None:
        raise failure
    return found


def _enclosed(scope: Scope, elements: Elements) -> Elements:
    """The elements, with a region around what a length measures and gives no size to."""
    for field in [e for e in model.walk(elements) if isinstance(e, model.Field)]:
        if not isinstance(field.origin, model.Derived):
            continue
        order = [element.key for element in model.walk(elements)]
        if drives(elements, field.origin.expression, order):
            continue
        for length in lengths(field.origin.expression):
            found = _within(scope, elements, field, length, elements)
            for region in [e for e in model.walk(found) if e.key not in order]:
                renamed = partial(_renamed, field=field, length=length, region=region)
                found = model.rebuilt(found, renamed)
            elements = found
    return elements


def _renamed(
    element: model.Element, *, field: model.Field, length: model.Length, region: model.Element
) -> model.Element:
    """The length with the region as what it ends with."""
    if element.key != field.key or not isinstance(element, model.Field):
        return element
    assert isinstance(element.origin, model.Derived)
    expression = _ending(element.origin.expression, length, region)
    return replace(element, origin=replace(element.origin, expression=expression))


def _ending(
    expression: model.Expression, length: model.Length, region: model.Element
) -> model.Expression:
    if isinstance(expression, model.Operation):
        operands = tuple(_ending(operand, length, region) for operand in expression.operands)
        return replace(expression, operands=operands)
    if expression != length:
        return expression
    (row,) = model.parts(region)
    whole = row[0].key == length.extent.first
    return model.Length(model.Extent(region.key if whole else length.extent.first, region.key))


def _within(
    scope: Scope, row: Elements, field: model.Field, length: model.Length, whole: Elements
) -> Elements:
    """A row, or one in it, with a region around what a length measures."""
    keys = [element.key for element in row]
    extent = length.extent
    last = extent.last if extent.until is None else extent.until
    if extent.first in keys and last in keys:
        begin, end = keys.index(extent.first), keys.index(last) + (extent.until is None)
        return _surrounded(scope, row, field, length, (begin, end), whole)
    return tuple(
        model.with_parts(
            element,
            tuple(_within(scope, inner, field, length, whole) for inner in model.parts(element)),
        )
        if model.parts(element)
        else element
        for element in row
    )


def _surrounded(
    scope: Scope,
    row: Elements,
    field: model.Field,
    length: model.Length,
    ends: tuple[int, int],
    whole: Elements,
) -> Elements:
    """A row with a region around some of its elements, those behind the length itself."""
    first, end = ends
    order = [element.key for element in model.walk(whole)]
    begin = next((i for i in range(first, end) if _is_behind(row[i], field, order)), end)
    inside = row[begin:end]
    if not inside or total_size(inside) is not None:
        return row
    front = row[first:begin]
    known = order[: order.index(inside[0].key)]
    size = inverted(scope, field, length, known, most(covered(whole, length.extent)))
    sizes = [fixed_size(element) for element in front]
    if None not in sizes:
        size = plus(size, -sum(each or 0 for each in sizes))
    else:
        measured = model.Extent(length.extent.first, None, inside[0].key)
        size = model.Operation("-", (size, model.Length(measured)))
    key = f"{field.name}_bytes"
    while key in order:
        key += "_"
    region = model.Region(key, inside, model.GivenSize(size), field.span)
    return (*row[:begin], region, *row[end:])


def _is_behind(element: model.Element, field: model.Field, order: list[str]) -> bool:
    """Whether an element stands behind a length, and has bytes of its own."""
    is_bits = isinstance(element, model.Field) and isinstance(element.wire, model.Slice)
    return not is_bits and order.index(element.key) > order.index(field.key)
