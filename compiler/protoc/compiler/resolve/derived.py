"""Derived values: lengths, checksums and copies, from expressions to what they measure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from protoc.compiler import model
from protoc.compiler.resolve.constants import whole
from protoc.compiler.resolve.names import Names
from protoc.compiler.resolve.scope import Scope, Unresolved, suggestion
from protoc.compiler.resolve.sizes import covered
from protoc.compiler.resolve.types import with_size
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label


@dataclass(frozen=True)
class Drawer:
    """A derived value that waits until the whole message is known.

    Attributes:
        key: the field it belongs to.
        role: `value` behind `=`, or `size` in brackets.
        block: keys of the layout it stands in; ranges do not leave it.
        position: how many of them stand before it.
        names: what expressions may name there.
    """

    key: str
    expression: tree.Expression
    role: Literal["value", "size"]
    block: list[str]
    position: int
    names: Names


def draw(
    scope: Scope, elements: tuple[model.Element, ...], drawers: list[Drawer]
) -> tuple[tuple[model.Element, ...], bool]:
    """The elements with their derived values and written sizes, and whether all have a meaning."""
    whole = True
    fields = {e.key: e for e in model.walk(elements) if isinstance(e, model.Field)}
    for drawer in drawers:
        try:
            value = _Reader(scope, drawer, fields).drawn()
        except Unresolved:
            whole = False
            continue
        known = fields.get(drawer.key)
        if known is None:  # its own statement has no meaning
            continue
        if drawer.role == "size":
            fields[drawer.key] = replace(known, wire=with_size(known.wire, model.GivenSize(value)))
        else:
            fields[drawer.key] = replace(known, origin=model.Derived(value, _reason(value, fields)))
    elements = model.rebuilt(elements, lambda e: fields.get(e.key, e))
    return elements, whole and not _has_ring(scope, elements, drawers)


def _has_ring(scope: Scope, elements: tuple[model.Element, ...], drawers: list[Drawer]) -> bool:
    """Whether values are derived from each other, so that there is no first one to compute."""
    needs = {
        e.key: _needs(elements, e.origin.expression)
        for e in model.walk(elements)
        if isinstance(e, model.Field) and isinstance(e.origin, model.Derived)
    }
    for drawer in drawers:
        reached: set[str] = set()
        waiting = [drawer.key]
        while waiting:
            new = needs.get(waiting.pop(), set()) - reached
            reached |= new
            waiting.extend(new)
        if drawer.role == "value" and drawer.key in reached:
            scope.fail(
                "E0308",
                f"`{drawer.key}` is derived from itself",
                drawer.expression.span,
                "leads back to this field",
                help="derive one of the fields from something else",
            )
            return True
    return False


def _needs(elements: tuple[model.Element, ...], expression: model.Expression) -> set[str]:
    """The fields whose values an expression needs; a length needs sizes only."""
    if isinstance(expression, model.Own):
        return {expression.path[0]}
    if isinstance(expression, model.Operation):
        return {need for operand in expression.operands for need in _needs(elements, operand)}
    if isinstance(expression, model.Checksum):
        return {e.key for e in model.walk(covered(elements, expression.extent))}
    return set()


def _reason(
    value: model.Expression, fields: dict[str, model.Field]
) -> Literal["length", "crc", "value"]:
    """What a difference is called: the checks of a copy are those of its original."""
    if isinstance(value, model.Checksum):
        return "crc"
    if isinstance(value, model.Length):
        return "length"
    if isinstance(value, model.Operation):
        reasons = {_reason(operand, fields) for operand in value.operands}
        return "crc" if "crc" in reasons else "length" if "length" in reasons else "value"
    if isinstance(value, model.Own):
        origin = fields[value.path[0]].origin if value.path[0] in fields else None
        return origin.reason if isinstance(origin, model.Derived) else "value"
    return "value"


@dataclass
class _Reader:
    """Reads the expression of one derived value."""

    scope: Scope
    drawer: Drawer
    fields: dict[str, model.Field]

    def drawn(self) -> model.Expression:
        """The whole expression, which gives what its field can hold."""
        field = self.fields.get(self.drawer.key)
        if field is None or self.drawer.role == "size" or _counts(field.wire):
            return self._number(self.drawer.expression)
        value = self.read(self.drawer.expression)
        original = self.fields[value.path[0]] if isinstance(value, model.Own) else None
        if original is None or type(original.wire) is not type(field.wire):
            raise self.scope.fail(
                "E0301",
                "only a number can be computed",
                self.drawer.expression.span,
                f"`{field.key}` is none",
                help="give the field a type that holds numbers: u8, u16le, hex[2], dec[3] …",
            )
        return value

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
            least, most = (1, 1 << 64) if operator in ("/", "%") else (0, 64)
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
        whole_ = isinstance(value.value, int) if isinstance(value, model.Value) else True
        if isinstance(value, model.Own):
            whole_ = _counts(self.fields[value.path[0]].wire)
        if not whole_:
            raise self.scope.fail(
                "E0301", "a whole number is expected here", expression.span, help=_HELP
            )
        return value

    def _reference(self, reference: tree.Reference) -> model.Expression:
        name = reference.path[0].text
        if name in ("request", "previous"):
            raise self.scope.unsupported(f"`{name}`", reference.span)
        before = self.drawer.block[: self.drawer.position]
        if name in self.fields:
            later = name in self.drawer.block and name not in before
            if self.drawer.role == "size" and later:
                raise self.scope.fail(
                    "E0302",
                    f"`{name}` is not known yet",
                    reference.span,
                    "stands behind its use",
                    labels=(Label(self.fields[name].span, "declared here"),),
                    help="a size must stand in front of what it sizes",
                )
            if len(reference.path) > 1:
                raise self.scope.unsupported(
                    "a bit in a derived value", reference.span, "let the bits belong to the message"
                )
            return model.Own((name,))
        param = self.scope.params.get(name)
        if param is not None and param.constant and param.default is not None:
            return model.Value(param.default)
        if param is not None:
            raise self.scope.unsupported("a param in a derived value", reference.span)
        if name in self.drawer.names.all():
            return model.Own(self.drawer.names.path(tuple(n.text for n in reference.path)))
        raise self.scope.unknown("field", reference.path[0], self.fields)

    def _call(self, call: tree.Invocation) -> model.Expression:
        name = call.name.text
        if name == "len":
            if len(call.arguments) != 1:
                raise self.scope.fail(
                    "E0303",
                    "`len` measures one field or range",
                    call.span,
                    help="len(data), len(first..last)",
                )
            return model.Length(self._extent(call.arguments[0].value))
        if name in ("sum", "xor"):
            return model.Checksum(name, self._covered(call, call.arguments))  # type: ignore[arg-type]
        if name == "crc":
            return self._crc(call)
        if name in _LATER:
            raise self.scope.unsupported(f"`{name}`", call.name.span)
        raise self.scope.fail(
            "E0303",
            f"there is no function `{name}`",
            call.name.span,
            help=suggestion(name, ("len", "sum", "xor", "crc"), "function"),
        )

    def _crc(self, call: tree.Invocation) -> model.Expression:
        arguments = list(call.arguments)
        if arguments and isinstance(arguments[0].value, tree.String) and arguments[0].name is None:
            name = arguments.pop(0).value
            assert isinstance(name, tree.String)
            crc = catalogue(name.value)
            if crc is None:
                raise self.scope.fail(
                    "E0305",
                    f"the catalogue has no CRC named `{name.value}`",
                    name.span,
                    help=suggestion(name.value, crc_names(), "CRC"),
                )
            return model.Checksum(crc, self._covered(call, tuple(arguments)))
        named = {a.name.text: a for a in arguments if a.name is not None}
        missing = [n for n in ("width", "poly", "data") if n not in named]
        if missing:
            raise self.scope.fail(
                "E0305",
                "a CRC needs a name, or " + ", ".join(missing),
                call.span,
                help='crc("CRC-16/MODBUS", ..) or crc(width=16, poly=0x8005, data=..)',
            )
        extent = self._covered(call, (named.pop("data"),))

        def given(word: str, otherwise: int) -> int:
            return whole(self.scope, named[word].value) if word in named else otherwise

        def flag(word: str) -> bool:
            value = named[word].value if word in named else None
            return isinstance(value, tree.Reference) and value.text == "true"

        width = given("width", 0)
        parameters = (given("poly", 0), given("init", 0), given("xorout", 0))
        poly, init, xorout = parameters
        if not 1 <= width <= 64 or max(parameters) >> width:
            raise self.scope.fail(
                "E0305", "these numbers do not fit the width of the CRC", call.span
            )
        crc = model.Crc("", width, poly, init, flag("refin"), flag("refout"), xorout)
        return model.Checksum(crc, extent)

    def _covered(self, call: tree.Invocation, arguments: tuple[tree.Argument, ...]) -> model.Extent:
        if len(arguments) != 1:
            if len(arguments) > 1:
                raise self.scope.unsupported("more bytes for a checksum", arguments[1].span)
            raise self.scope.fail(
                "E0303",
                f"`{call.name.text}` needs the range it covers",
                call.span,
                help="`..` is everything before this field, `a..` from `a` up to it",
            )
        value = arguments[0].value
        if isinstance(value, tree.Invocation):
            raise self.scope.unsupported(f"`{value.name.text}` inside a checksum", value.span)
        extent = self._extent(value)
        if self._covers_itself(extent):
            last = value.end if isinstance(value, tree.Range) and value.end else value
            own = self.drawer.key
            start = value.start if isinstance(value, tree.Range) and value.start else None
            raise self.scope.fail(
                "E0304",
                "checksum covers itself",
                last.span,
                f"`{own}` is inside its own range",
                help=f"end the range before it: `{call.name.text}("
                f"{start.text if isinstance(start, tree.Reference) else ''}..)`",
            )
        return extent

    def _covers_itself(self, extent: model.Extent) -> bool:
        if extent.until is not None:
            return False
        assert extent.last is not None
        block = self.drawer.block
        first = block.index(extent.first) if extent.first in block else 0
        return first <= self.drawer.position <= block.index(extent.last)

    def _extent(self, value: tree.Expression) -> model.Extent:
        block, own = self.drawer.block, self.drawer.key
        if isinstance(value, tree.Reference):
            key = self._key(value)
            return model.Extent(key, key)
        if not isinstance(value, tree.Range):
            raise self.scope.fail(
                "E0303",
                "a field or a range is expected here",
                value.span,
                help="`data`, `first..last`, `first..` or `..`",
            )
        first = self._key(value.start) if value.start is not None else block[0]
        if value.end is None:
            if value.start is not None and block.index(first) > self.drawer.position:
                raise self.scope.fail(
                    "E0306",
                    f"the range begins behind `{own}`, where it ends",
                    value.span,
                    help="write where it ends: `a..b`",
                )
            return model.Extent(first, None, own)
        last = self._key(value.end)
        if block.index(first) > block.index(last):
            raise self.scope.fail(
                "E0306",
                "the range is upside down",
                value.span,
                help="write the element that stands first in front",
            )
        return model.Extent(first, last)

    def _key(self, value: tree.Expression) -> str:
        if not isinstance(value, tree.Reference) or len(value.path) != 1:
            raise self.scope.fail(
                "E0306",
                "a range goes from one field to another",
                value.span,
                help="name the fields it begins and ends with",
            )
        name = value.path[0]
        if name.text not in self.drawer.block:
            known = [key for key in self.drawer.block if not key.startswith("#")]
            raise self.scope.unknown("field", name, known)
        return name.text


_OPERATORS = frozenset(["+", "-", "*", "/", "%", "&", "|", "^", "~", "<<", ">>"])


def _counts(wire: model.Wire) -> bool:
    """Whether raw values are whole numbers."""
    if isinstance(wire, model.Digits):
        return wire.notation != "float"
    return isinstance(wire, model.Integer | model.Bits)


def _is_known(expression: tree.Expression) -> bool:
    """Whether an expression is made of numbers only."""
    if isinstance(expression, tree.Unary):
        return _is_known(expression.operand)
    if isinstance(expression, tree.Binary):
        return _is_known(expression.left) and _is_known(expression.right)
    return isinstance(expression, tree.Number)


_HELP = "write a number, a field, or len(…), sum(…), xor(…), crc(…) with arithmetic"
_LATER = frozenset(
    [
        "count",
        "present",
        "fletcher8",
        "fletcher16",
        "md5",
        "sha1",
        "sha256",
        "swap",
        "add",
        "group",
        "counter",
        "log10",
    ]
)


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


@cache
def _models() -> dict[str, tuple[str, model.Crc]]:
    """The RevEng catalogue by name without punctuation, aliases included."""
    import anycrc

    def entry(name: str) -> model.Crc:
        m = anycrc.models[name]
        return model.Crc(name, m.width, m.poly, m.init, m.refin, m.refout, m.xorout)

    found = {_plain(name): (name, entry(name)) for name in anycrc.models}
    for alias, name in anycrc.aliases.items():
        found.setdefault(_plain(alias), (alias, entry(name)))
    return found


def catalogue(name: str) -> model.Crc | None:
    """The CRC of that name in the RevEng catalogue (`CRC-16/MODBUS`); None when there is none."""
    found = _models().get(_plain(name))
    return replace(found[1], name=name) if found else None


def crc_names() -> list[str]:
    """The names of the catalogue in its own notation."""
    return [revised(name) for name, _ in _models().values()]


def revised(name: str) -> str:
    """`CRC16-MODBUS` as the catalogue writes it: `CRC-16/MODBUS`."""
    head, _, rest = name.partition("-")
    if head.startswith("CRC") and head[3:].isdigit():
        return f"CRC-{head[3:]}/{rest}" if rest else f"CRC-{head[3:]}"
    return name
