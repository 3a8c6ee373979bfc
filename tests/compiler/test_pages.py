"""Every code has a page, and its examples are what they claim to be."""

import re
from pathlib import Path

import pytest

from protoc.compiler.importers import imported
from protoc.compiler.pipeline import compile_source
from protoc.dsl.diagnostics import Diagnostics
from protoc.dsl.explanations import codes, explain
from protoc.dsl.source import Source

HOUSE = Path(__file__).parent.parent.parent
EMITTED = re.compile(r'"([EW]0\d{3})"')
EXAMPLES = re.compile(r"^(Wrong|Right):\n\n```(?:proto|xml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
READING = "E00", "E01"
"""Mistakes of reading have tests of their own, beside the parser."""

PAGES = [code for code in codes() if not code.startswith(READING)]


def emitted() -> set[str]:
    """Every code that stands in the sources."""
    paths = [p for root in ("dsl", "compiler") for p in (HOUSE / root).rglob("*.py")]
    return {code for path in paths for code in EMITTED.findall(path.read_text("utf-8"))}


def examples(code: str) -> dict[str, str]:
    page = explain(code)
    assert page is not None
    return dict(EXAMPLES.findall(page))


def found(text: str, code: str) -> list[str]:
    """What a compilation says of an example; the name of the protocol may be left out.

    Of a connector it is what the import says, and its first lines may be left out.
    """
    if text.startswith("<"):
        if not re.match(r"<(!DOCTYPE|Protocol|Settings)", text):
            text = f"<Protocol><Name>example</Name><Type>serial</Type>\n{text}</Protocol>"
        said = Diagnostics()
        imported(Source("protocol.xml", text), said)
        return [each.code for each in said]
    if "protocol " not in text and code != "E0207":
        text = f"protocol example\n{text}"
    return [each.code for each in compile_source(Source("example.proto", text)).diagnostics]


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert emitted() == set(codes())


@pytest.mark.parametrize("code", PAGES)
def test_page_has_a_title_and_both_examples(code: str) -> None:
    page = explain(code)
    assert page is not None
    assert re.match(rf"# {code}: [a-z]", page)
    assert list(examples(code)) == ["Wrong", "Right"]
    assert max(map(len, EXAMPLES.sub("", page).splitlines())) <= 100


@pytest.mark.parametrize("code", PAGES)
def test_wrong_is_that_mistake_and_no_other(code: str) -> None:
    assert set(found(examples(code)["Wrong"], code)) == {code}


@pytest.mark.parametrize("code", PAGES)
def test_right_is_right(code: str) -> None:
    assert found(examples(code)["Right"], code) == []
