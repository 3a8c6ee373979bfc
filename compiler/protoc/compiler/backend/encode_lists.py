"""Encoding lists, and messages as fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protoc.compiler import model
from protoc.compiler.backend.code import Call, octets
from protoc.compiler.backend.expressions import mentions
from protoc.compiler.backend.naming import local
from protoc.compiler.backend.plan import steps

if TYPE_CHECKING:
    from protoc.compiler.backend.encode import Encoder


@dataclass
class Lists:
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
        told = [self.encoder.expression(argument) for argument in wire.arguments]
        return Call(f"{value}.encode_part", tuple(told))

    def _items(self, field: model.Field, wire: model.Items, variable: str, value: str) -> None:
        encoder = self.encoder
        self._counted(field, wire, value)
        if wire.filled:
            with encoder.lines.block(f"if not {value}:"):
                encoder.refuse(field.name or "", "at least one item", value)
        joiner = octets(wire.separator)
        if isinstance(wire.item.wire, model.Nested) and not wire.until:
            call = self._object(wire.item.wire, "item")
            each = Call("", (f"{call} for item in {value}",), "[]")
            encoder.lines.add(f"{variable} = ", Call(f"{joiner}.join", (each,)))
            self._not_empty(field, wire, variable, value)
            return
        items = encoder.fresh(f"{field.key}_items")
        encoder.lines.add(f"{items}: list[bytes] = []")
        if wire.before is not None:
            encoder.lines.add(f"previous = {encoder.raws[wire.before]}")
        with encoder.lines.block(f"for item in {value}:"):
            self._checked(field, wire, going_on=True)
            self._item(field, wire, items)
        self._checked(field, wire, going_on=False)
        encoder.lines.add(f"{variable} = {joiner}.join({items})")
        self._not_empty(field, wire, variable, value)

    def _item(self, field: model.Field, wire: model.Items, items: str) -> None:
        """One item of the list put behind the others."""
        encoder = self.encoder
        before, encoder.item = encoder.item, field.name or ""
        fits = dict(encoder.fits)
        row = steps((wire.item,))
        pending = encoder.swapped()
        if isinstance(wire.item.wire, model.Nested):
            encoder.lines.add("data = ", self._object(wire.item.wire, "item"))
            encoder.joined(pending)
        else:
            encoder.ready(row)
            for step in row:
                encoder.emit(step)
            encoder.lines.add("data = ", encoder.joined(pending))
        if wire.until:
            with encoder.lines.block(f"if data.startswith({octets(wire.until)}):"):
                encoder.refuse(field.name or "", f"no item that begins with {wire.until!r}", "item")
        encoder.lines.add(f"{items}.append(data)")
        if wire.whilst is not None:
            encoder.lines.add("previous = item")
        # limits are looked up by attribute, and items have none
        encoder.fits, encoder.item = fits, before

    def _checked(self, field: model.Field, wire: model.Items, going_on: bool) -> None:
        """A list goes on exactly as long as its items say."""
        if wire.whilst is None:
            return
        condition = self.encoder.expression(wire.whilst)
        head = f"if not ({condition}):" if going_on else f"if {condition}:"
        with self.encoder.lines.block(head):
            words = "no more items than the one before says" if going_on else "one more item"
            value = self.encoder.value(field)
            self.encoder.refuse(field.name or "", words, value)

    def _counted(self, field: model.Field, wire: model.Items, value: str) -> None:
        """As many items as were told in front, where that is not told by the list itself."""
        encoder = self.encoder
        if wire.count is None or self._tells(field, wire.count):
            return
        count = encoder.expression(wire.count)
        with encoder.lines.block(f"if len({value}) != {count}:"):
            encoder.refuse(field.name or "", "as many items as are told", f"len({value})")

    def _tells(self, field: model.Field, count: model.Expression) -> bool:
        """Whether the number is derived from the list itself."""
        for other in self.encoder.message.fields():
            if isinstance(other.origin, model.Derived) and mentions(count, other.key):
                return True
        return False

    def _not_empty(self, field: model.Field, wire: model.Items, variable: str, value: str) -> None:
        """One empty item would be read as no item at all."""
        if not wire.separator or wire.size is None:
            return
        with self.encoder.lines.block(f"if {value} and not {variable}:"):
            self.encoder.refuse(field.name or "", "not a single empty item", value)
