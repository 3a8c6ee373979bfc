"""What is wrong with a description: one diagnostic a mistake, at its place, with help."""

import re
import time

import pytest

from protoc.dsl import tree
from protoc.dsl.diagnostics import Diagnostics
from protoc.dsl.parser import DEEPEST_NESTING, parse
from protoc.dsl.parser.grammar import grammar
from protoc.dsl.parser.reader import MOST_MISTAKES
from protoc.dsl.source import Source
from tests.dsl.reading import read, wrong

TEN = """\
protocol dimmer "Acme
link serial 9600 8N1 { timeout 300ms; retries -> }
enum fault { none = , overheat = 1 }
mesage frame {
    unit  : = 3
    code  u8
    size  : u8 = len(data
    check : u8 = sum(unit..) +
}
command set_level in frame(code=) { channel : u8; level :: u16 }
"""


def test_ten_mistakes_are_ten_diagnostics() -> None:
    assert wrong(TEN) == [
        "1:17 E0103",
        "2:50 E0101",
        "3:21 E0101",
        "4:1 E0102",
        "5:13 E0101",
        "6:11 E0101",
        "7:21 E0104",
        "8:31 E0101",
        "10:33 E0101",
        "10:58 E0101",
    ]


def test_each_has_help_that_can_be_followed() -> None:
    assert [d.code for d in read(TEN)[1] if not d.help] == []


def test_the_generator_is_never_heard() -> None:
    said = " ".join(f"{d.message} {d.help}" for d in read(TEN)[1])
    terminals = {terminal.name for terminal in grammar().lark.terminals}
    assert set(re.findall(r"\w+", said)) & terminals - {"CONTROL"} == set()
    assert "__" not in said
    assert "Token" not in said


@pytest.mark.parametrize(
    "text, message, help",
    [
        (
            "message m { a : = 1 }",
            "expected a type, found `=`",
            "write one such as `u16`, `text[8]` or `[u8]`",
        ),
        (
            "message m { a u8 }",
            "expected the end of the line, found `u8`",
            "a field is written with a colon: `a : u8`",
        ),
        (
            "message m { a = 1 }",
            "expected the end of the line, found `=`",
            "a field is written `a : u8`, a constant one `a : u8 = 1`",
        ),
        ("on start if a = 1 {}", "expected `{`, found `=`", "compare with `==`"),
        (
            "mesage m {}",
            "unknown word `mesage`",
            "did you mean `message`?",
        ),
        (
            "message m { a : u8 scal 0.1 }",
            "expected the end of the line, found `0.1`",
            "did you mean `scale`?",
        ),
        (
            "message m { let ACK = 1; let a = ACK + }",
            "expected a value, found `}`",
            "write a number, a text in quotes, a name or a call",
        ),
        (
            "pair p = a =>",
            "expected `->`, found `=>`",
            "",
        ),
        (
            "timer every 5 do x",
            "expected a time such as `500ms` or `loop`, found `5`",
            "",
        ),
        (
            "message m { on : u8 } oh",
            "expected the end of the line, found `oh`",
            "begin a new line, or put `;` between two statements",
        ),
        (
            "hello",
            "expected a declaration, found `hello`",
            "begin it with `message`, `command`, `response`, `param`, `pair` …",
        ),
    ],
)
def test_messages(text: str, message: str, help: str) -> None:
    _, (diagnostic,) = read(text)
    assert diagnostic.message == message
    assert diagnostic.help == help


@pytest.mark.parametrize(
    "text, found",
    [
        ("message a {\n  x : u8\nmessage b { y : u8 }\n", ["1:11 E0104"]),
        ("message a {\n  if x { a : u8\n}\nmessage b {}\n", ["1:11 E0104"]),
        ("message a {\n  x : u8\n", ["1:11 E0104"]),
        ("message a { either { x : u8 }", ["1:11 E0104"]),
        ("message a { x : u8 = f(\n}\nmessage b {}", ["1:23 E0104"]),
        ("message a {} }\nmessage b { x }", ["1:14 E0105"]),
        ("message a {\n }\n x : u8\n y : u8\n}\nmessage b {}", ["3:2 E0101"]),
        ("message ! { x : 5; y : u8 }\nmessage b { z u8 }", ["1:9 E0101", "2:15 E0101"]),
        ("message a in f(b=) {\n  x : u8\n  y u8\n}", ["1:18 E0101", "3:5 E0101"]),
        ("enum e { a = 1, b, c = 3, d = }", ["1:18 E0101", "1:31 E0101"]),
        ("message m { a : u8 { b @, c @1, d 2 } }", ["1:25 E0101", "1:35 E0101"]),
        ('message m { "a\\q"; "{a"; "b}"; "{a:}"; "{c:u8 5}" }',
         ["1:15 E0106", "1:21 E0110", "1:28 E0110", "1:36 E0111", "1:47 E0111"]),
        ('message m { x"0G"; x"012"; 0x1 }', ["1:16 E0108", "1:22 E0108", "1:30 E0108"]),
        ("message m { let a = 1 < 2 < 3 }", ["1:27 E0109"]),
        ('message m { "{a:u8}" | "b" }', ["1:13 E0112"]),
        ('example { bad "x" nonsense; rx }', ["1:19 E0113", "1:32 E0101"]),
        (f"message m {{ let a = {'9' * 5000} }}", ["1:21 E0107"]),
        ("message m { let a = 1e999 }", ["1:21 E0107"]),
        ("message m { a : float .9999 }", ["1:23 E0107"]),
        ("link tcp :1.5", ["1:11 E0107"]),
    ],
)  # fmt: skip
def test_one_mistake_is_one_diagnostic(text: str, found: list[str]) -> None:
    assert wrong(text) == found


