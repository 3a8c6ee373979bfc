"""Comments and blank lines: found by position, handed to the statements they belong to."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from protoc.dsl.tree import Statement, Trivia

_S = TypeVar("_S", bound=Statement)

_MARKS = re.compile(
    r""" "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*'      # strings hide what looks like a mark
       | (?P<comment>\#[^\n]*)
       | (?P<blank>\n[ \t\r\f\n;]*(?=\n))
       | (?P<open>[(\[{]) | (?P<close>[)\]}]) """,
    re.VERBOSE,
)
_TO_CODE = re.compile(r"[ \t\r\f\n;]*")


class _Mark(Struct):
    """A comment, or a blank line with an empty text."""

    position: int
    text: str
    claimed: bool = False

    @property
    def is_doc(self) -> bool:
        return self.text.startswith("##") and not self.text.startswith("###")


class Comments:
    """All comments and blank lines of one text.

    A comment alone on its line belongs to the code that follows, one behind code to the code
    before it. Whoever claims a place gets what is there, once.

    Attributes:
        deepest: the offset of the bracket that opens more levels than `limit`, or None.
    """

    def __init__(self, text: str, limit: int) -> None:
        self.deepest: int | None = None
        self._marks: list[_Mark] = []
        self._above: dict[int, list[_Mark]] = {}
        self._behind: dict[int, _Mark] = {}
        depth = 0
        for match in _MARKS.finditer(text):
            kind = match.lastgroup
            if kind == "open":
                depth += 1
                if depth > limit and self.deepest is None:
                    self.deepest = match.start()
            elif kind == "close":
                depth = max(0, depth - 1)
            elif kind is not None:
                self._place(text, match)
        self._positions = [mark.position for mark in self._marks]

    def _place(self, text: str, match: re.Match[str]) -> None:
        """File a mark under the code before or behind it."""
        start = match.start()
        mark = _Mark(start, match.group().rstrip() if match.lastgroup == "comment" else "")
        self._marks.append(mark)
        if mark.text:
            line = text[text.rfind("\n", 0, start) + 1 : start]
            code = line.rstrip(" \t\r\f;,")
            if code and not code.endswith(("{", "(", "[")):
                self._behind[start - len(line) + len(code)] = mark
                return
            if code and mark.is_doc:
                return  # behind an opening brace: documents the statement around it
        following = _TO_CODE.match(text, match.end())
        assert following is not None
        run = self._above.pop(start, [])
        run.append(mark)
        at = following.end()
        before = self._above.get(at)
        self._above[at] = run if before is None else before + run

    def attach(self, statement: _S) -> _S:
        """The statement with what stands above, behind and forgotten inside it."""
        if not self._marks:
            return statement
        span = statement.span
        above = self._above.pop(span.start, [])
        behind = self._behind.pop(span.end, None)
        inside = self._unclaimed(span.start, span.end)
        if not above and not inside and behind is None:
            return statement
        docs, lines = _divide([*above, *inside])
        rest = ""
        if behind is not None:
            behind.claimed = True
            if behind.is_doc:
                docs.append(behind.text)
            else:
                rest = behind.text
        doc = "\n".join(line[2:].removeprefix(" ") for line in docs).strip("\n")
        return replace(statement, doc=doc, trivia=Trivia(above=tuple(lines), behind=rest))

    def _unclaimed(self, start: int, end: int) -> list[_Mark]:
        low = bisect_left(self._positions, start)
        high = bisect_left(self._positions, end)
        return [m for m in self._marks[low:high] if m.text and not m.claimed]

    def closing(self, offset: int) -> tuple[str, ...]:
        """The comments before a closing brace, or before the end of the text."""
        marks = self._above.pop(offset, [])
        for mark in marks:
            mark.claimed = True
        lines = _single_blanks([mark.text for mark in marks])
        while lines and not lines[-1]:
            lines.pop()
        return tuple(lines)


def _divide(marks: list[_Mark]) -> tuple[list[str], list[str]]:
    """Documentation and other lines."""
    docs: list[str] = []
    lines: list[str] = []
    for mark in marks:
        mark.claimed = True
        (docs if mark.is_doc else lines).append(mark.text)
    return docs, _single_blanks(lines)


def _single_blanks(lines: list[str]) -> list[str]:
    return [line for i, line in enumerate(lines) if line or i == 0 or lines[i - 1]]
