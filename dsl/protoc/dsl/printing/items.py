"""Statements in braces: their comments, their order on lines, their columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from protoc.dsl import tree
from protoc.dsl.printing.lines import INDENT, Braces, Lines, indented

_S = TypeVar("_S", bound=tree.Statement)
_MOST_INLINE = 3
_MOST_LABELS = 8


class Items:
    """What is common to everything that stands in braces.

    `written` says that the tree was read from a description, so that its spans tell how it was
    laid out; one made by an importer has no layout yet.
    """

    def __init__(self, *, written: bool) -> None:
        self.written = written

    def braces(
        self,
        items: Sequence[_S],
        draw: Callable[[_S, int], Lines],
        room: int,
        *,
        closing: Sequence[str] = (),
        comma: bool = False,
    ) -> Braces:
        """The items in braces: with a comma between two, or each a statement."""
        drawn = [draw(item, room - len(INDENT)) for item in items]
        lines = self.stacked(items, drawn, closing, comma=comma)
        tall = ["{", *indented(lines), "}"] if lines else ["{}"]
        if not items and not closing:
            return Braces("{}", tall)
        inline = None
        if not closing and self._fits_one_line(items, drawn, comma=comma):
            separator = ", " if comma else "; "
            inline = f"{{ {separator.join(lines[0] for lines in drawn)} }}"
        return Braces(inline, tall)

    def stacked(
        self,
        items: Sequence[_S],
        drawn: list[Lines],
        closing: Sequence[str],
        *,
        comma: bool = False,
    ) -> Lines:
        """The items one below the other, with their comments."""
        lines: Lines = []
        for item, own in zip(items, self._aligned(items, drawn), strict=True):
            lines += _above(item, first=not lines)
            behind = item.trivia.behind
            if item.doc and not (len(own) == 1 and self._documented_behind(item)):
                lines += [f"## {line}".rstrip() for line in item.doc.split("\n")]
            elif item.doc:
                behind = f"## {item.doc}"
            mark = "," if comma and item is not items[-1] else ""
            lines += own[:-1]
            lines.append(f"{own[-1]}{mark}  {behind}" if behind else own[-1] + mark)
        lines += [line.rstrip() for line in (closing if lines else _without_blanks(closing))]
        return lines

    def _fits_one_line(
        self, items: Sequence[tree.Statement], drawn: list[Lines], *, comma: bool
    ) -> bool:
        """Whether items may share a line: nothing to say about them, and they did so before."""
        if any(len(lines) > 1 for lines in drawn):
            return False
        if any(item.doc or any(item.trivia.above) or item.trivia.behind for item in items):
            return False
        if self.written:
            text = items[0].span.source.text
            start = max(text.rfind("{", 0, items[0].span.start), 0)
            return "\n" not in text[start : items[-1].span.end]
        if comma:
            return len(items) <= _MOST_LABELS
        return len(items) <= _MOST_INLINE and not any("{" in lines[0] for lines in drawn)

    def _documented_behind(self, item: tree.Statement) -> bool:
        """Whether the documentation stood behind the statement, in one line."""
        if not self.written or "\n" in item.doc or item.trivia.behind:
            return False
        text, end = item.span.source.text, item.span.end
        stop = text.find("\n", end)
        rest = text[end : stop if stop >= 0 else len(text)]
        return rest.lstrip(" \t;,").startswith("##")

    def _aligned(self, items: Sequence[tree.Statement], drawn: list[Lines]) -> list[Lines]:
        """The lines of the items, with the colons of neighbouring fields below each other.

        Neighbours are fields of one line each with nothing between them.
        """
        result = [list(lines) for lines in drawn]
        run: list[int] = []
        for i, item in enumerate([*items, None]):
            plain = isinstance(item, tree.Field) and len(drawn[i]) == 1
            apart = item is not None and bool(item.trivia.above or self._documented_above(item))
            if run and (not plain or apart):
                _align(items, result, run)
                run = []
            if plain:
                run.append(i)
        return result

    def _documented_above(self, item: tree.Statement) -> bool:
        return bool(item.doc) and not self._documented_behind(item)


def _above(item: tree.Statement, *, first: bool) -> Lines:
    lines = [line.rstrip() for line in item.trivia.above]
    return _without_blanks(lines) if first else lines


def _without_blanks(lines: Sequence[str]) -> Lines:
    """The lines without the blank ones they begin with."""
    start = next((i for i, line in enumerate(lines) if line), len(lines))
    return list(lines[start:])


def _align(items: Sequence[tree.Statement], result: list[Lines], run: list[int]) -> None:
    names = {i: item.name.text for i in run if isinstance(item := items[i], tree.Field)}
    width = max(map(len, names.values()))
    for i, name in names.items():
        result[i] = [name.ljust(width) + result[i][0][len(name) :]]
