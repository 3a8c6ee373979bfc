"""Whether what is coded can be put together before what stands around it."""

from __future__ import annotations

from protoc.compiler import model
from protoc.compiler.backend.plan import asks
from protoc.compiler.resolve.sizes import covered
from protoc.dsl.diagnostics import Diagnostics, Label


def computed_around(protocol: model.Protocol, diagnostics: Diagnostics) -> None:
    """E0901: something in a `coded` block follows from what is computed over the coded bytes."""
    for message in protocol.messages:
        for coded in message.walk():
            if isinstance(coded, model.Coded):
                _look_into(message, coded, diagnostics)


def _look_into(message: model.Message, coded: model.Coded, diagnostics: Diagnostics) -> None:
    inside = model.walk(coded.elements)
    for element in inside:
        expressions = asks(element)
        if isinstance(element, model.Field) and isinstance(element.origin, model.Derived):
            expressions.append(element.origin.expression)
        for part in (part for whole in expressions for part in model.every(whole)):
            found = (
                model.named(message.fields(), part.path) if isinstance(part, model.Own) else None
            )
            if found is None or found[0] in inside:
                continue
            if _follows(found[0], coded, message):
                diagnostics.error(
                    "E0901",
                    "a coded value that follows from the coded bytes is not compiled yet",
                    element.span,
                    "is coded before that is computed",
                    labels=(Label(found[0].span, "computed over what is coded"),),
                    help="derive it from something in the block, or give it in both places",
                )


def _follows(field: model.Field, coded: model.Coded, message: model.Message) -> bool:
    """Whether a value is computed from coded bytes, or from the frame they are in."""
    if not isinstance(field.origin, model.Derived):
        return False
    expression = field.origin.expression
    if model.checksums(expression):
        return True
    for part in model.every(expression):
        if isinstance(part, model.Length):
            measured = model.walk(covered(message.elements, part.extent))
            if coded in measured or any(each in measured for each in model.walk(coded.elements)):
                return True
        found = model.named(message.fields(), part.path) if isinstance(part, model.Own) else None
        if found is not None and found[0] is not field and _follows(found[0], coded, message):
            return True
    return False
