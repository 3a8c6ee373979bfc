"""What stands on the wire only sometimes. Its values belong to the message around."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from typing import IO, Any

from protoc.runtime.declarative.base import Element
from protoc.runtime.declarative.constants import Filler, stands
from protoc.runtime.declarative.endings import Ending, next_of
from protoc.runtime.declarative.fields import Field, attribute
from protoc.runtime.declarative.frame import Frame
from protoc.runtime.declarative.sequence import Body, Row, every, flat
from protoc.runtime.errors import DecodeError, EncodeError

Condition = Callable[[Frame], Any]


class Way:
    """Elements that stand here, unless others do."""

    def __init__(self, *elements: Element) -> None:
        self.elements = flat(elements)
        self.row: Row | None = None

    def settle(self, following: Sequence[Element], bounded: bool) -> None:
        """Learn what follows."""
        self.row = Row(self.elements, following, bounded)

    def names(self) -> set[str]:
        """Names of the values a caller gives for it."""
        return set[str]().union(*(element.names() for element in self.elements))

    def always(self) -> set[str]:
        """Those of the names that it cannot come without."""
        return set[str]().union(*(element.always() for element in self.elements))

    @property
    def extent(self) -> int | None:
        """The bytes it always has; None when that varies."""
        sizes = [element.extent for element in self.elements]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None

    def take(self, stream: IO[bytes], frame: Frame, apart: bool = False) -> dict[str, Any]:
        """Read it, verified; the values by name. `apart`: others may be shorter."""
        assert self.row is not None
        self.row.take(stream, frame, apart)
        around, frame.data = frame.data, frame.so_far(stream)
        values = self.row.held(frame)
        frame.data = around
        return values

    def telling(self) -> set[str]:
        """Names of the values that are not computed from others."""
        lets = set[str]().union(*(element.lets() for element in self.elements))
        return self.names() - lets

    def is_given(self, message: Any) -> bool:
        """Whether a caller wants it: one of its values is there, or it has none."""
        return not self.telling() or self.has_of(self.telling(), message)

    def has_of(self, names: set[str], message: Any) -> bool:
        """Whether a value under one of these names is there, and its own."""
        return any(attribute(message, name) is not None for name in self.telling() & names)


class When(Way):
    """A way with a condition over the raw values in front."""

    def __init__(self, condition: Condition, *elements: Element) -> None:
        super().__init__(*elements)
        self.condition = condition


class Branch(Element):
    """Ways that exclude each other.

    Its own value in the frame is the message while writing, its values by name while reading.

    Attributes:
        foreign: values of other ways may be given, and are of no use.
    """

    foreign = False

    def __init__(self, ways: Sequence[Way], key: str | None) -> None:
        super().__init__(key)
        self.arms = ways

    # ---------------------------------------------------------------- for branches to fill in

    def choose(self, stream: IO[bytes], frame: Frame) -> Way | None:
        """The way that stands here."""
        raise TypeError(f"{type(self).__name__} does not tell its ways apart")

    def wanted(self, message: Any, frame: Frame) -> Way | None:
        """The way to write."""
        raise TypeError(f"{type(self).__name__} does not tell its ways apart")

    def meant(self, message: Any, frame: Frame) -> list[Way]:
        """The ways with a value that is given, or else those that have none of their own."""
        telling = self.names() - self.always()
        for way in self.arms:
            if way.has_of(telling, message):
                own = way.telling() & telling
                return [other for other in self.arms if other.telling() & telling == own]
        if plain := [way for way in self.arms if not way.telling() & telling]:
            return plain
        names = ", ".join(f"`{name}`" for name in sorted(self.names()))
        raise frame.unfit("", f"one of {names}", message)

    # ---------------------------------------------------------------- as an element

    def settle(self, following: Sequence[Element], bounded: bool) -> None:
        for way in self.arms:
            way.settle(following, bounded)

    def ways(self) -> list[list[Element]]:
        return [way.elements for way in self.arms]

    def names(self) -> set[str]:
        return set[str]().union(*(way.names() for way in self.arms))

    def always(self) -> set[str]:
        return set()

    def inside(self) -> Iterator[Element]:
        for way in self.arms:
            yield from way.elements

    def written(self, frame: Frame) -> Iterator[Element]:
        way = frame.chosen.get(self.key)
        return way.row.written(frame) if way is not None else iter(())

    @property
    def extent(self) -> int | None:
        sizes = {way.extent for way in self.arms}
        return sizes.pop() if len(sizes) == 1 else None

    def read(self, stream: IO[bytes], frame: Frame) -> dict[str, Any]:
        """The values of the way that stands here."""
        way = self.choose(stream, frame)
        return {} if way is None else way.take(stream, frame)

    def values(self, frame: Frame) -> dict[str, Any]:
        held: dict[str, Any] = frame.raws[self.key]
        return held

    def prepare(self, message: Any, frame: Frame) -> None:
        frame.raws[self.key] = message
        frame.chosen[self.key] = None

    def write(self, frame: Frame) -> bytes:
        raise TypeError("a branch is written in its place")

    def give(self, stream: IO[bytes], frame: Frame) -> None:
        start = frame.at(stream)
        frame.places[self.key] = (start, start)
        try:
            way = self._prepared(frame.raws[self.key], frame)
        except EncodeError as error:
            # what is derived may be another value yet
            frame.doubts.append(error)
            frame.chosen[self.key] = None
            return
        if way is not None and way.row is not None:
            way.row.give(stream, frame)
        frame.places[self.key] = (start, frame.at(stream))

    def _prepared(self, message: Any, frame: Frame) -> Way | None:
        """The way to write, its raw values in the frame."""
        way = self.wanted(message, frame)
        if way is None or frame.chosen[self.key] is way:
            return way
        for name in sorted(self.names() - way.names() if not self.foreign else ()):
            if (value := attribute(message, name)) is not None:
                raise frame.unfit(name, "nothing", value)
        for name in sorted(way.always() - self.always()):
            if attribute(message, name) is None:
                raise frame.unfit(name, "a value", None)
        for element in every(way.elements):
            element.prepare(message, frame)
        frame.chosen[self.key] = way
        return way


class Match(Branch):
    """The first way whose condition holds; one without a condition takes what is left.

    Args:
        given: what is given tells which way is written, since the conditions follow from that.
    """

    def __init__(self, *ways: Way, given: bool = False, key: str | None = None) -> None:
        super().__init__(ways, key)
        self.given = given

    def always(self) -> set[str]:
        return set[str].intersection(*(way.always() for way in self.arms))

    def asks(self) -> Iterator[Callable[[Frame], Any]]:
        for way in self.arms:
            if isinstance(way, When):
                yield way.condition

    def _holds(self, frame: Frame) -> Way | None:
        for way in self.arms:
            if not isinstance(way, When) or way.condition(frame):
                return way
        return None

    def choose(self, stream: IO[bytes], frame: Frame) -> Way:
        """The way that the values in front tell."""
        if (way := self._holds(frame)) is None:
            words = "one of the values described"
            raise frame.error("value", "", frame.at(stream), words, "another")
        return way

    def wanted(self, message: Any, frame: Frame) -> Way:
        """The way that the values in front tell, or what is given."""
        if self.given:
            return self.meant(message, frame)[0]
        if (way := self._holds(frame)) is None:
            raise frame.unfit("", "a value that is described", message)
        return way

    def agree(self, frame: Frame) -> None:
        if self.given and self._holds(frame) is not frame.chosen[self.key]:
            raise frame.unfit("", "what is given for this length", frame.raws[self.key])


class ByLink(Match):
    """The way of the link; values that other links have for it need not be given, and may be."""

    foreign = True


class Optional(Branch):
    """Elements that stand here when the first of them fits.

    A constant must stand here wholly; of digits, labels that must be known and bits that always
    hold the same, the first byte tells. Anything else stands here unless the region ends, or what
    follows stands here.
    """

    def __init__(self, *elements: Element, key: str | None = None) -> None:
        super().__init__((Way(*elements),), key)
        (self.way,) = self.arms
        self.following = Ending((), 0, end=True)

    def settle(self, following: Sequence[Element], bounded: bool) -> None:
        super().settle(following, bounded)
        certain = sum(element.extent or 0 for element in following)
        self.following = next_of(following) or Ending((), certain, end=True)

    def ways(self) -> list[list[Element]]:
        return [self.way.elements, []]

    @property
    def extent(self) -> int | None:
        return None

    def choose(self, stream: IO[bytes], frame: Frame) -> Way | None:
        """The only way, or none."""
        return self.way if self._is_there(stream, frame) else None

    def _is_there(self, stream: IO[bytes], frame: Frame) -> bool:
        first = _first(self.way.elements)
        if isinstance(first, Filler) and first is not self.way.elements[-1]:
            # what takes a byte for certain tells, whatever is passed over in front of it
            there = stream.tell()
            stream.seek(there + first.passed(frame.rest(stream), frame.at(stream), frame.bounded))
            behind = self.way.elements[self.way.elements.index(first) + 1 :]
            try:
                return self._stand(behind, stream, frame)
            finally:
                stream.seek(there)
        return self._stand(self.way.elements, stream, frame)

    def _stand(self, elements: Sequence[Element], stream: IO[bytes], frame: Frame) -> bool:
        """Whether elements stand here."""
        if constants := _first(elements).constants(frame):
            return stands(constants, stream, frame)
        rest = frame.rest(stream)
        if (values := beginning(elements)) is not None:
            if not rest:
                frame.need_more(stream)
            return rest[:1] != b"" and rest[0] in values
        if frame.bounded and len(rest) <= self.following.between:
            return False
        return not stands(self.following.constants(frame), stream, frame)

    def wanted(self, message: Any, frame: Frame) -> Way | None:
        """The only way, or none."""
        if self.way.is_given(message):
            return self.way
        for name in sorted(self.lets()):
            if (value := attribute(message, name)) is not None:
                raise frame.unfit(name, "nothing", value)
        return None

    def give(self, stream: IO[bytes], frame: Frame) -> None:
        """Write it; what begins like what stands there instead would be read as that."""
        here = stream.tell()
        super().give(stream, frame)
        end = stream.tell()
        stream.seek(here)
        written = stream.read()
        stream.seek(end)
        if self._is_untold():
            for target in self.following.targets:
                if any(written.startswith(constant) for constant in target.every()):
                    words = "what does not begin with what is behind it"
                    frame.doubts.append(frame.unfit("", words, written))

    def _is_untold(self) -> bool:
        """Whether its own first byte does not tell that it is there."""
        constants = _first(self.way.elements).constants(Frame(""))
        return not constants and beginning(self.way.elements) is None


class Either(Branch):
    """The first way that fits wholly; when none does, the error tells how far one came."""

    def __init__(self, *ways: Way, key: str | None = None) -> None:
        super().__init__(ways, key)

    def read(self, stream: IO[bytes], frame: Frame) -> dict[str, Any]:
        """The values of the first way that can be read."""
        last = self.arms[-1]
        back = frame.saved(stream)
        failures: list[DecodeError] = []
        for way in self.arms:
            try:
                return way.take(stream, frame, apart=way is not last)
            except DecodeError as failure:
                failures.append(failure)
                back()
        raise failures[0].furthest(*failures[1:])

    def always(self) -> set[str]:
        return set[str].intersection(*(way.always() for way in self.arms))

    def wanted(self, message: Any, frame: Frame) -> Way:
        """The way taken already, or the first that is meant and that the values fit."""
        taken: Way | None = frame.chosen[self.key]
        if taken is not None:
            return taken
        *others, last = self.meant(message, frame)
        return next((way for way in others if self._fits(way, message, frame)), last)

    def _fits(self, way: Way, message: Any, frame: Frame) -> bool:
        """Whether the values can be written this way, none a label of another way's."""
        trial = copy(frame)
        trial.raws, trial.places = dict(frame.raws), dict(frame.places)
        trial.chosen, trial.doubts = dict(frame.chosen), []
        assert way.row is not None
        try:
            for element in every(way.elements):
                if isinstance(element, Field) and not element.takes(message):
                    return False
                element.prepare(message, trial)
            way.row.give(io.BytesIO(), trial)
        except EncodeError:
            return False
        return not trial.doubts


class Framed(Either):
    """The first way that fits wholly: one payload in different frames, the first to be written."""

    foreign = True

    def always(self) -> set[str]:
        return set[str].intersection(*(way.always() for way in self.arms))

    def wanted(self, message: Any, frame: Frame) -> Way:
        """The first way."""
        return self.arms[0]


def beginning(elements: Sequence[Element]) -> frozenset[int] | None:
    """The values the first byte can have; None for any, or where there may be none."""
    if not elements:
        return None
    first, *rest = elements
    if isinstance(first, Branch):
        found = [beginning([*way, *rest]) for way in first.ways()]
        known = [values for values in found if values is not None]
        return frozenset[int]().union(*known) if len(known) == len(found) else None
    if isinstance(first, Filler):
        return beginning(rest)  # it is looked past
    return beginning(rest) if first.extent == 0 else first.begins()


def _first(elements: Sequence[Element]) -> Element:
    """The first element that stands for bytes."""
    for element in elements:
        if isinstance(element, Body):
            return _first(list(element.inside()))
        if element.extent != 0:
            return element
    return elements[0]
