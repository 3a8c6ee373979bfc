"""Feeds tokens to the tables of the grammar, and goes on behind mistakes.

A text is read once, from front to back. Where it makes no sense a diagnostic is made, the
statement is given up, and reading goes on behind it, so that one run reports every mistake.
"""

from __future__ import annotations

import re
from typing import Any, cast

from lark import TextSlice, Tree
from lark.exceptions import UnexpectedToken
from lark.lexer import Token
from lark.parsers.lalr_analysis import Shift

from protoc.dsl import expectations, recovery
from protoc.dsl.building.base import Part, Reading, is_token, start_of
from protoc.dsl.diagnostics import Diagnostics
from protoc.dsl.parser.grammar import grammar
from protoc.dsl.source import Source, Span
from protoc.dsl.tree import Bare, Document, Field, Node
from protoc.dsl.trivia import Comments

MOST_MISTAKES = 100

_PARTNER = {"(": ")", "[": "]", "{": "}"}
_DECLARATION = re.compile(
    r"(?:protocol|use|enum|param|link|framing|message|command|response|event|pair|group|timer"
    r"|trigger|join|hook|example|on)\b[ \t]*(?![ \t]*[:=;\n])"
)
_LAST_WORD = re.compile(r"\b([^\W\d]\w*)[ \t]*\Z")


