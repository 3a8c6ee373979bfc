"""Triggers and QActions of a connector in the language."""

from __future__ import annotations

from msgspec.structs import replace

from protoc.compiler.importers.dataminer import nodes
from protoc.compiler.importers.dataminer.acting import Around
from protoc.compiler.importers.dataminer.actions import imported
from protoc.compiler.importers.dataminer.context import Absent, Context, Missing
from protoc.compiler.importers.dataminer.elements import Reference, Text
from protoc.compiler.importers.dataminer.objects import QAction, Trigger
from protoc.compiler.importers.dataminer.params import Param
from protoc.compiler.importers.dataminer.types import wire
from protoc.compiler.importers.dataminer.values import octets
from protoc.dsl import tree

_TIMES: dict[str, dict[str, dict[str, object]]] = {
    "parameter": {
        "change": {"word": "change"},
        "change after response": {"word": "change", "after_response": True},
    },
    "command": {"before": {"word": "before"}, "after": {"word": "after"}},
    "response": {"before": {"word": "before"}, "after": {"word": "after"}},
    "group": {"before": {"word": "before"}, "after": {"word": "after"}},
    "timer": {"before": {"word": "before"}},
    "pair": {
        "succeeded": {"word": "success"},
        "timeout": {"word": "timeout"},
        "timeout after retries": {"word": "timeout", "last": True},
    },
    "protocol": {"after startup": {"word": "start"}},
}
_KINDS = {"parameter": "param"}
_CASES = (("equal", "=="), ("greater", ">"), ("less", "<"))


def triggers(context: Context, own: Trigger) -> list[tree.Trigger]:
    """A trigger; for responses of two kinds there is one for each kind."""
    name, span = context.names.triggers[own.id], own.span
    try:
        events = _events(context, own)
    except Absent:
        context.dropped(own.view, "the event of this trigger is not imported: it is only called")
        events = [None]
    except Missing:
        return []
    try:
        condition = _condition(context, own)
    except Missing:
        return []
    around = Around(own.on.word if own.on else "", own.target)
    made = []
    for number, event in enumerate(events):
        then, otherwise = _runs(context, own, around)
        called = name if number == 0 else f"{name}_{event.kind if event else number}"
        made.append(
            tree.Trigger(
                nodes.name(called, span),
                own.id if number == 0 else None,
                event,
                condition,
                then,
                otherwise,
                span=span,
            )
        )
    context.became[id(own.element)] = f"trigger {name}"
    return made


def _runs(
    context: Context, own: Trigger, around: Around
) -> tuple[tree.Actions, tree.Actions | None]:
    """The actions for when its condition holds, and for when it does not."""
    branches: dict[bool, list[tree.Action]] = {False: [], True: []}
    for step in own.steps:
        branch = branches[step.otherwise]
        if own.type != "trigger":
            branch += imported(context, step.target, around)
            continue
        try:
            name = context.named("Trigger", context.names.triggers, step.target)
        except Missing:
            continue
        branch.append(nodes.action("do", step.target.span, name))
    then = tree.Actions(tuple(branches[False]), span=own.span)
    otherwise = tree.Actions(tuple(branches[True]), span=own.span) if branches[True] else None
    return then, otherwise


def _events(context: Context, own: Trigger) -> list[tree.Event | None]:
    """What fires it; one entry that is None when it is only called."""
    if own.on is None:
        return [None]
    kind, time = own.on.word, own.time.word if own.time else ""
    if kind == "communication" and own.time is not None:
        status = nodes.string(octets(own.time.value.strip()).decode("latin-1"), own.time.span)
        return [tree.Event("status", value=status, span=own.time.span)]
    known = _TIMES.get(kind, {}).get(time)
    if known is None:
        said = f"`{time}` of `{kind}`" if time else f"no time of `{kind}`"
        context.dropped(own.view, f"the event of this trigger, {said}: it is only called")
        return [None]
    span = own.on.span
    if kind == "response" and time == "after" and own.target is not None:
        outer = _outer(context, own.target.id)
        if outer:
            names = [nodes.name(context.names.params[each.id], span) for each in outer]
            return [tree.Event("change", name=n, after_response=True, span=span) for n in names]
    event = tree.Event(**known, span=span)  # type: ignore[arg-type]
    if kind == "protocol":
        return [event]
    if own.each:
        kinds = _message_kinds(context) if kind == "response" else [_KINDS.get(kind, kind)]
        return [replace(event, each=True, kind=each) for each in kinds]
    if own.target is None:
        context.dropped(own.view, f"this trigger does not say which {kind}: it is only called")
        return [None]
    named = _name(context, kind, own.target)
    ambiguous = kind in ("pair", "group", "timer", "command", "response")
    shown = kind if ambiguous and _shared(context, named) else ""
    return [replace(event, kind=shown, name=nodes.name(named, span))]


