"""Counters: fields that step with every command that is made."""

from __future__ import annotations

from protoc.compiler import model
from protoc.compiler.resolve.fitting import Holder, raw_limits
from protoc.compiler.resolve.scope import Scope
from protoc.dsl import tree


def is_counter(expression: tree.Expression | None) -> bool:
    """Whether `counter()` is written."""
    return isinstance(expression, tree.Invocation) and expression.name.text == "counter"


def counted(scope: Scope, call: tree.Expression, into: Holder, owner: str) -> model.Counted:
    """The origin of a field behind `default counter()`; `owner` is the layout it is written in.

    Commands that share a frame share its counter.
    """
    assert isinstance(call, tree.Invocation)
    if call.arguments:
        raise scope.fail(
            "E0309",
            "`counter` takes no values",
            call.arguments[0].span,
            help="it goes through the range of its field: `u8 range 1..255 default counter()`",
        )
    limits = _limits(into.wire)
    if limits is None or into.conversion.linear or into.conversion.enum or into.conversion.boolean:
        raise scope.fail(
            "E0309",
            f"`{into.name}` cannot count",
            call.span,
            "it needs whole numbers of a known width",
            help="give the field a type like u8, u16le or dec[4], and no scale or labels",
        )
    least, most = into.bounds or (None, None)
    first = limits[0] if least is None else max(limits[0], int(least))
    last = limits[1] if most is None else min(limits[1], int(most))
    return model.Counted(model.Value(first), f"{owner}.{into.name}", first, last)


def _limits(wire: model.Wire) -> tuple[int, int] | None:
    """The least and the most of a whole number; counting begins at 0 where that is possible."""
    if isinstance(wire, model.Digits):
        if wire.notation == "float" or wire.reach is None:
            return None
        low, high = wire.reach
        # counted without a sign, there is room for one digit less
        return 0, min(high, -low) if low and not wire.signed else high
    if not isinstance(wire, model.Integer):
        return None
    return max(0, raw_limits(wire)[0]), raw_limits(wire)[1]
