"""With which byte elements can begin: it tells what stands on the wire, and where others end."""

from __future__ import annotations

from collections.abc import Mapping

from protoc.compiler import model
from protoc.compiler.resolve.known import encoded, has_bytes, held_bits
from protoc.compiler.resolve.measures import fixed_size

CHARACTERS = {
    "dec": b"0123456789",
    "int": b"+-0123456789",
    "float": b"+-.0123456789",
    "hex": b"0123456789ABCDEFabcdef",
    "oct": b"01234567",
    "bin": b"01",
    "base36": b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
}
"""What digits can be, where they are characters."""


def octets_of(wire: model.Digits) -> bytes:
    """The values that the bytes of a number can have."""
    if wire.lenient or wire.varying:
        return bytes(range(256))
    if wire.notation == "bcd":
        return bytes(16 * high + low for high in range(10) for low in range(10))
    if wire.notation == "nibbles":
        return bytes(range(16))
    return bytes(sorted({*CHARACTERS[wire.notation], *(wire.pad or b"")}))


QUOTE = b'"'

Enums = Mapping[str, model.Enum]


def beginning(
    elements: tuple[model.Element, ...], fields: tuple[model.Field, ...], enums: Enums
) -> bytes:
    """The values the first byte can have; none when it can be any, or when there may be none.

    Args:
        elements: what begins.
        fields: those of the same message, of which bits may be constant.
        enums: enumerations by name.
    """
    if not elements:
        return b""
    first, *others = elements
    rest = tuple(others)
    if isinstance(first, model.Region):
        return beginning((*first.elements, *rest), fields, enums) if first.size is None else b""
    if isinstance(first, model.LinkEnd | model.Lines | model.Coded):
        return b""
    if isinstance(first, model.Filler):
        return beginning(rest, fields, enums)  # it is looked past
    if isinstance(first, model.Branch):
        rows = [(*arm.elements, *rest) for arm in first.arms]
        rows += [rest] if first.how == "optional" else []
        found = [beginning(row, fields, enums) for row in rows]
        return bytes(sorted({b for each in found for b in each})) if all(found) else b""
    if isinstance(first, model.Constant):
        return bytes(sorted({alternative[0] for alternative in first.alternatives}))
    if isinstance(first.wire, model.Slice | model.Unwritten):
        return beginning(rest, fields, enums)
    return _field(first, fields, enums)


def _field(field: model.Field, fields: tuple[model.Field, ...], enums: Enums) -> bytes:
    wire = field.wire
    if isinstance(field.origin, model.Fixed) and has_bytes(wire):
        return encoded(wire, field.origin.value)[:1]
    if isinstance(wire, model.Nested):
        record = wire.record
        return beginning(record.elements, record.fields(), enums)
    if isinstance(wire, model.Digits):
        return b"" if wire.packed or wire.lenient else octets_of(wire)
    if isinstance(wire, model.Text) and wire.quoted:
        return bytes(sorted({*QUOTE, *(wire.pad or b"")})) if wire.left else QUOTE
    if isinstance(wire, model.Bits) and wire.digits is not None:
        return b"" if wire.digits.packed else octets_of(wire.digits)
    if fixed_size(field) != 1:
        return b""
    if isinstance(wire, model.Bits):
        mask, expected = held_bits(field, fields)
        return bytes(b for b in range(256) if b & mask == expected) if mask else b""
    if isinstance(wire, model.Integer) and field.conversion.strict:
        labels = enums[field.conversion.enum or ""].labels
        values = {v & 0xFF for label in labels for v in label.values if isinstance(v, int)}
        return bytes(sorted(values))
    return b""


ANYTHING = frozenset(range(256))


def firsts(
    elements: tuple[model.Element, ...], fields: tuple[model.Field, ...], enums: Enums
) -> frozenset[int]:
    """Every value that the first byte may have, where there is one; arguments as `beginning`."""
    if not elements:
        return frozenset()
    first, *others = elements
    rest = tuple(others)
    if isinstance(first, model.Constant):
        return frozenset(alternative[0] for alternative in first.alternatives)
    if isinstance(first, model.LinkEnd):
        every = [end[0] for _, ends in first.by_link for end in ends]
        always = all(ends for _, ends in first.by_link)
        return frozenset(every) | (frozenset() if always else firsts(rest, fields, enums))
    if isinstance(first, model.Region):
        return firsts((*first.elements, *rest), fields, enums)
    if isinstance(first, model.Lines | model.Coded):
        return ANYTHING
    if isinstance(first, model.Filler):
        return frozenset(first.octets[:1]) | firsts(rest, fields, enums)
    if isinstance(first, model.Branch):
        ways = [arm.elements for arm in first.arms]
        ways += [()] if first.how == "optional" else []
        return frozenset[int]().union(*(firsts((*way, *rest), fields, enums) for way in ways))
    if isinstance(first.wire, model.Slice | model.Unwritten):
        return firsts(rest, fields, enums)
    return frozenset(beginning((first,), fields, enums)) or ANYTHING
