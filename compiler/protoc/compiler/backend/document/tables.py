"""The bytes of a message as a table: where each element stands, and what it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.backend.document.formulas import formula
from protoc.compiler.backend.document.marks import code, octets, plain
from protoc.compiler.backend.document.values import (
    Elements,
    bit_numbers,
    converted,
    meaning,
    size_of,
    type_of,
)
from protoc.compiler.resolve.measures import fixed_size


class Row(NamedTuple):
    """A row of the table.

    Attributes:
        at: the offset of its first byte; behind what varies, from the end of that.
        size: its bytes.
        name: of the field, set in as far as it stands in others.
        type: what its bytes are.
        text: what they mean.
    """

    at: str
    size: str
    name: str
    type: str
    text: str


class _At(Struct, frozen=True):
    """An offset: bytes behind the end of what varies; None when that has no name."""

    base: str | None = ""
    plus: int = 0

    def __str__(self) -> str:
        if not self.base:
            return "" if self.base is None else str(self.plus)
        return f"{code(self.base)} + {self.plus}" if self.plus else f"behind {code(self.base)}"

    def behind(self, size: int | None, name: str | None) -> _At:
        """The offset behind an element."""
        return _At(name) if size is None else _At(self.base, self.plus + size)


_START = _At()


def table(owner: model.Message | model.Record) -> list[Row]:
    """The rows of a message."""
    return list(_rows(owner.elements, owner.elements, _START, 0))


def _rows(row: Elements, elements: Elements, at: _At, depth: int) -> Iterator[Row]:
    """The rows of elements that stand one behind the other; `elements` are all of the message."""
    for element in row:
        size = fixed_size(element)
        name = None
        if isinstance(element, model.Field):
            yield from _field(element, row, elements, at, depth)
            name = element.name
        elif isinstance(element, model.Branch):
            yield from _branch(element, elements, at, depth)
        elif isinstance(element, model.Region):
            yield from _rows(element.elements, elements, at, depth)
            name = _last(element)
        elif isinstance(element, model.Coded):
            how = ", then ".join(_coding(each) for each in reversed(element.codings))
            long = str(size) if size is not None else size_of(element.size, elements)
            yield Row(str(at), long, "", "coded", f"{how}; offsets below are before that")
            yield from _rows(element.elements, elements, _START, depth + 1)
        else:
            yield _bytes(element, at, depth)
        at = at.behind(size, name)


def _last(region: model.Region) -> str | None:
    """The name of what ends a region and varies."""
    last = region.elements[-1] if region.elements else None
    if isinstance(last, model.Region):
        return _last(last)
    return last.name if isinstance(last, model.Field) and fixed_size(last) is None else None


def _bytes(element: model.Constant | model.LinkEnd | model.Filler, at: _At, depth: int) -> Row:
    """What has no value."""
    size = fixed_size(element)
    long = "" if size is None else str(size)
    if isinstance(element, model.Constant):
        text = " or ".join(map(octets, element.alternatives))
        return Row(str(at), long, _set_in("", depth), "constant", text)
    if isinstance(element, model.Filler):
        most = "any number" if element.most is None else f"up to {element.most}"
        text = f"{octets(element.octets)}, {most} of it; {element.send} when sent"
        return Row(str(at), "varies", _set_in("", depth), "filler", text)
    ends = [
        f"{' or '.join(map(octets, alternatives)) or 'nothing'} on {code(name)}"
        for name, alternatives in element.by_link
    ]
    if len({alternatives for _, alternatives in element.by_link}) == 1:
        ends = [" or ".join(map(octets, element.by_link[0][1]))]
    return Row(str(at), long, _set_in("", depth), "end", ", ".join(ends))


def _field(
    field: model.Field, row: Elements, elements: Elements, at: _At, depth: int
) -> Iterator[Row]:
    wire = field.wire
    name = _set_in(code(field.name) if field.name else "", depth)
    text = meaning(field, elements)
    if isinstance(wire, model.Slice):
        yield Row(_bits_in(wire, row, elements), "", name, type_of(wire), text)
        return
    size = fixed_size(field)
    long = "" if model.unwritten(field) else str(size) if size is not None else ""
    long = long or ("" if model.unwritten(field) else size_of(_size(wire), elements))
    if isinstance(wire, model.Items):
        text = "; ".join(filter(None, (_ending(wire, elements), text)))
    yield Row("" if model.unwritten(field) else str(at), long, name, type_of(wire), text)
    if isinstance(wire, model.Bits):
        for part in sorted(wire.parts, key=lambda part: -part.pieces[0].high):
            yield _part(part, depth + 1)
    inner = field.also or model.leaf(wire)
    if isinstance(inner, model.Nested) and not inner.record.message:
        yield from _rows(inner.record.elements, inner.record.elements, _START, depth + 1)


def _size(wire: model.Wire) -> model.Size | None:
    size: model.Size | None = getattr(wire, "size", None)
    return size


def _part(part: model.Part, depth: int) -> Row:
    """Bits of an integer, in the column of offsets by their numbers."""
    fixed = f"always {part.fixed}" if part.fixed is not None else "" if part.name else "reserved"
    default = f"default {code(repr(part.default))}" if part.default else ""
    said = (fixed, default, converted(part.conversion, part.bounds), plain(part.doc))
    kind = "bcd" if part.decimal else "signed" if part.signed else ""
    name = _set_in(code(part.name) if part.name else "", depth)
    return Row(bit_numbers(part.pieces), "", name, kind, "; ".join(filter(None, said)))


def _bits_in(wire: model.Slice, row: Elements, elements: Elements) -> str:
    """Which bits of which integer a number is made of."""
    hosts = {each.key: each for each in (*model.walk(elements), *row)}
    found = []
    for key, piece in wire.pieces:
        host = hosts.get(key)
        name = host.name if isinstance(host, model.Field) else None
        found.append(bit_numbers([piece]) + (f" of {code(name)}" if name else ""))
    return ", ".join(found)


def _branch(branch: model.Branch, elements: Elements, at: _At, depth: int) -> Iterator[Row]:
    """Each way under a row that says when it is there."""
    for number, arm in enumerate(branch.arms):
        said = _when(branch, number, elements)
        yield Row("", "", _set_in(f"*{said}*", depth), "", "" if arm.elements else "nothing")
        yield from _rows(arm.elements, elements, at, depth + 1)


def _when(branch: model.Branch, number: int, elements: Elements) -> str:
    arm = branch.arms[number]
    if isinstance(arm.when, model.OnLink):
        return f"on {', '.join(arm.when.links) or 'others'}"
    if arm.when is not None:
        return f"if {code(formula(arm.when, elements))}"
    if branch.how == "lines":
        return "a line, wherever it stands"
    if branch.how in ("either", "frames"):
        return "or" if number else "either"
    return "optional" if branch.how == "optional" else "else"


def _ending(wire: model.Items, elements: Elements) -> str:
    """How many items there are."""
    said = []
    if wire.count is not None:
        said.append(f"{code(formula(wire.count, elements))} of them")
    if wire.until:
        said.append(f"up to {' or '.join(map(octets, wire.until))}")
    if wire.whilst is not None:
        said.append(f"as long as {code(formula(wire.whilst, (wire.item,)))}")
    if wire.separator:
        said.append(f"{octets(wire.separator)} between them")
    return "; ".join(said)


_CODINGS = {
    model.Cobs: "COBS",
    model.HexDigits: "two hexadecimal digits a byte",
    model.Base64: "base64",
}


def _coding(coding: model.Coding) -> str:
    match coding:
        case model.Escape(mark=mark, table=pairs):
            swaps = ", ".join(f"{a:02X} as {mark:02X} {b:02X}" for a, b in pairs)
            return f"escaped: {swaps}"
        case model.EachAdded(number=number):
            return f"{number} added to each byte"
        case model.EachXored(key=key):
            return f"exclusive or with {octets(key)}"
        case model.Stuffed(sequence=sequence, stuffing=stuffing):
            return f"{stuffing:02X} behind each {octets(sequence)}"
        case model.Blocks(size=size, check=check):
            return f"{check.name} behind every {size} bytes"
        case model.Truncated():
            return "zeros at the end left out"
        case _:
            return _CODINGS[type(coding)]


def _set_in(name: str, depth: int) -> str:
    return "· " * depth + name
