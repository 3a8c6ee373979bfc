"""Names of values: discreets and exceptions."""

from __future__ import annotations

from protoc.compiler.importers.dataminer import nodes
from protoc.compiler.importers.dataminer.context import Context
from protoc.compiler.importers.dataminer.elements import View, finite
from protoc.compiler.importers.dataminer.params import Param
from protoc.dsl import tree
from protoc.dsl.source import Span

_KEPT = frozenset(("true", "false"))


def labels(context: Context, param: Param, *, numeric: bool) -> list[tree.Modifier]:
    """`as { … }` with the names of the values of a param; nothing without any."""
    named = (*param.discreets, *param.interprete.exceptions)
    if not named:
        return []
    view, span = View(param.element, context.account), param.span
    values: dict[str, list[tree.Expression]] = {}
    known: set[float | str] = set()
    for each in named:
        text = each.value.value.strip() if numeric else each.value.value
        raw: float | str | None = _number(text) if numeric else text
        display = " ".join(each.display.value.split())
        if raw is None or isinstance(raw, float):
            context.simplified(view, f"the name of the value {text[:40]!r} is left out")
        elif raw not in known:
            known.add(raw)
            values.setdefault(display, []).append(_expression(raw, each.value.span))
    if not values:
        return []
    made = tuple(
        tree.EnumLabel(_label(display, param), tuple(given), span=span)
        for display, given in values.items()
    )
    return [tree.Modifier("as", labels=made, span=span)]


def _number(text: str) -> int | float | None:
    value = finite(text)
    return int(value) if value is not None and value == int(value) else value


def _expression(raw: float | str, span: Span) -> tree.Expression:
    if isinstance(raw, str):
        return nodes.string(raw, span)
    return nodes.number(raw, span)


def _label(display: str, param: Param) -> tree.Name | tree.String:
    if nodes.IDENTIFIER.fullmatch(display) and display not in _KEPT:
        return nodes.name(display, param.span)
    return nodes.string(display, param.span)
