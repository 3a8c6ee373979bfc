"""The command line itself, and `protoc new`."""

import signal
from pathlib import Path

import pytest

from tests.acceptance.conftest import Stage
from tests.acceptance.player import command, description, named, protoc, reach, run

COMMANDS = [
    "compile",
    "check",
    "fmt",
    "explain",
    "decode",
    "encode",
    "call",
    "run",
    "simulate",
    "new",
    "graph",
    "document",
]
PUMP = str(description("pump"))
FREE = "tcp://127.0.0.1:0"


def test_help_names_every_command() -> None:
    protoc("--help").ends(0).mentions(*COMMANDS)


@pytest.mark.parametrize("arguments", [["--version"], ["check", PUMP], ["nothing"]], ids=str)
def test_forked_is_as_started(arguments: list[str], tmp_path: Path) -> None:
    """Other tests fork what this one starts as a person does."""
    started = run(command(arguments), cwd=tmp_path)
    assert protoc(*arguments, cwd=tmp_path) == started


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command(name: str) -> None:
    outcome = protoc(name, "--help").ends(0)
    assert name in outcome.text


WRONG = {
    "unknown command": ["frobnicate"],
    "unknown option": ["check", PUMP, "--frobnicate"],
    "no source": ["check"],
    "nothing to explain": ["explain"],
    "unknown format": ["check", PUMP, "--format", "yaml"],
    "two inputs": ["decode", PUMP, "--hex", "00", "--file", PUMP],
    "no message": ["encode", PUMP],
    "no target": ["call", PUMP, "--connect", "tcp://127.0.0.1:9"],
    "nowhere to connect": ["call", PUMP, "ask", "unit=1", "channel=1"],
    "nowhere to run": ["run", PUMP],
    "both ways to run": ["run", PUMP, "--connect", FREE, "--listen", FREE],
    "nowhere to listen": ["simulate", PUMP],
    "no duration": ["run", PUMP, "--connect", "tcp://127.0.0.1:9", "--for", "soon"],
    "duration without a unit": ["run", PUMP, "--connect", "tcp://127.0.0.1:9", "--for", "5"],
    "negative duration": ["run", PUMP, "--connect", "tcp://127.0.0.1:9", "--for", "-5s"],
    "setting without a value": ["simulate", PUMP, "--listen", FREE, "--set", "level"],
    "unknown kind of link": ["call", PUMP, "--connect", "gopher://127.0.0.1:9", "ask"],
    "link without a kind": ["call", PUMP, "--connect", "127.0.0.1:9", "ask"],
    "link without a port": ["call", PUMP, "--connect", "tcp://127.0.0.1", "ask"],
    "port that is none": ["call", PUMP, "--connect", "tcp://127.0.0.1:99999", "ask"],
    "no name": ["new"],
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=list(WRONG))
def test_wrong_usage(arguments: list[str]) -> None:
    outcome = protoc(*arguments).ends(2)
    assert outcome.out == b"", outcome.text
    assert outcome.err.strip()


def test_nothing_at_all() -> None:
    protoc().ends(0, 2).mentions("compile")


@pytest.mark.parametrize("name", ["nothing", "pair:nothing", "group:7", "frobnicate:ask", ":"])
def test_unknown_target(name: str) -> None:
    line = ["call", PUMP, "--connect", "tcp://127.0.0.1:9", name]
    protoc(*line).ends(1, 2).mentions(name.rpartition(":")[2] or name)


@pytest.mark.parametrize("command", [["run", "--connect"], ["simulate", "--listen"]])
def test_unknown_param(command: list[str]) -> None:
    name, option = command
    url = "tcp://127.0.0.1:9" if option == "--connect" else FREE
    outcome = protoc(name, description("tank"), option, url, "--set", "levle=1", "--for", "100ms")
    outcome.ends(1, 2).mentions("levle")


def test_param_that_does_not_fit() -> None:
    line = ["simulate", str(description("tank")), "--listen", FREE, "--set", "level=high"]
    protoc(*line, "--for", "100ms").ends(1, 2).mentions("level", "high")


def started(folder: Path, name: str) -> Path:
    """What `new` made: a file, or what it printed."""
    outcome = protoc("new", name, cwd=folder).ends(0)
    made = list(folder.rglob("*.proto"))
    if not made:
        made = [folder / f"{name}.proto"]
        made[0].write_bytes(outcome.out)
    assert len(made) == 1
    return made[0]


def test_new_description(tmp_path: Path, stage: Stage) -> None:
    """It has no mistakes, is in canonical form, is explained, compiles and simulates."""
    source = started(tmp_path, "my_lamp")
    text = source.read_text("utf-8")
    assert "my_lamp" in text
    assert "example" in text
    assert text.count("#") >= 5
    outcome = protoc("check", source).ends(0)
    assert "warning" not in outcome.everything, outcome.everything
    protoc("fmt", source, "--check").ends(0)
    protoc("compile", source, "-o", tmp_path / "my_lamp.py").ends(0)
    program = stage.start("simulate", source, "--listen", FREE)
    reach(program.wait_for({"event": "listening"})["url"]).close()
    assert named(program.interrupted(signal.SIGINT).ends(0).events, "listening")


def test_new_keeps_what_is_there(tmp_path: Path) -> None:
    source = tmp_path / "lamp.proto"
    source.write_text("# mine\n", "utf-8")
    protoc("new", "lamp", cwd=tmp_path).ends(0, 1, 2)
    assert source.read_text("utf-8") == "# mine\n"


@pytest.mark.parametrize("name", ["9lives", "a b", "../up", "class-", ""])
def test_new_with_a_name_that_is_none(name: str, tmp_path: Path) -> None:
    """It is refused, or made into a name that works; nothing appears outside the folder."""
    inside = tmp_path / "inside"
    inside.mkdir()
    if protoc("new", name, cwd=inside).ends(0, 1, 2).code == 0:
        for source in inside.rglob("*.proto"):
            protoc("check", source).ends(0)
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]
