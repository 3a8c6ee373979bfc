"""Types and modifiers: from `u16le scale 0.1 unit "%"` to a wire form and its conversion."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from protoc.compiler import model
from protoc.compiler.resolve.constants import whole
from protoc.compiler.resolve.fitting import Holder, fixed_bits
from protoc.compiler.resolve.modifiers import Bounds, Modifiers
from protoc.compiler.resolve.scope import Scope, Unresolved, suggestion
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label

OPEN = model.UntilEnd(behind=-1)
"""Stands for the size of a field until the elements around it have settled where it ends."""

_INTEGER = re.compile(r"([ui])(\d+)(le|be)?")
_REAL = re.compile(r"f(32|64)(le|be)?")
_Notation = Literal["dec", "int", "float", "hex", "oct", "bin", "base36"]
_DIGITS: dict[str, _Notation] = {
    "dec": "dec",
    "int": "int",
    "float": "float",
    "hex": "hex",
    "oct": "oct",
    "bin": "bin",
    "base36": "base36",
}
_LATER = ("bcd", "digits", "nibbles", "quoted")
_NAMES = ("u8", "u16", "u32", "i16", "f32", "dec", "hex", "float", "text", "bytes", "bool", "char")


def is_builtin(name: str) -> bool:
    """Whether a type is the language's own, whatever messages are called."""
    own = (*_DIGITS, *_LATER, "text", "char", "bytes", "bool", "body")
    return name in own or bool(_INTEGER.fullmatch(name) or _REAL.fullmatch(name))


@dataclass(frozen=True)
class Spec:
    """What a type and its modifiers say, before sizes are settled and derived values resolved.

    Attributes:
        value: the expression behind `=`, not resolved.
        default: the expression behind `default`, not resolved.
    """

    wire: model.Wire
    conversion: model.Conversion
    value: tree.Expression | None = None
    default: tree.Expression | None = None
    bounds: Bounds | None = None
    longest: int | None = None
    forbidden: tuple[bytes, ...] = ()

    def holder(self, name: str) -> Holder:
        """What takes the values of a field of this type."""
        return Holder(name, self.wire, self.conversion, self.bounds)


def resolve_typed(scope: Scope, typed: tree.Typed, name: str, owner: str) -> Spec:
    """The meaning of a type with its modifiers.

    `name` is that of the field, `_` for one without; an enumeration or a group declared here is
    called after it and `owner`, the message.
    """
    if isinstance(typed.type, tree.ListType):
        raise scope.unsupported("a list", typed.type.span)
    if typed.type.optional:
        raise scope.unsupported("a field that may be absent", typed.type.span)
    modifiers = Modifiers(scope, typed)
    size = _size(scope, typed.type)
    wire = _wire(scope, typed.type, size, modifiers)
    if typed.type.bits is not None:
        wire = _bits(scope, typed.type, wire, name, owner)
    conversion = modifiers.conversion(wire, name, owner)
    spec = Spec(
        wire=wire,
        conversion=conversion,
        value=modifiers.operand("="),
        default=modifiers.operand("default"),
        bounds=modifiers.bounds(wire),
        longest=modifiers.longest(),
        forbidden=modifiers.forbidden(),
    )
    modifiers.finish()
    return spec


def _size(scope: Scope, type_: tree.NamedType) -> model.Size | None:
    if type_.size is None:
        return None
    if isinstance(type_.size, tree.Number):
        return model.FixedSize(whole(scope, type_.size, 1))
    # fields are resolved by the layout, which knows them; the marker keeps the place
    return model.GivenSize(model.Own(()))


