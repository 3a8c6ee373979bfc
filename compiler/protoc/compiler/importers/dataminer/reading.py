"""XML read into elements that know their place, with nothing in it that could do harm.

A connector needs no document type, so one is refused before anything in it is read: there are no
entities to multiply and no files or addresses to fetch. Size, depth and number are bounded.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from xml.parsers import expat

from msgspec import Struct, field

from protoc.dsl.diagnostics import Diagnostics
from protoc.dsl.source import Source, Span

LARGEST = 32 * 1024 * 1024
"""Characters of a connector; the largest known have a tenth of that."""
DEEPEST = 64
MOST = 1_000_000
"""Elements of a connector."""

_MARKS = "\ufeff"
_TAG_END = re.compile(r"""<[^"'>]*(?:"[^"]*"[^"'>]*|'[^']*'[^"'>]*)*>""")


class Element(Struct, eq=False):
    """An element of a document.

    Attributes:
        name: without a namespace prefix.
        text: the characters directly in it, comments left out, not stripped.
        start, end: where it begins and ends in the source.
    """

    source: Source
    name: str
    attributes: dict[str, str]
    start: int
    end: int = 0
    text: str = ""
    children: list[Element] = field(default_factory=list)

    @property
    def head(self) -> Span:
        """Its start tag."""
        found = _TAG_END.match(self.source.text, self.start, self.end)
        return Span(self.source, self.start, found.end() if found else self.end)

    @property
    def span(self) -> Span:
        """What it contains, if that is on one line; else its start tag."""
        if self.children or "\n" in self.source.text[self.start : self.end]:
            return self.head
        return Span(self.source, self.start, self.end)

    def place(self, attribute: str) -> Span:
        """The value of an attribute."""
        head = self.head
        found = re.search(rf"""\s{re.escape(attribute)}\s*=\s*("[^"]*"|'[^']*')""", head.text)
        if found is None:
            return head
        return Span(self.source, head.start + found.start(1) + 1, head.start + found.end(1) - 1)

    @property
    def line(self) -> int:
        """The line it begins on, from 1."""
        return self.source.position(self.start)[0]

    def walk(self) -> Iterator[Element]:
        """This element and every one in it."""
        yield self
        for child in self.children:
            yield from child.walk()


class _Refused(Exception):
    """Reading is given up; the diagnostic is written."""


def read(source: Source, diagnostics: Diagnostics) -> Element | None:
    """The root of a document; None when it cannot be read, and it is said why."""
    if len(source.text) > LARGEST:
        diagnostics.error(
            "E0802",
            "this connector is too large",
            Span(source, 0, 0),
            help=f"a connector has at most {LARGEST // (1024 * 1024)} million characters",
        )
        return None
    try:
        return _Reader(source, diagnostics).read()
    except _Refused:
        return None


class _Reader:
    """One pass of expat over a source."""

    def __init__(self, source: Source, diagnostics: Diagnostics) -> None:
        self._source = source
        self._diagnostics = diagnostics
        marks = len(source.text) - len(source.text.lstrip(_MARKS))
        self._offsets = _Offsets(source.text, marks)
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._root: Element | None = None
        self._count = 0
        # the text is decoded already, whatever encoding its declaration speaks of
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._document_type

    def read(self) -> Element:
        """Read all of it.

        Raises:
            _Refused: it is no XML, or none that a connector could be.
        """
        try:
            self._parser.Parse(self._offsets.data, True)
        except expat.ExpatError as error:
            raise self._malformed(error) from None
        assert self._root is not None
        return self._root

    def _malformed(self, error: expat.ExpatError) -> _Refused:
        at = self._offsets.characters(max(self._parser.ErrorByteIndex, 0))
        text = self._source.text
        end = min(at + 1, len(text))
        what = expat.ErrorString(error.code) or "it cannot be read"
        inside = f"; `{self._open[-1].name}` is open here" if self._open else ""
        return self._refuse(
            "E0801",
            f"this is no well-formed XML: {what}",
            Span(self._source, min(at, end), end),
            "reading stops here",
            "a connector is one element in which every start tag has its end tag" + inside,
        )

    def _refuse(self, code: str, message: str, span: Span, label: str, help: str) -> _Refused:
        self._diagnostics.error(code, message, span, label, help=help)
        return _Refused(code)

    def _here(self) -> int:
        return self._offsets.characters(self._parser.CurrentByteIndex)

    def _document_type(self, *_: object) -> None:
        at = self._here()
        raise self._refuse(
            "E0802",
            "this document declares a document type",
            Span(self._source, at, at + len("<!DOCTYPE")),
            "entities can be declared here",
            "a connector has none: remove it, and write out what its entities stand for",
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        at = self._here()
        self._count += 1
        if len(self._open) >= DEEPEST or self._count > MOST:
            what = "deep" if self._count <= MOST else "long"
            most = f"{DEEPEST} levels" if self._count <= MOST else f"{MOST} elements"
            raise self._refuse(
                "E0802",
                f"this document is too {what} for a connector",
                Span(self._source, at, at + 1 + len(name)),
                "",
                f"at most {most} are read",
            )
        element = Element(self._source, name.rpartition(":")[2], attributes, at)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)
        self._texts.append([])

    def _characters(self, text: str) -> None:
        if self._texts:
            self._texts[-1].append(text)

    def _end(self, name: str) -> None:
        element = self._open.pop()
        element.text = "".join(self._texts.pop())
        at, text = self._here(), self._source.text
        element.end = at
        empty = text.endswith("/>", element.start, at) and element.head.end == at
        if not empty:
            element.end = text.find(">", at) + 1


class _Offsets:
    """From offsets in UTF-8 to offsets in the text."""

    def __init__(self, text: str, skipped: int) -> None:
        self._skipped = skipped
        text = text[skipped:]
        self.data = text.encode("utf-8", "surrogatepass")
        self._places: list[int] = []
        self._surplus = [0]
        if len(self.data) != len(text):
            self._measure(text)

    def _measure(self, text: str) -> None:
        surplus = 0
        for found in re.finditer(r"[^\0-\x7f]", text):
            self._places.append(found.start() + surplus)
            surplus += len(found.group().encode("utf-8", "surrogatepass")) - 1
            self._surplus.append(surplus)

    def characters(self, offset: int) -> int:
        """The offset in the text."""
        return self._skipped + offset - self._surplus[bisect_right(self._places, offset - 1)]
