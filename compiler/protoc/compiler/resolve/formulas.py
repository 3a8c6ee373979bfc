"""The formulas of derived values: arithmetic over fields, lengths and checksums."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.checksums import CHECKSUMS, WITHIN, Checks
from protoc.compiler.resolve.constants import whole
from protoc.compiler.resolve.extents import Drawer, Ranges
from protoc.compiler.resolve.names import REQUEST, expression
from protoc.compiler.resolve.scope import Scope, suggestion
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label

_OPERATORS = frozenset(["+", "-", "*", "/", "%", "&", "|", "^", "~", "<<", ">>"])
_FUNCTIONS = ("len", "count", "present", *CHECKSUMS, *WITHIN, "swap")
_HELP = "write a number, a field, or len(…), sum(…), xor(…), crc(…) with arithmetic"


class Formula(Struct):
    """Reads the formula of one derived value.

    Attributes:
        elements: those of the message; its `fields` by key.
    """

    scope: Scope
    drawer: Drawer
    elements: tuple[model.Element, ...]
    fields: dict[str, model.Field]

    def drawn(self) -> model.Expression:
        """The whole formula, which gives what its field can hold."""
        value = self._whole()
        if self.drawer.names.brought is not None and all(map(self._is_kept, model.every(value))):
            return value
        return self._told(value)

    def _is_kept(self, part: model.Expression) -> bool:
        """Whether it can be told from the request and the values of the answer alone."""
        if isinstance(part, model.Own):
            found = model.named(self.fields.values(), part.path)
            return found is None or not isinstance(found[0].origin, model.Derived)
        return not isinstance(part, model.Length | model.Checksum | model.Replaced | model.Told)

    def _told(self, value: model.Expression) -> model.Expression:
        """The formula with what the request tells as a value of the message."""
        if isinstance(value, model.Asked):
            path, span = (REQUEST, *value.path), self.drawer.expression.span
            return self.drawer.names.value(self.scope, path, span)
        if isinstance(value, model.Operation):
            return replace(value, operands=tuple(map(self._told, value.operands)))
        if isinstance(value, model.Replaced):
            return replace(value, value=self._told(value.value))
        return value

    def _whole(self) -> model.Expression:
        field = self.fields.get(self.drawer.key)
        if field is None or self.drawer.role == "size" or counts(field.wire):
            return self._number(self.drawer.expression)
        value = self.read(self.drawer.expression)
        if isinstance(value, model.Asked):
            return value
        original = self.fields.get(value.path[-1]) if isinstance(value, model.Own) else None
        if original is not None and type(original.wire) is type(field.wire):
            self._written_alike(original, field)
            return value
        if _width(field.wire) is not None and original is None:
            return self._number(self.drawer.expression)
        raise self.scope.fail(
            "E0301",
            "only a number can be computed",
            self.drawer.expression.span,
            f"`{field.key}` is none",
            help="give the field a type that holds numbers: u8, u16le, hex[2], dec[3], bytes[2] …",
        )

    def _written_alike(self, original: model.Field, copy: model.Field) -> None:
        """Complain about the copy of a text that is written in another way."""
        if isinstance(original.wire, model.Text) and isinstance(copy.wire, model.Text):
            if _way(original.wire) == _way(copy.wire):
                return
            raise self.scope.fail(
                "E0301",
                f"`{copy.key}` repeats `{original.key}`, but is written in another way",
                self.drawer.expression.span,
                "their bytes would not be the same",
                labels=(Label(original.span, "what it repeats"),),
                help="give both the same size, padding and encoding",
            )

    def read(self, expression: tree.Expression) -> model.Expression:
        """The model of an expression."""
        if isinstance(expression, tree.Number | tree.String):
            return model.Value(expression.value)
        if isinstance(expression, tree.Octets):
            return model.Value(int.from_bytes(expression.value, "big"))
        if isinstance(expression, tree.Unary | tree.Binary):
            return self._arithmetic(expression)
        if isinstance(expression, tree.Reference):
            return self._reference(expression)
        if isinstance(expression, tree.Invocation):
            return self._call(expression)
        raise self.scope.fail("E0301", "a value is expected here", expression.span, help=_HELP)

    def _arithmetic(self, expression: tree.Unary | tree.Binary) -> model.Expression:
        """Whole numbers put together, in ways that always give one."""
        operator = expression.operator
        if _is_known(expression):
            return model.Value(whole(self.scope, expression, -(1 << 64)))
        if operator not in _OPERATORS:
            raise self.scope.fail(
                "E0301",
                f"`{operator}` does not belong in a derived value",
                expression.span,
                help=_HELP,
            )
        if isinstance(expression, tree.Unary):
            return model.Operation(operator, (self._number(expression.operand),))
        left, right = self._number(expression.left), self._number(expression.right)
        if operator in ("/", "%", "<<", ">>"):
            least, most = (1, 1 << 64) if operator in ("/", "%") else (0, 256)
            value = right.value if isinstance(right, model.Value) else None
            if not isinstance(value, int) or not least <= value <= most:
                raise self.scope.fail(
                    "E0301",
                    f"`{operator}` is followed by a constant of at least {least} here",
                    expression.right.span,
                    help="write the number itself",
                )
        return model.Operation(operator, (left, right))

    def _number(self, expression: tree.Expression) -> model.Expression:
        """An operand, which is a whole number."""
        value = self.read(expression)
        is_whole = isinstance(value.value, int) if isinstance(value, model.Value) else True
        if isinstance(value, model.Own) and value.path[-1] in self.fields:
            is_whole = counts(self.fields[value.path[-1]].wire)
        if not is_whole:
            raise self.scope.fail(
                "E0301", "a whole number is expected here", expression.span, help=_HELP
            )
        return value

    # -------------------------------------------------------------- names

    def _reference(self, reference: tree.Reference) -> model.Expression:
        first = reference.path[0]
        name = first.text
        path = tuple(part.text for part in reference.path)
        outside = name not in self.fields and name not in self.drawer.names.all()
        if name == REQUEST and outside and len(path) > 1 and name not in self.scope.params:
            if self.drawer.role == "size":
                return self.drawer.names.value(self.scope, path, reference.span)
            return model.Asked(path[1:])
        if name == "previous" and name not in self.fields:
            raise self.scope.fail(
                "E0301",
                f"`{name}` is the item before, and there is none",
                reference.span,
                "not in a list",
                help="it belongs into the condition behind `while`; name the field itself here",
            )
        known = self.drawer.names.own.get(name)
        if isinstance(known, model.Field) and isinstance(known.wire, model.Let):
            return self._let(known, known.wire, reference)
        key = self.drawer.names.key(name) or name
        if key in self.fields and name not in self.drawer.names.joined:
            return self._own(key, reference)
        param = self.scope.params.get(name)
        if param is not None and param.constant and param.default is not None:
            return model.Value(param.default)
        if param is not None and outside:
            return expression(self.scope, self.drawer.names, reference)
        if name in self.drawer.names.all():
            return self.drawer.names.value(self.scope, path, reference.span)
        raise self.scope.unknown("field", first, self.fields)

    def _let(
        self, field: model.Field, wire: model.Let, reference: tree.Reference
    ) -> model.Expression:
        """The formula that a name stands for, which gives a whole number."""
        value = self.drawer.names.value(self.scope, (field.name or "",), reference.span)
        plain = all(
            isinstance(e, model.Own | model.Value | model.Operation) for e in model.every(value)
        )
        if wire.kind != "whole" or not plain:
            raise self.scope.fail(
                "E0301",
                "a whole number is expected here",
                reference.span,
                labels=(Label(field.span, "computed here"),),
                help="write the formula itself",
            )
        return value

    def _own(self, key: str, reference: tree.Reference) -> model.Own:
        """A field of the message, or bits of one."""
        block = self.drawer.block
        later = key in block and block.index(key) >= self.drawer.position
        if self.drawer.role == "size" and later:
            raise self.scope.fail(
                "E0302",
                f"`{reference.text}` is not known yet",
                reference.span,
                "stands behind its use",
                labels=(Label(self.fields[key].span, "declared here"),),
                help="a size must stand in front of what it sizes",
            )
        _, *inner = reference.path
        wire = self.fields[key].wire
        bits = (
            [part.name for part in wire.parts if part.name] if isinstance(wire, model.Bits) else []
        )
        if inner and (inner[0].text not in bits or len(inner) > 1):
            raise self.scope.unknown("bit", inner[0], bits)
        path = tuple(name.text for name in reference.path)
        return model.Own(path if key == "" or isinstance(wire, model.Bits) else (key, *path[1:]))

    # -------------------------------------------------------------- functions

    def _call(self, call: tree.Invocation) -> model.Expression:
        name = call.name.text
        ranges = Ranges(self.scope, self.drawer, self.elements, self.fields)
        if name == "len":
            if len(call.arguments) != 1:
                raise self.scope.fail(
                    "E0303",
                    "`len` measures one field or range",
                    call.span,
                    help="len(data), len(first..last)",
                )
            return _measured(ranges, call.arguments[0].value)
        if name == "count":
            return self._count(call)
        if name == "present":
            return self._present(call)
        if name in CHECKSUMS:
            return Checks(self.scope, ranges).read(call)
        if name == "swap":
            return self._swap(call)
        if name in WITHIN:
            raise self.scope.fail(
                "E0303",
                f"`{name}` stands inside a checksum",
                call.name.span,
                "it gives bytes, and no number",
                help="sum(add(a..b, 1)), xor(group(a..b, 2))",
            )
        if name == "counter":
            raise self.scope.fail(
                "E0309",
                "`counter` stands behind `default`",
                call.span,
                "nothing in the message tells its value",
                help="write `default counter()`",
            )
        raise self.scope.fail(
            "E0303",
            f"there is no function `{name}`",
            call.name.span,
            help=suggestion(name, _FUNCTIONS, "function"),
        )

    def _count(self, call: tree.Invocation) -> model.Count:
        """The number of items of a list."""
        value = call.arguments[0].value if len(call.arguments) == 1 else call
        key = value.text if isinstance(value, tree.Reference) else ""
        field = self.fields.get(key)
        if field is None or not isinstance(field.wire, model.Items):
            raise self.scope.fail(
                "E0303",
                "`count` counts the items of one list",
                value.span,
                help="count(records), where `records` is a list of this message",
            )
        return model.Count(key)

    def _present(self, call: tree.Invocation) -> model.Present:
        """Whether a field is there that the message may come without."""
        value = call.arguments[0].value if len(call.arguments) == 1 else call
        name = value.text if isinstance(value, tree.Reference) else ""
        fields = {field.name for field in self.fields.values()}
        if name not in fields & model.sometimes(self.elements):
            raise self.scope.fail(
                "E0303",
                "`present` is about a field that may be absent",
                value.span,
                help="present(note), where `note : text?` or `optional { … }` says so",
            )
        return model.Present(name)

    def _swap(self, call: tree.Invocation) -> model.Replaced:
        """A number whose bytes must not have certain values on the wire."""
        values = [argument.value for argument in call.arguments]
        pairs = [v for v in values[1:] if isinstance(v, tree.Substitution)]
        if not pairs or len(pairs) < len(values) - 1:
            raise self.scope.fail(
                "E0303",
                "`swap` is not used like that",
                call.span,
                help='swap(crc("CRC-16/X-25", ..), 0x7E -> 0x7F)',
            )
        field = self.fields.get(self.drawer.key)
        width = _width(field.wire) if field is not None else None
        if width is None:
            raise self.scope.fail(
                "E0303",
                "`swap` needs a field whose bytes are those of the number",
                call.span,
                f"`{self.drawer.key}` is none",
                help="give the field a binary type: u8, u16le, bytes[2] …",
            )
        value = self._number(values[0])
        return model.Replaced(value, width, tuple(map(self._replacement, pairs)))

    def _replacement(self, pair: tree.Substitution) -> tuple[int, int]:
        """A byte, and what stands for it."""
        return self._byte(pair.old), self._byte(pair.new)

    def _byte(self, expression: tree.Expression) -> int:
        if isinstance(expression, tree.Octets) and len(expression.value) == 1:
            return expression.value[0]
        number = whole(self.scope, expression)
        if number > 255:
            raise self.scope.fail(
                "E0303", "one byte is expected here", expression.span, help="write 0 to 255"
            )
        return number


def _measured(ranges: Ranges, value: tree.Expression) -> model.Length:
    """The length of a range, of plain bytes of something coded where it says so."""
    if isinstance(value, tree.Invocation) and value.name.text == "plain" and value.arguments:
        plain = ranges.plain(value.arguments[0].value)
        return model.Length(plain.extent, plain.coded)
    return model.Length(ranges.extent(value))


def counts(wire: model.Wire) -> bool:
    """Whether raw values are whole numbers."""
    if isinstance(wire, model.Digits):
        return wire.notation != "float"
    return isinstance(wire, model.Integer | model.Bits | model.Slice)


def _width(wire: model.Wire) -> int | None:
    """The bytes of a field that can hold any number of them; None for text, or when it varies."""
    if isinstance(wire, model.Integer):
        return wire.width
    if isinstance(wire, model.Raw) and isinstance(wire.size, model.FixedSize):
        return wire.size.bytes
    return None


def _is_known(expression: tree.Expression) -> bool:
    """Whether an expression is made of numbers only."""
    if isinstance(expression, tree.Unary):
        return _is_known(expression.operand)
    if isinstance(expression, tree.Binary):
        return _is_known(expression.left) and _is_known(expression.right)
    return isinstance(expression, tree.Number)


def _way(text: model.Text) -> model.Text:
    """How a text is written, wherever it ends."""
    return text if isinstance(text.size, model.FixedSize) else replace(text, size=model.WhileFits())
