"""The declarative layout of a message: what reviewers compare with the manual."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from protoc.compiler import model
from protoc.compiler.backend.code import (
    Call,
    Code,
    Named,
    keyed,
    laid_out,
    literal,
    octets,
    text,
    tupled,
)
from protoc.compiler.backend.context import Context
from protoc.compiler.backend.decode_coded import is_asked_for
from protoc.compiler.backend.encode_coded import is_filled
from protoc.compiler.backend.expressions import mentions
from protoc.compiler.backend.layout_formulas import Formulas
from protoc.compiler.backend.layout_structures import Structures
from protoc.compiler.backend.places import known
from protoc.compiler.backend.plan import slices_of
from protoc.compiler.backend.values import default_of, defaulted, is_reversed
from protoc.compiler.backend.words import type_words

_REASONS = {"crc": "check", "length": "length", "value": "value"}


class LayoutWriter(Formulas):
    """Writes `layout` of one message."""

    def write(self) -> list[str]:
        """The body of the method."""
        return self.block("return wire.Layout", ["cls"], self.message.elements, (), "", 8)

    def block(
        self,
        head: str,
        arguments: list[Code],
        elements: Iterable[model.Element],
        options: Iterable[Code],
        suffix: str,
        indent: int,
    ) -> list[str]:
        """A call with an element on each line, however short."""
        pad = " " * indent
        lines = [f"{pad}{head}("]
        for argument in arguments:
            lines += laid_out("", argument, ",", indent + 4)
        for element in elements:
            lines += self.element_lines(element, indent + 4)
        for option in options:
            lines += laid_out("", option, ",", indent + 4)
        return [*lines, f"{pad}){suffix}"]

    def element_lines(self, element: model.Element, indent: int) -> list[str]:
        """An element, on as many lines as it takes."""
        if isinstance(element, model.Branch):
            return Structures(self).branch(element, indent)
        if isinstance(element, model.Field) and isinstance(element.wire, model.Nested):
            return Structures(self).nested(element, element.wire, indent)
        if isinstance(element, model.Field) and isinstance(element.wire, model.Items):
            return Structures(self).items(element, element.wire, indent)
        if isinstance(element, model.Field) and element.also is not None:
            return Structures(self).again(element, element.also, self.options(element), indent)
        if isinstance(element, model.Region):
            options: list[Code] = []
            if isinstance(element.size, model.GivenSize):
                options.append(self.function("size", element.size.expression))
            if element.longest is not None:
                options.append(keyed("max", str(element.longest)))
            if element.called:
                options.append(keyed("key", known(element.key)))
            name: list[Code] = [known(element.name)]
            return self.block("wire.Body", name, element.elements, options, ",", indent)
        if isinstance(element, model.Coded):
            return self._coded(element, indent)
        if isinstance(element, model.Field) and isinstance(element.wire, model.Outside):
            return laid_out("", self._told(element, element.wire), ",", indent)
        if isinstance(element, model.Field) and isinstance(element.origin, model.Computed):
            return Structures(self).let(element, element.origin, indent)
        return laid_out("", self.element(element), ",", indent)

    def _told(self, field: model.Field, wire: model.Outside) -> Code:
        """What is told, and how its bytes look where a check covers them."""
        name = field.name or ""
        if wire.of is None or name not in _covered(self.message.elements):
            return Call("wire.Told", (text(name),))
        looks = model.Field(name, name, wire.of, model.Given(), field.conversion, field.span)
        return Call("wire.Told", (text(name), self.element(looks)))

    def _coded(self, coded: model.Coded, indent: int) -> list[str]:
        """What is coded on the wire, under the coding."""
        options: list[Code] = []
        if isinstance(coded.size, model.GivenSize):
            options.append(self.function("size", coded.size.expression))
        elif isinstance(coded.size, model.FixedSize):
            options.append(keyed("fixed", str(coded.size.bytes)))
        if isinstance(coded.size, model.OwnEnd):
            options.append(keyed("own_end", "True"))
        elif is_asked_for(coded, self.message):
            options.append(keyed("at_once", "True"))
        if is_filled(coded, self.message):
            options.append(keyed("filled", "True"))
        head: list[Code] = [self.context.codings(coded.codings)]
        options += self.key(coded.key)
        return self.block("wire.Coded", head, coded.elements, options, ",", indent)

    def element(self, element: model.Constant | model.LinkEnd | model.Field | model.Filler) -> Code:
        """An element that holds no others; an item of a list is called `name[]`."""
        if isinstance(element, model.Constant):
            return self._constant(element.alternatives, element.key)
        if isinstance(element, model.LinkEnd):
            return self._ends(element)
        if isinstance(element, model.Filler):
            return self._filler(element)
        if isinstance(element.wire, model.Bits):
            return self._bits(element, element.wire)
        return self._field(element)

    def _filler(self, filler: model.Filler) -> Code:
        options: list[Code] = []
        if filler.most is not None:
            options.append(keyed("most", str(filler.most)))
        if filler.send:
            options.append(keyed("send", str(filler.send)))
        return Call("wire.Filler", (octets(filler.octets), *options, *self.key(filler.key)))

    # -------------------------------------------------------------- elements

    def _constant(self, alternatives: tuple[bytes, ...], key: str) -> Code:
        return Call("wire.Constant", (*map(octets, alternatives), *self.key(key)))

    def _ends(self, element: model.LinkEnd) -> Code:
        """What ends the message; an end that is the same on every link is a constant."""
        different = {ends for _, ends in element.by_link}
        if len(different) == 1 and (ends := next(iter(different))):
            return self._constant(ends, element.key)
        by_link: list[Code] = [
            Named(f"{text(link)}: ", tupled([octets(end) for end in ends]))
            for link, ends in element.by_link
        ]
        return Call("wire.Ends", (Call("", tuple(by_link), "{}"), *self.key(element.key)))

    def _bits(self, field: model.Field, wire: model.Bits) -> Code:
        group = "None" if wire.group is None else self.context.classes[wire.group]
        head: list[Code] = [text(_called(field)), text(type_words(wire.carrier)), group]
        parts = [row for part in wire.parts for row in self._part(part)]
        for owner, pieces in slices_of(field, self.message):
            parts += [(piece.high, _bit(owner.name or "_", piece)) for piece in pieces]
        rows = [row for _, row in sorted(parts, key=lambda row: -row[0])]
        key = () if _called(field) != "_" else self.key(field.key)
        look = (keyed("lower", "True"),) if wire.digits is not None and wire.digits.lower else ()
        return Call("wire.Bits", (*head, *rows, *key, *look))

    def _part(self, part: model.Part) -> list[tuple[int, Code]]:
        """The pieces of a part; the last says what the value means."""
        pieces = sorted(part.pieces, key=lambda piece: -piece.high)
        if part.fixed is not None:
            equal = [keyed("equal", str(part.fixed & p.mask << p.shift)) for p in pieces]
            rows = zip(pieces, equal, strict=True)
            return [(piece.high, _bit(part.name or "_", piece, it)) for piece, it in rows]
        options: list[Code] = [keyed("signed", "True")] if part.signed else []
        if part.decimal:
            options.append(keyed("bcd", "True"))
        options += self._meaning(part.name or "", part.conversion, part.bounds)
        said: list[list[Code]] = [*([] for _ in pieces[1:]), options]
        return [
            (piece.high, _bit(part.name or "_", piece, *its))
            for piece, its in zip(pieces, said, strict=True)
        ]

    def _size(self, size: model.Size | None) -> list[Code]:
        if not isinstance(size, model.GivenSize):
            return []
        said = self.function("size", size.expression)
        exact = size.written and self._is_length(size.expression)
        return [said, keyed("exact", "True")] if exact else [said]

    def _is_length(self, expression: model.Expression) -> bool:
        """Whether a size is asked of a field that measures something itself."""
        return any(
            isinstance(each, model.Field)
            and isinstance(each.origin, model.Derived)
            and mentions(expression, each.key)
            for each in self.message.walk()
        )

    def _field(self, field: model.Field) -> Code:
        return Call("wire.Field", (*self.head(field), *self.options(field)))

    def head(self, field: model.Field) -> list[Code]:
        """The name and the type of a field."""
        return [text(_called(field)), text(type_words(field.wire))]

    def options(self, field: model.Field) -> list[Code]:
        """What is said of a field behind its name and type."""
        arguments: list[Code] = []
        if field.name is None:
            arguments += self.key(field.key)
        elif _called(field) == field.name and known(field.key) != text(field.name):
            arguments.append(keyed("key", known(field.key)))
        arguments += self._origin(field)
        size = getattr(field.wire, "size", None)
        arguments += self._size(size)
        if isinstance(size, model.UntilNext) and size.named:
            arguments.append(keyed("until", _until(size)))
        arguments += _look(field.wire)
        if isinstance(field.origin, model.Given | model.Defaulted):
            arguments += self._meaning(field.name or "", field.conversion, field.bounds)
        elif isinstance(field.origin, model.Derived):
            arguments += self._meaning("", model.Conversion(), field.bounds)
        if isinstance(field.wire, model.Digits) and field.wire.lenient:
            arguments.append(keyed("lenient", "True"))
        if isinstance(size, model.UntilNext) and size.loose:
            arguments.append(keyed("loose", "True"))
        longest = field.wire.longest if isinstance(field.wire, model.Digits) else None
        if longest is not None or field.longest is not None:
            arguments.append(keyed("max", str(field.longest or longest)))
        if field.pattern:
            arguments.append(keyed("like", text(field.pattern)))
        if field.forbidden:
            arguments.append(keyed("exclude", tupled([octets(f) for f in field.forbidden])))
        return arguments

    # -------------------------------------------------------------- what is said of values

    def key(self, key: str) -> tuple[Code, ...]:
        """The key of an element without a name, where something is measured by it."""
        return (keyed("key", known(key)),) if key in self.measured() else ()

    def _origin(self, field: model.Field) -> list[Code]:
        origin = field.origin
        if defaulted(field) and field.name in model.sometimes(self.message.elements):
            return [keyed("default", default_of(field, self.context))]
        if isinstance(origin, model.Fixed):
            value = origin.value
            # codes stand in hexadecimal in most manuals
            if isinstance(value, int) and not isinstance(value, bool) and value > 9:
                return [keyed("equal", f"0x{value:02X}")]
            return [keyed("equal", literal(value))]
        if isinstance(origin, model.Derived) and isinstance(origin.expression, model.Own):
            found = model.named(self.message.fields(), origin.expression.path)
            if found is not None and found[1] is None:
                return [keyed("copy", known(origin.expression.path[0]))]
        if isinstance(origin, model.Derived):
            return [self.function(_REASONS[origin.reason], origin.expression)]
        return []

    def _meaning(
        self,
        called: str,
        conversion: model.Conversion,
        bounds: tuple[float | None, float | None] | None,
    ) -> list[Code]:
        options: list[Code] = []
        if conversion.scale != 1:
            options.append(keyed("scale", _number(conversion.scale)))
        if conversion.offset:
            options.append(keyed("offset", _number(conversion.offset)))
        if conversion.via is not None:
            options.append(keyed("via", self.context.via(conversion.via, called)))
        if conversion.unit:
            options.append(keyed("unit", text(conversion.unit)))
        if conversion.enum is not None:
            options.append(keyed("enum", self.context.classes[conversion.enum]))
        if conversion.strict:
            options.append(keyed("strict", "True"))
        if conversion.boolean:
            options.append(keyed("boolean", "True"))
        if bounds is not None:
            options.append(keyed("range", tupled([literal(bound) for bound in bounds])))
        return options


def _covered(elements: tuple[model.Element, ...]) -> set[str]:
    """The names of what is told whose bytes a check covers, in objects as well."""
    found: set[str] = set()
    for element in model.walk(elements):
        if not isinstance(element, model.Field):
            continue
        if isinstance(element.origin, model.Derived):
            found |= {piece.name for piece in model.told_bytes(element.origin.expression)}
        for wire in (model.leaf(element.wire), element.also):
            if isinstance(wire, model.Nested):
                found |= _covered(wire.record.elements)
    return found


def form(param: model.Param, context: Context) -> Code | None:
    """What makes the element that tells the bytes of a param; None when nothing tells them."""
    if param.wire is None:
        return None
    field = model.Field(
        param.name,
        param.name,
        param.wire,
        model.Given(),
        param.conversion,
        param.span,
        bounds=param.bounds,
    )
    holder = model.Message("message", param.name, (field,), (), param.span)
    element = LayoutWriter(holder, context).element(field)
    assert isinstance(element, Call)
    return Call(f"lambda: {element.head}", element.arguments, element.brackets)


def _called(field: model.Field) -> str:
    """The name of a field in the layout."""
    if field.key.endswith("[]"):
        return field.key
    return field.name or "_"


def _bit(name: str, piece: model.Piece, *options: Code) -> Code:
    arguments: list[Code] = [text(name), str(piece.high)]
    if piece.low != piece.high:
        arguments.append(str(piece.low))
    if piece.shift:
        arguments.append(keyed("shift", str(piece.shift)))
    return Call("wire.Bit", (*arguments, *options))


def _look(wire: model.Wire) -> list[Code]:
    """How values look."""
    options: list[Code] = []
    if isinstance(wire, model.Slice | model.Digits) and wire.signed:
        options.append(keyed("signed", "True"))
    if isinstance(wire, model.Slice) and wire.decimal:
        options.append(keyed("bcd", "True"))
    if isinstance(wire, model.Text) and wire.encoding not in ("utf-8", model.DIGITS):
        options.append(keyed("encoding", text(wire.encoding)))
    if isinstance(wire, model.Text | model.Digits):
        if wire.pad is not None:
            options.append(keyed("pad", octets(wire.pad)))
        if wire.left:
            options.append(keyed("left", "True"))
    if isinstance(wire, model.Text) and wire.trim:
        options.append(keyed("trim", text(wire.trim)))
    if isinstance(wire, model.Digits):
        if wire.decimals is not None:
            options.append(keyed("decimals", str(wire.decimals)))
        said = {"lower": wire.lower, "plus": wire.plus}
        options += [keyed(word, "True") for word, is_said in said.items() if is_said]
    if is_reversed(wire):
        options.append(keyed("reversed", "True"))
    return options


def _until(size: model.UntilNext) -> Code:
    """The constant a field names itself."""
    (mark,) = size.targets
    assert isinstance(mark, model.Constant)
    arguments = [octets(mark.alternatives[0])]
    if size.times != 1:
        arguments.append(f"times={size.times}")
    return Call("wire.Until", tuple(arguments))


def _number(value: Fraction) -> str:
    """A number as it was written: in decimal where it can be."""
    if value.denominator == 1:
        return str(value.numerator)
    decimal = repr(float(value))
    return decimal if Fraction(decimal) == value else text(str(value))
