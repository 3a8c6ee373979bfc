"""Cuts a text into tokens; what may stand at a place depends on the state of the parser there.

Words and marks are looked up in tables. Only what varies is matched by patterns, one a terminal,
each compiled when it may stand somewhere for the first time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from functools import cache
from typing import Any

from lark.lexer import Lexer as LarkLexer
from lark.lexer import TerminalDef, Token

Match = Callable[[str, int, int], "re.Match[str] | None"]

_RUN = re.compile(r"\w[\w.]*")
_OPENING = ("LPAR", "LSQB")
_CLOSING = ("RPAR", "RSQB")


class NoLexer(LarkLexer):
    """What the parser generator is given for a lexer, and never asks."""

    def __init__(self, lexer_conf: Any) -> None: ...

    def lex(self, lexer_state: Any, parser_state: Any) -> Any: ...


class Terminals:
    """What the terminals of a grammar look like.

    Args:
        terminals: all of them.
        ignored: names of those that mean nothing between others.
        states: what may stand where, by the state of the parser.
    """

    def __init__(
        self,
        terminals: Iterable[TerminalDef],
        ignored: Collection[str],
        states: dict[int, dict[str, Any]],
    ) -> None:
        fixed = {t.pattern.value: t.name for t in terminals if t.pattern.type == "str"}
        self.spelling = {name: text for text, name in fixed.items()}
        self._words = {text: name for text, name in fixed.items() if text.isidentifier()}
        self._marks = {text: name for text, name in fixed.items() if not text.isidentifier()}
        self._sizes = sorted({len(mark) for mark in self._marks}, reverse=True)
        varying = [t for t in terminals if t.pattern.type != "str"]
        varying.sort(key=lambda t: (-t.priority, -t.pattern.max_width, t.name))
        self._patterns = {t.name: t.pattern.to_regexp() for t in varying if t.name not in ignored}
        between = "|".join(t.pattern.to_regexp() for t in varying if t.name in ignored)
        self.between = re.compile(f"(?:{between})*")
        self._names = frozenset(fixed.values()) | frozenset(self._patterns)
        self._states = states
        self._tried: dict[int, list[tuple[str, Match]]] = {}

    def token(self, text: str, at: int, end: int, state: int) -> Token:
        """The token at an offset: one that may stand there, else what it would be elsewhere."""
        accepted = self._states[state]
        tried = self._tried.get(state)
        if tried is None:
            tried = self._tried[state] = self._fitting(accepted)
        found = self._found(text, at, end, accepted, tried)
        if found is None:
            found = self._found(text, at, end, self._names, self._fitting(self._names))
        if found is None:
            run = _RUN.match(text, at, end)
            found = "UNKNOWN", run.end() if run else at + 1
        name, behind = found
        return Token(name, text[at:behind], start_pos=at, end_pos=behind)

    def _fitting(self, accepted: Collection[str]) -> list[tuple[str, Match]]:
        """The patterns worth trying: those accepted, names where words are, ends of statements."""
        worded = any(name in accepted for name in self._words.values())
        always = ("_SEP", "NAME") if worded else ("_SEP",)
        return [
            (name, _matcher(pattern))
            for name, pattern in self._patterns.items()
            if name in accepted or name in always
        ]

    def _found(
        self,
        text: str,
        at: int,
        end: int,
        accepted: Collection[str],
        tried: Iterable[tuple[str, Match]],
    ) -> tuple[str, int] | None:
        """The terminal that stands at an offset, and where it ends."""
        for name, match in tried:
            found = match(text, at, end)
            if found is None:
                continue
            if name == "NAME":
                word = self._words.get(found.group(), "")
                if word in accepted:
                    return word, found.end()
                if name not in accepted:
                    continue
            return name, found.end()
        for size in self._sizes:
            behind = min(at + size, end)
            mark = self._marks.get(text[at:behind], "")
            if mark in accepted:
                return mark, behind
        return None


@cache
def _matcher(pattern: str) -> Match:
    return re.compile(pattern).match


class Lexer:
    """One passage being cut.

    Attributes:
        at: where the next token is looked for.
        depth: how many parentheses are open: newlines inside of them are no ends of statements.
    """

    def __init__(self, terminals: Terminals, text: str, start: int, end: int) -> None:
        self.at = start
        self.depth = 0
        self._terminals = terminals
        self._text = text
        self._end = end

    def next(self, state: int) -> Token | None:
        """The next token; None at the end of the passage."""
        text, end = self._text, self._end
        while True:
            between = self._terminals.between.match(text, self.at, end)
            at = between.end() if between else self.at
            if at >= end:
                return None
            token = self._terminals.token(text, at, end, state)
            self.at = at + len(token)
            kind = token.type
            if kind == "_SEP":
                if self.depth and text[at] == "\n":
                    continue
            elif kind in _OPENING:
                self.depth += 1
            elif kind in _CLOSING:
                self.depth -= 1
            return token
