"""What a value looks like on the wire, and what it means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from protoc.compiler import model
from protoc.compiler.backend.document.formulas import formula, given
from protoc.compiler.backend.document.marks import code, link, octets, plain, sentence
from protoc.compiler.backend.expressions import written
from protoc.compiler.backend.words import type_words

Elements = tuple[model.Element, ...]
Bounds = tuple[float | None, float | None]


def type_of(wire: model.Wire | None) -> str:
    """The type of a value, as descriptions name it."""
    if isinstance(wire, model.Nested):
        return link("part", wire.record.name) if wire.record.message else "object"
    if isinstance(wire, model.Items):
        return f"list of {type_of(wire.item.wire)}"
    if isinstance(wire, model.Bits):
        return f"{code(type_words(wire.carrier))}, bits"
    if isinstance(wire, model.Unwritten):
        return "no bytes"
    return code(type_words(wire)) if wire is not None else "any"


def size_of(size: model.Size | None, elements: Elements) -> str:
    """How many bytes there are, where that varies."""
    if isinstance(size, model.GivenSize):
        return code(formula(size.expression, elements))
    if isinstance(size, model.UntilNext):
        ends = [_end(target) for target in size.targets]
        return f"up to {' or '.join(dict.fromkeys(ends))}"
    if isinstance(size, model.UntilEnd):
        return "the rest"
    return "varies"


def _end(target: model.Constant | model.LinkEnd) -> str:
    if isinstance(target, model.Constant):
        return octets(target.alternatives[0])
    return "the end of the line"


def meaning(field: model.Field, elements: Elements) -> str:
    """What the value of a field is, and what is said of it."""
    return sentence(
        (
            *_origin(field.origin, elements),
            *_look(field.wire),
            converted(field.conversion, field.bounds),
            *_limits(field),
            plain(field.doc),
        )
    )


def converted(conversion: model.Conversion, bounds: Bounds | None) -> str:
    """How the number on the wire becomes the value that is meant."""
    return sentence(
        (
            _scaled(conversion),
            link("enumeration", conversion.enum) if conversion.enum else "",
            "no other values" if conversion.strict else "",
            "0 is false, 1 is true" if conversion.boolean else "",
            between(bounds),
        )
    )


def between(bounds: Bounds | None) -> str:
    """A range, either side of which may be open."""
    if bounds is None:
        return ""
    low, high = ("" if bound is None else written(bound) for bound in bounds)
    return f"{low}…{high}"


def _scaled(conversion: model.Conversion) -> str:
    said = []
    if conversion.via is not None:
        said.append(f"`x` stands for {code(formula(conversion.via.forth))}")
    if conversion.scale != 1:
        said.append(f"times {_number(conversion.scale)}")
    if conversion.offset:
        sign = "minus" if conversion.offset < 0 else "plus"
        said.append(f"{sign} {_number(abs(conversion.offset))}")
    if conversion.unit:
        said.append(f"in {plain(conversion.unit)}")
    return ", ".join(said)


def bit_numbers(pieces: Iterable[model.Piece]) -> str:
    """Which bits of an integer these are."""
    return ", ".join(
        f"bit {piece.high}" if piece.width == 1 else f"bits {piece.high}…{piece.low}"
        for piece in pieces
    )


def _number(value: Fraction) -> str:
    decimal = repr(float(value)).removesuffix(".0")
    return decimal if Fraction(decimal) == value else str(value)


def _origin(origin: model.Origin, elements: Elements) -> Iterator[str]:
    """Where the value comes from, when it is not simply given."""
    match origin:
        case model.Fixed(value=value):
            if isinstance(value, int) and not isinstance(value, bool) and value > 9:
                yield f"always {code(f'0x{value:02X}')}"
            else:
                yield f"always {code(written(value))}"
        case model.Derived() | model.Computed():
            yield code(f"= {formula(origin.expression, elements)}")
        case model.Counted():
            yield f"counts {origin.first}…{origin.last}, one more with each command"
        case model.Defaulted():
            yield f"default {code(given(origin.value))}"
        case model.Reserved():
            yield "reserved: sent as 0"
        case model.Echoed():
            yield f"that of the request: {code(formula(origin.expression))}"
        case model.Brought():
            yield f"told by {code('.'.join(origin.path))}"


def _look(wire: model.Wire) -> Iterator[str]:
    """How the characters or bits stand there."""
    if isinstance(wire, model.Text) and wire.encoding not in ("utf-8", "ascii", model.DIGITS):
        yield wire.encoding
    if isinstance(wire, model.Text | model.Digits) and wire.pad is not None:
        yield f"filled up with {octets(wire.pad)}{' in front' if wire.left else ''}"
    if isinstance(wire, model.Text) and wire.terminated:
        yield "ends with NUL"
    if isinstance(wire, model.Slice | model.Digits) and wire.signed:
        yield "signed"
    if isinstance(wire, model.Digits | model.Text | model.Raw) and wire.reversed:
        yield "last byte first"


def _limits(field: model.Field) -> Iterator[str]:
    if field.longest is not None:
        yield f"at most {field.longest} bytes"
    if field.pattern:
        yield f"like {code(field.pattern)}"
    if field.forbidden:
        yield f"without {', '.join(map(octets, field.forbidden))}"
    if field.param:
        yield f"param {code(field.name or '')}"
