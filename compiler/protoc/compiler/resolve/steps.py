"""Actions on the bytes of the command or response at hand."""

from __future__ import annotations

from typing import Literal

from protoc.compiler import model
from protoc.compiler.resolve.calls import message_of
from protoc.compiler.resolve.constants import whole
from protoc.compiler.resolve.expressions import Names
from protoc.compiler.resolve.operands import (
    destination,
    operands,
    param_name,
    piece,
    two_numbers,
)
from protoc.compiler.resolve.scope import Scope
from protoc.dsl import tree

Verbs = list[model.Verb]
_PARTS: dict[str, Literal["length", "crc"]] = {"length": "length", "crc": "crc"}


def make(scope: Scope, action: tree.Action, names: Names) -> Verbs:
    """`make`."""
    return [model.Make()]


def read(scope: Scope, action: tree.Action, names: Names) -> Verbs:
    """`read`."""
    return [model.Read()]


def fill(scope: Scope, action: tree.Action, names: Names) -> Verbs:
    """`fill length`, `fill crc`."""
    return [model.Fill(_PARTS[action.words[0]])]


def check(scope: Scope, action: tree.Action, names: Names) -> Verbs:
    """`check length`, `check crc`."""
    return [model.Check(_PARTS[action.words[0]])]


def stuff(scope: Scope, action: tree.Action, names: Names) -> Verbs:
    """`stuff x unless y skip n, n`, `unstuff x`."""
    kind = model.Stuff if action.verb == "stuff" else model.Unstuff
    mark = piece(scope, action.targets[0] if action.targets else action.value)
    unless = operands(action, "unless")
    skip = two_numbers(scope, action, "skip") or (0, 0)
    return [kind(mark, piece(scope, unless[0]) if unless else b"", skip)]


def replace(scope: Scope, action: tree.Action, names: Names) -> Verbs:
    """`replace x by y skip n, n`, `only n, n`, `in p`."""
    (new,) = operands(action, "by")
    target = destination(scope, action, "in") if operands(action, "in") else None
    return [
        model.Replace(
            piece(scope, action.targets[0] if action.targets else action.value),
            piece(scope, new),
            two_numbers(scope, action, "skip") or (0, 0),
            two_numbers(scope, action, "only"),
            param_name(scope, target) if target is not None else None,
        )
    ]


def swap(scope: Scope, action: tree.Action, names: Names) -> Verbs:
    """`swap 2 for p of c`: its place is counted from 0."""
    assert action.value is not None
    place = whole(scope, action.value)
    command = message_of(scope, destination(scope, action, "of").path[0], ("command", "message"))
    if place >= len(command.elements):
        raise scope.fail(
            "E0603",
            f"`{command.name}` has no place {place}",
            action.span,
            help=f"its places are 0 to {len(command.elements) - 1}",
        )
    target = param_name(scope, destination(scope, action, "for"), constant=True)
    return [model.Swap(place, target, model.MessageName(command.name))]
