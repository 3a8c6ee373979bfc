"""The positions of a command or response, and what ranges call them."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler.importers.dataminer import conversions, types
from protoc.compiler.importers.dataminer.context import Context, Missing
from protoc.compiler.importers.dataminer.objects import Message
from protoc.compiler.importers.dataminer.params import BIT_KINDS, Param
from protoc.compiler.importers.dataminer.values import octets
from protoc.dsl.source import Span


class Place(Struct, frozen=True):
    """One position of a message.

    Attributes:
        name: how ranges call it.
        again: the same param stands at another position, which has its name: the first of a
            command; the last of a response, since that is what the param holds in the end.
        narrow: its text has one byte a character, whatever the description says.
        measured: a range begins or ends here, so that it needs its name.
    """

    param: Param
    span: Span
    name: str
    again: bool
    narrow: bool = False
    measured: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing stands here."""
        return self.param.kind in BIT_KINDS or types.fixed_size(self.param) == 0


def places(context: Context, message: Message, *, sent: bool) -> list[Place]:
    """The positions of a message; params that do not exist are said and left out."""
    known: list[tuple[Param, Span]] = []
    for reference in message.params:
        try:
            known.append((context.param(reference), reference.span))
        except Missing:
            continue
    found: list[Place] = []
    taken: set[str] = set()
    # who comes first has the name
    for param, span in known if sent else reversed(known):
        name = conversions.raw_name(context, param)
        # what a dummy holds is not looked at
        name = f"{name}_ignored" if param.kind == "dummy" else name
        spelt, number = name, 2
        while spelt in taken:
            spelt, number = f"{name}_{number}", number + 1
        again = name in taken
        taken.add(spelt)
        place = Place(param, span, spelt, again)
        found.append(_narrow(context, message, place) if sent else place)
    return found if sent else found[::-1]


def _narrow(context: Context, message: Message, place: Place) -> Place:
    """The texts of a command that have one byte a character, whatever others have."""
    param, narrow = place.param, message.ascii
    wide = context.connector.communication.unicode
    if not wide or narrow is None or (narrow and param.id not in narrow) or not param.text:
        return place
    interprete = param.interprete
    value = octets(interprete.spelt) if interprete.value is not None else None
    changed = replace(param, interprete=replace(interprete, value=value))
    return replace(place, param=changed, narrow=True)
