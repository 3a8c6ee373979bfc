"""The straight-line decoder of a message.

Four passes in the generated method: take the bytes apart in wire order, verify lengths and checks,
turn raw values into values, make the object. What is cheap and likely to fail comes first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from protoc.compiler import model
from protoc.compiler.backend.checks import Computer
from protoc.compiler.backend.code import Call, Code, Lines, octets, text
from protoc.compiler.backend.expressions import Writer, apart, divides, mentions, named
from protoc.compiler.backend.naming import attribute, local
from protoc.compiler.backend.places import At, bits_called, bits_of, bracketed, ends_of, span
from protoc.compiler.backend.plan import Enter, Leave, Literal, Step, size_of, steps
from protoc.compiler.backend.present import Presenter
from protoc.compiler.backend.values import Context
from protoc.compiler.resolve.types import fixed_size

_CODES = {1: "b", 2: "h", 4: "i", 8: "q"}


@dataclass
class Decoder:
    """Writes `decode_prefix` of one message.

    Attributes:
        at: where the next element begins.
        stop: end of the region around, None at the top.
        places: start and end of each element by key.
        fields: the fields met, in wire order; `raws` the variables of their raw values.
        whole: bytes of the message, when that is always the same.
    """

    message: model.Message
    context: Context
    lines: Lines = field(default_factory=Lines)
    at: At = field(default_factory=lambda: At("at"))
    stop: str | None = None
    places: dict[str, tuple[At, At]] = field(default_factory=dict)
    fields: list[model.Field] = field(default_factory=list)
    whole: str = ""
    _variables: int = 0
    _constants: int = 0
    _parsed: set[str] = field(default_factory=set)
    _taken: set[str] = field(default_factory=set)
    _known: str = ""
    raws: dict[str, str] = field(default_factory=dict)
    _outer: tuple[str | None, ...] = ()

    def write(self) -> list[str]:
        """The body of the method."""
        row = steps(self.message.elements)
        if all(self._is_static(step) for step in row):
            self.whole = str(sum(size_of(step) or 0 for step in row))
        i = 0
        while i < len(row):
            j = i
            while j < len(row) and self._is_static(row[j]):
                j += 1
            if j > i:
                self._run(row[i:j])
            else:
                self._variable(row[i], row[i + 1 :])
                j = i + 1
            i = j
        self._verify()
        arguments: list[Code] = []
        for field_ in self.fields:
            arguments += Presenter(self).values(field_)
        self.lines.add("return ", Call("", (Call("cls", tuple(arguments)), str(self.at)), "()"))
        self._unwrap_return()
        return self.lines.lines

    def _unwrap_return(self) -> None:
        """`return cls(…), end` without the brackets of its tuple, where it stands in one line."""
        last = self.lines.lines[-1]
        if last.startswith(f"{' ' * self.lines.indent}return (") and last.endswith(")"):
            head, _, inner = last.partition("return (")
            self.lines.lines[-1] = f"{head}return {inner[:-1]}"

    def _is_static(self, step: Step) -> bool:
        if isinstance(step, Enter | Leave):
            return step.region.size is None
        return size_of(step) is not None and not isinstance(step, model.LinkEnd)

    # -------------------------------------------------------------- fixed runs

    def _run(self, row: list[Step]) -> None:
        """Elements of fixed size: asked for, taken apart and compared together."""
        total = sum(size_of(step) or 0 for step in row)
        start = self.at
        if total:
            self._need(start.moved(total), row[0])
        items: list[tuple[str, str, Step]] = []
        for step in row:
            if isinstance(step, Enter):
                self.places[step.region.key] = (self.at, self.at)
                continue
            if isinstance(step, Leave):
                self.places[step.region.key] = (self.places[step.region.key][0], self.at)
                items.append(("", "", step))
                continue
            size = size_of(step) or 0
            self.places[step.key] = (self.at, self.at.moved(size))
            self.at = self.at.moved(size)
            items.append((*self._item(step, size), step))
        self._unpack(start, items)
        alone = len([name for _, name, _ in items if name]) == 1
        for _, name, step in items:
            self._compare("" if alone and _is_certain(step) else name, step)

    def _item(self, step: Step, size: int) -> tuple[str, str]:
        """The struct code of a step and the variable its bytes go to, empty when nobody looks."""
        if isinstance(step, Literal):
            self._constants += 1
            return f"{size}s", f"c{self._constants}"
        assert isinstance(step, model.Field)
        self.fields.append(step)
        if isinstance(step.origin, model.Reserved):
            return f"{size}x", ""
        name = self._variable_of(step)
        wire = step.wire.integer if isinstance(step.wire, model.Bits) else step.wire
        if isinstance(wire, model.Integer) and wire.width in _CODES:
            code = _CODES[wire.width]
            return (code if wire.signed else code.upper()), name
        if isinstance(wire, model.Real):
            return ("f" if wire.width == 4 else "d"), name
        return f"{size}s", name

    def _variable_of(self, step: model.Field) -> str:
        """The variable of a raw value; digits and text wait in one of their own."""
        if step.name is None:
            name = self.fresh("bits")
        elif isinstance(step.wire, model.Digits | model.Text):
            name = self.fresh(f"{step.key}_raw")
        else:
            name = local(step.key)
        self.raws[step.key] = name
        return name

    def fresh(self, wanted: str) -> str:
        """A variable that no field has, numbered when it is taken."""
        names = {local(f.key) for f in self.message.fields()} | self._taken
        found, n = local(wanted), 2
        while found in names:
            found, n = f"{local(wanted)}{n}", n + 1
        self._taken.add(found)
        return found

    def _unpack(self, start: At, items: list[tuple[str, str, Step]]) -> None:
        """One `unpack_from` for all; a single byte or slice where nothing else is wanted."""
        wanted = [(code, name, step) for code, name, step in items if name]
        if not wanted:
            return
        if len(wanted) == 1 and _is_certain(wanted[0][2]):
            return
        little = [_is_little(step) for _, _, step in wanted if _is_little(step) is not None]
        order = "<" if little and little[0] else ">"
        codes = [(self._coded(code, step, order), name, step) for code, name, step in items]
        if len(wanted) == 1:
            self._single(start, codes)
        else:
            format_ = order + "".join(code for code, _, _ in codes)
            struct = self.context.struct(_trimmed(format_))
            names = [name for _, name, _ in wanted]
            call = f"{struct}.unpack_from(buffer, {start})"
            flat = f"{', '.join(names)} = {call}"
            if len(flat) + self.lines.indent <= 88:
                self.lines.add(flat)
            else:
                self.lines.lines += _unpacked(names, call, self.lines.indent)
        for code, name, step in codes:
            if name and code.endswith("s"):
                self._joined(name, step)

    def _coded(self, code: str, step: Step, order: str) -> str:
        """A number of the other byte order, or of an odd width, comes as bytes first."""
        little = _is_little(step)
        if little is None or little == (order == "<") or code.endswith(("s", "x")):
            return code
        return f"{size_of(step)}s"

    def _single(self, start: At, items: list[tuple[str, str, Step]]) -> None:
        at = start
        for code, name, step in items:
            size = size_of(step) or 0
            if name:
                if code == "B":
                    self.lines.add(f"{name} = buffer[{at}]")
                elif code.endswith("s"):
                    self.lines.add(f"{name} = bytes({span('buffer', at, at.moved(size))})")
                else:
                    order = "<" if _is_little(step) else ">"
                    struct = self.context.struct(order + code)
                    self.lines.add(f"({name},) = {struct}.unpack_from(buffer, {at})")
                return
            at = at.moved(size)

    def _joined(self, name: str, step: Step) -> None:
        """Numbers that came as bytes."""
        wire = step.wire if isinstance(step, model.Field) else None
        wire = wire.integer if isinstance(wire, model.Bits) else wire
        if isinstance(wire, model.Integer):
            order = text("little" if wire.little else "big")
            signed = ", signed=True" if wire.signed else ""
            self.lines.add(f"{name} = int.from_bytes({name}, {order}{signed})")
        elif isinstance(wire, model.Real):
            struct = self.context.struct(("<" if wire.little else ">") + "fd"[wire.width == 8])
            self.lines.add(f"({name},) = {struct}.unpack({name})")

    def _compare(self, name: str, step: Step) -> None:
        """Constants and fixed bits must be as described."""
        if isinstance(step, Literal):
            at, end = self.places[step.key]
            if name == "":
                wrong = f"not buffer.startswith({octets(step.alternatives[0])}, {at})"
                name = f"bytes({span('buffer', at, end)})"
            elif len(step.alternatives) == 1:
                wrong = f"{name} != {octets(step.alternatives[0])}"
            else:
                wrong = f"{name} not in ({', '.join(octets(a) for a in step.alternatives)})"
            with self.lines.block(f"if {wrong}:"):
                self.fail(
                    "constant", step.name, at, octets(step.alternatives[0]), name, known=False
                )
        elif isinstance(step, Leave):
            self._filled(step.region)
        elif isinstance(step, model.Field):
            if isinstance(step.wire, model.Bits):
                self._fixed_bits(name, step, step.wire)
            if step.key in self._early:
                self.number(step)

    def _filled(self, region: model.Region) -> None:
        """A region whose elements say where it ends must not reach too far."""
        if region.longest is None or fixed_size(region) is not None:
            return
        start, end = self.places[region.key]
        count = end.minus(start)
        with self.lines.block(f"if {count} > {region.longest}:"):
            most = text(f"at most {region.longest} bytes")
            self.fail("too long", region.key, start, most, count, False)

    def _fixed_bits(self, name: str, step: model.Field, wire: model.Bits) -> None:
        for part in wire.parts:
            if part.fixed is None:
                continue
            path = attribute(part.name) if part.name else step.name or ""
            value = bits_of(name, part)
            with self.lines.block(f"if {value} != {part.fixed}:"):
                self.fail(
                    "constant", path, self.places[step.key][0], str(part.fixed), value, known=False
                )

    # -------------------------------------------------------------- what varies

    def _need(self, end: At, step: Step) -> None:
        """Make sure that the bytes up to `end` are there."""
        if self._known == str(end):
            return
        self._known = str(end)
        if self.stop is None:
            with self.lines.block(f"if len(buffer) < {end}:"):
                self.lines.add(f"raise {self.context.use('Incomplete')}({end.minus(At('at'))})")
            return
        with self.lines.block(f"if {self.stop} < {end}:"):
            key = getattr(step, "name", None) or ""
            self.fail(
                "length", key, self.at, text(f"{end.minus(self.at)} bytes"), _gap(self), known=False
            )

    def _variable(self, step: Step, behind: list[Step]) -> None:
        if isinstance(step, Enter):
            self._enter(step.region, behind)
        elif isinstance(step, Leave):
            self._leave(step.region)
        elif isinstance(step, Literal):
            self._expect(step.key, self.context.delimiter(step.alternatives), step.name)
        elif isinstance(step, model.LinkEnd):
            self._expect(step.key, self._ends(step), "")
        else:
            self.fields.append(step)
            self._variable_of(step)
            self._sized_field(step, behind)

    def _ends(self, step: model.LinkEnd) -> str:
        return f"{self.context.ends(step.by_link)}[link]"

    def _expect(self, key: str, delimiter: str, name: str) -> None:
        """One of several constants of different length."""
        start = self.at
        end = self._position()
        self.lines.add(
            f"{end} = ", Call(f"{delimiter}.expect", ("buffer", str(start), "at", "cls.NAME"))
        )
        self._moved(key, start, end)

    def _position(self) -> str:
        self._variables += 1
        return f"p{self._variables}"

    def _moved(self, key: str, start: At, end: str) -> None:
        self.at = At(end)
        self.places[key] = (start, self.at)

    def _sized_field(self, step: model.Field, behind: list[Step]) -> None:
        wire = step.wire
        assert isinstance(wire, model.Text | model.Raw | model.Digits)
        start, raw = self.at, self.raws[step.key]
        end = self._position()
        size = wire.size
        if isinstance(size, model.GivenSize):
            self._measured(end, size, step.name or "", step.longest, behind)
        elif isinstance(size, model.UntilNext):
            self._until(end, size, step)
        elif isinstance(size, model.UntilEnd):
            # at the top only a message the line ends comes here: it has all of the buffer
            stop = self.stop or "len(buffer)"
            self.lines.add(f"{end} = {At(stop).moved(0)}{_less(size.behind)}")
            if size.behind or (start.plus and self.stop):
                with self.lines.block(f"if {end} < {start}:"):
                    self.fail(
                        "length", step.name or "", start, text("more bytes"), _gap(self), False
                    )
        else:
            assert isinstance(wire, model.Digits)
            scan = self.context.use(f"scan_{wire.notation}")
            limit = f", {self.stop}" if self.stop else ", len(buffer)" if self.message.open else ""
            name = text(step.name or "")
            arguments = f"buffer, {start}, at, cls.NAME, {name}{limit}"
            self.lines.add(f"{end} = ", Call(scan, tuple(arguments.split(", "))))
        self.lines.add(f"{raw} = bytes({span('buffer', start, end)})")
        self._moved(step.key, start, end)
        if step.longest is not None and not isinstance(size, model.GivenSize):
            with self.lines.block(f"if len({raw}) > {step.longest}:"):
                self.fail(
                    "too long", step.name or "", start, f'"at most {step.longest} bytes"',
                    f"len({raw})", False,
                )  # fmt: skip
        if step.key in self._early:
            self.number(step)

    def _measured(
        self, end: str, size: model.GivenSize, name: str, longest: int | None, behind: list[Step]
    ) -> None:
        """A stretch whose size an earlier field tells."""
        count = self._expression(size.expression)
        value, plus = apart(size.expression)
        self.lines.add(f"{end} = {self.at.moved(plus)} + {bracketed(self._expression(value))}")
        if not count.isidentifier() or self._may_be_negative(size.expression):
            with self.lines.block(f"if {end} < {self.at}:"):
                self.fail("length", name, self.at, text("a size of at least 0"), count, False)
        if longest is not None:
            with self.lines.block(f"if {end} > {self.at.moved(longest)}:"):
                self.fail("too long", name, self.at, f'"at most {longest} bytes"', count, False)
        if self.stop is not None:
            with self.lines.block(f"if {end} > {self.stop}:"):
                self.fail("length", name, self.at, _gap(self), count, False)
            return
        tail = 0
        for step in behind:
            if not self._is_static(step) and not isinstance(step, Leave):
                break
            tail += size_of(step) or 0
        self._need(At(end).moved(tail), behind[0] if behind else Leave(None))  # type: ignore[arg-type]

    def _may_be_negative(self, size: model.Expression) -> bool:
        """Whether a size is told by a field with a sign."""
        wires = [f.wire for f in self.message.fields() if f.key in named(size)]
        return any(
            wire.signed if isinstance(wire, model.Integer) else wire.notation == "int"
            for wire in wires
            if isinstance(wire, model.Integer | model.Digits)
        )

    def _until(self, end: str, size: model.UntilNext, step: model.Field) -> None:
        """A stretch up to a constant."""
        target = steps(size.targets)[0]
        start = self.at.moved(size.between)
        if isinstance(target, Literal) and len(target.alternatives) == 1:
            constant = octets(target.alternatives[0])
            limit = f", {self.stop}" if self.stop else ""
            self.lines.add(f"{end} = buffer.find({constant}, {start}{limit})")
            with self.lines.block(f"if {end} < 0:"):
                if self.stop:
                    self.fail("constant", "", self.at, constant, text("nothing"), False)
                else:
                    incomplete = self.context.use("Incomplete")
                    self.lines.add("raise ", Call(incomplete, ("len(buffer) - at + 1", constant)))
        else:
            if isinstance(target, Literal):
                delimiter = self.context.delimiter(target.alternatives)
            else:
                assert isinstance(target, model.LinkEnd)
                delimiter = self._ends(target)
            stop = (self.stop,) if self.stop else ()
            arguments = ("buffer", str(start), "at", "cls.NAME", *stop)
            self.lines.add(f"{end} = ", Call(f"{delimiter}.find", arguments))
        if size.between:
            self.lines.add(f"{end} -= {size.between}")

    def _enter(self, region: model.Region, behind: list[Step]) -> None:
        """A region whose size a field tells: what is inside must fill it."""
        start = self.at
        end = f"{local(region.key)}_end"
        assert isinstance(region.size, model.GivenSize)
        inside = _inside(region, behind)
        self._measured(end, region.size, region.key, region.longest, behind[inside:])
        self.places[region.key] = (start, At(end))
        self._outer = (*self._outer, self.stop)
        self.stop = end
        self._known = ""

    def _leave(self, region: model.Region) -> None:
        start, end = self.places[region.key]
        if str(self.at) != str(end):
            with self.lines.block(f"if {self.at} != {end}:"):
                self.fail(
                    "length", region.key, start, f"{end.minus(start)}", self.at.minus(start), False
                )
        self._outer, self.stop = self._outer[:-1], self._outer[-1]
        self.at = end
        self._known = str(end)

    # -------------------------------------------------------------- checks

    def _verify(self) -> None:
        """Derived values must be what they are derived to."""
        for field_ in list(self.fields):
            origin = field_.origin
            if not isinstance(origin, model.Derived) or self._drives(field_):
                continue
            if field_.key not in self._early:
                self.number(field_)
            raw = self.raws[field_.key]
            name = "expected_bytes" if isinstance(field_.wire, model.Raw) else "expected"
            if (count := self._constant(origin.expression)) is not None:
                name = count
            else:
                self._computer.assign(name, origin.expression, field_.wire)
            with self.lines.block(f"if {raw} != {name}:"):
                self.fail(origin.reason, field_.name or "", self.places[field_.key][0], name, raw)

    def _drives(self, field_: model.Field) -> bool:
        """Whether a length sizes what it measures, so that it is right by construction."""
        assert isinstance(field_.origin, model.Derived)
        if not isinstance(field_.origin.expression, model.Length | model.Operation):
            return False
        for element in self.message.walk():
            size = element.size if isinstance(element, model.Region) else None
            if isinstance(element, model.Field):
                size = getattr(element.wire, "size", None)
            if isinstance(size, model.GivenSize) and mentions(size.expression, field_.key):
                return not divides(size.expression)
        return False

    def _expression(self, expression: model.Expression) -> str:
        return self._writer.write(expression)

    def _constant(self, expression: model.Expression) -> str | None:
        """A value that is always the same."""
        if model.checksums(expression):
            return None
        written = self._expression(expression)
        return written if written.isdigit() else None

    @property
    def _writer(self) -> Writer:
        return Writer(
            own=self._own,
            length=lambda e: self._distance(e.extent),
            replace=lambda: self.context.use("replaced"),
        )

    def _own(self, own: model.Own) -> str:
        bits = bits_called(own, self.message, lambda key: self.raws[key])
        return bits or self.raws.get(own.path[0], local(own.path[0]))

    @property
    def _computer(self) -> Computer:
        return Computer(self.lines, self.context, self._writer, self._covered, self.fresh)

    def _distance(self, extent: model.Extent) -> str:
        start, end = ends_of(self.places, extent)
        return end.minus(start)

    def _covered(self, extent: model.Extent) -> str:
        return span("buffer", *ends_of(self.places, extent))

    @property
    def _early(self) -> set[str]:
        """Fields whose number is needed to find the end of something."""
        found: set[str] = set()
        for element in self.message.walk():
            size = element.size if isinstance(element, model.Region) else None
            if isinstance(element, model.Field):
                size = getattr(element.wire, "size", None)
            if isinstance(size, model.GivenSize):
                found |= named(size.expression)
        return found

    def number(self, step: model.Field) -> None:
        """Digits as a number, once."""
        if not isinstance(step.wire, model.Digits) or step.key in self._parsed:
            return
        self._parsed.add(step.key)
        raw = self.raws[step.key]
        read = self.context.use(f"read_{step.wire.notation}")
        at = self.places[step.key][0].minus(At("at"))
        name = self.raws[step.key] = local(step.key)
        arguments = (raw, "cls.NAME", text(step.name or ""), at, self.extent)
        self.lines.add(f"{name} = ", Call(read, arguments))

    # -------------------------------------------------------------- errors

    @property
    def extent(self) -> str:
        """How far the frame reaches, once its end is known."""
        return self.at.minus(At("at"))

    def fail(
        self, reason: str, name: str, at: At, expected: str, got: str, known: bool = True
    ) -> None:
        """`known` when the end of the frame is: the error then says how far it reaches."""
        arguments: list[Code] = [
            text(reason), "cls.NAME", text(name), at.minus(At("at")), expected, got,
        ]  # fmt: skip
        if known or self.whole:
            arguments.append(self.whole or self.extent)
        self.lines.add("raise ", Call(self.context.use("DecodeError"), tuple(arguments)))


def _is_little(step: Step) -> bool | None:
    """The byte order of a number of several bytes; None for everything else."""
    wire = step.wire if isinstance(step, model.Field) else None
    wire = wire.integer if isinstance(wire, model.Bits) else wire
    if isinstance(wire, model.Integer | model.Real) and wire.width > 1:
        return wire.little
    return None


def _is_certain(step: Step) -> bool:
    return isinstance(step, Literal) and len(step.alternatives) == 1


def _trimmed(format_: str) -> str:
    """The format without the padding at its end, which nobody reads."""
    while format_.endswith("x"):
        format_ = format_[:-1].rstrip("0123456789")
    return format_


def _unpacked(names: list[str], call: str, indent: int) -> list[str]:
    pad = " " * indent
    return [f"{pad}(", *(f"{pad}    {name}," for name in names), f"{pad}) = {call}"]


def _less(count: int) -> str:
    return f" - {count}" if count else ""


def _gap(decoder: Decoder) -> str:
    return At(decoder.stop or "len(buffer)").minus(decoder.at)


def _inside(region: model.Region, behind: list[Step]) -> int:
    """How many of the steps behind the beginning of a region stand in it, its end included."""
    for i, step in enumerate(behind):
        if isinstance(step, Leave) and step.region.key == region.key:
            return i + 1
    return 0
