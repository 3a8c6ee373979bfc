"""The syntax tree of a connector, put together in the order a reader wants it."""

from __future__ import annotations

from collections.abc import Mapping

from protoc.compiler.importers.dataminer import (
    bits,
    conversation,
    conversions,
    links,
    nodes,
    triggers,
    types,
)
from protoc.compiler.importers.dataminer.connector import Connector
from protoc.compiler.importers.dataminer.context import Context
from protoc.compiler.importers.dataminer.elements import Account
from protoc.compiler.importers.dataminer.layouts import Layouts
from protoc.compiler.importers.dataminer.lifting import folded
from protoc.compiler.importers.dataminer.names import Names
from protoc.compiler.importers.dataminer.params import BIT_KINDS, TABLE_KINDS, Param
from protoc.dsl import tree
from protoc.dsl.source import Span

_CHANGING = (
    "copy",
    "copy reverse",
    "append",
    "append data",
    "change length",
    "clear",
    "increment",
    "multiply",
    "pow",
    "replace data",
    "reverse",
)


def description(
    connector: Connector,
    account: Account,
    *,
    lifted: bool,
    without: Mapping[tuple[str, int], str],
) -> tuple[tree.Document, Context]:
    """The connector as a description.

    Args:
        connector: what is read.
        account: what has been looked at.
        lifted: triggers that only say the usual are left out; else all is written out.
        without: commands and responses that are left out, and why.
    """
    context = Context(
        connector, Names(connector), account, _targets(connector, _CHANGING), _sizes(connector)
    )
    context.whole_groups = _whole(connector)
    context.resized = _targets(connector, ("change length",))
    context.counted = _targets(connector, ("increment", "multiply", "pow"))
    declarations: list[tree.Declaration] = []
    conversation.leave_out(context, without)
    declarations += links.links(context)
    declarations += _params(context)
    declarations += links.packet(context)
    layouts = Layouts(context, _nested(connector))
    commands = connector.commands.values()
    sent = [each for each in commands if ("Command", each.id) not in context.absent]
    declarations += [layouts.command(each) for each in sent]
    responses = connector.responses.values()
    kept = [each for each in responses if ("Response", each.id) not in context.absent]
    declarations += [layouts.response(each) for each in kept]
    pairs = (conversation.pair(context, each) for each in connector.pairs.values())
    declarations += [pair for pair in pairs if pair is not None]
    groups = (conversation.group(context, each) for each in connector.groups.values())
    declarations += [group for group in groups if group is not None]
    timers = (conversation.timer(context, each) for each in connector.timers.values())
    declarations += [timer for timer in timers if timer is not None]
    declarations += bits.triggers(context)
    declarations += conversions.computing(context)
    usual = folded(context) if lifted else None
    for trigger in connector.triggers.values():
        if usual is None or trigger.id not in usual:
            declarations += triggers.triggers(context, trigger)
    declarations += links.closing(context)
    if usual is not None:
        _fold(context, usual)
    for qaction in connector.qactions.values():
        declarations += triggers.hooks(context, qaction)
    _choices(context)
    head = _head(context, "explicit" if usual is None else "implied")
    whole = Span(connector.root.element.source, 0, len(connector.root.element.source.text))
    return tree.Document((*head, *declarations), span=whole), context


def _choices(context: Context) -> None:
    """What the platform leaves open, where it matters in this connector."""
    connector = context.connector

    def has(kind: str, time: str) -> bool:
        return any(
            trigger.on is not None
            and trigger.on.word == kind
            and trigger.time is not None
            and trigger.time.word == time
            for trigger in connector.triggers.values()
        )

    if has("command", "before"):
        context.assume("retry_before_command", "no")
    if has("response", "after") and not connector.communication.ignore_equal:
        context.assume("equal_response", "fires")
    if any(kind == "response" and "length" in has_ for (kind, _), has_ in context.derived.items()):
        context.assume("surplus", "fails")


