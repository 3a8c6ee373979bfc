"""What a message depends on and what is not in its bytes: its request, and params.

The layout asks for it by name, `bytes[request.count]`, `if wide == 1`. It becomes a field of the
message without bytes: whoever decodes is told it, whoever encodes gives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.expressions import fields_of
from protoc.compiler.resolve.fitting import bits_as_number
from protoc.compiler.resolve.names import REQUEST
from protoc.compiler.resolve.scope import Scope
from protoc.dsl.source import Span


def brought(scope: Scope, name: str, path: tuple[str, ...], span: Span) -> model.Field:
    """The field of what a path outside of the message leads to."""
    param = scope.params.get(path[0])
    if param is None:
        return _field(name, model.Outside(), model.Conversion(), path, span)
    if len(path) == 1:
        default = None if param.default is None else model.Value(param.default)
        return _field(name, model.Outside(param.wire), param.conversion, path, span, default)
    assert isinstance(param.wire, model.Bits)
    part = next(part for part in param.wire.parts if part.name == path[1])
    return _field(name, model.Outside(bits_as_number(part)), part.conversion, path, span)


def _field(
    name: str,
    wire: model.Outside,
    conversion: model.Conversion,
    path: tuple[str, ...],
    span: Span,
    default: model.Value | None = None,
) -> model.Field:
    origin = model.Brought(path, default)
    return model.Field(name, name, wire, origin, conversion, span, f"Of `{'.'.join(path)}`.")


def of_requests(
    messages: Mapping[str, model.Message], pairs: Iterable[model.Pair]
) -> dict[str, model.Message]:
    """The messages, with what is told of the requests they answer looking as it does there."""
    found = dict(messages)
    for pair in pairs:
        command = messages.get(pair.command)
        answers = (*(a.message for step in pair.steps for a in step), *pair.refusals)
        for name in answers if command is not None else ():
            assert command is not None
            if name in found:
                told = [_as_requested(element, command) for element in found[name].elements]
                elements = model.rebuilt(tuple(told), partial(_covering, command=command))
                found[name] = replace(found[name], elements=elements)
    return found


def is_told_as_bytes(wire: model.Wire | None) -> bool:
    """Whether what has this form has bytes by itself."""
    if isinstance(wire, model.Digits | model.Text | model.Raw):
        return True
    return isinstance(wire, model.Integer)


def _covering(element: model.Element, command: model.Message) -> model.Element:
    """A check that covers bytes of the request knows what they look like."""
    if isinstance(element, model.Field) and isinstance(element.origin, model.Derived):
        told = _in_request(element.origin.expression, fields_of(command))
        return replace(element, origin=replace(element.origin, expression=told))
    return element


def _in_request(value: model.Expression, known: Mapping[str, object]) -> model.Expression:
    if isinstance(value, model.Operation):
        operands = tuple(_in_request(operand, known) for operand in value.operands)
        return replace(value, operands=operands)
    if isinstance(value, model.Replaced):
        return replace(value, value=_in_request(value.value, known))
    if isinstance(value, model.Checksum):
        return replace(value, data=tuple(_piece(piece, known) for piece in value.data))
    return value


def _piece(piece: model.Octets, known: Mapping[str, object]) -> model.Octets:
    if isinstance(piece, model.Added):
        return replace(piece, data=_piece(piece.data, known))
    if not isinstance(piece, model.Said) or piece.wire is not None:
        return piece
    field = known.get(piece.name.removeprefix(f"{REQUEST}_"))
    if isinstance(field, model.Field) and is_told_as_bytes(field.wire):
        return replace(piece, wire=field.wire, conversion=field.conversion)
    return piece


def _as_requested(element: model.Element, command: model.Message) -> model.Element:
    if not isinstance(element, model.Field) or not isinstance(element.origin, model.Brought):
        return element
    _, name, *bits = (*element.origin.path, "")
    known = fields_of(command).get(name)
    if bits[:-1] and isinstance(known, model.Field) and isinstance(known.wire, model.Bits):
        for part in known.wire.parts:
            if [part.name] == bits[:-1]:
                wire = model.Outside(bits_as_number(part))
                return replace(element, wire=wire, conversion=part.conversion)
    elif bits[:-1]:
        return element
    if isinstance(known, model.Field) and not isinstance(known.wire, model.Unwritten):
        return replace(element, wire=model.Outside(known.wire), conversion=known.conversion)
    return element
