"""Messages named by the conversation, and the fields a call gives them."""

from __future__ import annotations

from protoc.compiler import model
from protoc.compiler.resolve.constants import octets
from protoc.compiler.resolve.expressions import Names, Reader, fields_of, free_fields
from protoc.compiler.resolve.fitting import holder, require, unscaled
from protoc.compiler.resolve.scope import Scope, Unresolved
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label


def message_of(scope: Scope, name: tree.Name, kinds: tuple[str, ...]) -> model.Message:
    """The message of a name, when it is of one of the kinds and on the wire by itself."""
    message = scope.messages.get(name.text)
    if message is None:
        known = [m.name for m in scope.messages.values() if m.kind in kinds and not m.part]
        raise scope.unknown(kinds[0], name, known)
    if message.kind not in kinds or message.part:
        raise scope.fail(
            "E0602",
            f"`{name.text}` is no {kinds[0]}",
            name.span,
            "a part of other messages" if message.part else f"declared as {_a(message.kind)}",
            labels=(Label(message.span, "declared here"),),
            help=f"name {' or '.join(_a(kind) for kind in kinds)} here",
        )
    return message


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def arguments(
    scope: Scope, call: tree.Invocation, message: model.Message, names: Names
) -> tuple[tuple[str, model.Expression], ...]:
    """The fields a call gives, as expressions over what is known when it runs."""
    fields = free_fields(message)
    found: dict[str, model.Expression] = {}
    for argument in call.arguments:
        name = argument.name
        if name is None:
            raise scope.fail(
                "E0204",
                "an argument here needs the name of its field",
                argument.span,
                help=f"write it as `{next(iter(fields), 'field')}=…`",
            )
        if name.text not in fields:
            raise _not_given(scope, name, message)
        if name.text in found:
            raise scope.fail(
                "E0204",
                f"`{name.text}` is given twice",
                name.span,
                help="keep one of them",
            )
        found[name.text] = given(scope, argument.value, fields[name.text], names)
    return tuple(found.items())


def _not_given(scope: Scope, name: tree.Name, message: model.Message) -> Unresolved:
    """A field that a call cannot give: it is not there, or not the caller's."""
    if name.text in fields_of(message):
        return scope.fail(
            "E0608",
            f"`{name.text}` of `{message.name}` is not yours to give",
            name.span,
            "a constant, or computed from other fields",
            help="leave it out",
        )
    return scope.unknown("field to give", name, free_fields(message))


def no_arguments(scope: Scope, call: tree.Invocation, noun: str) -> None:
    """Refuse arguments for what has no fields."""
    if call.arguments:
        raise scope.fail(
            "E0204",
            f"a {noun} has no fields to give",
            call.arguments[0].span,
            f"`{call.name.text}` is a {noun}",
            help="leave the parentheses out, or name a pair or command",
        )


def given(
    scope: Scope,
    expression: tree.Expression,
    target: model.Field | model.Param | model.Part,
    names: Names,
) -> model.Expression:
    """A value for a field, a param or bits; a constant must fit."""
    enum = scope.enums.get(target.conversion.enum or "")
    value = Reader(scope, names).labelled(expression, enum)
    into = holder(target)
    if into is None or not isinstance(value, model.Value) or value.value is None:
        return value
    plain = value.value
    if isinstance(plain, bytes) and isinstance(into.wire, model.Integer):
        plain = int.from_bytes(plain, "big")
    if isinstance(expression, tree.String) and isinstance(into.wire, model.Raw):
        plain = octets(scope, (expression,))
    raw = plain if enum is not None else unscaled(plain, into)
    require(scope, plain, raw, expression.span, into)
    return model.Value(bool(plain) if target.conversion.boolean else plain)
