"""Checksums: which algorithm, and over which bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.resolve.catalogue import catalogued, names
from protoc.compiler.resolve.constants import encoded, whole
from protoc.compiler.resolve.extents import Ranges
from protoc.compiler.resolve.fitting import raw_of_default
from protoc.compiler.resolve.names import REQUEST
from protoc.compiler.resolve.outside import is_told_as_bytes
from protoc.compiler.resolve.scope import Scope, suggestion
from protoc.dsl import tree

CHECKSUMS = ("sum", "xor", "crc", "fletcher8", "fletcher16", "md5", "sha1", "sha256")
WITHIN = ("add", "group", "plain")
"""What is done with bytes before they are checked."""
_WIDEST = 128
_LARGEST_WORD = 8
_FORMS: tuple[Literal["big", "little", "hex"], ...] = ("big", "little", "hex")
_USES = {
    "add": "add(a..b, 1) adds a number to every byte",
    "plain": "sum(plain(a..b)), where a and b stand in a `coded` block in front",
    "group": "sum(group(a..b, 2)), xor(group(a..b, 2, little)), sum(group(a..b, 2, hex))",
}


class Checks(Struct, frozen=True):
    """Reads the checksums in the expression of one derived value."""

    scope: Scope
    ranges: Ranges

    def read(self, call: tree.Invocation) -> model.Checksum:
        """The check that a call stands for."""
        name = call.name.text
        if name == "crc":
            return self._crc(call)
        algorithm: model.Algorithm
        settings = self.scope.settings_at(call.span)
        if name == "fletcher8":
            algorithm = model.Fletcher("fletcher8", settings.fletcher or 256)
        elif name == "fletcher16":
            algorithm = model.Fletcher("fletcher16", settings.fletcher or 255)
        else:
            assert name in CHECKSUMS
            algorithm = name  # type: ignore[assignment]
        arguments = [self._positional(argument) for argument in call.arguments]
        group = arguments[0] if len(arguments) == 1 else None
        if (
            name in ("sum", "xor")
            and isinstance(group, tree.Invocation)
            and group.name.text == "group"
        ):
            data, words = self._group(group)
            return model.Checksum(algorithm, data, words)
        return model.Checksum(algorithm, self._data(call, arguments))

    def _positional(self, argument: tree.Argument) -> tree.Expression:
        if argument.name is not None:
            raise self.scope.fail(
                "E0303",
                f"`{argument.name.text}` has no meaning here",
                argument.name.span,
                "only the parameters of `crc` have names",
                help="take the name away",
            )
        return argument.value

    # -------------------------------------------------------------- crc

    def _crc(self, call: tree.Invocation) -> model.Checksum:
        arguments = list(call.arguments)
        if arguments and isinstance(arguments[0].value, tree.String) and arguments[0].name is None:
            name = arguments.pop(0).value
            assert isinstance(name, tree.String)
            crc = catalogued(name.value)
            if crc is None:
                raise self.scope.fail(
                    "E0305",
                    f"the catalogue has no CRC named `{name.value}`",
                    name.span,
                    help=suggestion(name.value, names(), "CRC"),
                )
            data = [self._positional(argument) for argument in arguments]
            return model.Checksum(crc, self._data(call, data))
        named = {a.name.text: a.value for a in arguments if a.name is not None}
        data = [a.value for a in arguments if a.name is None or a.name.text == "data"]
        missing = [n for n in ("width", "poly") if n not in named]
        if missing or not data:
            missing += [] if data else ["data"]
            raise self.scope.fail(
                "E0305",
                "a CRC needs a name, or " + ", ".join(missing),
                call.span,
                help='crc("CRC-16/MODBUS", ..) or crc(width=16, poly=0x8005, data=..)',
            )
        for argument in arguments:
            if argument.name is not None and argument.name.text not in _PARAMETERS:
                raise self.scope.fail(
                    "E0305",
                    f"a CRC has no parameter `{argument.name.text}`",
                    argument.name.span,
                    help=suggestion(argument.name.text, _PARAMETERS, "parameter"),
                )
        return model.Checksum(self._parameters(call, named), self._data(call, data))

    def _parameters(self, call: tree.Invocation, named: dict[str, tree.Expression]) -> model.Crc:
        def given(word: str) -> int:
            return whole(self.scope, named[word]) if word in named else 0

        width, poly, init, xorout = (given(w) for w in ("width", "poly", "init", "xorout"))
        if not 1 <= width <= _WIDEST or max(poly, init, xorout) >> width:
            raise self.scope.fail(
                "E0305",
                "these numbers do not fit the width of the CRC",
                call.span,
                help=f"`width` is 1 to {_WIDEST} bits, and the others have no more bits than that; "
                "leave out the highest term of `poly`",
            )
        refin, refout = (self._flag(named.get(word)) for word in ("refin", "refout"))
        return model.Crc("", width, poly, init, refin, refout, xorout)

    def _flag(self, value: tree.Expression | None) -> bool:
        if value is None:
            return False
        if isinstance(value, tree.Reference) and value.text in ("true", "false"):
            return value.text == "true"
        raise self.scope.fail(
            "E0305", "`true` or `false` is expected here", value.span, help="write one of both"
        )

    # -------------------------------------------------------------- what is covered

    def _data(
        self, call: tree.Invocation, arguments: Sequence[tree.Expression]
    ) -> tuple[model.Octets, ...]:
        """The bytes a check covers."""
        if not arguments:
            raise self.scope.fail(
                "E0303",
                f"`{call.name.text}` needs the range it covers",
                call.span,
                help="`..` is everything before this field, `a..` from `a` up to it",
            )
        return tuple(self._octets(call, argument) for argument in arguments)

    def _octets(self, call: tree.Invocation, value: tree.Expression) -> model.Octets:
        if isinstance(value, tree.String):
            return model.Value(encoded(self.scope, value))
        if isinstance(value, tree.Octets):
            return model.Value(value.value)
        if isinstance(value, tree.Number):
            return model.Value(self._number(value))
        if isinstance(value, tree.Invocation):
            if value.name.text == "add":
                return self._added(value)
            if value.name.text == "plain" and len(value.arguments) == 1:
                return self.ranges.plain(self._positional(value.arguments[0]))
            raise self.scope.fail(
                "E0303",
                f"`{value.name.text}` gives no bytes to check",
                value.span,
                help=_USES.get(value.name.text, "a range, a constant, or add(a..b, 1)"),
            )
        if isinstance(value, tree.Reference) and (told := self._told(value)) is not None:
            return told
        extent = self.ranges.extent(value)
        if self.ranges.covers_itself(extent):
            raise self._covers_itself(call, value)
        return extent

    def _told(self, reference: tree.Reference) -> model.Value | model.Said | None:
        """The bytes of a param or of a field of the request, unless a field has the name."""
        head, *rest = (name.text for name in reference.path)
        if head in self.ranges.drawer.block or head in self.ranges.drawer.names.all():
            return None
        param = self.scope.params.get(head)
        if param is None:
            return self._said(reference, None) if head == REQUEST and len(rest) == 1 else None
        if rest:
            raise self._no_bytes(reference)
        return self._constant(param, reference) if param.constant else self._said(reference, param)

    def _said(self, reference: tree.Reference, param: model.Param | None) -> model.Said:
        """The bytes of a value that the message is told."""
        names = self.ranges.drawer.names
        wire = None if param is None else param.wire
        if param is None and names.brought is None:
            raise self.scope.fail(
                "E0303",
                f"a part cannot tell what the bytes of `{reference.text}` are",
                reference.span,
                "other messages may hold it as well",
                help="write the check into the message itself",
            )
        if param is not None and not is_told_as_bytes(wire):
            raise self._no_bytes(reference)
        told = names.value(self.scope, tuple(n.text for n in reference.path), reference.span)
        assert isinstance(told, model.Told)
        conversion = model.Conversion() if param is None else param.conversion
        return model.Said(told.name, wire, conversion)

    def _no_bytes(self, reference: tree.Reference) -> Exception:
        return self.scope.fail(
            "E0303",
            f"nothing says what the bytes of `{reference.text}` are",
            reference.span,
            help="give the param a type, `param key : u16`, `param secret : text`; bits of it can "
            "stand in a field of the message",
        )

    def _constant(self, param: model.Param, reference: tree.Reference) -> model.Value:
        """The bytes of a param that is a constant."""
        raw = raw_of_default(self.scope, param)
        if isinstance(raw, str):
            return model.Value(raw.encode(self.scope.settings_at(param.span).encoding))
        if isinstance(raw, int) and isinstance(param.wire, model.Integer):
            order: Literal["big", "little"] = "little" if param.wire.little else "big"
            return model.Value(raw.to_bytes(param.wire.width, order, signed=param.wire.signed))
        if isinstance(raw, bytes):
            return model.Value(raw)
        raise self.scope.fail(
            "E0303",
            f"`{param.name}` is neither bytes nor text",
            reference.span,
            help='write the bytes themselves: x"01 02"',
        )

    def _number(self, value: tree.Number) -> bytes:
        """A number as bytes: as many as its hexadecimal digits take, or else as it needs."""
        number, digits = value.value, value.text.removeprefix("0x").removeprefix("0X")
        if not isinstance(number, int) or number < 0:
            raise self.scope.fail(
                "E0303",
                "these are no bytes",
                value.span,
                "a whole number that is not negative is",
                help='write the bytes themselves: x"01 02"',
            )
        is_hex = len(digits) < len(value.text)
        width = (len(digits) + 1) // 2 if is_hex else max(1, (number.bit_length() + 7) // 8)
        return number.to_bytes(width, "big")

    def _added(self, call: tree.Invocation) -> model.Added:
        data, amount = self._pair(call)
        number = whole(self.scope, amount, -255)
        if number > 255:
            raise self.scope.fail(
                "E0303",
                "a byte holds no more than 255",
                amount.span,
                help="write what is added to every byte, -255 to 255",
            )
        return model.Added(self._octets(call, data), number)

    def _group(self, call: tree.Invocation) -> tuple[tuple[model.Octets, ...], model.Words]:
        data, amount = self._pair(call, "form")
        size = whole(self.scope, amount, 1)
        if size > _LARGEST_WORD:
            raise self.scope.fail(
                "E0303",
                f"a group has at most {_LARGEST_WORD} bytes",
                amount.span,
                help="group(a..b, 2) takes two bytes at a time",
            )
        form = self._form(call.arguments[2].value) if len(call.arguments) == 3 else None
        usual: Literal["big", "little"] = (
            "little" if self.scope.settings_at(call.span).little else "big"
        )
        return (self._octets(call, data),), model.Words(size, form or usual)

    def _form(self, value: tree.Expression) -> Literal["big", "little", "hex"]:
        word = value.text if isinstance(value, tree.Reference) else ""
        for form in _FORMS:
            if form == word:
                return form
        raise self.scope.fail(
            "E0303",
            "`big`, `little` or `hex` is expected here",
            value.span,
            help="hex takes the bytes of a group as hexadecimal digits",
        )

    def _pair(
        self, call: tree.Invocation, more: str = ""
    ) -> tuple[tree.Expression, tree.Expression]:
        """Data and a number, and perhaps one argument more."""
        values = [self._positional(argument) for argument in call.arguments]
        if not 2 <= len(values) <= (3 if more else 2):
            name = call.name.text
            raise self.scope.fail(
                "E0303", f"`{name}` is not used like that", call.span, help=_USES[name]
            )
        return values[0], values[1]

    def _covers_itself(self, call: tree.Invocation, value: tree.Expression) -> Exception:
        own = self.ranges.drawer.key
        last = value.end if isinstance(value, tree.Range) and value.end else value
        start = value.start if isinstance(value, tree.Range) and value.start else None
        first = start.text if isinstance(start, tree.Reference) else ""
        return self.scope.fail(
            "E0304",
            "checksum covers itself",
            last.span,
            f"`{own}` is inside its own range",
            help=f"end the range before it: `{call.name.text}({first}..)`",
        )


_PARAMETERS = ("width", "poly", "init", "refin", "refout", "xorout", "data")
