"""Bytes and bits that are known when compiling."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from protoc.compiler import model


def has_bytes(wire: model.Wire) -> bool:
    """Whether a constant of this form is bytes; that of bits is a part of some."""
    return not isinstance(wire, model.Bits | model.Slice | model.Unwritten)


def encoded(wire: model.Wire, value: float | str | bytes) -> bytes:
    """A raw value on the wire, computed when compiling."""
    data = _in_order(wire, value)
    if isinstance(wire, model.Integer | model.Real) and wire.swapped:
        return b"".join(data[i : i + 2] for i in reversed(range(0, len(data), 2)))
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
        if wire.varying:
            return varying(wire.notation, int(value))
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
    if wire.plus and not text.startswith(b"-"):
        text = b"+" + text
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


def varying(notation: str, value: int) -> bytes:
    """The fewest bytes of a number that tells how many it has."""
    if notation == "ber_length":
        size = value.bit_length() + 7 >> 3
        return bytes((value,)) if value < 0x80 else bytes((0x80 | size, *value.to_bytes(size)))
    if notation in ("varint", "vlq"):
        groups = [value >> shift & 0x7F for shift in range(0, max(value.bit_length(), 1), 7)]
        groups = groups if notation == "varint" else groups[::-1]
        return bytes((*(group | 0x80 for group in groups[:-1]), groups[-1]))
    widths = [int(width) for width in notation[1:].split("_")]
    which, width = next((i, width) for i, width in enumerate(widths) if not value >> width)
    return (value | which << width).to_bytes(width // 8 + 1)


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
            bits = field.wire.bits(value)
            constants += [(piece, bits) for key, piece in field.wire.pieces if key == host.key]
    mask = sum(piece.mask << piece.low for piece, _ in constants)
    return mask, sum((value >> p.shift & p.mask) << p.low for p, value in constants)
