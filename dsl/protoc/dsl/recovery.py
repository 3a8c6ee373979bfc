"""Where reading goes on behind a mistake."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from protoc.dsl.building.base import Child, is_token

_TOKENS = re.compile(
    r""" "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*'
       | ["'][^\n]*                                         # a string that nobody closed
       | \#[^\n]* | [(\[{] | [)\]}] | \n | [;,] """,
    re.VERBOSE,
)
_CONTINUES = re.compile(
    r"\n(?:[ \t\r\f\n]|#[^\n]*\n)*(?:\||->|(?:else|or|then|where)\b(?!\s*[:=@]))"
)
_MARGIN = re.compile(r"\n(?=[^ \t\r\f\n}#])")
_WORD = re.compile(r"[^\W\d]\w*")
_STRING = re.compile(r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*""")
_OPENING = ("LPAR", "LSQB", "LBRACE")
_CLOSING = ("RPAR", "RSQB", "RBRACE")
_CLOSES = {")": "(", "]": "[", "}": "{"}


class Stop(Struct, frozen=True):
    """The end of a statement that could not be read.

    Attributes:
        offset: where its end is: a newline, `;`, `,`, a closing brace, or the end of the text.
        block: where its first brace opens, or None.
    """

    offset: int
    block: int | None


def find_stop(text: str, offset: int, braces: int, *, commas: bool) -> Stop:
    """Look for the end of the statement around an offset.

    `braces` were opened in the statement before the offset; with `commas` a comma ends it too.
    """
    opened = ["{"] * braces
    block: int | None = None
    for match in _TOKENS.finditer(text, offset):
        token, at = match.group(), match.start()
        if token in "([{":
            if token == "{" and not opened and block is None:
                block = at
            opened.append(token)
        elif token in _CLOSES:
            while opened and opened[-1] != _CLOSES[token] and opened[-1] != "{":
                opened.pop()
            if opened and opened[-1] == _CLOSES[token]:
                opened.pop()
            elif token == "}":
                return Stop(at, block)
        elif token == "\n":
            opened = opened[: len(opened) - opened[::-1].index("{")] if "{" in opened else []
            if not opened and not _CONTINUES.match(text, at):
                return Stop(at, block)
        elif not opened and (token == ";" or (token == "," and commas)):
            return Stop(at, block)
    return Stop(len(text), block)


def end_of_indented(text: str, offset: int) -> int | None:
    """Where a run of indented lines ends, when the offset is at the start of one.

    Outside of all braces such lines have lost their block, and are one mistake.
    """
    line = text.rfind("\n", 0, offset) + 1
    if line == offset or text[line:offset].strip(" \t\r\f"):
        return None
    margin = _MARGIN.search(text, offset)
    return margin.start() if margin else len(text)


def words(passage: str) -> set[str]:
    """The words of a passage, those in strings and comments left out."""
    return set(_WORD.findall(_STRING.sub(" ", passage)))


def is_closed(text: str, offset: int) -> bool:
    """Whether the bracket at an offset has a partner."""
    opened: list[str] = []
    for match in _TOKENS.finditer(text, offset):
        token = match.group()
        if token in "([{":
            opened.append(token)
        elif token in _CLOSES:
            if opened.pop() != _CLOSES[token]:
                return False
            if not opened:
                return True
    return False


def unmatched(values: Iterable[Child]) -> list[Child]:
    """The brackets among what was read that nothing has closed yet."""
    opened: list[Child] = []
    for value in values:
        if is_token(value, *_OPENING):
            opened.append(value)
        elif is_token(value, *_CLOSING) and opened:
            opened.pop()
    return opened


def closes_more(values: Iterable[Child]) -> bool:
    """Whether brackets are closed that were opened before."""
    depth = 0
    for value in values:
        depth += is_token(value, *_OPENING) - is_token(value, *_CLOSING)
        if depth < 0:
            return True
    return False
