"""Bytes that are read again as fields: `data : bytes also { … }`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protoc.compiler import model
from protoc.compiler.backend.annotations import value_types
from protoc.compiler.backend.code import Call, Code, keyed, text, tupled, unbracketed
from protoc.compiler.backend.naming import attribute
from protoc.compiler.backend.places import At
from protoc.compiler.backend.values import default_of, defaulted, text_of
from protoc.compiler.resolve.measures import total_size

if TYPE_CHECKING:
    from protoc.compiler.backend.decode import Decoder
    from protoc.compiler.backend.encode import Encoder


def read_again(decoder: Decoder, step: model.Field, also: model.Nested) -> list[Code]:
    """Read the bytes of a field again, once they are verified; the values they hold."""
    told = [unbracketed(decoder.expression(argument)) for argument in also.arguments]
    start, end = decoder.places[step.key]
    parts, stop = decoder.fresh(f"{step.name}_parts"), decoder.position()
    cls = decoder.context.classes[f"record {also.record.name}"]
    names = value_types(also.record.elements, decoder.context)
    call = Call(f"{cls}.decode_part", (decoder.buffer, str(start), str(end), *told))
    if also.lenient:
        return _if_it_can(decoder, call, f"{parts}, {stop}", str(end), cls, list(names))
    with decoder.lines.block("try:"):
        decoder.lines.add(f"{parts}, {stop} = ", call)
    with decoder.lines.block(f"except {decoder.context.use('DecodeError')} as error:"):
        place = start.minus(decoder.origin)
        decoder.lines.add(
            "raise ", Call("error.within", ("cls.NAME", text(""), place)), " from None"
        )
    with decoder.lines.block(f"if {stop} != {end}:"):
        expected, got = end.minus(start), At(stop).minus(start)
        decoder.fail("length", step.name or "", start, expected, got)
    return [keyed(attribute(name), f"{parts}.{attribute(name)}") for name in names]


def _if_it_can(
    decoder: Decoder, call: Call, targets: str, end: str, cls: str, names: list[str]
) -> list[Code]:
    """The values bytes hold; none where they are no such thing."""
    parts, stop = targets.split(", ")
    decoder.lines.add(f"{parts}: {cls} | None")
    with decoder.lines.block("try:"):
        decoder.lines.add(f"{targets} = ", call)
        with decoder.lines.block(f"if {stop} != {end}:"):
            decoder.lines.add(f"{parts} = None")
    with decoder.lines.block(f"except {decoder.context.use('DecodeError')}:"):
        decoder.lines.add(f"{parts} = None")
    return [
        keyed(name, f"None if {parts} is None else {parts}.{name}")
        for name in map(attribute, names)
    ]


def put_together(encoder: Encoder, step: model.Field, also: model.Nested, variable: str) -> None:
    """The bytes of a field from what they hold, or those that are given, which must agree."""
    name = attribute(step.name or "")
    names = [attribute(n) for n in value_types(also.record.elements, encoder.context)]
    told: list[Code] = [encoder.expression(argument) for argument in also.arguments]
    with encoder.lines.block(f"if self.{name} is None:"):
        parts = _made(encoder, step, also.record)
        call = Call(encoder.context.use("composed"), ("self", parts, *told))
        encoder.lines.add(f"{variable} = ", call)
        _fitting(encoder, step, also.record, variable)
    with encoder.lines.block("else:"):
        encoder.written(step, variable)
        if names:
            cls = encoder.context.classes[f"record {also.record.name}"]
            listed = tupled([text(each) for each in names])
            arguments = ("self", text(name), variable, cls, listed, *told)
            encoder.lines.add("", Call(encoder.context.use("agree"), arguments))


def _made(encoder: Encoder, step: model.Field, record: model.Record) -> str:
    """What the bytes hold, from the values that are given; one of them has to be."""
    sometimes = model.sometimes(record.elements)
    defaults = {f.name: f for f in record.fields() if f.name not in sometimes and defaulted(f)}
    names = list(value_types(record.elements, encoder.context))
    needed = [name for name in names if name not in sometimes and name not in defaults]
    for name in needed:
        with encoder.lines.block(f"if self.{attribute(name)} is None:"):
            encoder.refuse(name, "a value", "None")
    if names and not needed:
        absent = " and ".join(f"self.{attribute(name)} is None" for name in names)
        with encoder.lines.block(f"if {absent}:"):
            encoder.refuse(step.name or "", "a value", "None")
    given: list[Code] = []
    for name in names:
        value = f"self.{attribute(name)}"
        if name in defaults:
            default = default_of(defaults[name], encoder.context)
            value = f"{default} if {value} is None else {value}"
        given.append(keyed(attribute(name), value))
    parts = encoder.fresh(f"{step.name}_parts")
    cls = encoder.context.classes[f"record {record.name}"]
    encoder.lines.add(f"{parts} = ", Call(cls, tuple(given)))
    return parts


def _fitting(encoder: Encoder, step: model.Field, record: model.Record, variable: str) -> None:
    """Bytes that are put together have the size of the field, and look like it."""
    size = getattr(step.wire, "size", None)
    name, own = step.name or "", f"len({variable})"
    if step.pattern and isinstance(step.wire, model.Text):
        spelt = text_of(variable, step.wire, "self.NAME", text(attribute(name)), encoder.context)
        looks = encoder.context.like(step.pattern)
        with encoder.lines.block(f"if not {looks}({spelt}):"):
            encoder.refuse(name, f"a text like {step.pattern}", spelt)
    if isinstance(size, model.FixedSize) and total_size(record.elements) != size.bytes:
        with encoder.lines.block(f"if {own} != {size.bytes}:"):
            encoder.refuse(name, f"exactly {size.bytes} bytes", own)
    elif step.longest is not None:
        with encoder.lines.block(f"if {own} > {step.longest}:"):
            encoder.refuse(name, f"at most {step.longest} bytes", own)