class Reader:
    """One text being read.

    The state of the parser is two stacks side by side, states and what was read in them. To give
    up a statement both are cut back to where the grammar allows `ERROR`, which is fed in its
    place, and the lexer is moved to the end of the statement.
    """

    def __init__(self, source: Source, diagnostics: Diagnostics, comments: Comments) -> None:
        self._text = source.text
        self._grammar = grammar()
        self._reading = Reading(source, diagnostics, comments, self._slot)
        self._mistakes = 0
        self._respelled = -1

    def document(self) -> Document:
        """The tree of the whole text."""
        self._grammar.builder.reading = self._reading
        # what lark gives has types that say nothing
        self._interactive: Any = self._grammar.lark.parse_interactive(self._text, "document")
        self._state: Any = self._interactive.parser_state
        self._lexer: Any = self._interactive.lexer_thread
        while True:
            token = self._advance()
            if isinstance(token, Document):
                return token
            self._mistakes += 1
            if self._mistakes > MOST_MISTAKES:
                return self._too_many(token)
            self._recover(token)

    def _advance(self) -> Document | Token:
        """Read to the end, or to the first token that does not fit."""
        state, lexer = self._state, self._lexer
        size = len(self._text)
        try:
            for token in lexer.lex(state):
                state.feed_token(token)
            return cast(Document, state.feed_token(Token("$END", "", start_pos=size), True))
        except UnexpectedToken as error:
            return cast(Token, error.token)

    def _too_many(self, token: Token) -> Document:
        message = f"more than {MOST_MISTAKES} mistakes; what follows was not read"
        self._error("E0114", message, _start(token), _end(token), "correct these first")
        span = Span(self._reading.source, 0, len(self._text))
        return Document(declarations=(), lost=frozenset(recovery.words(self._text)), span=span)

    # ------------------------------------------------------------------ recovery

    def _recover(self, token: Token) -> None:
        """Report a token that does not fit and go on behind the statement."""
        brackets = recovery.unmatched(self._state.value_stack)
        inner = brackets[-1] if brackets else None
        if inner is not None and self._unclosed(inner, token):
            return
        if token.type == "RBRACE" and not any(b.type == "LBRACE" for b in brackets):
            self._error("E0105", "this `}` closes nothing", _start(token), _end(token), "remove it")
            self._give_up(_start(token), resume=_end(token))
            return
        if self._respell(token):
            return
        self._report(token)
        stray = not any(b.type == "LBRACE" for b in brackets)
        beyond = recovery.end_of_indented(self._text, _start(token)) if stray else None
        self._give_up(_start(token), resume=beyond)

    def _unclosed(self, bracket: Token, token: Token) -> bool:
        """Whether the mistake is a bracket that nobody closes; if so go on where it should."""
        line = self._text.rfind("\n", 0, _start(token))
        if token.type == "$END":
            line = len(self._text)
        elif _start(bracket) > line:
            return False
        if bracket.type != "LBRACE":
            if recovery.is_closed(self._text, _start(bracket)):
                return False
        elif token.type != "$END" and not self._begins_declaration(line + 1):
            return False
        self._error(
            "E0104", f"this `{bracket}` is never closed", _start(bracket), _end(bracket),
            f"put `{_PARTNER[bracket]}` where it ends",
        )  # fmt: skip
        self._give_up(_start(token), resume=line)
        if bracket.type == "LBRACE":
            self._close_blocks(line)
        return True

    def _begins_declaration(self, offset: int) -> bool:
        """Whether a line looks like nothing but a declaration that starts at the margin."""
        return _DECLARATION.match(self._text, offset) is not None

    def _close_blocks(self, offset: int) -> None:
        """Close all blocks that are open, as if the braces stood here."""
        stack = self._state.value_stack
        brace = Token("RBRACE", "}", start_pos=offset, end_pos=offset)
        while recovery.unmatched(stack):
            try:
                self._state.feed_token(brace)
            except UnexpectedToken:  # what was closed wants more, as `either` does
                self._give_up(offset, resume=offset)

    def _respell(self, token: Token) -> bool:
        """Take a misspelt word for the one that was meant, where only certain words can stand."""
        if not token.isidentifier():
            return False
        spelling = self._grammar.spelling
        fitting = {spelling[t]: t for t in self._accepts() if spelling.get(t, "").isidentifier()}
        meant = expectations.similar(token, fitting)
        if meant is None:
            return False
        message = f"unknown word `{token}`"
        self._error("E0102", message, _start(token), _end(token), f"did you mean `{meant}`?")
        self._state.feed_token(Token.new_borrow_pos(fitting[meant], meant, token))
        self._move(_end(token))
        self._respelled = _end(token)
        return True

    def _report(self, token: Token) -> None:
        """Say what was expected, unless a word respelled just before explains it."""
        start, end = _start(token), _end(token)
        passage = self._text[self._respelled : start]
        if self._respelled >= 0 and not any(mark in passage for mark in "\n;{}"):
            return
        if token[:1] in ("'", '"') and token.type == "UNKNOWN":
            line = self._text.find("\n", start)
            end = line if line >= 0 else len(self._text)
            help = f"put {token} behind it; a text ends on the line it begins on"
            self._error("E0103", "this text is never closed", start, end, help)
            return
        last = self._state.value_stack[-1] if self._state.value_stack else None
        after = last.type if isinstance(last, Token) else ""
        phrases = expectations.expected(self._accepts(), after, self._grammar.spelling)
        message = f"expected {expectations.joined(phrases)}, found {expectations.found(token)}"
        if token.type == "_SEP":
            end = start + 1
        self._error("E0101", message, start, end, self._advice(phrases, token))

    def _advice(self, phrases: list[str], token: Token) -> str:
        """A help that can be followed."""
        before = _LAST_WORD.search(self._text, max(0, _start(token) - 80), _start(token))
        word = before.group(1) if before else ""
        meant = expectations.similar(word, self._grammar.words)
        return expectations.advice(phrases, word, token, meant)

    def _accepts(self) -> set[str]:
        return cast("set[str]", self._interactive.accepts())

    def _give_up(self, at: int, resume: int | None = None) -> None:
        """Cut back to the nearest place where reading can go on, and move on behind `at`."""
        state = self._state
        states = state.parse_conf.states
        for depth in reversed(range(len(state.state_stack))):
            action, following = states[state.state_stack[depth]].get("ERROR", (None, None))
            if action is not Shift:
                continue
            accepts = states[following]
            dropped = state.value_stack[depth:]
            if recovery.closes_more(dropped):
                continue  # inside of something that is closed already
            braces = sum(bracket.type == "LBRACE" for bracket in recovery.unmatched(dropped))
            stop = recovery.find_stop(self._text, at, braces, commas="COMMA" in accepts)
            offset = stop.offset if resume is None else resume
            if "LBRACE" in accepts:  # a heading that could not be read, before its block
                if stop.block is None or resume is not None:
                    continue
                offset = stop.block
            self._lose(dropped, at, offset)
            del state.state_stack[depth + 1 :], state.value_stack[depth:]
            state.feed_token(Token("ERROR", "", start_pos=offset, end_pos=offset))
            self._move(offset)
            return

    def _lose(self, dropped: list[Any], at: int, offset: int) -> None:
        """Remember the names in what is given up, and of the declarations around it."""
        start = min([at, *(start_of(value) for value in dropped if _has_place(value))])
        lost = self._reading.lost
        lost |= recovery.words(self._text[start:offset])
        lost |= {str(value) for value in self._state.value_stack if is_token(value, "NAME")}

    def _move(self, offset: int) -> None:
        """Let the lexer go on at an offset."""
        self._lexer.state.line_ctr.char_pos = offset

    def _error(self, code: str, message: str, start: int, end: int, help: str) -> None:
        span = Span(self._reading.source, start, end)
        self._reading.diagnostics.error(code, message, span, help=help)

    # ------------------------------------------------------------------ slots

    def _slot(self, start: int, end: int) -> Field | Bare | None:
        """Read what stands between two offsets as a slot of a template."""
        passage = TextSlice(self._text, start, end)
        parser: Any = self._grammar.lark.parse_interactive(passage, "slot")
        state = parser.parser_state
        try:
            for token in parser.lexer_thread.lex(state):
                state.feed_token(token)
            return cast("Field | Bare", state.feed_token(Token("$END", "", start_pos=end), True))
        except UnexpectedToken as error:
            at, found = min(_start(error.token), end), error.token
        accepts = parser.accepts() - {"_SEP"}
        values = parser.parser_state.value_stack
        after = values[-1].type if values and isinstance(values[-1], Token) else ""
        phrases = expectations.expected(accepts, after, self._grammar.spelling)
        phrases = ["`}`" if phrase == "the end of the file" else phrase for phrase in phrases]
        shown = expectations.found(found) if found else "`}`"
        message = f"expected {expectations.joined(phrases)}, found {shown}"
        help = expectations.help_for(phrases) or "a slot is `{name}` or `{name:type}`"
        self._error("E0111", message, at, at + max(1, len(found)), help)
        return None


def _start(token: Token) -> int:
    return token.start_pos or 0


def _end(token: Token) -> int:
    return token.end_pos or _start(token)


def _has_place(value: Any) -> bool:
    """Whether something on the stack knows where it stands."""
    if isinstance(value, Tree):
        return False
    if isinstance(value, list):
        return bool(value) and _has_place(value[0])
    return isinstance(value, (Token, Node, Part))
