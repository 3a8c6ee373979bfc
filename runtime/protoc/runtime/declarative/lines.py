"""Lines that come in any order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, Any

from protoc.runtime.declarative.base import Element
from protoc.runtime.declarative.branches import Optional, Way
from protoc.runtime.declarative.constants import Constant, find, stands
from protoc.runtime.declarative.endings import Ending, next_of
from protoc.runtime.declarative.frame import Frame
from protoc.runtime.declarative.lists import Items, stretch
from protoc.runtime.declarative.sequence import every
from protoc.runtime.errors import DecodeError

Kind = Way | Optional | Items
"""A line that must come, lines that may be missing, one that comes any number of times."""


class Lines(Element):
    """Lines in any order, up to what follows them; they are written in the order of their kinds.

    Args:
        end: what ends each line; every kind holds it as well.
        kinds: what a line may be: the first that fits it wholly.
        strict: other lines are rejected instead of passed over.
    """

    def __init__(
        self, end: bytes, *kinds: Kind, strict: bool = False, key: str | None = None
    ) -> None:
        super().__init__(key)
        self.end = end
        self.kinds = kinds
        self.lines = [line for kind in kinds for line in self._lines(kind)]
        self.strict = strict
        self.following: Ending | None = None

    def settle(self, following: Sequence[Element], bounded: bool) -> None:
        self.following = next_of(following)
        for kind in self.kinds:
            kind.settle([], True)
        for way in self.lines:
            way.settle([], True)

    def _lines(self, kind: Kind) -> Iterator[Way | Items]:
        """Each line of a kind by itself."""
        if isinstance(kind, Items):
            yield kind
            return
        line: list[Element] = []
        for element in kind.way.elements if isinstance(kind, Optional) else kind.elements:
            line.append(element)
            if isinstance(element, Constant) and element.alternatives == (self.end,):
                yield Way(*line)
                line = []

    # ---------------------------------------------------------------- what is known of it

    def inside(self) -> Iterator[Element]:
        for kind in self.kinds:
            if isinstance(kind, Way):
                yield from kind.elements
            else:
                yield kind

    def names(self) -> set[str]:
        return set[str]().union(*(kind.names() for kind in self.kinds))

    def always(self) -> set[str]:
        return set[str]().union(*(kind.always() for kind in self.kinds))

    def written(self, frame: Frame) -> Iterator[Element]:
        for element in self.inside():
            yield element
            yield from element.written(frame)

    # ---------------------------------------------------------------- reading

    def read(self, stream: IO[bytes], frame: Frame) -> dict[str, Any]:
        """The values by name; those of lines that may come many times are lists."""
        values: dict[str, Any] = {}
        for kind in self.kinds:
            if isinstance(kind, Items):
                values[kind.label] = []
        while self._goes_on(stream, frame):
            self._line(stream, frame, values)
        for name in sorted(self.always() - values.keys()):
            at = frame.at(stream)
            raise frame.error("value", name, at, "a line that tells it", "nothing")
        return values

    def _goes_on(self, stream: IO[bytes], frame: Frame) -> bool:
        """Whether another line stands here, and not what follows."""
        if frame.bounded and not frame.rest(stream):
            return False
        behind = self.following.constants(frame) if self.following is not None else ()
        return not stands(behind, stream, frame)

    def _line(self, stream: IO[bytes], frame: Frame, values: dict[str, Any]) -> None:
        """One line, as the first kind that fits it wholly."""
        start = frame.at(stream)
        size = find((self.end,), stream, frame, 0) + len(self.end)
        back = frame.saved(stream)
        for kind in self.lines:
            try:
                with stretch(stream, frame, size) as line:
                    found = _taken(kind, line, frame)
                    if rest := frame.rest(line):
                        raise frame.error("length", "", start, size, size - len(rest))
            except DecodeError:
                back()
                continue
            for name, value in found.items():
                if isinstance(kind, Items):
                    values[name].append(value)
                else:
                    values[name] = value
            return
        got = stream.read(size)
        if self.strict:
            raise frame.error("value", "", start, "one of the lines described", got)

    def values(self, frame: Frame) -> dict[str, Any]:
        held: dict[str, Any] = frame.raws[self.key]
        return held

    # ---------------------------------------------------------------- writing

    def prepare(self, message: Any, frame: Frame) -> None:
        for element in every(self.inside()):
            element.prepare(message, frame)

    def give(self, stream: IO[bytes], frame: Frame) -> None:
        start = frame.at(stream)
        for element in self.inside():
            element.give(stream, frame)
        frame.places[self.key] = (start, frame.at(stream))


def _taken(kind: Way | Items, line: IO[bytes], frame: Frame) -> dict[str, Any]:
    """The values of a line by name."""
    if isinstance(kind, Items):
        return {kind.label: kind.one(line, frame)}
    return kind.take(line, frame)
