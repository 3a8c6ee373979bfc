"""Elements in a row, and the bodies of frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO

from protoc.runtime.declarative.base import Element, Sizing, measured
from protoc.runtime.declarative.constants import Constant, Ends
from protoc.runtime.declarative.fields import Field
from protoc.runtime.declarative.frame import Frame


class Body(Element):
    """Elements in the hole of a frame: what they are measured by, and what must fill its size.

    Args:
        name: of the hole.
        size: tells how many bytes there are; without it its elements say where they end.
        max: most bytes it may have.
    """

    def __init__(
        self, name: str, *elements: Element, size: Sizing | None = None, max: int | None = None
    ) -> None:
        super().__init__(name)
        self.label = name
        self.elements = elements
        self.sizing = size
        self.longest = max
        self.inside = Row(elements, bounded=True) if size is not None else None

    def take(self, stream: IO[bytes], frame: Frame) -> None:
        assert self.sizing is not None
        assert self.inside is not None
        size = measured(self, stream, frame, self.sizing, self.longest, self.label)
        start = frame.at(stream)
        frame.places[self.key] = (start, start + size)
        inner, leave = frame.within(stream, size)
        self.inside.take(inner, frame)
        if rest := frame.rest(inner):
            raise frame.error("length", self.label, start, size, size - len(rest))
        leave()

    def give(self, stream: IO[bytes], frame: Frame) -> None:
        start = frame.at(stream)
        assert self.inside is not None
        self.inside.give(stream, frame)
        end = frame.at(stream)
        if self.longest is not None and end - start > self.longest:
            raise frame.unfit(self.label, f"at most {self.longest} bytes", end - start)
        frame.places[self.key] = (start, end)


class _Edge(Element):
    """Beginning or end of a body whose elements say where they end."""

    fixed = 0

    def __init__(self, body: Body, is_end: bool) -> None:
        super().__init__(body.key)
        self.body = body
        self.is_end = is_end

    def take(self, stream: IO[bytes], frame: Frame) -> None:
        size = self._size(stream, frame)
        if size is not None:
            start, _ = frame.places[self.key]
            raise frame.error("too long", self.body.label, start, self._most(), size)

    def give(self, stream: IO[bytes], frame: Frame) -> None:
        size = self._size(stream, frame)
        if size is not None:
            raise frame.unfit(self.body.label, self._most(), size)

    def _most(self) -> str:
        return f"at most {self.body.longest} bytes"

    def _size(self, stream: IO[bytes], frame: Frame) -> int | None:
        """Note where it stands; the bytes between both edges, when there are too many."""
        here = frame.at(stream)
        start = frame.places[self.key][0] if self.is_end else here
        frame.places[self.key] = (start, here)
        longest = self.body.longest
        return here - start if longest is not None and here - start > longest else None


class Row:
    """Elements one after the other.

    Elements of fixed size that follow each other are waited for together: before the first of
    them is looked at, all of them are there.
    """

    def __init__(self, elements: Iterable[Element], bounded: bool = False) -> None:
        self.elements = list(_flat(elements))
        for i, element in enumerate(self.elements):
            element.behind = self._run(i + 1)
            if isinstance(element, Field) and element.fixed is None and element.wire.open:
                self._close(element, i, bounded)

    def _run(self, i: int) -> int:
        """The bytes of the elements of fixed size from one on."""
        total = 0
        for element in self.elements[i:]:
            if element.fixed is None:
                break
            total += element.fixed
        return total

    def _close(self, field: Field, i: int, bounded: bool) -> None:
        """Find what ends a field that has no size."""
        if field.sizing is not None:
            return
        for element in self.elements[i + 1 :]:
            if isinstance(element, Constant | Ends):
                field.until = element
                return
            if element.fixed is None:
                raise ValueError(f"nothing tells where {field.label} ends")
            field.between += element.fixed
        if not bounded:
            raise ValueError(f"nothing ends {field.label}")

    def take(self, stream: IO[bytes], frame: Frame) -> None:
        """Read every element."""
        before: int | None = None
        for i, element in enumerate(self.elements):
            if element.fixed is not None and before is None:
                frame.need(stream, self._run(i))
            before = element.fixed
            element.take(stream, frame)

    def give(self, stream: IO[bytes], frame: Frame) -> None:
        """Write every element."""
        for element in self.elements:
            element.give(stream, frame)

    def every(self) -> Iterator[Element]:
        """Every element, those of bodies as well."""
        for element in self.elements:
            yield element
            if isinstance(element, Body) and element.inside is not None:
                yield from element.inside.every()


def _flat(elements: Iterable[Element]) -> Iterator[Element]:
    """Bodies without a size are part of the row they stand in."""
    for element in elements:
        if isinstance(element, Body) and element.sizing is None:
            yield _Edge(element, False)
            yield from _flat(element.elements)
            yield _Edge(element, True)
        else:
            yield element
