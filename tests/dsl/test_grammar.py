"""The grammar itself."""

import logging
import re
from importlib import resources
from pathlib import Path

import lark
import pytest

from protoc.dsl import parser, words
from protoc.dsl.building import Builder
from protoc.dsl.parser.tables import Tables, built, parsed, read_tables
from tests.dsl.reading import DESCRIPTIONS, HOUSE, right

DESIGN = HOUSE.parent / "shared" / "design" / "language.md"
TEXT = resources.files("protoc.dsl").joinpath("device.lark").read_text("utf-8")
FENCE = re.compile(r"^```proto\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_there_are_no_conflicts(caplog: pytest.LogCaptureFixture) -> None:
    """The parser generator resolves them silently; here it has to speak."""
    lark.logger.setLevel(logging.DEBUG)
    try:
        with caplog.at_level(logging.DEBUG, "lark"):
            lark.Lark(TEXT, parser="lalr", start=["document", "slot"], debug=True)
    finally:
        lark.logger.setLevel(logging.CRITICAL)
    assert [line for line in caplog.messages if "conflict" in line.lower()] == []


def test_strict() -> None:
    """No conflicts of rules, and no two terminals that fit the same text."""
    pytest.importorskip("interegular", reason="without it terminals cannot be compared")
    parsed(TEXT, strict=True)


def test_the_builder_answers_for_every_rule() -> None:
    """A helper of the builder named like an inlined rule would be called for it."""
    rules = read_tables().rules
    inlined = {rule.origin for rule in rules if rule.single}
    named = {rule.name for rule in rules if not rule.name.startswith("_")} - inlined
    assert {name for name in named if not hasattr(Builder, name)} == set()
    assert {rule.name for rule in rules if rule.name.startswith("_")} & {*dir(Builder)} == set()


def test_damaged_tables_are_built_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    tables = read_tables()
    (kept,) = (tmp_path / "protoc").iterdir()
    whole = kept.read_bytes()
    assert read_tables() == tables
    for damaged in (b"", whole[:20], whole[:-20], whole[:32] + b"(", b"x" + whole[1:]):
        kept.write_bytes(damaged)
        again = read_tables()
        assert alike(again, tables)
        assert read_tables() == again


def test_where_nothing_can_be_kept_tables_are_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    assert alike(read_tables(), built(TEXT))


def alike(these: Tables, those: Tables) -> bool:
    """The same but for the numbers of states, which are others each time tables are built."""
    sizes = [sorted(map(len, tables.states)) for tables in (these, those)]
    return sizes[0] == sizes[1] and these[3:] == those[3:]


def test_reserved_words_are_words_of_the_grammar() -> None:
    assert parser.keywords() >= (words.STATEMENTS | words.VERBS | words.OPERATORS)


def test_control_characters_are_those_of_the_grammar() -> None:
    patterns = {terminal.name: terminal.text for terminal in read_tables().terminals}
    named = re.compile(patterns["CONTROL"])
    assert [name for name in words.CONTROLS if not named.fullmatch(name)] == []


@pytest.mark.parametrize("path", DESCRIPTIONS, ids=lambda path: path.stem)
def test_every_construct_reads(path: Path) -> None:
    right(path.read_text("utf-8"))


@pytest.mark.skipif(not DESIGN.exists(), reason="the design of the language is not at hand")
def test_every_example_of_the_design_reads() -> None:
    blocks = FENCE.findall(DESIGN.read_text("utf-8"))
    assert blocks
    for block in blocks:
        right(block)
