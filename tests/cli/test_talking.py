"""Commands that talk: to the simulator of the same description, and to nobody."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from protoc.compiler.loading import load
from protoc.runtime.simulator import Simulator
from tests.cli.conftest import LAMP, Run

NOWHERE = "tcp://127.0.0.1:1"


@pytest.fixture
def lamp(run: Run) -> Iterator[Simulator]:
    """The lamp, on a free port."""
    with load("lamp.proto").simulate() as simulator:
        yield simulator


def call(run: Run, lamp: Simulator, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    ended = run("call", "lamp.proto", "--connect", lamp.url, *arguments)
    return ended.code, ended.events


def test_call_prints_what_happens_and_ends_with_the_result(run: Run, lamp: Simulator) -> None:
    code, events = call(run, lamp, "ask", "which=5")
    assert code == 0
    kinds = [event["event"] for event in events]
    assert kinds == ["connected", "message", "message", "disconnected", "result"]
    assert events[1] == {
        "event": "message",
        "direction": "sent",
        "name": "ask",
        "offset": 0,
        "size": 3,
        "hex": "3d0501",
        "fields": {"which": 5, "version": 1},
        "connection": 0,
    }
    assert events[-1] == {
        "event": "result",
        "status": "ok",
        "reply": "answer",
        "fields": {"which": 5, "level": 40},
    }


def test_call_ends_when_what_follows_has_ended(run: Run, lamp: Simulator) -> None:
    lamp.set("level", 300)
    code, events = call(run, lamp, "pair:ask", "which=5", "--trace")
    assert code == 0
    sent = [each["name"] for each in events if each.get("direction") == "sent"]
    assert sent == ["ask", "look"]
    traced = [each for each in events if each["event"] in ("trigger", "action")]
    assert traced
    assert all(0 <= each["time"] < 60 for each in traced)


def test_call_sets_params_first(run: Run, lamp: Simulator) -> None:
    code, events = call(run, lamp, "command:ask", "which=1", "limit=8.5")
    assert code == 0
    assert {"event": "param", "name": "limit", "value": 8.5, "old": 7.0} in events
    assert events[-1]["reply"] is None


def test_call_a_group(run: Run, lamp: Simulator) -> None:
    code, events = call(run, lamp, "both")
    assert code == 0
    assert [each["name"] for each in events if each.get("direction") == "sent"] == ["ask", "look"]


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["show"], "write pair:show or group:show"),
        (["pair:aks"], "lamp has no pair 'aks'; did you mean `ask`?"),
        (["event:key"], "got the kind 'event'"),
        (["aks"], "lamp has no target 'aks'; did you mean `ask`?"),
    ],
)
def test_call_without_a_target(run: Run, arguments: list[str], words: str) -> None:
    ended = run("call", "lamp.proto", "--connect", NOWHERE, *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["ask"], "`which` is missing"),
        (["ask", "which=999"], "which: expected 0..255, got 999"),
        (["ask", "which=1", "model=1"], "`model` is a constant"),
        (["ask", "which=1", "limt=1"], "ask has no field `limt`"),
        (["both", "limt=1"], "lamp has no param `limt`; did you mean `limit`?"),
        (["both", "limit=much"], "lamp: limit: expected a number, got much"),
    ],
)
def test_call_with_wrong_values(run: Run, arguments: list[str], words: str) -> None:
    ended = run("call", "lamp.proto", "--connect", NOWHERE, *arguments)
    assert (ended.code, ended.out) == (1, "")
    assert words in ended.err


def test_call_where_nobody_listens(run: Run) -> None:
    ended = run("call", "lamp.proto", "--connect", NOWHERE, "ask", "which=1")
    assert ended.code == 3
    assert ended.events == [{"event": "result", "status": "error", "reply": None, "fields": {}}]
    assert "127.0.0.1:1" in ended.err


def test_call_of_a_device_that_is_silent(run: Run, lamp: Simulator) -> None:
    """A simulator of something else does not know the command."""
    Path("other.proto").write_text(LAMP.replace("0x3D", "0x3F"), "utf-8")
    ended = run("call", "other.proto", "--connect", lamp.url, "ask", "which=1")
    assert ended.code == 3
    assert {"event": "timeout", "pair": "ask", "attempt": 1, "last": True} in ended.events
    assert ended.events[-1]["status"] == "timeout"


def test_run_for_a_while(run: Run, lamp: Simulator) -> None:
    ended = run("run", "lamp.proto", "--connect", lamp.url, "--for", "10ms", "--set", "mask.arc=1")
    assert ended.code == 0
    assert [event["event"] for event in ended.events] == ["connected", "disconnected"]


def test_listening_is_said_first(run: Run) -> None:
    for command in ("run", "simulate"):
        ended = run(command, "lamp.proto", "--listen", "tcp://127.0.0.1:0", "--for", "1ms")
        assert ended.code == 0
        (event,) = ended.events
        assert event["event"] == "listening"
        assert not event["url"].endswith(":0")


def test_port_that_is_taken(run: Run, lamp: Simulator) -> None:
    ended = run("simulate", "lamp.proto", "--listen", lamp.url, "--for", "1s")
    assert (ended.code, ended.out) == (3, "")
    assert lamp.url in ended.err


@pytest.mark.parametrize("url", ["gopher://x:1", "127.0.0.1:9", "tcp://h", "tcp://h:99999", ""])
@pytest.mark.parametrize("command", ["call", "run", "simulate"])
def test_url_that_is_none(run: Run, command: str, url: str) -> None:
    option = "--listen" if command == "simulate" else "--connect"
    more = ["ask", "which=1"] if command == "call" else []
    ended = run(command, "lamp.proto", option, url, *more)
    assert (ended.code, ended.out) == (2, "")


def test_no_thread_is_left(run: Run) -> None:
    run("simulate", "lamp.proto", "--listen", "pty:", "--for", "1ms")
    assert threading.active_count() == 1
