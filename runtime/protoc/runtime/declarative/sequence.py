"""Elements in a row, and the bodies of frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from protoc.runtime.declarative import deciding
from protoc.runtime.declarative.base import Element, Sizing, measured
from protoc.runtime.declarative.constants import expect, stands
from protoc.runtime.declarative.frame import Frame


class Body(Element):
    """Elements in the hole of a frame: what they are measured by, and what must fill its size.

    Args:
        name: of the hole, or of the first field where it is a branch that is measured.
        size: tells how many bytes there are; without it its elements say where they end.
        max: most bytes it may have.
    """

    def __init__(
        self,
        name: str,
        *elements: Element,
        size: Sizing | None = None,
        max: int | None = None,
        key: str | None = None,
    ) -> None:
        super().__init__(key or name)
        self.label = name
        self.elements = elements
        self.sizing = size
        self.longest = max
        self.row = Row(elements, bounded=True, decides=False) if size is not None else None

    def names(self) -> set[str]:
        return set[str]().union(*(element.names() for element in self.elements))

    def always(self) -> set[str]:
        return set[str]().union(*(element.always() for element in self.elements))

    def inside(self) -> Iterator[Element]:
        return iter(self.elements if self.row is None else self.row.elements)

    def written(self, frame: Frame) -> Iterator[Element]:
        assert self.row is not None
        return self.row.written(frame)

    def take(self, stream: IO[bytes], frame: Frame) -> None:
        assert self.sizing is not None
        assert self.row is not None
        size = measured(self, stream, frame, self.sizing, self.longest, self.label)
        start = frame.at(stream)
        frame.places[self.key] = (start, start + size)
        inner, leave = frame.within(stream, size)
        self.row.take(inner, frame)
        if rest := frame.rest(inner):
            raise frame.error("length", self.label, start, size, size - len(rest))
        leave()

    def give(self, stream: IO[bytes], frame: Frame) -> None:
        start = frame.at(stream)
        assert self.row is not None
        self.row.give(stream, frame)
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

    Elements of fixed size that follow each other are waited for together, as far as nothing is
    decided by some of them: before the first of them is looked at, all of them are there.

    Args:
        elements: as they are written.
        following: what stands behind them, up to the end of the region.
        bounded: the end of the region is known.
        decides: derived values are verified as soon as that can be done, not when all is there.
    """

    def __init__(
        self,
        elements: Iterable[Element],
        following: Sequence[Element] = (),
        bounded: bool = False,
        decides: bool = True,
    ) -> None:
        self.elements = flat(elements)
        if decides:
            deciding.settle(self.elements)
        everything = [*self.elements, *following]
        for i, element in enumerate(self.elements):
            lone = _lone(everything, i + 1, Frame(""))
            element.behind = 0 if lone else _run(everything, i + 1)
            element.settle(everything[i + 1 :], bounded)

    def take(self, stream: IO[bytes], frame: Frame, apart: bool = False) -> None:
        """Read every element; `apart` looks at a first constant before the rest is there."""
        before: int | None = None
        for i, element in enumerate(self.elements):
            if not i and apart and element.constants(frame):
                _told_apart(element, stream, frame)
            elif element.fixed is not None and before is None:
                if not self._may_come(i, stream, frame):
                    frame.need(stream, _run(self.elements, i), element.label)
                before = element.fixed
            else:
                before = element.fixed
            element.take(stream, frame)
            if element.decides:
                before = None
                with frame.seen(stream):
                    for field in element.decides:
                        frame.verify(field)

    def _may_come(self, i: int, stream: IO[bytes], frame: Frame) -> bool:
        """Whether a constant stands there alone, so that it is compared as far as it is there."""
        constants = _lone(self.elements, i, frame)
        if frame.bounded or not constants:
            return False
        stands(constants, stream, frame)
        return True

    def give(self, stream: IO[bytes], frame: Frame) -> None:
        """Write every element."""
        for element in self.elements:
            element.give(stream, frame)

    def held(self, frame: Frame) -> dict[str, Any]:
        """The values by name, as soon as everything is verified."""
        elements = list(every(self.elements))
        done = {field.key for element in self.elements for field in element.decides}
        for element in elements:
            if element.key not in done:
                frame.verify(element)
        for element in elements:
            element.reveal(frame)
        values: dict[str, Any] = {}
        for element in elements:
            values |= element.values(frame)
        return values

    def written(self, frame: Frame) -> Iterator[Element]:
        """Every element that has been written, those of bodies and branches as well."""
        for element in self.elements:
            yield element
            yield from element.written(frame)


def _told_apart(element: Element, stream: IO[bytes], frame: Frame) -> None:
    """Reject another constant as soon as it differs."""
    here = stream.tell()
    expect(element.constants(frame), stream, frame)
    stream.seek(here)


def _run(elements: Sequence[Element], i: int) -> int:
    """The bytes of the elements of fixed size from one on."""
    return sum(element.fixed or 0 for element in _stretch(elements, i))


def _lone(elements: Sequence[Element], i: int, frame: Frame) -> tuple[bytes, ...]:
    """The constant that stands alone among elements of fixed size from one on."""
    run = [element for element in _stretch(elements, i) if element.fixed]
    constants = run[0].constants(frame) if len(run) == 1 else ()
    return constants if len(constants) == 1 else ()


def _stretch(elements: Sequence[Element], i: int) -> Iterator[Element]:
    """The elements of fixed size from one on, up to one that decides something."""
    for element in elements[i:]:
        if element.fixed is None:
            break
        yield element
        if element.decides:
            break


def every(elements: Iterable[Element]) -> Iterator[Element]:
    """Every element, those of bodies as well; a branch answers for what is in it."""
    for element in elements:
        yield element
        if isinstance(element, Body):
            yield from every(element.inside())


def flat(elements: Iterable[Element]) -> list[Element]:
    """The elements; bodies without a size are part of the row they stand in."""
    return list(_flat(elements))


def _flat(elements: Iterable[Element]) -> Iterator[Element]:
    """Bodies without a size are part of the row they stand in."""
    for element in elements:
        if isinstance(element, Body) and element.sizing is None:
            yield _Edge(element, False)
            yield from _flat(element.elements)
            yield _Edge(element, True)
        else:
            yield element
