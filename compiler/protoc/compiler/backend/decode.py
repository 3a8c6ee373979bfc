"""The straight-line decoder of a message.

Four passes in the generated method: take the bytes apart in wire order, verify lengths and checks,
turn raw values into values, make the object. What is cheap and likely to fail comes first.
"""

from __future__ import annotations

from collections.abc import Sequence

from protoc.compiler import model
from protoc.compiler.backend.annotations import annotation, outside, value_types
from protoc.compiler.backend.code import Call, Code, bracketed, keyed, octets, text
from protoc.compiler.backend.deciding import decided
from protoc.compiler.backend.decode_branches import Branches
from protoc.compiler.backend.decode_checks import Verifier
from protoc.compiler.backend.decode_coded import CodedBlocks
from protoc.compiler.backend.decode_lines import LineReader
from protoc.compiler.backend.decode_lists import Lists
from protoc.compiler.backend.expressions import apart, named
from protoc.compiler.backend.naming import attribute, local
from protoc.compiler.backend.places import (
    At,
    span,
    told,
)
from protoc.compiler.backend.plan import Enter, Leave, Literal, Step, size_of, steps
from protoc.compiler.backend.present import Presenter
from protoc.compiler.backend.values import is_plain_text, scan_of


class Decoder(Verifier):
    """Writes `decode_prefix` of one message, or `decode_part` of one record."""

    def write(self) -> list[str]:
        """The body of the method."""
        row = steps(self.message.elements)
        if all(self._is_static(step) for step in row):
            self.whole = str(sum(size_of(step) or 0 for step in row))
        if isinstance(self.message, model.Record):
            self.stop = "stop"
            self.lines.add("limit = len(buffer) if stop is None else stop")
        elif self.message.open is True:
            self.stop = "len(buffer)"
        for field_ in outside(self.message.elements):
            self._told(field_)
        self.row(row)
        self.verify()
        self.open()
        arguments = self._arguments()
        self.lines.add("return ", Call("", (Call("cls", tuple(arguments)), str(self.at)), "()"))
        self._unwrap_return()
        return self.lines.lines

    def _told(self, field_: model.Field) -> None:
        """What the message depends on, in a variable."""
        name = field_.name or ""
        variable = self.settled[name] = told(name, self.message)
        type_ = annotation(field_.wire, field_.conversion, self.context)
        call = Call("known.tells", ("cls", text(attribute(name))))
        self.lines.add(f"{variable}: {type_} = ", call)

    def row(self, row: list[Step], behind: tuple[Step, ...] = ()) -> None:
        """Take steps apart, one behind the other; `behind` is what follows them."""
        decides = decided(row)
        self.deciding |= {id(row[i]) for i in decides}
        i = 0
        while i < len(row):
            j = i
            while j < len(row) and self._is_static(row[j]) and (j == i or j - 1 not in decides):
                j += 1
            if j > i:
                self._run(row[i:j])
            else:
                self._variable(row[i], [*row[i + 1 :], *behind])
                j = i + 1
            self.decide(decides.get(j - 1, []), row[j:])
            i = j

    def open(self) -> None:
        """Take apart what is coded, as far as it is there."""
        CodedBlocks(self).open()

    def _arguments(self) -> list[Code]:
        """What the class is made with, in wire order."""
        arguments: list[Code] = []
        for field_ in self.message.fields():
            names = list(value_types((field_,), self.context))
            settled = [name for name in names if name in self.settled]
            arguments += [keyed(attribute(name), self.settled.pop(name)) for name in settled]
            if field_ in self.fields:
                arguments += Presenter(self).values(field_)
        return arguments

    def _unwrap_return(self) -> None:
        """`return cls(…), end` without the brackets of its tuple, where it stands in one line."""
        last = self.lines.lines[-1]
        if last.startswith(f"{' ' * self.lines.indent}return (") and last.endswith(")"):
            head, _, inner = last.partition("return (")
            self.lines.lines[-1] = f"{head}return {inner[:-1]}"

    # -------------------------------------------------------------- what varies

    def _variable(self, step: Step, behind: list[Step]) -> None:
        if isinstance(step, Enter):
            self._enter(step.region, behind)
        elif isinstance(step, Leave):
            self._leave(step.region)
        elif isinstance(step, Literal):
            self.expect(step)
        elif isinstance(step, model.LinkEnd):
            self._expect(step.key, self.delimiter([step]))
        elif isinstance(step, model.Lines):
            LineReader(self).write(step)
        elif isinstance(step, model.Branch):
            Branches(self).write(step, behind)
        elif isinstance(step, model.Coded):
            CodedBlocks(self).write(step, behind)
        elif isinstance(step, model.Filler):
            self._filler(step)
        elif isinstance(step.wire, model.Items):
            Lists(self).items(step, step.wire, behind)
        elif isinstance(step.wire, model.Nested):
            Lists(self).nested(step, step.wire, behind)
        else:
            self.fields.append(step)
            self._variable_of(step)
            self._sized_field(step, behind)

    def delimiter(self, targets: Sequence[Step]) -> str:
        """What finds the first of several constants; the ends of messages differ by link."""
        by_link: dict[str, tuple[bytes, ...]] = {}
        for target in targets:
            if isinstance(target, model.LinkEnd):
                by_link |= dict.fromkeys((link for link, _ in target.by_link), ())
        for link in by_link or {"": ()}:
            found: list[bytes] = []
            for target in targets:
                if isinstance(target, model.LinkEnd):
                    found += dict(target.by_link)[link]
                else:
                    assert isinstance(target, Literal)
                    found += target.alternatives
            by_link[link] = tuple(dict.fromkeys(found))
        if len(different := set(by_link.values())) == 1:
            return self.context.delimiter(different.pop())
        return f"{self.context.ends(tuple(by_link.items()))}[link]"

    def expect(self, step: Literal) -> None:
        """One of several constants, or one that is looked at by itself."""
        self._expect(step.key, self.context.delimiter(step.alternatives))

    def _expect(self, key: str, delimiter: str) -> None:
        start = self.at
        end = self.position()
        stop = (self.stop,) if self.stop else ()
        arguments = (self.buffer, str(start), str(self.origin), "cls.NAME", *stop)
        self.lines.add(f"{end} = ", Call(f"{delimiter}.expect", arguments))
        self.moved(key, start, end)

    def _filler(self, step: model.Filler) -> None:
        """Bytes that are passed over."""
        start, end = self.at, self.position()
        stop = (self.stop,) if self.stop else ()
        arguments = (self.buffer, str(start), str(self.origin), *stop)
        self.lines.add(f"{end} = ", Call(f"{self.context.filler(step)}.skip", arguments))
        self.moved(step.key, start, end)

    def _sized_field(self, step: model.Field, behind: list[Step]) -> None:
        wire = step.wire
        assert isinstance(wire, model.Text | model.Raw | model.Digits)
        start, raw = self.at, self.raws[step.key]
        size = wire.size
        if not isinstance(size, model.WhileFits):
            end = self.stretch(step, size, behind)
        else:
            end = self.position()
            scan, options = scan_of(wire)
            limits = (self.stop,) if self.stop else ()
            name = self.label(step.name or "")
            where = (self.buffer, str(start), str(self.origin), "cls.NAME", name, *limits)
            self.lines.add(f"{end} = ", Call(self.context.use(scan), (*where, *options)))
        if not isinstance(step.origin, model.Reserved) or step.longest is not None:
            octets_ = span(self.buffer, start, end)
            # characters are made of a bytearray as well
            held = octets_ if is_plain_text(wire) else f"bytes({octets_})"
            self.lines.add(f"{raw} = {held}{'[::-1]' if wire.reversed else ''}")
        self.moved(step.key, start, end)
        if step.longest is not None and not isinstance(size, model.GivenSize):
            with self.lines.block(f"if len({raw}) > {step.longest}:"):
                self.fail(
                    "too long", step.name or "", start, f'"at most {step.longest} bytes"',
                    f"len({raw})", False,
                )  # fmt: skip
        if step.key in self.early:
            self.number(step)
            self.text(step)

    def stretch(self, step: model.Field | model.Coded, size: model.Size, behind: list[Step]) -> str:
        """The variable that holds where a field ends which has a stretch of its own."""
        start, end = self.at, self.position()
        name, longest = "", None
        if isinstance(step, model.Field):
            name, longest = step.name or "", step.longest
        if isinstance(size, model.GivenSize):
            self._measured(end, size, name, longest, behind)
        elif isinstance(size, model.UntilNext):
            self._until(end, size)
        else:
            assert isinstance(size, model.UntilEnd)
            self.lines.add(f"{end} = {self.limit}{_less(size.behind)}")
            if size.behind or (start.plus and self.stop != f"len({self.buffer})"):
                with self.lines.block(f"if {end} < {start}:"):
                    got = At(self.limit).minus(start)
                    self.fail("length", name, start, text("more bytes"), got, False)
        return end

    def _measured(
        self, end: str, size: model.GivenSize, name: str, longest: int | None, behind: list[Step]
    ) -> None:
        """A stretch whose size an earlier field tells."""
        count = self.expression(size.expression)
        value, plus = apart(size.expression)
        told = bracketed(self.expression(value))
        self.untyped[end] = len(self.lines.lines)
        self.lines.add(f"{end} = {self.at.moved(plus)} + {told}")
        if not count.isidentifier() or self._may_be_negative(size.expression):
            with self.lines.block(f"if {end} < {self.at}:"):
                self.fail("length", name, self.at, text("a size of at least 0"), count, False)
        if longest is not None:
            far = f"{end} > {self.at.moved(longest)}"
            with self.lines.block(f"if {f'{count} > {longest}' if count.isidentifier() else far}:"):
                self.fail("too long", name, self.at, f'"at most {longest} bytes"', count, False)
        if self.stop == "stop":
            self.need(At(end), Literal("", (b"",), name))
            return
        if self.stop is not None:
            with self.lines.block(f"if {end} > {self.stop}:"):
                self.fail("length", name, self.at, At(self.limit).minus(self.at), count, False)
            return
        tail: list[Step] = []
        for step in behind:
            if not self._is_static(step) and not isinstance(step, Leave):
                break
            tail.append(step)
            if id(step) in self.deciding:
                break
        there = 0 if tail and self._lone(tail) else sum(size_of(step) or 0 for step in tail)
        self.need(At(end).moved(there), behind[0] if behind else Leave(None))  # type: ignore[arg-type]

    def _may_be_negative(self, size: model.Expression) -> bool:
        """Whether a size is told by a field with a sign."""
        wires = [f.wire for f in self.message.fields() if f.key in named(size)]
        if any(isinstance(part, model.Told) for part in model.every(size)):
            return True
        return any(
            wire.signed if isinstance(wire, model.Integer) else wire.negative
            for wire in wires
            if isinstance(wire, model.Integer | model.Digits)
        )

    def _until(self, end: str, size: model.UntilNext) -> None:
        """A stretch up to a constant."""
        targets = steps(size.targets)
        target, start = targets[0], self.at.moved(size.between)
        if size.times != 1:
            limits = _alternatives(steps((size.limit,) if size.limit else ()))
            (mark,) = _alternatives(targets)
            occurrence = self.context.occurrence(mark, size.times, limits)
            stop = (self.stop,) if self.stop else ()
            arguments: tuple[str, ...] = (
                self.buffer,
                str(start),
                str(self.origin),
                "cls.NAME",
                *stop,
            )
            self.lines.add(f"{end} = ", Call(f"{occurrence}.find", arguments))
        elif size.or_end:
            arguments = (self.buffer, str(start), self.limit)
            self.lines.add(f"{end} = ", Call(f"{self.delimiter(targets)}.before", arguments))
        elif len(targets) == 1 and isinstance(target, Literal) and len(target.alternatives) == 1:
            constant = octets(target.alternatives[0])
            limit = f", {self.limit}" if self.stop else ""
            self.lines.add(f"{end} = {self.buffer}.find({constant}, {start}{limit})")
            self.found = str(At(end).moved(size.between)), target.alternatives[0]
            with self.lines.block(f"if {end} < 0:"):
                if self.stop == "stop":
                    place = self.at.minus(self.origin)
                    arguments = ("stop", "cls.NAME", place, "limit - at", constant)
                    self.lines.add("raise ", Call(self.context.use("missing"), arguments))
                elif self.stop:
                    self.fail("constant", "", self.at, constant, text("nothing"), False)
                else:
                    incomplete = self.context.use("Incomplete")
                    self.lines.add(
                        "raise ",
                        Call(incomplete, (f"len({self.buffer}) - {self.origin} + 1", constant)),
                    )
        else:
            stop = (self.stop,) if self.stop else ()
            found: list[Code] = [self.buffer, str(self.at), str(self.origin), "cls.NAME", *stop]
            found += [keyed("between", str(size.between))] if size.between else []
            self.lines.add(f"{end} = ", Call(f"{self.delimiter(targets)}.find", tuple(found)))
        if size.between:
            self.lines.add(f"{end} -= {size.between}")

    def _enter(self, region: model.Region, behind: list[Step]) -> None:
        """A region whose size a field tells: what is inside must fill it."""
        start = self.at
        end = self.fresh(f"{region.name}_end") if region.called else f"{local(region.key)}_end"
        assert isinstance(region.size, model.GivenSize)
        inside = _inside(region, behind)
        self._measured(end, region.size, region.name, region.longest, behind[inside:])
        self.places[region.key] = (start, At(end))
        self._outer = (*self._outer, self.stop)
        self.stop = end
        self._known = ""

    def _leave(self, region: model.Region) -> None:
        start, end = self.places[region.key]
        if str(self.at) != str(end):
            with self.lines.block(f"if {self.at} != {end}:"):
                self.fail(
                    "length", region.name, start, f"{end.minus(start)}", self.at.minus(start), False
                )
        self._outer, self.stop = self._outer[:-1], self._outer[-1]
        self.at = end
        self._known = str(end)


def _alternatives(targets: list[Step]) -> tuple[bytes, ...]:
    """The constants that several elements stand for, on any link."""
    found: list[bytes] = []
    for target in targets:
        if isinstance(target, model.LinkEnd):
            found += [end for _, ends in target.by_link for end in ends]
        else:
            assert isinstance(target, Literal)
            found += target.alternatives
    return tuple(dict.fromkeys(found))


def _less(count: int) -> str:
    return f" - {count}" if count else ""


def _inside(region: model.Region, behind: list[Step]) -> int:
    """How many of the steps behind the beginning of a region stand in it, its end included."""
    for i, step in enumerate(behind):
        if isinstance(step, Leave) and step.region.key == region.key:
            return i + 1
    return 0
