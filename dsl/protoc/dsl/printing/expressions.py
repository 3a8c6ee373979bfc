"""Expressions and constants as text."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from protoc.dsl import tree
from protoc.dsl.building.expressions import COMPARISON, PRECEDENCE, PREFIX
from protoc.dsl.literals import quote


def expression(node: tree.Expression, level: int = 0) -> str:
    """An expression; in parentheses when it binds less tightly than `level`."""
    match node:
        case tree.Number() | tree.Reference():
            return node.text
        case tree.String() | tree.Octets() | tree.Duration():
            return _literal(node)
        case tree.Range():
            return _range(node)
        case tree.Substitution():
            return f"{expression(node.old)} -> {expression(node.new)}"
        case tree.Invocation():
            return f"{node.name.text}({arguments(node.arguments)})"
        case tree.ListLiteral():
            return f"[{', '.join(map(expression, node.items))}]"
        case tree.ObjectLiteral():
            return f"{{{arguments(node.entries)}}}"
        case tree.Unary():
            return _unary(node, level)
        case tree.Binary():
            return _binary(node, level)


def _literal(node: tree.String | tree.Octets | tree.Duration) -> str:
    """A literal; among numbers, bytes written like one get their own notation."""
    match node:
        case tree.String():
            return quote(node.value)
        case tree.Octets():
            return _bytes(node.value) if node.text.startswith("0x") else octets(node)
        case tree.Duration():
            return duration(node)


def _range(node: tree.Range) -> str:
    start = "" if node.start is None else expression(node.start)
    end = "" if node.end is None else expression(node.end)
    return f"{start}..{end}"


def _unary(node: tree.Unary, level: int) -> str:
    own = PRECEDENCE["not"] if node.operator == "not" else PREFIX
    mark = "not " if node.operator == "not" else node.operator
    text = f"{mark}{expression(node.operand, own)}"
    return f"({text})" if own < level else text


def _binary(node: tree.Binary, level: int) -> str:
    own = PRECEDENCE[node.operator]
    alone = own == COMPARISON
    left = expression(node.left, own + (alone or node.operator == "**"))
    right = expression(node.right, own + (node.operator != "**"))
    text = f"{left} {node.operator} {right}"
    return f"({text})" if own < level else text


def arguments(nodes: Iterable[tree.Argument]) -> str:
    """`a, b=c`."""
    return ", ".join(
        expression(node.value)
        if node.name is None
        else f"{node.name.text}={expression(node.value)}"
        for node in nodes
    )


def call(node: tree.Invocation) -> str:
    """A call where parentheses without anything in them are left out."""
    return expression(node) if node.arguments else node.name.text


def duration(node: tree.Duration) -> str:
    """`500ms`, `3.5char`."""
    return f"{Decimal(repr(node.amount)).normalize():f}{node.unit}"


def constant(node: tree.Constant, *, braces: bool = False) -> str:
    """A constant where nothing but one can stand; `braces` doubles those of a text."""
    return quote(node.value, braces=braces) if isinstance(node, tree.String) else octets(node)


def constants(nodes: Iterable[tree.Constant], *, braces: bool = False) -> str:
    """Constants one behind the other."""
    return " ".join(constant(node, braces=braces) for node in nodes)


def octets(node: tree.Octets) -> str:
    """Constant bytes in their notation, in hexadecimal when they have none."""
    return node.text or _bytes(node.value)


def _bytes(value: bytes) -> str:
    return f'x"{value.hex(" ").upper()}"'
