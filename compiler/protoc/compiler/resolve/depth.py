"""Expressions that nobody would write by hand: too deep to be read by recursion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from protoc.compiler.resolve.scope import Scope
from protoc.dsl import tree

DEEPEST = 100


def sensible(scope: Scope, document: tree.Document) -> Iterator[tree.Declaration]:
    """The declarations, those left out that hold an expression beyond all measure."""
    for declaration in document.declarations:
        found = _too_deep(declaration)
        if found is None:
            yield declaration
            continue
        scope.fail(
            "E0308",
            f"more than {DEEPEST} operators in one expression",
            found.span,
            help="split it: compute a part of it in a field or a param of its own",
        )
        name = getattr(declaration, "name", None)
        if isinstance(name, tree.Name):
            scope.broken.add(name.text)


def _too_deep(declaration: tree.Declaration) -> tree.Node | None:
    """The outermost expression that is too deep, found without recursion."""
    waiting: list[tuple[tree.Node, int, tree.Node]] = [(declaration, 0, declaration)]
    while waiting:
        node, depth, outermost = waiting.pop()
        operator = isinstance(node, tree.Unary | tree.Binary)
        if operator and depth == 0:
            outermost = node
        depth = depth + 1 if operator else 0
        if depth > DEEPEST:
            return outermost
        waiting.extend((child, depth, outermost) for child in _children(node))
    return None


def _children(node: tree.Node) -> Iterator[tree.Node]:
    waiting = [getattr(node, field.name) for field in fields(node) if field.name != "span"]
    while waiting:
        value = waiting.pop()
        if isinstance(value, tree.Node):
            yield value
        elif isinstance(value, tuple):
            waiting.extend(value)
