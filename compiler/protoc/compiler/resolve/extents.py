"""Ranges: which bytes of a message `..`, `a..`, `..b`, `a..b` and the name of a field stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.names import Names
from protoc.compiler.resolve.scope import Scope
from protoc.dsl import tree


class Drawer(Struct, frozen=True):
    """A derived value that waits until the whole message is known.

    Attributes:
        key: the field it belongs to.
        role: `value` behind `=`, or `size` in brackets.
        block: keys of the layout it stands in; ranges do not leave it.
        position: how many of them stand before it.
        names: what expressions may name there.
    """

    key: str
    expression: tree.Expression
    role: Literal["value", "size"]
    block: list[str]
    position: int
    names: Names


class Ranges(Struct, frozen=True):
    """Reads the ranges in the expression of one derived value.

    Attributes:
        elements: those of the message; its `fields` by key.
    """

    scope: Scope
    drawer: Drawer
    elements: tuple[model.Element, ...]
    fields: Mapping[str, model.Field]

    def extent(self, value: tree.Expression) -> model.Extent:
        """The bytes of a field or a range."""
        block, own = self.drawer.block, self._bearers(self.drawer.key)[0]
        if isinstance(value, tree.Reference):
            return model.Extent(self._key(value), self._key(value, last=True))
        if not isinstance(value, tree.Range):
            raise self.scope.fail(
                "E0303",
                "a field or a range is expected here",
                value.span,
                help="`data`, `first..last`, `first..` or `..`",
            )
        first = self._key(value.start) if value.start is not None else block[0]
        if value.end is None:
            if block.index(first) >= self._position:
                raise self._empty(value)
            return model.Extent(first, None, own)
        last = self._key(value.end, last=True)
        if block.index(first) > block.index(last):
            raise self.scope.fail(
                "E0306",
                "the range is upside down",
                value.span,
                help="write the element that stands first in front",
            )
        return model.Extent(first, last)

    def plain(self, value: tree.Expression) -> model.Plain:
        """Plain bytes of something coded that stands in front."""
        names = [value]
        if isinstance(value, tree.Range):
            names = [end for end in (value.start, value.end) if end is not None]
        wanted = {name.text for name in names if isinstance(name, tree.Reference)}
        for coded in reversed(model.walk(self.elements)):
            if not isinstance(coded, model.Coded):
                continue
            row = [e.key for e in coded.elements if not isinstance(e, model.Filler)]
            held = {e.key.partition("~")[0] for e in model.walk(coded.elements)}
            if wanted <= held and self.drawer.key not in held:
                drawer = replace(self.drawer, block=row, position=len(row))
                return model.Plain(replace(self, drawer=drawer)._inside(value), coded.key)
        raise self.scope.fail(
            "E0306",
            "no `coded` block holds this",
            value.span,
            help="name fields of one block: plain(a..b)",
        )

    def _inside(self, value: tree.Expression) -> model.Extent:
        """From one element of the block to another; without an end, to the last."""
        if not isinstance(value, tree.Range):
            return model.Extent(self._key(value), self._key(value, last=True))
        block = self.drawer.block
        first = block[0] if value.start is None else self._key(value.start)
        return model.Extent(
            first, block[-1] if value.end is None else self._key(value.end, last=True)
        )

    def _empty(self, value: tree.Range) -> Exception:
        """A range up to this field that begins here, or behind."""
        own = self.drawer.key
        if value.start is None:
            return self.scope.fail(
                "E0306",
                f"nothing stands in front of `{own}`",
                value.span,
                "everything up to this field is meant",
                help="write where it begins and ends: `a..b`",
            )
        return self.scope.fail(
            "E0306",
            f"the range begins behind `{own}`, where it ends"
            if self._key(value.start) != own
            else f"the range begins with `{own}`, in front of which it ends",
            value.span,
            help="write where it ends: `a..b`",
        )

    def covers_itself(self, extent: model.Extent) -> bool:
        """Whether an extent holds the field whose value is derived."""
        if extent.until is not None:
            return False
        assert extent.last is not None
        block = self.drawer.block
        first, last = block.index(extent.first), block.index(extent.last)
        own = self.fields[self.drawer.key].wire if self.drawer.key in self.fields else None
        if isinstance(own, model.Slice):
            return any(first <= block.index(host) <= last for host, _ in own.pieces)
        return first <= self._position <= last

    @property
    def _position(self) -> int:
        """Where what holds the derived value stands in the block."""
        first = self._bearers(self.drawer.key)[0]
        is_known = first in self.drawer.block and first != self.drawer.key
        return self.drawer.block.index(first) if is_known else self.drawer.position

    def _key(self, value: tree.Expression, *, last: bool = False) -> str:
        """The key of the element of the block that a range begins or ends with."""
        if not isinstance(value, tree.Reference) or len(value.path) != 1:
            raise self.scope.fail(
                "E0306",
                "a range goes from one field to another",
                value.span,
                help="name the fields it begins and ends with",
            )
        name = value.path[0]
        key = self._hole(name.text) or self.drawer.names.key(name.text) or self._of(name.text)
        if key in self.drawer.block:
            return self._bearers(key)[last]
        for element in model.walk(self.elements):
            if element.key not in self.drawer.block or key not in _keys(element):
                continue
            if key in _edges(element, last=last):
                return element.key
            raise self.scope.fail(
                "E0306",
                f"`{name.text}` stands in the midst of what is measured as a whole",
                value.span,
                "where no range of this field can end" if last else "no range can begin there",
                help="name the first or the last field of it, or one around it",
            )
        if any(element.key == key for element in model.walk(self.elements)):
            raise self.scope.fail(
                "E0306",
                f"`{name.text}` stands outside of what is measured together",
                value.span,
                "no range leaves the block it is drawn in",
                help="measure it in a field outside: its value may be copied into the block",
            )
        known = [key for key in self.drawer.block if not key.startswith("#")]
        raise self.scope.unknown("field", name, known)

    def _hole(self, name: str) -> str:
        """The key of a hole in the block; what fills it may have a field of that name, too."""
        holes = (e for e in model.walk(self.elements) if isinstance(e, model.Region))
        named = {hole.key for hole in holes if hole.name.partition("~")[0] == name}
        return next((key for key in self.drawer.block if key in named), "")

    def _of(self, name: str) -> str:
        """The key of what has a name in the block, however often other ways have that name."""
        return next((k for k in self.drawer.block if k.partition("~")[0] == name), name)

    def _bearers(self, key: str) -> tuple[str, str]:
        """The first and the last element with bytes of a field: bits have those of integers."""
        wire = self.fields[key].wire if key in self.fields else None
        if isinstance(wire, model.Slice):
            hosts = sorted((host for host, _ in wire.pieces), key=self.drawer.block.index)
            return hosts[0], hosts[-1]
        return key, key


def _keys(element: model.Element) -> set[str]:
    """The keys of everything in an element."""
    return {inner.key for row in model.parts(element) for inner in model.walk(row)}


def _edges(element: model.Element, *, last: bool) -> set[str]:
    """The keys of what an element begins or ends with."""
    found = {element.key}
    for row in model.parts(element):
        if row:
            found |= _edges(row[-1 if last else 0], last=last)
    return found
