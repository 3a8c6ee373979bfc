"""Constants, numbers and labels: expressions whose value is known when compiling."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from operator import and_, lshift, or_, rshift, xor

from protoc.compiler import model
from protoc.compiler.resolve.scope import Scope, suggestion
from protoc.dsl import tree

Plain = int | float | str | bytes | bool


def octets(scope: Scope, constants: tuple[tree.Constant, ...]) -> bytes:
    """The bytes of a sequence of constants; text is taken in the encoding in force."""
    return b"".join(c.value if isinstance(c, tree.Octets) else encoded(scope, c) for c in constants)


def encoded(scope: Scope, text: tree.String) -> bytes:
    """A text constant as bytes."""
    encoding = scope.settings_at(text.span).encoding
    try:
        return text.value.encode(encoding)
    except UnicodeEncodeError as error:
        raise scope.fail(
            "E0402",
            f"`{text.value[error.start]}` does not exist in {encoding}",
            text.span,
            help='write the bytes instead: x"…", or choose another `encoding`',
        ) from None


def plain(scope: Scope, expression: tree.Expression, enum: model.Enum | None = None) -> Plain:
    """The value of an expression that must be constant; labels of `enum` stand for raw values."""
    if isinstance(expression, tree.Number):
        return expression.value
    if isinstance(expression, tree.String):
        if enum is not None:
            return raw_of(scope, enum, expression.value, expression)
        return expression.value
    if isinstance(expression, tree.Octets):
        return expression.value if enum is None else int.from_bytes(expression.value, "big")
    if isinstance(expression, tree.Unary | tree.Binary):
        result = exact(scope, expression)
        return int(result) if result.denominator == 1 else float(result)
    if isinstance(expression, tree.Reference) and len(expression.path) == 1:
        name = expression.path[0].text
        if enum is not None:
            return raw_of(scope, enum, name, expression)
        if name in ("true", "false"):
            return name == "true"
        if name in scope.params and scope.params[name].constant:
            default = scope.params[name].default
            assert default is not None
            return default
    raise scope.fail(
        "E0205",
        "a constant is expected here",
        expression.span,
        "its value is not known when compiling",
        help="write a number or a text in quotes" + (", or a label" if enum else ""),
    )


def raw_of(scope: Scope, enum: model.Enum, label: str, node: tree.Node) -> int | str:
    """The raw value a label stands for."""
    for known in enum.labels:
        if known.name == label:
            return known.values[0]
    raise scope.fail(
        "E0206",
        f"`{enum.name}` has no label `{label}`",
        node.span,
        help=suggestion(label, [known.name for known in enum.labels], "label"),
    )


def number(scope: Scope, expression: tree.Expression) -> int | float:
    """A constant number."""
    value = plain(scope, expression)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise scope.fail(
            "E0205",
            "a number is expected here",
            expression.span,
            help="write digits: 12, 0x1F, 0.5",
        )
    return value


def whole(scope: Scope, expression: tree.Expression, least: int = 0) -> int:
    """A constant whole number, not less than `least`."""
    value = number(scope, expression)
    if not isinstance(value, int):
        raise scope.fail(
            "E0205",
            f"a whole number is expected here, not {value}",
            expression.span,
            help="write it without a point",
        )
    if value < least:
        raise scope.fail(
            "E0205",
            f"a number of at least {least} is expected here, not {value}",
            expression.span,
            help=f"write {least} or more",
        )
    return value


def exact(scope: Scope, expression: tree.Expression) -> Fraction:
    """A constant number as it is written in decimal: `0.1` is one tenth."""
    if isinstance(expression, tree.Unary):
        value = exact(scope, expression.operand)
        if expression.operator == "not" or (expression.operator == "~" and value.denominator != 1):
            raise scope.fail(
                "E0205",
                f"`{expression.operator}` does not give a constant number here",
                expression.span,
                help="write the number itself",
            )
        return -value if expression.operator == "-" else -value - 1
    if isinstance(expression, tree.Binary):
        left, right = exact(scope, expression.left), exact(scope, expression.right)
        result = _calculated(scope, expression, left, right)
        if max(abs(result.numerator), result.denominator).bit_length() > LARGEST_RESULT:
            raise scope.fail(
                "E0205",
                "this number is out of all proportion",
                expression.span,
                f"it has more than {LARGEST_RESULT} bits",
                help="write the number itself",
            )
        return result
    return Fraction(str(number(scope, expression)))


LARGEST_EXPONENT = 64
LARGEST_RESULT = 512
_WHOLE: dict[str, Callable[[int, int], int]] = {
    "**": pow,
    "<<": lshift,
    ">>": rshift,
    "&": and_,
    "|": or_,
    "^": xor,
}


def _calculated(scope: Scope, expression: tree.Binary, left: Fraction, right: Fraction) -> Fraction:
    """Left and right put together; nothing is computed that could grow beyond all bounds."""
    operator = expression.operator
    if operator in "/%" and right == 0:
        raise scope.fail(
            "E0205",
            "this divides by zero",
            expression.right.span,
            help="write a divisor that is not 0",
        )
    if operator in ("+", "-", "*", "/", "%"):
        numbers = {"+": left + right, "-": left - right, "*": left * right}
        if operator in numbers:
            return numbers[operator]
        return left / right if operator == "/" else left % right
    if operator not in _WHOLE or left.denominator != 1 or right.denominator != 1:
        raise scope.fail(
            "E0205",
            f"`{operator}` does not give a constant number here",
            expression.span,
            help="calculate with + - * / %, or with whole numbers and ** << >> & | ^",
        )
    if operator in ("**", "<<", ">>") and not 0 <= right <= LARGEST_EXPONENT:
        raise scope.fail(
            "E0205",
            f"`{operator}` is followed by 0 to {LARGEST_EXPONENT}, not {right}",
            expression.right.span,
            help="write the number itself",
        )
    return Fraction(_WHOLE[operator](int(left), int(right)))


SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}


def seconds(scope: Scope, expression: tree.Expression | None) -> float:
    """A duration in seconds."""
    if isinstance(expression, tree.Duration):
        if expression.unit == "char":
            raise scope.fail(
                "E0205",
                "characters are no time here",
                expression.span,
                "only a line with a speed tells how long they are",
                help="write it in ms; `idle` of a serial link may be in characters",
            )
        return round(expression.amount * SECONDS[expression.unit], 9)
    assert expression is not None
    raise scope.fail(
        "E0205",
        "a duration is expected here",
        expression.span,
        help="write a number with its unit: 500ms, 5s, 2min, 1h",
    )


def labelled(enum: model.Enum | None, value: Plain) -> Plain:
    """The label of a raw value, which is how values of an enumeration are written."""
    if enum is not None:
        for label in enum.labels:
            if value in label.values:
                return label.name
    return value
