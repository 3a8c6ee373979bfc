"""Pairs: a command and what answers it."""

from __future__ import annotations

from typing import Any

from protoc.compiler import model
from protoc.compiler.resolve.calls import arguments, message_of
from protoc.compiler.resolve.constants import seconds, whole
from protoc.compiler.resolve.expressions import Reader, any_of
from protoc.compiler.resolve.scope import Scope
from protoc.dsl import tree

BYTE_GAP = 0.005
"""Seconds between the bytes of a command, where nothing else is said."""


def resolve_pair(scope: Scope, pair: tree.Pair) -> model.Pair:
    """A command and what answers it."""
    command = message_of(scope, pair.command.name, ("command", "message"))
    steps = tuple(
        tuple(model.Answer(_answer(scope, a).name, a.many) for a in step) for step in pair.steps
    )
    refusals = tuple(_answer(scope, answer).name for answer in pair.refusals)
    names: dict[str, Any] = {"request": command, command.name: command}
    for name in [a.message for step in steps for a in step] + list(refusals):
        names[name] = scope.messages[name]
    replies = [*steps[0], *[model.Answer(r) for r in refusals]] if steps else []
    names["reply"] = any_of(scope.messages[reply.message] for reply in replies)
    names.update({name: param for name, param in scope.params.items() if name not in names})
    options = _pair_options(scope, pair, Reader(scope, names))
    return model.Pair(
        pair.name.text,
        command.name,
        arguments(scope, pair.command, command, scope.params),
        steps,
        refusals,
        pair.span,
        doc=pair.doc,
        id=pair.id,
        **options,
    )


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
        elif option.word in ("ping", "quiet"):
            found[option.word] = True
        elif option.word == "bytewise":
            found["bytewise"] = BYTE_GAP if value is None else seconds(scope, value)
        elif option.word == "after_idle":
            found["after_idle"] = _pause(scope, option)
    return found


def _pause(scope: Scope, option: tree.Option) -> float:
    pause = 0.0 if option.value is None else seconds(scope, option.value)
    if pause <= 0:
        raise scope.fail(
            "E0607",
            "`after_idle` needs a pause",
            option.span,
            help="write how long nothing comes behind the answer: `after_idle 20ms`",
        )
    return pause


_ANSWERS = ("response", "event", "message")


def _answer(scope: Scope, answer: tree.Answer) -> model.Message:
    return message_of(scope, answer.name, _ANSWERS)
