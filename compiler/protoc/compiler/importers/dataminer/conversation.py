"""Pairs, groups and timers of a connector in the language."""

from __future__ import annotations

from collections.abc import Mapping

from protoc.compiler.importers.dataminer import nodes
from protoc.compiler.importers.dataminer.acting import Around
from protoc.compiler.importers.dataminer.actions import imported
from protoc.compiler.importers.dataminer.completion import OPEN
from protoc.compiler.importers.dataminer.context import Absent, Context, Missing
from protoc.compiler.importers.dataminer.elements import Reference
from protoc.compiler.importers.dataminer.objects import Group, Item, Message, Pair, Timer
from protoc.compiler.importers.dataminer.params import Param
from protoc.dsl import tree
from protoc.dsl.source import Span

LONGEST_PERIOD = 2_073_600_000
"""Milliseconds; a longer period is cut to this."""


def pair(context: Context, own: Pair) -> tree.Pair | None:
    """A pair; None when it has no command to send."""
    span, name = own.span, context.names.pairs[own.id]
    if own.command is None or ("Pair", own.id) in context.absent:
        return None
    try:
        command = context.named("Command", context.names.commands, own.command)
        condition = context.condition(own.condition)
    except Missing:
        return None
    answers = _answers(context, own.responses)
    refusals = _answers(context, own.refusals)
    if own.responses and not answers:
        context.simplified(own.view, "it awaits nothing: none of its responses is imported")
    options = _options(context, own, condition)
    context.became[id(own.element)] = f"pair {name}"
    return tree.Pair(
        nodes.name(name, span),
        own.id,
        tree.Invocation(nodes.name(command, own.command.span), span=own.command.span),
        (answers,) if answers else (),
        refusals,
        tuple(options),
        span=span,
    )


def _answers(context: Context, references: tuple[Reference, ...]) -> tuple[tree.Answer, ...]:
    found: dict[str, tree.Answer] = {}
    for each in references:
        try:
            name = context.named("Response", context.names.responses, each)
        except Missing:
            continue
        found.setdefault(name, tree.Answer(nodes.name(name, each.span), span=each.span))
    return tuple(found.values())


def _options(context: Context, own: Pair, condition: tree.Expression | None) -> list[tree.Option]:
    span = own.span
    found: list[tree.Option] = []

    def option(word: str, value: tree.Expression | None = None) -> None:
        found.append(tree.Option(word, value, span=span))

    if len(context.connector.wired) > 1 and not _either(context, own.connection):
        link = context.names.links[own.connection or 0]
        option("on", nodes.reference(link, span))
    if own.timeout is not None:
        option("timeout", nodes.duration(own.timeout, span))
    if own.retries is not None:
        option("retries", nodes.number(own.retries, span))
    if own.id in context.connector.pinged:
        option("ping")
    if own.quiet:
        option("quiet")
    if own.idle is not None:
        option("after_idle", nodes.duration(own.idle, span))
    if own.one_byte is not None:
        usual = own.one_byte == 5
        option("bytewise", None if usual else nodes.duration(own.one_byte, span))
    if condition is not None:
        option("if", condition)
    return found


def _either(context: Context, connection: int | None) -> bool:
    """Whether something goes over the first line or its spare, as it names none of them."""
    return connection is None and context.connector.spare is not None


def leave_out(context: Context, without: Mapping[tuple[str, int], str]) -> None:
    """Settle which messages, pairs, groups and timers are not imported, and say so.

    Args:
        context: the import.
        without: messages that cannot be described, and why.
    """
    connector, absent = context.connector, context.absent
    for (kind, number), reason in without.items():
        messages = connector.commands if kind == "Command" else connector.responses
        context.dropped(messages[number].view, f"this {kind.lower()} cannot be told: {reason}")
        absent.add((kind, number))
    for response in connector.responses.values():
        if (name := _endless(context, response)) is not None:
            # W0806 says so where it stands
            reason = f"nothing tells where `{name}` ends (4704)"
            context.account.note(response.element, "not imported", reason)
            absent.add(("Response", response.id))
    for own in connector.pairs.values():
        if connector.on(own.connection) is None:
            number = own.connection or 0
            context.dropped(own.view, f"connection {number} is no line that is imported")
        elif own.command is None:
            context.dropped(own.view, "this pair has no command")
        elif ("Command", own.command.id) in absent:
            context.account.note(own.element, "not imported", "its command is not")
        else:
            continue
        absent.add(("Pair", own.id))
    for group in connector.groups.values():
        if group.connection is not None and connector.on(group.connection) is None:
            number = group.connection
            context.dropped(group.view, f"connection {number} is no line that is imported")
            absent.add(("Group", group.id))
    for timer in connector.timers.values():
        if all(("Group", each.id) in absent for each in timer.groups):
            context.account.note(timer.element, "not imported", "this timer runs no group")
            absent.add(("Timer", timer.id))


