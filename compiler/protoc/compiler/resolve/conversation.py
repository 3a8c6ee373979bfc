"""Groups, timers, triggers and hooks."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.actions import execute, resolve_actions
from protoc.compiler.resolve.constants import seconds
from protoc.compiler.resolve.expressions import Names, Reader, free_fields
from protoc.compiler.resolve.scope import Scope
from protoc.dsl import tree


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
        found = execute(scope, target, scope.params)
        targets.append(replace(found, priority="last", once=True))
    every = seconds(scope, timer.every) if timer.every else None
    if every is not None and every <= 0:
        assert timer.every is not None
        raise scope.fail(
            "E0607",
            "the period of a timer is more than nothing",
            timer.every.span,
            help="write how long it waits: `every 1s`",
        )
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
    if word in _PLAIN_EVENTS and event.name is None:
        return model.On(word), names
    if word in _PLAIN_EVENTS:
        return _link_event(scope, event, event.name), names
    if word == "idle":
        return model.On(word, seconds=seconds(scope, event.value)), names
    if word == "status":
        assert isinstance(event.value, tree.String)
        return model.On(word, name=event.value.value), names
    if event.each:
        kind = "param" if event.kind == "parameter" else event.kind
        _require_kind(scope, event, kind)
        return model.On(word, kind, "", event.last, event.after_response), names
    assert event.name is not None
    return _named_event(scope, event, event.name, names)


def _link_event(scope: Scope, event: tree.Event, name: tree.Name | None) -> model.On:
    """`on connect main`: of one link only."""
    if name is None or event.word == "start" or event.kind not in ("", "link"):
        raise scope.fail(
            "E0609",
            f"`on {event.word}` does not go with that",
            event.span,
            help=f"write `on {event.word}` alone",
        )
    if name.text not in scope.links:
        raise scope.unknown("link", name, scope.links)
    return model.On(event.word, "link", name.text)


def _require_kind(scope: Scope, event: tree.Event, kind: str) -> None:
    """Refuse an event that objects of a kind do not have."""
    kinds = _KINDS[event.word]
    if _NOUNS.get(kind, kind) not in kinds:
        written = f"each {event.kind}" if event.each else event.kind
        named = event.name.text if event.name else f"each {kinds[0]}"
        raise scope.fail(
            "E0609",
            f"`on {event.word}` does not go with `{written}`",
            event.span,
            help=f"write `on {event.word} {named}`, or one of: {', '.join(kinds)}",
        )


def _named_event(
    scope: Scope, event: tree.Event, name: tree.Name, names: dict[str, Any]
) -> tuple[model.On, Names]:
    word = event.word
    kinds = _KINDS[word]
    if event.kind:
        _require_kind(scope, event, event.kind)
        kinds = (_NOUNS.get(event.kind, event.kind),)
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
                fields = free_fields(scope.messages[name.text])
                # what a connector works on are its params: fields only bring their values
                names = {**fields, **names} if scope.explicit else {**names, **fields}
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
    events = tuple(resolve_event(scope, event)[0] for event in hook.events)
    when = None
    if hook.condition is not None:
        when = Reader(scope, scope.params).read(hook.condition)
    return model.Hook(hook.name.text, tuple(parameters), hook.span, events, when, hook.doc, hook.id)