def _fold(context: Context, usual: frozenset[int]) -> None:
    """Say of what is left out that it happens by itself."""
    connector = context.connector
    for number in usual:
        trigger = connector.triggers[number]
        context.became[id(trigger.element)] = "happens by itself"
        context.account.note(trigger.element, "lifted", "its steps are implied")
        for step in trigger.steps:
            action = connector.actions.get(step.target.id)
            if action is not None and id(action.element) not in context.became:
                context.became[id(action.element)] = "happens by itself"
                context.account.note(action.element, "lifted", "this step is implied")


def _head(context: Context, steps: str) -> list[tree.Declaration]:
    connector = context.connector
    name = connector.root.child("Name")
    span = name.span if name else connector.root.span
    said = [connector.description if connector.description != connector.name else ""]
    said += [f"Version {connector.version}" if connector.version else "", connector.vendor]
    title = nodes.string(connector.name, span) if connector.name else None
    doc = nodes.documentation(", ".join(part for part in said if part))
    found: list[tree.Declaration] = [
        tree.Protocol(nodes.name(context.names.protocol, span), title, span=span, doc=doc)
    ]
    encoding = "utf16le" if connector.communication.unicode else "cp1252"
    settings = [("endian", "little"), ("encoding", encoding), ("steps", steps)]
    for word, value in settings:
        found.append(tree.Setting(word, (nodes.name(value, span),), span=span))  # type: ignore[arg-type]
    for choice, value in context.assumed.items():
        names = (nodes.name(choice, span), nodes.name(value, span))
        found.append(tree.Setting("assume", names, span=span))
    return found


def _params(context: Context) -> list[tree.Declaration]:
    found: list[tree.Declaration] = []
    for param in context.connector.params.values():
        if param.kind in TABLE_KINDS:
            reason = "tables are filled by code, not by a line"
            context.account.note(param.element, "not imported", reason)
            continue
        name = context.names.params[param.id]
        context.became[id(param.element)] = f"param {name}"
        named = bits.enumeration(context, param) if param.kind in BIT_KINDS else None
        found += [named] if named is not None else []
        if conversions.is_computed(context, param):
            raw = nodes.name(conversions.raw_name(context, param), param.span)
            found.append(tree.Param(raw, None, types.wire(context, param), span=param.span))
        found.append(
            tree.Param(
                nodes.name(name, param.span),
                param.id,
                types.declared(context, param),
                span=param.span,
                doc=_doc(param),
            )
        )
    return found


def _doc(param: Param) -> str:
    """What a param is for, where that says more than its name."""
    description = nodes.documentation(param.description)
    same = "".join(description.lower().split()) == "".join(param.name.lower().split())
    return "" if same else description


def _nested(connector: Connector) -> frozenset[int]:
    """Responses that stand inside of params and in no pair."""
    inside = {
        param.of.id
        for param in connector.params.values()
        if param.kind == "response" and param.of is not None
    }
    asked = {
        each.id for pair in connector.pairs.values() for each in (*pair.responses, *pair.refusals)
    }
    return frozenset(inside - asked)


def _sizes(connector: Connector) -> frozenset[int]:
    """Params that say how long another one is: whole numbers."""
    return frozenset(
        param.interprete.until.id
        for param in connector.params.values()
        if param.interprete.sizing == "other param" and param.interprete.until is not None
    )


def _whole(connector: Connector) -> frozenset[int]:
    """Params that are sent, or whose bytes are moved: all of their bits matter."""
    found = {param.id for command in connector.commands.values() for param in command.params}
    for action in connector.actions.values():
        if action.on.word == "parameter" and action.type.word in _CHANGING:
            found.update(target.id for target in action.targets)
            source = action.reference()
            # without one it is the param that fires the trigger
            found.update([source.id] if source else connector.params)
    return frozenset(found)


def _targets(connector: Connector, verbs: tuple[str, ...]) -> frozenset[int]:
    """Params that an action with one of these verbs works on."""
    found: set[int] = set()
    for action in connector.actions.values():
        if action.on.word == "parameter" and action.type.word in verbs:
            found.update(target.id for target in action.targets)
    return frozenset(found)
