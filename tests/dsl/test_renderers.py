"""Diagnostics as text."""

import json
from textwrap import dedent

from protoc.dsl.diagnostics import Diagnostic, Label, Severity
from protoc.dsl.renderers import render
from protoc.dsl.source import Source, Span

TEXT = "\n" * 13 + "    check : hex[2] = xor(address..check)\nsecond\nthird\nfourth\n"
SOURCE = Source("xtrd.proto", TEXT)


def place(word: str, source: Source = SOURCE) -> Span:
    start = source.text.rindex(word)
    return Span(source, start, start + len(word))


def full(
    span: Span,
    label: str = "",
    *labels: Label,
    help: str = "",
    severity: Severity = "error",
) -> str:
    diagnostic = Diagnostic("E0304", "what is wrong", span, label, labels, help, severity)
    return render([diagnostic])


def shown(text: str) -> str:
    return dedent(text).lstrip("\n")


def test_full() -> None:
    label = Label(place("address"), "")
    help = "end the range before it: `xor(address..)`"
    inside = "`check` is inside its own range"
    assert full(place("check"), inside, label, help=help) == shown("""
        error[E0304]: what is wrong
          --> xtrd.proto:14:35
           |
        14 |     check : hex[2] = xor(address..check)
           |                          -------  ^^^^^ `check` is inside its own range
           = help: end the range before it: `xor(address..)`
    """)


def test_several_remarks_on_a_line() -> None:
    labels = [Label(place("hex"), "first"), Label(place("address"), "second")]
    assert full(place("check"), "one\ntwo", *labels, severity="warning") == shown("""
        warning[E0304]: what is wrong
          --> xtrd.proto:14:35
           |
        14 |     check : hex[2] = xor(address..check)
           |             ---          -------  ^^^^^ one
           |             |            |              two
           |             |            |
           |             |            second
           |             first
    """)


def test_remarks_on_other_lines() -> None:
    labels = [Label(place("third"), "a line between"), Label(Span(SOURCE, 0, 0), "far away")]
    assert full(place("hex"), "", *labels) == shown("""
        error[E0304]: what is wrong
          --> xtrd.proto:14:13
           |
         1 |
           | - far away
        ...
        14 |     check : hex[2] = xor(address..check)
           |             ^^^
        15 | second
        16 | third
           | ----- a line between
    """)


def test_remarks_in_other_sources() -> None:
    other = Source("other.proto", "enum a {}\n")
    assert full(place("hex"), "", Label(place("a", other), "declared here")) == shown("""
        error[E0304]: what is wrong
          --> xtrd.proto:14:13
           |
        14 |     check : hex[2] = xor(address..check)
           |             ^^^
          ::: other.proto:1:6
           |
         1 | enum a {}
           |      - declared here
    """)


def test_a_span_of_several_lines_is_marked_on_its_first() -> None:
    span = place("address").to(place("third"))
    assert "^" * len("address..check)") + "\n" in full(span)


def test_the_end_of_a_text_and_of_a_line() -> None:
    end = Source("x", "ab")
    assert full(Span(end, 2, 2)).endswith("1 | ab\n  |   ^\n")
    line = Source("x", "ab\ncd")
    assert full(Span(line, 2, 3)).endswith("1 | ab\n  |   ^\n")


def test_tabs_and_wide_characters() -> None:
    source = Source("x", "\ta : 中文 e\u0301 \x07 b\n")
    text = full(place("b", source), "here", Label(place("中文", source), "wide"))
    lines = text.splitlines()
    assert lines[3] == "1 |     a : 中文 e\u0301 \ufffd b"
    assert lines[4] == "  |         ----     ^ here"


def test_long_lines_are_cut_around_the_place() -> None:
    source = Source("x", "x" * 1000 + " middle " + "y" * 1000)
    lines = full(place("middle", source), "here").splitlines()
    assert max(map(len, lines)) < 130
    assert lines[3].count("…") == 2
    marked = lines[4].index("^")
    assert lines[3][marked : marked + 6] == "middle"


def test_long_lines_near_their_start() -> None:
    source = Source("x", "start " + "y" * 1000)
    lines = full(place("start", source), "here").splitlines()
    assert lines[3].startswith("1 | start y")
    assert lines[4] == "  | ^^^^^ here"


def test_colour_changes_nothing_else() -> None:
    diagnostic = Diagnostic("E0304", "wrong", place("check"), "here", help="mend it")
    coloured = render([diagnostic], colour=True)
    plain = render([diagnostic])
    for style in ("\x1b[1;31m", "\x1b[1;34m", "\x1b[1m", "\x1b[0m"):
        assert style in coloured
        coloured = coloured.replace(style, "")
    assert coloured == plain


def test_several_are_apart() -> None:
    one = Diagnostic("E0304", "wrong", place("check"))
    assert render([one, one]) == f"{render([one])}\n{render([one])}"
    assert render([]) == ""


def test_concise() -> None:
    one = Diagnostic("E0304", "wrong", place("check"), "here", help="mend it")
    two = Diagnostic("W0101", "odd", place("second"), severity="warning")
    assert render([one, two], "concise") == (
        "xtrd.proto:14:35: error[E0304]: wrong\nxtrd.proto:15:1: warning[W0101]: odd\n"
    )


def test_json() -> None:
    related = Label(place("second"), "why")
    one = Diagnostic("E0304", "wrong", place("check"), "here", (related,), "mend it")
    (line,) = render([one], "json", colour=True).splitlines()
    assert json.loads(line) == {
        "code": "E0304",
        "severity": "error",
        "message": "wrong",
        "file": "xtrd.proto",
        "line": 14,
        "column": 35,
        "end_line": 14,
        "end_column": 40,
        "label": "here",
        "help": "mend it",
        "labels": [
            {
                "file": "xtrd.proto",
                "line": 15,
                "column": 1,
                "end_line": 15,
                "end_column": 7,
                "text": "why",
            }
        ],
    }
