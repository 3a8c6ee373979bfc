"""Cuts a text into tokens; what may stand at a place depends on the state of the parser there.

Words and marks are looked up in tables. Only what varies is matched by patterns, one a terminal,
each compiled when it may stand somewhere for the first time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from typing import Any

from lark.common import LexerConf
from lark.lexer import Lexer as LarkLexer
from lark.lexer import LexerState, Token

from protoc.dsl.recovery import unmatched

Match = Callable[[str, int, int], "re.Match[str] | None"]

_RUN = re.compile(r"\w[\w.]*")
_OPENING = ("LPAR", "LSQB")
_CLOSING = ("RPAR", "RSQB")


class Lexer(LarkLexer):
    """The lexer that lark asks, one a grammar."""

    __future_interface__ = 2  # `lex` is told the state of the parser

    def __init__(self, conf: LexerConf) -> None:
        terminals = conf.terminals
        fixed = {t.pattern.value: t.name for t in terminals if t.pattern.type == "str"}
        self._words = {text: name for text, name in fixed.items() if text.isidentifier()}
        self._marks = {text: name for text, name in fixed.items() if not text.isidentifier()}
        self._sizes = sorted({len(mark) for mark in self._marks}, reverse=True)
        varying = [t for t in terminals if t.pattern.type != "str"]
        varying.sort(key=lambda t: (-t.priority, -t.pattern.max_width, t.name))
        patterns = {t.name: t.pattern.to_regexp() for t in varying}
        ignored = [patterns.pop(t.name) for t in varying if t.name in conf.ignore]
        self._between = re.compile(f"(?:{'|'.join(ignored)})*")
        self._patterns = patterns
        self._names = frozenset(fixed.values()) | frozenset(patterns)
        self._tried: dict[int, list[tuple[str, Match]]] = {}

    def lex(self, lexer_state: LexerState, parser_state: Any) -> Iterator[Token]:
        """The tokens from where the lexer is.

        Newlines inside parentheses, those on the stack of the parser included, are no ends of
        statements.
        """
        text, end = lexer_state.text.text, lexer_state.text.end
        place, states = lexer_state.line_ctr, parser_state.parse_conf.states
        depth = sum(bracket.type != "LBRACE" for bracket in unmatched(parser_state.value_stack))
        while True:
            between = self._between.match(text, place.char_pos, end)
            at = between.end() if between else place.char_pos
            if at >= end:
                return
            position = parser_state.position
            token = self._token(text, at, end, position, states[position])
            place.char_pos = at + len(token)
            depth += (token.type in _OPENING) - (token.type in _CLOSING)
            if not depth or token.type != "_SEP" or text[at] != "\n":
                yield token

    def _token(self, text: str, at: int, end: int, state: int, accepted: Collection[str]) -> Token:
        """The token at an offset: one that may stand there, else what it would be elsewhere."""
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
