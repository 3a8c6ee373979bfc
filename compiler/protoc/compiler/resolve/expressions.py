"""Expressions of the conversation: over the message at hand and the params."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.resolve.kinds import (
    FUNCTIONS,
    Kind,
    as_operand,
    of_literal,
    of_operation,
    of_target,
    within_bounds,
)
from protoc.compiler.resolve.scope import Scope
from protoc.dsl import tree

Fields = Mapping[str, model.Field | model.Part]
Target = (
    model.Message | model.Param | model.Field | model.Part | model.HookParameter | Fields | None
)
Names = Mapping[str, Target]
"""What a name means: a message has fields, a field or param has bits and labels; None, anything."""


class Reader(Struct, frozen=True):
    """Reads expressions whose names are looked up when the conversation runs."""

    scope: Scope
    names: Names

    def read(self, expression: tree.Expression) -> model.Expression:
        """The model of an expression."""
        if isinstance(expression, tree.Number | tree.String):
            return model.Value(expression.value)
        if isinstance(expression, tree.Octets):
            return model.Value(expression.value)
        if isinstance(expression, tree.Unary):
            return model.Operation(expression.operator, (self.read(expression.operand),))
        if isinstance(expression, tree.Binary):
            return self._binary(expression)
        if isinstance(expression, tree.ListLiteral):
            return model.Listed(tuple(self.read(item) for item in expression.items))
        if isinstance(expression, tree.Reference):
            return self._reference(expression)
        if isinstance(expression, tree.Invocation) and not expression.arguments:
            return self._reference(tree.Reference((expression.name,), span=expression.span))
        if isinstance(expression, tree.Invocation):
            return self._applied(expression)
        raise self.scope.fail(
            "E0605",
            "a value is expected here",
            expression.span,
            help="write a number, a text in quotes, a field, a param, or arithmetic over them",
        )

    def _binary(self, expression: tree.Binary) -> model.Expression:
        left, right = expression.left, expression.right
        if expression.operator in ("==", "!=", "<", "<=", ">", ">="):
            left_enum, right_enum = self._enum(left), self._enum(right)
            return self._operation(
                expression.operator,
                expression,
                self.labelled(left, right_enum),
                self.labelled(right, left_enum),
            )
        return self._operation(expression.operator, expression, self.read(left), self.read(right))

    def _operation(
        self, operator: str, written: tree.Binary, left: model.Expression, right: model.Expression
    ) -> model.Operation:
        """An operator over operands of kinds that it takes."""
        kinds = self.kind(written.left), self.kind(written.right)
        sides = within_bounds(
            operator,
            as_operand(operator, left, kinds[0], kinds[1]),
            as_operand(operator, right, kinds[1], kinds[0]),
        )
        return model.Operation(operator, sides)

    def kind(self, expression: tree.Expression) -> Kind:
        """What kind of value an expression has."""
        if isinstance(expression, tree.Reference):
            return of_target(self._target(expression))
        if isinstance(expression, tree.Binary):
            left, right = self.kind(expression.left), self.kind(expression.right)
            return of_operation(expression.operator, left, right)
        if isinstance(expression, tree.Unary):
            return "whole" if expression.operator == "not" else self.kind(expression.operand)
        if isinstance(expression, tree.Invocation):
            return FUNCTIONS.get(expression.name.text, "")
        return of_literal(expression)

    def _applied(self, call: tree.Invocation) -> model.Expression:
        """A function of one value."""
        name = call.name.text
        if name not in FUNCTIONS or len(call.arguments) != 1 or call.arguments[0].name:
            known = ", ".join(f"`{each}(…)`" for each in FUNCTIONS)
            raise self.scope.fail(
                "E0605",
                f"`{call.span.text}` is nothing that can be computed here",
                call.span,
                help=f"the functions of one value are {known}",
            )
        return model.Applied(name, self.read(call.arguments[0].value))

    def labelled(self, expression: tree.Expression, enum: model.Enum | None) -> model.Expression:
        """An operand; beside a field with labels, a label stands for its raw value."""
        if enum is not None:
            text = None
            if isinstance(expression, tree.String):
                text = expression.value
            elif isinstance(expression, tree.Reference) and len(expression.path) == 1:
                text = expression.text
            for label in enum.labels:
                if label.name == text:
                    return model.Value(label.values[0])
        return self.read(expression)

    def _enum(self, expression: tree.Expression) -> model.Enum | None:
        if not isinstance(expression, tree.Reference):
            return None
        target = self._target(expression)
        if isinstance(target, model.Field | model.Param | model.Part):
            return self.scope.enums.get(target.conversion.enum or "")
        return None

    def _target(self, reference: tree.Reference) -> Target:
        """What a path leads to, as far as that is known."""
        target = self.names.get(reference.path[0].text)
        for part in reference.path[1:]:
            target = _members(target).get(part.text)
        return target

    def _reference(self, reference: tree.Reference) -> model.Expression:
        head = reference.path[0]
        if head.text in ("true", "false") and len(reference.path) == 1:
            return model.Value(head.text == "true")
        if head.text not in self.names:
            first = next((part.text for part in reference.path[1:]), "")
            if head.text in self.scope.layouts and first in self.names:
                raise self.scope.fail(
                    "E0202",
                    f"there is no field or param named `{head.text}`",
                    head.span,
                    "a message",
                    help=f"the fields of the message that came are written alone: `{first}`",
                )
            raise self.scope.unknown("field or param", head, self.names)
        target = self.names[head.text]
        for part in reference.path[1:]:
            if target is None:
                break
            members = _members(target)
            if part.text not in members:
                raise self.scope.unknown("field", part, members)
            target = members[part.text]
        return model.Scoped(tuple(part.text for part in reference.path))


def any_of(messages: Iterable[model.Message]) -> Fields:
    """The fields that any of several messages has."""
    found: dict[str, model.Field | model.Part] = {}
    for message in messages:
        found = fields_of(message) | found
    return found


def _members(target: Target) -> dict[str, model.Field | model.Part | None]:
    """The names behind a dot."""
    if isinstance(target, Mapping):
        return dict(target)
    if isinstance(target, model.Message):
        return dict(fields_of(target))
    if isinstance(target, model.Field) and isinstance(target.wire, model.Nested):
        return {field.name: field for field in target.wire.record.fields() if field.name}
    if isinstance(target, model.Field | model.Param) and isinstance(target.wire, model.Bits):
        return {part.name: part for part in target.wire.parts if part.name}
    return {}


def fields_of(message: model.Message) -> dict[str, model.Field | model.Part]:
    """The fields of a message by name, bits that belong to it included."""
    found: dict[str, model.Field | model.Part] = {}
    for field in message.held():
        if field.name is not None:
            found[field.name] = field
    return found


def free_fields(message: model.Message) -> dict[str, model.Field | model.Part]:
    """The fields a caller gives: neither constant nor derived."""
    return {
        name: field
        for name, field in fields_of(message).items()
        if (isinstance(field, model.Part) and field.fixed is None)
        or (
            isinstance(field, model.Field)
            and isinstance(field.origin, model.Given | model.Defaulted | model.Computed)
        )
    }
