"""Decoding what has a fixed size: asked for, taken apart and compared together."""

from __future__ import annotations

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.backend.code import WIDTH, Call, octets, text
from protoc.compiler.backend.decode_state import State
from protoc.compiler.backend.naming import local
from protoc.compiler.backend.places import At, bit_terms, bits_in, bits_of, signed_of, span
from protoc.compiler.backend.plan import Enter, Leave, Literal, Step, size_of
from protoc.compiler.backend.values import is_reversed
from protoc.compiler.resolve.measures import fixed_size

_CODES = {1: "b", 2: "h", 4: "i", 8: "q"}


class Runs(State):
    """Writes runs of elements of fixed size."""

    def _is_static(self, step: Step) -> bool:
        if isinstance(step, Enter | Leave):
            return step.region.size is None
        if isinstance(step, model.Field) and isinstance(step.wire, model.Nested | model.Items):
            return False
        varies = model.LinkEnd | model.Branch | model.Coded | model.Filler
        return size_of(step) is not None and not isinstance(step, varies)

    def _run(self, row: list[Step]) -> None:
        """Elements of fixed size: asked for, taken apart and compared together."""
        total = sum(size_of(step) or 0 for step in row)
        start = self.at
        lone = self._lone(row)
        if self.found is not None and self.found[0] == str(start):
            self._known = str(start.moved(len(self.found[1])))
        if lone and self.stop == "stop":
            self._may_come(row, start.moved(total))
        elif total and not (lone and self.stop is None):
            self.need(start.moved(total), row[0])
        items: list[tuple[str, str, Step]] = []
        for step in row:
            if isinstance(step, Enter):
                self.places[step.region.key] = (self.at, self.at)
                continue
            assert not isinstance(step, model.Branch | model.Coded | model.Filler)
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
            if lone and isinstance(step, Literal):
                self._like(step)
            elif not self._is_found(step):
                self._compare("" if alone and _is_certain(step) else name, step)

    def _lone(self, row: list[Step]) -> bool:
        """Whether a constant stands alone, and is compared as far as it is there."""
        (step, *others) = [step for step in row if size_of(step) != 0] or row
        told = self.stop in (None, "stop")
        return not others and told and _is_certain(step) and not self._is_found(step)

    def _may_come(self, row: list[Step], end: At) -> None:
        """A constant that stands alone in an object, which may have a stretch of its own."""
        step = next(step for step in row if isinstance(step, Literal))
        self._known = str(end)
        with self.lines.block(f"if limit < {end}:"):
            place = (self.buffer, str(self.at), str(self.origin), "cls.NAME", self.label(step.name))
            call = Call(self.context.use("cut"), ("stop", *place, octets(step.alternatives[0])))
            self.lines.add("raise ", call)

    def _is_found(self, step: Step) -> bool:
        """Whether a constant has been looked for, and is there."""
        if not isinstance(step, Literal) or self.found is None:
            return False
        place, constant = self.found
        at = self.places[step.key][0] if step.key in self.places else self.at
        return str(at) == place and step.alternatives == (constant,)

    def _item(self, step: Step, size: int) -> tuple[str, str]:
        """The struct code of a step and the variable its bytes go to, empty when nobody looks."""
        if self._is_found(step):
            return f"{size}x", ""
        if isinstance(step, Literal):
            self._constants += 1
            return f"{size}s", f"c{self._constants}"
        assert isinstance(step, model.Field)
        self.fields.append(step)
        if isinstance(step.origin, model.Reserved):
            return f"{size}x", ""
        if isinstance(step.wire, model.Slice):
            return "", ""
        name = self._variable_of(step)
        wire = step.wire.carrier if isinstance(step.wire, model.Bits) else step.wire
        if isinstance(wire, model.Integer | model.Real) and wire.swapped:
            return f"{size}s", name
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
        elif self._inside and self._is_plain(step):
            name = self.settled[step.name]
        elif self._inside:
            name = self.fresh(f"{step.key.removesuffix('[]')}_raw")
        elif isinstance(step.wire, model.Digits | model.Text):
            name = self.fresh(f"{step.key}_raw")
        else:
            name = local(step.key)
        self.raws[step.key] = name
        return name

    def _is_plain(self, step: model.Field) -> bool:
        """Whether the raw value of a field is its value, and nothing is computed from it."""
        odd = isinstance(step.wire, model.Integer | model.Real) and (
            step.wire.width not in _CODES or step.wire.swapped
        )
        return (
            isinstance(step.wire, model.Integer | model.Real | model.Raw)
            and not odd
            and step.conversion == replace(model.Conversion(), unit=step.conversion.unit)
            and step.bounds is None
            and step.name in self.settled
            and step.key not in self.early | self.computed_from
            and isinstance(step.origin, model.Given)
        )

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
            call = f"{struct}.unpack_from({self.buffer}, {start})"
            flat = f"{', '.join(names)} = {call}"
            if len(flat) + self.lines.indent <= 88:
                self.lines.add(flat)
            else:
                self.lines.lines += _unpacked(names, call, self.lines.indent)
        for code, name, step in codes:
            if name and code.endswith("s") and len(wanted) > 1:
                self._joined(name, step)
            if name and isinstance(step, model.Field) and is_reversed(step.wire):
                self.lines.add(f"{name} = {name}[::-1]")

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
                    self.typed(at)
                    self.lines.add(f"{name} = {self.buffer}[{at}]")
                elif code.endswith("s"):
                    data = span(self.buffer, at, at.moved(size))
                    number = _whole(self._in_order(data, step), step)
                    self.lines.add(f"{name} = {number or f'bytes({data})'}")
                    if isinstance(step, model.Field) and isinstance(step.wire, model.Real):
                        self._joined(name, step)
                else:
                    order = "<" if _is_little(step) else ">"
                    struct = self.context.struct(order + code)
                    self.lines.add(f"({name},) = {struct}.unpack_from({self.buffer}, {at})")
                return
            at = at.moved(size)

    def _joined(self, name: str, step: Step) -> None:
        """Numbers that came as bytes."""
        wire = step.wire if isinstance(step, model.Field) else None
        data = self._in_order(name, step)
        if number := _whole(data, step):
            self.lines.add(f"{name} = {number}")
        elif isinstance(wire, model.Real):
            struct = self.context.struct(("<" if wire.little else ">") + "fd"[wire.width == 8])
            self.lines.add(f"({name},) = {struct}.unpack({data})")

    def _in_order(self, data: str, step: Step) -> str:
        """The bytes of a number, those whose words are swapped put right."""
        wire = step.wire if isinstance(step, model.Field) else None
        if isinstance(wire, model.Integer | model.Real) and wire.swapped:
            return f"{self.context.use('swapped')}({data})"
        return data

    def _compare(self, name: str, step: Step) -> None:
        """Constants and fixed bits must be as described."""
        if isinstance(step, Literal):
            at, end = self.places[step.key]
            if name == "":
                wrong = f"not {self.buffer}.startswith({octets(step.alternatives[0])}, {at})"
                name = f"bytes({span(self.buffer, at, end)})"
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
                if step.wire.digits is not None:
                    self._in_digits(name, step, step.wire.digits)
                self._fixed_bits(name, step, step.wire)
            elif isinstance(step.wire, model.Slice):
                self._slice(step, step.wire)
            if step.key in self.early:
                self.number(step)
                self.text(step)

    def _like(self, step: Literal) -> None:
        """A constant of which nothing behind it tells that it is there."""
        at, _ = self.places[step.key]
        (constant,) = step.alternatives
        with self.lines.block(f"if not {self.buffer}.startswith({octets(constant)}, {at}):"):
            place = (self.buffer, str(at), str(self.origin), "cls.NAME", self.label(step.name))
            unlike = self.context.use("unlike")
            whole = (self.whole,) if self.whole else ()
            self.lines.add("raise ", Call(unlike, (*place, octets(constant), *whole)))

    def _filled(self, region: model.Region) -> None:
        """A region whose elements say where it ends must not reach too far."""
        if region.longest is None or fixed_size(region) is not None:
            return
        start, end = self.places[region.key]
        count = end.minus(start)
        with self.lines.block(f"if {count} > {region.longest}:"):
            most = text(f"at most {region.longest} bytes")
            self.fail("too long", region.key, start, most, count, False)

    def _in_digits(self, name: str, step: model.Field, wire: model.Digits) -> None:
        """The number whose bits are named, from its digits."""
        at = self.places[step.key][0].minus(self.origin)
        place = (name, "cls.NAME", self.label(step.name or ""), at, self.extent)
        read = Call(self.context.use(f"read_{wire.notation}"), place)
        self.lines.add(f"{name} = ", read)

    def _fixed_bits(self, name: str, step: model.Field, wire: model.Bits) -> None:
        for part in wire.parts:
            if part.fixed is None:
                continue
            path = ".".join(filter(None, (step.name, part.name)))
            value = bits_in(name, wire, part)
            with self.lines.block(f"if {value} != {part.fixed}:"):
                self.fail(
                    "constant", path, self.places[step.key][0], str(part.fixed), value, known=False
                )

    def _slice(self, step: model.Field, wire: model.Slice) -> None:
        """A number made of bits of integers before it."""
        hosts = [key for key, _ in wire.pieces]
        self.places[step.key] = self.places[hosts[0]][0], self.places[hosts[-1]][1]
        name = self._variable_of(step)
        pieces = [(self.raws[key], piece) for key, piece in wire.pieces]
        widths = {(fixed_size(f) or 0) * 8 for f in self.message.fields() if f.key in hosts}
        width = widths.pop() if len(widths) == 1 else 0
        flat = f"{name} = {bits_of(pieces, width, wire.signed)}"
        if self.lines.indent + len(flat) <= WIDTH:
            self.lines.add(flat)
        else:
            self.lines.chain(f"{name} = ", bit_terms(pieces, width), "|")
            if wire.signed:
                self.lines.add(f"{name} = {signed_of(name, wire.width)}")
        if isinstance(step.origin, model.Fixed):
            assert isinstance(step.origin.value, int)
            fixed, at = str(wire.bits(step.origin.value)), self.places[step.key][0]
            with self.lines.block(f"if {name} != {fixed}:"):
                self.fail("constant", step.name or "", at, fixed, name, known=False)


def _whole(data: str, step: Step) -> str:
    """The whole number that bytes hold; empty for anything else."""
    wire = step.wire if isinstance(step, model.Field) else None
    wire = wire.carrier if isinstance(wire, model.Bits) else wire
    if not isinstance(wire, model.Integer):
        return ""
    order = text("little" if wire.little else "big")
    signed = ", signed=True" if wire.signed else ""
    return f"int.from_bytes({data}, {order}{signed})"


def _is_little(step: Step) -> bool | None:
    """The byte order of a number of several bytes; None for everything else."""
    wire = step.wire if isinstance(step, model.Field) else None
    wire = wire.carrier if isinstance(wire, model.Bits) else wire
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
