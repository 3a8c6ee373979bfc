"""Types and modifiers: from `u16le scale 0.1 unit "%"` to a wire form and its conversion."""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.bits import BITS, MOST, Numbering, Taken, bits_of_digits, speaker
from protoc.compiler.resolve.bits import whole as whole_value
from protoc.compiler.resolve.constants import whole
from protoc.compiler.resolve.conversions import conversion
from protoc.compiler.resolve.defaults import value_of_bits
from protoc.compiler.resolve.fitting import Holder, constant_bits
from protoc.compiler.resolve.measures import OPEN
from protoc.compiler.resolve.modifiers import Bounds, Modifiers
from protoc.compiler.resolve.scope import Scope, Unresolved, suggestion
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label

_INTEGER = re.compile(r"([ui])(\d+)(le|be)?")
_REAL = re.compile(r"f(32|64)(le|be)?")
_DIGITS: dict[str, model.Notation] = {
    "dec": "dec",
    "int": "int",
    "float": "float",
    "hex": "hex",
    "oct": "oct",
    "bin": "bin",
    "base36": "base36",
    "bcd": "bcd",
    "nibbles": "nibbles",
    **{name: name for name in model.VARYING},
}
_TEXTS = ("text", "char", "digits", "quoted")
_NAMES = ("u8", "u16", "u32", "i16", "f32", "dec", "hex", "float", "text", "bytes", "bool", "char",
          "bcd", "digits", "nibbles", "quoted", *model.VARYING)  # fmt: skip


def is_builtin(name: str) -> bool:
    """Whether a type is the language's own, whatever messages are called."""
    own = (*_DIGITS, *_TEXTS, "bytes", "bool", "body")
    return name in own or bool(_INTEGER.fullmatch(name) or _REAL.fullmatch(name))


class Spec(Struct, frozen=True):
    """What a type and its modifiers say, before sizes are settled and derived values resolved.

    Attributes:
        value: the expression behind `=`, not resolved.
        default: the expression behind `default`, not resolved.
        lenient: a message may hold a value beyond the bounds; the param does not take it over.
        own: bits that are fields of the message, and where they stand in this integer.
    """

    wire: model.Wire
    conversion: model.Conversion
    value: tree.Expression | None = None
    default: tree.Expression | None = None
    bounds: Bounds | None = None
    lenient: bool = False
    longest: int | None = None
    forbidden: tuple[bytes, ...] = ()
    own: tuple[tuple[tree.Bit, model.Piece], ...] = ()
    pattern: str = ""

    def holder(self, name: str) -> Holder:
        """What takes the values of a field of this type."""
        return Holder(name, self.wire, self.conversion, self.bounds)


def resolve_typed(scope: Scope, typed: tree.Typed, name: str, owner: str) -> Spec:
    """The meaning of a type with its modifiers.

    `name` is that of the field, `_` for one without; an enumeration or a group declared here is
    called after it and `owner`, the message.
    """
    if isinstance(typed.type, tree.ListType):
        raise scope.fail(
            "E0401",
            f"`{name}` cannot be a list",
            typed.type.span,
            help="lists are fields of messages; a param holds one value, bytes if need be",
        )
    if typed.type.optional:
        raise scope.fail(
            "E0404",
            f"`?` does not belong behind the type of `{name}`",
            typed.type.span,
            help="fields of messages may be absent; a param without a value is as good as that",
        )
    modifiers = Modifiers(scope, typed)
    size = _size(scope, typed.type)
    wire = _wire(scope, typed.type, size, modifiers)
    if typed.type.bits is None:
        return _spec(wire, modifiers, name, owner)
    bits, own = _bits(scope, typed.type, wire, modifiers, name, owner)
    return replace(_spec(bits, modifiers, name, owner), own=own)


