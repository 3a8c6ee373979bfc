"""Source texts and places in them."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from pathlib import Path

from msgspec import Struct


class Source(Struct, frozen=True, eq=False, dict=True):
    """A text with a name, and the map from offsets to lines and columns.

    Attributes:
        name: what diagnostics call it, normally the path the user gave.
        text: the decoded text; a leading byte order mark is already gone.
        used_as: what the description that uses this one calls it; empty for the one compiled.
    """

    name: str
    text: str
    used_as: str = ""

    @cached_property
    def _starts(self) -> list[int]:
        """Where each line begins."""
        starts = [0]
        while found := self.text.find("\n", starts[-1]) + 1:
            starts.append(found)
        return starts

    @classmethod
    def read(cls, path: str | Path) -> Source:
        """Read a UTF-8 file.

        Raises:
            OSError: the file cannot be read.
            UnicodeDecodeError: it is not UTF-8.
        """
        data = Path(path).read_bytes()
        return cls(str(path), data.decode("utf-8-sig"))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of line `number` (from 1), without its end; empty behind the last."""
        if not 1 <= number <= len(self._starts):
            return ""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def start_of(self, number: int) -> int:
        """The offset of the first character of line `number`, which there is."""
        return self._starts[number - 1]

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return len(self._starts)


class Span(Struct, frozen=True):
    """A half-open range of characters of one source."""

    source: Source
    start: int
    end: int

    def __repr__(self) -> str:
        line, column = self.source.position(self.start)
        return f"{self.source.name}:{line}:{column}"

    @property
    def line(self) -> int:
        """The line the span starts on, from 1."""
        return self.source.position(self.start)[0]

    @property
    def cited(self) -> str:
        """The line in words: `line 12`, or `line 12 of library:modbus` in a description in use."""
        where = f" of {self.source.used_as}" if self.source.used_as else ""
        return f"line {self.line}{where}"

    @property
    def text(self) -> str:
        """The characters covered."""
        return self.source.text[self.start : self.end]

    def to(self, other: Span) -> Span:
        """From my start to the end of `other`, which stands behind me in the same source."""
        return Span(self.source, self.start, max(self.end, other.end))