def _wire(
    scope: Scope, type_: tree.NamedType, size: model.Size | None, modifiers: Modifiers
) -> model.Wire:
    name = type_.name.text
    if type_.arguments:
        raise scope.unsupported("a message as a field", type_.span)
    if (binary := _binary(scope, type_)) is not None:
        if size is not None and type_.size is not None:
            raise scope.fail(
                "E0403",
                f"`{name}` has a size already",
                type_.size.span,
                "the type says how many bytes it has",
                help="take the brackets away",
            )
        return binary
    if name in _DIGITS:
        return model.Digits(
            _DIGITS[name], size or model.WhileFits(), modifiers.decimals(), modifiers.flag("lower")
        )
    if name in ("text", "char"):
        encoding = modifiers.encoding()
        pad, left, terminated = modifiers.padding(encoding)
        size = size or (model.FixedSize(1) if name == "char" else OPEN)
        return model.Text(encoding, size, pad, left, terminated, modifiers.flag("trim"))
    if name == "bytes":
        return model.Raw(size or OPEN)
    if name in _LATER:
        raise scope.unsupported(f"the type `{name}`", type_.name.span)
    if name in scope.layouts:
        raise scope.unsupported("a message as a field", type_.span)
    if name in scope.broken:
        raise Unresolved(name)
    raise scope.fail(
        "E0401",
        f"there is no type `{name}`",
        type_.name.span,
        help=suggestion(name, _NAMES, "type"),
    )


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
    if len(match[2]) > 2 or int(match[2]) not in range(8, 65, 8):
        raise scope.fail(
            "E0401",
            f"there is no type `{name}`",
            type_.name.span,
            help="integers have 8 to 64 bits, in steps of 8: u8, i16, u24le …",
        )
    little = match[3] == "le" if match[3] else scope.settings_at(type_.span).little
    return model.Integer(int(match[2]) // 8, match[1] == "i", little)


def _bits(
    scope: Scope, type_: tree.NamedType, wire: model.Wire, name: str, owner: str
) -> model.Bits:
    if not isinstance(wire, model.Integer) or wire.signed:
        raise scope.fail(
            "E0408",
            f"`{type_.name.text}` has no bits",
            type_.name.span,
            "only an unsigned integer has",
            help="u8, u16 … can be followed by a block of bits",
        )
    assert type_.bits is not None
    used: dict[int, tree.Bit] = {}
    named: dict[str, tree.Name] = {}
    parts = []
    for bit in type_.bits:
        part = _part(scope, bit, wire.width * 8, owner)
        _free(scope, bit, used)
        if bit.name.text in named:
            scope.diagnostics.error(
                "E0201",
                f"there are two bits named `{bit.name.text}`",
                bit.name.span,
                "declared again",
                labels=(Label(named[bit.name.text].span, "first declared here"),),
                help="rename one of them",
            )
        if part.name is not None:
            named[part.name] = bit.name
        parts.append(part)
    return model.Bits(wire, tuple(parts), None if name == "_" else f"{owner}_{name}")


def _free(scope: Scope, bit: tree.Bit, used: dict[int, tree.Bit]) -> None:
    """Complain about bits that another name has taken."""
    taken = [position for position in range(bit.low, bit.high + 1) if position in used]
    if taken:
        scope.diagnostics.error(
            "E0408",
            f"bit {taken[0]} is used twice",
            bit.span,
            labels=(Label(used[taken[0]].span, "first used here"),),
            help="correct one of the positions",
        )
    used.update(dict.fromkeys(range(bit.low, bit.high + 1), bit))


def _part(scope: Scope, bit: tree.Bit, width: int, owner: str) -> model.Part:
    if bit.piece is not None:
        raise scope.unsupported("a piece of a value", bit.span)
    if bit.high >= width:
        raise scope.fail(
            "E0408",
            f"there is no bit {bit.high}",
            bit.span,
            f"positions go from {width - 1} down to 0",
            help="correct the position, or take a wider type",
        )
    if bit.low > bit.high:
        raise scope.fail(
            "E0408",
            "these bits are upside down",
            bit.span,
            help=f"write the higher position first: `@{bit.low}..{bit.high}`",
        )
    width = bit.high - bit.low + 1
    integer = f"u{(width + 7) // 8 * 8}"
    name = tree.Name(integer, span=bit.span)
    typed = tree.Typed(tree.NamedType(name, span=bit.span), bit.modifiers, span=bit.span)
    spec = resolve_typed(scope, typed, bit.name.text, owner)
    if spec.default is not None:
        raise scope.unsupported("a default of bits", spec.default.span, "bits not given are 0")
    named = None if bit.name.text == "_" else bit.name.text
    part = model.Part(named, bit.high, bit.low, spec.conversion, None, bounds=spec.bounds)
    if spec.value is not None:
        return replace(part, fixed=fixed_bits(scope, part, spec.value))
    return part


def with_size(wire: model.Wire, size: model.Size) -> model.Wire:
    """The same wire form with another size."""
    assert isinstance(wire, model.Text | model.Raw | model.Digits | model.Nested | model.Items)
    return replace(wire, size=size)


def is_open(wire: model.Wire) -> bool:
    """Whether nothing has settled the size yet."""
    return getattr(wire, "size", None) is OPEN


def size_of(element: model.Element) -> model.Size | None:
    """What tells the size of an element, where anything needs to."""
    if isinstance(element, model.Region):
        return element.size
    if isinstance(element, model.Field):
        size: model.Size | None = getattr(element.wire, "size", None)
        return size
    return None


def fixed_size(element: model.Element) -> int | None:
    """The bytes an element always has; None when that varies."""
    if isinstance(element, model.Constant):
        return _same(len(a) for a in element.alternatives)
    if isinstance(element, model.LinkEnd):
        return _same(len(a) for _, ends in element.by_link for a in ends or (b"",))
    if isinstance(element, model.Region):
        return total_size(element.elements)
    if isinstance(element, model.Branch):
        sizes = (total_size(arm.elements) for arm in element.arms)
        return _same(sizes) if element.closed else None
    wire = element.wire
    if isinstance(wire, model.Integer | model.Real):
        return wire.width
    if isinstance(wire, model.Bits):
        return wire.integer.width
    if isinstance(wire, model.Nested) and wire.size is None:
        return total_size(wire.record.elements)
    if isinstance(wire, model.Items):
        return None
    return wire.size.bytes if isinstance(wire.size, model.FixedSize) else None


def total_size(elements: tuple[model.Element, ...]) -> int | None:
    """The bytes that elements in a row always have; None when that varies."""
    total = 0
    for element in elements:
        size = fixed_size(element)
        if size is None:
            return None
        total += size
    return total


def _same(sizes: Iterable[int | None]) -> int | None:
    """The one size there is; None when there are several."""
    different = set(sizes)
    return different.pop() if len(different) == 1 else None
