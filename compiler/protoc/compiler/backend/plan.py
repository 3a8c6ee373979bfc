"""What both directions of a codec share: the steps of a message, and what is known beforehand."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from protoc.compiler import model
from protoc.compiler.backend import likeness
from protoc.compiler.resolve.types import fixed_size


@dataclass(frozen=True)
class Enter:
    """The beginning of a region."""

    region: model.Region


@dataclass(frozen=True)
class Leave:
    """The end of a region."""

    region: model.Region


@dataclass(frozen=True)
class Literal:
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


Step = Enter | Leave | Literal | model.LinkEnd | model.Field | model.Branch


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
        elif isinstance(element, model.Branch):
            result.append(element)
        elif isinstance(element.origin, model.Fixed) and has_bytes(element.wire):
            data = encoded(element.wire, element.origin.value)
            result.append(Literal(element.key, (data,), element.name or ""))
        else:
            result.append(element)
    return result


def has_bytes(wire: model.Wire) -> bool:
    """Whether a constant of this form is bytes; that of bits is a part of some."""
    return not isinstance(wire, model.Bits | model.Slice)


def held_bits(host: model.Field, fields: Iterable[model.Field]) -> tuple[int, int]:
    """The bits of an integer that are the same in every message: which, and what they hold."""
    assert isinstance(host.wire, model.Bits)
    constants = [
        (piece, part.fixed)
        for part in host.wire.parts
        for piece in part.pieces
        if part.fixed is not None
    ]
    for field in fields:
        if isinstance(field.wire, model.Slice) and isinstance(field.origin, model.Fixed):
            value = field.origin.value
            assert isinstance(value, int)
            constants += [(piece, value) for key, piece in field.wire.pieces if key == host.key]
    mask = sum(piece.mask << piece.low for piece, _ in constants)
    return mask, sum((value >> p.shift & p.mask) << p.low for p, value in constants)


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


def size_of(step: Step) -> int | None:
    """The bytes a step always takes; None when that varies."""
    if isinstance(step, Enter | Leave):
        return 0
    if isinstance(step, Literal):
        return step.size
    return fixed_size(step)


def encoded(wire: model.Wire, value: float | str | bytes) -> bytes:
    """A raw value on the wire, computed when compiling."""
    data = _in_order(wire, value)
    return data[::-1] if getattr(wire, "reversed", False) else data


def _in_order(wire: model.Wire, value: float | str | bytes) -> bytes:
    """A raw value, its first byte in front."""
    if isinstance(wire, model.Integer):
        order = "little" if wire.little else "big"
        return int(value).to_bytes(wire.width, order, signed=wire.signed)  # type: ignore[arg-type]
    if isinstance(wire, model.Real):
        return struct.pack(("<" if wire.little else ">") + "fd"[wire.width == 8], value)
    if isinstance(wire, model.Digits):
        assert isinstance(value, int | float)
        return _packed(wire, int(value)) if wire.packed else _characters(wire, value)
    if isinstance(wire, model.Text):
        data = wire.encode(str(value)) if not isinstance(value, bytes) else value
        width = wire.size.bytes if isinstance(wire.size, model.FixedSize) else 0
        filler = wire.pad or b" "
        return data.rjust(width, filler) if wire.left else data.ljust(width, filler)
    if isinstance(wire, model.Raw) and isinstance(value, bytes):
        return value
    raise ValueError(f"{value!r} does not fit")


def _characters(wire: model.Digits, value: float) -> bytes:
    """The characters of a number."""
    width = wire.size.bytes if isinstance(wire.size, model.FixedSize) else 0
    if wire.signed and value < 0:
        value += wire.base**width
    digits = _DIGITS[wire.notation](value)
    if wire.notation == "float" and wire.decimals is not None:
        digits = f"{float(value):.{wire.decimals}f}"
    elif wire.notation == "float" and width:
        digits = digits.removesuffix(".0")
    text = (digits if wire.lower else digits.upper()).encode()
    if wire.pad is not None:
        return text.rjust(width, wire.pad) if wire.left else text.ljust(width, wire.pad)
    # zeros stand behind the sign
    return text.zfill(width)


def _packed(wire: model.Digits, value: int) -> bytes:
    """The digits of a number that are no characters."""
    width = wire.size.bytes if isinstance(wire.size, model.FixedSize) else 0
    if wire.notation == "nibbles":
        value %= 16**width if width else value + 1
        return bytes.fromhex("".join(f"0{digit}" for digit in f"{value:0{width or 1}x}"))
    value %= 100**width if width else value + 1
    digits = f"{value:0{2 * width}d}"
    return bytes.fromhex(digits if len(digits) % 2 == 0 else f"0{digits}")


_DIGITS = {
    "dec": lambda v: str(int(v)),
    "int": lambda v: str(int(v)),
    "float": lambda v: str(v),
    "hex": lambda v: format(int(v), "x"),
    "oct": lambda v: format(int(v), "o"),
    "bin": lambda v: format(int(v), "b"),
    "base36": lambda v: base36(int(v)),
}


def base36(value: int) -> str:
    """Digits 0-9 and a-z."""
    digits = ""
    while value or not digits:
        value, last = divmod(value, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[last] + digits
    return digits


# ------------------------------------------------------------------ how a message can begin

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
    if wire.notation == "bcd":
        return bytes(16 * high + low for high in range(10) for low in range(10))
    if wire.notation == "nibbles":
        return bytes(range(16))
    return bytes(sorted({*CHARACTERS[wire.notation], *(wire.pad or b"")}))


QUOTE = b'"'
_MOST = 16


def starts(message: model.Message, enums: dict[str, model.Enum]) -> list[bytes]:
    """For each of the first bytes the values it can have; empty bytes stand for any.

    Only what stands in front of the first check counts, and not what ends the message: a frame
    that is damaged there began as this message and is rejected as this message.
    """
    row = steps(message.elements)
    if any(isinstance(step, model.Field) for step in row):
        while not isinstance(row[-1], model.Field):
            row.pop()
    result: list[bytes] = []
    for step in row:
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
    if isinstance(step, model.LinkEnd | model.Branch):
        return [], False
    wire, size = step.wire, fixed_size(step)
    derived = isinstance(step.origin, model.Derived) and step.origin.reason == "crc"
    if isinstance(wire, model.Digits) and first and not wire.packed:
        return [octets_of(wire)] + [b""] * ((size or 1) - 1), size is not None
    if isinstance(wire, model.Text) and wire.quoted and first:
        return [QUOTE] + [b""] * ((size or 1) - 1), size is not None
    if isinstance(wire, model.Text) and step.pattern and wire.plain:
        return likeness.starts(step.pattern, wire.encoding), False
    if size is None or derived:
        return [], False
    if size == 1 and isinstance(wire, model.Bits):
        mask, expected = held_bits(step, message.fields())
        values = bytes(b for b in range(256) if b & mask == expected) if mask else b""
        return [values], True
    if size == 1 and isinstance(wire, model.Integer) and step.conversion.strict:
        labels = enums[step.conversion.enum or ""].labels
        allowed = sorted(v & 0xFF for label in labels for v in label.values if isinstance(v, int))
        return [bytes(allowed)], True
    return [b""] * size, True


def _union(options: object) -> bytes:
    return bytes(sorted({b for option in options for b in option}))  # type: ignore[attr-defined]


def first_bytes(
    step: Step, enums: dict[str, model.Enum], owner: model.Message | model.Record
) -> bytes:
    """The values the first byte of a step can have; empty bytes stand for any."""
    if isinstance(step, model.Field) and isinstance(step.wire, model.Nested):
        owner = step.wire.record
        step = steps(owner.elements)[0]
    if isinstance(step, model.Field) and isinstance(step.wire, model.Items | model.Nested):
        return b""
    found, _ = _starts(step, enums, owner, first=True)
    return found[0] if found else b""


def least_size(elements: tuple[model.Element, ...]) -> int:
    """The fewest bytes that elements can have."""
    return sum(map(_least, elements))


def _least(element: model.Element) -> int:
    if (size := fixed_size(element)) is not None:
        return size
    if isinstance(element, model.Constant):
        return min(map(len, element.alternatives))
    if isinstance(element, model.Branch):
        return min(least_size(arm.elements) for arm in element.arms) if element.closed else 0
    if isinstance(element, model.Region):
        return least_size(element.elements) if element.size is None else 0
    if isinstance(element, model.Field) and isinstance(element.wire, model.Digits):
        return int(isinstance(element.wire.size, model.WhileFits))
    if isinstance(element, model.Field) and isinstance(element.wire, model.Text):
        return 2 if element.wire.quoted else 0
    return 0
