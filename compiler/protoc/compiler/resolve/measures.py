"""How many bytes elements have, as far as that is known."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from protoc.compiler import model

OPEN = model.UntilEnd(behind=-1)
"""Stands for the size of a field until the elements around it have settled where it ends."""


def with_size(wire: model.Wire, size: model.Size) -> model.Wire:
    """The same wire form with another size."""
    assert isinstance(wire, model.Sized | model.Nested | model.Items)
    return replace(wire, size=size)


def is_open(wire: model.Wire) -> bool:
    """Whether nothing has settled the size yet."""
    size = getattr(wire, "size", None)
    return size is OPEN or (isinstance(size, model.UntilNext) and size.between < 0)


def size_of(element: model.Element) -> model.Size | None:
    """What tells the size of an element, where anything needs to."""
    if isinstance(element, model.Region | model.Coded):
        return element.size
    if isinstance(element, model.Field):
        size: model.Size | None = getattr(element.wire, "size", None)
        return size
    return None


def fixed_size(element: model.Element) -> int | None:
    """The bytes an element always has; None when that varies."""
    if isinstance(element, model.Constant):
        return _same(len(a) for a in element.alternatives)
    if isinstance(element, model.LinkEnd):
        return _same(len(a) for _, ends in element.by_link for a in ends or (b"",))
    if isinstance(element, model.Region):
        return total_size(element.elements)
    if isinstance(element, model.Coded):
        return element.size.bytes if isinstance(element.size, model.FixedSize) else None
    if isinstance(element, model.Filler):
        return None
    if isinstance(element, model.Branch):
        sizes = (total_size(arm.elements) for arm in element.arms)
        return _same(sizes) if element.closed else None
    wire = element.wire.carrier if isinstance(element.wire, model.Bits) else element.wire
    if isinstance(wire, model.Integer | model.Real):
        return wire.width
    if isinstance(wire, model.Slice | model.Unwritten):
        return 0
    if isinstance(wire, model.Nested) and wire.size is None:
        return total_size(wire.record.elements)
    if isinstance(wire, model.Items):
        return None
    return wire.size.bytes if isinstance(wire.size, model.FixedSize) else None


def total_size(elements: tuple[model.Element, ...]) -> int | None:
    """The bytes that elements in a row always have; None when that varies."""
    total = 0
    for element in elements:
        size = fixed_size(element)
        if size is None:
            return None
        total += size
    return total


def _same(sizes: Iterable[int | None]) -> int | None:
    """The one size there is; None when there are several."""
    different = set(sizes)
    return different.pop() if len(different) == 1 else None
