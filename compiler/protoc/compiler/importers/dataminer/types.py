"""Types of params: from `Interprete` to a type of the language with its modifiers."""

from __future__ import annotations

from fractions import Fraction

from protoc.compiler.importers.dataminer import nodes
from protoc.compiler.importers.dataminer.bits import LONGEST_INTEGER, bits_of, shown
from protoc.compiler.importers.dataminer.context import Context
from protoc.compiler.importers.dataminer.conversions import conversion, fits, is_computed
from protoc.compiler.importers.dataminer.elements import View, finite
from protoc.compiler.importers.dataminer.labels import labels
from protoc.compiler.importers.dataminer.params import SYSTEM_KINDS, Param
from protoc.compiler.importers.dataminer.values import octets
from protoc.dsl import tree
from protoc.dsl.source import Span

_BASES = {2: "bin", 8: "oct", 10: "float", 16: "hex", 36: "base36"}
_DIGITS = (*_BASES.values(), "int", "dec", "bcd")
_NUMBERS = ("unsigned number", "signed number", "double", "high nibble")


def view_of(context: Context, param: Param) -> View:
    """The element of a param, to be noted on."""
    return View(param.element, context.account)


def fixed_size(param: Param) -> int | None:
    """How many bytes a param always has."""
    interprete = param.interprete
    if param.kind in ("read bit", "write bit"):
        return None
    if interprete.sizing in ("next param", "last next param", "other param"):
        return None
    if interprete.length is not None:
        return interprete.length
    return len(interprete.value) if interprete.value else None


def is_shifted(param: Param) -> bool:
    """Whether its bytes have a number added to them on the line."""
    return param.kind == "group" and param.interprete.byte_offset % 256 != 0


def constant_bytes(param: Param) -> bytes:
    """The bytes of a constant: its value, filled up to its length."""
    value, size = param.interprete.value or b"", param.interprete.length or 0
    if param.interprete.sizing != "fixed" or len(value) >= size:
        return value
    return value + fill(param) * (size - len(value))


def fill(param: Param) -> bytes:
    """What a param of a fixed size holds before it has a value."""
    raw = param.interprete.raw
    if raw == "numeric text":
        return b"0"
    return b"\0" if raw in ("unsigned number", "signed number", "double", "bcd") else b" "


def declared(context: Context, param: Param) -> tree.Typed:
    """The type a param is declared with."""
    span = param.span
    if context.constant(param):
        data = constant_bytes(param)
        value = context.written(data, span)
        plain = isinstance(value, tree.String) and not context.connector.communication.unicode
        kind = "text" if plain else "bytes"
        return nodes.typed(kind, span, nodes.modifier("=", span, value), size=len(data))
    if param.kind in ("read bit", "write bit"):
        type_ = _bit(context, param)
    elif param.kind in SYSTEM_KINDS and not param.interprete.sizing:
        type_ = nodes.typed("text", span)
    elif param.kind == "dummy":
        type_ = nodes.typed("bytes", span, size=fixed_size(param) or None)
    elif is_computed(context, param):
        type_ = nodes.typed("float", span)
    else:
        type_ = wire(context, param)
    modifiers = list(_initial(context, param, type_))
    if param.save:
        modifiers.append(nodes.modifier("save", span))
    companion = _companion(context, param) if param.setter else None
    if companion is not None:
        modifiers.append(nodes.modifier("sets", span, named=companion))
    return nodes.with_modifiers(type_, *modifiers)


