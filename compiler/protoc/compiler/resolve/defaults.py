"""What bits are that nobody gives."""

from __future__ import annotations

from protoc.compiler import model
from protoc.compiler.resolve.constants import labelled
from protoc.compiler.resolve.fitting import Holder, constant, holder
from protoc.compiler.resolve.scope import Scope, Unresolved
from protoc.dsl import tree


def value_of_bits(
    scope: Scope, default: tree.Expression | None, into: Holder
) -> int | float | str | bytes:
    """The default of bits, or what raw 0 stands for."""
    enum = scope.enums.get(into.conversion.enum or "")
    if default is not None:
        value = labelled(enum, constant(scope, default, into)[0])
        return bool(value) if into.conversion.boolean else value
    if enum is not None:
        known = labelled(enum, 0)
        return enum.labels[0].name if known == 0 and into.conversion.strict else known
    if into.conversion.boolean:
        return False
    offset = into.conversion.offset
    return int(offset) if offset.denominator == 1 else float(offset)


def default_of_bits(
    scope: Scope, wire: model.Bits, into: Holder, default: tree.Expression
) -> model.Object:
    """What a group of bits is when it is left out: `default {first=1, last=1}`."""
    if not isinstance(default, tree.ObjectLiteral) or wire.group is None:
        raise no_value(scope, into, default)
    members = {p.name: p for p in wire.parts if p.name is not None and p.fixed is None}
    found: dict[str, model.Expression] = {}
    for entry in default.entries:
        if entry.name is None or entry.name.text in found:
            raise scope.fail(
                "E0204",
                "each bit is given once, by its name",
                entry.span,
                help="write it as `{first=1, last=1}`",
            )
        if entry.name.text not in members:
            raise scope.unknown("bit", entry.name, members)
        target = holder(members[entry.name.text])
        assert target is not None
        found[entry.name.text] = model.Value(value_of_bits(scope, entry.value, target))
    return model.Object(tuple(found.items()))


def no_value(scope: Scope, into: Holder, expression: tree.Expression) -> Unresolved:
    """A group of bits has no value of its own."""
    return scope.fail(
        "E0411",
        f"`{into.name}` is a group of bits",
        expression.span,
        "one value for all of them",
        help="give each of the bits its own: `name @7..4 = 8`, `default {name=1}`",
    )