def _endless(context: Context, response: Message) -> str | None:
    """A field of any size that another one follows before a constant does; None without one."""
    params = context.connector.params
    own = [params[each.id] for each in response.params if each.id in params]
    if any(param.kind == "length" for param in own):
        return None
    waiting: Param | None = None
    for param in own:
        if context.constant(param):
            waiting = None
        elif param.interprete.sizing in OPEN:
            if waiting is not None:
                return waiting.name
            waiting = param
    return None


# ---------------------------------------------------------------------------------- groups


def group(context: Context, own: Group) -> tree.Group | None:
    """A group of pairs, actions or triggers."""
    span, name = own.span, context.names.groups[own.id]
    number = own.connection
    if ("Group", own.id) in context.absent:
        return None
    try:
        condition = context.condition(own.condition)
    except Missing:
        return None
    actions: list[tree.Action] = []
    for item in own.items:
        actions += _item(context, item, own)
        if item.next:
            pause = nodes.duration(item.next, item.view.span)
            actions.append(nodes.action("wait", item.view.span, value=pause))
    context.became[id(own.element)] = f"group {name}"
    several = number is not None and len(context.connector.wired) > 1
    return tree.Group(
        nodes.name(name, span),
        own.id,
        own.type in ("action", "trigger"),
        nodes.name(context.names.links[number or 0], span) if several else None,
        condition,
        tree.Actions(tuple(actions), span=span),
        span=span,
    )


def _item(context: Context, item: Item, own: Group) -> list[tree.Action]:
    span = item.view.span
    if item.kind == "action":
        return imported(context, item.target, Around(group=Reference(own.id, own.span)))
    try:
        if item.kind == "pair":
            name = context.named("Pair", context.names.pairs, item.target)
            # the name of a group goes first
            shared = name in context.names.groups.values()
            return [nodes.action("item", span, name, words=("pair",) if shared else ())]
        name = context.named("Trigger", context.names.triggers, item.target)
        return [nodes.action("do", span, name)]
    except Absent:
        context.account.note(item.view.element, "not imported", f"its {item.kind} is not")
        return []
    except Missing:
        return []


# ---------------------------------------------------------------------------------- timers


def timer(context: Context, own: Timer) -> tree.Timer | None:
    """A timer; None when it runs nothing."""
    span, name = own.span, context.names.timers[own.id]
    targets = []
    for each in own.groups:
        try:
            target = context.named("Group", context.names.groups, each)
        except Missing:
            continue
        targets.append(tree.Invocation(nodes.name(target, each.span), span=each.span))
    try:
        condition = context.condition(own.condition)
    except Missing:
        return None
    if ("Timer", own.id) in context.absent or not targets:
        return None
    every = own.every
    if every is not None and every > LONGEST_PERIOD:
        context.simplified(own.view, "its period is cut to 24 days")
        every = LONGEST_PERIOD
    context.became[id(own.element)] = f"timer {name}"
    return tree.Timer(
        nodes.name(name, span),
        own.id,
        None if every is None else nodes.duration(max(every, 1), span),
        _first(own, span),
        not own.started,
        tuple(targets),
        nodes.duration(own.interval, span) if own.interval else None,
        condition,
        span=span,
    )


def _first(own: Timer, span: Span) -> tuple[tree.Duration, tree.Duration] | None:
    if own.random is None:
        return (nodes.duration(0, span), nodes.duration(0, span)) if own.started else None
    low, high = own.random
    return nodes.duration(1000 * low, span), nodes.duration(1000 * high, span)
