"""Actions: what triggers and groups do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from protoc.compiler import model
from protoc.compiler.resolve.calls import arguments, given, message_of, no_arguments
from protoc.compiler.resolve.constants import seconds
from protoc.compiler.resolve.expressions import Names, Reader
from protoc.compiler.resolve.scope import Scope, Unresolved
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label

_PLACES: dict[str, Literal["first", "last", "now"]] = {
    "first": "first",
    "last": "last",
    "now": "now",
}
_LINE: dict[str, Literal["open", "close"]] = {"open": "open", "close": "close"}
_TIME: dict[str, Literal["start", "stop", "restart"]] = {
    "start": "start",
    "stop": "stop",
    "restart": "restart",
}


def execute(scope: Scope, call: tree.Invocation, names: Names) -> model.Execute:
    """`execute x`: the group, else the pair, else the command of that name, else the trigger."""
    name = call.name.text
    if name in scope.groups:
        no_arguments(scope, call, "group")
        return model.Execute("group", name)
    if name in scope.pairs:
        command = scope.messages[scope.pairs[name].command]
        return model.Execute("pair", name, arguments(scope, call, command, names))
    message = scope.messages.get(name)
    if message is not None and message.kind == "command":
        return model.Execute("command", name, arguments(scope, call, message, names))
    if name in scope.triggers:
        no_arguments(scope, call, "trigger")
        return model.Execute("trigger", name)
    commands = [m.name for m in scope.messages.values() if m.kind == "command"]
    raise scope.unknown(
        "group, pair or command", call.name, [*scope.groups, *scope.pair_trees, *commands]
    )


def _call(target: tree.Invocation | tree.Reference) -> tree.Invocation:
    if isinstance(target, tree.Invocation):
        return target
    return tree.Invocation(target.path[0], span=target.span)


def _name(target: tree.Invocation | tree.Reference) -> tree.Name:
    return target.name if isinstance(target, tree.Invocation) else target.path[0]


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


def _verbs(scope: Scope, action: tree.Action, names: Names) -> Iterable[model.Verb]:
    verb = action.verb
    if verb in ("execute", "item"):
        return [_queued(scope, action, target, names) for target in action.targets]
    if verb == "wait":
        return [model.Pause(seconds(scope, action.value))]
    if verb in _LINE and not action.targets:
        return [model.Line(_LINE[verb])]
    if verb in _TIME and not action.words:
        return [model.Time(_TIME[verb], _timer(scope, target)) for target in action.targets]
    readers = {"set": _set, "send": _send, "run": _run, "clear": _clear, "do": _do, "copy": _copy}
    if verb in readers and not action.words:
        return readers[verb](scope, action, names)
    words = " ".join((verb, *action.words))
    raise scope.unsupported(
        f"the action `{words}`", action.span, "call a `hook` and do it in your own code"
    )


def _queued(
    scope: Scope, action: tree.Action, target: tree.Invocation | tree.Reference, names: Names
) -> model.Execute:
    found = execute(scope, _call(target), names)
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


def _set(scope: Scope, action: tree.Action, names: Names) -> list[model.Verb]:
    target = action.targets[0]
    path = target.path if isinstance(target, tree.Reference) else (target.name,)
    param = _param(scope, path[0])
    assert action.value is not None
    kind: model.Param | model.Part = param
    if len(path) > 1:
        parts = param.wire.parts if isinstance(param.wire, model.Bits) else ()
        bits = {part.name: part for part in parts if part.name}
        if len(path) > 2 or path[1].text not in bits:
            raise scope.unknown("bit", path[1], bits)
        kind = bits[path[1].text]
    value = given(scope, action.value, kind, names)
    return [model.Set(param.name, value, tuple(part.text for part in path[1:]))]


def _param(scope: Scope, name: tree.Name) -> model.Param:
    param = scope.params.get(name.text)
    if param is None:
        raise scope.unknown("param", name, scope.params)
    if param.constant:
        raise scope.fail(
            "E0604",
            f"`{name.text}` is a constant",
            name.span,
            "cannot be changed",
            labels=(Label(param.span, "declared here"),),
            help="declare it with `default` instead of `=`",
        )
    return param


def _send(scope: Scope, action: tree.Action, names: Names) -> list[model.Verb]:
    result: list[model.Verb] = []
    for target in action.targets:
        call = _call(target)
        message = message_of(scope, call.name, ("command", "message"))
        result.append(model.Send(message.name, arguments(scope, call, message, names)))
    return result


def _run(scope: Scope, action: tree.Action, names: Names) -> list[model.Verb]:
    result: list[model.Verb] = []
    for target in action.targets:
        call = _call(target)
        hook = scope.hooks.get(call.name.text)
        if hook is None:
            raise scope.unknown("hook", call.name, scope.hooks)
        if len(call.arguments) != len(hook.parameters):
            raise scope.fail(
                "E0606",
                f"`{hook.name}` takes {_values(len(hook.parameters))}, not {len(call.arguments)}",
                call.span,
                labels=(Label(hook.span, "declared here"),),
                help=f"write `run {hook.name}({', '.join(p.name for p in hook.parameters)})`",
            )
        reader = Reader(scope, names)
        result.append(model.Run(hook.name, tuple(reader.read(a.value) for a in call.arguments)))
    return result


def _values(count: int) -> str:
    return f"{count or 'no'} {'value' if count == 1 else 'values'}"


def _clear(scope: Scope, action: tree.Action, names: Names) -> list[model.Verb]:
    return [model.Clear(_param(scope, _name(target)).name) for target in action.targets]


def _do(scope: Scope, action: tree.Action, names: Names) -> list[model.Verb]:
    result: list[model.Verb] = []
    for target in action.targets:
        name = _name(target)
        if name.text not in scope.triggers:
            raise scope.unknown("trigger", name, scope.triggers)
        result.append(model.Do(name.text))
    return result


def _copy(scope: Scope, action: tree.Action, names: Names) -> list[model.Verb]:
    operands = dict(action.operands)
    target = operands.get("to", ())
    if len(action.targets) != 1 or len(target) != 1 or not isinstance(target[0], tree.Reference):
        raise scope.fail(
            "E0603",
            "`copy` needs one param and where it goes",
            action.span,
            help="write `copy a to b`",
        )
    source = action.targets[0]
    reference = (
        source
        if isinstance(source, tree.Reference)
        else tree.Reference((source.name,), span=source.span)
    )
    value = Reader(scope, names).read(reference)
    return [model.Set(_param(scope, target[0].path[0]).name, value)]


def _timer(scope: Scope, target: tree.Invocation | tree.Reference) -> str:
    name = _name(target)
    if name.text not in scope.timers:
        raise scope.unknown("timer", name, scope.timers)
    return name.text
