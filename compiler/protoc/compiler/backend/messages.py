"""The classes of messages, and of the parts they consist of."""

from __future__ import annotations

from msgspec import Struct, field

from protoc.compiler import model
from protoc.compiler.backend import lets, naming
from protoc.compiler.backend.annotations import annotation, outside, value_types
from protoc.compiler.backend.code import (
    Call,
    Code,
    docstring,
    laid_out,
)
from protoc.compiler.backend.context import Context
from protoc.compiler.backend.decode import Decoder
from protoc.compiler.backend.encode import Encoder
from protoc.compiler.backend.facts import facts, hexadecimal, numbers_of
from protoc.compiler.backend.layout import LayoutWriter
from protoc.compiler.backend.places import told
from protoc.compiler.backend.values import given, members_of
from protoc.compiler.backend.words import layout_words
from protoc.compiler.resolve.fitting import bits_as_number


class GroupView(Struct, frozen=True):
    """A class of named bits, or of a record: that has a wire form of its own."""

    name: str
    doc: list[str]
    fields: list[str]
    decode_head: list[str] = field(default_factory=list)
    decode: list[str] = field(default_factory=list)
    encode_head: list[str] = field(default_factory=list)
    encode: list[str] = field(default_factory=list)


class MessageView(Struct, frozen=True):
    """A message class."""

    name: str
    doc: list[str]
    facts: list[str]
    fields: list[str]
    depends: bool
    decode: list[str]
    encode: list[str]
    layout: list[str]
    groups: list[GroupView]


def group_of(wire: model.Wire | None, name: str, context: Context) -> GroupView | None:
    """The class of the bits of an integer; None where they have none."""
    if not isinstance(wire, model.Bits) or wire.group is None:
        return None
    fields: list[str] = []
    for part in wire.parts:
        if part.name is None or part.fixed is not None:
            continue
        number = bits_as_number(part)
        head = f"{naming.attribute(part.name)}: {annotation(number, part.conversion, context)} = "
        fields += laid_out(head, given(part.default, number, part.conversion, context), "", 4)
    context.use("Part")
    cls = context.classes[wire.group]
    shown = hexadecimal((p.name, p.conversion) for p in wire.parts if p.fixed is None)
    fields = [*shown, "", *fields] if shown else fields
    return GroupView(cls, docstring(f"The bits of `{name}`.", 4), fields)


def message_view(message: model.Message, context: Context, protocol: model.Protocol) -> MessageView:
    """The class of a message, behind those of its parts."""
    groups = parts_of(message, message.name, context)
    context.use("Message")
    context.use("Buffer")
    depends = bool(outside(message.elements))
    if depends:
        context.use("Known")
        context.use("UNKNOWN")
    return MessageView(
        name=context.classes[f"message {message.name}"],
        doc=docstring(_message_doc(message), 4),
        facts=facts(message, context, protocol),
        fields=fields_of(message, context),
        depends=depends,
        decode=Decoder(message, context).write(),
        encode=Encoder(message, context).write(),
        layout=LayoutWriter(message, context).write(),
        groups=groups,
    )


def parts_of(owner: model.Message | model.Record, name: str, context: Context) -> list[GroupView]:
    """The classes of what a message consists of, those that others need first."""
    groups: list[GroupView] = []
    for field_ in owner.fields():
        wire = field_.also or model.leaf(field_.wire)
        if isinstance(wire, model.Nested) and f"record {wire.record.name}" not in context.classes:
            groups += record_views(owner, wire, context)
        elif isinstance(wire, model.Bits) and wire.group and wire.group not in context.classes:
            context.classes[wire.group] = context.names.take(wire.group)
            group = group_of(wire, f"{name}.{field_.name}", context)
            groups += [group] if group is not None else []
    return groups


def record_views(
    owner: model.Message | model.Record, wire: model.Nested, context: Context
) -> list[GroupView]:
    """The class of a record, behind those of its own parts."""
    record = wire.record
    name = context.classes[f"record {record.name}"] = context.names.take(record.name)
    context.use("Part")
    context.use("Buffer")
    types = [_told(owner, argument, context) for argument in wire.arguments]
    named_types = dict(zip(record.parameters, types, strict=True))
    context.told |= {(record.name, parameter): type_ for parameter, type_ in named_types.items()}
    groups = parts_of(record, record.name, context)
    told_as: list[Code] = [f"{told(name, record)}: {type_}" for name, type_ in named_types.items()]
    summary = record.doc.strip() or f"One of `{record.name}`."
    doc = f"{summary}\n\nDescription: line {record.span.line}."
    arguments: tuple[Code, ...] = ("cls", "buffer: Buffer", "at: int", "stop: int | None", *told_as)
    fields = fields_of(record, context)
    shown = [*hexadecimal(numbers_of(record)), *lets.rules(record, context)]
    view = GroupView(
        name=name,
        doc=docstring(doc, 4),
        fields=[*shown, "", *fields] if shown else fields,
        decode_head=laid_out("def ", Call("decode_part", arguments), " -> tuple[Self, int]:", 4),
        decode=Decoder(record, context).write(),
        encode_head=laid_out("def ", Call("encode_part", ("self", *told_as)), " -> bytes:", 4),
        encode=Encoder(record, context).write(),
    )
    return [*groups, view]


