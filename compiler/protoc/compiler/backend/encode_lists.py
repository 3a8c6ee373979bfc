"""Encoding lists, and messages as fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.backend.annotations import annotation
from protoc.compiler.backend.code import WIDTH, Call, octets, text, unbracketed
from protoc.compiler.backend.expressions import mentions
from protoc.compiler.backend.naming import local
from protoc.compiler.backend.places import previous_of
from protoc.compiler.backend.plan import Step, least_size, steps

if TYPE_CHECKING:
    from protoc.compiler.backend.assemble import Assembly
    from protoc.compiler.backend.encode import Encoder


class Lists(Struct):
    """Writes the lists and objects of one encoder: their bytes wait in variables."""

    encoder: Encoder

    def write(self, field: model.Field) -> None:
        """The bytes of a field in a variable called after it."""
        encoder = self.encoder
        variable = encoder.raws[field.key] = local(field.key)
        value = encoder.value(field)
        if isinstance(field.wire, model.Nested):
            encoder.lines.add(f"{variable} = ", self._object(field.wire, value))
        else:
            assert isinstance(field.wire, model.Items)
            self._items(field, field.wire, variable, value)
        encoder.delimited(field, variable)

    def _object(self, wire: model.Nested, value: str) -> Call:
        told = [unbracketed(self.encoder.expression(argument)) for argument in wire.arguments]
        return Call(f"{value}.encode_part", tuple(told))

    def _items(self, field: model.Field, wire: model.Items, variable: str, value: str) -> None:
        encoder = self.encoder
        self._counted(field, wire, value)
        if wire.filled:
            with encoder.lines.block(f"if not {value}:"):
                encoder.refuse(field.name or "", "at least one item", value)
        joiner = octets(wire.separator)
        plain = not (wire.until or wire.whilst or self._may_be_nothing(wire))
        if isinstance(wire.item.wire, model.Nested) and plain and wire.item.wire.size is None:
            each = f"[{self._object(wire.item.wire, 'item')} for item in {value}]"
            if len(each) + encoder.lines.indent + 4 <= WIDTH:
                encoder.lines.add(f"{variable} = ", Call(f"{joiner}.join", (each,)))
                self._not_empty(field, wire, variable, value)
                return
        items = encoder.fresh(f"{field.key}_items")
        encoder.lines.add(f"{items}: list[bytes] = []")
        again = ""
        if wire.first is not None:
            again = encoder.fresh("again")
            encoder.lines.add(f"{again} = {encoder.expression(wire.first)}")
        outer, encoder.each = encoder.each, self._variable(wire)
        with encoder.lines.block(f"for {encoder.each} in {value}:"):
            self._checked(field, f"not {again}" if again else "", "no more items than are told")
            self._item(field, wire, items, again)
        encoder.each = outer
        self._checked(field, again, "one more item")
        encoder.lines.add(f"{variable} = {joiner}.join({items})")
        self._not_empty(field, wire, variable, value)

    def _variable(self, wire: model.Items) -> str:
        """The variable of an item: another one where it is something else."""
        encoder = self.encoder
        type_ = annotation(wire.item.wire, wire.item.conversion, encoder.context)
        found, n = "item", 2
        taken = {local(field.key) for field in encoder.message.fields()}
        while found in taken or encoder.loops.get(found, type_) != type_:
            found, n = f"item{n}", n + 1
        encoder.loops[found] = type_
        return found

    def _item(self, field: model.Field, wire: model.Items, items: str, again: str) -> None:
        """One item of the list put behind the others."""
        encoder = self.encoder
        before, encoder.item = encoder.item, field.name or ""
        fits = dict(encoder.fits)
        row = steps((wire.item,))
        if wire.gaps:
            with encoder.lines.block(f"if {encoder.each} is None:"):
                encoder.lines.add(f'{items}.append(b"")')
                encoder.lines.add("continue")
        pending = encoder.swapped()
        data = encoder.fresh("octets")
        self._octets(field, wire, row, data, pending)
        if wire.gaps and not isinstance(wire.item.wire, model.Digits):
            with encoder.lines.block(f"if not {data}:"):
                encoder.refuse(field.name or "", "None for an empty item", encoder.each)
        if wire.until:
            marks = ", ".join(map(octets, wire.until))
            marks = f"({marks})" if len(wire.until) > 1 else marks
            with encoder.lines.block(f"if {data}.startswith({marks}):"):
                words = "no item that begins with what ends the list"
                encoder.refuse(field.name or "", words, encoder.each)
        encoder.lines.add(f"{items}.append({data})")
        if wire.whilst is not None:
            raw = self._raw(wire.item)
            encoder.previous = lambda previous: previous_of(wire.item, raw, previous)
            encoder.lines.add(f"{again} = {encoder.expression(wire.whilst)}")
        # limits are looked up by attribute, and items have none
        encoder.fits, encoder.item = fits, before

    def _octets(
        self, field: model.Field, wire: model.Items, row: list[Step], data: str, pending: Assembly
    ) -> None:
        """The bytes of one item in a variable."""
        encoder = self.encoder
        if isinstance(wire.item.wire, model.Nested):
            encoder.lines.add(f"{data} = ", self._object(wire.item.wire, encoder.each))
            encoder.joined(pending)
            encoder.delimited(wire.item, data)
            if self._may_be_nothing(wire):
                with encoder.lines.block(f"if not {data}:"):
                    encoder.refuse(
                        field.name or "", "at least one byte for each item", encoder.each
                    )
        elif isinstance(wire.item.wire, model.Items):
            encoder.joined(pending)
            named = replace(wire.item, name=encoder.item)
            self._items(named, wire.item.wire, data, encoder.each)
            encoder.delimited(wire.item, data)
            if not wire.separator:
                with encoder.lines.block(f"if not {data}:"):
                    encoder.refuse(encoder.item, "at least one byte for each item", encoder.each)
        else:
            encoder.ready(row, encoder.origin)
            for step in row:
                encoder.emit(step)
            encoder.lines.add(f"{data} = ", encoder.joined(pending))

    def _may_be_nothing(self, wire: model.Items) -> bool:
        """Whether an object in the list may have no bytes, so that nobody could count it."""
        return isinstance(wire.item.wire, model.Nested) and not least_size(
            wire.item.wire.record.elements
        )

    def _raw(self, item: model.Field) -> str:
        """What is asked of an item when the next one is told by it."""
        if isinstance(item.wire, model.Digits):
            return self.encoder.number(item)
        if isinstance(item.wire, model.Nested | model.Text):
            return self.encoder.each
        return self.encoder.raws[item.key]

    def _checked(self, field: model.Field, wrong: str, words: str) -> None:
        """A list goes on exactly as long as its items say."""
        if not wrong:
            return
        with self.encoder.lines.block(f"if {wrong}:"):
            self.encoder.refuse(field.name or "", words, self.encoder.value(field))

    def _counted(self, field: model.Field, wire: model.Items, value: str) -> None:
        """As many items as were told in front, where that is not told by the list itself."""
        encoder = self.encoder
        if wire.count is None or self._tells(field, wire.count):
            return
        count = encoder.expression(wire.count)
        if not count.replace(".", "_").isidentifier() and not count.isdigit():
            variable = encoder.fresh("count")
            encoder.lines.add(f"{variable} = {count}")
            count = variable
        with encoder.lines.block(f"if len({value}) != {count}:"):
            items = f"exactly {count} items" if count.isdigit() else f"exactly {{{count}}} items"
            words = text(items) if count.isdigit() else f'f"{items}"'
            encoder.refuse_as(field.name or "", words, f"len({value})")

    def _tells(self, field: model.Field, count: model.Expression) -> bool:
        """Whether the number is derived from the list itself."""
        own = model.Count(field.key)
        return any(
            isinstance(other.origin, model.Derived)
            and mentions(count, other.key)
            and own in model.every(other.origin.expression)
            for other in self.encoder.message.fields()
        )

    def _not_empty(self, field: model.Field, wire: model.Items, variable: str, value: str) -> None:
        """One empty item would be read as no item at all."""
        if not wire.separator or not (wire.size or wire.until):
            return
        with self.encoder.lines.block(f"if {value} and not {variable}:"):
            self.encoder.refuse(field.name or "", "not a single empty item", value)
