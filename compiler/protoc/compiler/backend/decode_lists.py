"""Decoding lists, and messages as fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.backend.annotations import annotation
from protoc.compiler.backend.code import (
    Call,
    Chain,
    Code,
    Named,
    bracketed,
    keyed,
    octets,
    text,
    tupled,
    unbracketed,
)
from protoc.compiler.backend.naming import local
from protoc.compiler.backend.places import At, previous_of
from protoc.compiler.backend.plan import Step, least_size, steps
from protoc.compiler.backend.present import Presenter
from protoc.compiler.backend.values import digits_look, scan_of, text_of
from protoc.compiler.resolve.beginnings import octets_of
from protoc.compiler.resolve.measures import fixed_size

if TYPE_CHECKING:
    from protoc.compiler.backend.decode import Decoder


class Lists(Struct):
    """Writes the lists and objects of one decoder: their values wait in variables."""

    decoder: Decoder

    def nested(self, field: model.Field, wire: model.Nested, behind: list[Step]) -> None:
        """An object."""
        decoder = self.decoder
        assert field.name is not None
        variable = decoder.settled[field.name] = local(field.name)
        start = decoder.at
        stretch = wire.size is not None
        stop = decoder.stretch(field, wire.size, behind) if wire.size is not None else None
        end = decoder.position()
        with decoder.lines.block("try:"):
            self.part(wire, variable, start, end, stop or decoder.stop or "None")
        self._within(text(field.name), start.minus(decoder.origin))
        if stretch:
            self._filled(field.name, start, end, stop or "")
        decoder.forget()
        decoder.moved(field.key, start, end)

    def part(self, wire: model.Nested, variable: str, start: object, end: str, stop: str) -> None:
        """An object in a variable, and where it ends."""
        decoder = self.decoder
        cls = decoder.context.classes[f"record {wire.record.name}"]
        told = [unbracketed(decoder.expression(argument)) for argument in wire.arguments]
        call = Call(f"{cls}.decode_part", (decoder.buffer, str(start), stop, *told))
        decoder.lines.add(f"{variable}, {end} = ", call)

    def _within(self, path: str, offset: str) -> None:
        """Errors of what is inside say where it stands in the message."""
        decoder = self.decoder
        decoder.lines.add(f"except {decoder.context.use('WITHIN')} as error:")
        with decoder.lines.block_body():
            call = Call("error.within", ("cls.NAME", path, offset))
            decoder.lines.add("raise ", call, " from None")

    def _filled(self, name: str, start: At, end: str, stop: str) -> None:
        decoder = self.decoder
        with decoder.lines.block(f"if {end} != {stop}:"):
            expected, got = At(stop).minus(start), At(end).minus(start)
            decoder.fail("length", name, start, expected, got, known=False)

    # -------------------------------------------------------------- lists

    def items(self, field: model.Field, wire: model.Items, behind: list[Step]) -> None:
        """A list, item by item."""
        decoder = self.decoder
        assert field.name is not None
        declared = field.name in decoder.settled
        variable = decoder.settled[field.name] = local(field.name)
        if not declared:
            type_ = annotation(wire, field.conversion, decoder.context)
            decoder.lines.add(f"{variable}: {type_} = []")
        else:
            decoder.lines.add(f"{variable} = []")
        start = decoder.at
        stop = decoder.stretch(field, wire.size, behind) if wire.size is not None else None
        end = decoder.position()
        decoder.lines.add(f"{end} = {start}")
        outer = decoder.stop
        if stop is not None:
            decoder.stop = stop
        if ends := self._ends(wire) if outer in (None, "stop") and stop is None else None:
            with decoder.lines.block("try:"):
                self._loop(field, wire, variable, end, stop)
            self._scanned(wire, variable, end, ends)
        else:
            self._loop(field, wire, variable, end, stop)
        decoder.stop = outer
        if stop is not None:
            self._filled(field.name, start, end, stop)
        decoder.forget()
        decoder.moved(field.key, start, end)

    def _ends(self, wire: model.Items) -> Code | None:
        """What finds the end of an item; None where items are counted in another way."""
        decoder, item = self.decoder, wire.item.wire
        if wire.or_end or not _tells_alone(wire):
            return None
        if wire.gaps and isinstance(item, model.Digits) and not _is_open(item):
            present = self._ends(replace(wire, gaps=False))
            first = octets(octets_of(item))
            return Call(decoder.context.use("perhaps"), (present, first)) if present else None
        if isinstance(item, model.Items) and item.size is None:
            inner = self._ends(item)
            if inner is None:
                return None
            passing = Named("lambda: ", self._scan(item, inner, self._left(item)))
            return Call(decoder.context.use("lists"), (passing,))
        if (size := fixed_size(wire.item)) is not None and not isinstance(item, model.Nested):
            return Call(decoder.context.use("sized"), (str(size),))
        if isinstance(item, model.Nested) and item.size is None:
            cls = decoder.context.classes[f"record {item.record.name}"]
            told = [decoder.expression(argument) for argument in item.arguments]
            return Call(decoder.context.use("objects"), (f"{cls}.decode_part", *told))
        own = getattr(item, "size", None)
        if isinstance(own, model.WhileFits):
            scan, options = scan_of(item)
            return Call(decoder.context.use("scanned"), (decoder.context.use(scan), *options))
        if isinstance(own, model.UntilNext) and not own.between and own.times == 1:
            delimiter = decoder.delimiter(steps(own.targets))
            return Call(decoder.context.use("delimited"), (delimiter,))
        return None

    def _scanned(self, wire: model.Items, variable: str, end: str, ends: Code) -> None:
        """A list that is not whole is passed over as it comes."""
        decoder = self.decoder
        left: Code = self._left(wire)
        if wire.count is not None:
            left = Chain((bracketed(str(left)), f"- len({variable})"))
        scan = self._scan(wire, ends, left)
        decoder.lines.add(f"except {decoder.context.use('Incomplete')} as waiting:")
        with decoder.lines.block_body():
            place = At(end).minus(decoder.origin)
            decoder.lines.add("raise ", Call("waiting.behind", (scan, place)), " from None")

    def _left(self, wire: model.Items) -> str:
        """How many items a list has; `None` where something else ends it."""
        return "None" if wire.count is None else self.decoder.expression(wire.count)

    def _scan(self, wire: model.Items, ends: Code, left: Code) -> Call:
        """What passes over the items of a list, so many of which are left."""
        decoder = self.decoder
        more: list[Code] = []
        if wire.separator or wire.until:
            more.append(octets(wire.separator))
        if wire.until:
            more.append(tupled([octets(mark) for mark in wire.until]))
        if wire.whilst is not None:
            nested = isinstance(wire.item.wire, model.Nested)
            raw = "item" if nested else self._number(wire.item)
            around = decoder.previous
            decoder.previous = lambda previous: previous_of(wire.item, raw, previous)
            more.append(keyed("goes_on", f"lambda item: {decoder.expression(wire.whilst)}"))
            decoder.previous = around
        return Call(decoder.context.use("ItemScan"), (ends, left, *more))

    def _number(self, item: model.Field) -> str:
        """The raw value of an item whose bytes are in `item`."""
        context, wire = self.decoder.context, item.wire
        wire = wire.carrier if isinstance(wire, model.Bits) else wire
        data = "item"
        if isinstance(wire, model.Integer | model.Real) and wire.swapped:
            data = f"{context.use('swapped')}(item)"
        if isinstance(wire, model.Integer):
            order = text("little" if wire.little else "big")
            signed = ", signed=True" if wire.signed else ""
            alone = wire.width == 1 and not wire.signed
            return "item[0]" if alone else f"int.from_bytes({data}, {order}{signed})"
        if isinstance(wire, model.Real):
            struct = context.struct(("<" if wire.little else ">") + "fd"[wire.width == 8])
            return f"{struct}.unpack({data})[0]"
        assert isinstance(wire, model.Sized)
        if wire.reversed:
            data = "item[::-1]"
        if isinstance(wire, model.Raw):
            return data
        name = self.decoder.label(item.name or "")
        if isinstance(wire, model.Text):
            return text_of(data, wire, "cls.NAME", name, context)
        read, look = context.use(f"read_{wire.notation}"), digits_look(wire)
        return str(
            Call(read, (data,) if wire.varying else (data, "cls.NAME", name, "0", "0", *look))
        )

    def _loop(
        self, field: model.Field, wire: model.Items, variable: str, end: str, stop: str | None
    ) -> None:
        decoder = self.decoder
        again = ""
        if wire.first is not None:
            again = decoder.fresh("again")
            decoder.lines.add(f"{again} = {decoder.expression(wire.first)}")
        with decoder.lines.block(self._head(wire, variable, end, stop, again)):
            if wire.separator:
                self._separated(wire, variable, end)
            self._item(field, wire, variable, end, again)

    def _head(
        self, wire: model.Items, variable: str, end: str, stop: str | None, again: str
    ) -> str:
        """How long the loop goes on."""
        decoder = self.decoder
        if wire.count is not None:
            return f"while len({variable}) < {decoder.expression(wire.count)}:"
        if again:
            return f"while {again}:"
        if wire.until:
            delimiter = decoder.context.delimiter(wire.until)
            place = f"{decoder.buffer}, {end}, {decoder.origin}, {decoder.stop or 'None'}"
            more = f"{end} < {decoder.limit} and " if wire.or_end else ""
            return f"while {more}not {delimiter}.stands({place}):"
        assert stop is not None
        return f"while {end} < {stop}{f' or not {variable}' if wire.filled else ''}:"

    def _separated(self, wire: model.Items, variable: str, end: str) -> None:
        decoder = self.decoder
        delimiter = decoder.context.delimiter((wire.separator,))
        stop = (decoder.stop,) if decoder.stop else ()
        with decoder.lines.block(f"if {variable}:"):
            call = Call(
                f"{delimiter}.expect", (decoder.buffer, end, str(decoder.origin), "cls.NAME", *stop)
            )
            decoder.lines.add(f"{end} = ", call)

    def _item(
        self, field: model.Field, wire: model.Items, variable: str, end: str, again: str
    ) -> None:
        """One item, from where the last one ended."""
        decoder = self.decoder
        item = wire.item
        decoder.at = At(end)
        decoder.forget()
        if isinstance(item.wire, model.Nested):
            one = self._object_item(field, item, item.wire, variable, end)
            self._again(wire, again, one)
            return
        if isinstance(item.wire, model.Items):
            self._list_item(field, wire, item.wire, variable, end)
            return
        outer, decoder.fields = decoder.fields, []
        whole, decoder.whole = decoder.whole, ""
        with decoder.item(f"{field.name}[{{len({variable})}}]"):
            if wire.gaps:
                self._item_or_none(item, variable, end)
            else:
                decoder.row(steps((item,)))
                self._again(wire, again)
                self._append(item, variable)
                decoder.lines.add(f"{end} = {decoder.at}")
        decoder.fields, decoder.whole = outer, whole

    def _list_item(
        self, field: model.Field, wire: model.Items, inner: model.Items, variable: str, end: str
    ) -> None:
        """One item that is a list itself."""
        decoder, item = self.decoder, wire.item
        path = f"{field.name}[{{len({variable})}}]"
        one = decoder.fresh("items")
        type_ = annotation(inner, item.conversion, decoder.context)
        with decoder.item(path):
            stop = decoder.stretch(item, inner.size, []) if inner.size is not None else None
        decoder.lines.add(f"{one}: {type_} = []")
        behind, outer = decoder.position(), decoder.stop
        decoder.lines.add(f"{behind} = {end}")
        decoder.stop = stop or outer
        self._loop(replace(item, name=path), inner, one, behind, stop)
        decoder.stop = outer
        with decoder.item(path):
            if stop is not None:
                self._filled("", At(end), behind, stop)
            if not wire.separator:
                with decoder.lines.block(f"if {behind} == {end}:"):
                    decoder.fail("value", "", At(end), text("at least one byte"), text("nothing"),
                                 known=False)  # fmt: skip
        decoder.lines.add(f"{variable}.append({one})")
        decoder.lines.add(f"{end} = {behind}")

    def _append(self, item: model.Field, variable: str) -> None:
        """The value of an item behind those before."""
        (value,) = Presenter(self.decoder).values(item)
        assert isinstance(value, Named)
        self.decoder.lines.add(f"{variable}.append(", value.value, ")")

    def _item_or_none(self, item: model.Field, variable: str, end: str) -> None:
        """One item that may be absent: without a first digit, or without any bytes."""
        decoder = self.decoder
        wire = item.wire
        if isinstance(wire, model.Digits) and not _is_open(wire):
            place = f"{decoder.buffer}, {end}, {decoder.origin}, {decoder.stop or 'None'}"
            among, digits = decoder.context.use("among"), octets(octets_of(wire))
            with decoder.lines.block(f"if {among}({place}, {digits}):"):
                decoder.row(steps((item,)))
                self._append(item, variable)
                decoder.lines.add(f"{end} = {decoder.at}")
            with decoder.lines.block("else:"):
                decoder.lines.add(f"{variable}.append(None)")
            return
        decoder.row(steps((item,)))
        with decoder.lines.block(f"if {decoder.raws[item.key]}:"):
            self._append(item, variable)
        with decoder.lines.block("else:"):
            decoder.lines.add(f"{variable}.append(None)")
        decoder.lines.add(f"{end} = {decoder.at}")

    def _object_item(
        self, field: model.Field, item: model.Field, wire: model.Nested, variable: str, end: str
    ) -> str:
        """One object in a variable; only its own errors are told as errors in it."""
        decoder = self.decoder
        with decoder.item(f"{field.name}[{{len({variable})}}]"):
            stop = decoder.stop or "None"
            if wire.size is not None:
                stop = decoder.stretch(item, wire.size, [])
            one = decoder.fresh("item")
            start = end
            if wire.size is not None or not least_size(wire.record.elements):
                start = decoder.fresh("begin")
                decoder.lines.add(f"{start} = {end}")
            with decoder.lines.block("try:"):
                self.part(wire, one, end, end, stop)
            self._within(decoder.label(""), At(end).minus(decoder.origin))
            if wire.size is not None:
                self._filled("", At(start), end, stop)
            if not least_size(wire.record.elements):
                with decoder.lines.block(f"if {end} == {start}:"):
                    decoder.fail("value", "", At(end), text("at least one byte"), text("nothing"),
                                 known=False)  # fmt: skip
            decoder.lines.add(f"{variable}.append({one})")
        return one

    def _again(self, wire: model.Items, again: str, one: str = "") -> None:
        """Whether another item follows the one at hand."""
        decoder = self.decoder
        if wire.whilst is None:
            return
        decoder.number(wire.item)
        decoder.text(wire.item)
        raw = one or decoder.raws[wire.item.key]
        decoder.previous = lambda previous: previous_of(wire.item, raw, previous)
        decoder.lines.add(f"{again} = {decoder.expression(wire.whilst)}")


def _tells_alone(wire: model.Items) -> bool:
    """Whether items tell how long a list goes on without what has been read of it so far."""
    parts = list(model.every(wire.whilst)) if wire.whilst is not None else []
    return not any(isinstance(part, model.Count | model.Length | model.Present) for part in parts)


def _is_open(wire: model.Digits) -> bool:
    """Whether digits run up to a constant, whatever they begin with."""
    return isinstance(wire.size, model.UntilNext | model.UntilEnd)
