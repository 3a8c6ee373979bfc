"""Lists, and objects in messages."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from protoc.runtime.declarative.base import Element, Sizing, measured
from protoc.runtime.declarative.constants import Constant, expect, stands
from protoc.runtime.declarative.endings import Ending, ending_of, has_bytes, require_closed
from protoc.runtime.declarative.fields import attribute
from protoc.runtime.declarative.frame import Frame
from protoc.runtime.declarative.records import Record, Telling
from protoc.runtime.errors import EncodeError
from protoc.runtime.messages import Part


class Filled(Element):
    """Something that is put together, and may have to fill a stretch of its own.

    Args:
        name: as in the description.
        open: it does not say itself where it ends.
        size: tells how many bytes it has.
    """

    def __init__(self, name: str, open: bool, size: Sizing | None) -> None:
        super().__init__(name)
        self.label = name
        self.open = open
        self.sizing = size
        self.ending: Ending | None = None

    def names(self) -> set[str]:
        return {self.label}

    def prepare(self, message: Any, frame: Frame) -> None:
        frame.raws[self.key] = attribute(message, self.label)

    def values(self, frame: Frame) -> dict[str, Any]:
        return {self.label: frame.raws[self.key]}

    def settle(self, following: Sequence[Element], bounded: bool) -> None:
        if self.open and self.sizing is None:
            self.ending = ending_of(following, bounded, self.label)

    def read(self, stream: IO[bytes], frame: Frame) -> Any:
        """What it holds; it must fill its stretch."""
        if self.sizing is not None:
            size = measured(self, stream, frame, self.sizing, None, self.label)
        elif self.ending is not None:
            size = self.ending.size(self.label, stream, frame)
        else:
            return self.parts(stream, frame)
        start = frame.at(stream)
        with stretch(stream, frame, size) as inner:
            found = self.parts(inner, frame)
            if rest := frame.rest(inner):
                raise frame.error("length", self.label, start, size, size - len(rest))
        return found

    def parts(self, stream: IO[bytes], frame: Frame) -> Any:
        """What stands here."""
        raise TypeError(f"{type(self).__name__} has no parts")

    def write(self, frame: Frame) -> bytes:
        value = frame.raws[self.key]
        try:
            data = self.joined(value, frame)
            if self.ending is not None and self.ending.hides_in(data):
                raise frame.unfit(self.label, "nothing that ends it", value)
        except EncodeError as error:
            # what it is told may be another value yet
            frame.doubts.append(error)
            return b""
        return data

    def joined(self, value: Any, frame: Frame) -> bytes:
        """The bytes of its parts."""
        raise TypeError(f"{type(self).__name__} has no parts")


@contextmanager
def stretch(stream: IO[bytes], frame: Frame, size: int) -> Generator[IO[bytes]]:
    """The next bytes as a region of their own."""
    inner, leave = frame.within(stream, size)
    yield inner
    leave()


class Object(Filled):
    """An object.

    Args:
        name: as in the description.
        record: what stands on the wire for it.
        size: tells how many bytes it has.
    """

    def __init__(self, name: str, record: Record, *, size: Sizing | None = None) -> None:
        super().__init__(name, record.open, size)
        self.record = record

    @property
    def extent(self) -> int | None:
        return self.record.extent

    def begins(self) -> frozenset[int] | None:
        """What its first element begins with."""
        return self.record.begins()

    def asks(self) -> Iterator[Callable[[Frame], Any]]:
        yield from super().asks()
        yield from self.record.told.values()

    def parts(self, stream: IO[bytes], frame: Frame) -> Part:
        """The object."""
        found: Part = self.record.part(self.label, stream, frame)
        return found

    def joined(self, value: Any, frame: Frame) -> bytes:
        """The bytes of the object."""
        return self.record.data(self.label, value, frame)


class Items(Filled):
    """A list. One of `count`, `until`, `whilst` and the end of its stretch ends it.

    Args:
        name: as in the description.
        item: what it repeats: a field called `name[]`, or a record.
        size: tells how many bytes it has.
        count: tells how many items there are.
        until: constant bytes behind the last item, or several of which one stands there; they
            belong to what follows.
        or_end: the end of the region will do as well.
        first: there is a first item if this holds; only beside `whilst`.
        whilst: the list goes on while this holds of the item before, the `previous` of the frame.
        filled: it has one item at least.
        separator: constant bytes between the items.
        gaps: an item may be absent, and is None then: nothing stands there.
    """

    def __init__(
        self,
        name: str,
        item: Element | Record,
        *,
        size: Sizing | None = None,
        count: Callable[[Frame], int] | None = None,
        until: bytes | tuple[bytes, ...] = (),
        or_end: bool = False,
        first: Telling | None = None,
        whilst: Telling | None = None,
        filled: bool = False,
        separator: bytes = b"",
        gaps: bool = False,
    ) -> None:
        super().__init__(name, not (count or until or whilst), size)
        self.item = Item(name, item) if isinstance(item, Record) else item
        self.count = count
        self.until = (until,) if isinstance(until, bytes) else until
        self.or_end = or_end
        self.first = first
        self.whilst = whilst
        self.filled = filled
        self.separator = separator
        self.gaps = gaps
        self.closed: tuple[bytes, ...] = ()

    def ways(self) -> list[list[Element]]:
        """The first item, or none; only objects say what they begin with."""
        if isinstance(self.item, Item):
            return [self.item.record.row.elements, []]
        return []

    def settle(self, following: Sequence[Element], bounded: bool) -> None:
        super().settle(following, bounded)
        self.closed = self.until if not self.or_end and has_bytes(following) else ()
        # each item is followed by one of these, the last one by what follows the list
        behind: list[Element] = [Constant(c) for c in (self.separator, *self.until) if c]
        last: Sequence[Element] = [] if self.open else following
        bounded |= self.open
        if behind:
            rows: list[list[Element]] = [[constant] for constant in behind]
            if self.or_end:
                rows.append([])
            following = [_Next(rows if self.until else [*rows, list(last)])]
        else:
            following = last
        self.item.settle(following, bounded)

    def asks(self) -> Iterator[Callable[[Frame], Any]]:
        yield from super().asks()
        yield from (asked for asked in (self.count, self.first, self.whilst) if asked is not None)
        if isinstance(self.item, Item):
            yield from self.item.record.told.values()

    # ---------------------------------------------------------------- reading

    def parts(self, stream: IO[bytes], frame: Frame) -> list[Any]:
        """Item after item."""
        found: list[Any] = []
        around = self._enter(frame)
        while self._goes_on(len(found), stream, frame):
            if self.separator and found:
                expect((self.separator,), stream, frame)
            frame.index = len(found)
            found.append(self.one(stream, frame))
        frame.index, frame.previous, frame.above = around
        return found

    def _enter(self, frame: Frame) -> tuple[int, Any, tuple[int, ...]]:
        """Items are at hand now; what is when they are over."""
        around = frame.index, frame.previous, frame.above
        if self.label.endswith("[]"):
            frame.above = (*frame.above, frame.index)
        return around

    def accept(self, value: Any, frame: Frame) -> None:
        frame.raws[self.key] = value
        there = len(value) if isinstance(value, list) else 0  # pyright: ignore[reportUnknownArgumentType]
        if self.count is not None and (count := self.count(frame)) != there:
            raise frame.unfit(self.label, f"exactly {count} items", there)

    def _takes_bytes(self) -> bool:
        """Whether every item has at least one byte, or nobody could count them."""
        return isinstance(self.item, Item) or (isinstance(self.item, Items) and not self.separator)

    def _goes_on(self, there: int, stream: IO[bytes], frame: Frame) -> bool:
        if self.count is not None:
            return there < self.count(frame)
        if self.whilst is not None:
            return self._follows(there, frame)
        if self.or_end and not frame.rest(stream):
            return False
        if self.until:
            return not stands(self.until, stream, frame)
        return bool(frame.rest(stream)) or (self.filled and not there)

    def _follows(self, there: int, frame: Frame) -> bool:
        """Whether another item follows those that are there, as the one before tells."""
        telling = self.whilst if there else self.first
        return telling is None or bool(telling(frame))

    def one(self, stream: IO[bytes], frame: Frame) -> Any:
        """The item that stands here."""
        start = frame.at(stream)
        characters = self.item.begins() if self.gaps else None
        if characters is not None and not self._begins(characters, stream, frame):
            return None
        if self.item.fixed is not None:
            frame.need(stream, self.item.fixed, self.item.label)
        self.item.take(stream, frame)
        if self._takes_bytes() and frame.at(stream) == start:
            raise frame.error("value", self.item.label, start, "at least one byte", "nothing")
        if self.whilst is not None:
            frame.previous = self.item.asked(frame)
        if self.gaps and frame.at(stream) == start:
            return None
        (value,) = self.item.values(frame).values()
        return value

    def _begins(self, characters: frozenset[int], stream: IO[bytes], frame: Frame) -> bool:
        """Whether an item stands here, by its first byte."""
        rest = frame.rest(stream)
        if not rest:
            frame.need_more(stream)
        return rest[:1] != b"" and rest[0] in characters

    # ---------------------------------------------------------------- writing

    def joined(self, value: Any, frame: Frame) -> bytes:
        """The bytes of the items, as long as they say that the list goes on."""
        if not isinstance(value, list):
            raise frame.unfit(self.label, "a list", value)
        items: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
        if self.filled and not items:
            raise frame.unfit(self.label, "at least one item", items)
        written: list[bytes] = []
        around = self._enter(frame)
        for item in items:
            if not self._follows(len(written), frame):
                raise frame.unfit(self.label, "no more items than are told", items)
            frame.index = len(written)
            written.append(self._written(item, frame))
        if self.whilst is not None and self._follows(len(written), frame):
            raise frame.unfit(self.label, "one more item", items)
        frame.index, frame.previous, frame.above = around
        data = self.separator.join(written)
        if self.separator and (self.open or self.until) and items and not data:
            raise frame.unfit(self.label, "not a single empty item", items)
        return data

    def _written(self, value: Any, frame: Frame) -> bytes:
        if self.gaps and value is None:
            return b""
        self.item.accept(value, frame)
        data = self.item.write(frame)
        if (self._takes_bytes() or self.gaps) and not data:
            raise frame.unfit(self.label, "at least one byte for each item", value)
        if self.until and data.startswith(self.until):
            words = "no item that begins with what ends the list"
            raise frame.unfit(self.label, words, value)
        if self.whilst is not None:
            frame.previous = self.item.asked(frame)
        return data

    def agree(self, frame: Frame) -> None:
        super().agree(frame)
        there = frame.count(self.key)
        if self.count is not None and (count := self.count(frame)) != there:
            raise frame.unfit(self.label, f"exactly {count} items", there)
        require_closed(self, self.closed, frame)


class Item(Filled):
    """An object in a list."""

    def __init__(self, name: str, record: Record) -> None:
        super().__init__(f"{name}[]", record.open, None)
        self.record = record

    def accept(self, value: Any, frame: Frame) -> None:
        frame.raws[self.key] = value

    def parts(self, stream: IO[bytes], frame: Frame) -> Part:
        """The object."""
        found: Part = self.record.part(self.label, stream, frame)
        return found

    def joined(self, value: Any, frame: Frame) -> bytes:
        """The bytes of the object."""
        return self.record.data(self.label, value, frame)


class _Next(Element):
    """One of several rows that can follow an item."""

    def __init__(self, rows: list[list[Element]]) -> None:
        super().__init__(None)
        self.rows = rows

    def ways(self) -> list[list[Element]]:
        return self.rows
