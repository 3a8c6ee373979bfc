"""Elements with a class of their own: a whole message, a message as a field, an item of a list."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO, Any, cast

from protoc.runtime.declarative.base import Element, values_in
from protoc.runtime.declarative.bits import spelt
from protoc.runtime.declarative.branches import beginning
from protoc.runtime.declarative.fields import Field, attribute
from protoc.runtime.declarative.frame import Frame
from protoc.runtime.declarative.packed import Packed
from protoc.runtime.declarative.sequence import Row, every
from protoc.runtime.declarative.varying import Varying
from protoc.runtime.declarative.wires import Digits

_ROUNDS = 16

Telling = Callable[[Frame], Any]
"""Computes a value from the raw values around."""


class Record:
    """What stands on the wire for an object, in order.

    Reading takes the elements one after the other, then verifies what is derived, then turns raw
    values into values. Writing puts placeholders where values are derived, computes them over what
    stands there, and goes on until nothing changes.

    Args:
        cls: the class of the object.
        told: what its elements are told of the values around, by the name they have for it.
        open: it does not say itself where it ends: it fills the stretch it stands in.
    """

    def __init__(
        self,
        cls: type[Any],
        *elements: Element,
        told: Mapping[str, Telling] | None = None,
        open: bool = False,
        bounded: bool = True,
    ) -> None:
        self.cls = cls
        self.told = dict(told or {})
        self.open = open
        self.row = Row(elements, bounded=bounded)
        _find_early(list(_whole(self.row.elements)))

    def read(self, stream: IO[bytes], frame: Frame) -> Any:
        """The object that stands here."""
        start = stream.tell()
        frame.origin = -start
        frame.source = (stream, start)
        self.row.take(stream, frame)
        frame.data = frame.so_far(stream)
        return self.cls(**spelt(self.cls, self.row.held(frame)))

    def write(self, obj: Any, frame: Frame) -> bytes:
        """The bytes of an object."""
        frame.given = lambda name: attribute(obj, name) is not None
        for element in every(self.row.elements):
            element.prepare(obj, frame)
        composed(self.row, frame)
        if frame.doubts:
            raise frame.doubts[0]
        if not (frame.held or frame.instead):  # else the bytes are what they are told to be
            for element in self.row.written(frame):
                element.agree(frame)
        return frame.data

    # ---------------------------------------------------------------- inside others

    def names(self) -> set[str]:
        """Names of the values an object holds."""
        return set[str]().union(*(element.names() for element in self.row.elements))

    def begins(self) -> frozenset[int] | None:
        """The values its first byte can have; None for any."""
        return beginning(self.row.elements)

    @property
    def extent(self) -> int | None:
        """The bytes it always has; None when that varies."""
        total = 0
        for element in self.row.elements:
            if element.extent is None:
                return None
            total += element.extent
        return None if self.open else total

    def part(self, name: str, stream: IO[bytes], around: Frame) -> Any:
        """The object that stands here in another; its errors say where."""
        at = around.at(stream)
        frame = self._frame(around)
        frame.bounded = around.bounded
        with around.inside(name, at):
            return self.read(stream, frame)

    def data(self, name: str, obj: Any, around: Frame) -> bytes:
        """The bytes of an object in another."""
        if not isinstance(obj, self.cls):
            raise around.unfit(name, f"an object of {self.cls.__name__}", cast(object, obj))
        return self.write(obj, self._frame(around))

    def _frame(self, around: Frame) -> Frame:
        """A frame of its own, which knows what it is told."""
        frame = Frame(around.message, around.link)
        frame.told = {name: telling(around) for name, telling in self.told.items()}
        frame.forms = around.forms
        return frame


def composed(row: Row, frame: Frame) -> bytes:
    """The bytes of a row whose raw values are prepared, once what is derived stays the same."""
    for _ in range(_ROUNDS):
        if not _derive(row, frame):
            return frame.data
    raise frame.unfit("", "derived values that agree with each other", "others")


def _derive(row: Row, frame: Frame) -> bool:
    """Lay elements out and compute what is derived; whether something changed."""
    output = io.BytesIO()
    frame.doubts.clear()
    row.give(output, frame)
    frame.data = output.getvalue()
    changed = False
    for element in row.written(frame):
        if (
            isinstance(element, Field)
            and element.derivation is not None
            and element.reason not in frame.held
        ):
            raw = element.derived(frame)
            # of numbers that are alike, 0 and -0, either may be meant
            changed |= raw != frame.raws[element.key] or str(raw) != str(frame.raws[element.key])
            frame.raws[element.key] = raw
        elif isinstance(element, Field) and element.reserved is not None:
            start, end = frame.places[element.key]
            changed |= element.reserved(frame) != end - start
    return changed


def _whole(elements: Iterable[Element]) -> Iterator[Element]:
    """Every element, whichever way branches go."""
    for element in elements:
        yield element
        yield from _whole(element.inside())


def _find_early(elements: list[Element]) -> None:
    """Tell fields that others ask for while the message is read, and copies why they differ."""
    asking = [function for element in elements for function in element.asks()]
    asked = {name for function in asking for name in values_in(function)}
    fields = [element for element in elements if isinstance(element, Field)]
    by_key = {field.key: field for field in fields}
    compared = {
        name
        for field in fields
        if field.derivation is not None
        for name in (values_in(field.derivation) if field.copied is None else {field.copied})
    }
    for field in fields:
        digits = isinstance(field.wire, Digits | Packed | Varying) and field.derivation is None
        field.early = field.key in asked or (digits and field.key in compared)
        # a copy differs for the reason its original differs
        if field.copied in by_key:
            field.reason = by_key[field.copied].reason
