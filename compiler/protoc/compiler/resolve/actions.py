"""Actions: what triggers and groups do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve import param_actions, steps
from protoc.compiler.resolve.calls import arguments, message_of, no_arguments
from protoc.compiler.resolve.constants import seconds
from protoc.compiler.resolve.expressions import Names, Reader
from protoc.compiler.resolve.operands import call, name, param_name
from protoc.compiler.resolve.scope import Scope, Unresolved
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label

_PLACES: dict[str, Literal["first", "last", "now"]] = {
    "first": "first",
    "last": "last",
    "now": "now",
}
_LINE: dict[str, Literal["open", "close", "lock", "unlock"]] = {
    "open": "open",
    "close": "close",
    "lock": "lock",
    "unlock": "unlock",
}
_TIME: dict[str, Literal["start", "stop", "restart", "reschedule"]] = {
    "start": "start",
    "stop": "stop",
    "restart": "restart",
    "reschedule": "reschedule",
}


def execute(scope: Scope, call: tree.Invocation, names: Names, kind: str = "") -> model.Execute:
    """`execute x`: the group, else the pair, else the command of that name, else the trigger.

    With a `kind` it is only looked for among those.
    """
    name = call.name.text
    if name in scope.groups and kind in ("", "group"):
        no_arguments(scope, call, "group")
        return model.Execute("group", name)
    if name in scope.pairs and kind in ("", "pair"):
        command = scope.messages[scope.pairs[name].command]
        return model.Execute("pair", name, arguments(scope, call, command, names))
    message = scope.messages.get(name)
    if message is not None and message.kind == "command" and kind in ("", "command"):
        return model.Execute("command", name, arguments(scope, call, message, names))
    if name in scope.triggers and kind in ("", "trigger"):
        no_arguments(scope, call, "trigger")
        return model.Execute("trigger", name)
    commands = [m.name for m in scope.messages.values() if m.kind == "command"]
    raise scope.unknown(
        "group, pair or command", call.name, [*scope.groups, *scope.pair_trees, *commands]
    )


def resolve_actions(
    scope: Scope, actions: tree.Actions | None, names: Names
) -> tuple[model.Action, ...]:
    """The actions in braces, those that fail left out."""
    found: list[model.Action] = []
    for action in actions.actions if actions else ():
        try:
            when = Reader(scope, names).read(action.condition) if action.condition else None
            found.extend(
                model.Action(verb, action.span, when) for verb in _verbs(scope, action, names)
            )
        except Unresolved:
            continue
    return tuple(found)


def _verbs(scope: Scope, action: tree.Action, names: Names) -> list[model.Verb]:
    return _READERS[action.verb](scope, action, names)


def _queued(scope: Scope, action: tree.Action, names: Names) -> list[model.Verb]:
    return [_placed(scope, action, execute(scope, call(t), names)) for t in action.targets]


def _item(scope: Scope, action: tree.Action, names: Names) -> list[model.Verb]:
    kind = action.words[0] if action.words else ""
    if kind not in ("", "group", "pair", "command", "trigger"):
        raise scope.fail(
            "E0603",
            f"a group holds no `{kind}`",
            action.span,
            help="name a group, a pair or a command; `pair x` says which `x` is meant",
        )
    found = [execute(scope, call(target), names, kind) for target in action.targets]
    return [model.Item(each.kind, each.name, each.arguments) for each in found]


def _placed(scope: Scope, action: tree.Action, found: model.Execute) -> model.Execute:
    places = [word for word in action.words if word != "once"]
    if len(places) > 1 or any(word not in _PLACES for word in places):
        raise scope.fail(
            "E0603",
            f"`{' '.join(action.words)}` is no place in the queue",
            action.span,
            help="write `first`, `last` or `now`, and `once` behind it",
        )
    priority = _PLACES[places[0]] if places else "normal"
    return replace(found, priority=priority, once="once" in action.words)


def _send(scope: Scope, action: tree.Action, names: Names) -> list[model.Verb]:
    result: list[model.Verb] = []
    for target in action.targets:
        sent = call(target)
        message = message_of(scope, sent.name, ("command", "message"))
        given = arguments(scope, sent, message, names)
        result.append(model.Send(model.MessageName(message.name), given))
    return result


def _run(scope: Scope, action: tree.Action, names: Names) -> list[model.Verb]:
    result: list[model.Verb] = []
    for target in action.targets:
        called = call(target)
        hook = scope.hooks.get(called.name.text)
        if hook is None:
            raise scope.unknown("hook", called.name, scope.hooks)
        if len(called.arguments) != len(hook.parameters):
            raise scope.fail(
                "E0606",
                f"`{hook.name}` takes {_values(len(hook.parameters))}, not {len(called.arguments)}",
                called.span,
                labels=(Label(hook.span, "declared here"),),
                help=f"write `run {hook.name}({', '.join(p.name for p in hook.parameters)})`",
            )
        reader = Reader(scope, names)
        values = tuple(reader.read(a.value) for a in called.arguments)
        result.append(model.Run(model.HookName(hook.name), values))
    return result


def _values(count: int) -> str:
    return f"{count or 'no'} {'value' if count == 1 else 'values'}"


def _do(scope: Scope, action: tree.Action, names: Names) -> list[model.Verb]:
    result: list[model.Verb] = []
    for target in action.targets:
        trigger = name(target)
        if trigger.text not in scope.triggers:
            raise scope.unknown("trigger", trigger, scope.triggers)
        result.append(model.Do(trigger.text))
    return result


def _time(scope: Scope, action: tree.Action, names: Names) -> list[model.Verb]:
    result: list[model.Verb] = []
    for target in action.targets:
        timer = name(target)
        if timer.text not in scope.timers:
            raise scope.unknown("timer", timer, scope.timers)
        result.append(model.Time(_TIME[action.verb], timer.text, "now" in action.words))
    return result


def _line(scope: Scope, action: tree.Action, names: Names) -> list[model.Verb]:
    verb = _LINE[action.verb]
    if not action.targets:
        return [model.Line(verb)]
    target = action.targets[0]
    link = name(target)
    if link.text in scope.links:
        return [model.Line(verb, link.text)]
    if verb == "close" and link.text in scope.params:
        return [model.HangUp(param_name(scope, target))]
    raise scope.unknown("link", link, scope.links)


def _pause(scope: Scope, action: tree.Action, names: Names) -> list[model.Verb]:
    return [model.Pause(seconds(scope, action.value), action.verb == "sleep")]


def _leave(scope: Scope, action: tree.Action, names: Names) -> list[model.Verb]:
    return [model.Leave()]


_READERS: dict[str, Callable[[Scope, tree.Action, Names], list[model.Verb]]] = {
    "execute": _queued,
    "item": _item,
    "send": _send,
    "run": _run,
    "do": _do,
    "wait": _pause,
    "sleep": _pause,
    "leave": _leave,
    **dict.fromkeys(_LINE, _line),
    **dict.fromkeys(_TIME, _time),
    "set": param_actions.set_value,
    "copy": param_actions.copy,
    "append": param_actions.append,
    "clear": param_actions.clear,
    "resize": param_actions.resize,
    "reverse": param_actions.reverse,
    "enter": param_actions.enter,
    "save": param_actions.save,
    "make": steps.make,
    "read": steps.read,
    "fill": steps.fill,
    "check": steps.check,
    "stuff": steps.stuff,
    "unstuff": steps.stuff,
    "replace": steps.replace,
    "swap": steps.swap,
}
