"""Commands that need no device."""

import stat
from pathlib import Path

import pytest

from tests.cli.conftest import LAMP, Run


def names() -> list[str]:
    """What is in the current folder."""
    return sorted(path.name for path in Path().iterdir())


# --- compile ---


def test_compile_writes_into_the_current_folder(run: Run) -> None:
    ended = run("compile", "lamp.proto")
    assert (ended.code, ended.out, ended.err) == (0, "", "protoc: wrote lamp.py\n")
    assert "class Lamp(" in Path("lamp.py").read_text("utf-8")


def test_compile_keeps_permissions_and_links(run: Run) -> None:
    real = Path("real.py")
    real.write_text("old", "utf-8")
    real.chmod(0o640)
    Path("link.py").symlink_to(real)
    assert run("compile", "lamp.proto", "-o", "link.py").code == 0
    assert Path("link.py").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert "class Lamp(" in real.read_text("utf-8")


def test_compile_leaves_nothing_behind_when_it_fails(run: Run) -> None:
    Path("lamp.py").mkdir()
    ended = run("compile", "lamp.proto")
    assert ended.code == 1
    assert ended.err == "protoc: lamp.py: cannot be written: it is a folder\n"
    assert names() == ["lamp.proto", "lamp.py"]


def test_compile_says_when_it_hides_a_module_of_python(run: Run) -> None:
    Path("n.proto").write_text(LAMP.replace("protocol lamp", "protocol numbers"), "utf-8")
    assert "Python has a module `numbers`" in run("compile", "n.proto").err


def test_compile_check(run: Run) -> None:
    missing = run("compile", "lamp.proto", "--check")
    assert missing.code == 1
    assert "lamp.py is not there" in missing.err
    run("compile", "lamp.proto")
    assert run("compile", "lamp.proto", "--check").code == 0
    Path("lamp.py").write_text("stale", "utf-8")
    stale = run("compile", "lamp.proto", "--check")
    assert stale.code == 1
    assert "compile it again" in stale.err
    assert Path("lamp.py").read_text("utf-8") == "stale"


@pytest.mark.parametrize(
    "options", [["-o", "a", "-d", "b"], ["-o", "a", "--stdout"], ["--check", "--stdout"]]
)
def test_compile_options_that_exclude_each_other(run: Run, options: list[str]) -> None:
    assert run("compile", "lamp.proto", *options).code == 2


# --- check, fmt, explain, import ---


def test_check_goes_on_behind_what_it_cannot_read(run: Run) -> None:
    Path("wrong.proto").write_text("protocol p\nevent a { 0x01; x : u7 }\n", "utf-8")
    ended = run("check", "nowhere.proto", ".", "wrong.proto", "lamp.proto", "--format", "concise")
    assert ended.code == 1
    first, second, third = ended.err.splitlines()
    assert first == "protoc: nowhere.proto: cannot be read: No such file or directory"
    assert second == "protoc: .: cannot be read: Is a directory"
    assert third.startswith("wrong.proto:2:")


def test_check_in_json_is_for_programs(run: Run) -> None:
    Path("wrong.proto").write_text("protocol p\nevent a { 0x01; x : u7 }\n", "utf-8")
    ended = run("check", "wrong.proto", "--format", "json")
    assert ended.err == ""
    assert [event["line"] for event in ended.events] == [2]


def test_source_that_is_no_text(run: Run) -> None:
    Path("b.proto").write_bytes(b"protocol p\nevent \xff\xfe\n")
    ended = run("check", "b.proto")
    assert ended.code == 1
    assert "b.proto:2: this is not a text in UTF-8: byte 0xff at offset 17" in ended.err


def test_fmt_keeps_the_ends_of_lines(run: Run) -> None:
    Path("crlf.proto").write_bytes(b"protocol   p\r\nevent a {0x01}\r\n")
    assert run("fmt", "crlf.proto", "--check").code == 1
    assert run("fmt", "crlf.proto").code == 0
    assert Path("crlf.proto").read_bytes() == b"protocol p\r\nevent a { 0x01 }\r\n"
    assert run("fmt", "crlf.proto", "--check").code == 0


def test_explain(run: Run) -> None:
    assert run("explain", "e0701").out.startswith("# E0701")
    unknown = run("explain", "E0706")
    assert (unknown.code, unknown.out) == (1, "")
    assert "E0705" in unknown.err


def test_a_description_is_not_imported(run: Run) -> None:
    ended = run("import", "lamp.proto")
    assert (ended.code, ended.out) == (1, "")
    assert "not XML" in ended.err


# --- encode ---


