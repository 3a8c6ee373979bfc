"""Verifying what is derived, and computing what expressions ask for, while a message is decoded."""

from __future__ import annotations

from collections.abc import Callable

from protoc.compiler import model
from protoc.compiler.backend.checks import Computer, fixed, largest
from protoc.compiler.backend.code import literal, octets, text
from protoc.compiler.backend.decode_runs import Runs
from protoc.compiler.backend.expressions import Writer, divides, mentions, named
from protoc.compiler.backend.formats import format_of, held_by, table_of
from protoc.compiler.backend.naming import local
from protoc.compiler.backend.places import bits_called, ends_of, members_of, span, told
from protoc.compiler.backend.plan import Step, size_of
from protoc.compiler.resolve.known import encoded
from protoc.compiler.resolve.measures import size_of as size_told
from protoc.compiler.resolve.sizes import covered


class Verifier(Runs):
    """Verifies derived values, each as soon as it is decided."""

    def decide(self, fields: list[tuple[model.Field, model.Expression]], left: list[Step]) -> None:
        """Verify what is decided; `left` is what is left of the row."""
        whole = self.whole
        self.ahead = (
            sum(size_of(step) or 0 for step in left) if all(map(self._is_static, left)) else 0
        )
        for field_, expression in fields:
            if isinstance(field_.origin, model.Derived) and field_.origin.reason == "length":
                self.whole, self.ahead = "", 0  # a frame of another length ends elsewhere
            self._verify(field_, expression)
            self.verified.add(field_.key)
        self.whole, self.ahead = whole, 0

    def verify(self) -> None:
        """Derived values must be what they are derived to, unless that is clear already."""
        for field_ in list(self.fields):
            if isinstance(field_.origin, model.Derived) and field_.key not in self.verified:
                self._verify(field_, field_.origin.expression)
        self.verified -= {field_.key for field_ in self.fields}

    def _verify(self, field_: model.Field, expression: model.Expression) -> None:
        """A derived value must be what it is derived to."""
        drives = self._drives(field_)
        if drives and field_.bounds is None:
            return
        as_text = self._as_text(field_, expression)
        if field_.key not in self.early and not as_text:
            self.number(field_)
        self._within(field_, self.raws[field_.key])
        if drives:
            return
        name = "expected_bytes" if isinstance(field_.wire, model.Raw) else "expected"
        if (data := self._copied_bytes(field_, expression)) is not None:
            name = octets(data)
        elif (count := self._constant(expression)) is not None:
            name = fixed(count, field_.wire)
        else:
            self._computer.assign(name, expression, field_.wire)
        if as_text:
            with self.lines.block(f"if {self.raws[field_.key]} != {as_text(name)}:"):
                self.number(field_)
                self._same(field_, name)
        else:
            self._same(field_, name)

    def _copied_bytes(self, field_: model.Field, expression: model.Expression) -> bytes | None:
        """The bytes of a constant text that a text repeats."""
        if not isinstance(field_.wire, model.Text) or not isinstance(expression, model.Own):
            return None
        found = model.named(self.message.fields(), expression.path)
        original = found[0] if found is not None else field_
        if not isinstance(original.origin, model.Fixed):
            return None
        return encoded(original.wire, original.origin.value)

    def _same(self, field_: model.Field, name: str) -> None:
        origin, raw = field_.origin, self.raws[field_.key]
        assert isinstance(origin, model.Derived)
        with self.lines.block(f"if {raw} != {name}:"):
            self.fail(origin.reason, field_.name or "", self.places[field_.key][0], name, raw)

    def _as_text(
        self, field_: model.Field, expression: model.Expression
    ) -> Callable[[str], str] | None:
        """What writes the digits of a number that nobody else asks for.

        They are compared before they are read.
        """
        wire = field_.wire
        if not isinstance(wire, model.Digits) or wire.notation != "hex" or field_.bounds:
            return None
        asked = {n for f in self.message.fields() for n in _mentioned(f.origin)}
        format_ = format_of(wire)
        if not format_ or field_.key in asked | self.early:
            return None
        table, most = table_of(wire, "DIGITS"), largest(expression)
        if table and most is not None and most <= held_by(wire)[1]:
            return lambda name: f"{self.context.use(table)}[{name}]"
        return lambda name: f"{octets(format_.encode())} % {name}"

    def _within(self, field_: model.Field, raw: str) -> None:
        """A derived number must be in its range."""
        if field_.bounds is None:
            return
        low, high = ("" if bound is None else str(bound) for bound in field_.bounds)
        condition = f"{low} <= {raw}" if low else raw
        with self.lines.block(f"if not {condition}{f' <= {high}' if high else ''}:"):
            words = text(f"{low}..{high}")
            self.fail("value", field_.name or "", self.places[field_.key][0], words, raw)

    def _drives(self, field_: model.Field) -> bool:
        """Whether a length sizes what it measures, so that it is right by construction."""
        assert isinstance(field_.origin, model.Derived)
        if not isinstance(field_.origin.expression, model.Length | model.Operation):
            return False
        plains = [plain.extent for plain in model.plains(field_.origin.expression)]
        for extent in (*model.extents(field_.origin.expression), *plains):
            for element in model.walk(covered(self.message.elements, extent)):
                size = size_told(element)
                if isinstance(size, model.GivenSize) and mentions(size.expression, field_.key):
                    return not divides(size.expression)
        return False

    def _constant(self, expression: model.Expression) -> str | None:
        """A value that is always the same."""
        if model.checksums(expression):
            return None
        written = self.expression(expression)
        return written if written.isdigit() else None

    @property
    def _writer(self) -> Writer:
        return Writer(
            own=self._own,
            joined=lambda e: self.settled[e.name],
            told=lambda e: told(e.name, self.message),
            previous=lambda e: self.previous(e),
            length=lambda e: self._distance(e.extent),
            count=lambda e: f"len({self.settled[e.key]})",
            present=lambda e: f"int({self.settled[e.name]} is not None)",
            replace=lambda: self.context.use("replaced"),
        )

    def expression(self, expression: model.Expression) -> str:
        """An expression over raw values; what it asks for has been read by then."""
        return self._writer.write(expression)

    def _own(self, own: model.Own) -> str:
        """The raw value of a field, of bits in it, or what a record is told."""
        if bits := bits_called(own, self.message, lambda key: self.raws[key]):
            return bits
        field_ = next(f for f in self.message.fields() if f.key == own.path[0])
        if isinstance(field_.origin, model.Fixed) and field_.key not in self.raws:
            return literal(field_.origin.value)
        return self.raws.get(field_.key, local(field_.key)) + members_of(own, field_)

    @property
    def _computer(self) -> Computer:
        return Computer(self.lines, self.context, self._writer, self._covered, self.fresh, "cls")

    def _distance(self, extent: model.Extent) -> str:
        if extent.until is not None and extent.until not in self.places:
            # it measures what stands in front of the element that comes now
            return self.at.minus(self.places[extent.first][0])
        start, end = ends_of(self.places, extent)
        return end.minus(start)

    def _covered(self, extent: model.Extent | model.Plain) -> str:
        if isinstance(extent, model.Plain):
            return span(self.plains[extent.coded], *ends_of(self.places, extent.extent))
        return span(self.buffer, *ends_of(self.places, extent))


def _size(step: Step) -> int:
    return size_of(step) or 0


def _mentioned(origin: model.Origin) -> set[str]:
    return named(origin.expression) if isinstance(origin, model.Derived) else set()
