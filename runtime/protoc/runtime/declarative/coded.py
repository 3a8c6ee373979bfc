"""Elements that are coded on the wire in one piece."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import IO, Any

from protoc.runtime.codecs import Delimiter
from protoc.runtime.codings import Chain, Coding, Escape, Miscoded
from protoc.runtime.declarative.base import Element, Sizing, measured
from protoc.runtime.declarative.endings import Ending, ending_of
from protoc.runtime.declarative.frame import Frame
from protoc.runtime.declarative.records import composed
from protoc.runtime.declarative.sequence import Row, every
from protoc.runtime.errors import DecodeError, Incomplete


class Coded(Element):
    """Elements whose bytes stand on the wire coded; what they measure are plain bytes.

    While reading, what is coded is looked into when everything around it is there and right. Its
    own value in the frame are the coded bytes first, then the values it holds.

    Args:
        coding: how.
        size: tells how many coded bytes there are; `fixed` when they are always as many.
        at_once: something behind asks for a value in it.
        own_end: its elements say where it ends.
        filled: there is a byte in it: what ends it may stand in front and mean nothing there.
    """

    def __init__(
        self,
        coding: Coding,
        *elements: Element,
        size: Sizing | None = None,
        fixed: int | None = None,
        at_once: bool = False,
        own_end: bool = False,
        filled: bool = False,
        key: str | None = None,
    ) -> None:
        super().__init__(key)
        self.coding = coding
        self.row = Row(elements, bounded=not own_end)
        self.sizing = size
        self.length = fixed
        self.at_once = at_once
        self.own_end = own_end
        self.filled = filled
        self.ending: Ending | None = None

    @property
    def extent(self) -> int | None:
        """The bytes it always has; None when that varies."""
        return self.length

    def settle(self, following: Sequence[Element], bounded: bool) -> None:
        if self.length is None and self.sizing is None and not self.own_end:
            self.ending = ending_of(following, bounded, "what is coded")

    def names(self) -> set[str]:
        return set[str]().union(*(element.names() for element in self.row.elements))

    def always(self) -> set[str]:
        return set[str]().union(*(element.always() for element in self.row.elements))

    def inside(self) -> Iterator[Element]:
        return iter(self.row.elements)

    def written(self, frame: Frame) -> Iterator[Element]:
        # what is in it is computed with it
        return iter(())

    # ---------------------------------------------------------------- reading

    def take(self, stream: IO[bytes], frame: Frame) -> None:
        if self.own_end:
            self._take_with(stream, frame)
            return
        super().take(stream, frame)
        if self.at_once:
            self.reveal(frame)

    def _take_with(self, stream: IO[bytes], frame: Frame) -> None:
        """What is in it, from as many plain bytes as that asks for."""
        rest, at = frame.rest(stream), frame.at(stream)
        wanted = Incomplete(1)
        while True:
            inner = frame.apart()
            try:
                plain = self.coding.begin(rest, 0, wanted, 0, frame.message)
            except (DecodeError, Incomplete) as error:
                raise error.within(frame.message, "", at) from None
            try:
                values, size = self._values(plain, inner)
                break
            except Incomplete as more:
                wanted = more
            except DecodeError as error:
                raise self.coding.within(error, 0, -at, plain) from None
        try:
            stream.read(self.coding.close(rest, 0, plain[:size], 0, frame.message))
        except (DecodeError, Incomplete) as error:
            raise error.within(frame.message, "", at) from None
        frame.places[self.key] = (at, frame.at(stream))
        self._keep(values, inner, frame)

    def _keep(self, values: dict[str, Any], inner: Frame, frame: Frame) -> None:
        """Make known what is in it."""
        frame.revealed.add(self.key)
        frame.inner[self.key] = inner
        frame.raws |= {**inner.raws, self.key: values}
        frame.readers |= inner.readers

    def read(self, stream: IO[bytes], frame: Frame) -> bytes:
        """The coded bytes."""
        return stream.read(self._count(stream, frame))

    def _count(self, stream: IO[bytes], frame: Frame) -> int:
        if self.length is not None:
            frame.need(stream, self.length)
            return self.length
        if self.sizing is not None:
            return measured(self, stream, frame, self.sizing, None, "")
        assert self.ending is not None
        escape = self._finder(self.ending)
        if escape is None:
            return self.ending.size("", stream, frame)
        rest, at = frame.rest(stream), frame.at(stream)
        ends = Delimiter(*self.ending.constants(frame))
        stop = len(rest) if frame.bounded else None
        try:
            return escape.end(rest, 0, 0, frame.message, ends, stop)
        except (DecodeError, Incomplete) as error:
            raise error.within(frame.message, "", at) from None

    def _finder(self, ending: Ending) -> Escape | None:
        """The escape that tells where the constant begins that ends it."""
        first = self.coding.codings[0] if isinstance(self.coding, Chain) else self.coding
        if not isinstance(first, Escape) or ending.between or ending.end:
            return None
        beginnings = {end[0] for target in ending.targets for end in target.anywhere()}
        return first if beginnings <= first.replaced else None

    def reveal(self, frame: Frame) -> None:
        if self.key in frame.revealed:
            return
        data: bytes = frame.raws[self.key]
        at, _ = frame.places[self.key]
        inner = frame.apart()
        try:
            plain = self.coding.decode(data)
        except Miscoded as error:
            place = at + error.offset
            raise frame.error(error.reason, "", place, error.expected, error.got) from None
        try:
            values, _ = self._values(plain, inner)
        except DecodeError as error:
            size = len(frame.data)
            raise self.coding.outside(error, data, 0, len(data), -at, size) from None
        self._keep(values, inner, frame)

    def _values(self, plain: bytes, inner: Frame) -> tuple[dict[str, Any], int]:
        """The values that plain bytes hold, and how many of these it takes."""
        stream = io.BytesIO(plain)
        inner.bounded = not self.own_end
        inner.source = (stream, 0)
        self.row.take(stream, inner)
        inner.data = inner.so_far(stream)
        if self.own_end:
            return self.row.held(inner), stream.tell()
        if rest := inner.rest(stream):
            raise inner.error("length", "", 0, len(plain) - len(rest), len(plain))
        return self.row.held(inner), len(plain)

    def values(self, frame: Frame) -> dict[str, Any]:
        held: dict[str, Any] = frame.raws[self.key]
        return held

    # ---------------------------------------------------------------- writing

    def prepare(self, message: Any, frame: Frame) -> None:
        inner = frame.inner[self.key] = frame.apart()
        inner.raws, inner.readers = frame.raws, frame.readers
        for element in every(self.row.elements):
            element.prepare(message, inner)

    def write(self, frame: Frame) -> bytes:
        inner = frame.inner[self.key]
        data = self.coding.encode(composed(self.row, inner))
        frame.doubts += inner.doubts
        return data

    def agree(self, frame: Frame) -> None:
        super().agree(frame)
        inner = frame.inner[self.key]
        for element in self.row.written(inner):
            element.agree(inner)
        start, end = frame.places[self.key]
        if self.filled and start == end:
            raise frame.unfit("", "at least one coded byte", b"")
        if self.ending is not None and self._finder(self.ending) is None:
            coded = frame.data[start:end]
            if self.ending.hides_in(coded):
                raise frame.unfit("", "nothing that looks like its end", coded)
