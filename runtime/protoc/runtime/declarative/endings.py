"""Where an element ends that has no size of its own: at what comes next, or with its region."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from protoc.runtime.declarative.base import Element
from protoc.runtime.declarative.constants import Constant, Ends, find
from protoc.runtime.declarative.frame import Frame
from protoc.runtime.errors import Incomplete


@dataclass(frozen=True)
class Ending:
    """What can come next.

    Attributes:
        targets: the constants that can come next.
        between: bytes of the fixed elements in front of them.
        end: nothing may come, so that the region ends.
    """

    targets: tuple[Constant | Ends, ...]
    between: int
    end: bool

    def constants(self, frame: Frame) -> tuple[bytes, ...]:
        """Those that can come next on this link."""
        return tuple(a for target in self.targets for a in target.at_end(frame))

    def size(self, label: str, stream: IO[bytes], frame: Frame) -> int:
        """The bytes in front of it."""
        rest = len(frame.rest(stream))
        if not self.targets:
            if rest < self.between:
                raise frame.error("length", label, frame.at(stream), "more bytes", rest)
            return rest - self.between
        found = find(self.constants(frame), stream, frame, self.between, self.end)
        return found - self.between

    def hides_in(self, data: bytes) -> bool:
        """Whether it would be found before the end of a field with this data."""
        return any(target.hides_in(data, self.between > 0) for target in self.targets)


@dataclass(frozen=True)
class Until:
    """A constant that a field says itself it ends at.

    Attributes:
        times: where it stands for that time; 0 for the last.
    """

    data: bytes
    times: int = 1

    def ending(self, following: Sequence[Element]) -> Ending:
        """What ends an element that others follow."""
        between, behind = self._ahead(following)
        if self.times == 1:
            return Ending((Constant(self.data),), between, end=False)
        limits = [element for element in behind if isinstance(element, Constant | Ends)]
        return _Occurrence(tuple(limits[:1]), between, not limits, self.data, self.times)

    def _ahead(self, following: Sequence[Element]) -> tuple[int, Sequence[Element]]:
        """The bytes in front of it, and what stands behind it."""
        between = 0
        for i, element in enumerate(following):
            if isinstance(element, Constant) and element.alternatives == (self.data,):
                return between, following[i + 1 :]
            if element.extent is None:
                break
            between += element.extent
        return 0, following


@dataclass(frozen=True)
class _Occurrence(Ending):
    """The n-th of a constant, or the last one before what can come next."""

    data: bytes
    times: int

    def size(self, label: str, stream: IO[bytes], frame: Frame) -> int:
        rest = frame.rest(stream)
        at = self._nth(rest) if self.times else self._last(rest, stream, frame)
        if at >= self.between:
            return at - self.between
        if self.times and not frame.bounded:
            raise Incomplete(frame.at(stream) + len(rest) + 1)
        raise frame.error("constant", "", frame.at(stream), self.data, "nothing")

    def _nth(self, rest: bytes) -> int:
        """Where it stands for that time; -1 when it does not."""
        found = re.finditer(re.escape(self.data), rest[self.between :])
        places = [match.start() + self.between for match in found]
        return places[self.times - 1] if len(places) >= self.times else -1

    def _last(self, rest: bytes, stream: IO[bytes], frame: Frame) -> int:
        """Where it stands for the last time; -1 when it does not."""
        if not frame.bounded:
            rest = rest[: find(self.constants(frame), stream, frame, self.between)]
        return rest.rfind(self.data, self.between)

    def hides_in(self, data: bytes) -> bool:
        return bool(self.times) and data.count(self.data) != self.times - 1


def has_bytes(following: Sequence[Element]) -> bool:
    """Whether something follows that stands for bytes."""
    return any(element.extent != 0 for element in following)


def require_closed(element: Element, marks: tuple[bytes, ...], frame: Frame) -> None:
    """Refuse what does not end at what it says, which belongs to what follows."""
    _, end = frame.places[element.key]
    if marks and not frame.data.startswith(marks, end):
        raise frame.unfit(element.label, "what ends it behind it", frame.data[end:])


def ending_of(following: Sequence[Element], bounded: bool, label: str) -> Ending:
    """What ends an element that others follow.

    Where several of any size stand side by side, the first is taken to be all that there is. Fields
    that always hold the same end what nothing else ends.
    """
    ending = next_of(following)
    if ending is None:
        ending = next_of([each for each in following if each.extent is not None])
    if ending is None:
        raise ValueError(f"nothing tells where {label} ends")
    if ending.end and not bounded:
        ending = next_of([_written_out(each) for each in following])
    if ending is None or (ending.end and not bounded):
        raise ValueError(f"nothing ends {label}")
    return ending


def _written_out(element: Element) -> Element:
    """A constant in the place of a field that always holds the same."""
    always = element.constants(Frame("")) if element.extent is not None else ()
    return Constant(*always) if always else element


def next_of(following: Sequence[Element], between: int = 0) -> Ending | None:
    """The constants that can come next; None where they have no certain place."""
    if not following:
        return Ending((), between, end=True)
    first, *rest = following
    if isinstance(first, Constant | Ends):
        return Ending((first,), between, end=False)
    ways = first.ways()
    if not ways:
        return None if first.extent is None else next_of(rest, between + first.extent)
    endings = [next_of(way, between) for way in ways]
    found = [ending for ending in endings if ending is not None]
    through = {ending.between for ending in found if ending.end}
    if len(found) < len(endings) or len(through) > 1:
        return None
    # what is behind the ways is looked at once
    behind = [next_of(rest, distance) for distance in through]
    told = [ending for ending in (*found, *behind) if ending is not None]
    told = [ending for ending in told if ending.targets or ending in behind]
    if None in behind or len({ending.between for ending in told}) > 1:
        return None
    targets = dict.fromkeys(target for ending in told for target in ending.targets)
    end = any(ending.end for ending in told if ending in behind)
    return Ending(tuple(targets), told[0].between, end)
