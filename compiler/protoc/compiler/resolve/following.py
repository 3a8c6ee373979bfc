"""What may stand behind an element, and where the constants are that come next."""

from __future__ import annotations

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.resolve.known import encoded, has_bytes
from protoc.compiler.resolve.measures import fixed_size, size_of


def needs_region(
    elements: tuple[model.Element, ...], behind: tuple[model.Element, ...] = ()
) -> bool:
    """Whether somebody else must say where elements end; `behind` is what follows them there."""
    for i, element in enumerate(elements):
        following = (*elements[i + 1 :], *behind)
        size = size_of(element)
        if isinstance(size, model.UntilEnd) or (isinstance(size, model.UntilNext) and size.or_end):
            return True
        wire = element.wire if isinstance(element, model.Field) else None
        if isinstance(wire, model.Items) and wire.or_end:
            return True
        if isinstance(element, model.Coded):
            continue  # what is coded has its own end
        if isinstance(element, model.Region) and size is not None:
            continue
        if isinstance(element, model.Lines) and not element.behind:
            return True
        if isinstance(element, model.Branch) and _leaves_room(element, following):
            return True
        if any(needs_region(row, following) for row in model.parts(element)):
            return True
    return False


def _leaves_room(branch: model.Branch, following: tuple[model.Element, ...]) -> bool:
    """Whether something is optional for which only the end of a region tells that it is absent."""
    if branch.behind is None:
        return False
    return branch.between > 0 or all(map(may_be_nothing, following))


def trails_off(elements: tuple[model.Element, ...]) -> bool:
    """Whether something may be absent at the end of elements, so that more may come."""
    for i, element in enumerate(elements):
        if all(map(may_be_nothing, elements[i + 1 :])):
            if isinstance(element, model.Branch) and element.how == "optional":
                return True
            sized = isinstance(element, model.Region) and element.size is not None
            if not sized and any(trails_off(row) for row in model.parts(element)):
                return True
            if isinstance(element, model.Field) and trails_off(record_of(element.wire)):
                return True
    return False


def record_of(wire: model.Wire) -> tuple[model.Element, ...]:
    """What stands on the wire for an object, or for an item of a list; none for anything else."""
    wire = wire.item.wire if isinstance(wire, model.Items) else wire
    return wire.record.elements if isinstance(wire, model.Nested) and wire.size is None else ()


def may_be_nothing(element: model.Element) -> bool:
    """Whether an element can stand for no bytes at all."""
    if isinstance(element, model.Lines):
        return all(may_be_nothing(e) for arm in element.arms for e in arm.elements)
    if isinstance(element, model.Branch):
        rows = [arm.elements for arm in element.arms]
        return not element.closed or any(all(map(may_be_nothing, row)) for row in rows)
    if isinstance(element, model.LinkEnd):
        return not all(ends for _, ends in element.by_link)
    if isinstance(element, model.Filler) or model.unwritten(element):
        return True
    return (
        isinstance(element, model.Field)
        and isinstance(element.wire, model.Items)
        and element.wire.count is None
    )


def certain_size(elements: tuple[model.Element, ...]) -> int:
    """The bytes of those elements that always have the same."""
    sizes = (
        certain_size(element.elements)
        if isinstance(element, model.Region) and element.size is None
        else fixed_size(element) or 0
        for element in elements
    )
    return sum(sizes)


class Next(Struct, frozen=True):
    """What may stand behind an element.

    Attributes:
        targets: the constants that come next.
        between: bytes of the fixed elements in front of them.
        end: nothing may come, so that the region ends.
    """

    targets: tuple[model.Constant | model.LinkEnd, ...] = ()
    between: int = 0
    end: bool = False


class Unclear(Exception):
    """What stands behind an element has no certain place."""

    def __init__(self, element: model.Element | None) -> None:
        self.element = element


def next_of(following: tuple[model.Element, ...], between: int = 0) -> Next:
    """The constants that can come next, and how far away they are."""
    if not following:
        return Next((), between, end=True)
    first, rest = following[0], following[1:]
    if isinstance(first, model.Constant | model.LinkEnd):
        return Next((first,), between)
    if isinstance(first, model.Region):
        return next_of((*first.elements, *rest), between)
    if isinstance(first, model.Lines):
        raise Unclear(first)
    if isinstance(first, model.Branch):
        ways = [next_of(arm.elements, between) for arm in first.arms]
        ways += [next_of((), between)] if first.how == "optional" else []
        return _joined(first, ways, rest)
    if (size := fixed_size(first)) is not None:
        return next_of(rest, between + size)
    if isinstance(first, model.Coded | model.Filler):
        raise Unclear(first)
    if isinstance(first.wire, model.Items) and isinstance(first.wire.item.wire, model.Nested):
        item = first.wire.item.wire.record.elements
        return _joined(first, [next_of(item, between), next_of((), between)], rest)
    raise Unclear(first)


def _joined(element: model.Element, ways: list[Next], rest: tuple[model.Element, ...]) -> Next:
    """What comes next whichever way is gone; what is behind them is looked at once."""
    found = [way for way in ways if way.targets]
    through = {way.between for way in ways if way.end}
    behind = [next_of(rest, distance) for distance in through] if len(through) == 1 else []
    distances = {way.between for way in (*found, *behind)}
    if len(through) > 1 or len(distances) > 1:
        raise Unclear(element)
    targets = dict.fromkeys(target for way in (*found, *behind) for target in way.targets)
    return Next(tuple(targets), distances.pop(), any(way.end for way in behind))


def written_out(elements: tuple[model.Element, ...]) -> tuple[model.Element, ...]:
    """The elements with constants in the place of fields that always hold the same."""
    return tuple(
        model.Constant(each.key, (encoded(each.wire, each.origin.value),), each.span)
        if isinstance(each, model.Field)
        and isinstance(each.origin, model.Fixed)
        and has_bytes(each.wire)
        else each
        for each in elements
    )


def up_to(
    mark: tuple[bytes, ...], following: tuple[model.Element, ...], between: int = 0
) -> tuple[int, tuple[model.Element, ...]]:
    """The bytes in front of a constant that comes at a certain place, and what is behind it."""
    for i, element in enumerate(following):
        if isinstance(element, model.Constant) and element.alternatives == mark:
            return between, following[i + 1 :]
        size = fixed_size(element)
        if size is None:
            break
        between += size
    return 0, following