@pytest.mark.parametrize(
    "arguments, frame",
    [
        (["ask", "which=5"], "3d0501"),
        (["ask", "which=0x05", "version=2"], "3d0502"),
        (["look"], "3e0028"),
        (["no", "fault=lamp broken"], "4e02"),
        (["no", "fault=9"], "4e09"),
        (["key", "keys.stop=1", "keys.page=3"], "5db0"),
        (["key", 'keys={"stop": 1}'], "5d80"),
        (["part", "raw=AB cd", "name=abc"], "5eabcd616263"),
        (["message:part", "raw=abcd", "name=abc"], "5eabcd616263"),
    ],
)
def test_encode(run: Run, arguments: list[str], frame: str) -> None:
    ended = run("encode", "lamp.proto", *arguments)
    assert (ended.code, ended.out, ended.err) == (0, f"{frame}\n", "")


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["ask"], "ask: `which` is missing: expected which=VALUE with a whole number, got nothing"),
        (["ask", "which=five"], "ask: which: expected a whole number, got five"),
        (["ask", "which=256"], "ask: which: expected 0..255, got 256"),
        (["ask", "which=1", "wich=2"], "did you mean `which`?"),
        (["ask", "which=1", "which=2"], "`which` is given twice"),
        (["key", "keys={}", "keys.stop=1"], "`keys` is given twice"),
        (["key", "keys.stpo=1"], "expected one of stop, page, got stpo"),
        (["no", "fault=hott"], "did you mean hot?"),
        (["askk"], "lamp has no message `askk`; did you mean `ask`"),
        (["event:ask"], "lamp has no event `ask`; there are key"),
    ],
)
def test_encode_refuses(run: Run, arguments: list[str], words: str) -> None:
    ended = run("encode", "lamp.proto", *arguments)
    assert (ended.code, ended.out) == (1, "")
    assert words in ended.err


def test_encode_without_an_equals_sign(run: Run) -> None:
    assert run("encode", "lamp.proto", "ask", "which").code == 2


# --- decode ---


def test_decode_tells_of_every_byte(run: Run) -> None:
    ended = run("decode", "lamp.proto", "--hex", "00 4D 05 0028 5db0 4d")
    assert ended.code == 1
    assert ended.events == [
        {"event": "garbage", "offset": 0, "size": 1, "hex": "00"},
        {
            "event": "message",
            "name": "answer",
            "offset": 1,
            "size": 4,
            "fields": {"which": 5, "level": 40},
        },
        {
            "event": "message",
            "name": "key",
            "offset": 5,
            "size": 2,
            "fields": {"keys": {"stop": 1, "page": 3}},
        },
        {"event": "incomplete", "offset": 7, "size": 1, "hex": "4d"},
    ]


def test_decode_what_was_sent(run: Run) -> None:
    ended = run("decode", "lamp.proto", "--sent", stdin=b"\x3d\x05\x01")
    assert [event["name"] for event in ended.events] == ["ask"]
    assert ended.code == 0


def test_decode_one_message_only(run: Run) -> None:
    Path("capture").write_bytes(b"\x3d\x05\x01")
    ended = run("decode", "lamp.proto", "--message", "command:ask", "--file", "capture")
    assert [event["fields"] for event in ended.events] == [{"which": 5, "version": 1}]


@pytest.mark.parametrize("digits", ["0", "0g", "12 3"])
def test_decode_no_hexadecimal(run: Run, digits: str) -> None:
    assert run("decode", "lamp.proto", "--hex", digits).code == 2


# --- new ---


def test_new_writes_a_description_that_holds(run: Run) -> None:
    assert run("new", "my_lamp").code == 0
    text = Path("my_lamp.proto").read_text("utf-8")
    assert "\nprotocol my_lamp " in text
    assert run("check", "my_lamp.proto").err == ""
    assert run("fmt", "--check", "my_lamp.proto").code == 0
    again = run("new", "my_lamp")
    assert again.code == 1
    assert "is there already" in again.err
    assert Path("my_lamp.proto").read_text("utf-8") == text


def test_new_from_the_library(run: Run) -> None:
    """All entries are tried in `tests/grammars`."""
    assert run("new", "mine", "--from", "pelco_d").code == 0
    assert run("check", "mine.proto").err == ""
    assert "\nprotocol mine " in Path("mine.proto").read_text("utf-8")


@pytest.mark.parametrize("arguments", [["../up"], ["9"], ["a b"], ["x", "--from", "nothing"]])
def test_new_refuses(run: Run, arguments: list[str]) -> None:
    assert run("new", *arguments).code == 2
    assert names() == ["lamp.proto"]
