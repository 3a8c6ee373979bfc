"""The straight-line decoder of a message.

Four passes in the generated method: take the bytes apart in wire order, verify lengths and checks,
turn raw values into values, make the object. What is cheap and likely to fail comes first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from protoc.compiler import model
from protoc.compiler.backend.code import Call, Code, Lines, keyed, octets, text, tupled
from protoc.compiler.backend.expressions import Writer
from protoc.compiler.backend.naming import attribute, local
from protoc.compiler.backend.plan import Enter, Leave, Literal, Step, size_of, steps
from protoc.compiler.backend.values import Context, from_raw

_CODES = {1: "b", 2: "h", 4: "i", 8: "q"}


@dataclass(frozen=True)
class At:
    """A position: a variable and what is added to it."""

    base: str
    plus: int = 0

    def __str__(self) -> str:
        return f"{self.base} + {self.plus}" if self.plus else self.base

    def moved(self, by: int) -> At:
        """The position so many bytes further on."""
        return At(self.base, self.plus + by)

    def minus(self, other: At) -> str:
        """The distance from another position."""
        if self.base == other.base:
            return str(self.plus - other.plus)
        behind = f" - {other.plus}" if other.plus else ""
        return f"{self} - {other.base}{behind}"


def span(buffer: str, start: object, end: object) -> str:
    """A slice, spaced as the formatter does."""
    colon = ":" if _simple(str(start)) and _simple(str(end)) else " : "
    return f"{buffer}[{start}{colon}{end}]"


def _simple(bound: str) -> bool:
    return bound.isidentifier() or bound.isdigit() or not bound


@dataclass
class Decoder:
    """Writes `decode_prefix` of one message.

    Attributes:
        at: where the next element begins.
        stop: end of the region around, None at the top.
        places: start and end of each element by key.
        later: what turns raw values into values, in wire order.
    """

    message: model.Message
    context: Context
    lines: Lines = field(default_factory=Lines)
    at: At = At("at")
    stop: str | None = None
    places: dict[str, tuple[At, At]] = field(default_factory=dict)
    fields: list[model.Field] = field(default_factory=list)
    _variables: int = 0
    _constants: int = 0
    _parsed: set[str] = field(default_factory=set)
    _known: str = ""
    _raw: dict[str, str] = field(default_factory=dict)
    _outer: tuple[str | None, ...] = ()

    def write(self) -> list[str]:
        """The body of the method."""
        row = steps(self.message.elements)
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
            arguments += self._values(field_)
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
                continue
            size = size_of(step) or 0
            self.places[step.key] = (self.at, self.at.moved(size))
            self.at = self.at.moved(size)
            items.append((*self._item(step, size), step))
        self._unpack(start, items)
        for _, name, step in items:
            self._compare(name, step)

    def _item(self, step: Step, size: int) -> tuple[str, str]:
        """The struct code of a step and the variable its bytes go to, empty when nobody looks."""
        if isinstance(step, Literal):
            self._constants += 1
            return f"{size}s", f"c{self._constants}"
        assert isinstance(step, model.Field)
        self.fields.append(step)
        if isinstance(step.origin, model.Reserved):
            return f"{size}x", ""
        name = local(step.key) if step.name else self._temporary()
        self._raw[step.key] = name
        wire = step.wire.integer if isinstance(step.wire, model.Bits) else step.wire
        if isinstance(wire, model.Integer) and wire.width in _CODES:
            code = _CODES[wire.width]
            return (code if wire.signed else code.upper()), name
        if isinstance(wire, model.Real):
            return ("f" if wire.width == 4 else "d"), name
        return f"{size}s", name

    def _temporary(self) -> str:
        self._variables += 1
        return f"bits{self._variables}"

    def _unpack(self, start: At, items: list[tuple[str, str, Step]]) -> None:
        """One `unpack_from` for all; a single byte or slice where nothing else is wanted."""
        wanted = [(code, name, step) for code, name, step in items if name]
        if not wanted:
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
            at = self.places[step.key][0]
            if len(step.alternatives) == 1:
                wrong = f"{name} != {octets(step.alternatives[0])}"
            else:
                wrong = f"{name} not in ({', '.join(octets(a) for a in step.alternatives)})"
            with self.lines.block(f"if {wrong}:"):
                self._raise(
                    "constant", step.name, at, octets(step.alternatives[0]), name, known=False
                )
        elif isinstance(step, model.Field):
            if isinstance(step.wire, model.Bits):
                self._fixed_bits(name, step, step.wire)
            if step.key in self._early:
                self._number(step)

    def _fixed_bits(self, name: str, step: model.Field, wire: model.Bits) -> None:
        for part in wire.parts:
            if part.fixed is None:
                continue
            path = attribute(part.name) if part.name else step.name or ""
            value = bits_of(name, part)
            with self.lines.block(f"if {value} != {part.fixed}:"):
                self._raise(
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
            self._raise(
                "length", key, self.at, f"{end.minus(self.at)} bytes", _gap(self), known=False
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
            self._raw[step.key] = local(step.key)
            self._sized_field(step, behind)

    def _ends(self, step: model.LinkEnd) -> str:
        self.context.use("Delimiter")
        entries = dict(step.by_link)
        first = next(iter(entries))
        rows = [f'"": Delimiter({", ".join(octets(e) for e in entries[first])})']
        rows += [
            f"{text(link)}: Delimiter({', '.join(octets(e) for e in ends)})"
            for link, ends in entries.items()
        ]
        name = "_ENDS" if len(entries) > 1 else f"_ENDS_{first.upper()}"
        self.context.constants[name] = "{" + ", ".join(rows) + "}"
        return f"{name}[link]"

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
        self._known = end
        self.places[key] = (start, self.at)

    def _sized_field(self, step: model.Field, behind: list[Step]) -> None:
        wire = step.wire
        assert isinstance(wire, model.Text | model.Raw | model.Digits)
        start, raw = self.at, self._raw[step.key]
        end = self._position()
        size = wire.size
        if isinstance(size, model.GivenSize):
            self._measured(end, size, step.name or "", step.longest, behind)
        elif isinstance(size, model.UntilNext):
            self._until(end, size, step)
        elif isinstance(size, model.UntilEnd):
            assert self.stop is not None
            self.lines.add(f"{end} = {At(self.stop).moved(0)}{_less(size.behind)}")
            if size.behind or start.plus:
                with self.lines.block(f"if {end} < {start}:"):
                    self._raise(
                        "length", step.name or "", start, text("more bytes"), _gap(self), False
                    )
        else:
            assert isinstance(wire, model.Digits)
            scan = self.context.use(f"scan_{wire.notation}")
            limit = f", {self.stop}" if self.stop else ""
            name = text(step.name or "")
            arguments = f"buffer, {start}, at, cls.NAME, {name}{limit}"
            self.lines.add(f"{end} = ", Call(scan, tuple(arguments.split(", "))))
        self.lines.add(f"{raw} = bytes({span('buffer', start, end)})")
        self._moved(step.key, start, end)
        if step.longest is not None and not isinstance(size, model.GivenSize):
            with self.lines.block(f"if len({raw}) > {step.longest}:"):
                self._raise(
                    "too long", step.name or "", start, f'"at most {step.longest} bytes"',
                    f"len({raw})", False,
                )  # fmt: skip
        if step.key in self._early:
            self._number(step)

    def _measured(
        self, end: str, size: model.GivenSize, name: str, longest: int | None, behind: list[Step]
    ) -> None:
        """A stretch whose size an earlier field tells."""
        count = self._expression(size.expression)
        self.lines.add(f"{end} = {At(self.at.base, self.at.plus)} + {_bracketed(count)}")
        if not count.isidentifier():
            with self.lines.block(f"if {end} < {self.at}:"):
                self._raise("length", name, self.at, text("a size of at least 0"), count, False)
        if longest is not None:
            with self.lines.block(f"if {end} > {self.at.moved(longest)}:"):
                self._raise("too long", name, self.at, f'"at most {longest} bytes"', count, False)
        if self.stop is not None:
            with self.lines.block(f"if {end} > {self.stop}:"):
                self._raise("length", name, self.at, _gap(self), count, False)
            return
        tail = 0
        for step in behind:
            if not self._is_static(step) and not isinstance(step, Leave):
                break
            tail += size_of(step) or 0
        self._need(At(end).moved(tail), behind[0] if behind else Leave(None))  # type: ignore[arg-type]

    def _until(self, end: str, size: model.UntilNext, step: model.Field) -> None:
        """A stretch up to a constant."""
        target = next(s for s in steps(self.message.elements) if getattr(s, "key", "") == size.key)
        start = self.at.moved(size.between)
        if isinstance(target, Literal) and len(target.alternatives) == 1:
            constant = octets(target.alternatives[0])
            limit = f", {self.stop}" if self.stop else ""
            self.lines.add(f"{end} = buffer.find({constant}, {start}{limit})")
            with self.lines.block(f"if {end} < 0:"):
                if self.stop:
                    self._raise("constant", "", self.at, constant, text("nothing"), False)
                else:
                    incomplete = self.context.use("Incomplete")
                    self.lines.add("raise ", Call(incomplete, ("len(buffer) - at + 1", constant)))
        else:
            if isinstance(target, Literal):
                delimiter = self.context.delimiter(target.alternatives)
            else:
                assert isinstance(target, model.LinkEnd)
                delimiter = self._ends(target)
            limit = (self.stop,) if self.stop else ()
            arguments = ("buffer", str(start), "at", "cls.NAME", *limit)
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
                self._raise(
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
                self._number(field_)
            raw = self._raw[field_.key]
            expected = self._expression(origin.expression)
            masked = cut(expected, field_.wire, origin.expression)
            name = local("expected")
            self.lines.add(f"{name} = {masked}")
            with self.lines.block(f"if {raw} != {name}:"):
                self._raise(origin.reason, field_.name or "", self.places[field_.key][0], name, raw)

    def _drives(self, field_: model.Field) -> bool:
        """Whether a length sizes what it measures, so that it is right by construction."""
        assert isinstance(field_.origin, model.Derived)
        if not isinstance(field_.origin.expression, model.Length | model.Operation):
            return False
        for element in self.message.walk():
            size = element.size if isinstance(element, model.Region) else None
            if isinstance(element, model.Field):
                size = getattr(element.wire, "size", None)
            if isinstance(size, model.GivenSize) and _mentions(size.expression, field_.key):
                return not _divides(size.expression)
        return False

    def _expression(self, expression: model.Expression) -> str:
        return Writer(
            own=lambda e: self._raw.get(e.path[0], local(e.path[0])),
            length=lambda e: self._distance(e.extent),
            checksum=lambda e: checksum(e, self.context, self._covered(e.extent)),
        ).write(expression)

    def _ends_of(self, extent: model.Extent) -> tuple[At, At]:
        start = self.places[extent.first][0]
        if extent.until is not None:
            return start, self.places[extent.until][0]
        assert extent.last is not None
        return start, self.places[extent.last][1]

    def _distance(self, extent: model.Extent) -> str:
        start, end = self._ends_of(extent)
        return end.minus(start)

    def _covered(self, extent: model.Extent) -> str:
        return span("buffer", *self._ends_of(extent))

    @property
    def _early(self) -> set[str]:
        """Fields whose number is needed to find the end of something."""
        found: set[str] = set()
        for element in self.message.walk():
            size = element.size if isinstance(element, model.Region) else None
            if isinstance(element, model.Field):
                size = getattr(element.wire, "size", None)
            if isinstance(size, model.GivenSize):
                found |= _named(size.expression)
        return found

    # -------------------------------------------------------------- values

    def _number(self, step: model.Field) -> None:
        """Digits as a number, once."""
        if not isinstance(step.wire, model.Digits) or step.key in self._parsed:
            return
        self._parsed.add(step.key)
        raw = self._raw[step.key]
        read = self.context.use(f"read_{step.wire.notation}")
        at = self.places[step.key][0].minus(At("at"))
        self.lines.add(
            f"{raw} = ",
            Call(read, (raw, "cls.NAME", text(step.name or ""), at, self._extent(True))),
        )

    def _values(self, field_: model.Field) -> list[Code]:
        """Turn a raw value into the value of the class, and hand it over."""
        if isinstance(field_.wire, model.Bits):
            return self._bits(field_, field_.wire)
        if field_.name is None or not isinstance(field_.origin, model.Given | model.Defaulted):
            return []
        raw = self._raw[field_.key]
        self._number(field_)
        if isinstance(field_.wire, model.Text):
            self._text(field_, field_.wire)
        for forbidden in field_.forbidden:
            with self.lines.block(f"if {octets(forbidden)} in {raw}:"):
                got = octets(forbidden)
                self._raise(
                    "value", field_.name, self.places[field_.key][0], text("none of it"), got
                )
        value = self._converted(raw, field_.conversion, field_.name, field_)
        value = self._bounded(value, field_.name, field_.bounds, field_)
        return [keyed(attribute(field_.name), value)]

    def _text(self, field_: model.Field, wire: model.Text) -> None:
        raw = self._raw[field_.key]
        at = self.places[field_.key][0].minus(At("at"))
        options: list[Code] = []
        if wire.pad is not None:
            options.append(keyed("pad", octets(wire.pad)))
        if wire.left:
            options.append(keyed("left", "True"))
        if wire.trim:
            options.append(keyed("trim", "True"))
        call = Call(
            self.context.use("read_text"),
            (raw, text(wire.encoding), "cls.NAME", text(field_.name or ""), at, self._extent(True),
             *options),
        )  # fmt: skip
        self.lines.add(f"{raw} = ", call)

    def _converted(
        self, raw: str, conversion: model.Conversion, name: str, field_: model.Field
    ) -> str:
        at = self.places[field_.key][0]
        if conversion.enum is not None:
            table = self.context.table(conversion.enum)
            if conversion.strict:
                with self.lines.block(f"if {raw} not in {table}:"):
                    self._raise("value", name, at, text(f"a label of {conversion.enum}"), raw)
                return f"{table}[{raw}]"
            return f"{table}.get({raw}, {raw})"
        if conversion.boolean:
            with self.lines.block(f"if not 0 <= {raw} <= 1:"):
                self._raise("value", name, at, text("0 or 1"), raw)
            return f"bool({raw})"
        return from_raw(raw, conversion)

    def _bounded(
        self,
        value: str,
        name: str,
        bounds: tuple[float | None, float | None] | None,
        field_: model.Field,
    ) -> str:
        if bounds is None:
            return value
        variable = self._raw.get(name) or local(name)
        if value != variable:
            self.lines.add(f"{variable} = {value}")
        low, high = bounds
        condition = f"{'' if low is None else f'{low} <= '}{variable}"
        condition += "" if high is None else f" <= {high}"
        words = f"{'' if low is None else low}..{'' if high is None else high}"
        with self.lines.block(f"if not {condition}:"):
            self._raise("value", name, self.places[field_.key][0], text(words), variable)
        return variable

    def _bits(self, field_: model.Field, wire: model.Bits) -> list[Code]:
        raw = self._raw[field_.key]
        parts: list[Code] = []
        for part in wire.parts:
            if part.name is None or part.fixed is not None:
                continue
            name = part.name if wire.group is None else f"{field_.name}.{part.name}"
            value = bits_of(raw, part)
            if part.conversion.strict or (part.conversion.boolean and part.high != part.low):
                self.lines.add(f"{local(part.name)} = {value}")
                value = local(part.name)
            if part.conversion.boolean and part.high == part.low:
                value = f"bool({value})"
            elif part.conversion.linear:
                value = from_raw(f"({value})", part.conversion)
            else:
                value = self._converted(value, part.conversion, name, field_)
            if part.bounds is not None:
                value = self._bounded(value, part.name, part.bounds, field_)
            parts.append(keyed(attribute(part.name), value))
        if wire.group is None:
            return parts
        if not isinstance(field_.origin, model.Given | model.Defaulted):
            return []
        assert field_.name is not None
        return [keyed(attribute(field_.name), Call(self.context.classes[wire.group], tuple(parts)))]

    # -------------------------------------------------------------- errors

    def _extent(self, known: bool) -> str:
        return self.at.minus(At("at")) if known else "0"

    def _raise(
        self, reason: str, name: str, at: At, expected: str, got: str, known: bool = True
    ) -> None:
        """`known` when the end of the frame is: the error then says how far it reaches."""
        arguments: list[Code] = [
            text(reason), "cls.NAME", text(name), at.minus(At("at")), expected, got,
        ]  # fmt: skip
        if known:
            arguments.append(self._extent(True))
        self.lines.add("raise ", Call(self.context.use("DecodeError"), tuple(arguments)))


# ------------------------------------------------------------------ shared with the encoder


def checksum(check: model.Checksum, context: Context, data: str) -> str:
    """The call that computes a check over a slice."""
    if check.algorithm == "sum":
        return f"sum({data})"
    if check.algorithm == "xor":
        return f"{context.use('xor')}({data})"
    assert isinstance(check.algorithm, model.Crc)
    return f"{context.crc(check.algorithm)}({data})"


def cut(value: str, wire: model.Wire, expression: model.Expression) -> str:
    """A derived number cut to the width of a binary field; lengths must fit as they are."""
    integer = wire.integer if isinstance(wire, model.Bits) else wire
    if not isinstance(integer, model.Integer) or not _checks(expression):
        return value
    algorithm = expression.algorithm if isinstance(expression, model.Checksum) else None
    if isinstance(algorithm, model.Crc) and algorithm.width <= integer.width * 8:
        return value
    if algorithm == "xor":
        return value
    mask = f"0x{(1 << integer.width * 8) - 1:X}"
    return f"{_bracketed(value)} & {mask}"


def _checks(expression: model.Expression) -> bool:
    if isinstance(expression, model.Operation):
        return any(_checks(operand) for operand in expression.operands)
    return isinstance(expression, model.Checksum)


def bits_of(raw: str, part: model.Part) -> str:
    """The bits of a part."""
    mask = (1 << (part.high - part.low + 1)) - 1
    shifted = f"{raw} >> {part.low}" if part.low else raw
    return f"{shifted} & {mask}"


def _bracketed(value: str) -> str:
    """Brackets where an operator that binds stronger may follow."""
    depth = 0
    for i, c in enumerate(value):
        depth += (c in "([") - (c in ")]")
        if depth == 0 and c == " " and i:
            return f"({value})"
    return f"({value})" if value.startswith(("-", "~")) else value


def _is_little(step: Step) -> bool | None:
    """The byte order of a number of several bytes; None for everything else."""
    wire = step.wire if isinstance(step, model.Field) else None
    wire = wire.integer if isinstance(wire, model.Bits) else wire
    if isinstance(wire, model.Integer | model.Real) and wire.width > 1:
        return wire.little
    return None


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
    assert decoder.stop is not None
    return At(decoder.stop).minus(decoder.at)


def _inside(region: model.Region, behind: list[Step]) -> int:
    """How many of the steps behind the beginning of a region stand in it, its end included."""
    for i, step in enumerate(behind):
        if isinstance(step, Leave) and step.region.key == region.key:
            return i + 1
    return 0


def _named(expression: model.Expression) -> set[str]:
    if isinstance(expression, model.Own):
        return {expression.path[0]}
    if isinstance(expression, model.Operation):
        return {name for operand in expression.operands for name in _named(operand)}
    return set()


def _mentions(expression: model.Expression, key: str) -> bool:
    return key in _named(expression)


def _divides(expression: model.Expression) -> bool:
    if isinstance(expression, model.Operation):
        return expression.operator == "/" or any(_divides(o) for o in expression.operands)
    return False


__all__ = ["At", "Decoder", "bits_of", "checksum", "cut", "span", "tupled"]