def resolve_bit(scope: Scope, bit: tree.Bit, wire: model.Slice, owner: str) -> Spec:
    """The meaning of what is said of bits, all pieces of the value put together."""
    type_ = tree.NamedType(tree.Name(BITS, span=bit.span), span=bit.span)
    modifiers = Modifiers(scope, tree.Typed(type_, bit.modifiers, span=bit.span))
    signed, decimal = modifiers.flag("signed"), modifiers.take("bcd")
    if decimal is not None and (signed or wire.holes):
        raise scope.fail(
            "E0404",
            "decimal digits have no sign and no holes",
            decimal.span,
            help="take `bcd` away, or `signed`, or the holes between the pieces",
        )
    number = replace(wire, signed=signed, decimal=decimal is not None)
    return _spec(number, modifiers, bit.name.text, owner)


def _spec(wire: model.Wire, modifiers: Modifiers, name: str, owner: str) -> Spec:
    """What modifiers say of values of a wire form."""
    spec = Spec(
        wire=wire,
        conversion=conversion(modifiers, wire, name, owner),
        value=modifiers.operand("="),
        default=modifiers.operand("default"),
        bounds=modifiers.bounds(wire),
        lenient=modifiers.lenient(wire),
        longest=modifiers.longest(wire),
        forbidden=modifiers.forbidden(wire),
        pattern=modifiers.pattern(wire),
    )
    modifiers.finish()
    return spec


_LARGEST = 1 << 24


def _size(scope: Scope, type_: tree.NamedType) -> model.Size | None:
    if type_.size is None:
        return None
    if isinstance(type_.size, tree.Number):
        size = whole(scope, type_.size, 1)
        if size > _LARGEST:
            raise scope.fail(
                "E0205",
                f"nothing has {size} bytes",
                type_.size.span,
                help=f"write at most {_LARGEST}",
            )
        return model.FixedSize(size)
    # fields are resolved by the layout, which knows them; the marker keeps the place
    return model.GivenSize(model.Own(()))


def _wire(
    scope: Scope, type_: tree.NamedType, size: model.Size | None, modifiers: Modifiers
) -> model.Wire:
    name = type_.name.text
    if type_.arguments and name not in scope.layouts:
        raise scope.fail(
            "E0404",
            f"`{name}` takes no values",
            type_.span,
            help="messages take values, and only those that are declared with parameters",
        )
    if (binary := _binary(scope, type_)) is not None:
        if size is not None and type_.size is not None:
            raise scope.fail(
                "E0403",
                f"`{name}` has a size already",
                type_.size.span,
                "the type says how many bytes it has",
                help=f"take the brackets away; a list is written `[{name}] count 4`",
            )
        return _swapped(scope, binary, modifiers)
    if name in model.VARYING and type_.size is not None:
        raise scope.fail(
            "E0403",
            f"`{name}` tells its size itself",
            type_.size.span,
            "its first bytes say how many it has",
            help=f"take the brackets away; `{name} max 4` has at most 4 bytes",
        )
    if name in _DIGITS:
        return _digits(scope, _DIGITS[name], size, modifiers)
    if name in _TEXTS:
        return _text(name, size, modifiers)
    if name == "bytes":
        return model.Raw(size or modifiers.until() or OPEN, modifiers.flag("reversed"))
    if name in scope.layouts:
        raise scope.fail(
            "E0401",
            f"the message `{name}` is no type of a param",
            type_.span,
            help="a param holds one value: declare one for each field of the message",
        )
    if name in scope.broken:
        raise Unresolved(name)
    raise scope.fail(
        "E0401",
        f"there is no type `{name}`",
        type_.name.span,
        help=_elsewhere(name) or suggestion(name, _NAMES, "type"),
    )


_ELSEWHERE = {
    "byte": "u8", "word": "u16", "dword": "u32", "short": "i16", "long": "i32", "float32": "f32",
    "float64": "f64", "double": "f64", "real": "f32", "string": "text", "str": "text",
    "ascii": "text[8] ascii", "boolean": "bool", "hexstring": "hex", "decimal": "dec",
}  # fmt: skip


