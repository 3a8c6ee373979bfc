"""The grammar, ready to read texts."""

from __future__ import annotations

import threading

from protoc.dsl.building import Builder
from protoc.dsl.parser.automaton import Automaton, Maker, inlined
from protoc.dsl.parser.lexing import Lexer, Terminals
from protoc.dsl.parser.tables import read_tables


class Grammar:
    """The tables, with the builder whose methods they call. One a thread."""

    def __init__(self) -> None:
        self.builder = Builder()
        self.tables = read_tables()
        self._terminals = Terminals(self.tables)
        self._makers = [self._maker(rule.name) for rule in self.tables.rules]
        self.spelling = self._terminals.spelling
        self.words = frozenset(text for text in self.spelling.values() if text.isidentifier())

    def _maker(self, name: str) -> Maker:
        maker: Maker = inlined if name.startswith("_") else getattr(self.builder, name, inlined)
        return maker

    def open(self, start: str, text: str, begin: int, end: int) -> tuple[Automaton, Lexer]:
        """A parser at the beginning of a rule, and what cuts a passage for it."""
        parser = Automaton(self.tables, self._makers, start)
        return parser, Lexer(self._terminals, text, begin, end)


_local = threading.local()


def grammar() -> Grammar:
    """The grammar, made ready when a thread needs it first."""
    found: Grammar | None = getattr(_local, "grammar", None)
    if found is None:
        found = _local.grammar = Grammar()
    return found
