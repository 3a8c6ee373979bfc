"""Bits of groups: positions counted by a connector, turned into those of an integer."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from protoc.compiler.importers.dataminer import nodes
from protoc.compiler.importers.dataminer.context import Context
from protoc.compiler.importers.dataminer.elements import View
from protoc.compiler.importers.dataminer.labels import labels
from protoc.compiler.importers.dataminer.params import BIT_KINDS, Param
from protoc.dsl import tree
from protoc.dsl.source import Span

LONGEST_INTEGER = 8
"""Bytes of the longest integer that has bits."""


def index(position: int, used: int = 8) -> int:
    """The bit of the integer at a position.

    Positions begin at the most significant bit of the least significant byte; of each byte only
    the low bits that are `used` are counted.
    """
    return 8 * (position // used) + used - 1 - position % used


class Part(Struct, frozen=True):
    """Bits of a group with a name.

    Attributes:
        param: whose bits they are; None for those that no param has.
        places: bits of the integer, in the order of their positions.
        values: for each of them the bit of the value it holds.
    """

    name: str
    param: Param | None
    places: tuple[int, ...]
    values: tuple[int, ...]


class Group(Struct):
    """What is known of the bits of a group.

    Attributes:
        parts: each bit of the group is in one of them at most.
        mixed: read bits some of which are bits of another param too.
    """

    parts: list[Part] = field(default_factory=list)
    mixed: list[Part] = field(default_factory=list)

    def taken(self) -> set[int]:
        """The bits that have a name."""
        return {place for part in self.parts for place in part.places}


def bits_of(context: Context, group: Param, width: int) -> tuple[tree.Bit, ...]:
    """The named bits of a group, in the order of the params that name them."""
    settled = _settled(context, group, width)
    return tuple(bit for part in settled.parts for bit in _written(context, part, group))


def _settled(context: Context, group: Param, width: int) -> Group:
    """Which bit belongs to whom: of several params the one with the fewest bits has it."""
    found = Group()
    inside = _inside(context, group, width)
    taken: set[int] = set()
    own = set()
    for part in sorted(inside, key=lambda part: len(part.places)):
        if taken.isdisjoint(part.places):
            taken.update(part.places)
            own.add(part.name)
    for part in inside:
        assert part.param is not None
        if part.name in own:
            found.parts.append(part)
        elif part.param.kind == "read bit":
            found.mixed.append(part)
        else:
            view = View(part.param.element, context.account)
            context.dropped(view, "these bits belong to another param of its group already")
            context.lost.add(id(part.param.element))
    needed = {place for part in found.mixed for place in part.places}
    if inside and group.id in context.whole_groups:
        needed = set(range(8 * width))
    found.parts += _spares(needed - found.taken())
    return found


def _inside(context: Context, group: Param, width: int) -> list[Part]:
    """The params that are bits of a group; those that are not in it are said and left out."""
    found = []
    for param in context.connector.params.values():
        if param.kind not in BIT_KINDS or param.of is None or param.of.id != group.id:
            continue
        start, count = param.interprete.start or 0, param.interprete.count
        used = min(max(group.interprete.bits or 8, 1), 8)
        places = tuple(index(position, used) for position in range(start, start + count))
        if not places or max(places) >= 8 * width:
            view = View(param.element, context.account)
            context.dropped(view, f"bits {start} to {start + count - 1} are not in its group")
            context.lost.add(id(param.element))
            continue
        values = _value_bits(count, used, big=param.interprete.big)
        found.append(Part(context.names.params[param.id], param, places, tuple(values)))
    return found


def _spares(places: set[int]) -> list[Part]:
    """Names for bits that no param has: they go out again, or somebody has them among others."""
    found: list[Part] = []
    run: list[int] = []
    for place in sorted(places, reverse=True):
        if run and place != run[-1] - 1:
            found.append(_spare(run))
            run = []
        run.append(place)
    return [*found, _spare(run)] if run else found


def _spare(run: Sequence[int]) -> Part:
    return Part(f"spare_{run[0]}", None, tuple(run), tuple(range(len(run) - 1, -1, -1)))


def _value_bits(count: int, used: int, *, big: bool) -> list[int]:
    """For each position in turn the bit of the value it holds.

    The positions are bytes one behind the other, the first the least significant one.
    """
    if big or count <= used:
        return list(range(count - 1, -1, -1))
    found: list[int] = []
    while len(found) < count:
        size = min(used, count - len(found))
        found += range(len(found) + size - 1, len(found) - 1, -1)
    return found


# ------------------------------------------------------------------------------- declarations


def enumeration(context: Context, param: Param) -> tree.Enum | None:
    """The names of the values of a bit: its param and its group have them both."""
    named = labels(context, param, numeric=True)
    if not named:
        return None
    name = nodes.name(context.names.params[param.id], param.span)
    return tree.Enum(name, named[0].labels, span=param.span)


def shown(context: Context, param: Param) -> tuple[tree.Modifier, ...]:
    """`as` the names of its values, where it has some."""
    if not labels(context, param, numeric=True):
        return ()
    name = nodes.name(context.names.params[param.id], param.span)
    return (tree.Modifier("as", name=name, span=param.span),)


def _written(context: Context, part: Part, group: Param) -> list[tree.Bit]:
    """One statement for each run of bits that stand side by side."""
    span = part.param.span if part.param else group.span
    spelt = nodes.name(part.name, span)
    named = shown(context, part.param) if part.param else ()
    runs = _runs(part.places, part.values)
    if len(runs) == 1:
        return [tree.Bit(spelt, None, part.places[0], part.places[-1], named, span=span)]
    found = []
    for places, values in runs:
        piece = values[0], values[-1]
        found.append(tree.Bit(spelt, piece, places[0], places[-1], named, span=span))
        named = ()
    return found


def _runs(*rows: Sequence[int]) -> list[tuple[list[int], ...]]:
    """Rows of numbers taken apart wherever one of them does not go down by one."""
    found: list[tuple[list[int], ...]] = []
    for column in zip(*rows, strict=True):
        if found and all(r[-1] - 1 == n for r, n in zip(found[-1], column, strict=True)):
            for run, number in zip(found[-1], column, strict=True):
                run.append(number)
        else:
            found.append(tuple([number] for number in column))
    return found


# ------------------------------------------------------------------------------------ triggers


def triggers(context: Context) -> list[tree.Trigger]:
    """What hands the bits of a group to their params, and bits that are written to their group."""
    found: list[tree.Trigger] = []
    for group in context.connector.params.values():
        size = group.interprete.length or 1
        if group.kind != "group" or size > LONGEST_INTEGER:
            continue
        named = context.names.params[group.id]
        settled = _settled(context, group, size)
        reads = _reads(settled, named, group.span)
        if reads:
            found.append(_handed(group, named, reads))
        for part in settled.parts:
            if part.param is not None and part.param.kind == "write bit":
                given = nodes.reference(part.name, group.span)
                found.append(_handed(part.param, part.name, [(f"{named}.{part.name}", given)]))
    return found


def _reads(group: Group, named: str, span: Span) -> list[tuple[str, tree.Expression]]:
    """The params that are read from a group, in the order they are declared, and from what."""
    found: list[tuple[int, str, tree.Expression]] = []
    for part in group.parts:
        if part.param is not None and part.param.kind == "read bit":
            source = nodes.reference(f"{named}.{part.name}", span)
            found.append((part.param.span.start, part.name, source))
    for part in group.mixed:
        assert part.param is not None
        found.append((part.param.span.start, part.name, _mixed(group, part, named, span)))
    return [(name, source) for _, name, source in sorted(found, key=lambda each: each[0])]


def _mixed(group: Group, part: Part, named: str, span: Span) -> tree.Expression:
    """The value of bits that other params have, put together from theirs."""
    holders = {
        place: (each, value)
        for each in group.parts
        for place, value in zip(each.places, each.values, strict=True)
    }
    terms: list[tree.Expression] = []
    order = list(range(len(part.places)))
    for name in dict.fromkeys(holders[place][0].name for place in part.places):
        mine = [i for i in order if holders[part.places[i]][0].name == name]
        inner = [holders[part.places[i]][1] for i in mine]
        whole = len(mine) == len(holders[part.places[mine[0]]][0].places)
        for places, values in _runs(inner, [part.values[i] for i in mine]):
            term: tree.Expression = nodes.reference(f"{named}.{name}", span)
            if places[-1]:
                term = tree.Binary(">>", term, nodes.number(places[-1], span), span=span)
            if not whole or len(places) < len(mine):
                mask = nodes.number((1 << len(places)) - 1, span)
                term = tree.Binary("&", term, mask, span=span)
            if values[-1]:
                term = tree.Binary("<<", term, nodes.number(values[-1], span), span=span)
            terms.append(term)
    return nodes.joined("|", terms, span)


def _handed(param: Param, name: str, moves: list[tuple[str, tree.Expression]]) -> tree.Trigger:
    """`on change name { set … = …; … }`."""
    span = param.span
    event = tree.Event("change", name=nodes.name(name, span), span=span)
    actions = tuple(nodes.action("set", span, target, value=source) for target, source in moves)
    return tree.Trigger(None, None, event, None, tree.Actions(actions, span=span), None, span=span)
