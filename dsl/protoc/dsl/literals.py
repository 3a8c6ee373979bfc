"""Literals: what numbers, strings and constant bytes stand for, and how strings are written."""

from __future__ import annotations

import math
import re

from msgspec import Struct

_LONGEST_NUMBER = 80
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "\\": "\\", '"': '"', "'": "'"}
_WRITTEN = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0", "\\": "\\\\"}
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(.))", re.DOTALL)


class Mistake(Struct, frozen=True):
    """What is wrong with a literal, and where in it."""

    start: int
    end: int
    message: str
    help: str


def number(text: str) -> int | float | None:
    """The value of `12`, `0x1F`, `0b11`, `0.5`, `1e3`; None when it is out of all proportion."""
    if len(text) > _LONGEST_NUMBER:
        return None
    if text.startswith("0x"):
        return int(text, 16)
    if text.startswith("0b"):
        return int(text, 2)
    if text.isdigit():
        return int(text)
    value = float(text)
    return value if math.isfinite(value) else None


def unescape(text: str) -> tuple[str, list[Mistake]]:
    """Resolve the escapes of what stands between quotes."""
    if "\\" not in text:
        return text, []
    mistakes: list[Mistake] = []

    def resolve(match: re.Match[str]) -> str:
        octet, unit, letter = match.groups()
        if letter is None:
            value = chr(int(octet or unit, 16))
            if not "\ud800" <= value <= "\udfff":
                return value
            problem = "half a surrogate pair is no character"
            mistakes.append(Mistake(*match.span(), problem, "write the character itself"))
            return "?"
        if letter not in _ESCAPES:
            problem = f"unknown escape `\\{letter}`"
            known = r"use one of `\n \r \t \0 \\ \" \' \x0D \u00B5`"
            mistakes.append(Mistake(*match.span(), problem, known))
            return letter
        return _ESCAPES[letter]

    return _ESCAPE.sub(resolve, text), mistakes


def quote(value: str, *, braces: bool = False) -> str:
    """Write a string in quotes; with `braces` those inside are doubled, as a layout wants it."""
    mark = "'" if '"' in value and "'" not in value else '"'
    written = "".join(_character(c, mark) for c in value)
    if braces:
        written = written.replace("{", "{{").replace("}", "}}")
    return f"{mark}{written}{mark}"


def _character(c: str, mark: str) -> str:
    if c in _WRITTEN:
        return _WRITTEN[c]
    if c == mark:
        return "\\" + c
    if c.isprintable():
        return c
    code = ord(c)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else c


def octets(text: str) -> tuple[bytes, Mistake | None]:
    """The bytes of `x"01 02"` or `0xAA55`."""
    quoted = text.startswith("x")
    start = 2  # behind `x"` or `0x`
    digits = text[start:-1] if quoted else text[start:]
    wrong = re.search(r"[^0-9A-Fa-f \t]+", digits)
    if wrong is not None:
        place = (start + wrong.start(), start + wrong.end())
        problem = f"`{wrong.group()}` is no hexadecimal digit"
        return b"", Mistake(
            *place, problem, "write two digits a byte, blanks between them: `01 0A`"
        )
    for match in re.finditer(r"[0-9A-Fa-f]+", digits):
        if len(match.group()) % 2:
            place = (start + match.start(), start + match.end())
            problem = f"`{match.group()}` is not a whole number of bytes"
            return b"", Mistake(
                *place, problem, "write two digits a byte, with a leading 0 if need be"
            )
    return bytes.fromhex(digits), None
