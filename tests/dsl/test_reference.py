"""The reference of the language: what it shows is read, and is what it says."""

import re

import pytest

from protoc.dsl import parser, words
from protoc.dsl.printer import print_document
from tests.dsl.reading import HOUSE, right

PAGE = (HOUSE / "docs" / "language.md").read_text("utf-8")
EXAMPLES = [
    pytest.param(match[1], id=f"line{PAGE.count(chr(10), 0, match.start()) + 1}")
    for match in re.finditer(r"^```proto\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
]
SECTIONS = set(re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE))


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_reads(text: str) -> None:
    document = right(text)
    assert right(print_document(document)) == document


def test_every_link_within_the_page_leads_somewhere() -> None:
    anchors = {section.lower().replace(",", "").replace(" ", "-") for section in SECTIONS}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) - anchors == set()


def test_every_word_of_the_grammar_is_mentioned() -> None:
    mentioned = set(re.findall(r"\w+", PAGE))
    assert parser.keywords() - mentioned == set()


def test_every_verb_has_its_row() -> None:
    actions = PAGE[PAGE.index("\n## Actions") : PAGE.index("\n## Examples")]
    assert words.VERBS - set(re.findall(r"\w+", actions)) == set()
