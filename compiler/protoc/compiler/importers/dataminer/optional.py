"""`Content@optional`: which params of a response may be missing, as nested blocks.

    items := item (';' item)*    item := position ('+'* | '*')

A position that does not match is passed over; with n marks `+` so are the next n; with `*` all up
to the next position listed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from protoc.dsl import tree
from protoc.dsl.source import Span

_ITEM = re.compile(r"(\d+)\s*(\++|\*)?")


class NoList(Exception):
    """The text is no list of optional positions."""


class Stretch(Struct, frozen=True):
    """Positions that are there together or not at all; `end` is behind the last."""

    start: int
    end: int


def stretches(text: str, count: int) -> list[Stretch]:
    """The stretches of a response of `count` params, in order.

    Raises:
        NoList: it cannot be read, or a position is not in the response.
    """
    marks: dict[int, str] = {}
    for item in text.split(";"):
        if not item.strip():
            continue
        found = _ITEM.fullmatch(item.strip())
        if found is None:
            raise NoList(f"`{item.strip()}` is not expected")
        position = int(found[1])
        if position >= count:
            raise NoList(f"position {position} is outside of a response of {count} params")
        marks[position] = found[2] or ""
    listed = sorted(marks)
    result = []
    for i, position in enumerate(listed):
        following = listed[i + 1] if i + 1 < len(listed) else count
        mark = marks[position]
        end = following if mark == "*" else position + 1 + len(mark)
        result.append(Stretch(position, min(end, count)))
    return result


def nested(
    elements: Sequence[tuple[tree.Element, ...]], found: Sequence[Stretch], span: Span
) -> tuple[tree.Element, ...]:
    """The elements with each stretch in a block of its own."""
    return _Nest(elements, {each.start: each.end for each in found}, span).part(0, len(elements))


class _Nest(Struct, frozen=True):
    elements: Sequence[tuple[tree.Element, ...]]
    ends: dict[int, int]
    span: Span

    def part(self, start: int, end: int, *, entered: bool = False) -> tuple[tree.Element, ...]:
        """What stands at the positions from `start` to `end`.

        With `entered` the stretch that begins at `start` is there already.
        """
        made: list[tree.Element] = []
        at = start
        while at < end:
            stop = None if entered and at == start else self.ends.get(at)
            if stop is None:
                made += self.elements[at]
                at += 1
            elif self._reaches(at, stop) <= stop <= end:
                made += self._optional(at, stop)
                at = stop
            else:
                # a stretch inside reaches beyond this one: both ways are written out
                made.append(self._either(at, min(stop, end), end))
                at = end
        return tuple(made)

    def _reaches(self, start: int, stop: int) -> int:
        """How far the stretches that begin inside of one reach."""
        inside = [end for at, end in self.ends.items() if start < at < stop]
        return max(inside, default=stop)

    def _optional(self, start: int, stop: int) -> tuple[tree.Optional, ...]:
        """The stretch in a block; nothing where no bytes stand at its positions."""
        inner = self.part(start, stop, entered=True)
        body = tree.Block(inner, span=self.span)
        return (tree.Optional(body, span=self.span),) if inner else ()

    def _either(self, start: int, stop: int, end: int) -> tree.Either:
        there = tree.Block(self.part(start, end, entered=True), span=self.span)
        missing = tree.Block(self.part(stop, end), span=self.span)
        return tree.Either((there, missing), span=self.span)
