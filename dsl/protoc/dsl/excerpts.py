"""A line of a source with marks under it, as wide on the screen as it is."""

from __future__ import annotations

import unicodedata

from msgspec import Struct

_WIDTH = 120
_LEAD = 30
_TAB = 4
_CUT = "…"

Row = list[tuple[str, bool]]
"""Pieces of a row of marks, each with whether it belongs to the primary place."""


class Mark(Struct, frozen=True):
    """A range of characters of a line, with what to say about it."""

    start: int
    end: int
    text: str
    primary: bool = False


class Excerpt:
    """A line as it is shown.

    Tabs are expanded, wide characters count twice, what cannot be shown is replaced, and of a
    very long line only the surroundings of the primary mark are kept.

    Attributes:
        shown: the line.
    """

    def __init__(self, line: str, marks: list[Mark]) -> None:
        cells = [_cell(character) for character in line]
        self._columns = [0]
        for cell in cells:
            self._columns.append(self._columns[-1] + _width(cell))
        self._shift = 0
        self.shown = "".join(cells)
        self._limit = self._columns[-1] + 1
        if self._columns[-1] > _WIDTH:
            self._cut(cells, marks)
        self._marks = sorted(
            (m for m in marks if self._column(m.start) is not None), key=lambda m: m.start
        )

    def _cut(self, cells: list[str], marks: list[Mark]) -> None:
        """Keep a window of the line around the mark that counts most."""
        main = max(marks, key=lambda m: m.primary, default=Mark(0, 1, ""))
        at = self._columns[min(main.start, len(cells))]
        begin = 0 if at < _WIDTH - _LEAD else at - _LEAD
        first = next(i for i, column in enumerate(self._columns) if column >= begin)
        last = max(i for i, c in enumerate(self._columns) if c <= self._columns[first] + _WIDTH)
        before = _CUT if first else ""
        after = _CUT if last < len(cells) else ""
        self.shown = before + "".join(cells[first:last]) + after
        self._shift = self._columns[first] - len(before)
        self._limit = self._columns[last]

    def _column(self, index: int) -> int | None:
        """Where a character is shown; None when it was cut away."""
        beyond = index - (len(self._columns) - 1)
        column = self._columns[-1] + beyond if beyond > 0 else self._columns[index]
        if column - self._shift < 0 or column > self._limit:
            return None
        return column - self._shift

    def rows(self) -> list[Row]:
        """The marks, and below them what there is to say.

        The remark on the last mark stands behind it, the others on rows of their own.
        """
        if not self._marks:
            return []
        drawn = _Canvas()
        for mark in sorted(self._marks, key=lambda m: m.primary):
            start = self._column(mark.start) or 0
            end = min(mark.end, len(self._columns) - 1) if mark.end > mark.start + 1 else mark.end
            stop = self._column(end)
            width = max(1, (self._limit - self._shift if stop is None else stop) - start)
            drawn.write(0, start, ("^" if mark.primary else "-") * width, mark.primary)
        *others, last = self._marks
        self._say(drawn, 0, drawn.width(0) + 1, last)
        row = last.text.count("\n") + 1
        for mark in reversed([mark for mark in others if mark.text]):
            column = self._column(mark.start) or 0
            for between in range(1, row + 1):
                drawn.write(between, column, "|", mark.primary)
            row += 1
            self._say(drawn, row, column, mark)
            row += mark.text.count("\n")
        return drawn.rows()

    @staticmethod
    def _say(drawn: _Canvas, row: int, column: int, mark: Mark) -> None:
        for i, line in enumerate(mark.text.split("\n")):
            drawn.write(row + i, column, line, mark.primary)


class _Canvas:
    """Characters at rows and columns."""

    def __init__(self) -> None:
        self._cells: dict[int, dict[int, tuple[str, bool]]] = {}

    def write(self, row: int, column: int, text: str, primary: bool) -> None:
        cells = self._cells.setdefault(row, {})
        for i, character in enumerate(text):
            cells[column + i] = (character, primary)

    def width(self, row: int) -> int:
        return max(self._cells.get(row, {-1: ("", False)})) + 1

    def rows(self) -> list[Row]:
        return [self._row(self._cells[row]) for row in sorted(self._cells)]

    @staticmethod
    def _row(cells: dict[int, tuple[str, bool]]) -> Row:
        row: Row = []
        for column in range(max(cells) + 1):
            character, primary = cells.get(column, (" ", False))
            if row and row[-1][1] == primary:
                row[-1] = (row[-1][0] + character, primary)
            else:
                row.append((character, primary))
        return row


def _cell(character: str) -> str:
    """What a character is shown as."""
    if character == "\t":
        return " " * _TAB
    return character if character.isprintable() or _is_mark(character) else "\ufffd"


def _width(cell: str) -> int:
    """How many columns it takes."""
    if len(cell) > 1:
        return len(cell)
    if _is_mark(cell):
        return 0
    return 2 if unicodedata.east_asian_width(cell) in "WF" else 1


def _is_mark(character: str) -> bool:
    """Whether it is drawn over the character before it."""
    return unicodedata.category(character) in ("Mn", "Me")
