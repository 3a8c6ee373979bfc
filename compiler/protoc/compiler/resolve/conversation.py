"""Pairs, groups, timers, triggers and hooks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from protoc.compiler import model
from protoc.compiler.resolve.constants import seconds, whole
from protoc.compiler.resolve.expressions import Names, Reader, free_fields
from protoc.compiler.resolve.scope import Scope, Unresolved
from protoc.dsl import tree

_PAIR_LATER = frozenset(["ping", "quiet", "bytewise", "after_idle"])


def resolve_pair(scope: Scope, pair: tree.Pair) -> model.Pair:
    """A command and what answers it."""
    command = _message(scope, pair.command.name, ("command", "message"))
    steps = tuple(
        tuple(model.Answer(_answer(scope, a).name, a.many) for a in step) for step in pair.steps
    )
    refusals = tuple(_answer(scope, answer).name for answer in pair.refusals)
    names: dict[str, Any] = {"request": command}
    for name in [a.message for step in steps for a in step] + list(refusals):
        names[name] = scope.messages[name]
    replies = [*steps[0], *[model.Answer(r) for r in refusals]] if steps else []
    names["reply"] = scope.messages[replies[0].message] if len(replies) == 1 else None
    if len(replies) > 1:
        names["reply"] = _common(scope, [scope.messages[r.message] for r in replies])
    names.update({name: param for name, param in scope.params.items() if name not in names})
    options = _pair_options(scope, pair, Reader(scope, names))
    return model.Pair(
        pair.name.text,
        command.name,
        _arguments(scope, pair.command, command, scope.params),
        steps,
        refusals,
        pair.span,
        doc=pair.doc,
        id=pair.id,
        **options,
    )


def _common(scope: Scope, messages: list[model.Message]) -> model.Message:
    """What can be said of any of several messages: the first stands for them."""
    return messages[0]


def _pair_options(scope: Scope, pair: tree.Pair, reader: Reader) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for option in pair.options:
        value = option.value
        if option.word in ("timeout", "gap"):
            found[option.word] = seconds(scope, value)
        elif option.word == "retries":
            assert value is not None
            found["retries"] = whole(scope, value)
        elif option.word == "where":
            assert value is not None
            found["where"] = reader.read(value)
        elif option.word == "if":
            assert value is not None
            found["when"] = Reader(scope, scope.params).read(value)
        elif option.word == "on":
            assert isinstance(value, tree.Reference)
            if value.text not in scope.links:
                raise scope.unknown("link", value.path[0], scope.links)
            found["links"] = (value.text,)
        elif option.word in _PAIR_LATER:
            raise scope.unsupported(f"the pair option `{option.word}`", option.span, "leave it out")
    return found


def _message(scope: Scope, name: tree.Name, kinds: tuple[str, ...]) -> model.Message:
    message = scope.messages.get(name.text)
    if message is None:
        known = [m.name for m in scope.messages.values() if m.kind in kinds and not m.part]
        raise scope.unknown(kinds[0], name, known)
    if message.kind not in kinds or message.part:
        raise scope.fail(
            "E0602",
            f"`{name.text}` is no {kinds[0]}",
            name.span,
            f"declared as {'a part of other messages' if message.part else message.kind}",
            help=f"name a {' or '.join(kinds)} here",
        )
    return message


def _answer(scope: Scope, answer: tree.Answer) -> model.Message:
    return _message(scope, answer.name, ("response", "event", "message"))


def _arguments(
    scope: Scope, call: tree.Invocation, message: model.Message, names: Names
) -> tuple[tuple[str, model.Expression], ...]:
    """The fields a call gives, as expressions over what is known when it runs."""
    fields = free_fields(message)
    found = []
    for argument in call.arguments:
        name = argument.name
        if name is None:
            raise scope.fail(
                "E0204",
                "an argument here needs the name of its field",
                argument.span,
                help=f"write it as `{next(iter(fields), 'field')}=…`",
            )
        if name.text not in fields:
            raise scope.unknown("field to give", name, fields)
        reader = Reader(scope, names)
        field = fields[name.text]
        enum = scope.enums.get(field.conversion.enum or "")
        found.append((name.text, reader._labelled(argument.value, enum)))
    return tuple(found)


# ------------------------------------------------------------------ actions


def _execute(scope: Scope, call: tree.Invocation, names: Names) -> model.Execute:
    """`execute x`: the group, else the pair, else the command of that name, else the trigger."""
    name = call.name.text
    if name in scope.groups:
        return model.Execute("group", name)
    if name in scope.pairs:
        command = scope.messages[scope.pairs[name].command]
        return model.Execute("pair", name, _arguments(scope, call, command, names))
    message = scope.messages.get(name)
    if message is not None and message.kind == "command":
        return model.Execute("command", name, _arguments(scope, call, message, names))
    if name in scope.triggers:
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
    if verb in ("open", "close") and not action.targets:
        return [model.Line(verb)]  # type: ignore[arg-type]
    if verb in ("start", "stop", "restart") and not action.words:
        return [_time(scope, verb, target) for target in action.targets]
    readers = {"set": _set, "send": _send, "run": _run, "clear": _clear, "do": _do, "copy": _copy}
    if verb in readers and not action.words:
        return readers[verb](scope, action, names)
    words = " ".join((verb, *action.words))
    raise scope.unsupported(f"the action `{words}`", action.span, "use `hook` and your own code")


def _queued(
    scope: Scope, action: tree.Action, target: tree.Invocation | tree.Reference, names: Names
) -> model.Execute:
    execute = _execute(scope, _call(target), names)
    words = [word for word in action.words if word != "once"]
    if len(words) > 1 or any(word not in ("first", "last", "now") for word in words):
        raise scope.fail(
            "E0603",
            f"`{' '.join(action.words)}` is no place in the queue",
            action.span,
            help="`first`, `last` or `now`, and `once`",
        )
    return model.Execute(
        execute.kind,
        execute.name,
        execute.arguments,
        words[0] if words else "normal",
        "once" in action.words,  # type: ignore[arg-type]
    )


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
    enum = scope.enums.get(kind.conversion.enum or "")
    value = Reader(scope, names)._labelled(action.value, enum)
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
            help="declare it with `default` instead of `=`",
        )
    return param


def _send(scope: Scope, action: tree.Action, names: Names) -> list[model.Verb]:
    result: list[model.Verb] = []
    for target in action.targets:
        call = _call(target)
        message = _message(scope, call.name, ("command", "message"))
        result.append(model.Send(message.name, _arguments(scope, call, message, names)))
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
                f"`{hook.name}` takes {len(hook.parameters)} values, not {len(call.arguments)}",
                call.span,
                help=f"{hook.name}({', '.join(p.name for p in hook.parameters)})",
            )
        reader = Reader(scope, names)
        result.append(model.Run(hook.name, tuple(reader.read(a.value) for a in call.arguments)))
    return result


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
        raise scope.fail("E0603", "`copy a to b` names two params", action.span)
    source = action.targets[0]
    reference = (
        source
        if isinstance(source, tree.Reference)
        else tree.Reference((source.name,), span=source.span)
    )
    value = Reader(scope, names).read(reference)
    return [model.Set(_param(scope, target[0].path[0]).name, value)]


def _time(scope: Scope, verb: str, target: tree.Invocation | tree.Reference) -> model.Time:
    name = _name(target)
    if name.text not in scope.timers:
        raise scope.unknown("timer", name, scope.timers)
    return model.Time(verb, name.text)  # type: ignore[arg-type]


# ------------------------------------------------------------------ groups, timers, triggers


def resolve_group(scope: Scope, group: tree.Group) -> model.Group:
    """Items executed one after the other."""
    condition = Reader(scope, scope.params).read(group.condition) if group.condition else None
    if group.link is not None and group.link.text not in scope.links:
        raise scope.unknown("link", group.link, scope.links)
    return model.Group(
        group.name.text,
        resolve_actions(scope, group.actions, scope.params),
        group.span,
        condition,
        group.immediate,
        (group.link.text,) if group.link else (),
        group.doc,
        group.id,
    )


def resolve_timer(scope: Scope, timer: tree.Timer, name: str) -> model.Timer:
    """A timer and what it queues."""
    targets = []
    for target in timer.targets:
        execute = _execute(scope, target, scope.params)
        targets.append(model.Execute(execute.kind, execute.name, execute.arguments, "last", True))
    every = seconds(scope, timer.every) if timer.every else None
    if every is not None and every <= 0:
        assert timer.every is not None
        raise scope.fail("E0607", "a timer needs a period", timer.every.span, help="every 1s")
    after = None
    if timer.after:
        after = (seconds(scope, timer.after[0]), seconds(scope, timer.after[1]))
    return model.Timer(
        name,
        every,
        tuple(targets),
        timer.span,
        after,
        timer.stopped,
        seconds(scope, timer.gap) if timer.gap else 0.0,
        Reader(scope, scope.params).read(timer.condition) if timer.condition else None,
        timer.doc,
        timer.id,
    )


def resolve_trigger(scope: Scope, trigger: tree.Trigger, name: str) -> model.Trigger:
    """An event and the actions it sets in motion."""
    on, names = resolve_event(scope, trigger.event) if trigger.event else (None, scope.params)
    when = Reader(scope, names).read(trigger.condition) if trigger.condition else None
    return model.Trigger(
        name,
        on,
        resolve_actions(scope, trigger.actions, names),
        trigger.span,
        resolve_actions(scope, trigger.otherwise, names),
        when,
        trigger.doc,
        trigger.id,
    )


_PLAIN_EVENTS = ("connect", "disconnect", "start")


def resolve_event(scope: Scope, event: tree.Event) -> tuple[model.On, Names]:
    """When a trigger fires, and the names its actions can use."""
    names: dict[str, Any] = dict(scope.params)
    word = event.word
    if word in _PLAIN_EVENTS:
        return model.On(word), names
    if word == "idle":
        return model.On(word, seconds=seconds(scope, event.value)), names
    if word == "status":
        raise scope.unsupported("`on status`", event.span, "use `on connect` or `on disconnect`")
    if event.each:
        kind = "message" if event.kind in ("command", "response", "message") else event.kind
        if kind == "message":
            raise scope.unsupported("`each`", event.span, "name the message")
        return model.On(word, kind or "param", last=event.last), names
    assert event.name is not None
    return _named_event(scope, event, event.name, names)


def _named_event(
    scope: Scope, event: tree.Event, name: tree.Name, names: dict[str, Any]
) -> tuple[model.On, Names]:
    word = event.word
    kinds = _KINDS[word] if not event.kind else (_NOUNS.get(event.kind, event.kind),)
    known: dict[str, dict[str, Any]] = {
        "param": dict(scope.params),
        "message": dict(scope.messages),
        "pair": dict(scope.pairs),
        "group": dict(scope.groups),
        "timer": dict(scope.timers),
    }
    for kind in kinds:
        if name.text in known[kind]:
            if kind == "message":
                names = {**names, **free_fields(scope.messages[name.text])}
            on = model.On(word, kind, name.text, event.last, event.after_response)
            return on, names
    declared = [n for kind in kinds for n in known[kind]]
    raise scope.unknown(" or ".join(kinds), name, declared)


_NOUNS = {"command": "message", "response": "message", "event": "message", "parameter": "param"}
_KINDS = {
    "change": ("param",),
    "before": ("message", "pair", "group", "timer"),
    "after": ("message", "pair", "group", "timer"),
    "success": ("pair",),
    "timeout": ("pair",),
}


_TYPES = {"float": "float", "text": "str", "bytes": "bytes", "bool": "bool", "char": "str"}


def resolve_hook(scope: Scope, hook: tree.Hook) -> model.Hook:
    """A place for the user's code."""
    parameters = []
    for parameter in hook.parameters:
        type_ = parameter.typed.type if parameter.typed else None
        name = type_.name.text if isinstance(type_, tree.NamedType) else "text"
        python = "float" if name in ("f32", "f64") else _TYPES.get(name, "int")
        parameters.append(model.HookParameter(parameter.name.text, python))
    on = resolve_event(scope, hook.event)[0] if hook.event else None
    return model.Hook(hook.name.text, tuple(parameters), hook.span, on, hook.doc, hook.id)
