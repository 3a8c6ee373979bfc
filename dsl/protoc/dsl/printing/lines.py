"""Lines put together: braces on one line where they fit, else one item a line."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

WIDTH = 100
INDENT = "    "

Lines = list[str]


class Braces(Struct, frozen=True):
    """Something in braces, in one line when it may stand in one, and in several."""

    inline: str | None
    tall: Lines


Part = str | Braces


def indented(lines: Lines) -> Lines:
    """The lines one level further in; blank ones stay empty."""
    return [INDENT + line if line else "" for line in lines]


def assemble(parts: Sequence[Part], room: int) -> Lines:
    """Texts and braces one behind the other.

    Braces stay on one line if they may; when a line then gets longer than `room`, none does.
    """
    lines = _glued([_inline(part) for part in parts])
    if all(len(line) <= room for line in lines):
        return lines
    return _glued([[part] if isinstance(part, str) else part.tall for part in parts])


def _inline(part: Part) -> Lines:
    if isinstance(part, str):
        return [part]
    return part.tall if part.inline is None else [part.inline]


def _glued(parts: list[Lines]) -> Lines:
    lines = [""]
    for part in parts:
        lines[-1] += part[0]
        lines += part[1:]
    return lines


def spaced(*parts: Part | None) -> list[Part]:
    """The parts that are there, a blank between each two."""
    found: list[Part] = []
    for part in parts:
        if part is None or part == "":
            continue
        if found:
            found.append(" ")
        found.append(part)
    return found
