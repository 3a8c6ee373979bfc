"""The straight-line encoder of a message.

The generated method turns values into raw values, lengths first (they need sizes only), puts the
frame together, and computes the checks over it last.
"""

from __future__ import annotations

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.backend.again import put_together
from protoc.compiler.backend.assemble import Assembly, Piece, joined
from protoc.compiler.backend.code import (
    WIDTH,
    Call,
    Code,
    laid_out,
    literal,
    octets,
    text,
)
from protoc.compiler.backend.encode_branches import Branches
from protoc.compiler.backend.encode_checks import Checking
from protoc.compiler.backend.encode_coded import CodedBlocks
from protoc.compiler.backend.encode_lists import Lists
from protoc.compiler.backend.encode_values import ends_by_target
from protoc.compiler.backend.expressions import divides
from protoc.compiler.backend.formats import format_of
from protoc.compiler.backend.growing import varies
from protoc.compiler.backend.naming import attribute, local
from protoc.compiler.backend.places import Place, span
from protoc.compiler.backend.plan import Enter, Leave, Literal, Step, size_of, slices_of, steps
from protoc.compiler.backend.values import is_reversed, limits
from protoc.compiler.resolve.known import encoded
from protoc.compiler.resolve.measures import size_of as size_told
from protoc.compiler.resolve.running_on import is_guarded
from protoc.compiler.resolve.sizes import covered

_CODES = {1: "b", 2: "h", 4: "i", 8: "q"}


