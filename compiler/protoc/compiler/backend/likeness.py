"""What texts look like: `"(C)*"`, `"[A-Z]?"`."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PART = re.compile(r"\[(?:[^]]-[^]])+\]|.", re.DOTALL)


def starts(pattern: str, encoding: str) -> list[bytes]:
    """For each of the first bytes of such a text the values it can have, as far as is known."""
    found: list[bytes] = []
    for part in _PART.findall(pattern):
        if part in ("*", "?") or not part.isascii():
            break
        if len(part) == 1:
            found += [bytes([byte]) for byte in part.encode(encoding)]
        else:
            found.append(bytes(b for low, high in _ranges(part) for b in range(low, high + 1)))
    return found


def simplest(pattern: str) -> str:
    """The shortest text that looks like this."""
    return "".join(_one(part) for part in _PART.findall(pattern) if part != "*")


def _one(part: str) -> str:
    if len(part) > 1:
        return chr(next(_ranges(part))[0])
    return " " if part == "?" else part


def _ranges(part: str) -> Iterator[tuple[int, int]]:
    """The first and last characters of `[A-Za-z]`."""
    for at in range(1, len(part) - 1, 3):
        yield ord(part[at]), ord(part[at + 2])
