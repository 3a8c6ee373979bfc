"""The Python types of values."""

from __future__ import annotations

from protoc.compiler import model
from protoc.compiler.backend.context import Context
from protoc.compiler.backend.linear import is_whole


def annotation(wire: model.Wire | None, conversion: model.Conversion, context: Context) -> str:
    """The Python type of a value."""
    if isinstance(wire, model.Outside):
        return "int" if wire.of is None else annotation(wire.of, conversion, context)
    if isinstance(wire, model.Let):
        return {"whole": "int", "real": "float", "text": "str", "truth": "bool"}[wire.kind]
    if isinstance(wire, model.Bits):
        return context.classes[wire.group or ""]
    if isinstance(wire, model.Nested):
        return context.classes[f"record {wire.record.name}"]
    if isinstance(wire, model.Items):
        item = annotation(wire.item.wire, wire.item.conversion, context)
        return f"list[{item}{' | None' if wire.gaps else ''}]"
    if conversion.enum is not None:
        base = "str" if context.enums[conversion.enum].text else "int"
        cls = context.classes[conversion.enum]
        return cls if conversion.strict else f"{cls} | {base}"
    if conversion.boolean:
        return "bool"
    if wire is None or isinstance(wire, model.Text):
        return "str"
    if isinstance(wire, model.Raw):
        return "bytes"
    if conversion.via is not None:
        return "float"
    fractional = conversion.scale.denominator != 1 or conversion.offset.denominator != 1
    return "int" if is_whole(wire) and not fractional else "float"


def value_types(elements: tuple[model.Element, ...], context: Context) -> dict[str, str]:
    """The types of all values of elements by name; the same name in several ways has them all."""
    found: dict[str, list[str]] = {}
    for element in model.walk(elements):
        if not isinstance(element, model.Field) or element.name is None:
            continue
        if isinstance(element.origin, model.Given | model.Defaulted | model.Computed):
            type_ = annotation(element.wire, element.conversion, context)
            if isinstance(element.wire, model.Digits) and element.wire.lenient:
                type_ += " | None"
            found.setdefault(element.name, []).append(type_)
        if element.also is not None:
            for name, type_ in value_types(element.also.record.elements, context).items():
                found.setdefault(name, []).append(type_)
    return {
        name: " | ".join(dict.fromkeys(one for type_ in types for one in _members(type_)))
        for name, types in found.items()
    }


def read_types(elements: tuple[model.Element, ...], context: Context) -> dict[str, str]:
    """The same without those that are only computed: the types of what stands on the wire."""
    unwritten = model.lets(elements) | {f.name for f in outside(elements)}
    return {n: type_ for n, type_ in value_types(elements, context).items() if n not in unwritten}


def outside(elements: tuple[model.Element, ...]) -> list[model.Field]:
    """What a message depends on and what is not in its bytes."""
    return [
        element
        for element in elements
        if isinstance(element, model.Field) and isinstance(element.origin, model.Brought)
    ]


def _members(type_: str) -> list[str]:
    """The members of a union; a list is one."""
    return [type_] if "[" in type_ else type_.split(" | ")


_CHECKED = {
    "int": ("int", "a whole number"),
    "float": ("int | float", "a number"),
    "str": ("str", "text"),
    "bytes": ("bytes | bytearray", "bytes"),
}


def checked_as(type_: str) -> tuple[str, str] | None:
    """The classes that values of a type are of, and what they are called; None for others."""
    # a label is a number or a text as well
    return _CHECKED.get(_members(type_)[-1])
