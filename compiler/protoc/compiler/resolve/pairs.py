"""Pairs: a command and what answers it."""

from __future__ import annotations

from typing import Any

from protoc.compiler import model
from protoc.compiler.resolve.calls import arguments, message_of
from protoc.compiler.resolve.constants import seconds, whole
from protoc.compiler.resolve.expressions import Reader
from protoc.compiler.resolve.scope import Scope
from protoc.dsl import tree

_PAIR_LATER = frozenset(["ping", "quiet", "bytewise", "after_idle"])


def resolve_pair(scope: Scope, pair: tree.Pair) -> model.Pair:
    """A command and what answers it."""
    command = message_of(scope, pair.command.name, ("command", "message"))
    steps = tuple(
        tuple(model.Answer(_answer(scope, a).name, a.many) for a in step) for step in pair.steps
    )
    refusals = tuple(_answer(scope, answer).name for answer in pair.refusals)
    names: dict[str, Any] = {"request": command}
    for name in [a.message for step in steps for a in step] + list(refusals):
        names[name] = scope.messages[name]
    replies = [*steps[0], *[model.Answer(r) for r in refusals]] if steps else []
    # what can be said of any of several answers is said of the first
    names["reply"] = scope.messages[replies[0].message] if replies else None
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
        elif option.word in _PAIR_LATER:
            raise scope.unsupported(f"the pair option `{option.word}`", option.span, "leave it out")
    return found


_ANSWERS = ("response", "event", "message")


def _answer(scope: Scope, answer: tree.Answer) -> model.Message:
    return message_of(scope, answer.name, _ANSWERS)
