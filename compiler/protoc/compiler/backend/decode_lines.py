"""Decoding lines that come in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.backend.annotations import read_types
from protoc.compiler.backend.code import octets, text
from protoc.compiler.backend.decode_branches import Branches
from protoc.compiler.backend.decode_lists import Lists
from protoc.compiler.backend.naming import local
from protoc.compiler.backend.places import At

if TYPE_CHECKING:
    from protoc.compiler.backend.decode import Decoder


class LineReader(Struct):
    """Writes the lines of one decoder: each is tried as one kind after the other."""

    decoder: Decoder

    def write(self, lines: model.Lines) -> None:
        """Line after line, up to what stands behind them."""
        decoder = self.decoder
        start, end, stop = decoder.at, decoder.position(), decoder.position()
        self._declare(lines)
        decoder.lines.add(f"{end} = {start}")
        with decoder.lines.block(f"while ({stop} := {self._next(lines, end)}) > {end}:"):
            self._line(lines, end, stop)
        decoder.forget()
        decoder.moved(lines.key, start, end)
        self._demand(lines)

    def _declare(self, lines: model.Lines) -> None:
        """The variables of the fields: None, or an empty list, before any line has come."""
        decoder = self.decoder
        lists = _lists(lines)
        for name, type_ in read_types((lines,), decoder.context).items():
            variable = decoder.settled[name] = local(name)
            begin = "[]" if name in lists else "None"
            none = "" if name in lists else " | None"
            decoder.lines.add(f"{variable}: {type_}{none} = {begin}")

    def _next(self, lines: model.Lines, end: str) -> str:
        """Where the next line ends; where it begins when there is none."""
        decoder = self.decoder
        behind: list[bytes] = []
        for target in lines.behind or ():
            if isinstance(target, model.Constant):
                behind += target.alternatives
            else:
                behind += [e for _, ends in target.by_link for e in ends]
        known = decoder.context.line_end(lines.end.alternatives[0], tuple(dict.fromkeys(behind)))
        stop = f", {decoder.stop}" if decoder.stop else ""
        return f"{known}.next({decoder.buffer}, {end}, {decoder.origin}, cls.NAME{stop})"

    def _line(self, lines: model.Lines, end: str, stop: str) -> None:
        """One line: the first kind that fits it wholly."""
        decoder = self.decoder
        outer, decoder.stop = decoder.stop, stop
        for kind in lines.kinds():
            decoder.at = At(end)
            decoder.forget()
            self._attempt(model.Arm(kind), end, stop)
        decoder.at, decoder.stop = At(end), outer
        if lines.strict:
            got = f"bytes({decoder.buffer}[{end}:{stop}])"
            decoder.fail("value", "", At(end), text("one of the lines described"), got, known=False)
        else:
            decoder.lines.add(f"{end} = {stop}")

    def _attempt(self, arm: model.Arm, end: str, stop: str) -> None:
        """A line read as one kind, if it begins like that."""
        decoder = self.decoder
        first = arm.elements[0]
        if isinstance(first, model.Field) and isinstance(first.wire, model.Items):
            self._kind(arm, end, stop, first)
            return
        alternatives = first.alternatives if isinstance(first, model.Constant) else ()
        if len(alternatives) != 1:
            self._kind(arm, end, stop)
            return
        (constant,) = alternatives
        with decoder.lines.block(
            f"if {decoder.buffer}.startswith({octets(constant)}, {end}, {stop}):"
        ):
            behind = decoder.at.moved(len(constant))
            decoder.places[first.key] = (decoder.at, behind)
            decoder.at = behind
            self._kind(model.Arm(arm.elements[1:]), end, stop)

    def _kind(self, arm: model.Arm, end: str, stop: str, items: model.Field | None = None) -> None:
        """A line read as one kind; nothing is kept of it before all of it fits."""
        decoder = self.decoder
        with decoder.lines.block("try:"):
            start = decoder.at
            if items is not None:
                self._repeated(items, stop)
            else:
                assignments = Branches(decoder).taken(arm, start, [])
                self._filled(start, stop)
                for target, value in assignments:
                    decoder.lines.add(f"{target} = ", value)
            decoder.lines.add(f"{end} = {stop}")
            decoder.lines.add("continue")
        with decoder.lines.block(f"except {decoder.context.use('DecodeError')}:"):
            self._forget(arm)

    def _forget(self, arm: model.Arm) -> None:
        """What a line that does not fit has begun to put together."""
        decoder = self.decoder
        begun = [
            decoder.settled[element.name or ""]
            for element in model.walk(arm.elements)
            if isinstance(element, model.Field)
            and isinstance(element.wire, model.Items | model.Nested)
            and element is not arm.elements[0]
        ]
        for variable in begun:
            decoder.lines.add(f"{variable} = None")
        if not begun:
            decoder.lines.add("pass")

    def _repeated(self, field: model.Field, stop: str) -> None:
        decoder = self.decoder
        assert isinstance(field.wire, model.Items)
        wire = field.wire.item.wire
        assert isinstance(wire, model.Nested)
        start, end, one = decoder.at, decoder.position(), decoder.fresh("line")
        Lists(decoder).part(wire, one, start, end, stop)
        decoder.at = At(end)
        self._filled(start, stop)
        decoder.lines.add(f"{decoder.settled[field.name or '']}.append({one})")

    def _filled(self, start: At, stop: str) -> None:
        """A line has nothing behind what was read of it."""
        decoder = self.decoder
        if str(decoder.at) == stop:
            return
        with decoder.lines.block(f"if {decoder.at} != {stop}:"):
            expected, got = At(stop).minus(start), decoder.at.minus(start)
            decoder.fail("length", "", start, expected, got, known=False)

    def _demand(self, lines: model.Lines) -> None:
        """A line that may not be missing has come."""
        decoder = self.decoder
        sometimes = model.sometimes((lines,))
        lists = _lists(lines)
        for name in read_types((lines,), decoder.context):
            if name in sometimes or name in lists:
                continue
            with decoder.lines.block(f"if {decoder.settled[name]} is None:"):
                decoder.fail("value", name, decoder.at, text("a line that tells it"),
                             text("nothing"), known=False)  # fmt: skip


def _lists(lines: model.Lines) -> set[str | None]:
    """The names of the lines that come any number of times."""
    firsts = [arm.elements[0] for arm in lines.arms]
    return {
        field.name
        for field in firsts
        if isinstance(field, model.Field) and isinstance(field.wire, model.Items)
    }
