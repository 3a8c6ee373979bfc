"""The grammar as tables: what the parser does in each of its states.

They are built by lark, which is needed for nothing else. Building takes longer than most texts take
to read, so the tables are kept in a file.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from collections.abc import Collection
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lark import Lark
    from lark.grammar import Rule as LarkRule

STARTS = ("document", "slot")
_FORM = b"1"  # of the file


class Rule(NamedTuple):
    """A rule of the grammar, as the parser needs it.

    Attributes:
        size: how many values it takes from the stack.
        name: of the method of the builder; what has one that begins with `_` is inlined.
        single: one child alone stands for itself.
        kept: of each value that becomes a child: its place, whether its own children are taken
            instead, and how many children are absent in front of it; None for all as they are.
        absent: how many are absent at the end.
    """

    origin: str
    size: int
    name: str
    single: bool
    kept: tuple[tuple[int, bool, int], ...] | None
    absent: int


class Terminal(NamedTuple):
    """What a terminal looks like: a text, or the pattern of one that varies."""

    name: str
    text: str
    varies: bool


class Tables(NamedTuple):
    """What the parser does.

    Attributes:
        starts, ends: the states in which a rule begins and has ended.
        states: for each state what happens on a symbol: a state to go on in, or, as `~number`, a
            rule that has been read.
        terminals: those that vary in the order in which they are tried.
        ignored: names of terminals that mean nothing.
    """

    starts: dict[str, int]
    ends: dict[str, int]
    states: list[dict[str, int]]
    rules: list[Rule]
    terminals: list[Terminal]
    ignored: tuple[str, ...]


def read_tables() -> Tables:
    """The tables, from their file where it is there and of this grammar."""
    text = resources.files("protoc.dsl").joinpath("device.lark").read_text("utf-8")
    digest = hashlib.sha256(_FORM + text.encode()).digest()
    file = _file()
    try:
        kept = file.read_bytes() if file is not None else b""
        if kept.startswith(digest):
            return _tables(*marshal.loads(memoryview(kept)[len(digest) :]))
    except (OSError, ValueError, EOFError, TypeError):
        pass  # damaged: built anew
    tables = built(text)
    if file is not None:
        _keep(file, digest + marshal.dumps(_plain(tables)))
    return tables


def _plain(tables: Tables) -> tuple[Any, ...]:
    """Tables without classes of our own."""
    rules, terminals = map(tuple, tables.rules), map(tuple, tables.terminals)
    return (*tables[:3], list(rules), list(terminals), tables.ignored)


def _tables(*plain: Any) -> Tables:
    starts, ends, states, rules, terminals, ignored = plain
    made = [Rule(*rule) for rule in rules], [Terminal(*terminal) for terminal in terminals]
    return Tables(starts, ends, states, *made, ignored)


def _file() -> Path | None:
    """Where the tables are kept; None where no folder can be written."""
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        folder = home / "protoc"
        # what is read back is trusted, so nobody else may write there
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_mode & 0o022 or not os.access(folder, os.W_OK):
            return None
    except (OSError, RuntimeError):
        return None
    return folder / f"grammar-{sys.version_info[0]}.{sys.version_info[1]}.states"


def _keep(file: Path, data: bytes) -> None:
    """Write the file whole or not at all."""
    half = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        half.write_bytes(data)
        half.replace(file)
    except OSError:
        half.unlink(missing_ok=True)


# ------------------------------------------------------------------ building


def built(text: str) -> Tables:
    """The tables of a grammar, built anew."""
    from lark.parsers.lalr_analysis import Shift

    lark = parsed(text)
    table: Any = lark.parser.parser._parse_table
    numbers = {rule: number for number, rule in enumerate(lark.rules)}
    states = [
        {
            name: target if action is Shift else ~numbers[target]
            for name, (action, target) in table.states[state].items()
        }
        for state in range(len(table.states))
    ]
    ordered = sorted(lark.terminals, key=lambda t: (-t.priority, -t.pattern.max_width, t.name))
    terminals = [
        Terminal(t.name, t.pattern.value, varies=False)
        if t.pattern.type == "str"
        else Terminal(t.name, t.pattern.to_regexp(), varies=True)
        for t in ordered
    ]
    return Tables(
        dict(table.start_states),
        dict(table.end_states),
        states,
        [_rule(rule) for rule in lark.rules],
        terminals,
        tuple(lark.lexer_conf.ignore),
    )


def parsed(text: str, *, strict: bool = False) -> Lark:
    """The grammar as lark has it."""
    from lark import Lark

    return Lark(text, parser="lalr", start=list(STARTS), maybe_placeholders=True, strict=strict)


def _rule(rule: LarkRule) -> Rule:
    """A rule with what becomes of the values it takes."""
    kept, absent = _children(rule.expansion, rule.options)
    every = tuple((i, False, 0) for i in range(len(rule.expansion)))
    return Rule(
        str(rule.origin.name),
        len(rule.expansion),
        rule.alias or str(rule.origin.name),
        bool(rule.options.expand1 and not rule.alias),
        None if kept == every and not absent else kept,
        absent,
    )


def _children(
    expansion: Collection[Any], options: Any
) -> tuple[tuple[tuple[int, bool, int], ...], int]:
    """Which values become children: punctuation does not, what is absent is None."""
    flags = "".join("1" if absent else "0" for absent in options.empty_indices)
    absent = [len(ones) for ones in flags.split("0")] if flags else [0] * (len(expansion) + 1)
    kept: list[tuple[int, bool, int]] = []
    before = 0
    for i, symbol in enumerate(expansion):
        before += absent[i]
        if options.keep_all_tokens or not (symbol.is_term and symbol.filter_out):
            inlined = not symbol.is_term and symbol.name.startswith("_")
            kept.append((i, inlined, before))
            before = 0
    return tuple(kept), before + absent[-1]
