"""`protoc check` and `protoc explain`: mistakes, where they are, and how to mend them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.player import DESCRIPTIONS, Outcome, description, protoc

# Each marked line has one mistake, and none follows from another.
MISTAKES = """\
protocol wrong "Ten mistakes"
link tcp client { timeout 300ms; retries 1 }
enum fault { none = 0, hot = 1 }
message frame {
    STX
    unit  : u8
    code  : u8
    size  : u8 = len(data)
    data  : body max 64
    check : u8 = sum(unit..)
}
command  look   in frame(code=0x01) { slat : u7 }            # 1 no such type
response place  in frame(code=0x81) { slat : u8; slat : u8 } # 2 the same name twice
response no     in frame(code=0xEE) { fault : u8 as fautl }  # 3 no such enum
event    wall   in farme(code=0xB0) { keys : u8 }            # 4 no such frame
event    crc    { 0x10; check : u16 = crc("CRC-16/MODBUZ", ..) }  # 5 no such checksum
event    inner  { 0x11; check : u8 = sum(..check) }          # 6 covers itself
event    bits   { 0x12; keys : u8 { stop @8 } }              # 7 no such bit
event    big    { 0x13; version : u8 = 300 }                 # 8 does not fit
command  start  in frame(code=0x02) {}
command  start  in frame(code=0x03) {}                       # 9 declared twice
pair place = start_it -> no                                  # 10 no such command
"""
MISTAKEN_LINES = [
    number for number, line in enumerate(MISTAKES.splitlines(), 1) if re.search(r"# \d", line)
]


@pytest.fixture
def mistakes(tmp_path: Path) -> Path:
    path = tmp_path / "mistakes.proto"
    path.write_text(MISTAKES, "utf-8")
    return path


def places(outcome: Outcome, name: str) -> list[tuple[int, int]]:
    """Line and column of each error in the concise form."""
    pattern = rf"^.*{re.escape(name)}:(\d+):(\d+): error\[E\d{{4}}\]: \S"
    found = re.finditer(pattern, outcome.everything, re.MULTILINE)
    return [(int(match[1]), int(match[2])) for match in found]


def diagnostics(value: Any) -> list[dict[str, Any]]:
    """Every object with a code, however they are wrapped."""
    if isinstance(value, dict):
        found = [value] if isinstance(value.get("code"), str) else []
        return found + [each for part in value.values() for each in diagnostics(part)]
    if isinstance(value, list):
        return [each for part in value for each in diagnostics(part)]
    return []


def as_json(outcome: Outcome) -> list[dict[str, Any]]:
    """The diagnostics of the JSON form: one document or one a line, on either stream."""
    for text in (outcome.text, outcome.err):
        try:
            return diagnostics(json.loads(text))
        except ValueError:
            lines = [line for line in text.splitlines() if line.startswith(("{", "["))]
            if lines:
                return diagnostics([json.loads(line) for line in lines])
    raise AssertionError(f"no JSON in\n{outcome.everything}")


# --- descriptions without mistakes ---


def test_good_descriptions() -> None:
    outcome = protoc("check", *sorted(DESCRIPTIONS.glob("*.proto"))).ends(0)
    assert "error[" not in outcome.everything


def test_one_bad_among_good(mistakes: Path) -> None:
    outcome = protoc(
        "check", description("pump"), mistakes, description("tank"), "--format", "concise"
    ).ends(1)
    assert places(outcome, "mistakes.proto")
    assert not places(outcome, "pump.proto")
    assert not places(outcome, "tank.proto")


# --- ten mistakes ---


def test_ten_mistakes_are_ten_diagnostics(mistakes: Path) -> None:
    outcome = protoc("check", mistakes, "--format", "concise").ends(1)
    found = places(outcome, "mistakes.proto")
    assert [line for line, _ in sorted(found)] == MISTAKEN_LINES, outcome.everything


def test_each_points_at_the_culprit(mistakes: Path) -> None:
    """The column is where the wrong word begins, or within the statement that holds it."""
    found = dict(places(protoc("check", mistakes, "--format", "concise").ends(1), "mistakes.proto"))
    lines = MISTAKES.splitlines()
    wrong = ["u7", "u8 as fautl", "farme", '"CRC-16/MODBUZ"', "= 300", "start_it"]
    for word in wrong:
        number = next(index for index, line in enumerate(lines, 1) if word in line)
        word = word.removeprefix("u8 as ").removeprefix("= ")
        start = lines[number - 1].index(word) + 1
        assert start <= found[number] <= start + len(word), (number, word, found[number])


def test_full_form_shows_the_line_a_caret_and_help(mistakes: Path) -> None:
    text = protoc("check", mistakes).ends(1).everything
    blocks = re.split(r"^(?=error\[E\d{4}\]: )", text, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(MISTAKEN_LINES), text
    for block in blocks:
        place = re.search(r"--> .*mistakes\.proto:(\d+):(\d+)", block)
        assert place, block
        assert MISTAKES.splitlines()[int(place[1]) - 1].strip()[:20] in block
        assert "^" in block, block
        assert re.search(r"help: \S", block), block


def test_full_is_what_one_gets_unasked(mistakes: Path) -> None:
    asked = protoc("check", mistakes, "--format", "full").ends(1)
    assert protoc("check", mistakes).everything == asked.everything


def test_json_form(mistakes: Path) -> None:
    found = as_json(protoc("check", mistakes, "--format", "json").ends(1))
    errors = [each for each in found if re.fullmatch(r"E\d{4}", each["code"])]
    assert len(errors) == len(MISTAKEN_LINES)
    for each in found:
        assert any(isinstance(value, str) and len(value) > 5 for value in each.values())


def test_no_colour_where_nobody_sees_it(mistakes: Path) -> None:
    assert "\x1b[" not in protoc("check", mistakes).everything


def test_compile_and_the_others_show_the_same(mistakes: Path, tmp_path: Path) -> None:
    for arguments in (
        ["compile", str(mistakes), "-o", str(tmp_path / "x.py")],
        ["decode", str(mistakes), "--hex", "00"],
        ["encode", str(mistakes), "start", "unit=1"],
        ["call", str(mistakes), "--connect", "tcp://127.0.0.1:9", "place"],
        ["simulate", str(mistakes), "--listen", "tcp://127.0.0.1:0"],
    ):
        outcome = protoc(*arguments).ends(1)
        outcome.mentions("mistakes.proto:12")


# --- other mistakes ---

SINGLE = {
    "a brace that is never closed": "protocol p\nevent a { 0x01; x : u8\n",
    "a brace too much": "protocol p\nevent a { 0x01; x : u8 }\n}\n",
    "no protocol": "event a { 0x01; x : u8 }\n",
    "a string without its end": 'protocol p "oops\nevent a { 0x01; x : u8 }\n',
    "a character from nowhere": "protocol p\nevent a { 0x01; x $ u8 }\n",
    "a template without its end": 'protocol p\nlink tcp client { end LF }\nevent a "T {x:u8"\n',
    "a length of something else": "protocol p\nevent a { 0x01; n : u8 = len(dta); data : bytes }\n",
    "a frame's field that is none": (
        "protocol p\nmessage f { 0x01; c : u8; n : u8 = len(d); d : body }\n"
        "event a in f(k=1) { x : u8 }\n"
    ),
    "a message that nothing ends": "protocol p\nlink tcp client\nevent a { 0x01; x : text }\n",
    "an answer that is none": (
        "protocol p\ncommand c { 0x01 }\nresponse r { 0x02 }\npair q = c -> s\n"
    ),
    "a timer for nothing": "protocol p\nevent a { 0x01 }\ntimer every 1s do nothing\n",
    "a change of nothing": (
        "protocol p\nparam x : u8\nevent a { 0x01 }\non change y { set x = 1 }\n"
    ),
    "an example that is wrong": (
        'protocol p\nevent a { 0x01; x : u8 }\nexample "e" {\n    rx x"01 05" == a(x=6)\n}\n'
    ),
    "an example of a wrong check that is right": (
        'protocol p\nevent a { 0x01; c : u8 = sum(..) }\nexample "e" {\n    bad x"01 01" crc\n}\n'
    ),
    "one label for two": ("protocol p\nenum e { a = 1, a = 2 }\nevent m { 0x01; x : u8 as e }\n"),
}


def checked(texts: dict[str, str], folder: Path) -> tuple[Outcome, dict[str, Path]]:
    """All of them in one run, in files that bear their names."""
    paths = {name: folder / f"{name.replace(' ', '-')}.proto" for name in texts}
    for name, path in paths.items():
        path.write_text(texts[name], "utf-8")
    return protoc("check", *paths.values(), "--format", "concise"), paths


def test_single_mistakes(tmp_path: Path) -> None:
    outcome, paths = checked(SINGLE, tmp_path)
    found = {name: places(outcome.ends(1), path.name) for name, path in paths.items()}
    assert [name for name in SINGLE if not found[name]] == [], outcome.everything
    for name, text in SINGLE.items():
        last = len(text.splitlines()) + 1
        assert all(1 <= line <= last for line, _ in found[name]), (name, found[name])


def test_mistakes_of_grammar_do_not_hide_those_before(tmp_path: Path) -> None:
    path = tmp_path / "grammar.proto"
    path.write_text("protocol p\nevent a { 0x01; x :: u8 }\nevent b { 0x02; y : u8 }\n", "utf-8")
    found = places(protoc("check", path, "--format", "concise").ends(1), "grammar.proto")
    assert found
    assert found[0][0] == 2


# What is rarer has no mistakes either, at most warnings.
WIDER = {
    "optional": 'event a { 0x01; x : u8; optional { ","; y : u8 }; LF }',
    "repeat": "event a { 0x01; n : u8 = count(xs); repeat xs count n { x : u8 } }",
    "match": "event a { 0x01; k : u8; match k { 0 => x : u8; _ => y : u16 } }",
    "coded": "event a { 0xFE; coded escape(0xFD, xor=0x20, of=0xF8..0xFF) { x : u8 }; 0xFF }",
    "list": 'event a { "L"; xs : [text] sep ","; LF }',
    "absent": 'event a { "L"; x : text?; LF }',
    "odd widths": "event a { 0x01; x : u24le; y : i48 }",
    "packed": "event a { 0x01; x : bcd[2]; y : digits[3] reversed; z : nibbles[4] }",
    "free numbers": 'event a { "V "; v : float; ","; n : int; LF }',
    "msb0": "event a { 0x01; x : u16 { top @0 } msb0 }",
    "pieces": "event a { 0x01; _ : u8 { h[9..8] @1..0 }; _ : u8 { h[7..0] @7..0 } }",
    "let": "event a { 0x01; x : u8; let y = x * 2 }",
    "udp": "link udp client :4000 { datagram }\nevent a { 0x01; x : bytes }",
    "server": "link tcp server :4000 { max_connections 8; reply asker }\nevent a { 0x01 }",
    "steps": "steps explicit\nevent a id 4 { 0x01 }",
    "join": "event a { 0x01; n : u8; d : bytes[2] }\njoin t = a.d from a.n to a.n",
    "use": 'use "library:modbus_rtu"',
    "lines": 'event a { "L:" LF; lines LF { "Model: {model:text}" }; LF }',
}


def test_the_wider_language_is_compiled(tmp_path: Path) -> None:
    texts = {name: f"protocol wider\n{text}\n" for name, text in WIDER.items()}
    checked(texts, tmp_path)[0].ends(0)


# --- files of other kinds ---

PROTO3 = """\
syntax = "proto3";

