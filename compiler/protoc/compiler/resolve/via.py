"""Conversions by a formula, `via log10(x) * 20`, and the formula that turns them round."""

from __future__ import annotations

from collections.abc import Callable

from protoc.compiler import model
from protoc.compiler.resolve.kinds import LARGEST_POWER, MOST_SHIFTED, as_real, is_small
from protoc.compiler.resolve.scope import Scope, suggestion
from protoc.dsl import tree

RAW = model.Own(("x",))
"""The raw number in a formula, and the value in the one that turns it round."""
_OPERATORS = ("+", "-", "*", "/", "%", "**", "&", "|", "^", "<<", ">>")
_FUNCTIONS = ("log10", "exp10")


def resolve_via(scope: Scope, expression: tree.Expression) -> model.Via:
    """The formula behind `via`, and its inverse where it has one."""
    forth = _read(scope, expression)
    if not _mentions(forth):
        raise scope.fail(
            "E0205",
            "this is the same for every number",
            expression.span,
            "the raw number is `x`",
            help="write the value in terms of `x`: `via log10(x) * 20`",
        )
    return model.Via(forth, _inverse(forth, RAW))


def _read(scope: Scope, expression: tree.Expression) -> model.Expression:
    if isinstance(expression, tree.Number):
        return model.Value(expression.value)
    if isinstance(expression, tree.Reference):
        if [name.text for name in expression.path] == ["x"]:
            return RAW
        raise scope.unknown("number", expression.path[0], ["x"])
    if isinstance(expression, tree.Unary) and expression.operator in ("-", "~"):
        return model.Operation(expression.operator, (_read(scope, expression.operand),))
    if isinstance(expression, tree.Binary) and expression.operator in _OPERATORS:
        return _bounded(scope, expression)
    if isinstance(expression, tree.Invocation) and len(expression.arguments) == 1:
        name = expression.name
        if name.text in _FUNCTIONS:
            return model.Applied(name.text, _read(scope, expression.arguments[0].value))
        raise scope.fail(
            "E0205",
            f"there is no function `{name.text}` here",
            name.span,
            help=suggestion(name.text, _FUNCTIONS, "function"),
        )
    raise scope.fail(
        "E0205",
        "this cannot stand in a conversion",
        expression.span,
        help="write arithmetic over the raw number `x`, and log10(…)",
    )


def _bounded(scope: Scope, expression: tree.Binary) -> model.Expression:
    """An operation whose result stays within bounds, whatever the raw number is."""
    operator = expression.operator
    left, right = _read(scope, expression.left), _read(scope, expression.right)
    if operator in ("<<", ">>") and not is_small(right, MOST_SHIFTED):
        raise scope.fail(
            "E0205",
            f"bits are moved by a constant of at most {MOST_SHIFTED}",
            expression.right.span,
            help="write the number of places",
        )
    if operator == "**" and not is_small(right, LARGEST_POWER):
        left = as_real(left, "float")
    return model.Operation(operator, (left, right))


def _mentions(expression: model.Expression) -> bool:
    return any(part == RAW for part in model.every(expression))


def _inverse(expression: model.Expression, value: model.Expression) -> model.Expression | None:
    """What `x` is where the expression has this value; None when that is not certain."""
    if expression == RAW:
        return value
    if isinstance(expression, model.Applied) and expression.function == "float":
        return _inverse(expression.operand, value)
    if isinstance(expression, model.Applied):
        other = {"log10": "exp10", "exp10": "log10"}[expression.function]
        return _inverse(expression.operand, model.Applied(other, value))
    if not isinstance(expression, model.Operation):
        return None
    operator, operands = expression.operator, expression.operands
    if len(operands) == 1:
        return _inverse(operands[0], model.Operation(operator, (value,)))
    left, right = operands
    if _mentions(left) == _mentions(right):
        return None
    table = _LEFT if _mentions(left) else _RIGHT
    turned = table.get(operator)
    if turned is None:
        return None
    inside, outside = (left, right) if _mentions(left) else (right, left)
    return _inverse(inside, turned(value, outside))


def _operation(operator: str) -> Callable[[model.Expression, model.Expression], model.Expression]:
    return lambda a, b: model.Operation(operator, (a, b))


def _root(value: model.Expression, power: model.Expression) -> model.Expression:
    return model.Operation("**", (value, model.Operation("/", (model.Value(1), power))))


_LEFT: dict[str, Callable[[model.Expression, model.Expression], model.Expression]] = {
    "+": _operation("-"),
    "-": _operation("+"),
    "*": _operation("/"),
    "/": _operation("*"),
    "**": _root,
}
"""Inverses of operators whose left operand holds `x`: of the value and the right operand."""
_RIGHT: dict[str, Callable[[model.Expression, model.Expression], model.Expression]] = {
    "+": _operation("-"),
    "-": lambda value, left: model.Operation("-", (left, value)),
    "*": _operation("/"),
    "/": lambda value, left: model.Operation("/", (left, value)),
}
"""The same for their right operand: of the value and the left operand."""
