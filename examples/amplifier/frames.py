"""Frames in hexadecimal, the fields named under the bytes they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from protoc.compiler import model
from protoc.runtime import Choice, Message, Part


class Place(NamedTuple):
    """Where a field stands in a frame."""

    field: model.Field
    start: int
    end: int


def places(message: model.Message, size: int) -> Iterator[Place]:
    """The named fields of a frame of `size` bytes, one of which may be of any width."""
    elements = [e for e in message.walk() if not isinstance(e, model.Region)]
    widths = [_width(element) for element in elements]
    rest = size - sum(width or 0 for width in widths)
    at = 0
    for element, width in zip(elements, widths):
        end = at + (rest if width is None else width)
        if isinstance(element, model.Field) and element.name is not None:
            yield Place(element, at, end)
        at = end


def _width(element: model.Element) -> int | None:
    if isinstance(element, model.Constant):
        return len(element.alternatives[0])
    if not isinstance(element, model.Field):
        return None
    wire = element.wire
    if isinstance(wire, model.Bits):
        return wire.integer.width
    if isinstance(wire, (model.Integer, model.Real)):
        return wire.width
    size = wire.size if isinstance(wire, model.Sized) else None
    return size.bytes if isinstance(size, model.FixedSize) else None


def drawing(description: model.Message, message: Message, data: bytes) -> list[str]:
    """A frame as lines: its bytes, brackets under the fields, and what they hold."""
    # 7B 30 35 52 41 36 44 7D 0D
    #    ├───┘ ├───┘ ├───┘
    #    │     │     check 6D
    #    │     code RA
    #    address 5
    brackets = [" "] * (3 * len(data))
    labels: list[list[str]] = []
    # From right to left: nothing is in the way of the lines that lead down to labels.
    for field, start, end in reversed(list(places(description, len(data)))):
        column, width = 3 * start, 3 * (end - start) - 1
        brackets[column : column + width] = f"├{'─' * (width - 2)}┘"
        label = f"{field.name} {_value(field, message, data[start:end])}"
        row, needed = 0, slice(column, column + len(label) + 1)
        while row < len(labels) and "".join(labels[row][needed]).strip():
            row += 1
        labels += [[] for _ in range(row + 1 - len(labels))]
        for above in labels[:row]:
            _write(above, column, "│")
        _write(labels[row], column, label)
    return [
        data.hex(" ").upper(),
        *("".join(row).rstrip() for row in (brackets, *labels)),
    ]


def _write(row: list[str], column: int, text: str) -> None:
    row.extend(" " * (column + len(text) - len(row)))
    row[column : column + len(text)] = text


def _value(field: model.Field, message: Message, raw: bytes) -> str:
    value: object = getattr(message, field.name or "", None)
    if value is None:  # a checksum: computed, not kept
        return raw.decode("ascii") if raw.isalnum() else raw.hex().upper()
    return said(value, field.conversion.unit)


def said(value: object, unit: str = "") -> str:
    """A value for people: the label of a choice, the bits that are set, a number and its unit."""
    if isinstance(value, Choice):
        return value.label
    if isinstance(value, Part):
        names: tuple[str, ...] = value.__struct_fields__
        return "+".join(name for name in names if getattr(value, name)) or "none"
    return f"{value} {unit}" if unit else str(value)