def _elsewhere(name: str) -> str:
    """What a type of other languages is here; empty for what is none."""
    known = _ELSEWHERE.get(name.lower(), "")
    if number := re.fullmatch(r"(u?)int_?(\d+)(?:_?t)?_?(le|be)?", name.lower()):
        known = f"{'u' if number[1] else 'i'}{number[2]}{number[3] or ''}"
    elif number := re.fullmatch(r"([uif]\d+)_(le|be)", name.lower()):
        known = f"{number[1]}{number[2]}"
    return f"write `{known}`" if known else ""


_LONGEST_NUMBER = 64
"""Bytes of the longest number in digits, as the runtime reads it."""


def _digits(
    scope: Scope, notation: model.Notation, size: model.Size | None, modifiers: Modifiers
) -> model.Digits:
    if notation in model.VARYING:
        return modifiers.varying(notation)
    if isinstance(size, model.FixedSize) and size.bytes > _LONGEST_NUMBER:
        raise scope.fail(
            "E0205",
            f"a number in digits has at most {_LONGEST_NUMBER} bytes, not {size.bytes}",
            modifiers.typed.span,
            help="take a smaller size; longer ones are texts: `text[n]`, `digits[n]`",
        )
    packed = notation in model.PACKED
    lenient = "lenient" in modifiers.left
    size = size or (modifiers.until() or OPEN if packed or lenient else model.WhileFits())
    ends = not isinstance(size, model.WhileFits)
    wire = model.Digits(
        notation,
        size,
        modifiers.decimals(notation),
        modifiers.flag("lower") if notation in ("hex", "base36") else False,
        reversed=modifiers.flag("reversed") if ends else False,
        lenient=lenient,
    )
    if notation in ("hex", "oct", "bin", *model.PACKED):
        wire = replace(wire, signed=modifiers.sign(wire))
    if notation in ("int", "float"):
        wire = replace(wire, plus=modifiers.flag("plus"))
    if packed:
        return wire
    pad, left = modifiers.filling(wire)
    return replace(wire, pad=pad, left=left)


def _text(name: str, size: model.Size | None, modifiers: Modifiers) -> model.Text:
    if name == "quoted":
        size = size or model.WhileFits()
    elif name == "char":
        size = size or model.FixedSize(1)
    size = size or modifiers.until() or OPEN
    backwards = modifiers.flag("reversed") if not isinstance(size, model.WhileFits) else False
    if name == "digits":
        return model.Text(model.DIGITS, size, reversed=backwards)
    encoding = modifiers.encoding()
    pad, left, terminated = modifiers.padding(encoding)
    trim = modifiers.trim()
    return model.Text(encoding, size, pad, left, terminated, trim, name == "quoted", backwards)


def _swapped(
    scope: Scope, wire: model.Integer | model.Real, modifiers: Modifiers
) -> model.Integer | model.Real:
    """A binary number, its 16-bit words in reverse order where that is said."""
    told = modifiers.take("swapped")
    if told is None:
        return wire
    if wire.width % 2 or wire.width == 2:
        raise scope.fail(
            "E0404",
            "only several words of 16 bits can be swapped",
            told.span,
            f"this has {wire.width} bytes",
            help="the order of two bytes is that of the type: `u16le`, `u16be`",
        )
    return replace(wire, swapped=True)


