"""Values as Python expressions: how they are read and written, given and bounded."""

from __future__ import annotations

from fractions import Fraction

from protoc.compiler import model
from protoc.compiler.backend.annotations import annotation
from protoc.compiler.backend.code import Call, Code, keyed, literal, octets, text
from protoc.compiler.backend.context import Context
from protoc.compiler.backend.naming import attribute, members
from protoc.compiler.resolve.fitting import bits_as_number, raw_limits


def scan_of(wire: model.Wire) -> tuple[str, list[Code]]:
    """What finds the end of a value whose bytes tell it, and what it has to know beside them."""
    if not isinstance(wire, model.Digits):
        return "scan_quoted", []
    longest = [] if wire.longest is None else [keyed("longest", str(wire.longest))]
    return f"scan_{wire.notation}", [*longest]


def digits_look(wire: model.Digits) -> list[Code]:
    """How digits look, for those who read and who write them."""
    options: list[Code] = []
    if wire.longest is not None:
        options.append(keyed("longest", str(wire.longest)))
    if wire.signed:
        options.append(keyed("signed", "True"))
    if wire.pad is not None:
        options.append(keyed("pad", octets(wire.pad)))
    if wire.left:
        options.append(keyed("left", "True"))
    return options


def encoding_argument(wire: model.Text) -> str:
    """The encoding for `encode` and `decode`, which are in UTF-8 when they are told none."""
    return "" if wire.encoding == "utf-8" else text(wire.encoding)


def text_look(wire: model.Text) -> list[Code]:
    """How text looks, for those who read and who write it."""
    options: list[Code] = []
    if wire.quoted:
        options.append(keyed("quoted", "True"))
    if wire.pad is not None:
        options.append(keyed("pad", octets(wire.pad)))
    if wire.left:
        options.append(keyed("left", "True"))
    return options


def is_reversed(wire: model.Wire) -> bool:
    """Whether the last byte stands first."""
    return isinstance(wire, model.Sized) and wire.reversed


# ------------------------------------------------------------------ annotations


def given(
    value: object, wire: model.Wire | None, conversion: model.Conversion, context: Context
) -> str:
    """A value as it is written in Python: a label as the member of its enumeration."""
    if conversion.enum is not None and isinstance(value, str):
        labels = members(label.name for label in context.enums[conversion.enum].labels)
        if value in labels:
            return f"{context.classes[conversion.enum]}.{labels[value]}"
    if conversion.boolean and isinstance(value, int):
        return repr(bool(value))
    if isinstance(value, int) and annotation(wire, conversion, context) == "float":
        return repr(float(value))
    return text(value) if isinstance(value, str) else literal(value)


def members_of(wire: model.Bits, value: model.Object, context: Context) -> tuple[Code, ...]:
    """The arguments that make an object of bits."""
    parts = {part.name: part for part in wire.parts}
    members: list[Code] = []
    for name, entry in value.entries:
        part = parts[name]
        assert isinstance(entry, model.Value)
        it = given(entry.value, bits_as_number(part), part.conversion, context)
        members.append(keyed(attribute(name), it))
    return tuple(members)


def defaulted(field_: model.Field) -> bool:
    """Whether a field may be left out, and is always the same then."""
    return isinstance(field_.origin, model.Defaulted) and isinstance(
        field_.origin.value, model.Value
    )


def default_of(field_: model.Field, context: Context) -> str:
    """What a field is that is left out."""
    assert isinstance(field_.origin, model.Defaulted)
    assert isinstance(field_.origin.value, model.Value)
    return given(field_.origin.value.value, field_.wire, field_.conversion, context)


def limits(
    wire: model.Wire,
    conversion: model.Conversion,
    bounds: tuple[float | None, float | None] | None,
) -> tuple[float, float] | None:
    """Least and largest value a number can have, in its own unit; None for what is no number."""
    if conversion.via is not None:
        return None
    if isinstance(wire, model.Integer | model.Slice):
        low, high = raw_limits(wire)
    elif isinstance(wire, model.Digits) and wire.reach is not None:
        low, high = wire.reach
    else:
        return None
    ends = sorted(_plain(edge * conversion.scale + conversion.offset) for edge in (low, high))
    least, most = bounds or (None, None)
    return (ends[0] if least is None else max(least, ends[0])), (
        ends[1] if most is None else min(most, ends[1])
    )


def _plain(value: Fraction) -> float:
    return int(value) if value.denominator == 1 else float(value)


def field_name(field_: model.Field) -> str:
    """The attribute that holds a field."""
    assert field_.name is not None
    return attribute(field_.name)


def is_plain_text(wire: model.Wire) -> bool:
    """Whether all bytes are characters of a text."""
    if not isinstance(wire, model.Text) or wire.encoding == model.DIGITS:
        return False
    return wire.pad is None and not wire.trim and not wire.quoted


def text_of(data: str, wire: model.Text, message: str, name: str, context: Context) -> str:
    """The text that bytes stand for, all of which are known; `message` and `name` for errors."""
    if wire.encoding == model.DIGITS:
        return f"{data}.hex().upper()"
    if is_plain_text(wire):
        return f"{data}.decode({encoding_argument(wire)})"
    look = text_look(wire)
    if wire.trim:
        look.append(keyed("trim", text(wire.trim)))
    place = (message, name, "0", "0")
    return str(Call(context.use("read_text"), (data, text(wire.encoding), *place, *look)))
