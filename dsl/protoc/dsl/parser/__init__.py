"""Reads descriptions: the only room that knows the parser generator.

`grammar` has its tables, `lexing` cuts a text into tokens, `reader` feeds them to the tables and
goes on behind mistakes.
"""

from __future__ import annotations

from protoc.dsl.diagnostics import Diagnostics
from protoc.dsl.foreign import acceptable, nothing_in
from protoc.dsl.parser.grammar import grammar
from protoc.dsl.parser.reader import Reader
from protoc.dsl.source import Source, Span
from protoc.dsl.tree import Document
from protoc.dsl.trivia import Comments

DEEPEST_NESTING = 48


def parse(source: Source, diagnostics: Diagnostics) -> Document:
    """Read a description.

    Every mistake becomes a diagnostic, never an exception. The document holds what could be
    read; see `Document.lost` for what could not.
    """
    empty = Document(declarations=(), span=Span(source, 0, len(source.text)))
    if not acceptable(source, diagnostics):
        return empty
    comments = Comments(source.text, DEEPEST_NESTING)
    if comments.deepest is not None:
        span = Span(source, comments.deepest, comments.deepest + 1)
        help = f"{DEEPEST_NESTING} brackets inside each other are allowed"
        diagnostics.error("E0006", "this is nested too deeply", span, help=help)
        return empty
    before = len(diagnostics)
    document = Reader(source, diagnostics, comments).document()
    if not document.declarations and len(diagnostics) == before:
        nothing_in(source, diagnostics)
    return document


def keywords() -> frozenset[str]:
    """All words that mean something somewhere."""
    return grammar().words
