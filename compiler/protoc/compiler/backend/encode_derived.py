"""Encoding derived values: numbers from what is given, and checks over the frame."""

from __future__ import annotations

from abc import abstractmethod

from protoc.compiler import model
from protoc.compiler.backend.checks import Computer, fixed, largest
from protoc.compiler.backend.code import Code, text
from protoc.compiler.backend.encode_values import Values
from protoc.compiler.backend.expressions import Writer, divides, named
from protoc.compiler.backend.formats import format_of, held_by
from protoc.compiler.backend.growing import grows, varies
from protoc.compiler.backend.naming import attribute, local
from protoc.compiler.backend.places import bits_called, ends_of, members_of, span, told
from protoc.compiler.backend.plan import Enter, Leave, Step, asks
from protoc.compiler.backend.values import limits
from protoc.compiler.resolve.measures import size_of as size_told

_SHORT = 40
"""Longer values get a variable before they are written."""


class Deriving(Values):
    """Writes what is computed, each value behind those that it is computed from."""

    @abstractmethod
    def prepare(self, step: Step) -> None:
        """What must be there before lengths are computed, once."""

    def _origin(self, own: model.Own) -> model.Origin | None:
        """Who gives a value."""
        found = model.named(self.message.fields(), own.path)
        return found[0].origin if found else None

    def lengths(self, row: list[Step]) -> None:
        """Derived values that need no bytes of the frame."""
        for step in row:
            if isinstance(step, model.Field) and not self._is_check(step):
                self.derived(step)
        for step in [late for late in self._late if late in row]:
            self._shared(step)
            self._late.remove(step)

    def derived(self, step: model.Field) -> None:
        """A value that needs no bytes of the frame, behind everything that it measures, once."""
        if self._computed(step) and step.key not in self._done:
            self._done.add(step.key)
            self._length(step)

    def is_there(self, key: str) -> bool:
        """Whether a derived value has been computed."""
        return key in self._done

    def _length(self, step: model.Field) -> None:
        assert isinstance(step.origin, model.Derived)
        if self._waits_inside(step):
            return
        for extent in model.extents(step.origin.expression):
            for measured in self._steps(extent):
                self.prepare(measured)
                if isinstance(measured, model.Field) and varies(measured):
                    self.derived(measured)
        original = self._repeated(step)
        if original is not None:
            self.prepare(original)
            self.raws[step.key] = self.raws[original.key]
            return
        value: Code = self.expression(step.origin.expression)
        if isinstance(step.wire, model.Digits) and grows(step, self.message):
            self._grown(step, str(value))
        elif isinstance(step.wire, model.Digits):
            self._numbered(step, str(value))
        elif str(value).isdigit():
            self.raws[step.key] = fixed(str(value), step.wire)
        elif isinstance(step.wire, model.Text):
            self.lines.add(f"{self.raws[step.key]} = ", self._text(step, str(value)))
        elif isinstance(step.wire, model.Raw):
            self._computer.assign(self.raws[step.key], step.origin.expression, step.wire)
        else:
            self.lines.add(f"{self.raws[step.key]} = {value}")
            self._bounded(self.raws[step.key], step.name or "", step.bounds)
            if (limit := limits(step.wire, step.conversion, None)) is not None:
                self.fits[attribute(step.name or "")] = limit

    def variable(self, step: model.Field) -> str:
        """The variable that holds the bytes of a field of any size."""
        original = self._repeated(step)
        return local((step if original is None else original).key)

    def _waits_inside(self, step: model.Field) -> bool:
        """Whether a length of plain bytes has been computed where they are put together."""
        assert isinstance(step.origin, model.Derived)
        waiting = {plain.coded for plain in model.plains(step.origin.expression)} - self.opened_up
        for element in self.message.walk():
            if isinstance(element, model.Coded) and element.key in waiting:
                self._done.discard(step.key)
                self.prepare(element)
                return True
        return False

    def _repeated(self, step: model.Field) -> model.Field | None:
        """The text that somebody gives and a text repeats: its bytes are there already."""
        told = step.origin.expression if isinstance(step.origin, model.Derived) else None
        if not (isinstance(step.wire, model.Text) and isinstance(told, model.Own)):
            return None
        fields = (f for f in self.message.fields() if (f.key,) == told.path)
        found = next((f for f in fields if isinstance(f.wire, model.Text)), None)
        return None if found is None else self._repeated(found) or found

    def _grown(self, step: model.Field, value: str) -> None:
        """Digits of a length that measures them as well: as few as will do."""
        variable = self.raws[step.key]
        before = self.fresh("before")
        self.lines.add(f'{variable}, {before} = b"", None')
        with self.lines.block(f"while {variable} != {before}:"):
            self.lines.add(f"{before} = {variable}")
            self.lines.add(f"{variable} = ", self._digits(step, value))
        self.short_enough(step, variable, value)

    def _steps(self, extent: model.Extent) -> list[Step]:
        """The steps in an extent."""
        order = self._order
        keys = [s.region.key if isinstance(s, Enter | Leave) else s.key for s in order]
        first = keys.index(extent.first)
        if extent.until is not None:
            return order[first : keys.index(extent.until)]
        last = len(keys) - keys[::-1].index(extent.last or extent.first)
        return order[first:last]

    def _computed(self, step: model.Field) -> bool:
        return isinstance(step.origin, model.Derived) and not self._is_check(step)

    def _is_check(self, step: model.Field) -> bool:
        """Whether a field needs bytes of the frame: a check, or the copy of one."""
        if not isinstance(step.origin, model.Derived):
            return False
        originals = [
            f
            for name in named(step.origin.expression)
            for f in self.message.fields()
            if f.key == name and f is not step
        ]
        return bool(model.checksums(step.origin.expression)) or any(map(self._is_check, originals))

    def _numbered(self, step: model.Field, value: str) -> None:
        """Digits of a derived number, which keeps a variable of its own where others copy it."""
        variable = self.raws[step.key]
        copied = self._is_copied(step)
        if format_ := format_of(step.wire):
            self._as_digits(step, self._measures(step, value, copied), format_)
            return
        if step.bounds is not None or copied:
            self.numbers[step.key] = f"{variable}_number"
            self.lines.add(f"{variable}_number = {value}")
            value = f"{variable}_number"
            self._bounded(value, step.name or "", step.bounds)
        self.lines.add(f"{variable} = ", self._digits(step, value))
        self.short_enough(step, variable, value)

    def _is_copied(self, step: model.Field) -> bool:
        """Whether another value is derived from a derived one, or a condition asks for it."""
        if any(step.key in named(part) for part in self._asked_of(step)):
            return True
        return any(
            step.key in named(field.origin.expression)
            for field in self.message.fields()
            if isinstance(field.origin, model.Derived)
        )

    def _asked_of(self, step: model.Field) -> list[model.Expression]:
        """What is asked while writing: conditions and numbers, sizes where these are not exact."""
        assert isinstance(step.origin, model.Derived)
        exact = not divides(step.origin.expression)
        found = []
        for element in self.message.walk():
            size, wire = size_told(element), getattr(element, "wire", None)
            told = [size.expression if isinstance(size, model.GivenSize) else None]
            told += [wire.count if isinstance(wire, model.Items) else None]
            found += [part for part in asks(element) if not (exact and part in told)]
        return found

    def _measures(self, step: model.Field, value: str, copied: bool) -> str:
        """A derived number that is written as digits of a fixed size, and fits them.

        Returns it, or the variable that holds it.
        """
        assert isinstance(step.origin, model.Derived)
        low, high = held_by(step.wire)
        most = self._largest(step.origin.expression)
        held = most is not None and most <= high
        if held and step.bounds is None and not copied and len(value) <= _SHORT:
            return value
        variable = self.numbers[step.key] = self.raws[step.key]
        self.lines.add(f"{variable} = {value}")
        self._bounded(variable, step.name or "", step.bounds)
        if not held:
            self._bounded(variable, step.name or "", (low, high))
        return variable

    def _largest(self, expression: model.Expression) -> int | None:
        """The most an expression can be, when it cannot be negative; None when that is unknown."""
        if isinstance(expression, model.Length):
            extent = expression.extent
            field_ = next((f for f in self.message.fields() if f.key == extent.first), None)
            alone = extent.until is None and extent.last in (None, extent.first)
            return field_.longest if field_ is not None and alone else None
        return largest(expression)

    def _digits(self, step: model.Field, value: str) -> Code:
        assert isinstance(step.wire, model.Digits)
        return self.digits(step.wire, value, text(attribute(step.name or "")))

    def expression(self, expression: model.Expression) -> str:
        """An expression over raw values; what is derived is computed before it."""
        for field_ in self.message.fields():
            if field_.key in named(expression):
                self.derived(field_)
        return self.spelt(expression)

    def spelt(self, expression: model.Expression) -> str:
        """An expression over raw values, those that are derived included, once they are there."""
        return self._writer.write(expression)

    @property
    def _writer(self) -> Writer:
        return Writer(
            own=self._own,
            joined=lambda e: f"self.{attribute(e.name)}",
            told=self._told,
            previous=lambda e: self.previous(e),
            length=lambda e: self._distance(e.extent),
            count=lambda e: self.kept.get(e, f"len(self.{attribute(e.key)})"),
            present=lambda e: f"int(self.{attribute(e.name)} is not None)",
            replace=lambda: self.context.use("replaced"),
        )

    def _told(self, known: model.Told) -> str:
        """What a record is told, or what a message holds since its layout depends on it."""
        if isinstance(self.message, model.Record):
            return told(known.name, self.message)
        return f"self.{attribute(known.name)}"

    @property
    def _computer(self) -> Computer:
        return Computer(self.lines, self.context, self._writer, self._covered, self.fresh, "self")

    def _own(self, own: model.Own) -> str:
        """The raw value of a field, of bits in it, or what a record is told."""
        if own in self.kept:
            return self.kept[own]
        if bits := bits_called(own, self.message, lambda key: self.raws[key]):
            return bits
        key = own.path[0]
        field_ = next(f for f in self.message.fields() if f.key == key)
        if isinstance(field_.wire, model.Nested):
            return self.value(field_) + members_of(own, field_)
        if isinstance(field_.wire, model.Text):
            return self.value(field_)
        free = isinstance(field_.origin, model.Given | model.Defaulted)
        if isinstance(field_.wire, model.Digits) and free:
            return self.number(field_)
        if isinstance(field_.wire, model.Text) and free:
            return self.value(field_)
        return self.numbers.get(key) or self.raws.get(key, f"self.{attribute(key)}")

    def number(self, field_: model.Field) -> str:
        """The raw number of digits, whose raw value on the wire is text."""
        assert isinstance(field_.wire, model.Digits)
        name = field_.name or self.item
        return self.to_raw(self.value(field_), field_.conversion, field_.wire, name)

    def _distance(self, extent: model.Extent) -> str:
        start, end = ends_of(self.places, extent)
        return end.minus(start)

    def _covered(self, extent: model.Extent | model.Plain) -> str:
        if isinstance(extent, model.Plain):
            return span(self.plains[extent.coded], *ends_of(self.places, extent.extent))
        if extent in self.gathered:
            return self.gathered[extent]
        start, end = ends_of(self.places, extent)
        first = "" if str(start) == "0" else str(start)
        last = "" if end == self._reached else str(end)
        if self._reached is not None and end.terms and end.terms == self._reached.terms:
            # from the end of what is there: the sum of all lengths stays unspoken
            behind = self._reached.plus - end.plus
            last = f"-{behind}" if behind else ""
        return span(self.frame, first, last) if first or last else self.frame
