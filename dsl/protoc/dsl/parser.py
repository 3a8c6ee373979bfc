"""Reads descriptions: the only module that knows the parser generator.

A text is read once, from front to back. Where it makes no sense a diagnostic is made, the
statement is given up, and reading goes on behind it, so that one run reports every mistake.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any, cast

from lark import Lark, TextSlice, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedToken
from lark.lexer import Token
from lark.parsers.lalr_analysis import Shift

from protoc.dsl import expectations, recovery
from protoc.dsl.building import Builder
from protoc.dsl.building.base import Part, Reading, is_token, start_of
from protoc.dsl.diagnostics import Diagnostics
from protoc.dsl.foreign import acceptable, nothing_in
from protoc.dsl.source import Source, Span
from protoc.dsl.tree import Bare, Document, Field, Node
from protoc.dsl.trivia import Comments

DEEPEST_NESTING = 48
MOST_MISTAKES = 100

_PARTNER = {"(": ")", "[": "]", "{": "}"}
_DECLARATION = re.compile(
    r"(?:protocol|use|enum|param|link|framing|message|command|response|event|pair|group|timer"
    r"|trigger|join|hook|example|on)\b[ \t]*(?![ \t]*[:=;\n])"
)
_RUN = re.compile(r"\w[\w.]*")
_LAST_WORD = re.compile(r"\b([^\W\d]\w*)[ \t]*\Z")


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
    document = _Reader(source, diagnostics, comments).document()
    if not document.declarations and len(diagnostics) == before:
        nothing_in(source, diagnostics)
    return document


def keywords() -> frozenset[str]:
    """All words that mean something somewhere."""
    return _grammar().words


class _Newlines:
    """Between the lexer and the parser: newlines inside parentheses are no ends of statements."""

    always_accept = ("_SEP",)

    def __init__(self) -> None:
        self.depth = 0

    def process(self, tokens: Iterable[Token]) -> Iterator[Token]:
        for token in tokens:
            kind = token.type
            if kind == "_SEP":
                if self.depth and token[0] == "\n":
                    continue
            elif kind in ("LPAR", "LSQB"):
                self.depth += 1
            elif kind in ("RPAR", "RSQB"):
                self.depth -= 1
            yield token


class _Grammar:
    """The built tables, with the builder whose methods they call. One a thread."""

    def __init__(self, *, strict: bool = False) -> None:
        self.builder = Builder()
        self.newlines = _Newlines()
        text = resources.files("protoc.dsl").joinpath("device.lark").read_text("utf-8")
        self.lark = Lark(
            text,
            parser="lalr",
            lexer="contextual",
            start=["document", "slot"],
            transformer=cast(Any, self.builder),
            postlex=cast(Any, self.newlines),
            maybe_placeholders=True,
            strict=strict,
            cache=False if strict else _cache(),
        )
        self.spelling = {
            terminal.name: terminal.pattern.value
            for terminal in self.lark.terminals
            if terminal.pattern.type == "str"
        }
        self.words = frozenset(text for text in self.spelling.values() if text.isidentifier())


def _cache() -> str | bool:
    """The file that keeps the tables, which take longer to build than most texts to read.

    Tables made by other versions, or damaged ones, are built anew; where no folder can be
    written they always are.
    """
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        folder = home / "protoc"
        # what is read back is trusted, so nobody else may write there
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_mode & 0o022 or not os.access(folder, os.W_OK):
            return False
    except (OSError, RuntimeError):
        return False
    return str(folder / f"grammar-{sys.version_info[0]}.{sys.version_info[1]}.tables")


_local = threading.local()


def _grammar() -> _Grammar:
    """The grammar, built when a thread needs it first."""
    found: _Grammar | None = getattr(_local, "grammar", None)
    if found is None:
        found = _local.grammar = _Grammar()
    return found


class _Reader:
    """One text being read.

    The state of the parser is two stacks side by side, states and what was read in them. To give
    up a statement both are cut back to where the grammar allows `ERROR`, which is fed in its
    place, and the lexer is moved to the end of the statement.
    """

    def __init__(self, source: Source, diagnostics: Diagnostics, comments: Comments) -> None:
        self._text = source.text
        self._grammar = _grammar()
        self._reading = Reading(source, diagnostics, comments, self._slot)
        self._mistakes = 0
        self._respelled = -1

    def document(self) -> Document:
        """The tree of the whole text."""
        grammar = self._grammar
        grammar.builder.reading = self._reading
        grammar.newlines.depth = 0
        self._open(grammar.lark.parse_interactive(self._text, start="document"))
        while True:
            token = self._advance()
            if isinstance(token, Document):
                return token
            self._mistakes += 1
            if self._mistakes > MOST_MISTAKES:
                return self._too_many(token)
            self._recover(token)

    def _open(self, interactive: Any) -> None:
        """Keep hold of the parser, whose types say nothing."""
        self._interactive = interactive
        self._state = interactive.parser_state
        self._lexer = interactive.lexer_thread

    def _advance(self) -> Document | Token:
        """Read to the end, or to the first token that does not fit."""
        feed = self._state.feed_token
        size = len(self._text)
        try:
            for token in self._lexer.lex(self._state):
                feed(token)
            end = Token("$END", "", start_pos=size, end_pos=size)
            return cast(Document, feed(end, True))
        except UnexpectedToken as error:
            return cast(Token, error.token)
        except UnexpectedCharacters as error:
            at = cast(int, error.pos_in_stream)
            run = _RUN.match(self._text, at)
            text = run.group() if run else self._text[at]
            return Token("UNKNOWN", text, start_pos=at, end_pos=at + len(text))

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
        brackets = recovery.unmatched(self._state.value_stack)
        self._grammar.newlines.depth = sum(bracket.type != "LBRACE" for bracket in brackets)

    def _error(self, code: str, message: str, start: int, end: int, help: str) -> None:
        span = Span(self._reading.source, start, end)
        self._reading.diagnostics.error(code, message, span, help=help)

    # ------------------------------------------------------------------ slots

    def _slot(self, start: int, end: int) -> Field | Bare | None:
        """Read what stands between two offsets as a slot of a template."""
        newlines = self._grammar.newlines
        outer, newlines.depth = newlines.depth, 0
        passage = TextSlice(self._text, start, end)
        parser: Any = self._grammar.lark.parse_interactive(passage, "slot")
        try:
            for token in parser.lexer_thread.lex(parser.parser_state):
                parser.feed_token(token)
            return cast("Field | Bare", parser.feed_token(Token("$END", "", start_pos=end)))
        except UnexpectedToken as error:
            at, found = min(_start(error.token), end), error.token
        except UnexpectedCharacters as error:
            at = cast(int, error.pos_in_stream)
            found = Token("UNKNOWN", self._text[at])
        finally:
            newlines.depth = outer
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
