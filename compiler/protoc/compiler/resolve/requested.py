"""Labels of what an answer asks of its request: which one it answers is told by pairs, later."""

from __future__ import annotations

from collections.abc import Iterator

from protoc.compiler import model
from protoc.compiler.resolve.bodies import body_of, inside
from protoc.compiler.resolve.enums import resolve_enum
from protoc.compiler.resolve.scope import Scope
from protoc.dsl import tree
from protoc.dsl.source import Span


def requested_labels(scope: Scope, name: str, span: Span) -> model.Enum | None:
    """The labels that commands have for a field of a name; none that mean different things."""
    found: dict[str, set[int | str]] = {}
    for layout in scope.layouts.values():
        if layout.kind in ("command", "message"):
            for enum in _enums(scope, layout, name):
                for label in enum.labels:
                    found.setdefault(label.name, set()).add(label.values[0])
    labels = [model.Label(label, tuple(values)) for label, values in found.items()]
    alike = tuple(label for label in labels if len(label.values) == 1)
    return model.Enum(name, alike, span) if alike else None


def _enums(scope: Scope, layout: tree.Layout, name: str) -> Iterator[model.Enum]:
    """Those of the fields and bits of a layout that have the name."""
    for statement in inside(body_of(layout.body)):
        if isinstance(statement, tree.Bare) and statement.name.text == name:
            param = scope.params.get(name)
            if param is not None and param.conversion.enum:
                yield scope.enums[param.conversion.enum]
        elif isinstance(statement, tree.Field):
            type_ = statement.typed.type
            bits = (type_.bits or ()) if isinstance(type_, tree.NamedType) else ()
            said = [(statement.name, statement.typed.modifiers)]
            said += [(bit.name, bit.modifiers) for bit in bits]
            for called, modifiers in said:
                if called.text == name:
                    yield from _said(scope, modifiers, name)


def _said(scope: Scope, modifiers: tuple[tree.Modifier, ...], field: str) -> Iterator[model.Enum]:
    """The enumeration behind `as`, declared there or elsewhere."""
    for modifier in modifiers:
        name = modifier.name.text if modifier.name is not None else ""
        if modifier.word == "as" and modifier.labels:
            yield resolve_enum(scope, name or field, modifier.labels, modifier.span)
        elif modifier.word == "as" and name in scope.enums:
            yield scope.enums[name]
