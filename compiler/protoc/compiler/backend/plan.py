"""What both directions of a codec share: the steps of a message, and what is known beforehand."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.backend import likeness
from protoc.compiler.resolve.beginnings import QUOTE, beginning, octets_of
from protoc.compiler.resolve.known import encoded, has_bytes
from protoc.compiler.resolve.measures import fixed_size, total_size
from protoc.compiler.resolve.measures import size_of as size_told
from protoc.compiler.resolve.sizes import covered


class Enter(Struct, frozen=True):
    """The beginning of a region."""

    region: model.Region


class Leave(Struct, frozen=True):
    """The end of a region."""

    region: model.Region


class Literal(Struct, frozen=True):
    """Bytes known when compiling: a constant, or a field with a fixed value.

    Attributes:
        name: of the field, empty for a plain constant.
    """

    key: str
    alternatives: tuple[bytes, ...]
    name: str = ""

    @property
    def size(self) -> int | None:
        """Its bytes, when all alternatives have the same number."""
        sizes = {len(a) for a in self.alternatives}
        return sizes.pop() if len(sizes) == 1 else None


Step = (
    Enter
    | Leave
    | Literal
    | model.LinkEnd
    | model.Field
    | model.Branch
    | model.Coded
    | model.Filler
)


def steps(elements: tuple[model.Element, ...]) -> list[Step]:
    """The elements in a row; what is constant is turned into its bytes."""
    result: list[Step] = []
    for element in elements:
        if isinstance(element, model.Region):
            result += [Enter(element), *steps(element.elements), Leave(element)]
        elif isinstance(element, model.Constant):
            result.append(Literal(element.key, element.alternatives))
        elif isinstance(element, model.LinkEnd):
            result.append(_end(element))
        elif isinstance(element, model.Branch | model.Coded | model.Filler):
            result.append(element)
        elif model.unwritten(element):
            continue
        elif isinstance(element.origin, model.Fixed) and has_bytes(element.wire):
            data = encoded(element.wire, element.origin.value)
            result.append(Literal(element.key, (data,), element.name or ""))
        else:
            result.append(element)
    return result


def slices_of(
    host: model.Field, message: model.Message | model.Record
) -> list[tuple[model.Field, list[model.Piece]]]:
    """The fields that have bits in an integer, and which."""
    found = []
    for field in message.fields():
        if isinstance(field.wire, model.Slice):
            pieces = [piece for key, piece in field.wire.pieces if key == host.key]
            if pieces:
                found.append((field, pieces))
    return found


def _end(element: model.LinkEnd) -> Step:
    """An end that is the same on every link is a constant like any other."""
    different = {ends for _, ends in element.by_link}
    if len(different) == 1 and (ends := next(iter(different))):
        return Literal(element.key, ends)
    return element


def asked(elements: Iterable[model.Element]) -> list[model.Expression]:
    """What must be known of the values in front to go on reading: sizes, conditions, numbers."""
    return [part for element in model.walk(tuple(elements)) for part in asks(element)]


def asks(element: model.Element) -> list[model.Expression]:
    """The same for an element alone, without those that stand in it."""
    found: list[model.Expression | None] = []
    if isinstance(element, model.Branch):
        found += [arm.when for arm in element.arms]
    elif isinstance(element, model.Field):
        found += _asked(element.wire)
        found += element.also.arguments if element.also is not None else ()
    size = size_told(element)
    if isinstance(size, model.GivenSize):
        found.append(size.expression)
    return [expression for expression in found if expression is not None]


def _asked(wire: model.Wire) -> list[model.Expression | None]:
    if isinstance(wire, model.Nested):
        return [*wire.arguments]
    if isinstance(wire, model.Items):
        return [wire.count, wire.first, wire.whilst, *_asked(wire.item.wire)]
    return []


def size_of(step: Step) -> int | None:
    """The bytes a step always takes; None when that varies."""
    if isinstance(step, Enter | Leave):
        return 0
    if isinstance(step, Literal):
        return step.size
    return fixed_size(step)


# ------------------------------------------------------------------ how a message can begin

_MOST = 16


def starts(message: model.Message, enums: dict[str, model.Enum]) -> list[bytes]:
    """For each of the first bytes the values it can have; empty bytes stand for any.

    Only what stands in front of the first check counts, and not what ends the message: a frame
    that is damaged there began as this message and is rejected as this message.
    """
    return _beginnings(message.elements, message, enums)


def _beginnings(
    elements: tuple[model.Element, ...], message: model.Message, enums: dict[str, model.Enum]
) -> list[bytes]:
    row = steps(elements)
    if len(row) == 1 and isinstance(row[0], model.Branch) and row[0].how in ("link", "frames"):
        ways = [_beginnings(arm.elements, message, enums) for arm in row[0].arms]
        return [_union(values) if all(values) else b"" for values in zip(*ways, strict=False)]
    if any(isinstance(step, model.Field) for step in row):
        while not isinstance(row[-1], model.Field):
            row.pop()
    result: list[bytes] = []
    for step in row:
        if isinstance(step, model.Filler) and not result and step is not row[-1]:
            behind, _ = _starts(row[row.index(step) + 1], enums, message, first=True)
            return [_union((step.octets[:1], *behind[:1]))] if behind and behind[0] else []
        item = _first_item(step)
        found, goes_on = _starts(item or step, enums, message, first=not result)
        result += found
        if item or not goes_on or len(result) >= _MOST:
            break
    result = result[:_MOST]
    while result and not result[-1]:
        result.pop()
    return result


def _first_item(step: Step) -> model.Field | None:
    """The item that a list begins with for certain."""
    wire = step.wire if isinstance(step, model.Field) else None
    return wire.item if isinstance(wire, model.Items) and wire.filled else None


def _starts(
    step: Step,
    enums: dict[str, model.Enum],
    message: model.Message | model.Record,
    first: bool,
) -> tuple[list[bytes], bool]:
    """The first bytes of a step, and whether what follows it stands at a known place."""
    if isinstance(step, Enter):
        told = isinstance(step.region.size, model.GivenSize)
        return [], not told or fixed_size(step.region) is not None
    if isinstance(step, Leave):
        return [], True
    if isinstance(step, Literal):
        size = step.size
        if size is None:
            return [_union(a[:1] for a in step.alternatives)], False
        return [_union(a[i : i + 1] for a in step.alternatives) for i in range(size)], True
    if isinstance(step, model.LinkEnd | model.Branch | model.Filler):
        return [], False
    if isinstance(step, model.Coded):
        return _coded_starts(step, enums, message), False
    wire, size = step.wire, fixed_size(step)
    wire = wire.digits or wire if isinstance(wire, model.Bits) else wire
    derived = isinstance(step.origin, model.Derived) and step.origin.reason == "crc"
    if isinstance(wire, model.Digits) and first and not wire.packed:
        return [octets_of(wire)] + [b""] * ((size or 1) - 1), size is not None
    if isinstance(wire, model.Text) and wire.quoted and first:
        return [QUOTE] + [b""] * ((size or 1) - 1), size is not None
    if isinstance(wire, model.Text) and step.pattern and wire.plain:
        return likeness.starts(step.pattern, wire.encoding), False
    if size is None or derived:
        return [], False
    if size == 1 and isinstance(wire, model.Bits | model.Integer):
        return [
            beginning((step,), tuple(_known(f, message) for f in message.fields()), enums)
        ], True
    return [b""] * size, True


def _known(field: model.Field, message: model.Message | model.Record) -> model.Field:
    """A length in some bits that is always the same is as good as a constant."""
    origin = field.origin
    if not isinstance(field.wire, model.Slice) or not isinstance(origin, model.Derived):
        return field
    if not isinstance(origin.expression, model.Length):
        return field
    inside = covered(message.elements, origin.expression.extent)
    size = total_size(inside) if inside else None
    return field if size is None else replace(field, origin=model.Fixed(size))


def _coded_starts(
    step: model.Coded, enums: dict[str, model.Enum], message: model.Message | model.Record
) -> list[bytes]:
    """The first byte of what is coded, where there is one for certain."""
    if not least_size(step.elements):
        return []
    plain, _ = _starts(steps(step.elements)[0], enums, message, first=True)
    values = plain[0] if plain else b""
    for coding in reversed(step.codings):
        values = _coded(values, coding)
    return [values] if values else []


def _coded(values: bytes, coding: model.Coding) -> bytes:
    """The values of the first coded byte, by those of the plain one; empty for any."""
    if isinstance(coding, model.Escape):
        must = {octet for octet, _ in coding.table}
        return bytes(sorted({coding.mark if b in must else b for b in values}))
    if isinstance(coding, model.HexDigits):
        digits = {c for b in values for c in f"{b >> 4:x}{b >> 4:X}".encode()}
        return bytes(sorted(digits)) or octets_of(model.Digits("hex", model.WhileFits()))
    if isinstance(coding, model.EachAdded):
        return bytes(sorted((b + coding.number) % 256 for b in values))
    if isinstance(coding, model.EachXored):
        return bytes(sorted(b ^ coding.key[0] for b in values))
    return values if isinstance(coding, model.Stuffed | model.Blocks) else b""


def _union(options: object) -> bytes:
    return bytes(sorted({b for option in options for b in option}))  # type: ignore[attr-defined]


def least_size(elements: tuple[model.Element, ...]) -> int:
    """The fewest bytes that elements can have."""
    return sum(map(_least, elements))


def _least(element: model.Element) -> int:
    if (size := fixed_size(element)) is not None:
        return size
    if isinstance(element, model.Constant):
        return min(map(len, element.alternatives))
    if isinstance(element, model.Coded | model.Filler):
        return 0
    if isinstance(element, model.Branch):
        return min(least_size(arm.elements) for arm in element.arms) if element.closed else 0
    if isinstance(element, model.Region):
        return least_size(element.elements) if element.size is None else 0
    if isinstance(element, model.Field) and isinstance(element.wire, model.Digits):
        return int(isinstance(element.wire.size, model.WhileFits))
    if isinstance(element, model.Field) and isinstance(element.wire, model.Text):
        return 2 if element.wire.quoted else 0
    return 0
