"""Modifiers: what stands behind a type, each word once."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.constants import number, octets, whole
from protoc.compiler.resolve.scope import Scope, suggestion
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label

Bounds = tuple[float | None, float | None]

ENCODINGS = {
    "utf8": "utf-8",
    "ascii": "ascii",
    "latin1": "latin-1",
    "latin2": "iso8859-2",
    "latin5": "iso8859-9",
    "latin9": "iso8859-15",
    "cp437": "cp437",
    "cp850": "cp850",
    "cp1250": "cp1250",
    "cp1251": "cp1251",
    "cp1252": "cp1252",
    "koi8r": "koi8-r",
    "shiftjis": "shift_jis",
    "gbk": "gbk",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
}
_WORDS = ("default", "scale", "offset", "unit", "as", "strict", "range", "like", "max", "pad",
          "except", "trim", "lower", "signed", "plus", "reversed", "swapped", "until", "times",
          "via", "lenient", *ENCODINGS)  # fmt: skip
_MOST_DECIMALS = 17


class Modifiers:
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
                    labels=(Label(self.left[modifier.word].span, "the first"),),
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

    def decimals(self, notation: model.Notation) -> int | None:
        """How many decimals are written: `.1`."""
        modifier = self.take(".") if notation == "float" else None
        if modifier is None:
            return None
        decimals = whole(self.scope, modifier.values[0])
        if decimals > _MOST_DECIMALS:
            raise self.scope.fail(
                "E0205",
                f"no number has {decimals} decimals",
                modifier.span,
                help=f"write at most .{_MOST_DECIMALS}",
            )
        return decimals

    def numbering(self) -> tuple[bool, bool]:
        """Whether bits are counted from the most significant, and whether byte by byte."""
        msb0, bytewise = self.flag("msb0"), self.take("bytewise")
        if bytewise is not None and not msb0:
            raise self.scope.fail(
                "E0404",
                "`bytewise` stands behind `msb0`",
                bytewise.span,
                "counted from the least significant bit it changes nothing",
                help="write `msb0 bytewise`, or take it away",
            )
        return msb0, bytewise is not None

    def encoding(self) -> str:
        """The encoding written here, else the one in force."""
        for word, codec in ENCODINGS.items():
            if self.take(word):
                return codec
        return self.scope.settings_at(self.typed.span).encoding

    def padding(self, encoding: str) -> tuple[bytes | None, bool, bool]:
        """What fills a text up, whether on the left, and whether it ends the text."""
        modifier = self.take("pad")
        if modifier is None:
            return None, False, False
        pad = modifier.values[0]
        if not isinstance(pad, tree.String | tree.Octets):
            raise self.scope.fail(
                "E0205",
                "padding is a constant",
                pad.span,
                help='write the character that fills up: `pad " "`, `pad NUL`',
            )
        filler = octets(self.scope, (pad,))
        if len(filler) != 1:
            raise self.scope.fail(
                "E0402",
                f"padding is one byte, not {len(filler)}",
                pad.span,
                help='write the character that fills up: `pad " "`, `pad NUL`',
            )
        # two bytes where a character has two
        filler = filler.decode("latin-1").encode(encoding)
        return filler, modifier.flag == "left", not any(filler)

    def filling(self, wire: model.Digits) -> tuple[bytes | None, bool]:
        """What fills a number up instead of zeros, and whether in front."""
        modifier = self.left.get("pad")
        filler, left, _ = self.padding("latin-1")
        if modifier is None or filler is None:
            return None, False
        if left and filler == b"0":
            return None, False
        if filler.isalnum() or filler in (b"+", b"-", b"."):
            raise self.scope.fail(
                "E0205",
                "this padding could be a part of the number",
                modifier.span,
                help='fill up with zeros in front (`pad left "0"`), or with something else',
            )
        if isinstance(wire.size, model.WhileFits):
            raise self.scope.fail(
                "E0404",
                "`pad` needs a size",
                modifier.span,
                "a number without one is as long as its digits",
                help="say how many bytes it has: `dec[6]`",
            )
        return filler, left

    def varying(self, notation: model.Notation) -> model.Digits:
        """A number that tells its size itself, of at most so many bytes."""
        most = self.left.get("max")
        wire = model.Digits(notation, model.WhileFits())
        wire = replace(wire, longest=self.longest(wire))
        sizes = {"u7_15": [1, 2], "u6_14_30_62": [1, 2, 4, 8]}.get(notation, range(1, 65))
        if most is not None and wire.longest not in sizes:
            raise self.scope.fail(
                "E0405",
                f"no `{notation}` has at most {wire.longest} bytes",
                most.span,
                help=f"{', '.join(map(str, sizes))} will do"
                if isinstance(sizes, list)
                else f"{sizes[0]} to {sizes[-1]} will do",
            )
        return wire

    def sign(self, wire: model.Digits) -> bool:
        """Whether the upper half of the numbers stands for negative ones."""
        modifier = self.take("signed")
        if modifier is not None and wire.reach is None:
            raise self.scope.fail(
                "E0404",
                "`signed` needs a size",
                modifier.span,
                "the sign is told by the highest of so many digits",
                help=f"say how many bytes it has: `{wire.notation}[4]`",
            )
        return modifier is not None

    def bounds(self, wire: model.Wire) -> Bounds | None:
        """The least and the largest value: `range 0..100`."""
        modifier = self.take("range")
        if modifier is None:
            return None
        self.require_number(wire, modifier)
        value = modifier.values[0]
        low, high = (
            (value.start, value.end) if isinstance(value, tree.Range) else modifier.values[:2]
        )
        least = number(self.scope, low) if low is not None else None
        most = number(self.scope, high) if high is not None else None
        if least is not None and most is not None and least > most:
            raise self.scope.fail(
                "E0405",
                "nothing lies in this range",
                modifier.span,
                f"{least} is larger than {most}",
                help="write the smaller number first",
            )
        return least, most

    def until(self) -> model.UntilNext | None:
        """The constant that ends the field: `until X`, `until last X`, `until X times 2`."""
        modifier, times = self.take("until"), self.take("times")
        if modifier is None:
            return None
        mark = modifier.values[0]
        if not isinstance(mark, tree.String | tree.Octets):
            raise self.scope.fail(
                "E0205",
                "a text runs until a constant",
                mark.span,
                help='write the bytes that end it: `until ";"`, `until CR`',
            )
        data = octets(self.scope, (mark,))
        count = 0 if modifier.flag == "last" else 1
        if times is not None:
            count = whole(self.scope, times.values[0], 1)
        # where it stands is settled with the elements behind it
        target = model.Constant("", (data,), mark.span)
        return model.UntilNext((target,), -1, named=True, times=count)

    def lenient(self, wire: model.Wire) -> bool:
        """Whether what is no number, or beyond the range, is passed over instead of rejected."""
        lenient = self.take("lenient")
        ranged = any(modifier.word == "range" for modifier in self.typed.modifiers)
        digits = isinstance(wire, model.Digits) and not wire.varying
        if lenient is not None and not ranged and not digits:
            raise self.scope.fail(
                "E0404",
                "`lenient` needs digits or a range",
                lenient.span,
                "there is nothing that could be wrong",
                help="put `range a..b` before it, or take it away",
            )
        return lenient is not None

    def trim(self) -> Literal["", "both", "left", "right"]:
        """Where blanks are taken off: `trim`, `trim left`, `trim right`."""
        if not self.flag("trim"):
            return ""
        left, right = self.flag("left"), self.flag("right")
        if left == right:
            return "both"
        return "left" if left else "right"

    def longest(self, wire: model.Wire) -> int | None:
        """The most bytes a field may have whose size is not known: `max 40`."""
        varies = isinstance(wire, model.Sized) and not isinstance(wire.size, model.FixedSize)
        value = self.operand("max") if varies else None
        return whole(self.scope, value) if value is not None else None

    def forbidden(self, wire: model.Wire) -> tuple[bytes, ...]:
        """Bytes that may not occur in text or bytes: `except LF`."""
        modifier = self.take("except") if isinstance(wire, model.Text | model.Raw) else None
        values = modifier.values if modifier else ()
        constants = [c for c in values if isinstance(c, tree.String | tree.Octets)]
        return tuple(octets(self.scope, (constant,)) for constant in constants)

    def pattern(self, wire: model.Wire) -> str:
        """What a text looks like: `like "SW6 *"`."""
        modifier = self.take("like")
        if modifier is None:
            return ""
        (pattern,) = modifier.values
        assert isinstance(pattern, tree.String)
        if not isinstance(wire, model.Text):
            raise self.scope.fail(
                "E0404",
                "only texts look like something",
                modifier.span,
                help="give a number a `range`, and bytes a constant of their own",
            )
        return pattern.value

    def require_number(self, wire: model.Wire, modifier: tree.Modifier) -> None:
        """Refuse a modifier that needs a number where there is none."""
        if not isinstance(wire, model.Integer | model.Real | model.Digits | model.Slice):
            word = f"as {modifier.name.text}" if modifier.name else modifier.word
            raise self.scope.fail(
                "E0404",
                f"`{word}` needs a number",
                modifier.span,
                f"`{type_name(self.typed)}` is none",
                help="give the field a type that is a number: u8, i16, dec[4], float …",
            )

    def finish(self) -> None:
        """Complain about what is left."""
        for word, modifier in self.left.items():
            self.scope.diagnostics.error(
                "E0404",
                f"`{word}` means nothing behind `{type_name(self.typed)}`",
                modifier.span,
                help=self._instead(word),
            )

    def _instead(self, word: str) -> str:
        """What to write for a modifier that means nothing here."""
        suffix = {"little": "le", "le": "le", "big": "be", "be": "be"}.get(word)
        if suffix is not None:
            return f"the byte order belongs to the type: `{type_name(self.typed)}{suffix}`"
        if word in _WORDS:
            return "take it away, or change the type"
        return suggestion(word, _WORDS, "modifier")


def type_name(typed: tree.Typed) -> str:
    """A type as it is written, its modifiers left out."""
    return typed.type.name.text if isinstance(typed.type, tree.NamedType) else "a list"