def _told(owner: model.Message | model.Record, argument: model.Expression, context: Context) -> str:
    """The Python type of what a record is told."""
    if isinstance(argument, model.Value):
        return type(argument.value).__name__
    if isinstance(argument, model.Told) and isinstance(owner, model.Message):
        (known,) = (field for field in outside(owner.elements) if field.name == argument.name)
        return annotation(known.wire, known.conversion, context)
    if isinstance(argument, model.Told):
        return context.told[owner.name, argument.name]
    if isinstance(argument, model.Joined):
        return value_types(owner.elements, context)[argument.name]
    if isinstance(argument, model.Scaled):
        return "float"
    if isinstance(argument, model.Own):
        return _type_of(owner, argument.path, context)
    return "int"


def _type_of(owner: model.Message | model.Record, path: tuple[str, ...], context: Context) -> str:
    """The Python type of a raw value, or of a value in an object."""
    field_ = next((f for f in owner.fields() if f.key == path[0]), None)
    if field_ is None or isinstance(field_.wire, model.Bits):
        return "int"
    if isinstance(field_.wire, model.Nested):
        return value_types(field_.wire.record.elements, context)[path[1]]
    return annotation(field_.wire, model.Conversion(), context)


def _message_doc(message: model.Message) -> str:
    summary = message.doc.strip() or f"{message.kind.capitalize()} `{message.name}`."
    lines = [summary, "", *layout_words(message), ""]
    described = [f for f in message.fields() if f.name and _note(f)]
    if described:
        lines.append("Fields:")
        lines += [f"    {naming.attribute(f.name or '')}: {_note(f)}" for f in described]
        lines.append("")
    lines.append(f"Description: {message.span.cited}.")
    return "\n".join(lines)


def _formula(field_: model.Field) -> str:
    """A value without bytes as it is written in the description."""
    return " ".join(field_.span.text.partition("=")[2].split())


def _note(field_: model.Field) -> str:
    """Documentation, unit and range of a field."""
    parts = [field_.doc.replace("\n", " ").strip().rstrip(".")] if field_.doc else []
    if field_.conversion.unit:
        parts.append(f"in {field_.conversion.unit}")
    if field_.bounds:
        low, high = field_.bounds
        parts.append(f"{'' if low is None else low}..{'' if high is None else high}")
    if model.is_let(field_):
        parts.append(f"`{_formula(field_)}`")
    return ", ".join(parts) + "." if parts else ""


def fields_of(owner: model.Message | model.Record, context: Context) -> list[str]:
    """The fields of a class in wire order; what may be absent is None then."""
    lines: list[str] = []
    sometimes = model.sometimes(owner.elements)
    certain = lets.always(owner.elements) & model.lets(owner.elements)
    defaults = _defaults(owner, context)
    for name, type_ in value_types(owner.elements, context).items():
        attribute = naming.attribute(name)
        if name in certain:
            lines.append(f"    {attribute}: {type_} = {context.use('COMPUTED')}")
        elif name in sometimes:
            type_ = type_.removesuffix(" | None")
            lines += laid_out(f"{attribute}: {type_} | None = ", "None", "", 4)
        elif name in defaults:
            lines += laid_out(f"{attribute}: {type_} = ", defaults[name], "", 4)
        else:
            lines.append(f"    {attribute}: {type_}")
    return [*lines, *lets.making(owner)]


def _defaults(owner: model.Message | model.Record, context: Context) -> dict[str, Code]:
    """What fields are when nobody gives them."""
    found: dict[str, Code] = {}
    for field_ in owner.fields():
        if field_.name is not None and isinstance(field_.origin, model.Defaulted):
            found[field_.name] = _default(field_, field_.origin.value, context)
        if isinstance(field_.origin, model.Brought) and field_.origin.default is not None:
            wire = field_.wire.of if isinstance(field_.wire, model.Outside) else None
            value = field_.origin.default.value
            found[field_.name or ""] = given(value, wire, field_.conversion, context)
    return found


def _default(field_: model.Field, value: model.Expression, context: Context) -> Code:
    """What a field is when nobody gives it; bits anew for every message."""
    if isinstance(value, model.Value):
        return given(value.value, field_.wire, field_.conversion, context)
    assert isinstance(value, model.Object)
    assert isinstance(field_.wire, model.Bits)
    context.factories = True
    cls = context.classes[field_.wire.group or ""]
    members = members_of(field_.wire, value, context)
    return Call("msgspec.field", (Call(f"default_factory=lambda: {cls}", members),))
