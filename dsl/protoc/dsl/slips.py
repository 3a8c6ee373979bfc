"""Notations of other languages that people write first, and what they are here."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

Phrases = list[str]


class Slip(Struct, frozen=True):
    """What is written elsewhere.

    Attributes:
        found: whether this stands where something else was expected.
        expected: what could have stood there, all of these.
        help: how it is written here.
    """

    found: Callable[[str], bool]
    expected: frozenset[str]
    help: str


def _is(text: str) -> Callable[[str], bool]:
    return lambda found: found == text


def _slip(found: Callable[[str], bool], expected: str, help: str) -> Slip:
    return Slip(found, frozenset(expected.split("|")), help)


_SLIPS = (
    _slip(_is("="), "`{`", "compare with `==`"),
    _slip(_is("then"), "`{`", "take `then` away: the block begins behind the condition"),
    _slip(_is(":"), "`=>`", "a way is written `1 => …`"),
    _slip(_is(":"), "`@`", "bits are written with their places: `busy @7`, `level @3..0`"),
    _slip(_is(":"), "`=`", "write `=`"),
    _slip(_is("->"), "`=`", "a pair has a name: `pair level = ask -> answer`"),
    _slip(_is("-"), "`..`", "a range is written with two dots; of bits the higher first: `@3..0`"),
    _slip(_is("/"), "the end of the line", "a comment begins with `#`"),
    _slip(_is("="), "a constant|`==`", "what the bytes mean stands behind `==`"),
    _slip(str.isdecimal, "`count`", "say how many there are: `repeat rows count 3 { … }`"),
    _slip(str.isdecimal, "a name|a text in quotes", "the label stands in front: `off = 0`"),
    _slip(_is(","), "a format such as `8N1`", "speed and format stand side by side: `9600 8N1`"),
)


def slip(phrases: Phrases, before: str, found: str) -> str:
    """What to write instead of what is a notation of another language; empty where it is none.

    Args:
        phrases: what was expected.
        before: the word in front.
        found: what stands there.
    """
    if phrases == ["`..`"]:
        return "a range is written with two dots: `0..100`"
    if before == "repeat" and found.isdecimal():
        return f"what is repeated has a name: `repeat rows count {found} {{ … }}`"
    expected = set(phrases)
    fitting = (each for each in _SLIPS if each.found(found) and each.expected <= expected)
    return next((each.help for each in fitting), "")
