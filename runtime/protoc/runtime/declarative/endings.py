"""Where an element ends that has no size of its own: at what comes next, or with its region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from protoc.runtime.declarative.base import Element
from protoc.runtime.declarative.constants import Constant, Ends, find
from protoc.runtime.declarative.frame import Frame


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


def ending_of(following: Sequence[Element], bounded: bool, label: str) -> Ending:
    """What ends an element that others follow."""
    ending = next_of(following)
    if ending is None:
        raise ValueError(f"nothing tells where {label} ends")
    if ending.end and not bounded:
        raise ValueError(f"nothing ends {label}")
    return ending


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
    endings = [next_of([*way, *rest], between) for way in ways]
    found = [ending for ending in endings if ending is not None]
    if len(found) < len(endings) or len({ending.between for ending in found}) > 1:
        return None
    targets = dict.fromkeys(target for ending in found for target in ending.targets)
    return Ending(tuple(targets), found[0].between, any(ending.end for ending in found))
