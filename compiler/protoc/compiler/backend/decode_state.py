"""What a decoder knows while it is written: positions, variables, and how it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property

from msgspec import Struct, field

from protoc.compiler import model
from protoc.compiler.backend.code import WIDTH, Call, Code, Lines, keyed, text
from protoc.compiler.backend.context import Context
from protoc.compiler.backend.expressions import misplaced, named
from protoc.compiler.backend.formats import table_of
from protoc.compiler.backend.naming import local
from protoc.compiler.backend.places import At, known, told
from protoc.compiler.backend.plan import Step, asked
from protoc.compiler.backend.values import (
    digits_look,
    encoding_argument,
    is_plain_text,
    text_look,
)

_DIGITS = {"dec": "decimal digits", "hex": "hexadecimal digits"}
_TOTAL = ("latin-1",)
"""Encodings in which all bytes stand for something."""


class State(Struct, dict=True):
    """What the parts of a decoder share: what is known at the point they have come to.

    Attributes:
        at: where the next element begins.
        stop: end of the region around, None at the top.
        places: start and end of each element by key.
        fields: the fields met, in wire order; `raws` the variables of their raw values.
        settled: variables that hold the values of fields already, by name.
        whole: bytes of the message, when that is always the same.
        previous: writes what an expression asks of the item before.
        untyped: positions computed from what was unpacked, with the line where each is: its type is
            written there when something depends on it.
        plains: variables of the plain bytes of what is coded, by key.
        buffer: what the bytes are in; `origin` where the message begins there.
        closed: blocks whose coded bytes are known, and not yet what they stand for.
        verified: keys of the derived values that have been verified; `deciding` the steps behind
            which that happens, by identity.
        found: a constant that has been looked for, behind the place where it is.
        ahead: bytes behind the point, where an error in front of it reaches further.
    """

    message: model.Message | model.Record
    context: Context
    lines: Lines = field(default_factory=Lines)
    at: At = field(default_factory=lambda: At("at"))
    stop: str | None = None
    places: dict[str, tuple[At, At]] = field(default_factory=dict)
    fields: list[model.Field] = field(default_factory=list)
    settled: dict[str, str] = field(default_factory=dict)
    whole: str = ""
    previous: Callable[[model.Previous], str] = misplaced
    untyped: dict[str, int] = field(default_factory=dict)
    plains: dict[str, str] = field(default_factory=dict)
    buffer: str = "buffer"
    origin: At = field(default_factory=lambda: At("at"))
    closed: list[model.Coded] = field(default_factory=list)
    verified: set[str] = field(default_factory=set)
    deciding: set[int] = field(default_factory=set)
    found: tuple[str, bytes] | None = None
    ahead: int = 0
    _variables: int = 0
    _constants: int = 0
    parsed: set[str] = field(default_factory=set)
    _taken: set[str] = field(default_factory=set)
    _known: str = ""
    raws: dict[str, str] = field(default_factory=dict)
    _outer: tuple[str | None, ...] = ()
    _inside: bool = False
    _path: str = ""

    def read(self, step: model.Field, kind: str) -> str:
        """The variable of a raw value that has been made a number or text."""
        if not self._inside:
            return local(step.key)
        return self.fresh(f"{step.key.removesuffix('[]')}_{kind}")

    def forget(self) -> None:
        """How many bytes are there is not known any more."""
        self._known = ""

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Raw values get variables of their own: those of the fields are declared already."""
        before, self._inside = self._inside, True
        yield
        self._inside = before

    @contextmanager
    def decoded(self, buffer: str) -> Iterator[None]:
        """What is read now stands in plain bytes of their own, all of which are there."""
        outer = self.buffer, self.origin, self.at, self.stop, self.whole, self.fields, self.closed
        self.buffer, self.origin, self.at = buffer, At(""), At("")
        self.stop, self.whole, self.fields, self.closed = f"len({buffer})", "", [], []
        self.forget()
        yield
        self.buffer, self.origin, self.at, self.stop, self.whole, self.fields, self.closed = outer
        self.forget()

    @contextmanager
    def item(self, path: str) -> Iterator[None]:
        """Errors name an item of a list by a path that is put together when they happen."""
        self._path = f'f"{path}"'
        with self.inside():
            yield
        self._path = ""

    def label(self, name: str) -> str:
        """The path of a field, as code."""
        if self._path and name.startswith("."):
            return f'{self._path[:-1]}{name}"'
        return self._path or known(name)

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

    def need(self, end: At, step: Step) -> None:
        """Make sure that the bytes up to `end` are there."""
        if self._known == str(end):
            return
        self._known = str(end)
        if self.stop is None:
            with self.lines.block(f"if len({self.buffer}) < {end}:"):
                self.lines.add(f"raise {self.context.use('Incomplete')}({end.minus(self.origin)})")
            return
        if self.stop == "stop":
            name = getattr(step, "name", None) or ""
            with self.lines.block(f"if limit < {end}:"):
                places = (
                    self.at.minus(self.origin),
                    end.minus(self.at),
                    At("limit").minus(self.at),
                )
                short = Call(
                    self.context.use("short"), ("stop", "cls.NAME", self.label(name), *places)
                )
                self.lines.add("raise ", short)
            return
        with self.lines.block(f"if {self.stop} < {end}:"):
            key = getattr(step, "name", None) or ""
            self.fail(
                "length", key, self.at, text(f"{end.minus(self.at)} bytes"), _gap(self), known=False
            )

    def position(self) -> str:
        """A variable for a position."""
        self._variables += 1
        return f"p{self._variables}"

    def typed(self, position: At) -> None:
        """Say of a position that it is a number, where that does not follow."""
        line = self.untyped.pop(position.base, None)
        if line is not None and len(self.lines.lines[line]) + len(": int") <= WIDTH:
            self.lines.lines[line] = self.lines.lines[line].replace(" = ", ": int = ", 1)

    def moved(self, key: str, start: At, end: str) -> None:
        """An element has been passed."""
        self.at = At(end)
        self.places[key] = (start, self.at)

    @property
    def limit(self) -> str:
        """Where the bytes end that may belong to what is read."""
        return "limit" if self.stop == "stop" else self.stop or f"len({self.buffer})"

    @cached_property
    def early(self) -> set[str]:
        """Fields that are asked for while the message is read, so that they must be read first."""
        found = {key for part in asked(self.message.elements) for key in named(part)}
        return found | {field.key for field in self.message.fields() if self._is_compared(field)}

    @cached_property
    def computed_from(self) -> set[str]:
        """Fields whose raw values others are derived from."""
        origins = (field.origin for field in self.message.fields())
        derived = (o.expression for o in origins if isinstance(o, model.Derived))
        return {key for expression in derived for key in named(expression)}

    def _is_compared(self, field: model.Field) -> bool:
        """Whether something is derived of the number that digits are, which is the caller's."""
        is_digits = isinstance(field.wire, model.Digits)
        if not is_digits or isinstance(field.origin, model.Derived):
            return False
        origins = (other.origin for other in self.message.fields())
        return any(
            isinstance(o, model.Derived) and field.key in named(o.expression) for o in origins
        )

    def number(self, step: model.Field) -> None:
        """Digits as a number, once."""
        if step.key in self.parsed:
            return
        if isinstance(step.wire, model.Slice) and step.wire.decimal:
            self.parsed.add(step.key)
            self.lines.add(f"{self.raws[step.key]} = ", self.decimal(step, self.raws[step.key]))
        if not isinstance(step.wire, model.Digits):
            return
        self.parsed.add(step.key)
        raw = self.raws[step.key]
        place = self.places[step.key][0]
        name = self.raws[step.key] = self.read(step, "number")
        if table := table_of(step.wire, "NUMBERS"):
            self.lines.add(f"{name} = {self.context.use(table)}.get({raw})")
            with self.lines.block(f"if {name} is None:"):
                words = text(_DIGITS[step.wire.notation])
                self.fail("value", step.name or "", place, words, raw)
            return
        if _is_plain(step.wire):
            with self.lines.block(f"if not {raw}.isdigit():"):
                self.fail("value", step.name or "", place, text("decimal digits"), raw)
            self.lines.add(f"{name} = int({raw})")
            return
        read = self.context.use(f"read_{step.wire.notation}")
        if step.wire.varying:
            self.lines.add(f"{name} = {read}({raw})")
            return
        at = place.minus(self.origin)
        arguments = (raw, "cls.NAME", self.label(step.name or ""), at, self.extent)
        options = digits_look(step.wire)
        self.lines.add(f"{name} = ", Call(read, (*arguments, *options)))

    def decimal(self, step: model.Field, bits: str, name: str = "") -> Code:
        """The number of which bits are the packed digits."""
        at = self.places[step.key][0].minus(self.origin)
        arguments = (bits, "cls.NAME", self.label(name or step.name or ""), at, self.extent)
        return Call(self.context.use("read_decimal"), arguments)

    def text(self, step: model.Field) -> None:
        """Text from its bytes, once."""
        wire = step.wire
        if not isinstance(wire, model.Text) or step.key in self.parsed:
            return
        self.parsed.add(step.key)
        raw = self.raws[step.key]
        if wire.encoding == model.DIGITS:
            self.raws[step.key] = f"{raw}.hex().upper()"
            return
        name = self.raws[step.key] = self.read(step, "text")
        if is_plain_text(wire):
            self._plain_text(step, wire, raw, name)
            return
        options = text_look(wire)
        if wire.trim:
            options.append(keyed("trim", text(wire.trim)))
        read = self.context.use("read_text")
        at, label = self.places[step.key][0].minus(self.origin), self.label(step.name or "")
        arguments = (raw, text(wire.encoding), "cls.NAME", label, at, self.extent)
        self.lines.add(f"{name} = ", Call(read, (*arguments, *options)))

    def _plain_text(self, step: model.Field, wire: model.Text, raw: str, name: str) -> None:
        """Text from all its bytes."""
        decode = f"{name} = {raw}.decode({encoding_argument(wire)})"
        if wire.encoding in _TOTAL:
            self.lines.add(decode)
            return
        at, label = self.places[step.key][0].minus(self.origin), self.label(step.name or "")
        with self.lines.block("try:"):
            self.lines.add(decode)
        with self.lines.block("except UnicodeDecodeError as error:"):
            arguments = ("error", text(wire.encoding), "cls.NAME", label, at, self.extent)
            call = Call(self.context.use("not_text"), arguments)
            self.lines.add("raise ", call, " from None")

    @property
    def extent(self) -> str:
        """How far the frame reaches, once its end is known."""
        return self.at.moved(self.ahead).minus(self.origin)

    def fail(
        self, reason: str, name: str, at: At, expected: str, got: str, known: bool = True
    ) -> None:
        """`known` when the end of the frame is: the error then says how far it reaches."""
        arguments: list[Code] = [
            text(reason), "cls.NAME", self.label(name), at.minus(self.origin), expected, got,
        ]  # fmt: skip
        if known or self.whole:
            arguments.append(self.whole or self.extent)
        self.lines.add("raise ", Call(self.context.use("DecodeError"), tuple(arguments)))


def _is_plain(wire: model.Digits) -> bool:
    """Whether there are always so many decimal digits, and nothing else."""
    return isinstance(wire.size, model.FixedSize) and wire.notation == "dec" and wire.pad is None


def _gap(decoder: State) -> str:
    return At(decoder.stop or f"len({decoder.buffer})").minus(decoder.at)
