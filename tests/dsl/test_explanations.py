"""The pages of the codes: each shows a mistake that has it, and how it is right."""

import re

import pytest

from protoc.dsl.explanations import codes, explain
from tests.dsl.reading import HOUSE, read, right

READING = [code for code in codes() if code.startswith(("E00", "E01"))]
WITHOUT_A_WRONG_ONE = {"E0001", "E0002", "E0007", "E0114"}
SECTION = re.compile(r"^(Wrong|Right):\n\n```proto\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page(code: str) -> str:
    text = explain(code)
    assert text is not None
    return text


def test_every_code_of_this_room_has_a_page() -> None:
    room = HOUSE / "dsl" / "protoc" / "dsl"
    used = {
        code
        for path in room.rglob("*.py")
        for code in re.findall(r'"([EW]\d{4})"', path.read_text("utf-8"))
    }
    assert used == set(READING)


@pytest.mark.parametrize("code", codes())
def test_pages_are_of_one_form(code: str) -> None:
    first, blank, *rest = page(code).splitlines()
    assert re.fullmatch(rf"# {code}: \S.*[^.]", first)
    assert blank == ""
    assert len(rest) > 2
    assert max(map(len, rest)) <= 100


@pytest.mark.parametrize("code", READING)
def test_what_is_called_right_is(code: str) -> None:
    for kind, text in SECTION.findall(page(code)):
        if kind == "Right":
            right(text)


@pytest.mark.parametrize("code", sorted(set(READING) - WITHOUT_A_WRONG_ONE))
def test_what_is_called_wrong_is(code: str) -> None:
    (text,) = (text for kind, text in SECTION.findall(page(code)) if kind == "Wrong")
    assert {diagnostic.code for diagnostic in read(text)[1]} == {code}


def test_case_and_blanks_do_not_matter() -> None:
    assert explain(" e0101\n") == explain("E0101")


@pytest.mark.parametrize("code", ["", "E9999", "../E0101", "E0101.md", "nonsense", "E01\0"])
def test_unknown_codes(code: str) -> None:
    assert explain(code) is None
