"""What a user sees of each mistake, compared byte for byte."""

import re
from pathlib import Path

import pytest

from protoc.dsl.explanations import codes
from tests.diagnostics.pages import pages, parts, rendered

READING = ("E00", "E01")
"""Mistakes of reading have tests of their own; only some are shown here."""


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_page(page: Path) -> None:
    found = parts(page)
    shown = rendered(found["text"])
    assert shown == found["shown"]
    code = page.name[:5]
    assert found["name"].startswith(f"{code}: ") or code == "mixed"
    if code != "mixed":
        assert set(re.findall(r"^(?:error|warning)\[(.*?)\]", shown, re.MULTILINE)) == {code}


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_every_diagnostic_says_where_and_what_to_do(page: Path) -> None:
    for block in re.split(r"\n(?=error\[|warning\[)", parts(page)["shown"]):
        head, place, *_ = block.splitlines()
        message = re.sub(r"^\w+\[\w+\]: ", "", head)
        assert not message.endswith("."), message
        assert message[0].islower() or not message[0].isalpha() or message[:2].isupper(), message
        assert re.search(r"(device\.proto|protocol\.xml):\d+:\d+$", place)
        assert "^" in block
        assert re.search(r"= help: \S", block), block


def test_every_code_is_shown() -> None:
    shown = {page.name[:5] for page in pages()} - {"mixed"}
    assert {code for code in codes() if not code.startswith(READING)} <= shown <= set(codes())


def test_many_mistakes_are_told_in_one_run() -> None:
    """One for each, of reading and of meaning, and nothing that only follows from another."""
    (page,) = (page for page in pages() if page.name.startswith("mixed"))
    found = parts(page)
    places = re.findall(r"device\.proto:(\d+):", found["shown"])
    assert len(places) == len(set(places)) == 11