def _binary(scope: Scope, type_: tree.NamedType) -> model.Integer | model.Real | None:
    """A binary number: its type says all about its size."""
    name = type_.name.text
    if name == "bool":
        return model.Integer(1, False, False)
    if match := _REAL.fullmatch(name):
        little = match[2] == "le" if match[2] else scope.settings_at(type_.span).little
        return model.Real(int(match[1]) // 8, little)
    match = _INTEGER.fullmatch(name)
    if match is None:
        return None
    if len(match[2]) > 4 or int(match[2]) not in range(8, MOST + 1, 8):
        raise scope.fail(
            "E0401",
            f"there is no type `{name}`",
            type_.name.span,
            help=f"integers have 8 to {MOST} bits, in steps of 8: u8, i16, u24le …",
        )
    little = match[3] == "le" if match[3] else scope.settings_at(type_.span).little
    return model.Integer(int(match[2]) // 8, match[1] == "i", little)


def _bits(
    scope: Scope,
    type_: tree.NamedType,
    wire: model.Wire,
    modifiers: Modifiers,
    name: str,
    owner: str,
) -> tuple[model.Bits, tuple[tuple[tree.Bit, model.Piece], ...]]:
    """An integer with the bits that belong to it, and those that are fields of the message."""
    digits = wire if isinstance(wire, model.Digits) else None
    width = bits_of_digits(digits) if digits is not None else 0
    if digits is not None and width:
        wire = model.Integer(-(-width // 8), False, False)
    if not isinstance(wire, model.Integer) or wire.signed or wire.swapped:
        raise scope.fail(
            "E0408",
            f"`{type_.name.text}` has no bits",
            type_.name.span,
            "only an unsigned integer has, and digits of a certain size",
            help="u8, u16, hex[2], bin[8] … can be followed by a block of bits",
        )
    numbering = Numbering(width or wire.width * 8, *modifiers.numbering())
    taken = Taken(scope)
    unnamed, named = [], []
    for bit in type_.bits or ():
        piece = numbering.piece(scope, bit)
        taken.take(bit, piece)
        if bit.name.text == "_":
            unnamed.append(_unnamed(scope, bit, piece, owner))
        else:
            named.append((bit, piece))
    if name == "_":
        return model.Bits(wire, tuple(unnamed), None, digits), tuple(named)
    members = _members(scope, named, owner)
    parts = (*members, *unnamed)
    return model.Bits(wire, parts, scope.part(f"{owner}_{name}", (wire, parts)), digits), ()


def _unnamed(scope: Scope, bit: tree.Bit, piece: model.Piece, owner: str) -> model.Part:
    """Bits without a name, which always hold the same, or are not looked at."""
    wire = model.Slice((("", model.Piece(piece.width - 1, 0)),))
    spec = resolve_bit(scope, bit, wire, owner)
    part = model.Part(None, (piece,), model.Conversion())
    if spec.value is None:
        return part
    return replace(part, fixed=constant_bits(scope, spec.value, spec.holder("_")))


def _members(
    scope: Scope, named: list[tuple[tree.Bit, model.Piece]], owner: str
) -> list[model.Part]:
    """The members of a group, each with all of its pieces."""
    by_name: dict[str, list[tuple[tree.Bit, model.Piece]]] = {}
    for bit, piece in named:
        known = by_name.setdefault(bit.name.text, [])
        if known and (bit.piece is None or known[0][0].piece is None):
            scope.diagnostics.error(
                "E0201",
                f"there are two bits named `{bit.name.text}`",
                bit.name.span,
                "declared again",
                labels=(Label(known[0][0].name.span, "first declared here"),),
                help="rename one of them",
            )
            continue
        known.append((bit, piece))
    return [_member(scope, pieces, owner) for pieces in by_name.values()]


def _member(scope: Scope, pieces: list[tuple[tree.Bit, model.Piece]], owner: str) -> model.Part:
    whole_value(scope, pieces)
    bit = speaker(scope, pieces)
    wire = model.Slice(tuple(("", piece) for _, piece in pieces))
    spec = resolve_bit(scope, bit, wire, owner)
    part = model.Part(
        bit.name.text,
        tuple(piece for _, piece in pieces),
        spec.conversion,
        signed=isinstance(spec.wire, model.Slice) and spec.wire.signed,
        decimal=isinstance(spec.wire, model.Slice) and spec.wire.decimal,
        default=value_of_bits(scope, spec.default, spec.holder(bit.name.text)),
        doc=bit.doc,
        bounds=spec.bounds,
    )
    if spec.value is None:
        return part
    return replace(part, fixed=constant_bits(scope, spec.value, spec.holder(bit.name.text)))
