"""What kind of value an expression of the conversation has, as far as that is known."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from protoc.compiler import model
from protoc.dsl import tree

Kind = Literal["text", "whole", "real", ""]
"""Text, whole numbers, other numbers; empty for anything else, and for what is not known."""

FUNCTIONS: dict[str, Kind] = {
    "present": "whole",
    "len": "whole",
    "number": "real",
    "md5": "text",
    "sha1": "text",
    "sha256": "text",
}
"""The functions of the conversation, and what they give."""


def of_target(target: object) -> Kind:
    """The kind of what a name leads to."""
    if isinstance(target, model.Part):
        return "" if target.conversion.enum else "whole"
    if not isinstance(target, model.Field | model.Param):
        return ""
    wire, conversion = target.wire, target.conversion
    if isinstance(wire, model.Outside):
        return of_target(replace(target, wire=wire.of)) if wire.of is not None else "real"
    if isinstance(wire, model.Let):
        return "" if wire.kind == "truth" else wire.kind
    if conversion.enum or conversion.boolean:
        return ""
    if isinstance(wire, model.Text):
        return "text"
    if isinstance(wire, model.Real) or getattr(wire, "notation", "") == "float":
        return "real"
    if isinstance(wire, model.Integer | model.Digits):
        exact = conversion.via is None and conversion.scale == int(conversion.scale)
        return "whole" if exact and conversion.offset == int(conversion.offset) else "real"
    return ""


def of_literal(expression: tree.Expression) -> Kind:
    """The kind of what is written down."""
    if isinstance(expression, tree.String):
        return "text"
    if isinstance(expression, tree.Number):
        return "whole" if isinstance(expression.value, int) else "real"
    return ""


def of_operation(operator: str, left: Kind, right: Kind) -> Kind:
    """The kind of what an operator makes of two operands."""
    if operator in ("&", "|", "^", "<<", ">>"):
        return "whole"
    if operator in ("+", "-", "*", "/", "%", "**"):
        if operator == "+" and left == right == "text":
            return "text"
        if not (left and right):
            return ""
        return "whole" if left == right == "whole" and operator != "/" else "real"
    return "whole"


def is_small(number: model.Expression, most: int) -> bool:
    """Whether a number is a constant that makes nothing grow beyond all bounds."""
    value = number.value if isinstance(number, model.Value) else None
    return isinstance(value, int) and 0 <= value <= most


def as_real(number: model.Expression, function: str) -> model.Expression:
    """A number with decimals, by a function where it is not known."""
    if isinstance(number, model.Value) and isinstance(number.value, int | float):
        return model.Value(float(number.value))
    return model.Applied(function, number)


def within_bounds(
    operator: str, left: model.Expression, right: model.Expression
) -> tuple[model.Expression, model.Expression]:
    """Operands whose result stays within bounds, whatever values there are.

    A power is one of real numbers, unless its exponent is small; bits move a few places.
    """
    if operator == "**" and not is_small(right, LARGEST_POWER):
        return as_real(left, "real"), right
    if operator in ("<<", ">>") and not is_small(right, MOST_SHIFTED):
        return left, model.Applied("places", right)
    return left, right


LARGEST_POWER = 8
"""The largest exponent with which whole numbers stay whole ones."""
MOST_SHIFTED = 64
"""How far bits are moved at most."""


def as_operand(
    operator: str, operand: model.Expression, kind: Kind, other: Kind
) -> model.Expression:
    """An operand as its operator takes it: text beside a number counts as the number it says."""
    if operator in ("&", "|", "^", "<<", ">>") and kind in ("real", "text"):
        return model.Applied("whole", operand)
    arithmetic = operator in ("-", "*", "/", "%", "**")
    if kind == "text" and (arithmetic or other in ("whole", "real")) and operator not in _LOGIC:
        return model.Applied("number", operand)
    return operand


_LOGIC = ("and", "or")
