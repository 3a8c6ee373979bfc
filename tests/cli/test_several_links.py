"""Commands that talk over several links at once: `--connect LINK=URL`, `--listen LINK=URL`."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from protoc.compiler.loading import load
from protoc.runtime.simulator import Simulator
from tests.cli.conftest import Run

BENCH = """protocol bench "A source and what it feeds"
link control : tcp client :4001 { timeout 500ms; end LF }
link data : tcp client :4002 { timeout 500ms; end LF }
param volts : float default 1.5
command get "V?"
response got on control "V={volts:float}"
command arm on data "ARM"
response armed on data "OK {count:dec}"
pair get = get -> got on control
pair arm = arm -> armed on data
group both { get; arm }
timer every 100ms do both
"""


@pytest.fixture
def bench(run: Run, tmp_path: Path) -> Iterator[Simulator]:
    """Both ends of the bench, each on a free port."""
    (tmp_path / "bench.proto").write_text(BENCH)
    places = {"control": "tcp://127.0.0.1:0", "data": "pty:"}
    with load("bench.proto").simulate(places) as simulator:
        yield simulator


def at(simulator: Simulator) -> list[str]:
    """The options that lead to a simulator."""
    return [word for name, url in simulator.urls.items() for word in ("--connect", f"{name}={url}")]


def test_call_over_both(run: Run, bench: Simulator) -> None:
    ended = run("call", "bench.proto", "group:both", *at(bench))
    assert ended.code == 0
    said = [(e["direction"], e["name"], e["link"]) for e in ended.events if e["event"] == "message"]
    assert said == [
        ("sent", "get", "control"),
        ("received", "got", "control"),
        ("sent", "arm", "data"),
        ("received", "armed", "data"),
    ]
    came = {
        each["link"]: each["connection"] for each in ended.events if each["event"] == "connected"
    }
    assert came == {"control": 0, "data": 1}


def test_run_over_both(run: Run, bench: Simulator) -> None:
    ended = run("run", "bench.proto", "--for", "350ms", *at(bench))
    assert ended.code == 0
    links = {each["link"] for each in ended.events if each["event"] == "message"}
    assert links == {"control", "data"}


def test_run_may_listen_on_one_and_connect_over_the_other(run: Run, bench: Simulator) -> None:
    data = f"data={bench.urls['data']}"
    arguments = ("--listen", "control=tcp://127.0.0.1:0", "--connect", data, "--for", "50ms")
    ended = run("run", "bench.proto", *arguments)
    assert ended.code == 0
    assert ended.events[0]["event"] == "listening"
    assert ended.events[0]["link"] == "control"


def test_simulate_says_where_each_link_listens(run: Run, bench: Simulator) -> None:
    where = ("--listen", "data=tcp://127.0.0.1:0", "--listen", "control=udp://127.0.0.1:0")
    ended = run("simulate", "bench.proto", *where, "--for", "20ms")
    assert ended.code == 0
    assert [(each["event"], each["link"]) for each in ended.events] == [
        ("listening", "control"),
        ("listening", "data"),
    ]


def test_one_link_alone_is_as_before(run: Run, bench: Simulator) -> None:
    named = run("call", "bench.proto", "get", "--connect", f"control={bench.urls['control']}")
    plain = run("call", "bench.proto", "get", "--connect", bench.urls["control"])
    assert named.code == plain.code == 0
    assert all("link" not in each for each in named.events + plain.events)


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["tcp://h:1", "data=tcp://h:2"], "write LINK=URL; its links are control, data"),
        (["tcp://h:1", "tcp://h:2"], "write LINK=URL"),
        (["dta=tcp://h:1"], "bench has no link 'dta'; it has control, data"),
        (["data=tcp://h:1", "data=tcp://h:2"], "link data is given twice"),
        (["data=h:1", "control=tcp://h:2"], "wrong kind of link"),
    ],
)
def test_what_is_wrong_with_them(
    run: Run, bench: Simulator, arguments: list[str], words: str
) -> None:
    options = [word for each in arguments for word in ("--connect", each)]
    ended = run("call", "bench.proto", "get", *options)
    assert ended.code == 2
    assert words in ended.err


def test_a_link_that_is_not_there_ends_it(run: Run, bench: Simulator) -> None:
    where = ("--connect", f"control={bench.urls['control']}", "--connect", "data=tcp://127.0.0.1:1")
    ended = run("call", "bench.proto", "get", *where)
    assert ended.code == 3
    assert "cannot open tcp://127.0.0.1:1" in ended.err


def test_a_signal_closes_all_of_them(run: Run, bench: Simulator) -> None:
    line = [sys.executable, "-m", "protoc", "run", "bench.proto", *at(bench)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        while json.loads(process.stdout.readline()).get("link") != "data":
            pass
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    events = [json.loads(each) for each in out.splitlines()]
    gone = [each["link"] for each in events if each["event"] == "disconnected"]
    assert (process.returncode, err, gone) == (0, b"", ["control", "data"])
