"""The calls that write text, digits and bytes: what they are of a value on the wire."""

from __future__ import annotations

from protoc.compiler import model
from protoc.compiler.backend.code import Call, Code, keyed, text
from protoc.compiler.backend.context import Context
from protoc.compiler.backend.linear import to_raw
from protoc.compiler.backend.naming import attribute
from protoc.compiler.backend.values import digits_look, is_reversed, text_look


def written(
    wire: model.Wire,
    value: str,
    context: Context,
    message: str,
    name: str,
    longest: int | None = None,
) -> Call:
    """Text, digits or bytes, from their raw value; `message` and `name` are for errors."""
    if isinstance(wire, model.Digits):
        return digits(wire, value, context, message, name)
    size = getattr(wire, "size", None)
    width = str(size.bytes) if isinstance(size, model.FixedSize) else "None"
    most: list[Code] = [keyed("longest", str(longest))] if longest is not None else []
    if isinstance(wire, model.Raw):
        return Call(context.use("write_bytes"), (value, width, message, name, *most))
    assert isinstance(wire, model.Text)
    if wire.encoding == model.DIGITS:
        return Call(context.use("write_digits"), (value, width, message, name, *most))
    call, look = context.use("write_text"), text_look(wire)
    return Call(call, (value, width, text(wire.encoding), message, name, *look, *most))


def digits(wire: model.Digits, raw: str, context: Context, message: str, name: str) -> Call:
    """A number in digits."""
    arguments: list[Code] = [raw]
    if not wire.varying:
        size = wire.size
        arguments.append(str(size.bytes) if isinstance(size, model.FixedSize) else "None")
    arguments += [message, name, *digits_look(wire)]
    if wire.decimals is not None:
        arguments.append(keyed("decimals", str(wire.decimals)))
    if wire.lower:
        arguments.append(keyed("lower", "True"))
    if wire.plus:
        arguments.append(keyed("plus", "True"))
    return Call(context.use(f"write_{wire.notation}"), tuple(arguments))


def told_bytes(piece: model.Said, value: str, context: Context, message: str) -> str:
    """The bytes of a value that is told, which are none of the message's own."""
    wire, name = piece.wire, text(attribute(piece.name))
    assert wire is not None
    raw = to_raw(value, piece.conversion, wire, context.use)
    if isinstance(wire, model.Integer):
        order = text("little" if wire.little else "big")
        signed: list[Code] = [keyed("signed", "True")] if wire.signed else []
        arguments: tuple[Code, ...] = (raw, str(wire.width), order, message, name, *signed)
        data = str(Call(context.use("write_integer"), arguments))
        return f"{context.use('swapped')}({data})" if wire.swapped else data
    reversed_ = "[::-1]" if is_reversed(wire) else ""
    return f"{written(wire, raw, context, message, name)}{reversed_}"
