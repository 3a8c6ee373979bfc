"""The straight-line encoder of a message.

The generated method turns values into raw values, lengths first (they need sizes only), puts the
frame together, and computes the checks over it last.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from protoc.compiler import model
from protoc.compiler.backend.assemble import Assembly, Piece, joined
from protoc.compiler.backend.checks import Computer
from protoc.compiler.backend.code import (
    WIDTH,
    Call,
    Code,
    Lines,
    keyed,
    laid_out,
    literal,
    octets,
    text,
)
from protoc.compiler.backend.expressions import Writer, divides, named
from protoc.compiler.backend.naming import attribute, local
from protoc.compiler.backend.places import Place, before, bits_called, ends_of, span
from protoc.compiler.backend.plan import Enter, Leave, Literal, Step, size_of, steps
from protoc.compiler.backend.values import Context, limits, to_raw

_CODES = {1: "b", 2: "h", 4: "i", 8: "q"}


@dataclass
class Encoder:
    """Writes `encode` of one message."""

    message: model.Message
    context: Context
    lines: Lines = field(default_factory=lambda: Lines(indent=12))
    places: dict[str, tuple[Place, Place]] = field(default_factory=dict)
    raws: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    fits: dict[str, tuple[float, float]] = field(default_factory=dict)
    _pending: Assembly = field(init=False)
    _written: bool = False
    _taken: set[str] = field(default_factory=set)
    _patches: list[tuple[model.Field, model.Derived]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._pending = Assembly(self.context)

    def write(self) -> list[str]:
        """The body of the method."""
        row = steps(self.message.elements)
        for step in row:
            if isinstance(step, model.Field):
                self._prepare(step)
        self._place(row)
        self._lengths(row)
        for element in self.message.walk():
            self._agree(element)
        for step in row:
            self._emit(step)
        self._finish()
        return self._guarded()

    def _guarded(self) -> list[str]:
        """The body under `try`, where a value can fail to fit."""
        if not self.fits and not self.raws:
            return [line[4:] for line in self.lines.lines]
        self.context.use("UNFIT")
        entries: list[Code] = [
            f"{text(name)}: ({literal(low)}, {literal(high)})"
            for name, (low, high) in self.fits.items()
        ]
        call = Call(self.context.use("unfit"), ("self", "error", Call("", tuple(entries), "{}")))
        return [
            "        try:",
            *self.lines.lines,
            "        except UNFIT as error:",
            *laid_out("raise ", call, " from None", 12),
        ]

    # -------------------------------------------------------------- values

    def _prepare(self, step: model.Field) -> None:
        """The raw value of a field in a variable or an expression."""
        if isinstance(step.origin, model.Derived):
            self.raws[step.key] = local(step.key)
            return
        if isinstance(step.origin, model.Reserved):
            return
        if isinstance(step.wire, model.Bits):
            self._bits(step, step.wire)
            return
        assert step.name is not None
        name = attribute(step.name)
        value = f"self.{name}"
        self._bounded(value, step.name, step.bounds)
        if (limit := limits(step.wire, step.conversion, step.bounds)) is not None:
            self.fits[name] = limit
        if isinstance(step.wire, model.Integer | model.Real):
            self.raws[step.key] = self._raw(value, step, step.wire)
            return
        variable = local(step.key)
        self.raws[step.key] = variable
        self.lines.add(f"{variable} = ", self._text(step, value))
        self._measured(step, variable)
        self._delimited(step, variable)

    def _raw(self, value: str, step: model.Field, wire: model.Integer | model.Real) -> str:
        if step.conversion.boolean:
            return f"bool({value})"
        return to_raw(value, step.conversion, isinstance(wire, model.Integer))

    def _text(self, step: model.Field, value: str) -> Code:
        """The call that writes text, digits or bytes."""
        wire, name = step.wire, text(attribute(step.name or ""))
        size = getattr(wire, "size", None)
        width = str(size.bytes) if isinstance(size, model.FixedSize) else "None"
        if isinstance(wire, model.Digits):
            whole = wire.notation != "float"
            raw = to_raw(value, step.conversion, whole)
            if step.conversion.boolean:
                raw = f"int(bool({value}))"
            call = self.context.use(f"write_{wire.notation}")
            arguments: list[Code] = [raw, width, "self.NAME", name]
            if wire.decimals is not None:
                arguments.append(keyed("decimals", str(wire.decimals)))
            if wire.lower:
                arguments.append(keyed("lower", "True"))
            return Call(call, tuple(arguments))
        longest: list[Code] = (
            [keyed("longest", str(step.longest))] if step.longest is not None else []
        )
        if isinstance(wire, model.Raw):
            call = self.context.use("write_bytes")
            return Call(call, (value, width, "self.NAME", name, *longest))
        assert isinstance(wire, model.Text)
        options: list[Code] = []
        if wire.pad is not None:
            options.append(keyed("pad", octets(wire.pad)))
        if wire.left:
            options.append(keyed("left", "True"))
        call = self.context.use("write_text")
        return Call(
            call, (value, width, text(wire.encoding), "self.NAME", name, *options, *longest)
        )

    def _measured(self, step: model.Field, variable: str) -> None:
        """A size that only drives is the caller's to give, and must be the size there is."""
        size = getattr(step.wire, "size", None)
        if not isinstance(size, model.GivenSize):
            return
        drivers = [e for e in model.every(size.expression) if isinstance(e, model.Own)]
        if any(isinstance(self._origin(e), model.Derived) for e in drivers):
            return
        wanted = self._expression(size.expression)
        with self.lines.block(f"if len({variable}) != {wanted}:"):
            words = " and ".join(f"`{'.'.join(e.path)}`" for e in drivers)
            name = step.name or ""
            self._refuse(name, f"as many bytes as {words} says", f"self.{attribute(name)}")

    def _delimited(self, step: model.Field, variable: str) -> None:
        """What ends a field cannot stand in it, nor what is forbidden."""
        size = getattr(step.wire, "size", None)
        constants = list(step.forbidden)
        beginnings: set[bytes] = set()
        if isinstance(size, model.UntilNext) and not isinstance(step.wire, model.Digits):
            for target in steps(size.targets):
                groups: list[tuple[bytes, ...]] = []
                if isinstance(target, Literal):
                    groups = [target.alternatives]
                elif isinstance(target, model.LinkEnd):
                    groups = [ends for _, ends in target.by_link if ends]
                constants += sorted({end for ends in groups for end in ends})
                if not size.between:
                    beginnings = {b for ends in groups for b in _beginnings(ends)}
        constants = [c for c in dict.fromkeys(constants) if not _implied(c, constants)]
        for constant in constants:
            with self.lines.block(f"if {octets(constant)} in {variable}:"):
                self._refuse(
                    step.name or "", f"no {constant!r} inside", f"self.{attribute(step.name or '')}"
                )
        for beginning in sorted(beginnings):
            with self.lines.block(f"if {variable}.endswith({octets(beginning)}):"):
                words = f"no {beginning!r} at its end"
                self._refuse(step.name or "", words, f"self.{attribute(step.name or '')}")

    def _bounded(
        self, value: str, name: str, bounds: tuple[float | None, float | None] | None
    ) -> None:
        if bounds is None:
            return
        low, high = bounds
        condition = f"{'' if low is None else f'{low} <= '}{value}"
        condition += "" if high is None else f" <= {high}"
        words = f"{'' if low is None else low}..{'' if high is None else high}"
        with self.lines.block(f"if not {condition}:"):
            self._refuse(attribute(name), words, value)

    def _refuse(self, name: str, expected: str, value: str) -> None:
        call = Call(
            self.context.use("EncodeError"), ("self.NAME", text(name), text(expected), value)
        )
        self.lines.add("raise ", call)

    def _bits(self, step: model.Field, wire: model.Bits) -> None:
        """The parts of an integer, each checked to fit its bits, put together."""
        owner = "self"
        if wire.group is not None:
            owner = local(step.name or "")
            self.lines.add(f"{owner} = self.{attribute(step.name or '')}")
        terms, checks = [], []
        for part in wire.parts:
            shift = f" << {part.low}" if part.low else ""
            if part.fixed is not None:
                terms.append(str(part.fixed << part.low))
                continue
            if part.name is None:
                continue
            value = f"{owner}.{attribute(part.name)}"
            path = attribute(part.name) if wire.group is None else f"{step.name}.{part.name}"
            mask = (1 << (part.high - part.low + 1)) - 1
            bounds = part.bounds or (None, None)
            raw = to_raw(value, part.conversion, True)
            low, high = 0 if bounds[0] is None else bounds[0], bounds[1]
            if part.conversion.linear:
                raw = f"({raw})" if not raw.startswith("round(") else raw
                checks.append(f"0 <= {raw} <= {mask}")
                limit = part.conversion
                self.fits[path] = (float(limit.offset), float(mask * limit.scale + limit.offset))
            else:
                high = mask if high is None else min(high, mask)
                checks.append(f"{low} <= {raw} <= {high}")
                self.fits[path] = (low, high)
            terms.append(f"{raw}{shift}")
        self.raws[step.key] = (
            f"{local(step.key)}_bits" if step.name else f"bits{len(self.raws) + 1}"
        )
        if checks:
            self._checked(checks)
        self.lines.chain(f"{self.raws[step.key]} = ", terms or ["0"], "|")

    def _checked(self, checks: list[str]) -> None:
        joined = " and ".join(checks)
        flat = f"if not ({joined}):"
        if len(flat) + self.lines.indent <= WIDTH:
            head = [flat] if len(checks) > 1 else [f"if not {checks[0]}:"]
        elif len(joined) + self.lines.indent + 4 <= WIDTH:
            head = ["if not (", f"    {joined}", "):"]
        else:
            head = ["if not ("]
            head += [f"    {'and ' if i else ''}{check}" for i, check in enumerate(checks)]
            head += ["):"]
        self.lines.lines += [" " * self.lines.indent + line for line in head]
        with self.lines.block_body():
            self.lines.add("raise OverflowError")

    # -------------------------------------------------------------- places and lengths

    def _place(self, row: list[Step]) -> None:
        """Where everything will stand."""
        at = Place(0)
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
                elif isinstance(step, model.Field):
                    at = at.moved(0, f"len({self.raws[step.key]})")
                self.places[step.key] = (start, at)

    def _agree(self, element: model.Element) -> None:
        """What is given must have the size that fields in front of it tell, and not be too long."""
        if isinstance(element, model.Constant | model.LinkEnd | model.Branch):
            return
        start, end = self.places[element.key]
        size = element.size if isinstance(element, model.Region) else None
        if isinstance(element, model.Field):
            size = getattr(element.wire, "size", None)
        elif element.longest is not None and not end.minus(start).isdigit():
            with self.lines.block(f"if {end.minus(start)} > {element.longest}:"):
                self._refuse(element.key, f"at most {element.longest} bytes", end.minus(start))
        if isinstance(size, model.GivenSize) and not self._inverse(size.expression):
            count = self._expression(size.expression)
            name = element.key if isinstance(element, model.Region) else element.name or ""
            with self.lines.block(f"if {end.minus(start)} != {count}:"):
                self._refuse(name, "as many bytes as its size tells", end.minus(start))

    def _inverse(self, size: model.Expression) -> bool:
        """Whether a size is computed from fields that are themselves computed from it, exactly."""
        if isinstance(size, model.Operation):
            return all(self._inverse(operand) for operand in size.operands)
        if not isinstance(size, model.Own):
            return True
        origin = self._origin(size)
        return isinstance(origin, model.Derived) and not divides(origin.expression)

    def _origin(self, own: model.Own) -> model.Origin | None:
        """Who gives a value."""
        found = model.named(self.message.fields(), own.path)
        return found[0].origin if found else None

    def _lengths(self, row: list[Step]) -> None:
        """Derived values that need no bytes of the frame."""
        waiting = [s for s in row if isinstance(s, model.Field) and self._computed(s)]
        texts = {s.key for s in waiting if isinstance(s.wire, model.Digits)}
        for step in sorted(waiting, key=lambda s: _depends(s)):
            assert isinstance(step.origin, model.Derived)
            value: Code = self._expression(step.origin.expression)
            if step.key in texts:
                self._numbered(step, str(value))
            elif str(value).isdigit():
                self.raws[step.key] = str(value)
            else:
                self.lines.add(f"{self.raws[step.key]} = {value}")
                if (limit := limits(step.wire, step.conversion, None)) is not None:
                    self.fits[attribute(step.name or "")] = limit

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
        if any(
            step.key in named(field.origin.expression)
            for field in self.message.fields()
            if isinstance(field.origin, model.Derived)
        ):
            self.numbers[step.key] = f"{variable}_number"
            self.lines.add(f"{variable}_number = {value}")
            value = f"{variable}_number"
        self.lines.add(f"{variable} = ", self._digits(step, value))

    def _digits(self, step: model.Field, value: str) -> Code:
        assert isinstance(step.wire, model.Digits)
        size = step.wire.size
        width = str(size.bytes) if isinstance(size, model.FixedSize) else "None"
        call = self.context.use(f"write_{step.wire.notation}")
        options: list[Code] = [keyed("lower", "True")] if step.wire.lower else []
        name = text(attribute(step.name or ""))
        return Call(call, (value, width, "self.NAME", name, *options))

    def _expression(self, expression: model.Expression) -> str:
        return self._writer.write(expression)

    @property
    def _writer(self) -> Writer:
        return Writer(
            own=self._own,
            length=lambda e: self._distance(e.extent),
            replace=lambda: self.context.use("replaced"),
        )

    @property
    def _computer(self) -> Computer:
        return Computer(self.lines, self.context, self._writer, self._covered, self._fresh)

    def _own(self, own: model.Own) -> str:
        bits = bits_called(own, self.message, lambda key: self.raws[key])
        return bits or self._number(own.path[0])

    def _fresh(self, wanted: str) -> str:
        """A variable that no field has, numbered when it is taken."""
        names = {local(f.key) for f in self.message.fields()} | self._taken
        found, n = local(wanted), 2
        while found in names:
            found, n = f"{local(wanted)}{n}", n + 1
        self._taken.add(found)
        return found

    def _number(self, key: str) -> str:
        """The raw value of a field, digits as the number they stand for."""
        field_ = next(f for f in self.message.fields() if f.key == key)
        if isinstance(field_.wire, model.Digits) and isinstance(field_.origin, model.Given):
            whole = field_.wire.notation != "float"
            return to_raw(f"self.{attribute(key)}", field_.conversion, whole)
        return self.numbers.get(key) or self.raws.get(key, f"self.{attribute(key)}")

    def _distance(self, extent: model.Extent) -> str:
        start, end = ends_of(self.places, extent)
        return end.minus(start)

    def _covered(self, extent: model.Extent) -> str:
        start, end = ends_of(self.places, extent)
        first = "" if str(start) == "0" else str(start)
        return span("frame", first, end)

    # -------------------------------------------------------------- the frame

    def _emit(self, step: Step) -> None:
        if isinstance(step, Enter | Leave):
            return
        if isinstance(step, Literal):
            self._pending.constant(step.alternatives[0])
            return
        if isinstance(step, model.LinkEnd):
            self._pending.add(Piece(f"{self._ends(step)}.written"))
            return
        if isinstance(step.origin, model.Reserved):
            self._pending.constant(bytes(size_of(step) or 0))
            return
        if isinstance(step.origin, model.Derived) and self._is_check(step):
            self._check(step, step.origin)
            return
        self._pending.add(self._piece(step, self.raws[step.key]))

    def _ends(self, step: model.LinkEnd) -> str:
        return f"{self.context.ends(step.by_link)}[link]"

    def _piece(self, step: model.Field, raw: str) -> Piece:
        wire = step.wire.integer if isinstance(step.wire, model.Bits) else step.wire
        if isinstance(wire, model.Integer):
            little = wire.little if wire.width > 1 else None
            if wire.width in _CODES:
                code = _CODES[wire.width]
                return Piece(raw, code if wire.signed else code.upper(), little)
            order = text("little" if wire.little else "big")
            signed = ", signed=True" if wire.signed else ""
            if not raw.isidentifier():
                variable = local(step.key)
                self.lines.add(f"{variable} = {raw}")
                raw = variable
            return Piece(f"{raw}.to_bytes({wire.width}, {order}{signed})")
        if isinstance(wire, model.Real):
            return Piece(raw, "f" if wire.width == 4 else "d", wire.little)
        return Piece(raw)

    def _check(self, step: model.Field, origin: model.Derived) -> None:
        """A check over the frame so far; one over what follows is filled in when that is there."""
        mine = self.places[step.key][0]
        open_ = [p for p in self._patches if self._inside(p[0].key, origin.expression)]
        needed = [origin.expression, *(o.expression for _, o in open_)]
        if not all(before(self._last(expression), mine) for expression in needed):
            self._pending.constant(bytes(size_of(step) or 0))
            self._patches.append((step, origin))
            return
        self._flush()
        self._fill_in(open_)
        self._compute(step, origin)
        self._pending.add(self._checked_piece(step))

    def _compute(self, step: model.Field, origin: model.Derived) -> None:
        if isinstance(step.wire, model.Digits):
            number = self._computer.short(f"{step.key}_value", origin.expression)
            self._numbered(step, number)
            return
        self._computer.assign(self.raws[step.key], origin.expression, step.wire)

    def _checked_piece(self, step: model.Field) -> Piece:
        return self._piece(step, self.raws[step.key])

    def _last(self, expression: model.Expression) -> Place:
        """Where the bytes end that an expression needs."""
        places = [Place(0)]
        for part in model.every(expression):
            if isinstance(part, model.Checksum):
                places += [ends_of(self.places, e)[1] for e in model.covered(part.data)]
            elif isinstance(part, model.Own):
                origin = self._origin(part)
                if isinstance(origin, model.Derived):
                    places.append(self._last(origin.expression))
        return max(places, key=lambda p: (len(p.terms), p.plus))

    def _flush(self) -> None:
        """Put what is pending behind the frame."""
        if not self._pending.pieces:
            return
        joined = self._pending.take(self.lines.indent)
        self.lines.add("frame += " if self._written else "frame = ", joined)
        self._written = True

    def _fill_in(self, patches: list[tuple[model.Field, model.Derived]]) -> None:
        """Put checks where room was left for them; one that others cover comes before them."""
        waiting = list(patches)
        while waiting:
            ready = next(
                (step, origin)
                for step, origin in waiting
                if not any(self._inside(other.key, origin.expression) for other, _ in waiting)
            )
            waiting.remove(ready)
            self._patches.remove(ready)
            self._compute(*ready)
            self._pending.add(self._checked_piece(ready[0]))
            start, end = self.places[ready[0].key]
            (piece,) = self._pending.parts()
            front = [span("frame", "", start)] if str(start) != "0" else []
            self.lines.chain("frame = ", [*front, str(piece), span("frame", end, "")], "+")

    def _inside(self, key: str, expression: model.Expression) -> bool:
        """Whether an expression covers an element."""
        mine = self.places[key]
        for check in model.checksums(expression):
            for extent in model.covered(check.data):
                start, end = ends_of(self.places, extent)
                if before(start, mine[0]) and before(mine[1], end):
                    return True
        return False

    def _finish(self) -> None:
        if not self._patches:
            if self._written:
                self._return(self._pending.parts())
            elif self._pending.pieces:
                self.lines.add("return ", self._pending.take(self.lines.indent))
            else:
                self.lines.add('return b""')
            return
        self._flush()
        self._fill_in(self._patches)
        self.lines.add("return frame")

    def _return(self, parts: list[Code]) -> None:
        """The frame with what is left behind it."""
        room = WIDTH - self.lines.indent - 6
        if len(parts) > 1 and all(len(str(part)) <= room for part in parts):
            self.lines.chain("return ", ["frame", *map(str, parts)], "+")
        elif parts:
            self.lines.add("return frame + ", joined(parts, self.lines.indent))
        else:
            self.lines.add("return frame")


def _beginnings(ends: tuple[bytes, ...]) -> set[bytes]:
    """What a field must not end with, since together with the end that is written it is one."""
    return {
        end[:cut] for end in ends for cut in range(1, len(end)) if ends[0].startswith(end[cut:])
    }


def _implied(constant: bytes, others: list[bytes]) -> bool:
    """Whether another forbidden constant stands inside this one, and so forbids it as well."""
    return any(other != constant and other in constant for other in others)


def _depends(step: model.Field) -> int:
    """Copies of other fields come behind what they copy."""
    assert isinstance(step.origin, model.Derived)
    return 1 if isinstance(step.origin.expression, model.Own) else 0
