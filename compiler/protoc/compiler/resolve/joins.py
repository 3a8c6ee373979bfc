"""Joins: values that come in pieces, and are params as soon as they are whole."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.calls import message_of
from protoc.compiler.resolve.expressions import Names, Reader, fields_of
from protoc.compiler.resolve.scope import Scope, Unresolved
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label


def declare_joins(scope: Scope, joins: Iterable[tree.Join]) -> None:
    """Each is a param by its name."""
    for join in joins:
        name = join.name.text
        if name in scope.params:
            scope.diagnostics.error(
                "E0201",
                f"there is a param named `{name}` already",
                join.name.span,
                labels=(Label(scope.params[name].span, "declared here"),),
                help="a join is a param by itself: give one of them another name",
            )
            continue
        scope.params[name] = model.Param(
            name, None, model.Conversion(), join.name.span, doc=join.doc
        )


def resolve_join(scope: Scope, join: tree.Join) -> model.Join:
    """What is put together, and which pieces begin and end it."""
    head, *rest = join.path.path
    message = message_of(scope, head, ("response", "event", "message"))
    names: Names = {**scope.params, message.name: message}
    reader = Reader(scope, names)
    value = reader.read(join.path)
    piece = fields_of(message).get(rest[0].text) if len(rest) == 1 else None
    if not isinstance(piece, model.Field) or not isinstance(piece.wire, _PIECES):
        raise scope.fail(
            "E0605",
            f"`{join.path.text}` cannot be put together",
            join.path.span,
            help=f"name a field of `{message.name}` that is text, bytes or a list",
        )
    if isinstance(piece.wire, model.Text | model.Raw):
        whole = replace(piece.wire, size=model.UntilEnd())
        param = scope.params[join.name.text]
        scope.params[param.name] = replace(param, wire=whole)
    return model.Join(
        join.name.text,
        message.name,
        value,
        reader.read(join.first),
        reader.read(join.last),
        join.span,
        join.doc,
    )


_PIECES = (model.Text, model.Raw, model.Items)


def resolve_joins(scope: Scope, joins: Iterable[tree.Join]) -> list[model.Join]:
    """Those that can be resolved."""
    found: list[model.Join] = []
    for join in joins:
        try:
            found.append(resolve_join(scope, join))
        except Unresolved:
            continue
    return found
