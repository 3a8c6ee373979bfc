"""Where boxes stand, so that arrows run from left to right and cross little.

Boxes are put into columns by the longest way that leads to them; an arrow over several columns
passes a point in each. Within its column everything moves towards the middle of its neighbours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise
from typing import Generic, TypeVar

from msgspec import Struct

N = TypeVar("N", bound=Hashable)

_SWEEPS = 12


class Size(Struct, frozen=True):
    """Width and height, in the units of the drawing."""

    width: float
    height: float


class Placed(Struct, Generic[N], frozen=True):
    """Where everything is.

    Attributes:
        middles: of the boxes.
        ways: the points an arrow passes between two columns, by its ends; without the ends.
        size: of the drawing.
    """

    middles: Mapping[N, tuple[float, float]]
    ways: Mapping[tuple[N, N], Sequence[tuple[float, float]]]
    size: Size


def place(
    sizes: Mapping[N, Size], arrows: Sequence[tuple[N, N]], *, apart: float, between: float
) -> Placed[N]:
    """Find the places of boxes.

    Args:
        sizes: the boxes, in the order in which they are read.
        arrows: from which to which.
        apart: space between two in a column.
        between: space between two columns.
    """
    return _Placing(sizes, arrows, apart, between).place()


class _Placing(Generic[N]):
    def __init__(
        self, sizes: Mapping[N, Size], arrows: Sequence[tuple[N, N]], apart: float, between: float
    ) -> None:
        self.apart = apart
        self.between = between
        self.boxes = list(sizes)
        numbers = {box: number for number, box in enumerate(self.boxes)}
        self.sizes = [sizes[box] for box in self.boxes]
        found = [(numbers[a], numbers[b]) for a, b in arrows]
        self.arrows = list(dict.fromkeys(each for each in found if each[0] != each[1]))
        self.forward = _without_circles(len(self.boxes), self.arrows)
        self.chains: dict[tuple[int, int], list[int]] = {}
        self.neighbours: tuple[dict[int, list[int]], dict[int, list[int]]]
        self.columns: list[list[int]] = []
        self.y: dict[int, float] = {}

    def place(self) -> Placed[N]:
        """As `place`."""
        self._fill_columns()
        for sweep in range(_SWEEPS):
            self._order(sweep % 2)
        self._stack()
        for sweep in range(_SWEEPS):
            self._settle(sweep % 2)
        return self._placed()

    def _fill_columns(self) -> None:
        """Put every box into a column, and a point into each that an arrow passes."""
        count = len(self.boxes)
        column = _longest_ways(count, self.forward)
        self.columns = [[] for _ in range(max(column, default=0) + 1)]
        for box in range(count):
            self.columns[column[box]].append(box)
        before: dict[int, list[int]] = defaultdict(list)
        behind: dict[int, list[int]] = defaultdict(list)
        for source, target in self.forward:
            chain = [source]
            for each in range(column[source] + 1, column[target]):
                self.sizes.append(Size(0, 0))
                chain.append(len(self.sizes) - 1)
                self.columns[each].append(chain[-1])
            chain.append(target)
            self.chains[source, target] = chain[1:-1]
            for a, b in pairwise(chain):
                behind[a].append(b)
                before[b].append(a)
        self.neighbours = before, behind

    def _order(self, backwards: int) -> None:
        """Bring each column into the order of the middles of its neighbours on one side."""
        place = {each: float(i) for column in self.columns for i, each in enumerate(column)}
        neighbours = self.neighbours[backwards]
        for column in reversed(self.columns) if backwards else self.columns:
            wanted = {
                each: sum(place[other] for other in neighbours[each]) / len(neighbours[each])
                if neighbours[each]
                else place[each]
                for each in column
            }
            column.sort(key=lambda each: (wanted[each], place[each]))
            place |= {each: float(i) for i, each in enumerate(column)}

    def _stack(self) -> None:
        for column in self.columns:
            at = 0.0
            for each in column:
                self.y[each] = at + self.sizes[each].height / 2
                at += self.sizes[each].height + self.apart

    def _settle(self, backwards: int) -> None:
        """Move everything towards its neighbours on one side, as far as there is room."""
        neighbours = self.neighbours[backwards]
        for column in reversed(self.columns) if backwards else self.columns:
            wanted = [
                sum(self.y[other] for other in neighbours[each]) / len(neighbours[each])
                if neighbours[each]
                else self.y[each]
                for each in column
            ]
            for each, y in zip(column, self._with_room(column, wanted), strict=True):
                self.y[each] = y

    def _with_room(self, column: Sequence[int], wanted: Sequence[float]) -> list[float]:
        """The places nearest to those wanted that leave room between neighbours.

        Those that are in each other's way form a block, which stands where they want to be on
        average.
        """
        blocks: list[tuple[float, list[float]]] = []  # start, offsets of its members
        sums: list[float] = []  # where the members want the start to be, added up
        for i in range(len(column)):
            offsets, total = [0.0], wanted[i]
            while blocks:
                previous, rows = blocks[-1]
                first = column[i - len(offsets) + 1]
                room = self._room(column[i - len(offsets)], first)
                if total / len(offsets) >= previous + rows[-1] + room:
                    break
                shift = rows[-1] + room
                total = sums.pop() + total - shift * len(offsets)
                offsets = rows + [shift + offset for offset in offsets]
                blocks.pop()
            blocks.append((total / len(offsets), offsets))
            sums.append(total)
        return [start + offset for start, offsets in blocks for offset in offsets]

    def _room(self, above: int, below: int) -> float:
        return (self.sizes[above].height + self.sizes[below].height) / 2 + self.apart

    def _placed(self) -> Placed[N]:
        top = min((self.y[i] - self.sizes[i].height / 2 for i in self.y), default=0.0)
        bottom = max((self.y[i] + self.sizes[i].height / 2 for i in self.y), default=0.0)
        x: dict[int, float] = {}
        left = 0.0
        for column in self.columns:
            width = max((self.sizes[each].width for each in column), default=0.0)
            for each in column:
                x[each] = left + width / 2
            left += width + self.between
        at = {each: (x[each], self.y[each] - top) for each in x}
        forward = set(self.forward)
        ways: dict[tuple[N, N], list[tuple[float, float]]] = {}
        for source, target in self.arrows:
            turned = (source, target) not in forward
            chain = self.chains[(target, source) if turned else (source, target)]
            points = [at[point] for point in chain]
            ways[self.boxes[source], self.boxes[target]] = points[::-1] if turned else points
        middles = {box: at[number] for number, box in enumerate(self.boxes)}
        return Placed(middles, ways, Size(max(left - self.between, 0.0), bottom - top))


def _without_circles(count: int, arrows: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The arrows, those turned round that lead back to where one came from."""
    behind: dict[int, list[int]] = defaultdict(list)
    for source, target in arrows:
        behind[source].append(target)
    done: set[int] = set()
    back: set[tuple[int, int]] = set()
    entered = {target for _, target in arrows}
    for start in sorted(range(count), key=lambda box: box in entered):
        way: list[tuple[int, int]] = [(start, 0)] if start not in done else []
        on_way = {start}
        while way:
            box, next_ = way.pop()
            if next_ == len(behind[box]):
                done.add(box)
                on_way.discard(box)
                continue
            way.append((box, next_ + 1))
            target = behind[box][next_]
            if target in on_way:
                back.add((box, target))
            elif target not in done:
                on_way.add(target)
                way.append((target, 0))
    turned = [(b, a) if (a, b) in back else (a, b) for a, b in arrows]
    return list(dict.fromkeys(turned))


def _longest_ways(count: int, arrows: Sequence[tuple[int, int]]) -> list[int]:
    """How many arrows lead to each box, on the longest way."""
    behind: dict[int, list[int]] = defaultdict(list)
    missing = [0] * count
    for source, target in arrows:
        behind[source].append(target)
        missing[target] += 1
    column = [0] * count
    ready = [box for box in range(count) if not missing[box]]
    for box in ready:
        for target in behind[box]:
            column[target] = max(column[target], column[box] + 1)
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    return column
