"""Enumerations: labels and the raw values they stand for."""

from __future__ import annotations

from protoc.compiler import model
from protoc.compiler.resolve.constants import whole
from protoc.compiler.resolve.scope import Scope
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label
from protoc.dsl.source import Span


def resolve_enum(
    scope: Scope, name: str, labels: tuple[tree.EnumLabel, ...], span: Span, doc: str = ""
) -> model.Enum:
    """An enumeration; its raw values are all numbers or all text."""
    resolved: list[model.Label] = []
    taken: dict[int | str, tree.Node] = {}
    names: dict[str, tree.Node] = {}
    for label in labels:
        text = label_text(label)
        if text in names:
            scope.diagnostics.error(
                "E0201",
                f"there are two labels named `{text}`",
                label.name.span,
                "declared again",
                labels=(Label(names[text].span, "first declared here"),),
                help="rename one of them",
            )
            continue
        names[text] = label.name
        resolved.append(model.Label(text, _values(scope, label, taken)))
    kinds = {type(value) for label in resolved for value in label.values}
    if len(kinds) > 1:
        raise scope.fail(
            "E0406",
            f"labels of `{name}` stand for numbers and for texts",
            span,
            help="give all of them numbers, or all of them texts in quotes",
        )
    return model.Enum(name, tuple(resolved), span, doc)


def label_text(label: tree.EnumLabel) -> str:
    """A label as the rest of the description calls it."""
    return label.name.text if isinstance(label.name, tree.Name) else label.name.value


def _values(
    scope: Scope, label: tree.EnumLabel, taken: dict[int | str, tree.Node]
) -> tuple[int | str, ...]:
    """The raw values of one label, none of which another label has `taken`."""
    values = []
    for node in label.values:
        value = _value(scope, node)
        if value in taken:
            shown = f'"{value}"' if isinstance(value, str) else value
            scope.diagnostics.error(
                "E0407",
                f"two labels stand for {shown}",
                node.span,
                labels=(Label(taken[value].span, "first used here"),),
                help="one label may have several values (`a = 0 | 1`), but not several one value",
            )
        taken.setdefault(value, node)
        values.append(value)
    return tuple(values)


def _value(scope: Scope, value: tree.Expression) -> int | str:
    if isinstance(value, tree.String):
        return value.value
    if isinstance(value, tree.Octets):
        return int.from_bytes(value.value, "big")
    return whole(scope, value, -(1 << 63))
