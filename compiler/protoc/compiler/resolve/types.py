"""Types and modifiers: from `u16le scale 0.1 unit "%"` to a wire form and its conversion."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from protoc.compiler import model
from protoc.compiler.resolve.constants import encoded, exact, number, octets, whole
from protoc.compiler.resolve.scope import Scope, suggestion
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label
from protoc.dsl.source import Span

OPEN = model.UntilEnd(behind=-1)
"""Stands for the size of a field until the elements around it have settled where it ends."""

_INTEGER = re.compile(r"([ui])(\d+)(le|be)?")
_REAL = re.compile(r"f(32|64)(le|be)?")
_DIGITS = ("dec", "int", "float", "hex", "oct", "bin", "base36")
_LATER = ("bcd", "digits", "nibbles", "quoted")
_NAMES = ("u8", "u16", "u32", "i16", "f32", "dec", "hex", "float", "text", "bytes", "bool", "char")
ENCODINGS = {
    "utf8": "utf-8",
    "ascii": "ascii",
    "latin1": "latin-1",
    "cp1252": "cp1252",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
}
_LATER_WORDS = frozenset(
    [
        "reversed",
        "msb0",
        "bytewise",
        "like",
        "via",
        "sets",
        "count",
        "until",
        "while",
        "sep",
        "times",
        "signed",
    ]
)


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
    bounds: tuple[float | None, float | None] | None = None
    longest: int | None = None
    forbidden: tuple[bytes, ...] = ()


def resolve_typed(scope: Scope, typed: tree.Typed, name: str, owner: str) -> Spec:
    """The meaning of a type with its modifiers.

    Args:
        name: of the field, `_` for one without; an enumeration or group declared here is named
            after it and `owner`, the message.
    """
    if isinstance(typed.type, tree.ListType):
        raise scope.unsupported("a list", typed.type.span)
    if typed.type.optional:
        raise scope.unsupported("a field that may be absent", typed.type.span)
    modifiers = _Modifiers(scope, typed)
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
        bounds=modifiers.bounds(),
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
    scope: Scope, type_: tree.NamedType, size: model.Size | None, modifiers: _Modifiers
) -> model.Wire:
    name = type_.name.text
    if type_.arguments:
        raise scope.unsupported("a message as a field", type_.span)
    if match := _INTEGER.fullmatch(name):
        width = int(match[2])
        if width % 8 or not 8 <= width <= 64:
            raise scope.fail(
                "E0401",
                f"there is no type `{name}`",
                type_.name.span,
                help="integers have 8 to 64 bits, in steps of 8: u8, i16, u24le …",
            )
        _sizeless(scope, type_)
        little = match[3] == "le" if match[3] else scope.little
        return model.Integer(width // 8, match[1] == "i", little)
    if match := _REAL.fullmatch(name):
        _sizeless(scope, type_)
        little = match[2] == "le" if match[2] else scope.little
        return model.Real(int(match[1]) // 8, little)
    if name == "bool":
        _sizeless(scope, type_)
        return model.Integer(1, False, False)
    if name in _DIGITS:
        return model.Digits(
            name,  # type: ignore[arg-type]
            size or model.WhileFits(),
            modifiers.decimals(),
            modifiers.flag("lower"),
        )
    if name == "char":
        size = size or model.FixedSize(1)
    if name in ("text", "char"):
        pad, left, terminated = modifiers.padding()
        return model.Text(
            modifiers.encoding(), size or OPEN, pad, left, terminated, modifiers.flag("trim")
        )
    if name == "bytes":
        return model.Raw(size or OPEN)
    if name in _LATER:
        raise scope.unsupported(f"the type `{name}`", type_.name.span)
    if name in scope.layouts:
        raise scope.unsupported("a message as a field", type_.span)
    raise scope.fail(
        "E0401",
        f"there is no type `{name}`",
        type_.name.span,
        help=suggestion(name, _NAMES, "message"),
    )


def _sizeless(scope: Scope, type_: tree.NamedType) -> None:
    if type_.size is not None:
        raise scope.fail(
            "E0403",
            f"`{type_.name.text}` has a size already",
            type_.size.span,
            "the type says how many bytes it has",
            help="take the brackets away",
        )


class _Modifiers:
    """The modifiers of one type, each used once; those nobody asked for are errors."""

    def __init__(self, scope: Scope, typed: tree.Typed) -> None:
        self.scope = scope
        self.typed = typed
        self.left: dict[str, tree.Modifier] = {}
        for modifier in typed.modifiers:
            if modifier.word in self.left:
                scope.diagnostics.error(
                    "E0404",
                    f"`{modifier.word}` stands here twice",
                    modifier.span,
                    labels=(Label(self.left[modifier.word].span, "first"),),
                    help="keep one of them",
                )
            self.left.setdefault(modifier.word, modifier)

    def take(self, word: str) -> tree.Modifier | None:
        """The modifier of that name, once."""
        return self.left.pop(word, None)

    def flag(self, word: str) -> bool:
        """Whether a bare word is there."""
        return self.take(word) is not None

    def operand(self, word: str) -> tree.Expression | None:
        """The one operand of a modifier."""
        modifier = self.take(word)
        return modifier.values[0] if modifier else None

    def decimals(self) -> int | None:
        modifier = self.take(".")
        return whole(self.scope, modifier.values[0]) if modifier else None

    def encoding(self) -> str:
        for word, codec in ENCODINGS.items():
            if self.take(word):
                return codec
        return self.scope.encoding

    def padding(self) -> tuple[bytes | None, bool, bool]:
        modifier = self.take("pad")
        if modifier is None:
            return None, False, False
        pad = modifier.values[0]
        if not isinstance(pad, tree.String | tree.Octets):
            raise self.scope.fail("E0205", "padding must be a constant", pad.span)
        filler = octets(self.scope, (pad,))
        return filler, modifier.flag == "left", filler == b"\0"

    def bounds(self) -> tuple[float | None, float | None] | None:
        modifier = self.take("range")
        if modifier is None:
            return None
        value = modifier.values[0]
        low, high = (
            (value.start, value.end) if isinstance(value, tree.Range) else modifier.values[:2]
        )
        bounds = (
            number(self.scope, low) if low is not None else None,
            number(self.scope, high) if high is not None else None,
        )
        if bounds[0] is not None and bounds[1] is not None and bounds[0] > bounds[1]:
            raise self.scope.fail(
                "E0405",
                "nothing lies in this range",
                modifier.span,
                help="write the smaller number first",
            )
        return bounds

    def longest(self) -> int | None:
        value = self.operand("max")
        return whole(self.scope, value, 1) if value is not None else None

    def forbidden(self) -> tuple[bytes, ...]:
        modifier = self.take("except")
        if modifier is None:
            return ()
        return tuple(
            c.value if isinstance(c, tree.Octets) else encoded(self.scope, c)
            for c in modifier.values
            if isinstance(c, tree.String | tree.Octets)
        )

    def conversion(self, wire: model.Wire, name: str, owner: str) -> model.Conversion:
        scale, offset, unit = self.operand("scale"), self.operand("offset"), self.operand("unit")
        factor = exact(self.scope, scale) if scale is not None else Fraction(1)
        if factor == 0:
            assert scale is not None
            raise self.scope.fail("E0205", "a scale of 0 loses the value", scale.span)
        number_ = isinstance(wire, model.Integer | model.Real | model.Digits)
        for expression, word in ((scale, "scale"), (offset, "offset")):
            if expression is not None and not number_:
                raise self.scope.fail(
                    "E0404", f"`{word}` needs a number", expression.span, "this is none"
                )
        enum, boolean = self._labels(wire, name, owner)
        strict = self.take("strict")
        if strict is not None and enum is None:
            raise self.scope.fail("E0404", "`strict` needs labels: `as …`", strict.span)
        text = unit.value if isinstance(unit, tree.String) else ""
        is_bool = boolean or self.typed.type.name.text == "bool"  # type: ignore[union-attr]
        return model.Conversion(
            factor,
            exact(self.scope, offset) if offset is not None else Fraction(0),
            enum,
            strict is not None,
            is_bool,
            text,
        )

    def _labels(self, wire: model.Wire, name: str, owner: str) -> tuple[str | None, bool]:
        modifier = self.take("as")
        if modifier is None:
            return None, False
        if modifier.labels:
            called = modifier.name.text if modifier.name else _enum_name(self.scope, name, owner)
            enum = resolve_enum(self.scope, called, modifier.labels, modifier.span)
            self.scope.enums[called] = enum
        else:
            assert modifier.name is not None
            if modifier.name.text == "bool":
                return None, True
            if modifier.name.text == "hex":
                raise self.scope.unsupported("`as hex`", modifier.span)
            if modifier.name.text not in self.scope.enums:
                raise self.scope.unknown("enum", modifier.name, self.scope.enums)
            enum = self.scope.enums[modifier.name.text]
        if enum.text != isinstance(wire, model.Text):
            raise self.scope.fail(
                "E0406",
                f"the labels of `{enum.name}` do not fit this type",
                modifier.span,
                f"they stand for {'text' if enum.text else 'numbers'}",
                help="text fields need labels for texts, number fields labels for numbers",
            )
        return enum.name, False

    def finish(self) -> None:
        """Complain about what is left."""
        for word, modifier in self.left.items():
            if word in _LATER_WORDS:
                self.scope.unsupported(f"`{word}`", modifier.span)
            else:
                self.scope.diagnostics.error(
                    "E0404",
                    f"`{word}` means nothing behind `{_type_name(self.typed)}`",
                    modifier.span,
                    help=suggestion(word, _WORDS, "modifier"),
                )


_WORDS = (
    "default scale offset unit as strict range max pad except trim lower " + " ".join(ENCODINGS)
).split()


def _type_name(typed: tree.Typed) -> str:
    return typed.type.name.text if isinstance(typed.type, tree.NamedType) else "a list"


def _enum_name(scope: Scope, name: str, owner: str) -> str:
    if name not in scope.enums or name == "_":
        return name
    return f"{owner}_{name}"


def resolve_enum(
    scope: Scope, name: str, labels: tuple[tree.EnumLabel, ...], span: Span, doc: str = ""
) -> model.Enum:
    """An enumeration; its raw values are all numbers or all text."""
    resolved: list[model.Label] = []
    taken: dict[object, tree.Node] = {}
    names: dict[str, tree.Node] = {}
    for label in labels:
        text = label.name.text if isinstance(label.name, tree.Name) else label.name.value
        if text in names:
            scope.diagnostics.error(
                "E0201",
                f"there are two labels named `{text}`",
                label.name.span,
                labels=(Label(names[text].span, "first"),),
                help="rename one of them",
            )
            continue
        names[text] = label.name
        values = [_label_value(scope, value) for value in label.values]
        for value, node in zip(values, label.values, strict=True):
            if value in taken:
                scope.diagnostics.error(
                    "E0407",
                    f"two labels stand for {value!r}",
                    node.span,
                    labels=(Label(taken[value].span, "first used here"),),
                    help="one label may have several values: `a = 0 | 1`, not several one value",
                )
            taken.setdefault(value, node)
        resolved.append(model.Label(text, tuple(values)))
    kinds = {type(value) for label in resolved for value in label.values}
    if len(kinds) > 1:
        raise scope.fail("E0406", "labels stand for numbers or for texts, not for both", span)
    return model.Enum(name, tuple(resolved), span, doc)


def _label_value(scope: Scope, value: tree.Expression) -> int | str:
    if isinstance(value, tree.String):
        return value.value
    if isinstance(value, tree.Octets):
        return int.from_bytes(value.value, "big")
    return whole(scope, value, -(1 << 63))


def _bits(
    scope: Scope, type_: tree.NamedType, wire: model.Wire, name: str, owner: str
) -> model.Bits:
    if not isinstance(wire, model.Integer) or wire.signed:
        raise scope.fail(
            "E0408",
            "only an unsigned integer has bits",
            type_.span,
            help="u8, u16 … can be followed by a block of bits",
        )
    assert type_.bits is not None
    used: dict[int, tree.Bit] = {}
    parts = []
    for bit in type_.bits:
        part = _part(scope, bit, wire.width * 8, owner)
        for position in range(part.low, part.high + 1):
            if position in used:
                scope.diagnostics.error(
                    "E0408",
                    f"bit {position} is used twice",
                    bit.span,
                    labels=(Label(used[position].span, "first used here"),),
                    help="correct one of the positions",
                )
                break
            used[position] = bit
        parts.append(part)
    return model.Bits(wire, tuple(parts), None if name == "_" else f"{owner}_{name}")


def _part(scope: Scope, bit: tree.Bit, width: int, owner: str) -> model.Part:
    if bit.piece is not None:
        raise scope.unsupported("a piece of a value", bit.span)
    if bit.high >= width or bit.low > bit.high:
        raise scope.fail(
            "E0408",
            f"there is no bit {bit.high}" if bit.high >= width else "these bits are upside down",
            bit.span,
            f"positions go from {width - 1} down to 0",
            help="write the higher position first: `@7..4`",
        )
    typed = tree.Typed(
        tree.NamedType(tree.Name("u8", span=bit.span), span=bit.span), bit.modifiers, span=bit.span
    )
    spec = resolve_typed(scope, typed, bit.name.text, owner)
    fixed = None
    if spec.value is not None:
        fixed = whole(scope, spec.value)
        if fixed >> (bit.high - bit.low + 1):
            raise scope.fail("E0405", f"{fixed} does not fit in these bits", spec.value.span)
    if spec.default is not None:
        raise scope.unsupported("a default of bits", spec.default.span, "bits not given are 0")
    named = None if bit.name.text == "_" else bit.name.text
    return model.Part(named, bit.high, bit.low, spec.conversion, fixed, bounds=spec.bounds)


def with_size(wire: model.Wire, size: model.Size) -> model.Wire:
    """The same wire form with another size."""
    assert isinstance(wire, model.Text | model.Raw | model.Digits)
    return replace(wire, size=size)


def is_open(wire: model.Wire) -> bool:
    """Whether nothing has settled the size yet."""
    return isinstance(wire, model.Text | model.Raw) and wire.size is OPEN


def fixed_size(element: model.Element) -> int | None:
    """The bytes an element always has; None when that varies."""
    if isinstance(element, model.Constant):
        sizes = {len(a) for a in element.alternatives}
        return sizes.pop() if len(sizes) == 1 else None
    if isinstance(element, model.LinkEnd):
        sizes = {len(a) for _, ends in element.by_link for a in ends or (b"",)}
        return sizes.pop() if len(sizes) == 1 else None
    if isinstance(element, model.Region):
        total = 0
        for inner in element.elements:
            size = fixed_size(inner)
            if size is None:
                return None
            total += size
        return total
    wire = element.wire
    if isinstance(wire, model.Integer | model.Real):
        return wire.width
    if isinstance(wire, model.Bits):
        return wire.integer.width
    return wire.size.bytes if isinstance(wire.size, model.FixedSize) else None
