"""Actions of a connector as actions of the language."""

from __future__ import annotations

from protoc.compiler.importers.dataminer.acting import Around, Made, Maker
from protoc.compiler.importers.dataminer.actions_on_bytes import OnBytes
from protoc.compiler.importers.dataminer.actions_on_params import OnParams
from protoc.compiler.importers.dataminer.actions_on_queue import OnQueue
from protoc.compiler.importers.dataminer.context import Context, Missing
from protoc.compiler.importers.dataminer.elements import Reference

_MAKERS: dict[str, type[Maker]] = {
    "command": OnBytes,
    "response": OnBytes,
    "parameter": OnParams,
    "group": OnQueue,
    "pair": OnQueue,
    "timer": OnQueue,
    "protocol": OnQueue,
}
"""Who makes actions of those of a connector, by what they work on."""


def imported(context: Context, reference: Reference, around: Around) -> Made:
    """What stands for the action of that number; nothing, and said so, when nothing does."""
    found = context.connector.actions.get(reference.id)
    if found is None:
        context.missing("Action", reference)
        return []
    try:
        condition = context.condition(found.condition)
        maker = _MAKERS.get(found.on.word, Maker)
        made = maker(context, found, around, condition).make()
    except Missing:
        return []
    if made:
        context.became.setdefault(id(found.element), f"`{made[0].verb}` where it is run")
    return made
