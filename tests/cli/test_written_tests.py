"""`protoc compile --tests`: the tests it writes, and what they find out."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from protoc.cli.played import played
from protoc.compiler.loading import load, load_module
from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source
from protoc.runtime.playing import Bad, Good, Received, Sent
from tests.cli.conftest import Run

HOUSE = Path(__file__).parent.parent.parent
ROOTS = ("dsl", "compiler", "runtime", "grammars")
VALVE = """\
protocol valve "Valve"
enum state { shut = 0, open = 1 }
message frame { 0x02; unit : u8; body_ : body max 3; check : u8 = sum(unit..) }
command  turn  in frame { 0x10; state : u8 as state }
command  ask   in frame { x"11 00" }
response told  in frame { 0x11; state : u8 as state }
response late  in frame { 0x11; 0xFF }
event    knock { 0x03; count : u16 }
pair ask = ask -> late | told
example "by hand" {
    tx x"02 05 10 01 16" == turn(unit=5, state=open)
    rx x"02 05 11 01 17" == told(state=open)
    rx x"03 00 07" == knock(count=7)
    bad x"02 05 10 01 17" crc
}
example {
    tx x"02 05 11 00 16" == ask()
    rx x"02 05 11 01 17" == told(unit=5, state=open)
}
"""


def pytest_run(folder: Path) -> tuple[int, str]:
    """The tests in a folder, run by pytest as a user would."""
    paths = os.pathsep.join(str(HOUSE / root) for root in ROOTS)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", ".", "."],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.fixture
def valve(run: Run) -> Run:
    Path("valve.proto").write_text(VALVE, "utf-8")
    return run


def test_they_hold_and_find_what_is_broken(valve: Run, tmp_path: Path) -> None:
    assert valve("compile", "valve.proto", "--tests").code == 0
    code, said = pytest_run(tmp_path)
    assert (code, said.splitlines()[-1].split(" in ")[0]) == (0, "28 passed"), said
    module = Path("valve.py")
    text = module.read_text("utf-8")
    unchecked = text.replace("if check != expected:", "if False:")
    assert unchecked != text
    module.write_text(unchecked, "utf-8")
    code, said = pytest_run(tmp_path)
    assert code == 1
    assert "test_with_a_bit_flipped[tx turn]" in said


def test_they_read_well(valve: Run) -> None:
    valve("compile", "valve.proto", "--tests")
    text = Path("test_valve.py").read_text("utf-8")
    assert text.split("LINES")[1].split("]\n")[0] == (
        """\
: list[Line] = [
    # by hand
    Sent(b"\\x02\\x05\\x10\\x01\\x16", "turn", {"unit": 5, "state": "open"}),
    Received(b"\\x02\\x05\\x11\\x01\\x17", "told", {"state": "open"}),
    Received(b"\\x03\\x00\\x07", "knock", {"count": 7}, unnoticed=16),
    Bad(b"\\x02\\x05\\x10\\x01\\x17", "crc"),
    Sent(b"\\x02\\x05\\x11\\x00\\x16", "ask", {}),
    Received(
        b"\\x02\\x05\\x11\\x01\\x17", "told", {"unit": 5, "state": "open"}, after="ask"
    ),
"""
    )


def test_those_of_the_example_are_as_written_today(run: Run) -> None:
    folder = HOUSE / "examples" / "amplifier"
    ended = run("compile", str(folder / "amplifier.proto"), "-d", str(folder), "--tests", "--check")
    assert ended.code == 0, ended.err


def test_check_compares_both_files(valve: Run) -> None:
    valve("compile", "valve.proto", "--tests")
    assert valve("compile", "valve.proto", "--tests", "--check").code == 0
    Path("test_valve.py").write_text("", "utf-8")
    ended = valve("compile", "valve.proto", "--tests", "--check")
    assert ended.code == 1
    assert "test_valve.py is not what valve.proto compiles to" in ended.err


def test_inside_a_package_the_module_is_found_beside(valve: Run) -> None:
    Path("drivers").mkdir()
    Path("drivers/__init__.py").touch()
    valve("compile", "valve.proto", "--tests", "-d", "drivers")
    assert "\nfrom .valve import PROTOCOL\n" in Path("drivers/test_valve.py").read_text("utf-8")


@pytest.mark.parametrize(
    "arguments, code, said",
    [
        (["lamp.proto"], 1, "lamp.proto: there are no examples to test"),
        (["valve.proto", "--stdout"], 2, "leave out --stdout"),
        (["valve.proto", "-o", "my-valve.py"], 2, "tests cannot import my-valve.py"),
    ],
)
def test_refused(valve: Run, arguments: list[str], code: int, said: str) -> None:
    ended = valve("compile", *arguments, "--tests")
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    assert not list(Path().glob("*.py"))


# ------------------------------------------------------------------ what a line stands for


@pytest.fixture(scope="module")
def protocol(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("valve") / "valve.proto"
    path.write_text(VALVE, "utf-8")
    return load(path).PROTOCOL


TURN = bytes.fromhex("0205100116")


@pytest.mark.parametrize(
    "line",
    [
        Sent(TURN, "ask", {}),
        Sent(TURN, "turn", {"state": "shut"}),
        Sent(TURN, "turn", {"speed": 1}),
        Sent(TURN[:-1], "turn", {}),
        Received(TURN, "turn", {}),
        Bad(TURN),
        Bad(bytes.fromhex("0205100117"), "length"),
    ],
    ids=str,
)
def test_what_does_not_hold_is_found(protocol: Any, line: Good | Bad) -> None:
    with pytest.raises(AssertionError):
        line.play(protocol, [line.data])


def test_answers_are_tried_first_in_their_order(protocol: Any) -> None:
    line = Received(b"", "told", {}, after="ask")
    assert [each.NAME for each in line.candidates(protocol)] == ["late", "told", "knock"]
    line = Received(b"", "told", {})
    assert [each.NAME for each in line.candidates(protocol)] == ["told", "late", "knock"]


def test_noise_begins_no_message(protocol: Any) -> None:
    assert Sent(TURN, "turn", {}).noise(protocol) == b"\0\0\0"


def test_bits_that_no_check_watches_over(protocol: Any) -> None:
    assert Sent(TURN, "turn", {}).flipped(protocol) == 0
    assert Received(bytes.fromhex("030007"), "knock", {}).flipped(protocol) == 16


def test_an_answer_that_repeats_its_request_is_played_behind_it() -> None:
    """What has to be as in the request is noticed in a test as it was when the tests were made."""
    text = """protocol echo
link tcp client
command ask { 0x01; unit : u16 }
response told { 0x02; unit : u16 = request.unit; value : u8 }
pair ask = ask -> told
example { tx x"01 00 05" == ask(unit=5); rx x"02 00 05 07" == told(value=7) }
"""
    compilation = compile_source(Source("echo.proto", text))
    (example,) = played(compilation)
    line = example.lines[1]
    assert (line.after, line.request, line.unnoticed) == ("ask", b"\1\0\5", 8)
    frame = Received(line.data, "told", line.fields, after=line.after, request=line.request)
    assert frame.flipped(load_module(compilation).PROTOCOL) == line.unnoticed