def _outer(context: Context, response: int) -> list[Param]:
    """The params that are read again as a response which nothing asks for."""
    connector = context.connector
    asked = {
        each.id for pair in connector.pairs.values() for each in (*pair.responses, *pair.refusals)
    }
    if response in asked:
        return []
    params = connector.params.values()
    return [p for p in params if p.kind == "response" and p.of is not None and p.of.id == response]


def _message_kinds(context: Context) -> list[str]:
    """What responses are called: events where they come without being asked for."""
    found = {
        "event" if (line := context.connector.on(each.connection)) and line.smart else "response"
        for each in context.connector.responses.values()
    }
    return sorted(found, reverse=True) or ["response"]


def _name(context: Context, kind: str, target: Reference) -> str:
    names = context.names
    tables = {
        "parameter": names.params,
        "command": names.commands,
        "response": names.responses,
        "pair": names.pairs,
        "group": names.groups,
        "timer": names.timers,
    }
    noun = {"parameter": "Param"}.get(kind, kind.capitalize())
    return context.named(noun, tables[kind], target)


def _shared(context: Context, name: str) -> bool:
    """Whether several things that events happen to have the name."""
    names = context.names
    tables = (names.commands, names.responses, names.pairs, names.groups, names.timers)
    return sum(name in table.values() for table in tables) > 1


def _condition(context: Context, own: Trigger) -> tree.Expression | None:
    if own.condition is not None or own.legacy is None:
        return context.condition(own.condition)
    number, case, value, by_param = own.legacy
    subject = number if number is not None else (own.target.id if own.target else None)
    operator = _operator(case)
    if subject is None or operator is None:
        context.dropped(own.view, f"the old form of a condition, `{case}`")
        raise Missing(0)
    literal = f"id:{value.value.strip()}" if by_param else _literal(context, subject, value)
    return context.condition(Text(f"id:{subject} {operator} {literal}", value.span))


def _literal(context: Context, subject: int, value: Text) -> str:
    param = context.connector.params.get(subject)
    return f'"{value.value}"' if param is None or param.text else value.value.strip()


def _operator(case: str) -> str | None:
    if case == "not equal":
        return "!="
    found = [mark for word, mark in _CASES if word in case]
    if not found:
        return None
    if len(found) == 1:
        return found[0]
    return f"{found[1]}=" if "==" in found and len(found) == 2 else None


# ---------------------------------------------------------------------------------- hooks


def hooks(context: Context, own: QAction) -> list[tree.Hook]:
    """A QAction as a hook that its params call when they change."""
    name, span = context.names.hooks[own.id], own.span
    parameters = []
    for reference in own.inputs:
        try:
            parameters.append(_parameter(context, reference))
        except Missing:
            continue
    triggers = [each for each in own.triggers if _exists(context, each)]
    if not own.triggers:
        context.account.note(
            own.element, "not imported", "a library of code: nothing calls it by itself"
        )
        return []
    events = tuple(
        tree.Event(
            "change",
            name=nodes.name(context.names.params[each.id], each.span),
            span=each.span,
        )
        for each in triggers
    )
    try:
        condition = context.condition(own.condition)
    except Missing:
        condition = None
    context.became[id(own.element)] = f"hook {name}"
    called = nodes.name(name, span)
    return [tree.Hook(called, own.id, tuple(parameters), events, condition, span=span)]


def _exists(context: Context, reference: Reference) -> bool:
    if reference.id in context.connector.params:
        return True
    context.missing("Param", reference)
    return False


def _parameter(context: Context, reference: Reference) -> tree.Parameter:
    param = context.param(reference)
    name = nodes.name(context.names.params[param.id], reference.span)
    kind = "text" if param.text else "float"
    named = wire(context, param).type
    if isinstance(named, tree.NamedType) and named.name.text == "bytes":
        kind = "bytes"
    return tree.Parameter(name, nodes.typed(kind, reference.span), span=reference.span)