package telemetry;

message Reading {
  string station = 1;
  repeated float level = 2;
}
"""
PROTO2 = """\
// a schema
syntax = "proto2";
message Reading { required int32 id = 1; }
"""
STREAM = """\
# a supply
Terminator = CR LF;
ReplyTimeout = 1000;

getVolt {
    out "VOLT?";
    in "VOLT %f";
}
"""


@pytest.mark.parametrize("command", ["check", "compile", "fmt"])
@pytest.mark.parametrize(
    "text, name",
    [
        (PROTO3, r"protocol buffers|protobuf"),
        (PROTO2, r"protocol buffers|protobuf"),
        (STREAM, r"stream ?device"),
    ],
    ids=["proto3", "proto2", "stream"],
)
def test_other_language_is_recognised(text: str, name: str, command: str, tmp_path: Path) -> None:
    path = tmp_path / "other.proto"
    path.write_text(text, "utf-8")
    outcome = protoc(command, path).ends(1)
    assert re.search(name, outcome.everything, re.IGNORECASE), outcome.everything
    assert outcome.everything.count("error[") <= 1, "one plain word, no list of syntax errors"
    assert path.read_text("utf-8") == text
    assert [each.name for each in tmp_path.iterdir()] == ["other.proto"]


def test_missing_file() -> None:
    protoc("check", "no-such-file.proto").ends(1, 2).mentions("no-such-file.proto")


# --- explain ---


def test_every_code_that_is_shown_can_be_explained(mistakes: Path) -> None:
    codes = {each["code"] for each in as_json(protoc("check", mistakes, "--format", "json"))}
    assert len(codes) >= 5, "different mistakes have different codes"
    for code in sorted(codes):
        outcome = protoc("explain", code).ends(0)
        assert code in outcome.text
        assert len(outcome.text.strip().splitlines()) >= 3, outcome.text


@pytest.mark.parametrize("code", ["E9999", "nonsense", ""])
def test_unknown_code(code: str) -> None:
    outcome = protoc("explain", code).ends(1, 2)
    assert outcome.text.strip() == ""
    assert outcome.err.strip()
