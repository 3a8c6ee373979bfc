"""What is sent while nobody has given a value."""

from __future__ import annotations

from protoc.compiler import model
from protoc.compiler.backend import likeness
from protoc.compiler.backend.annotations import annotation
from protoc.compiler.backend.code import octets, text
from protoc.compiler.backend.context import Context
from protoc.compiler.backend.values import field_name, given

_MOST = 4096
"""As many blank items are written out at most."""


def blank_of(field_: model.Field, context: Context) -> str:
    """What is sent for a field while nobody has given a value."""
    if field_.pattern:
        return text(likeness.simplest(field_.pattern))
    if isinstance(field_.wire, model.Outside):
        of = field_.wire.of
        return "0" if of is None else blank(of, field_.conversion, None, context)
    return blank(field_.wire, field_.conversion, field_.bounds, context)


def blank(
    wire: model.Wire | None,
    conversion: model.Conversion,
    bounds: tuple[float | None, float | None] | None,
    context: Context,
) -> str:
    """What is sent while nobody has given a value: zeros and blanks, or the nearest that fits."""
    if isinstance(wire, model.Bits):
        return f"{context.classes[wire.group or '']}()"
    if conversion.enum is not None:
        enum = context.enums[conversion.enum]
        none = [label for label in enum.labels if 0 in label.values]
        if none or enum.text or conversion.strict:
            return given([*none, *enum.labels][0].name, wire, conversion, context)
        return "0"
    if conversion.boolean:
        return "False"
    if isinstance(wire, model.Items):
        known = wire.count.value if isinstance(wire.count, model.Value) else int(wire.filled)
        number = known if isinstance(known, int) and 0 < known <= _MOST else 0
        items = f"[{blank_of(wire.item, context)}]" if number else "[]"
        return f"{items} * {number}" if number > 1 else items
    if isinstance(wire, model.Nested):
        return _blank_object(wire, context)
    size = wire.size if isinstance(wire, model.Text | model.Raw) else None
    if wire is None or isinstance(wire, model.Text):
        if wire is None or not isinstance(size, model.FixedSize) or wire.pad is not None:
            return text("")
        if wire.encoding == model.DIGITS:
            return text("00" * size.bytes)
        return text(" " * (size.bytes - 2 * wire.quoted))
    if isinstance(wire, model.Raw):
        return octets(b"\0" * size.bytes) if isinstance(size, model.FixedSize) else octets(b"")
    low, high = bounds or (None, None)
    value: float = low if low is not None and low > 0 else 0
    if high is not None and high < 0:
        value = high
    return repr(float(value)) if annotation(wire, conversion, context) == "float" else repr(value)


def first_of(elements: tuple[model.Element, ...]) -> list[model.Field]:
    """The fields that a message has at least: what may be absent is, the first way is gone."""
    found: dict[str, model.Field] = {}
    for element in elements:
        if isinstance(element, model.Field):
            # what the bytes hold makes them, where anything of that is always there
            held = first_of(element.also.record.elements) if element.also is not None else []
            needed = [f for f in held if f.name and isinstance(f.origin, model.Given)]
            found |= {field.key: field for field in needed or [element]}
        elif not isinstance(element, model.Branch):
            for row in model.parts(element):
                found |= {field.key: field for field in first_of(row)}
        elif element.how == "either":
            rows = [first_of(arm.elements) for arm in element.arms]
            given = [[f for f in row if isinstance(f.origin, model.Given)] for row in rows]
            chosen = rows[0] if all(given) else rows[given.index([])]
            found |= {field.key: field for field in chosen}
        else:
            always = {f.name for f in fields_in((element,))} - model.sometimes((element,))
            names: dict[str | None, model.Field] = {}
            for field in fields_in((element,)):
                names.setdefault(field.name, field)
            found |= {f.key: f for name, f in names.items() if name in always}
    return [*found.values()]


def fields_in(elements: tuple[model.Element, ...]) -> list[model.Field]:
    """The fields among elements, whichever way they go."""
    return [element for element in model.walk(elements) if isinstance(element, model.Field)]


def _blank_object(wire: model.Nested, context: Context) -> str:
    """An object whose required values are blank."""
    arguments = [
        f"{field_name(f)}={blank_of(f, context)}"
        for f in first_of(wire.record.elements)
        if f.name and isinstance(f.origin, model.Given)
    ]
    return f"{context.classes[f'record {wire.record.name}']}({', '.join(arguments)})"