def test_what_is_right_is_kept() -> None:
    document, _ = read("message a { x : u8; y u8; z : u8 }\nmessage ! {}\nmessage b {}")
    a, b = document.declarations
    assert isinstance(a, tree.Layout)
    assert isinstance(b, tree.Layout)
    assert isinstance(a.body, tree.Block)
    kept = [s.name.text for s in a.body.statements if isinstance(s, tree.Field)]
    assert kept == ["x", "z"]


def test_what_is_lost_is_remembered() -> None:
    document, _ = read("message a { x : u8; y u8; z : u8 }\nmessage b {}")
    assert document.lost >= {"a", "y"}
    assert not document.lost & {"b", "x", "z"}


# --- what is no description at all ---


@pytest.mark.parametrize(
    "text, code",
    [
        ("", "E0002"),
        (" \n\t\n", "E0002"),
        ("# nothing yet\n", "E0002"),
        (";;\n;", "E0002"),
        ("a\0b", "E0001"),
        ("protocol \ud800", "E0001"),
        ('syntax = "proto3";\n', "E0003"),
        ('// licence\n/* more */\nedition = "2023";\n', "E0003"),
        ("package a.b;\nmessage X {}\n", "E0003"),
        ("message X {\n  string a = 1;\n}", "E0003"),
        ("message X { repeated Other a = 1; }", "E0003"),
        ("Terminator = CR LF;\n", "E0004"),
        ('# device\nget {\n  out "?";\n  in "%f";\n}\n', "E0004"),
        ("get { out '?'; }", "E0004"),
        ('<?xml version="1.0"?>\n<Protocol/>', "E0005"),
        ("  <Protocol/>", "E0005"),
        ("{" * 10_000, "E0006"),
        ("message m { a : u8 = " + "(" * 10_000, "E0006"),
        ("message m { a : u8 = " + "-" * 10_000 + "1 }", "E0006"),
        ("message m { a : u8 = " + "1+" * 10_000 + "1 }", "E0006"),
        ("message m { a : u8 = " + "1**" * 10_000 + "1 }", "E0006"),
        ("message m { a : u8 = " + "not " * 10_000 + "1 }", "E0006"),
        ('message m { "' + "{a:u8 " * 10_000 + '" }', "E0110"),
        ("#" * (4 * 1024 * 1024 + 1), "E0007"),
    ],
    ids=range(24),
)
def test_what_is_no_description(text: str, code: str) -> None:
    started = time.perf_counter()
    _, diagnostics = read(text)
    assert [d.code for d in diagnostics][:1] == [code]
    assert len(diagnostics) == 1
    assert time.perf_counter() - started < 5


def test_a_chain_without_end_is_cut() -> None:
    document, diagnostics = read("message m { " + "if a {} else " * 10_000 + "{} }")
    assert {d.code for d in diagnostics} == {"E0006"}
    assert document == document  # noqa: PLR0124 - comparing walks down the whole tree


def test_our_own_words_are_not_mistaken_for_other_languages() -> None:
    text = """
        # syntax = "proto3" and Terminator = CR are written elsewhere
        message terminator { let x = 1; out : text; in : text }
        on start { set online = 1; run string(a=1) }
    """
    assert wrong(text) == []


def test_deep_but_allowed() -> None:
    deep = DEEPEST_NESTING - 1
    text = f"message m {{ a : u8 = {'(' * deep}1{')' * deep} }}"
    assert wrong(text) == []


def test_reading_stops_after_many_mistakes() -> None:
    _, diagnostics = read("message ! {}\n" * 10_000)
    assert len(diagnostics) == MOST_MISTAKES + 1
    assert diagnostics[-1].code == "E0114"


@pytest.mark.parametrize(
    "text",
    ["\n" * 300_000 + "x", "# c\n" * 100_000, "{}" * 100_000, '"' * 200_000, "a : u8\n" * 50_000,
     " " * 500_000 + "x", ";" * 300_000, "->\n" * 100_000, "\n|" * 100_000, "{ \n" * 40],
    ids=range(10),
)  # fmt: skip
def test_time_is_bounded(text: str) -> None:
    started = time.perf_counter()
    read(text)
    assert time.perf_counter() - started < 5


def test_sources_share_diagnostics() -> None:
    diagnostics = Diagnostics()
    parse(Source("a.proto", "oh"), diagnostics)
    parse(Source("b.proto", ""), diagnostics)
    assert [d.code for d in diagnostics] == ["E0101", "E0002"]


@pytest.mark.parametrize(
    "text, part",
    [
        ("event e { x : u8 range 0-100 }", "`0..100`"),
        ("event e { x : u8 { a : 1 } }", "`busy @7`"),
        ("event e { x : u8 { a @3-0 } }", "`@3..0`"),
        ("event e { repeat 3 { x : u8 } }", "`repeat rows count 3 { … }`"),
        ("event e { x : u8; if x == 1 then { y : u8 } }", "take `then` away"),
        ("event e { x : u8 // what it is\n}", "`#`"),
        ("pair p : a -> b", "write `=`"),
        ("pair a -> b", "a pair has a name"),
        ("link serial 9600,8,N,1", "`9600 8N1`"),
        ("event e { x : u8 as { 0 = off } }", "`off = 0`"),
        ("event e { 12; x : u8 }", "`0x0C`"),
    ],
)
def test_what_is_written_elsewhere_is_told_as_it_is_here(text: str, part: str) -> None:
    diagnostics = Diagnostics()
    parse(Source("device.proto", text), diagnostics)
    first = next(iter(diagnostics))
    assert first.help is not None
    assert part in first.help
