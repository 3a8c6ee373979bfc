"""Encoding values: each checked to fit, and turned into a raw value or into bytes."""

from __future__ import annotations

from collections.abc import Callable, Collection

from msgspec import Struct, field

from protoc.compiler import model
from protoc.compiler.backend.assemble import Assembly
from protoc.compiler.backend.code import (
    Call,
    Code,
    Lines,
    octets,
    text,
)
from protoc.compiler.backend.context import Context
from protoc.compiler.backend.expressions import misplaced
from protoc.compiler.backend.formats import held_by, table_of, takes_fractions
from protoc.compiler.backend.linear import is_whole, to_raw
from protoc.compiler.backend.naming import attribute, local
from protoc.compiler.backend.places import Place, known, told
from protoc.compiler.backend.plan import Literal, Step, slices_of, steps
from protoc.compiler.backend.shared import Shared
from protoc.compiler.backend.values import encoding_argument, is_reversed, limits
from protoc.compiler.backend.written import digits, written
from protoc.compiler.resolve.fitting import bits_as_number, raw_limits


class Values(Struct):
    """Writes what makes raw values of values; the rest of an encoder puts them together.

    Attributes:
        places: where each element will stand, by key.
        raws: the variable or expression of each raw value, by key.
        numbers: variables of numbers whose raw value is text.
        fits: least and largest value of each number, by path; of text its encoding, of bytes
            nothing.
        instead: what stands for the values of fields that may be left out of a branch, by key.
        item: the name of the list whose items are being written, `each` the variable of one.
        loops: the types of such variables so far.
        origin: where the bytes begin that are put together, in the variable `frame`; `begun`
            when some of them are there.
        plains: variables of the plain bytes of what is coded, by key.
        sure: names of fields that are known to be given where code is written.
        previous: writes what an expression asks of the item before.
        kept: variables for what is asked of a way of a branch behind it.
        gathered: variables of bytes that are covered before the frame is there.
        opened_up: keys of what is coded and has its places.
        agreeing: keys of branches whose conditions have been compared with what is given.
    """

    message: model.Message | model.Record
    context: Context
    lines: Lines = field(default_factory=lambda: Lines(indent=12))
    places: dict[str, tuple[Place, Place]] = field(default_factory=dict)
    raws: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    fits: dict[str, tuple[float, ...] | str] = field(default_factory=dict)
    instead: dict[str, str] = field(default_factory=dict)
    _pending: Assembly = field(default_factory=Assembly)
    item: str = ""
    each: str = "item"
    loops: dict[str, str] = field(default_factory=dict)
    origin: Place = field(default_factory=lambda: Place(0))
    sure: frozenset[str] = frozenset()
    previous: Callable[[model.Previous], str] = misplaced
    frame: str = "frame"
    plains: dict[str, str] = field(default_factory=dict)
    begun: bool = False
    kept: dict[model.Expression, str] = field(default_factory=dict)
    gathered: dict[model.Extent, str] = field(default_factory=dict)
    agreeing: set[str] = field(default_factory=set)
    opened_up: set[str] = field(default_factory=set)
    _reached: Place | None = None
    _formats: dict[str, str] = field(default_factory=dict)
    _beyond: list[str] = field(default_factory=list)
    _order: list[Step] = field(default_factory=list)
    _prepared: set[str] = field(default_factory=set)
    _done: set[str] = field(default_factory=set)
    _taken: set[str] = field(default_factory=set)
    _late: list[model.Field] = field(default_factory=list)

    def value(self, step: model.Field) -> str:
        """The value of a field; that of an item of a list is at hand."""
        given = f"self.{attribute(step.name)}" if step.name else self.each
        return self.instead.get(step.key, given)

    def _raw(
        self, value: str, step: model.Field, wire: model.Integer | model.Real | model.Slice
    ) -> str:
        if step.conversion.boolean:
            return value if isinstance(wire, model.Slice) else f"bool({value})"
        return self.to_raw(value, step.conversion, wire, step.name or self.item)

    def to_raw(self, value: str, conversion: model.Conversion, wire: model.Wire, name: str) -> str:
        """The raw number of a value."""
        if conversion.via is None:
            return to_raw(value, conversion, wire, self.context.use)
        return f"{self.context.via(conversion.via, name)}.raw({value}, {is_whole(wire)})"

    def _text(self, step: model.Field, value: str) -> Code:
        """The call that writes text, digits or bytes."""
        wire, name = step.wire, text(attribute(step.name or self.item))
        if isinstance(wire, model.Digits):
            raw = self.to_raw(value, step.conversion, wire, step.name or self.item)
            if step.conversion.boolean:
                raw = f"int(bool({value}))"
            return self.digits(wire, raw, name)
        return written(wire, value, self.context, "self.NAME", name, step.longest)

    def digits(self, wire: model.Digits, raw: str, name: str) -> Code:
        """The call that writes a number in digits."""
        return digits(wire, raw, self.context, "self.NAME", name)

    def _as_bytes(self, step: model.Field, variable: str) -> bool:
        """Bytes, or text that is nothing but characters, checked where they stand.

        False for what takes more.
        """
        wire, value = step.wire, self.value(step)
        if step.name is None:
            return False
        name = attribute(step.name)
        if isinstance(wire, model.Raw):
            self.lines.add(f'{variable} = b"" + {value}')
            self.fits[name] = ()
        elif isinstance(wire, model.Text) and wire.bare:
            self.lines.add(f"{variable} = {value}.encode({encoding_argument(wire)})")
            self.fits[name] = wire.encoding
        else:
            return False
        if isinstance(wire.size, model.FixedSize):
            with self.lines.block(f"if len({variable}) != {wire.size.bytes}:"):
                self.refuse(name, f"exactly {wire.size.bytes} bytes", value)
        else:
            self.short_enough(step, variable, value)
        return True

    def short_enough(self, step: model.Field, variable: str, value: str) -> None:
        """What a field has at most."""
        if step.longest is not None:
            with self.lines.block(f"if len({variable}) > {step.longest}:"):
                self.refuse(step.name or self.item, f"at most {step.longest} bytes", value)

    def _formatted(self, step: model.Field, value: str, format_: str) -> None:
        """Digits that are written together with what stands around them."""
        raw = value
        if step.conversion.boolean:
            raw = f"bool({value})"
        elif step.conversion.linear or step.conversion.via is not None:
            raw = local(step.key)
            name = step.name or self.item
            self.lines.add(f"{raw} = {self.to_raw(value, step.conversion, step.wire, name)}")
        if not table_of(step.wire, "DIGITS"):
            low, high = held_by(step.wire)
            if not (step.conversion.boolean or _is_within(step, low, high)):
                self._beyond.append(f"not {low} <= {raw} <= {high}")
        if raw == value and takes_fractions(step.wire, format_):
            raw = f"{self.context.use('index')}({value})"
        self._as_digits(step, raw, format_)

    def _as_digits(self, step: model.Field, number: str, format_: str) -> None:
        """A whole number as digits of a fixed size; a table has just those that fit."""
        if table := table_of(step.wire, "DIGITS"):
            self.raws[step.key] = f"{self.context.use(table)}[{number}]"
        else:
            self._formats[step.key], self.raws[step.key] = format_, number

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
            self.refuse(".".join(map(attribute, name.split("."))), words, value)

    def refuse(self, name: str, expected: str, value: str) -> None:
        """Raise the error for a value that does not fit."""
        self.refuse_as(name, text(expected), value)

    def refuse_as(self, name: str, expected: str, value: str) -> None:
        """The same, with words that are put together when it happens."""
        call = Call(self.context.use("EncodeError"), ("self.NAME", known(name), expected, value))
        self.lines.add("raise ", call)

    def _shared(self, step: model.Field, without: Collection[model.Field] = ()) -> None:
        """An integer put together from its bits, each value checked to fit.

        Those `without` are left open.
        """
        assert isinstance(step.wire, model.Bits)
        shared = Shared(step.wire.integer.width * 8)
        for part in step.wire.parts:
            if part.fixed is not None:
                shared.constant(part.fixed, part.pieces)
            elif part.name is not None:
                self._member(step, part, shared)
        for field_, pieces in slices_of(step, self.message):
            if field_ not in without:
                self._sliced(step, field_, pieces, shared)
        self._none_of(shared.beyond)
        self.lines.chain(f"{self.raws[step.key]} = ", shared.rows(), "|")

    def opened(self, step: model.Field, fields: Collection[model.Field]) -> None:
        """The bits that were left open in an integer."""
        assert isinstance(step.wire, model.Bits)
        shared = Shared(step.wire.integer.width * 8)
        for field_, pieces in slices_of(step, self.message):
            if field_ in fields:
                self._sliced(step, field_, pieces, shared)
        self._none_of(shared.beyond)
        self.lines.chain(f"{self.raws[step.key]} |= ", shared.rows(), "|")

    def _member(self, step: model.Field, part: model.Part, shared: Shared) -> None:
        """A member of a group."""
        owner = local(step.name) if step.name else self.each
        if step.name and not shared.terms and not shared.beyond:
            self.lines.add(f"{owner} = {self.value(step)}")
        value = f"{owner}.{attribute(part.name or '')}"
        path = f"{step.name or self.item}.{attribute(part.name or '')}"
        self._bounded(value, path, part.bounds)
        raw = self.to_raw(value, part.conversion, bits_as_number(part), part.name or "")
        wire, boolean = bits_as_number(part), part.conversion.boolean
        within = _is_within(part, *raw_limits(wire))
        shared.value(raw, wire, part.pieces, boolean=boolean, within=within)
        limit = limits(bits_as_number(part), part.conversion, part.bounds)
        assert limit is not None
        self.fits[path] = limit

    def _sliced(
        self, step: model.Field, field_: model.Field, pieces: list[model.Piece], shared: Shared
    ) -> None:
        """The pieces that a field of the message has in this integer."""
        assert isinstance(field_.wire, model.Slice)
        if isinstance(field_.origin, model.Fixed):
            assert isinstance(field_.origin.value, int)
            shared.constant(field_.wire.bits(field_.origin.value), tuple(pieces))
            return
        first, boolean = field_.wire.pieces[0][0] == step.key, field_.conversion.boolean
        raw, within = self.raws[field_.key], _is_within(field_, *raw_limits(field_.wire))
        if isinstance(field_.origin, model.Derived) and not field_.wire.decimal:
            # a check is cut to its bits
            within = within or bool(model.checksums(field_.origin.expression))
        shared.value(raw, field_.wire, tuple(pieces), first, boolean=boolean, within=within)

    def _none_of(self, beyond: list[str]) -> None:
        """None of these may hold; which it is that does is found out when one does."""
        if not beyond:
            return
        self.lines.condition("if ", tuple(beyond), "or")
        with self.lines.block_body():
            self.lines.add("raise OverflowError")

    def fresh(self, wanted: str) -> str:
        """A variable that no field has, numbered when it is taken."""
        names = {local(f.key) for f in self.message.fields()} | self._taken
        if isinstance(self.message, model.Record):
            names |= {told(name, self.message) for name in self.message.parameters}
        found, n = local(wanted), 2
        while found in names:
            found, n = f"{local(wanted)}{n}", n + 1
        self._taken.add(found)
        return found

    # -------------------------------------------------------------- what must not stand inside

    def delimited(self, step: model.Field, variable: str) -> None:
        """What ends a field cannot stand in it, nor what is forbidden."""
        size = getattr(step.wire, "size", None)
        variable = f"{variable}[::-1]" if is_reversed(step.wire) else variable
        name, value = step.name or self.item, self.value(step)
        groups: list[tuple[bytes, ...]] = []
        between = 0
        if isinstance(size, model.UntilNext) and size.times != 1:
            self._occurrences(step, size, variable)
        elif isinstance(size, model.UntilNext) and not size.loose:
            groups, between = ends_by_target(size), size.between
        self.kept_out(variable, name, value, groups, between, step.forbidden)

    def _occurrences(self, step: model.Field, size: model.UntilNext, variable: str) -> None:
        """The n-th of a constant ends a field: those before are in it, and any before the last."""
        (mark,) = size.targets
        if not size.times or not isinstance(mark, model.Constant):
            return
        constant = mark.alternatives[0]
        with self.lines.block(f"if {variable}.count({octets(constant)}) != {size.times - 1}:"):
            words = f"{constant!r} inside, {size.times - 1} times"
            self.refuse(step.name or self.item, words, self.value(step))

    def kept_out(
        self,
        variable: str,
        name: str,
        value: str,
        groups: list[tuple[bytes, ...]],
        between: int,
        forbidden: tuple[bytes, ...] = (),
    ) -> None:
        """Refuse bytes in which something would be found too early.

        Args:
            variable: holds the bytes.
            name: of the field whose they are.
            value: of that field.
            groups: constants that can come next, of which the first of a group is written.
            between: the bytes up to there.
            forbidden: what must not stand inside as well.
        """
        constants = [*forbidden, *sorted({end for ends in groups for end in ends})]
        constants = [c for c in dict.fromkeys(constants) if not _implied(c, constants)]
        for constant in constants:
            with self.lines.block(f"if {octets(constant)} in {variable}:"):
                self.refuse(name, f"no {constant!r} inside", value)
        beginnings = set() if between else {b for ends in groups for b in _beginnings(ends)}
        for beginning in sorted(beginnings):
            with self.lines.block(f"if {variable}.endswith({octets(beginning)}):"):
                self.refuse(name, f"no {beginning!r} at its end", value)


def _is_within(part: model.Field | model.Part, low: int, high: int) -> bool:
    """Whether the bounds of a value, looked at by themselves, hold it in these limits."""
    conversion = part.conversion
    if part.bounds is None or conversion.linear or conversion.via is not None:
        return False
    least, most = part.bounds
    return least is not None and most is not None and low <= least and most <= high


def ends_by_target(size: model.UntilNext) -> list[tuple[bytes, ...]]:
    """The constants of each element that can come next, by link where these differ."""
    groups: list[tuple[bytes, ...]] = []
    for target in steps(size.targets):
        if isinstance(target, Literal):
            groups.append(target.alternatives)
        elif isinstance(target, model.LinkEnd):
            groups += [ends for _, ends in target.by_link if ends]
    return groups


def _beginnings(ends: tuple[bytes, ...]) -> set[bytes]:
    """What a field must not end with, since together with the end that is written it is one."""
    return {
        end[:cut] for end in ends for cut in range(1, len(end)) if ends[0].startswith(end[cut:])
    }


def _implied(constant: bytes, others: list[bytes]) -> bool:
    """Whether another forbidden constant stands inside this one, and so forbids it as well."""
    return any(other != constant and other in constant for other in others)
