"""The grammar itself."""

import logging
import re
from importlib import resources
from pathlib import Path

import lark
import pytest

from protoc.dsl import parser, words
from protoc.dsl.parser.grammar import Grammar
from tests.dsl.reading import DESCRIPTIONS, HOUSE, right

DESIGN = HOUSE.parent / "shared" / "design" / "language.md"
FENCE = re.compile(r"^```proto\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_there_are_no_conflicts(caplog: pytest.LogCaptureFixture) -> None:
    """The parser generator resolves them silently; here it has to speak."""
    lark.logger.setLevel(logging.DEBUG)
    try:
        with caplog.at_level(logging.DEBUG, "lark"):
            text = resources.files("protoc.dsl").joinpath("device.lark").read_text("utf-8")
            lark.Lark(text, parser="lalr", start=["document", "slot"], debug=True)
    finally:
        lark.logger.setLevel(logging.CRITICAL)
    assert [line for line in caplog.messages if "conflict" in line.lower()] == []


def test_strict() -> None:
    """No conflicts of rules, and no two terminals that fit the same text."""
    pytest.importorskip("interegular", reason="without it terminals cannot be compared")
    Grammar(strict=True)


def test_the_builder_answers_for_every_rule() -> None:
    """A helper of the builder named like an inlined rule would be called for it."""
    grammar = Grammar()
    rules = {rule.alias or str(rule.origin.name) for rule in grammar.lark.rules}
    inlined = {str(rule.origin.name) for rule in grammar.lark.rules if rule.options.expand1}
    named = {rule for rule in rules - inlined if not rule.startswith("_")}
    assert {rule for rule in named if not hasattr(grammar.builder, rule)} == set()
    assert {rule for rule in rules - named if hasattr(grammar.builder, rule)} == set()


def test_reserved_words_are_words_of_the_grammar() -> None:
    assert parser.keywords() >= (words.STATEMENTS | words.VERBS | words.OPERATORS)


def test_control_characters_are_those_of_the_grammar() -> None:
    terminals = {t.name: t.pattern for t in Grammar().lark.terminals}
    named = re.compile(terminals["CONTROL"].to_regexp())
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
