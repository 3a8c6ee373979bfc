"""Bits of groups: positions counted by a connector, turned into those of an integer."""

from __future__ import annotations

from protoc.compiler.importers.dataminer import nodes
from protoc.compiler.importers.dataminer.context import Context
from protoc.compiler.importers.dataminer.elements import View
from protoc.compiler.importers.dataminer.params import BIT_KINDS, Param
from protoc.dsl import tree


def index(position: int) -> int:
    """The bit of the integer at a position.

    Positions begin at the most significant bit of the least significant byte.
    """
    return 8 * (position // 8) + 7 - position % 8


def bits_of(context: Context, group: Param, width: int) -> tuple[tree.Bit, ...]:
    """The named bits of a group, in the order of the params that name them."""
    found: list[tree.Bit] = []
    taken: set[int] = set()
    for param in context.connector.params.values():
        if param.kind not in BIT_KINDS or param.of is None or param.of.id != group.id:
            continue
        start, count = param.interprete.start or 0, param.interprete.count
        places = [index(position) for position in range(start, start + count)]
        view = View(param.element, context.account)
        if not places or max(places) >= 8 * width:
            context.dropped(view, f"bits {start} to {start + count - 1} are not in its group")
            context.lost.add(id(param.element))
            continue
        if taken & set(places):
            context.dropped(view, "these bits belong to another param of its group already")
            context.lost.add(id(param.element))
            continue
        taken.update(places)
        found += _pieces(context.names.params[param.id], places, param)
    if found and group.id in context.whole_groups:
        found += _spares(group, width, taken)
    return tuple(found)


def _spares(group: Param, width: int, taken: set[int]) -> list[tree.Bit]:
    """Names for the other bits of a group that goes out again: they stay as they are."""
    found: list[tree.Bit] = []
    high: int | None = None
    for place in range(8 * width - 1, -2, -1):
        free = place >= 0 and place not in taken
        if free and high is None:
            high = place
        elif not free and high is not None:
            name = nodes.name(f"spare_{high}", group.span)
            found.append(tree.Bit(name, None, high, place + 1, span=group.span))
            high = None
    return found


def triggers(context: Context) -> list[tree.Trigger]:
    """What hands the bits of a group to their params, and bits that are written to their group."""
    found: list[tree.Trigger] = []
    params = context.connector.params
    for group in params.values():
        if group.kind != "group":
            continue
        named = context.names.params[group.id]
        inside = [p for p in params.values() if p.of is not None and p.of.id == group.id]
        inside = [p for p in inside if id(p.element) not in context.lost]
        reads = [p for p in inside if p.kind == "read bit"]
        if reads:
            names = [context.names.params[p.id] for p in reads]
            found.append(_handed(group, named, [(name, f"{named}.{name}") for name in names]))
        for bit in inside:
            if bit.kind == "write bit":
                name = context.names.params[bit.id]
                found.append(_handed(bit, name, [(f"{named}.{name}", name)]))
    return found


def _handed(param: Param, name: str, moves: list[tuple[str, str]]) -> tree.Trigger:
    """`on change name { set … = …; … }`."""
    span = param.span
    event = tree.Event("change", name=nodes.name(name, span), span=span)
    actions = tuple(
        nodes.action("set", span, target, value=nodes.reference(source, span))
        for target, source in moves
    )
    return tree.Trigger(None, None, event, None, tree.Actions(actions, span=span), None, span=span)


def _pieces(name: str, places: list[int], param: Param) -> list[tree.Bit]:
    """One bit statement for each run of places that stand side by side."""
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    span, spelt = param.span, nodes.name(name, param.span)
    if len(runs) == 1:
        return [tree.Bit(spelt, None, places[0], places[-1], span=span)]
    values = _value_bits(len(places), big=param.interprete.big)
    found, at = [], 0
    for run in runs:
        piece = values[at], values[at + len(run) - 1]
        found.append(tree.Bit(spelt, piece, run[0], run[-1], span=span))
        at += len(run)
    return found


def _value_bits(count: int, *, big: bool) -> list[int]:
    """For each position in turn the bit of the value it holds.

    The positions are bytes one behind the other, the first the least significant one.
    """
    if big or count <= 8:
        return list(range(count - 1, -1, -1))
    found: list[int] = []
    while len(found) < count:
        size = min(8, count - len(found))
        found += range(len(found) + size - 1, len(found) - 1, -1)
    return found