def _bit(context: Context, param: Param) -> tree.Typed:
    count = max(param.interprete.count, 1)
    width = min((count + 7) // 8, LONGEST_INTEGER) * 8
    return nodes.typed(f"u{width}", param.span, *shown(context, param))


def wire(context: Context, param: Param, size: int | str | None = None) -> tree.Typed:
    """The type of a field that is this param.

    Args:
        context: the import.
        param: the param.
        size: bytes, or the field that says how many; without it what the param says itself.
    """
    size = (fixed_size(param) or None) if size is None else size
    span = param.span
    if param.kind == "group":
        return _group(context, param, size)
    counted = param.kind in ("length", "crc")
    if (not counted and (param.text or not param.interprete.domain)) or param.kind == "response":
        return _text(context, param, size)
    type_ = _number(context, param, size)
    modifiers = [*conversion(context, param), *labels(context, param, numeric=True)]
    limits = _range(param)
    if limits is not None:
        modifiers.append(limits)
    if limits is not None or _may_be_none(context, param, type_):
        modifiers.append(nodes.modifier("lenient", span))
    return nodes.with_modifiers(type_, *modifiers)


def _group(context: Context, param: Param, size: int | str | None) -> tree.Typed:
    width = size if isinstance(size, int) else 1
    if width > LONGEST_INTEGER:
        context.dropped(
            view_of(context, param),
            f"the bits of a group of {width} bytes: it is imported as bytes",
        )
        params = context.connector.params.values()
        inside = (p for p in params if p.of is not None and p.of.id == param.id)
        context.lost.update(id(p.element) for p in inside)
        return nodes.typed("bytes", param.span, size=width)
    name = f"u{8 * width}{_order(param, width)}"
    return nodes.typed(name, param.span, bits=bits_of(context, param, width) or None)


def _order(param: Param, width: int) -> str:
    """The byte order behind a type: little is that of the description."""
    return "be" if param.interprete.big and width > 1 else ""


def _text(context: Context, param: Param, size: int | str | None) -> tree.Typed:
    span, interprete = param.span, param.interprete
    modifiers: list[tree.Modifier] = []
    if interprete.trim >= {"left", "right"}:
        modifiers.append(nodes.modifier("trim", span))
    elif interprete.trim & {"left", "right"}:
        side = "left" if "left" in interprete.trim else "right"
        modifiers += [nodes.modifier("trim", span), nodes.modifier(side, span)]
    named = labels(context, param, numeric=False)
    kind = "bytes" if interprete.raw in _NUMBERS and not named else "text"
    return nodes.typed(kind, span, *modifiers, *named, size=size)


def _number(context: Context, param: Param, size: int | str | None) -> tree.Typed:
    interprete, span = param.interprete, param.span
    raw = interprete.raw
    if raw in ("unsigned number", "signed number", "double") or interprete.domain == "high nibble":
        return _binary(context, param, size)
    if raw == "bcd":
        reverse = [nodes.modifier("reversed", span)] if not interprete.big else []
        several = isinstance(size, int) and size > 1
        return nodes.typed("bcd", span, *(reverse if several else []), size=size)
    if raw in ("other", "") and param.kind == "crc":
        if isinstance(size, int) and size <= LONGEST_INTEGER:
            return nodes.typed(f"u{8 * size}be" if size > 1 else "u8", span)
        return nodes.typed("bytes", span, size=size)
    kind = _BASES.get(interprete.base)
    if kind is None:
        context.dropped(
            view_of(context, param), f"numbers of base {interprete.base}: imported as text"
        )
        return nodes.typed("text", span, size=size)
    if kind == "float" and (param.kind in ("length", "crc") or param.id in context.sizes):
        kind = "dec"
    elif kind == "float" and _named_whole(param):
        kind = "int"
    return nodes.typed(kind, span, size=size)


def _may_be_none(context: Context, param: Param, type_: tree.Typed) -> bool:
    """Whether bytes that are no number leave the param as it was; lengths must be numbers."""
    digits = isinstance(type_.type, tree.NamedType) and type_.type.name.text in _DIGITS
    return digits and param.kind not in ("length", "crc") and param.id not in context.sizes


def _named_whole(param: Param) -> bool:
    """Whether it has names for values, all of them whole numbers."""
    named = (*param.discreets, *param.interprete.exceptions)
    default = param.interprete.default
    values = [each.value.value for each in named] + ([default.value] if default else [])
    return bool(named) and all(map(_whole, values))


def _whole(text: str) -> bool:
    return text.strip().removeprefix("-").isdigit()


def _binary(context: Context, param: Param, size: int | str | None) -> tree.Typed:
    interprete, span = param.interprete, param.span
    width = size if isinstance(size, int) else None
    real = interprete.raw == "double"
    if width is None or not 1 <= width <= LONGEST_INTEGER or (real and width not in (4, 8)):
        wanted = "an IEEE number" if real else "a binary number"
        context.dropped(
            view_of(context, param), f"{wanted} of {width or 'any'} bytes: imported as bytes"
        )
        return nodes.typed("bytes", span, size=size)
    letter = "f" if real else "i" if interprete.raw == "signed number" else "u"
    return nodes.typed(f"{letter}{8 * width}{_order(param, width)}", span)


def _range(param: Param) -> tree.Modifier | None:
    """`Range`: a value outside is left out."""
    low, high = param.interprete.low, param.interprete.high
    if (low is None and high is None) or (None not in (low, high) and (low or 0) > (high or 0)):
        return None
    far = Fraction(10**15)
    ends = (
        -far if low is None else Fraction(repr(low)),
        far if high is None else Fraction(repr(high)),
    )
    return nodes.modifier("range", param.span, *(nodes.number(end, param.span) for end in ends))


def _initial(context: Context, param: Param, type_: tree.Typed) -> list[tree.Modifier]:
    """What a param of a type holds at first."""
    interprete = param.interprete
    default = interprete.default
    main = context.connector.connections[0]
    if param.kind == "bus" and default is None and main.port.bus is not None:
        default = main.port.bus
    if param.kind == "group":
        return []
    if default is None and interprete.value is None:
        # nothing counts from 0
        words = isinstance(type_.type, tree.NamedType) and type_.type.name.text
        start = param.id in context.counted and words not in ("text", "bytes")
        return [nodes.modifier("default", param.span, nodes.number(0, param.span))] if start else []
    span = default.span if default else param.span
    value: tree.Expression | None
    if default is not None:
        value = _value(context, param, default.value, span)
    elif interprete.raw in ("unsigned number", "signed number") and not param.text:
        data = interprete.value or b""
        value = nodes.number(
            int.from_bytes(
                data, "big" if interprete.big else "little", signed=interprete.raw[0] == "s"
            ),
            span,
        )
    else:
        value = _value(context, param, (interprete.value or b"").decode("cp1252", "replace"), span)
    return [] if value is None else [nodes.modifier("default", span, value)]


def _value(context: Context, param: Param, text: str, span: Span) -> tree.Expression | None:
    """A value as it is written in a connector."""
    if param.text or not param.interprete.domain:
        if param.interprete.raw in _NUMBERS:
            return nodes.octets(octets(text), span)
        size = fixed_size(param)
        return nodes.string(text if size is None else text[:size].ljust(size), span)
    number = finite(text.strip())
    if number is None:
        view = view_of(context, param)
        context.simplified(view, f"the initial value {text.strip()[:40]!r} is no number: left out")
        return None
    return nodes.number(number, span) if fits(context, param, number) else None


def _companion(context: Context, param: Param) -> str | None:
    """The read param of the same name."""
    for other in context.connector.params.values():
        if other.kind in ("read", "read bit") and other.name == param.name:
            return context.names.params[other.id]
    context.simplified(view_of(context, param), "no read param has its name", "setter")
    return None
