"""Conversions of values: `Factor`, `Scale`, `Sequence` as `scale`, `offset` and `via`."""

from __future__ import annotations

from fractions import Fraction
from math import inf

from protoc.compiler.importers.dataminer import nodes
from protoc.compiler.importers.dataminer.context import Context, Missing
from protoc.compiler.importers.dataminer.elements import Reference, View, finite, options
from protoc.compiler.importers.dataminer.params import Param
from protoc.dsl import tree
from protoc.dsl.source import Span

Step = tuple[str, Fraction | Reference]
"""An operation of a sequence as a mark, or `log`, and its number, or the param that holds it."""

_WORDS = {
    "factor": "*",
    "offset": "+",
    "min": "-",
    "pow": "**",
    "div": "/",
    "rest": "%",
    "^": "**",
    **{mark: mark for mark in ("*", "+", "-", "/", "%")},
}
_HOLDERS = ("id", "param")
_LOGARITHMS = {"log10": 10, "log20": 20}


def conversion(context: Context, param: Param) -> list[tree.Modifier]:
    """The modifiers that turn the raw number into the value; a write param keeps its own way.

    What an author wrote into a write param is the inverse, from the value to the raw number: on
    encode it runs forwards, so it is turned round here.
    """
    steps = steps_of(context, param)
    if not steps or is_computed(context, param):
        return []
    span = param.span
    line = _linear(steps)
    if line is not None:
        slope, shift = line
        if param.kind in ("write", "write bit"):
            slope, shift = 1 / slope, -shift / slope
        found = []
        if slope != 1:
            found.append(nodes.modifier("scale", span, nodes.number(slope, span)))
        if shift:
            found.append(nodes.modifier("offset", span, nodes.number(shift, span)))
        return found
    if param.kind in ("write", "write bit"):
        context.dropped(
            View(param.element, context.account),
            "a sequence on a write param that is not linear: its values are sent as they are",
        )
        return []
    raw = nodes.reference("x", span)
    return [nodes.modifier("via", span, _expression(context, steps, raw, span))]


def is_computed(context: Context, param: Param) -> bool:
    """Whether other params are needed to compute its value.

    What is on the line stands in a param of its own then.
    """
    if param.kind in ("write", "write bit"):
        return False
    return any(isinstance(amount, Reference) for _, amount in steps_of(context, param))


def raw_name(context: Context, param: Param) -> str:
    """The name of what is on the line for a param."""
    name = context.names.params[param.id]
    if not is_computed(context, param):
        return name
    name = f"{name}_raw"
    while name in context.names.params.values():
        name += "_"
    return name


def computing(context: Context) -> list[tree.Trigger]:
    """What computes the params that need others for it."""
    found = []
    for param in context.connector.params.values():
        if not is_computed(context, param):
            continue
        span, name = param.span, raw_name(context, param)
        raw = nodes.reference(name, span)
        value = _expression(context, steps_of(context, param), raw, span)
        event = tree.Event("change", name=nodes.name(name, span), span=span)
        action = nodes.action("set", span, context.names.params[param.id], value=value)
        actions = tree.Actions((action,), span=span)
        found.append(tree.Trigger(None, None, event, None, actions, None, span=span))
    return found


def fits(context: Context, param: Param, value: float) -> bool:
    """Whether a number can be an initial value; one that the type cannot hold is left out."""
    interprete = param.interprete
    whole = interprete.raw in ("unsigned number", "signed number") or interprete.base != 10
    whole = whole and not steps_of(context, param)
    low, high = _limits(param)
    inside = low <= value < high or bool(steps_of(context, param))
    if not inside or (whole and value != int(value)):
        view = View(param.element, context.account)
        context.simplified(view, f"the initial value {value:g} does not fit: left out")
        return False
    return True


def _limits(param: Param) -> tuple[float, float]:
    """The least number that fits, and the first that is too large."""
    interprete = param.interprete
    size = interprete.length or 8
    if interprete.raw == "double" or (interprete.length is None and interprete.base == 10):
        return -inf, inf
    if interprete.raw == "signed number":
        return -(1 << 8 * size - 1), 1 << 8 * size - 1
    if interprete.raw == "unsigned number":
        return 0, 1 << 8 * size
    if interprete.base != 10:
        return 0, interprete.base**size
    digits = 2 * size if interprete.raw == "bcd" else size
    return (0 if interprete.raw == "bcd" else -(10 ** (size - 1))), 10**digits


def steps_of(context: Context, param: Param) -> list[Step]:
    """Factor, then scale, then sequence."""
    interprete = param.interprete
    found: list[Step] = []
    if interprete.factor is not None:
        found.append(("*", _exact(interprete.factor)))
    if (scale := interprete.scale) is not None and scale.high_data != scale.low_data:
        ends = (scale.low_data, scale.high_data, scale.low, scale.high)
        low_data, high_data, low, high = (_exact(end) for end in ends)
        slope = (high - low) / (high_data - low_data)
        found += [("*", slope), ("+", low - low_data * slope)]
    for option in options(interprete.sequence):
        if (step := _step(context, param, option.word)) is not None:
            found.append(step)
    return found


def _step(context: Context, param: Param, text: str) -> Step | None:
    """One operation of a sequence; None, and said so, when it cannot be imported."""
    word, _, rest = (part.strip() for part in text.partition(":"))
    if word in _LOGARITHMS and not rest:
        return "log", Fraction(_LOGARITHMS[word])
    own = param.interprete
    if word == "offset" and not rest and own.offset_from is not None:
        return "+", own.offset_from
    if word == "offset" and not rest and own.offset is not None:
        return "+", _exact(own.offset)
    holder, _, number = (part.strip() for part in rest.partition(":"))
    if word in _WORDS and holder in _HOLDERS and number.isdigit():
        return _held(context, _WORDS[word], Reference(int(number), param.span))
    amount = finite(rest)
    if word in _WORDS and amount is not None:
        return _WORDS[word], _exact(amount)
    view = View(param.element, context.account)
    context.dropped(view, f"`{text[:40]}` in a sequence: values are not converted by it")
    return None


def _held(context: Context, mark: str, reference: Reference) -> Step | None:
    try:
        context.param(reference)
    except Missing:
        return None
    return mark, reference


def _exact(value: float) -> Fraction:
    return Fraction(repr(value))


def _linear(steps: list[Step]) -> tuple[Fraction, Fraction] | None:
    """Slope and shift of all operations together; None when they are not linear."""
    slope, shift = Fraction(1), Fraction(0)
    for word, amount in steps:
        if isinstance(amount, Reference):
            return None
        if word == "+":
            shift += amount
        elif word == "-":
            shift -= amount
        elif word == "*" and amount:
            slope, shift = slope * amount, shift * amount
        elif word == "/" and amount:
            slope, shift = slope / amount, shift / amount
        else:
            return None
    return slope, shift


def _expression(
    context: Context, steps: list[Step], value: tree.Expression, span: Span
) -> tree.Expression:
    """The operations one behind the other, on the raw number."""
    for word, amount in steps:
        operand: tree.Expression
        if isinstance(amount, Reference):
            operand = nodes.reference(context.param_name(amount), span)
        else:
            operand = nodes.number(amount, span)
        if word == "log":
            value = tree.Binary("*", nodes.call("log10", span, value), operand, span=span)
        else:
            value = tree.Binary(word, value, operand, span=span)
    return value
