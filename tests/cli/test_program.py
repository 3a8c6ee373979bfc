"""The program as a process: how fast it starts, and how it ends."""

import resource
import signal
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from protoc.cli import program
from tests.cli.conftest import Run

PROTOC = [sys.executable, "-m", "protoc"]


def cost(line: list[str]) -> float:
    """Seconds of work, the least of several runs: waiting for others does not count."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(line, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return min(once() for _ in range(5))


def test_help_starts_fast() -> None:
    assert cost([*PROTOC, "--help"]) - cost([sys.executable, "-c", ""]) < 0.15


def test_version_is_that_of_the_package(run: Run) -> None:
    assert run("--version").out == f"protoc {metadata.version('protoc-devices')}\n"


def test_help_imports_none_of_the_parts() -> None:
    code = (
        "import sys; from protoc.cli import main; main(['--help'])\n"
        "heavy = {'lark', 'jinja2', 'msgspec', 'construct', 'protoc.dsl', 'protoc.compiler', "
        "'protoc.runtime'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)


@pytest.mark.parametrize("name", list(program.COMMANDS))
def test_every_command_has_help(run: Run, name: str) -> None:
    ended = run(name, "--help")
    assert ended.code == 0
    assert f"protoc {name}" in ended.out


def test_a_fault_of_our_own_asks_to_be_reported(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the impossible")

    monkeypatch.setattr("protoc.compiler.pipeline.compile_source", broken)
    ended = run("check", "lamp.proto")
    assert ended.code == 70
    assert "RuntimeError: the impossible" in ended.err
    assert "Please report it" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_in_order(run: Run, number: signal.Signals) -> None:
    line = [*PROTOC, "simulate", "lamp.proto", "--listen", "tcp://127.0.0.1:0"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert b"listening" in process.stdout.readline()
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, b"", b"")


def test_reader_that_has_seen_enough(run: Run) -> None:
    Path("much").write_bytes(b"\x4d\x05\x00\x28" * 50000)
    line = [*PROTOC, "decode", "lamp.proto", "--file", "much"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
