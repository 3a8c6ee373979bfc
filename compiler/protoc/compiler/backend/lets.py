"""Values without bytes in the class: how they are computed, as soon as an object is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.backend.code import Call, Code, Function, keyed, laid_out
from protoc.compiler.backend.expressions import Writer
from protoc.compiler.backend.naming import attribute
from protoc.compiler.resolve.lets import over_values

if TYPE_CHECKING:
    from protoc.compiler.backend.context import Context

Owner = model.Message | model.Record


def rules(owner: Owner, context: Context) -> list[str]:
    """The table of a class: each value with its formula."""
    rows: dict[str, Code] = {}
    for name in dict.fromkeys(f.name for f in owner.fields() if model.is_let(f)):
        ways = [f for f in owner.fields() if f.name == name]
        rows[attribute(name or "")] = _rule([f for f in ways if model.is_let(f)], owner, context)
    if not rows:
        return []
    context.use("computed")
    call = Call(context.use("lets"), tuple(keyed(name, rule) for name, rule in rows.items()))
    return laid_out("LETS: ClassVar = ", call, "", 4)


def making(owner: Owner) -> list[str]:
    """What happens when an object is made."""
    if not any(map(model.is_let, owner.fields())):
        return []
    return ["", "    def __post_init__(self) -> None:", "        computed(self)"]


def always(elements: tuple[model.Element, ...]) -> set[str]:
    """Names of the values that every object has."""
    found: set[str] = set()
    for element in elements:
        if isinstance(element, model.Region | model.Coded):
            found |= always(element.elements)
        elif isinstance(element, model.Field) and isinstance(element.wire, model.Let):
            found |= {element.name or ""} if element.wire.certain else set()
    return found


def _rule(fields: list[model.Field], owner: Owner, context: Context) -> Code:
    """The formula over the values of an object `m`; several ways may have one each."""
    writer = _writer(owner, context)
    rows: list[str] = []
    for field in fields:
        assert isinstance(field.origin, model.Computed)
        value = _known(field.origin.expression, owner)
        if not field.origin.ways:
            return Function("lambda m: ", writer.rows(value))
        ways = [_condition(_known(way, owner), writer) for way in field.origin.ways]
        rows += [f"{'else ' if rows else ''}{writer.write(value)}", f"if {' and '.join(ways)}"]
    return Function("lambda m: ", (*rows, "else None"))


def over_object(
    expression: model.Expression, owner: Owner, context: Context
) -> tuple[str, ...] | None:
    """An expression over the values of an object `m`, in rows; None where they cannot tell it."""
    found = over_values(expression, owner.fields())
    return None if found is None else _writer(owner, context).rows(_in_own_unit(found))


def _condition(way: model.Expression, writer: Writer) -> str:
    if isinstance(way, model.Present):
        return f"{writer.joined(model.Joined(way.name))} is not None"
    return writer.write(way, 3)


def _known(expression: model.Expression, owner: Owner) -> model.Expression:
    found = over_values(expression, owner.fields())
    assert found is not None
    return _in_own_unit(found)


def _in_own_unit(expression: model.Expression) -> model.Expression:
    """Without what turns raw values into values: in an object they are that."""
    if isinstance(expression, model.Scaled) and not isinstance(expression.operand, model.Value):
        return expression.operand
    if isinstance(expression, model.Applied):
        operand = _in_own_unit(expression.operand)
        value = expression.function == "bool" and isinstance(operand, model.Own)
        return operand if value else replace(expression, operand=operand)
    if isinstance(expression, model.Operation):
        return replace(expression, operands=tuple(map(_in_own_unit, expression.operands)))
    return expression


def _writer(owner: Owner, context: Context) -> Writer:
    names = {field.key: field.name or "" for field in owner.fields()}

    def own(path: tuple[str, ...]) -> str:
        first = names.get(path[0], path[0])
        return ".".join(("m", *map(attribute, (first, *path[1:]))))

    return Writer(
        own=lambda e: own(e.path),
        joined=lambda e: own((e.name,)),
        told=lambda e: own((e.name,)),
        count=lambda e: f"len({own((e.key,))})",
        present=lambda e: f"int({own((e.name,))} is not None)",
        function=context.function,
    )
