"""What is declared and never used, where that is hardly meant."""

from __future__ import annotations

from collections.abc import Iterator

from protoc.compiler import model
from protoc.compiler.checks.conversation import executed
from protoc.dsl.diagnostics import Diagnostics


def params(protocol: model.Protocol, diagnostics: Diagnostics) -> None:
    """W0603: a param that no message holds and nothing reads or sets."""
    used = set(_heads(protocol))
    used |= {name for message in protocol.messages for name in _field_names(message)}
    used |= {join.name for join in protocol.joins}
    used |= {pointer.name for pointer in _events(protocol) if pointer.kind == "param"}
    for action in protocol.actions():
        used |= action.params()
    used |= {
        name
        for link in protocol.links
        for name in (link.connected, link.disconnected, link.address)
    }
    for param in protocol.params:
        if param.name not in used and not param.constant:
            diagnostics.warning(
                "W0603",
                f"nothing reads or sets the param `{param.name}`",
                param.span,
                help="name a field like it, or use it in a condition or an action",
            )


def hooks(protocol: model.Protocol, diagnostics: Diagnostics) -> None:
    """W0604: a hook that nothing runs."""
    run = {action.verb.hook for action in protocol.actions() if isinstance(action.verb, model.Run)}
    for hook in protocol.hooks:
        if hook.name not in run and not hook.events:
            given = ", ".join(parameter.name for parameter in hook.parameters)
            diagnostics.warning(
                "W0604",
                f"nothing runs the hook `{hook.name}`",
                hook.span,
                help=f"run it in a trigger: `run {hook.name}({given})`",
            )


def responses(protocol: model.Protocol, diagnostics: Diagnostics) -> None:
    """W0605: a response that would set params, but that no pair expects."""
    expected = {a.message for pair in protocol.pairs for step in pair.steps for a in step}
    expected |= {name for pair in protocol.pairs for name in pair.refusals}
    expected |= {pointer.name for pointer in _events(protocol) if pointer.kind == "message"}
    for message in protocol.messages:
        if (
            message.kind == "response"
            and any(field.param for field in message.fields())
            and not message.part
            and message.name not in expected
        ):
            diagnostics.warning(
                "W0605",
                f"no pair expects the response `{message.name}`",
                message.span,
                "recognised, but its params are not set",
                help="name it in a pair, or call it an `event` when it comes by itself",
            )


def _field_names(message: model.Message) -> Iterator[str]:
    for field in message.held():
        if isinstance(field.origin, model.Brought):
            yield field.origin.path[0]
        elif field.name is not None:
            yield field.name


def _events(protocol: model.Protocol) -> Iterator[model.On]:
    yield from (trigger.on for trigger in protocol.triggers if trigger.on)
    yield from (event for hook in protocol.hooks for event in hook.events)


def _heads(protocol: model.Protocol) -> Iterator[str]:
    """The first names of everything that is looked up."""
    waiting: list[model.Expression | None] = []
    for pair in protocol.pairs:
        waiting += [pair.where, pair.when, *(value for _, value in pair.arguments)]
    for link in protocol.links:
        waiting += [link.where, link.no_reply]
    for join in protocol.joins:
        waiting += [join.first, join.last]
    waiting += [group.when for group in protocol.groups]
    waiting += [timer.when for timer in protocol.timers]
    waiting += [trigger.when for trigger in protocol.triggers]
    for execute, _ in executed(protocol):
        waiting += [value for _, value in execute.arguments]
    waiting += _in_actions(protocol)
    for expression in [each for each in waiting if each is not None]:
        for part in model.every(expression):
            if isinstance(part, model.Scoped):
                yield part.path[0]


def _in_actions(protocol: model.Protocol) -> Iterator[model.Expression | None]:
    """What actions compute, and under which conditions."""
    for action in protocol.actions():
        yield action.when
        if isinstance(action.verb, model.Set | model.SetTimeout | model.SetWait):
            yield action.verb.value
        elif isinstance(action.verb, model.Resize):
            yield action.verb.size
        elif isinstance(action.verb, model.Run):
            yield from action.verb.arguments
        elif isinstance(action.verb, model.Send):
            yield from (value for _, value in action.verb.arguments)
