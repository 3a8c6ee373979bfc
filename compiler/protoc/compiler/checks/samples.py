"""Example bytes of a message, for the reader of a diagnostic."""

from __future__ import annotations

from collections.abc import Callable

from protoc.compiler import model
from protoc.compiler.checks.computing import computed, replaced
from protoc.compiler.resolve.known import encoded, has_bytes, held_bits
from protoc.compiler.resolve.measures import fixed_size

_TEXT = b"A"
_LONGEST = 256


def sample(message: model.Message) -> bytes | None:
    """Bytes that are this message, as small as may be; None when that is not easily said."""
    maker = _Sample(message)
    try:
        return maker.data()
    except (ValueError, OverflowError, KeyError, TypeError):
        return None


class _Sample:
    """Every element with its bytes; computed ones last."""

    def __init__(self, message: model.Message) -> None:
        self._order = [e for e in message.walk() if not isinstance(e, model.Region)]
        self._message = message
        self._bytes: dict[str, bytes] = {}

    def data(self) -> bytes:
        """The whole message."""
        late: list[model.Field] = []
        for element in self._order:
            if (fixed_size(element) or 0) > _LONGEST:
                raise ValueError(element.key)
            if isinstance(element, model.Field) and isinstance(element.origin, model.Derived):
                if isinstance(element.wire, model.Slice):
                    raise TypeError(element.key)  # the bits beside it would have to wait as well
                self._bytes[element.key] = bytes(
                    1 if (size := fixed_size(element)) is None else size
                )
                late.append(element)
            else:
                self._bytes[element.key] = _plain(element, self._message.fields())
        late.sort(key=lambda field: _rank(field.origin))
        for field in late:
            assert isinstance(field.origin, model.Derived)
            width = len(self._bytes[field.key])
            number = self._number(field.origin.expression)
            if isinstance(field.wire, model.Integer | model.Raw):
                number %= 1 << (8 * width)
            value = number.to_bytes(width) if isinstance(field.wire, model.Raw) else number
            self._bytes[field.key] = encoded(field.wire, value)
        return b"".join(self._bytes[element.key] for element in self._order)

    def _number(self, expression: model.Expression) -> int:
        if isinstance(expression, model.Value) and isinstance(expression.value, int):
            return expression.value
        if isinstance(expression, model.Own) and len(expression.path) == 1:
            return int.from_bytes(self._bytes[expression.path[0]], "big")
        if isinstance(expression, model.Length):
            return len(self._covered(expression.extent))
        if isinstance(expression, model.Checksum):
            return computed(expression, b"".join(map(self._octets, expression.data)))
        if isinstance(expression, model.Replaced):
            number = self._number(expression.value) % (1 << 8 * expression.width)
            data = number.to_bytes(expression.width, "big")
            return int.from_bytes(replaced(data, expression.pairs), "big")
        if isinstance(expression, model.Operation):
            values = [self._number(operand) for operand in expression.operands]
            return _OPERATIONS[len(values), expression.operator](*values)
        raise ValueError(expression)

    def _octets(self, piece: model.Octets) -> bytes:
        if isinstance(piece, model.Extent):
            return self._covered(piece)
        if isinstance(piece, model.Added):
            return bytes((octet + piece.number) % 256 for octet in self._octets(piece.data))
        if isinstance(piece, model.Plain | model.Said):
            raise TypeError(piece)
        assert isinstance(piece.value, bytes)
        return piece.value

    def _covered(self, extent: model.Extent) -> bytes:
        """The bytes of an extent; a region stands for what it holds."""
        keys = [e.key for e in self._message.walk()]
        inner = {
            e.key: {i.key for i in model.walk(e.elements)}
            for e in self._message.walk()
            if isinstance(e, model.Region)
        }
        first = keys.index(extent.first)
        if extent.until is not None:
            wanted = keys[first : keys.index(extent.until)]
        else:
            assert extent.last is not None
            wanted = keys[first : keys.index(extent.last) + 1]
            wanted += [key for key in keys if key in inner.get(extent.last, set())]
        return b"".join(self._bytes[e.key] for e in self._order if e.key in set(wanted))


def _rank(origin: model.Origin) -> int:
    return 1 if isinstance(origin, model.Derived) and origin.reason == "crc" else 0


def _plain(element: model.Element, fields: tuple[model.Field, ...]) -> bytes:
    """Bytes of an element that nothing computes."""
    if isinstance(element, model.Constant):
        return element.alternatives[0]
    if isinstance(element, model.LinkEnd):
        return next((ends[0] for _, ends in element.by_link if ends), b"")
    if isinstance(element, model.Filler):
        return element.octets * element.send
    if not isinstance(element, model.Field):
        raise TypeError(element.key)
    size = fixed_size(element)
    wire = element.wire
    if isinstance(element.origin, model.Fixed) and has_bytes(wire):
        return encoded(wire, element.origin.value)
    if isinstance(wire, model.Text) and wire.quoted:
        return b'"' + _TEXT * (0 if size is None else max(size - 2, 0)) + b'"'
    if isinstance(wire, model.Text):
        return _TEXT * (1 if size is None else size)
    if isinstance(wire, model.Digits):
        return (b"\0" if wire.packed else b"0") * (1 if size is None else size)
    if isinstance(wire, model.Bits):
        _, fixed = held_bits(element, fields)
        if wire.digits is not None:
            return encoded(wire.digits, fixed)
        return fixed.to_bytes(wire.integer.width, "little" if wire.integer.little else "big")
    if isinstance(wire, model.Integer) and element.bounds and (element.bounds[0] or 0) > 0:
        scale, offset = element.conversion.scale, element.conversion.offset
        raw = int((int(element.bounds[0] or 0) - offset) / scale)
        return encoded(wire, raw)
    return bytes(size or 0)


_OPERATIONS: dict[tuple[int, str], Callable[..., int]] = {
    (2, "+"): lambda a, b: a + b,
    (2, "-"): lambda a, b: a - b,
    (2, "*"): lambda a, b: a * b,
    (2, "/"): lambda a, b: a // b,
    (2, "%"): lambda a, b: a % b,
    (2, "&"): lambda a, b: a & b,
    (2, "|"): lambda a, b: a | b,
    (2, "^"): lambda a, b: a ^ b,
    (1, "-"): lambda a: -a,
    (1, "~"): lambda a: ~a,
}
