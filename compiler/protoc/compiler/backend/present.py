"""The last pass of a decoder: raw values turned into the values of the class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.backend.again import read_again
from protoc.compiler.backend.annotations import annotation
from protoc.compiler.backend.code import Call, Code, keyed, octets, text
from protoc.compiler.backend.linear import from_raw
from protoc.compiler.backend.naming import attribute
from protoc.compiler.backend.places import bits_in
from protoc.compiler.backend.values import is_reversed

if TYPE_CHECKING:
    from protoc.compiler.backend.decode import Decoder


class Presenter(Struct):
    """Writes the arguments of the class, and before them what checks and converts values."""

    decoder: Decoder

    def values(self, field_: model.Field) -> list[Code]:
        """Turn a raw value into the value of the class, and hand it over."""
        if isinstance(field_.wire, model.Bits):
            return [] if field_.wire.group is None else self._bits(field_, field_.wire)
        if field_.name is None or not isinstance(field_.origin, model.Given | model.Defaulted):
            return []
        raw = self.decoder.raws[field_.key]
        plain = f"{raw}[::-1]" if is_reversed(field_.wire) else raw
        for forbidden in field_.forbidden:
            with self.decoder.lines.block(f"if {octets(forbidden)} in {plain}:"):
                got = octets(forbidden)
                self.decoder.fail(
                    "value",
                    field_.name,
                    self.decoder.places[field_.key][0],
                    text("none of it"),
                    got,
                )
        if isinstance(field_.wire, model.Digits) and field_.wire.lenient:
            return [keyed(attribute(field_.name), self._lenient(field_, field_.name))]
        self.decoder.number(field_)
        self.decoder.text(field_)
        raw = self.decoder.raws[field_.key]
        if field_.pattern:
            looks = self.decoder.context.like(field_.pattern)
            with self.decoder.lines.block(f"if not {looks}({raw}):"):
                at = self.decoder.places[field_.key][0]
                words = text(f"a text like {field_.pattern}")
                self.decoder.fail("value", field_.name, at, words, raw)
        value = self._converted(raw, field_.conversion, field_.name, field_)
        value = self._bounded(value, field_.name, field_.bounds, field_)
        held = read_again(self.decoder, field_, field_.also) if field_.also is not None else []
        return [keyed(attribute(field_.name), value), *held]

    def _lenient(self, field_: model.Field, name: str) -> str:
        """A number, or None where the bytes are none."""
        decoder = self.decoder
        variable = decoder.fresh(f"{name}_value")
        type_ = annotation(field_.wire, field_.conversion, decoder.context)
        decoder.lines.add(f"{variable}: {type_} | None")
        with decoder.lines.block("try:"):
            decoder.number(field_)
            value = self._converted(decoder.raws[field_.key], field_.conversion, name, field_)
            decoder.lines.add(f"{variable} = {value}")
        with decoder.lines.block(f"except {decoder.context.use('DecodeError')}:"):
            decoder.lines.add(f"{variable} = None")
        return variable

    def _converted(
        self, raw: str, conversion: model.Conversion, name: str, field_: model.Field
    ) -> str:
        at = self.decoder.places[field_.key][0]
        if conversion.enum is not None:
            cls = self.decoder.context.classes[conversion.enum]
            if not conversion.strict:
                return f"{cls}.of({raw})"
            member = self.decoder.fresh(f"{name.rsplit('.', 1)[-1]}_label")
            self.decoder.lines.add(f"{member} = {cls}.of({raw})")
            with self.decoder.lines.block(f"if not isinstance({member}, {cls}):"):
                self.decoder.fail("value", name, at, text(f"a label of {conversion.enum}"), raw)
            return member
        single = isinstance(field_.wire, model.Slice) and field_.wire.width == 1
        if conversion.boolean and not single:
            with self.decoder.lines.block(f"if not 0 <= {raw} <= 1:"):
                self.decoder.fail("value", name, at, text("0 or 1"), raw)
        if conversion.boolean:
            return f"bool({raw})"
        if conversion.via is None:
            return from_raw(raw, conversion)
        variable = self.decoder.fresh(f"{name.rsplit('.', 1)[-1]}_value")
        formula = self.decoder.context.via(conversion.via, name.rsplit(".", 1)[-1])
        label = self.decoder.label(name)
        place = (raw, "cls.NAME", label, at.minus(self.decoder.origin), self.decoder.extent)
        self.decoder.lines.add(f"{variable} = ", Call(f"{formula}.value", place))
        return variable

    def _bounded(
        self,
        value: str,
        name: str,
        bounds: tuple[float | None, float | None] | None,
        field_: model.Field,
    ) -> str:
        if bounds is None:
            return value
        variable = value
        if not value.isidentifier():
            variable = self.decoder.fresh(f"{name.rsplit('.', 1)[-1]}_value")
            self.decoder.lines.add(f"{variable} = {value}")
        low, high = bounds
        condition = f"{'' if low is None else f'{low} <= '}{variable}"
        condition += "" if high is None else f" <= {high}"
        words = f"{'' if low is None else low}..{'' if high is None else high}"
        with self.decoder.lines.block(f"if not {condition}:"):
            self.decoder.fail(
                "value", name, self.decoder.places[field_.key][0], text(words), variable
            )
        return variable

    def _bits(self, field_: model.Field, wire: model.Bits) -> list[Code]:
        raw = self.decoder.raws[field_.key]
        parts: list[Code] = []
        for part in wire.parts:
            if part.name is None or part.fixed is not None:
                continue
            name = f"{field_.name}.{part.name}"
            value = bits_in(raw, wire, part)
            if part.decimal:
                variable = self.decoder.fresh(part.name)
                call = self.decoder.decimal(field_, value, name)
                self.decoder.lines.add(f"{variable} = ", call)
                value = variable
            if part.conversion.strict or (part.conversion.boolean and part.width > 1):
                variable = self.decoder.fresh(part.name)
                self.decoder.lines.add(f"{variable} = {value}")
                value = variable
            if part.conversion.boolean and part.width == 1:
                value = f"bool({value})"
            elif part.conversion.linear:
                value = from_raw(f"({value})", part.conversion)
            else:
                value = self._converted(value, part.conversion, name, field_)
            if part.bounds is not None:
                value = self._bounded(value, name, part.bounds, field_)
            parts.append(keyed(attribute(part.name), value))
        if not isinstance(field_.origin, model.Given | model.Defaulted):
            return []
        assert field_.name is not None
        assert wire.group is not None
        return [
            keyed(
                attribute(field_.name), Call(self.decoder.context.classes[wire.group], tuple(parts))
            )
        ]
