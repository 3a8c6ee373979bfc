"""What could have stood where something else was found, in words a person uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from difflib import get_close_matches

from protoc.dsl.slips import slip
from protoc.dsl.words import RESERVED


def _terminals(names: str) -> frozenset[str]:
    return frozenset(names.split())


_OPERATORS = _terminals(
    "OR AND COMPARE SMALLER VBAR CARET AMPERSAND SHIFT PLUS MINUS STAR SLASH PERCENT POWER"
)
_CONSTANTS = _terminals("STRING BYTES HEX CONTROL")
_OPERANDS = _CONSTANTS | _terminals(
    "NUMBER NAME KEY DURATION LPAR LSQB LBRACE NOT MINUS TILDE DOTS"
)
_MODIFIERS = _terminals(
    "EQUAL DEFAULT SCALE OFFSET MAX VIA UNIT LIKE RANGE AS SETS PAD EXCEPT DECIMALS NAME COUNT "
    "WHILE TIMES UNTIL SEP REVERSED STRICT"
)
_AFTER_A_NAME = _terminals("LPAR DOT QMARK")
_WHOLE = {"PROTOCOL": "a declaration", "LET": "a statement", "MAKE": "an action"}
_NAMED = {
    "NAME": "a name",
    "FIELD": "a name",
    "KEY": "a name",
    "NUMBER": "a number",
    "STRING": "a text in quotes",
    "DURATION": "a time such as `500ms`",
    "FORMAT": "a format such as `8N1`",
    "DECIMALS": "decimals such as `.1`",
    "HEX": "a number",
    "BYTES": "constant bytes",
    "CONTROL": "constant bytes",
    "_SEP": "the end of the line",
}
_HELP_AT_END = "the end of the line"
_TYPE = re.compile(
    r"[uif]\d+(?:le|be)?|dec|int|float|hex|oct|bin|base36|bcd|digits|nibbles|char|text|quoted"
    r"|bytes|bool|body|varint|vlq|ber_length|u7_15|u6_14_30_62"
)
_HELP = {
    "a type": "write one such as `u16`, `text[8]` or `[u8]`",
    "a value": "write a number, a text in quotes, a name or a call",
    "a name": "a name is a letter or `_`, then letters, digits and `_`",
    "a constant": 'write a text in quotes, `x"01 02"`, `0x1F`, or a control character such as `CR`',
    "a declaration": "begin it with `message`, `command`, `response`, `param`, `pair` …",
    "a statement": "write a field `name : type`, a constant, or a name that is declared elsewhere",
    "an action": "begin it with a verb such as `set`, `execute` or `send`, or name what to run",
    "the end of the line": "begin a new line, or put `;` between two statements",
}


def expected(accepts: AbstractSet[str], after: str, spelling: Mapping[str, str]) -> list[str]:
    """What may stand here, most telling first.

    `accepts` are the terminals that fit, `after` the type of the token before when it is the last
    thing read (empty behind something complete), `spelling` how a terminal is written.
    """
    for terminal, phrase in _WHOLE.items():
        if terminal in accepts:
            return [phrase]
    rest = set(accepts)
    found: list[str] = []
    if {"NUMBER", "LPAR", "STRING"} <= rest:
        found.append("a value")
        rest -= _OPERANDS
    elif rest >= _CONSTANTS:
        found.append("a constant")
        rest -= _CONSTANTS
    elif after == "COLON" and rest >= {"NAME", "LSQB"}:
        found.append("a type")
        rest -= {"NAME", "LSQB"}
    rest = rest - _OPERATORS or rest
    if "DEFAULT" in rest:
        rest -= _MODIFIERS | {"LBRACE", "LSQB", "LPAR", "QMARK", "ALSO"}
    if rest & {"RPAR", "RSQB"}:
        rest -= {"DOTS", "ARROW"}
    if rest - {"$END", "RBRACE"} - _AFTER_A_NAME:
        rest -= _AFTER_A_NAME
    found += _listed(rest, spelling)
    return list(dict.fromkeys(found))[:5]


def _listed(rest: AbstractSet[str], spelling: Mapping[str, str]) -> list[str]:
    """Names of what is left, punctuation first, the end of the line last."""
    marks: list[str] = []
    words: list[str] = []
    for terminal in sorted(rest - {"_SEP", "$END", "ERROR"}):
        text = spelling.get(terminal)
        if text is None:
            words.append(_NAMED.get(terminal, terminal.lower()))
        else:
            (words if text.isidentifier() else marks).append(f"`{text}`")
    if "_SEP" not in rest:
        return [*marks, *words, *(["the end of the file"] if rest == {"$END"} else [])]
    if len(words) > 3:
        words = []
    marks = [mark for mark in marks if mark != "`}`"]
    return [*marks, *words, _NAMED["_SEP"]] if len(marks) < 3 else [_NAMED["_SEP"]]


def joined(phrases: Iterable[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    *first, last = phrases
    return f"{', '.join(first)} or {last}" if first else last


def advice(phrases: list[str], before: str, found: str, meant: str | None) -> str:
    """What to do: by the word before and what was found, else by what was expected."""
    if found in RESERVED and "a name" in phrases:
        return f"`{found}` is reserved, choose another name"
    if known := slip(phrases, before, found):
        return known
    if before and found == "=" and _HELP_AT_END in phrases:
        return f"a field is written `{before} : u8`, a constant one `{before} : u8 = 1`"
    if before and _TYPE.fullmatch(found) and _HELP_AT_END in phrases:
        return f"a field is written with a colon: `{before} : {found}`"
    if found.isdecimal() and "a statement" in phrases:
        size = max(1, (int(found).bit_length() + 7) // 8)
        return f"bytes are written as hexadecimal digits: `0x{int(found):0{2 * size}X}`"
    if meant:
        return f"did you mean `{meant}`?"
    return help_for(phrases)


def help_for(phrases: Iterable[str]) -> str:
    """What to do, by the first of the phrases there is advice for."""
    return next((_HELP[phrase] for phrase in phrases if phrase in _HELP), "")


def similar(word: str, known: Iterable[str]) -> str | None:
    """The known word that this one probably was meant to be."""
    others = [other for other in known if other != word]
    close = get_close_matches(word.lower(), others, 1, 0.8) if len(word) > 2 else []
    return close[0] if close else None


def found(text: str) -> str:
    """How to speak of what was found."""
    if not text:
        return "the end of the file"
    if text[0] == "\n":
        return "the end of the line"
    if text[0] == ";":
        return "`;`"
    if not text.isprintable() or text.isspace():
        return f"U+{ord(text[0]):04X}"
    return f"`{text if len(text) <= 24 else text[:23] + '…'}`"
