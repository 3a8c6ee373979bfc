"""What stands on a line: what ends it cannot stand in any of its elements."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.measures import size_of


def on_line(elements: tuple[model.Element, ...], end: model.Constant) -> tuple[model.Element, ...]:
    """The elements of a line: what ends it cannot stand in any of them."""
    return model.rebuilt(elements, partial(_without, end))


def _without(end: model.Constant, element: model.Element) -> model.Element:
    """An element without the end of its line in it."""
    if not isinstance(element, model.Field):
        return element
    wire = element.wire
    if isinstance(wire, model.Nested):
        record = replace(wire.record, elements=on_line(wire.record.elements, end))
        return replace(element, wire=replace(wire, record=record))
    if isinstance(wire, model.Items):
        item = _without(end, wire.item)
        assert isinstance(item, model.Field)
        return replace(element, wire=replace(wire, item=item))
    size = size_of(element)
    found = (
        isinstance(size, model.UntilNext)
        and not size.between
        and any(
            isinstance(t, model.Constant) and t.alternatives == end.alternatives
            for t in size.targets
        )
    )
    if found or not isinstance(wire, model.Text | model.Raw):
        return element
    return replace(element, forbidden=(*element.forbidden, *end.alternatives))
