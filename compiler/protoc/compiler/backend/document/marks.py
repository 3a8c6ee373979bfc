"""Markdown: what stands in the cells of its tables, and where links in the document lead."""

from __future__ import annotations

from collections.abc import Iterable

from protoc.compiler.backend.words import shown


def plain(text: str) -> str:
    """Prose as one line of a cell."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Text that is shown as it is."""
    fence = "``" if "`" in text else "`"
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{plain(text)}{pad}{fence}" if text.strip() else ""


def octets(data: bytes) -> str:
    """Constant bytes: characters as such, and all of them in hexadecimal."""
    words, digits = shown(data), data.hex(" ").upper()
    return plain(words) if words == digits else f"{plain(words)} ({digits})"


def link(kind: str, name: str) -> str:
    """A link to the heading `## Kind name`."""
    return f"[{code(name)}](#{kind}-{''.join(c for c in name.lower() if c.isalnum() or c in '_-')})"


def sentence(parts: Iterable[str]) -> str:
    """What there is to say, one thing after the other."""
    return "; ".join(part for part in parts if part)
