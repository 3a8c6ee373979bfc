"""The grammar as tables, which take longer to build than most texts to read and so are kept."""

from __future__ import annotations

import os
import sys
import threading
from importlib import resources
from pathlib import Path
from typing import Any, cast

from lark import Lark

from protoc.dsl.building import Builder
from protoc.dsl.parser.lexing import Lexer


class Grammar:
    """The built tables, with the builder whose methods they call. One a thread."""

    def __init__(self, *, strict: bool = False) -> None:
        self.builder = Builder()
        text = resources.files("protoc.dsl").joinpath("device.lark").read_text("utf-8")
        self.lark = Lark(
            text,
            parser="lalr",
            lexer="contextual" if strict else Lexer,
            start=["document", "slot"],
            transformer=cast(Any, self.builder),
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
    """The file that keeps the tables.

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


def grammar() -> Grammar:
    """The grammar, built when a thread needs it first."""
    found: Grammar | None = getattr(_local, "grammar", None)
    if found is None:
        found = _local.grammar = Grammar()
    return found
