"""Templates: where the slots are in a string of a layout."""

from __future__ import annotations

import re

from msgspec import Struct

from protoc.dsl.literals import Mistake

_DEEPEST = 16
_PIECE = re.compile(r"\{\{|\}\}|[{}]|\\.|[^{}\\]+|\\", re.DOTALL)
_IN_SLOT = re.compile(r"'[^']*'|\"[^\"]*\"|[{}]|\\|[^{}'\"\\]+|['\"]")


class Piece(Struct, frozen=True):
    """A stretch of a template, by offsets into the text between its quotes.

    Attributes:
        text: for text, what it stands for with escapes still in it; for a slot, what is in the
            braces, which `start` and `end` leave out.
    """

    start: int
    end: int
    text: str
    is_slot: bool = False


def split(text: str) -> tuple[list[Piece], list[Mistake]]:
    """Take a template apart into text and slots."""
    pieces: list[Piece] = []
    mistakes: list[Mistake] = []
    literal: list[str] = []
    at = begin = 0
    while at <= len(text):
        match = _PIECE.match(text, at)
        token = match.group() if match else ""
        if token not in ("{", ""):
            if token == "}":
                help = "write `}}` for a brace that stands for itself"
                mistakes.append(Mistake(at, at + 1, "this `}` closes nothing", help))
            literal.append({"{{": "{", "}}": "}"}.get(token, token))
            at += len(token)
            continue
        if literal:
            pieces.append(Piece(begin, at, "".join(literal)))
            literal = []
        if not token:
            break
        slot = _slot(text, at)
        if isinstance(slot, Mistake):
            return pieces, [*mistakes, slot]
        pieces.append(slot)
        at = begin = slot.end + 1
    return pieces, mistakes


def _slot(text: str, opening: int) -> Piece | Mistake:
    """The slot whose brace opens here."""
    depth = 0
    for match in _IN_SLOT.finditer(text, opening):
        token = match.group()
        if token == "\\":
            help = "use the other kind of quote inside a slot"
            return Mistake(match.start(), match.end(), "a slot cannot hold an escape", help)
        depth += (token == "{") - (token == "}")
        if depth > _DEEPEST:
            return Mistake(opening, opening + 1, "this slot is nested too deeply", "use a block")
        if depth == 0:
            inner = text[opening + 1 : match.start()]
            return Piece(opening + 1, match.start(), inner, is_slot=True)
    help = "close the slot with `}`, or write `{{` for a brace that stands for itself"
    return Mistake(opening, opening + 1, "this `{` is never closed", help)
