"""The server as a program, its README followed by somebody who types."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest

import examples.serial_server

ROOT = Path(__file__).parents[3]
README = (Path(examples.serial_server.__path__[0]) / "README.md").read_text(encoding="utf-8")
SESSION = re.search(r"```text\n(.*?)```", README, re.DOTALL)
PROGRAM = re.search(r"```python\n(.*?)```", README, re.DOTALL)


@contextmanager
def server(*arguments: str) -> Generator[str]:
    """The program, running; gives the URL it prints."""
    command = [sys.executable, "-m", "examples.serial_server", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    try:
        told = json.loads(process.stdout.readline())
        assert told["event"] == "listening"
        yield told["url"]
    finally:
        process.send_signal(signal.SIGTERM)
        rest, complaints = process.communicate(timeout=10)
    assert (process.returncode, rest, complaints) == (0, b"", b"")


class Terminal:
    """Somebody with netcat."""

    def __init__(self, url: str) -> None:
        host, _, port = url.removeprefix("tcp://").rpartition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def types(self, line: str) -> str:
        """What comes back on a line."""
        self._socket.sendall(line.encode() + b"\n")
        answer = self._take(7)
        return answer + self._take(int(answer[2:6]))

    def _take(self, size: int) -> str:
        data = b""
        while len(data) < size:
            data += self._socket.recv(size - len(data))
        return data.decode()


def test_the_session_of_the_readme() -> None:
    assert SESSION is not None
    lab = "socket://127.0.0.1:9"  # it is never opened
    with server("--port", f"lab={lab}", "--port", "loop=loop://") as url, Terminal(url) as terminal:
        for exchange in SESSION[1].removeprefix("> ").split("\n> "):
            line, _, rest = exchange.partition("\n< ")
            answer = rest.removesuffix("\n").replace("\n<", "\n")
            until = time.monotonic() + 10
            while (came := terminal.types(line)) != answer:
                # a person is slower than the loop that brings the bytes back
                assert line.startswith("Q,"), f"{line}: {came} instead of {answer}"
                assert time.monotonic() < until


def test_the_program_of_the_readme() -> None:
    assert PROGRAM is not None
    with server("--port", "loop=loop://") as url:
        program = PROGRAM[1].replace("tcp://127.0.0.1:4001", url)
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert done.stdout == "['loop']\nb'hello'\n", done.stderr


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        ((), "required: --port"),
        (("--port", "one"), "expected NAME=DEVICE, got 'one'"),
        (("--port", "=loop://"), "a name has no"),
        (("--port", "a,b=loop://"), "a name has no"),
        (("--port", "a=loop://", "--port", "a=loop://"), "two ports have the same name"),
        (("--port", f"{'a' * 1501}=loop://"), "all names together exceed 1500 bytes"),
        (("--port", "a=loop://", "--listen", "4001"), "expected tcp://host:port, got '4001'"),
        (("--port", "a=loop://", "--listen", "tcp://:x"), "expected tcp://host:port"),
        (("--port", "a=loop://", "--buffer", "0"), "expected a number of bytes from 8192"),
    ],
    ids=str,
)
def test_wrong_usage(
    arguments: tuple[str, ...], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from examples.serial_server.__main__ import main

    with pytest.raises(SystemExit) as caught:
        main(list(arguments))
    assert caught.value.code == 2
    assert complaint in capsys.readouterr().err


def test_an_address_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    from examples.serial_server.__main__ import main

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", "a=loop://", "--listen", f"tcp://127.0.0.1:{port}"]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == f"cannot listen on 127.0.0.1:{port}: Address already in use\n"


def test_a_line_may_stand_behind_a_device() -> None:
    with server("--port", "slow=loop://,300,7,E,2") as url, Terminal(url) as terminal:
        assert terminal.types("O,0004,slow") == "O,0009,300,7,E,2"
        assert terminal.types("S,0010,9600,8,N,1") == "S,0000,"
        assert terminal.types("R,0003,TFF") == "R,0000,"
        assert terminal.types("C,0000,") == "C,0000,"
