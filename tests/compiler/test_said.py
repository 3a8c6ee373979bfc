"""What cannot be says why, and what can be done instead."""

from __future__ import annotations

import pytest

from tests.compiler.describing import said


@pytest.mark.parametrize(
    "written, meant",
    [
        ("uint16_t", "`u16`"),
        ("int32le", "`i32le`"),
        ("u16_be", "`u16be`"),
        ("byte", "`u8`"),
        ("string", "`text`"),
        ("u8[4]", "`[u8] count 4`"),
        ("u16 little", "`u16le`"),
    ],
)
def test_types_of_other_languages_are_told_as_they_are_here(written: str, meant: str) -> None:
    (only,) = said(f"link tcp client\nevent e {{ 0x01; x : {written} }}")
    assert only.help is not None
    assert meant in only.help


@pytest.mark.parametrize(
    "text, code, words",
    [
        ("param x : [u8] count 3", "E0401", "cannot be a list"),
        ("param x : u8?", "E0404", "does not belong"),
        ("event e { 0x01; x : u8(3) }", "E0404", "takes no values"),
        ("message m { x : u8 }\nevent e { 0x01; _ : m }", "E0203", "nobody could give"),
        ("event e { 0x01; x : u8 = previous }", "E0301", "there is none"),
        ("event e { 0x01; skip 0xAA max 3 }", "E0501", "nothing tells whether"),
        ("event e { 0x01; x : [dec sep ' ']; ' '; CR }", "E0409", "where `x` ends"),
        ("event e { m : u8 { w @0 = present(x) }; x : u8?; CR }", "E0205", "a constant"),
        ("event e { 0x01; x : u16 swapped }", "E0404", "several words"),
        (
            "param p : u8\nevent e { 0x01; x : u8 }\non after e if e.x == 1 { set p = 1 }",
            "E0202",
            "named `e`",
        ),
        ("event e { 0x01; 4 }", "E0101", "found `4`"),
        ("event e { 0x01; k : u8 count 3 }", "E0404", "means nothing"),
        ("event e { 0x01; a : u8; b : u8; if a / b > 3 { x : u8 } }", "E0605", "not by 0"),
        ("event e { 0x01; a : u8; if a % 0 == 1 { x : u8 } }", "E0605", "not by 0"),
        (
            "message f { 0x01; d : body max 2 }\nevent e in f { x : u16; y : bytes; CR }",
            "E0504",
            "`d` of `e` has at least 3 bytes",
        ),
        ("event e { k : u8; match k { } }", "E0203", "nothing is told apart"),
        ("event e { k : u8; match k { _ => { x : u8 } } }", "E0203", "nothing is told apart"),
        ('event e { k : u8 }\nexample { rx x"01" == e(k=-"a") }', "E0205", "a number"),
        ('event e { k : u8 }\nexample { rx x"01" == e(k=10 ** 10 ** 10) }', "E0205", "0 to 64"),
        ('event e { k : u8 }\nexample { rx x"01" == e(k=len(k)) }', "E0205", "a constant"),
        (
            "event e { k : u8; if k { v : u8 scale 2 } else { v : u8 }; if v > 3 { w : u8 } }",
            "E0311",
            "not the same in every way",
        ),
        (
            "event e { 0x01; a : u8; _ : u8 { check @3..0 = sum(a..b), b @7..4 } }",
            "E0304",
            "covers itself",
        ),
        (
            "event e { 0x01; n : u8 = len(..a); if n > 3 { x : u16 } else { x : u8 }; a : u8 }",
            "E0308",
            "derived from itself",
        ),
    ],
)
def test_what_cannot_be_says_why(text: str, code: str, words: str) -> None:
    (only,) = said(f"link tcp client\n{text}")
    assert only.code == code
    assert words in only.message
    assert only.help
