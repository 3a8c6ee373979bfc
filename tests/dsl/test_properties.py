"""What holds for every tree and every text."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protoc.dsl import tree
from protoc.dsl.parser import keywords
from protoc.dsl.printer import print_document
from protoc.dsl.renderers import render
from tests.dsl import trees
from tests.dsl.reading import DESCRIPTIONS, read, right

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
RIGHT = [path.read_text("utf-8") for path in DESCRIPTIONS]
PIECES = st.sampled_from(
    [*sorted(keywords()), *"{}()[]\"'=:;,.@|*?#~\\\n\n\n", "->", "=>", "x", "0x1"]
)


@settings(max_examples=250, deadline=None, suppress_health_check=SLOW)
@given(trees.DOCUMENTS)
def test_what_is_printed_reads_as_what_was_printed(document: tree.Document) -> None:
    text = print_document(document)
    again = right(text)
    assert again == document
    assert print_document(again) == text


def survives(text: str) -> None:
    """Reading it ends in a tree and diagnostics that can be shown, never in an exception."""
    document, diagnostics = read(text)
    for form in ("full", "concise", "json"):
        render(diagnostics, form).encode("utf-8")
    if not diagnostics:
        assert right(print_document(document)) == document


@settings(max_examples=250, deadline=None)
@given(st.text())
def test_any_text(text: str) -> None:
    survives(text)


@settings(max_examples=250, deadline=None, suppress_health_check=SLOW)
@given(st.lists(PIECES, max_size=40).map(" ".join))
def test_any_words(text: str) -> None:
    survives(text)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(RIGHT), st.data())
def test_damaged_descriptions(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)), "start")
    end = min(len(text), start + data.draw(st.integers(0, 30), "length"))
    survives(text[:start] + data.draw(st.text(max_size=3) | PIECES, "new") + text[end:])
