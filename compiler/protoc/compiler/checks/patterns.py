"""What bytes a message can be: fixed positions with their possible values, and stretches.

Everything here is certain or left out: a pattern that is not understood covers nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from msgspec import Struct, field

from protoc.compiler import model
from protoc.compiler.checks.atoms import ANY, LONGEST, Atom, Byte, Check, Pattern, Stretch
from protoc.compiler.resolve.beginnings import octets_of
from protoc.compiler.resolve.known import encoded, has_bytes, held_bits
from protoc.compiler.resolve.measures import fixed_size


def pattern(message: model.Message, enums: dict[str, model.Enum]) -> Pattern:
    """The pattern of a message."""
    found = _Maker(message, enums).make(message.elements)
    found.places = {element.key: element.span.start for element in message.walk()}
    return found


Place = tuple[int, int]


class _Maker(Struct):
    message: model.Message
    enums: dict[str, model.Enum]
    starts: dict[str, Place] = field(default_factory=dict)
    ends: dict[str, Place] = field(default_factory=dict)
    elements: dict[str, model.Element] = field(default_factory=dict)
    driving: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._place(self.message.elements, (0, 0))
        for element in self.message.walk():
            self.elements[element.key] = element
            size = _size(element)
            if isinstance(size, model.GivenSize):
                for own in _owns(size.expression):
                    known = model.named(self.message.fields(), own.path)
                    self.driving |= {known[0].key} if known else set()

    def _place(self, elements: Iterable[model.Element], at: Place) -> Place:
        """Say for every key where it begins and ends: stretches before it, bytes since."""
        for element in elements:
            self.starts[element.key] = at
            size = fixed_size(element)
            if isinstance(element, model.Region):
                inner = self._place(element.elements, at)
                at = inner if element.size is None else (at[0] + 1, 0)
            else:
                at = (at[0], at[1] + size) if size is not None else (at[0] + 1, 0)
            self.ends[element.key] = at
        return at

    def make(self, elements: Iterable[model.Element]) -> Pattern:
        found = Pattern()
        for element in elements:
            if len(found.atoms) > LONGEST:
                break
            if isinstance(element, model.Region) and element.size is None:
                inner = self.make(element.elements)
                found.atoms += inner.atoms
                found.values |= inner.values
            else:
                found.atoms += self._atoms(element, found)
        return found

    def _atoms(self, element: model.Element, found: Pattern) -> list[Atom]:
        if isinstance(element, model.Region):
            inside = self.make(element.elements)
            return [self._stretch(element, inside)]
        if isinstance(element, model.Constant | model.LinkEnd):
            return _ends(element)
        if isinstance(element, model.Branch | model.Coded | model.Filler) or isinstance(
            element.wire, model.Nested | model.Items
        ):
            return [Stretch(element, None)]
        if isinstance(element.wire, model.Slice | model.Unwritten):
            return []
        size = fixed_size(element)
        if size is not None and size > LONGEST:
            return [self._stretch(element)]
        if isinstance(element.origin, model.Fixed) and has_bytes(element.wire):
            data = _written(element.wire, element.origin.value)
            if data is None:
                return [self._stretch(element)]
            if isinstance(element.origin.value, int):
                found.values[element.span.start] = element.origin.value
            return [Byte(1 << octet) for octet in data]
        if isinstance(element.origin, model.Derived):
            return self._derived(element, element.origin, found)
        if size is None:
            return [self._stretch(element)]
        return list(self._bytes(element, size))

    def _derived(self, element: model.Field, origin: model.Derived, found: Pattern) -> list[Atom]:
        number = self._constant(origin.expression)
        size = fixed_size(element)
        if size is None:
            return [Stretch(element, None)]
        if number is not None:
            found.values[element.span.start] = number
            data = _written(element.wire, number)
            if data is not None and len(data) == size:
                return [Byte(1 << octet) for octet in data]
        drives = element.key in self.driving and _is_length(origin.expression)
        check = Check(
            self._comparable(origin.expression, by_span=False),
            self._comparable(origin.expression, by_span=True),
            drives,
        )
        first, *others = self._bytes(element, size)
        return [Byte(first.values, first.rule, check), *others]

    def _constant(self, expression: model.Expression) -> int | None:
        """The value of an expression over elements of fixed size."""
        if isinstance(expression, model.Value):
            return expression.value if isinstance(expression.value, int) else None
        if isinstance(expression, model.Length) and expression.coded:
            return None
        if isinstance(expression, model.Length):
            start, end = self._extent(expression.extent)
            return end[1] - start[1] if start[0] == end[0] else None
        if isinstance(expression, model.Operation) and len(expression.operands) == 2:
            left, right = (self._constant(operand) for operand in expression.operands)
            if left is not None and right is not None:
                return computed(expression.operator, left, right)
        return None

    def _extent(self, extent: model.Extent) -> tuple[Place, Place]:
        start = self.starts[extent.first]
        if extent.until is not None:
            return start, self.starts[extent.until]
        assert extent.last is not None
        return start, self.ends[extent.last]

    def _comparable(self, expression: model.Expression, *, by_span: bool) -> Hashable:
        """An expression without the keys of this message."""
        if isinstance(expression, model.Length):
            plain = model.Plain(expression.extent, expression.coded)
            measured = plain if expression.coded else expression.extent
            return ("len", self._covered(measured, by_span=by_span))
        if isinstance(expression, model.Checksum):
            data = (self._covered(piece, by_span=by_span) for piece in expression.data)
            return (expression.algorithm, expression.words, *data)
        if isinstance(expression, model.Replaced):
            value = self._comparable(expression.value, by_span=by_span)
            return (value, expression.width, expression.pairs)
        if isinstance(expression, model.Own):
            known = model.named(self.message.fields(), expression.path)
            key = known[0].key if known else expression.path[0]
            bits = known[1].pieces if known and known[1] else ()
            place = self._span(key) if by_span and known else self.starts.get(key)
            return ("own", place, bits)
        if isinstance(expression, model.Operation):
            operands = (self._comparable(o, by_span=by_span) for o in expression.operands)
            return (expression.operator, *operands)
        return expression

    def _covered(self, piece: model.Octets, *, by_span: bool) -> Hashable:
        if isinstance(piece, model.Added):
            return (self._covered(piece.data, by_span=by_span), piece.number)
        if isinstance(piece, model.Plain):
            return ("plain", self._run(piece.extent, by_span=True))
        return self._run(piece, by_span=by_span) if isinstance(piece, model.Extent) else piece

    def _run(self, extent: model.Extent, *, by_span: bool) -> Hashable:
        if not by_span:
            return self._extent(extent)
        last = extent.last or extent.until or ""
        return self._span(extent.first), self._span(last), extent.until is None

    def _span(self, key: str) -> int:
        return self.elements[key].span.start

    def _stretch(self, element: model.Element, inside: Pattern | None = None) -> Stretch:
        size = _size(element)
        if isinstance(size, model.GivenSize):
            place = self._comparable(size.expression, by_span=False)
            return Stretch(element, place, self._comparable(size.expression, by_span=True), inside)
        if isinstance(size, model.UntilNext):
            ends = tuple(end for target in size.targets for end in _alternatives(target))
            place = ("until", ends, size.between, size.times)
            return Stretch(element, place, None, inside, ends if size.times == 1 else ())
        return Stretch(element, size, None, inside)

    def _bytes(self, element: model.Field, size: int) -> list[Byte]:
        wire, conversion = element.wire, element.conversion
        labels = None
        if conversion.strict and conversion.enum:
            labels = tuple(v for label in self.enums[conversion.enum].labels for v in label.values)
        limits = (element.bounds, conversion.scale, conversion.offset) if element.bounds else None
        rule: Hashable = None
        inside = element.forbidden or element.pattern
        if labels is not None or limits is not None or conversion.boolean or inside:
            rule = (wire, labels, limits, conversion.boolean, inside)
        if isinstance(wire, model.Bits):
            return self._bits(element, wire, rule)
        if isinstance(wire, model.Digits):
            values = sum(1 << c for c in octets_of(wire))
            free = wire.pad is None and wire.notation not in ("int", "float")
            return [Byte(values, _either(rule, None if free else wire))] * size
        if isinstance(wire, model.Text) and wire.quoted:
            return [Byte(ANY, _either(rule, wire))] * size
        if isinstance(wire, model.Text):
            free = wire.encoding in ("latin-1", model.DIGITS)
            return [Byte(ANY, _either(rule, None if free else ("text", wire.encoding)))] * size
        if size == 1 and isinstance(wire, model.Integer) and rule is not None:
            return [Byte(_allowed(wire, labels, element, conversion))]
        return [Byte(ANY, rule)] * size

    def _bits(self, host: model.Field, wire: model.Bits, rule: Hashable) -> list[Byte]:
        fields = self.message.fields()
        mask, expected = held_bits(host, fields)
        for part in wire.parts:
            conversion = part.conversion
            if part.bounds or conversion.strict or conversion.boolean or part.decimal:
                rule = (rule, wire)
        for field_ in fields:
            if isinstance(field_.wire, model.Slice) and _is_of(field_.wire, host):
                mine = _of_bits(field_, field_.wire)
                rule = rule if mine is None else (rule, mine)
        if wire.digits is not None:
            values = sum(1 << c for c in octets_of(wire.digits))
            return [Byte(values, (rule, wire))] * (fixed_size(host) or 0)
        order = range(wire.integer.width)
        shifts = [8 * i for i in (order if wire.integer.little else reversed(order))]
        found = []
        for shift in shifts:
            m, e = mask >> shift & 0xFF, expected >> shift & 0xFF
            found.append(Byte(sum(1 << b for b in range(256) if b & m == e) if m else ANY, rule))
        return found


def _is_of(wire: model.Slice, host: model.Field) -> bool:
    return any(key == host.key for key, _ in wire.pieces)


def _of_bits(field_: model.Field, wire: model.Slice) -> Hashable:
    """What must hold of bits that are a field; None for nothing."""
    if isinstance(field_.origin, model.Derived):
        return field_.span.start
    conversion = field_.conversion
    free = not field_.bounds and not conversion.strict and not conversion.boolean
    if free and not wire.decimal:
        return None
    pieces = tuple(piece for _, piece in wire.pieces)
    return pieces, wire.signed, wire.decimal, field_.bounds, conversion


def _either(rule: Hashable, otherwise: Hashable) -> Hashable:
    return otherwise if rule is None else rule


def _ends(element: model.Constant | model.LinkEnd) -> list[Atom]:
    alternatives = _alternatives(element)
    if len(alternatives) == 1:
        return [Byte(1 << octet) for octet in alternatives[0]]
    return [Stretch(element, ("ends", alternatives), None, None, alternatives)]


def _alternatives(element: model.Element) -> tuple[bytes, ...]:
    if isinstance(element, model.Constant):
        return element.alternatives
    if isinstance(element, model.LinkEnd):
        found = {ends for _, ends in element.by_link}
        return next(iter(found)) if len(found) == 1 else ()
    return ()


def _allowed(
    wire: model.Integer,
    labels: tuple[int | str, ...] | None,
    element: model.Field,
    conversion: model.Conversion,
) -> int:
    """The values of one byte that its labels, its range and its type allow."""
    least, most = element.bounds or (None, None)
    found = 0
    for octet in range(256):
        raw = octet - 256 if wire.signed and octet > 127 else octet
        value = raw * conversion.scale + conversion.offset
        if (
            (labels is None or raw in labels)
            and (least is None or value >= least)
            and (most is None or value <= most)
            and (not conversion.boolean or raw in (0, 1))
        ):
            found |= 1 << octet
    return found


def _size(element: model.Element) -> model.Size | None:
    if isinstance(element, model.Region):
        return element.size
    if isinstance(element, model.Field) and isinstance(element.wire, model.Sized):
        return element.wire.size
    return None


def _owns(expression: model.Expression) -> list[model.Own]:
    return [part for part in model.every(expression) if isinstance(part, model.Own)]


def _is_length(expression: model.Expression) -> bool:
    """Whether an expression is a length plus a number, which its element always fulfils."""
    if isinstance(expression, model.Operation) and expression.operator in "+-":
        left, right = (*expression.operands, model.Value(0))[:2]
        return _is_length(left) and isinstance(right, model.Value)
    return isinstance(expression, model.Length)


def _written(wire: model.Wire, value: float | str | bytes) -> bytes | None:
    try:
        return encoded(wire, value)
    except (ValueError, OverflowError, TypeError):
        return None


def computed(operator: str, left: int, right: int) -> int | None:
    """The outcome of an operator on whole numbers; None when it is none."""
    if operator in "/%" and right == 0:
        return None
    outcomes = {
        "+": left + right,
        "-": left - right,
        "*": left * right,
        "/": left // right if right and left % right == 0 else None,
        "%": left % right if right else None,
    }
    return outcomes.get(operator)
