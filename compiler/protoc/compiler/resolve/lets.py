"""Values without bytes: `let kwh = pulses / 1000`.

Where the message is taken apart a `let` is its formula: in conditions and sizes it stands for it.
In the class it is an attribute, computed from the others as soon as an object is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.kinds import LARGEST_POWER, MOST_SHIFTED, as_real, is_small
from protoc.compiler.resolve.names import expression
from protoc.compiler.resolve.scope import Scope
from protoc.dsl import tree

if TYPE_CHECKING:
    from protoc.compiler.resolve.layouts import Builder
    from protoc.compiler.resolve.place import Place

Kind = Literal["whole", "real", "text", "truth"]

_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_BITS = ("&", "|", "^", "<<", ">>", "~")


def let(builder: Builder, statement: tree.Let, place: Place) -> model.Field:
    """The value a `let` names."""
    name = statement.name.text
    read = expression(builder.scope, place.names, statement.value, certain=False)
    value, kind, certain = _Worth(builder.scope, statement, place).of(read)
    builder.claim(name, statement.name)
    ways = tuple(way.holds(builder.scope, statement, place) for way in place.ways)
    if place.names.brought is None and any(map(_asks_around, ways)):
        raise builder.scope.fail(
            "E0312",
            f"what stands around the object decides whether it has `{name}`",
            statement.span,
            "the object by itself could not tell",
            help="compute it where both are known",
        )
    return model.Field(
        builder.unique(name),
        name,
        model.Let(kind, certain),
        model.Computed(value, ways),
        model.Conversion(),
        statement.span,
        statement.doc,
        param=name in builder.scope.params and not builder.scope.params[name].constant,
    )


def _asks_around(way: model.Expression) -> bool:
    return any(isinstance(part, model.Told) for part in model.every(way))


class Told(Struct, frozen=True):
    """A way that is gone when a condition over the fields in front holds."""

    condition: model.Expression

    def holds(self, scope: Scope, statement: tree.Let, place: Place) -> model.Expression:
        """What holds of a message that went it."""
        return self.condition


def told(before: list[model.Expression], when: model.Expression | None) -> list[Told]:
    """The way that is gone when a condition holds, and none of those before it."""
    subject, values = _compared(when)
    others = [
        other
        for other in before
        if when is None or subject != (found := _compared(other))[0] or found[1] & values
    ]
    return [*(Told(_not(other)) for other in others), *([Told(when)] if when is not None else [])]


def _compared(when: model.Expression | None) -> tuple[model.Expression | None, set[object]]:
    """What is compared with constants, and those; None for any other condition."""
    if not isinstance(when, model.Operation) or when.operator not in ("==", "or"):
        return None, set()
    if when.operator == "or":
        (left, some), (right, others) = map(_compared, when.operands)
        return (left, some | others) if left == right else (None, set())
    subject, constant = when.operands
    return (subject, {constant.value}) if isinstance(constant, model.Value) else (None, set())


_OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def _not(when: model.Expression) -> model.Expression:
    """What holds where a condition does not."""
    if isinstance(when, model.Operation) and when.operator in _OPPOSITES:
        return model.Operation(_OPPOSITES[when.operator], when.operands)
    if isinstance(when, model.Operation) and when.operator == "or":
        return model.Operation("and", tuple(map(_not, when.operands)))
    return model.Operation("not", (when,))


class Seen(Struct, frozen=True):
    """A way that the bytes tell; the names that were there before it."""

    before: frozenset[str]

    def holds(self, scope: Scope, statement: tree.Let, place: Place) -> model.Expression:
        """What holds of a message that went it: a value is there that has none else."""
        for name, known in place.names.own.items():
            given = isinstance(known, model.Field) and isinstance(
                known.origin, model.Given | model.Defaulted
            )
            if given and name not in self.before and name not in place.names.absent:
                return model.Present(name)
        raise scope.fail(
            "E0312",
            f"nothing tells whether a message has `{statement.name.text}`",
            statement.span,
            "may be absent, and no field in front of it here",
            help="put it behind a field that stands here, too",
        )


Way = Told | Seen


class _Worth(Struct, frozen=True):
    """Finds out what a formula gives, and makes it one of values that may be no whole numbers."""

    scope: Scope
    statement: tree.Let
    place: Place

    def of(self, value: model.Expression) -> tuple[model.Expression, Kind, bool]:
        """The formula, the kind of its value, and whether there always is one."""
        if isinstance(value, model.Value):
            return value, self._literal(value), True
        if isinstance(value, model.Own):
            return self._field(value)
        if isinstance(value, model.Joined):
            return value, self._kind(self.place.names.own[value.name]), True
        if isinstance(value, model.Scaled):
            exact = value.scale.denominator == value.offset.denominator == 1
            _, kind, certain = self.of(value.operand)
            return value, kind if exact else "real", certain
        if isinstance(value, model.Count | model.Present):
            return value, "whole", True
        brought = self.place.names.brought
        if isinstance(value, model.Told) and brought is not None:
            path = brought[value.name][0]
            param = self.scope.params.get(path[0]) if len(path) == 1 else None
            return value, "real" if param is None else self._kind(param), False
        if isinstance(value, model.Told):
            raise self._fail(
                f"`{value.name}` is known around this object only",
                "the object by itself could not tell its value",
                "compute it where both are known",
            )
        if isinstance(value, model.Operation):
            return self._operation(value)
        if isinstance(value, model.Applied):
            operand, _, certain = self.of(value.operand)
            if value.function == "log10":
                return replace(value, operand=operand), "real", False
            return value, "truth" if value.function == "bool" else "real", certain
        raise self._fail("this is no number and no text", "", "write arithmetic over fields")

    def _literal(self, value: model.Value) -> Kind:
        if isinstance(value.value, bool):
            return "truth"
        if isinstance(value.value, bytes) or value.value is None:
            raise self._fail("this is no number and no text", "", "write arithmetic over fields")
        kinds: dict[type, Kind] = {int: "whole", float: "real", str: "text"}
        return kinds[type(value.value)]

    def _field(self, own: model.Own) -> tuple[model.Expression, Kind, bool]:
        """A field, bits of one, or a field of an object."""
        known = self._known(own)
        wire = known.wire if isinstance(known, model.Field) else None
        certain = not (isinstance(wire, model.Digits) and wire.lenient)
        kind = self._kind(known)
        return (model.Applied("bool", own) if kind == "truth" else own), kind, certain

    def _known(self, own: model.Own) -> model.Field | model.Part:
        """What a path leads to."""
        fields = [f for f in self.place.names.own.values() if isinstance(f, model.Field)]
        field = next(f for f in fields if f.key == own.path[0])
        if isinstance(field.wire, model.Bits):
            return next(p for p in field.wire.parts if (p.name,) == own.path[1:])
        inner = field.wire.record.fields() if isinstance(field.wire, model.Nested) else ()
        members = {each.name: each for each in inner}
        return members[own.path[1]] if len(own.path) == 2 else field

    def _kind(self, known: model.Field | model.Part | model.Param | None) -> Kind:
        """What the value of a field is."""
        other = isinstance(known, model.Field | model.Param) and _is_other(known.wire)
        if known is None or other:
            raise self._fail("this is no number and no text", "", "write arithmetic over fields")
        conversion = known.conversion
        enum = self.scope.enums.get(conversion.enum or "")
        if conversion.via is not None or (enum and any(len(la.values) > 1 for la in enum.labels)):
            name = known.name or ""
            raise self._fail(
                f"the value of `{name}` is not what is on the wire, in a way of its own",
                "",
                "take `via` away, or labels that stand for several values, and compute it here",
            )
        if conversion.boolean:
            return "truth"
        if isinstance(known, model.Part):
            return "whole"
        wire = known.wire
        if isinstance(wire, model.Let):
            return wire.kind
        if wire is None or isinstance(wire, model.Text):
            return "text"
        notation = wire.notation if isinstance(wire, model.Digits) else ""
        return "real" if isinstance(wire, model.Real) or notation == "float" else "whole"

    # -------------------------------------------------------------- operators

    def _operation(self, value: model.Operation) -> tuple[model.Expression, Kind, bool]:
        found = [self.of(operand) for operand in value.operands]
        operands = tuple(operand for operand, _, _ in found)
        kinds: list[Kind] = [kind for _, kind, _ in found]
        certain = all(each for _, _, each in found)
        operator = value.operator
        if operator in ("and", "or", "not"):
            return model.Operation(operator, tuple(map(_truth, operands, kinds))), "truth", certain
        texts = kinds.count("text")
        if texts and (texts < len(kinds) or operator not in (*_COMPARISONS, "+")):
            raise self._fail(f"`{operator}` does not take a text here", "", "compare texts only")
        if operator in _COMPARISONS:
            return model.Operation(operator, operands), "truth", certain
        if texts:
            return model.Operation(operator, operands), "text", certain
        if operator in _BITS and "real" in kinds:
            raise self._fail(f"`{operator}` takes whole numbers", "", "take its fraction away")
        if operator in ("<<", ">>"):
            self._shift(operands[1])
        if operator == "**":
            return self._power(operands, kinds, certain)
        if operator in ("/", "÷", "%"):
            certain = certain and self._divides(operands[1])
        if operator in ("/", "÷"):
            return model.Operation("÷", operands), "real", certain
        kind: Kind = "real" if "real" in kinds else "whole"
        return model.Operation(operator, operands), kind, certain

    def _shift(self, by: model.Expression) -> None:
        if not is_small(by, MOST_SHIFTED):
            raise self._fail(
                f"bits are moved by a constant of at most {MOST_SHIFTED}", "", "write the number"
            )

    def _divides(self, by: model.Expression) -> bool:
        """Whether a division always has a result."""
        if not isinstance(by, model.Value):
            return False
        if not by.value:
            raise self._fail("nothing is divided by 0", "", "write another number")
        return True

    def _power(
        self, operands: tuple[model.Expression, ...], kinds: list[Kind], certain: bool
    ) -> tuple[model.Expression, Kind, bool]:
        """A power; of whole numbers it is one where the exponent is a small constant."""
        base, exponent = operands
        if is_small(exponent, LARGEST_POWER):
            return model.Operation("**", operands), kinds[0], certain
        if kinds[0] != "real":
            base = as_real(base, "float")
        return model.Operation("**", (base, exponent)), "real", False

    def _fail(self, message: str, label: str, help: str) -> Exception:
        return self.scope.fail("E0312", message, self.statement.value.span, label, help=help)


def _truth(operand: model.Expression, kind: Kind) -> model.Expression:
    return operand if kind == "truth" else model.Applied("bool", operand)


def _is_other(wire: model.Wire | None) -> bool:
    """Whether values are neither numbers nor texts."""
    bits = isinstance(wire, model.Bits) and wire.group is not None
    return bits or isinstance(wire, model.Raw | model.Nested | model.Items)


# ------------------------------------------------------------------ in the class


def over_values(
    value: model.Expression, fields: tuple[model.Field, ...]
) -> model.Expression | None:
    """A formula over the values of an object; None where these cannot tell something in it."""
    if isinstance(value, model.Own):
        found = model.named(fields, value.path)
        field, part = found or (None, None)
        if part is not None and part.fixed is not None:
            return model.Value(part.fixed)
        if field is None or part is not None:
            return value
        if isinstance(field.origin, model.Fixed):
            return model.Value(field.origin.value)
        if isinstance(field.origin, model.Derived):
            return over_values(field.origin.expression, fields)
        return value if field.conversion.via is None else None
    if isinstance(value, model.Scaled):
        inner = over_values(value.operand, fields)
        same = inner == value.operand
        return inner if same or inner is None else replace(value, operand=inner)
    if isinstance(value, model.Applied):
        inner = over_values(value.operand, fields)
        return None if inner is None else replace(value, operand=inner)
    if isinstance(value, model.Operation):
        operands = [over_values(operand, fields) for operand in value.operands]
        known = tuple(operand for operand in operands if operand is not None)
        return replace(value, operands=known) if len(known) == len(operands) else None
    if isinstance(value, model.Value | model.Joined | model.Count | model.Present | model.Told):
        return value
    return None


def untold(scope: Scope, elements: tuple[model.Element, ...]) -> bool:
    """Whether a `let` needs what follows from the bytes, and is no value of the object."""
    fields = tuple(e for e in model.walk(elements) if isinstance(e, model.Field))
    for field in fields:
        if not isinstance(field.origin, model.Computed):
            continue
        for part in (field.origin.expression, *field.origin.ways):
            if over_values(part, fields) is None:
                scope.fail(
                    "E0312",
                    f"the values of the object alone do not tell `{field.name}`",
                    field.span,
                    "a length, a check or a value with `via` does",
                    help="compute it from values that are given",
                )
                return True
    return False