class Encoder(Checking):
    """Writes `encode` of one message, or `encode_part` of one record."""

    def write(self) -> list[str]:
        """The body of the method."""
        row = steps(self.message.elements)
        if any(map(model.is_let, self.message.fields())):
            self.lines.add(f"{self.context.use('agreed')}(self)")
        self.ready(row, Place(0))
        self.lengths(row)
        self.agreed(self.message.elements)
        for step in row:
            self.emit(step)
        self._finish([step for step in row if isinstance(step, model.Field | model.Filler)])
        self.spared()
        return self._guarded()

    def ready(self, row: list[Step], at: Place) -> None:
        """The raw values of a row that begins at a place, those of branches last."""
        for step in row:
            if isinstance(step, model.Branch) and not self.is_late(step):
                self.raws[step.key] = self.fresh("part")
            elif isinstance(step, model.Coded):
                self.raws[step.key] = self.fresh("coded")
            elif isinstance(step, model.Field) and isinstance(step.origin, model.Derived):
                self.raws.setdefault(step.key, local(step.key))
        self.place(row, at)
        # what waits in a row around a list is looked at there, whether the list has items or not
        around, self._beyond = self._beyond, []
        for step in row:
            if isinstance(step, model.Field):
                self.prepare(step)
        self._none_of(self._beyond)
        self._beyond = around
        for step in row:
            if isinstance(step, model.Branch | model.Coded):
                self.prepare(step)

    def agreed(self, elements: tuple[model.Element, ...]) -> None:
        """Every element has the size that is told for it; ways of branches see to themselves."""
        for element in elements:
            if not model.unwritten(element):
                self._agree(element)
            if isinstance(element, model.Region):
                self.agreed(element.elements)
            elif isinstance(element, model.Branch):
                Branches(self).agreed(element)

    def _guarded(self) -> list[str]:
        """The body under `try`, where a value can fail to fit."""
        if not self.fits and not self.raws:
            return [line[4:] for line in self.lines.lines]
        self.context.use("UNFIT")
        entries: list[Code] = [f"{text(name)}: {literal(fit)}" for name, fit in self.fits.items()]
        call = Call(self.context.use("unfit"), ("self", "error", Call("", tuple(entries), "{}")))
        return [
            "        try:",
            *self.lines.lines,
            "        except UNFIT as error:",
            *laid_out("raise ", call, " from None", 12),
        ]

    # -------------------------------------------------------------- values

    def prepare(self, step: Step) -> None:
        """What must be there before lengths are computed, once."""
        if not isinstance(step, model.Field | model.Branch | model.Coded):
            return
        if step.key not in self._prepared:
            self._prepared.add(step.key)
            if isinstance(step, model.Field):
                self._value(step)
            elif isinstance(step, model.Coded):
                CodedBlocks(self).early(step)
            elif not self.is_late(step):
                Branches(self).early(step)

    def _value(self, step: model.Field) -> None:
        """The raw value of a field in a variable or an expression."""
        if isinstance(step.origin, model.Derived):
            self.raws[step.key] = local(step.key)
            if varies(step) and self._is_check(step) and not self.early:
                self.unwritten(step)
            return
        if _is_zeros(step):
            return
        if isinstance(step.origin, model.Reserved):
            self._reserved(step)
            return
        if isinstance(step.wire, model.Bits):
            self._bits(step)
            return
        if isinstance(step.origin, model.Fixed):
            number = isinstance(step.origin.value, int | float)
            value = encoded(step.wire, step.origin.value) if not number else b""
            self.raws[step.key] = str(step.origin.value) if number else octets(value)
            return
        if isinstance(step.wire, model.Nested | model.Items):
            Lists(self).write(step)
            return
        self._given(step)

    def _reserved(self, step: model.Field) -> None:
        """Zeros, as many as others say."""
        size = size_told(step)
        assert isinstance(size, model.GivenSize)
        for extent in model.extents(size.expression):
            for measured in self._steps(extent):
                self.prepare(measured)
        variable = self.raws[step.key] = local(step.key)
        self.lines.add(f"{variable} = bytes({self.expression(size.expression)})")

    def _given(self, step: model.Field) -> None:
        """The raw value of a field whose value the caller gives."""
        name = attribute(step.name or self.item)
        value = self.value(step)
        absent = step.name in model.sometimes(self.message.elements)
        if isinstance(step.wire, model.Digits) and step.wire.lenient and not absent:
            with self.lines.block(f"if {value} is None:"):
                self.refuse(step.name or self.item, "a number", value)
        self._bounded(value, step.name or self.item, step.bounds)
        if (limit := limits(step.wire, step.conversion, step.bounds)) is not None:
            self.fits[name] = limit
        if isinstance(step.wire, model.Integer | model.Real | model.Slice):
            raw = self._raw(value, step, step.wire)
            if isinstance(step.wire, model.Slice) and len(step.wire.pieces) > 1:
                self.lines.add(f"{local(step.key)} = {raw}")
                raw = local(step.key)
            self.raws[step.key] = raw
            return
        if step.name and step.also is None and (format_ := format_of(step.wire)):
            self._formatted(step, value, format_)
            return
        variable = local(step.key)
        self.raws[step.key] = variable
        if step.also is not None:
            put_together(self, step, step.also, variable)
        else:
            self.written(step, variable)
        self._measured(step, variable)
        self.delimited(step, variable)

    def written(self, step: model.Field, variable: str) -> None:
        """The bytes of a text, of digits or of bytes, in a variable."""
        if not self._as_bytes(step, variable):
            self.lines.add(f"{variable} = ", self._text(step, self.value(step)))
            if isinstance(step.wire, model.Digits):
                self.short_enough(step, variable, self.value(step))
        if step.pattern:
            value = self.value(step)
            with self.lines.block(f"if not {self.context.like(step.pattern)}({value}):"):
                words = f"a text like {step.pattern}"
                self.refuse(step.name or self.item, words, value)

    def _bits(self, step: model.Field) -> None:
        """An integer made of bits; behind the lengths when one of them is derived."""
        variable = f"{local(step.key)}_bits" if step.name else self.fresh("bits")
        self.raws[step.key] = variable
        slices = [field_ for field_, _ in slices_of(step, self.message)]
        for field_ in slices:
            self.prepare(field_)
        if any(map(self._is_check, slices)):
            return  # they are put together where they stand
        if any(isinstance(field_.origin, model.Derived) for field_ in slices):
            self._late.append(step)
        else:
            self._shared(step)

    def _measured(self, step: model.Field, variable: str) -> None:
        """A size that only drives is the caller's to give, and must be the size there is."""
        size = getattr(step.wire, "size", None)
        if not isinstance(size, model.GivenSize) or not self._is_given(size):
            return
        parts = list(model.every(size.expression))
        drivers = [".".join(e.path) for e in parts if isinstance(e, model.Own)]
        drivers += [e.name for e in parts if isinstance(e, model.Told)]
        wanted = self.expression(size.expression)
        with self.lines.block(f"if len({variable}) != {wanted}:"):
            words = " and ".join(f"`{driver}`" for driver in drivers)
            name = step.name or self.item
            self.refuse(name, f"as many bytes as {words} says", self.value(step))

    def _is_given(self, size: model.GivenSize) -> bool:
        """Whether all that tells a size is the caller's to give."""
        names = [e for e in model.every(size.expression) if isinstance(e, model.Own)]
        return not any(isinstance(self._origin(e), model.Derived) for e in names)

    def _marks(self, step: model.Field) -> tuple[bytes, ...]:
        """What a field says that it ends at."""
        if isinstance(step.wire, model.Items):
            return step.wire.until
        size = size_told(step)
        assert isinstance(size, model.UntilNext)
        return tuple(mark for ends in ends_by_target(size) for mark in ends)

    # -------------------------------------------------------------- places and lengths

    def place(self, row: list[Step], at: Place) -> Place:
        """Where everything will stand, from a place on; returns where it ends."""
        for step in row:
            if isinstance(step, Enter):
                self.places[step.region.key] = (at, at)
            elif isinstance(step, Leave):
                self.places[step.region.key] = (self.places[step.region.key][0], at)
            else:
                start, size = at, size_of(step)
                if isinstance(step, Literal):
                    at = at.moved(len(step.alternatives[0]))
                elif size is not None and not isinstance(step, model.LinkEnd):
                    at = at.moved(size)
                elif isinstance(step, model.Branch) and self.is_late(step):
                    at = at.moved(0, Branches(self).size(step))
                elif isinstance(step, model.Filler):
                    at = at.moved(len(step.octets) * step.send)
                elif isinstance(step, model.Branch | model.Coded):
                    at = at.moved(0, f"len({self.raws[step.key]})")
                elif isinstance(step, model.Field) and not _is_zeros(step):
                    at = at.moved(0, f"len({self.variable(step)})")
                self.places[step.key] = (start, at)
            self._order.append(step)
        return at

    def _agree(self, element: model.Element) -> None:
        """What is given must have the size that fields in front of it tell, and not be too long."""
        if isinstance(element, model.Constant | model.LinkEnd | model.Branch | model.Filler):
            return
        if isinstance(element, model.Field) and isinstance(element.wire, model.Items):
            return
        start, end = self.places[element.key]
        size = size_told(element)
        if (
            isinstance(element, model.Region)
            and element.longest is not None
            and not end.minus(start).isdigit()
        ):
            with self.lines.block(f"if {end.minus(start)} > {element.longest}:"):
                self.refuse(element.name, f"at most {element.longest} bytes", end.minus(start))
        seen = isinstance(element, model.Field) and not isinstance(element.wire, model.Nested)
        if isinstance(size, model.GivenSize) and not self._inverse(size.expression, element.key):
            if seen and self._is_given(size):
                return
            count = self.expression(size.expression)
            name = element.name if isinstance(element, model.Region) else ""
            if isinstance(element, model.Field):
                name = element.name or ""
            with self.lines.block(f"if {end.minus(start)} != {count}:"):
                self.refuse(name, "as many bytes as its size tells", end.minus(start))

    def _inverse(self, size: model.Expression, key: str) -> bool:
        """Whether the size of an element is computed from what is computed from it, exactly."""
        if isinstance(size, model.Operation):
            return all(self._inverse(operand, key) for operand in size.operands)
        if not isinstance(size, model.Own):
            return True
        origin = self._origin(size)
        if not isinstance(origin, model.Derived) or divides(origin.expression):
            return False
        return any(self._covers(part, key) for part in model.every(origin.expression))

    def _covers(self, part: model.Expression, key: str) -> bool:
        """Whether a value is computed from the length of an element."""
        if isinstance(part, model.Length):
            inside = model.walk(covered(self.message.elements, part.extent))
            return key in {element.key for element in inside}
        return isinstance(part, model.Own) and self._inverse(part, key)

    # -------------------------------------------------------------- the frame

    def emit(self, step: Step) -> None:
        """Put a step behind what is pending."""
        if isinstance(step, Enter | Leave):
            return
        if isinstance(step, Literal):
            self._pending.constant(step.alternatives[0])
            return
        if isinstance(step, model.LinkEnd):
            self._pending.add(Piece(f"{self._ends(step)}.written"))
            return
        if isinstance(step, model.Branch):
            if self.is_late(step):
                self.flush()
                Branches(self).late(step)
            else:
                self._pending.add(Piece(self.raws[step.key]))
            return
        if isinstance(step, model.Coded):
            self._pending.add(Piece(self.raws[step.key]))
            return
        if isinstance(step, model.Filler):
            self._pending.constant(step.octets * step.send)
            return
        if isinstance(step.wire, model.Slice):
            return
        if _is_zeros(step):
            self._pending.constant(bytes(size_of(step) or 0))
            return
        if checks := self.checks_of(step):
            self.check(step, checks)
            return
        self._pending.add(self.piece(step, self.raws[step.key]))

    def _ends(self, step: model.LinkEnd) -> str:
        return f"{self.context.ends(step.by_link)}[link]"

    def piece(self, step: model.Field, raw: str) -> Piece:
        """A field in the frame."""
        wire = step.wire.carrier if isinstance(step.wire, model.Bits) else step.wire
        if isinstance(wire, model.Digits) and isinstance(step.wire, model.Bits):
            return Piece(self.digits(wire, raw, text(attribute(step.name or ""))))
        if isinstance(wire, model.Integer | model.Real) and wire.swapped:
            plain = Assembly([self.piece(replace(step, wire=replace(wire, swapped=False)), raw)])
            return Piece(Call(self.context.use("swapped"), tuple(plain.parts(self.context))))
        if isinstance(wire, model.Integer):
            little = wire.little if wire.width > 1 else None
            if wire.width in _CODES:
                code = _CODES[wire.width]
                return Piece(raw, code if wire.signed else code.upper(), little=little)
            order = text("little" if wire.little else "big")
            signed = ", signed=True" if wire.signed else ""
            if not raw.isidentifier():
                variable = local(step.key)
                self.lines.add(f"{variable} = {raw}")
                raw = variable
            return Piece(f"{raw}.to_bytes({wire.width}, {order}{signed})")
        if isinstance(wire, model.Real):
            return Piece(raw, "f" if wire.width == 4 else "d", little=wire.little)
        if is_reversed(wire):
            raw = f"{raw}[::-1]"
        return Piece(raw, format=self._formats.get(step.key, ""))

    def _finish(self, row: list[model.Field | model.Filler]) -> None:
        guarded = [step for step in row if is_guarded(step)]
        if not self.patches and not guarded:
            if self.begun:
                self._return(self._pending.parts(self.context))
            elif self._pending.pieces:
                self.lines.add("return ", self._pending.take(self.context, self.lines.indent))
            else:
                self.lines.add('return b""')
            return
        self.flush()
        self.fill_in(self.patches)
        for step in guarded:
            self._told_apart(step)
        self.lines.add("return frame")

    def _told_apart(self, step: model.Field | model.Filler) -> None:
        """What follows a number without a size, or filler, must not read as more of it."""
        start, end = (str(place) for place in self.places[step.key])
        if isinstance(step, model.Filler):
            skip = f"{self.context.filler(step)}.skip"
            with self.lines.block(f"if {skip}(frame, {start}, 0, len(frame)) != {end}:"):
                self.refuse(
                    "", "what does not begin like what is passed over", span("frame", end, "")
                )
            return
        if not isinstance(step.wire, model.Digits):
            marks = [octets(mark) for mark in self._marks(step)]
            told = marks[0] if len(marks) == 1 else f"({', '.join(marks)})"
            with self.lines.block(f"if not frame.startswith({told}, {end}):"):
                self.refuse(step.name or "", "what ends it behind it", span("frame", end, ""))
            return
        goes_on, scan = self.context.use("goes_on"), f"scan_{step.wire.notation}"
        with self.lines.block(f"if {goes_on}({self.context.use(scan)}, frame, {start}, {end}):"):
            words = "a number that what follows is no part of"
            self.refuse(step.name or "", words, span("frame", start, end))

    def _return(self, parts: list[Code]) -> None:
        """The frame with what is left behind it."""
        room = WIDTH - self.lines.indent - 6
        if len(parts) > 1 and all(len(str(part)) <= room for part in parts):
            self.lines.chain("return ", ["frame", *map(str, parts)], "+")
        elif parts:
            self.lines.add("return frame + ", joined(parts, self.lines.indent))
        else:
            self.lines.add("return frame")


def _is_zeros(step: model.Field) -> bool:
    """Whether a field is as many zeros as there always are, or none."""
    reserved = isinstance(step.origin, model.Reserved)
    return reserved and not isinstance(size_told(step), model.GivenSize)
