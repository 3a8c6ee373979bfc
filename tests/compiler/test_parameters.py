"""Frames with parameters: what is given stands where the name stands."""

import pytest

from protoc.compiler.execution import execute
from tests.compiler.describing import codes, module, said

SEALED = 'message sealed(salt, mark="$") { mark; data : body; check : u8 = sum(.., salt) }\n'


def encoded(text: str, name: str) -> bytes:
    """A message without fields, of a description."""
    protocol = execute(module(f"protocol p\n{SEALED}{text}"), "p").PROTOCOL
    (cls,) = (each for each in protocol.messages if name == each.NAME)
    data: bytes = cls().encode()
    assert cls.decode(data) == cls()
    return data


@pytest.mark.parametrize(
    "call, expected",
    [
        ("sealed(salt=3)", "240128"),
        ('sealed(salt=x"01 02", mark="#")', "230127"),
        ("sealed(salt=0, mark=0x7E7E)", "7e7e01fd"),
        ('sealed(mark=STX, salt="!")', "020124"),
        ('sealed(3, "#")', "230127"),
    ],
)
def test_given_where_it_is_used(call: str, expected: str) -> None:
    assert encoded(f"command c in {call} {{ 0x01 }}", "c").hex() == expected


def test_a_frame_hands_its_own_on() -> None:
    text = "message outer(end) in sealed(salt=end) { more : body; end }\n"
    text += "command c in outer(end=0x0D) { 0x01 }"
    assert encoded(text, "c").hex() == "24010d3f"


def test_its_name_hides_a_message() -> None:
    """`mark` in the frame is the parameter: the message of that name stays one of its own."""
    text = "command c in sealed(salt=0) { 0x01 }\nevent mark { 0x55 }"
    assert encoded(text, "mark").hex() == "55"


@pytest.mark.parametrize(
    "text, code",
    [
        ("command c in sealed { 0x01 }", "E0204"),
        ("command c in sealed(salt=1, salt=2) { 0x01 }", "E0204"),
        ("command c in sealed(salt=1, pepper=2) { 0x01 }", "E0202"),
        ("command c in sealed(salt=1, mark=3) { 0x01 }", "E0402"),
        ("message f(a) { a : u8; d : body }\ncommand c in f(a=1) { 0x01 }", "E0201"),
        ("message f(a : u8) { a; d : body }\ncommand c in f(a=1) { 0x01 }", "E0204"),
    ],
)
def test_mistakes(text: str, code: str) -> None:
    assert codes(SEALED + text) == [code]


def test_a_value_that_does_not_fit_is_shown_where_it_is_given() -> None:
    (mistake,) = said(f"{SEALED}command c in sealed(salt=1, mark=3) {{ 0x01 }}")
    assert mistake.span.text == "3"
    assert [label.span.text for label in mistake.labels] == ["mark"]
