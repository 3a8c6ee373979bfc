"""Requests and replies over real lines: generated drivers against bare sockets and pyserial."""

import asyncio
import os
import pty
import select
import socket
import subprocess
import sys
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import serial

from examples.amplifier.amplifier import Amplifier, AsyncAmplifier
from tests.benchmarks.measuring import Comparison, Work, compare
from tests.benchmarks.report import Row, Section

BATCH = 200


class Question(NamedTuple):
    """A pair of the amplifier, its command and its answer."""

    pair: str
    command: bytes
    answer: bytes
    fields: dict[str, str]


PLAIN = Question("ping", b"{A0}L", b"{A0}L", {"unit": "A"})
RICH = Question("status", b"{05RS7F}\r", b"{05RS21234041549}\r", {})


def measure() -> Section:
    return Section(
        "Lines",
        "A request to the amplifier of `examples/`, answered at once by another process. The plain "
        "pair is a command and its answer, 5 bytes each; the other one sets three params with its "
        "18 bytes, and fires two triggers. Bare means: written, and read until as many bytes are "
        "there; nothing is decoded, checked, timed or remembered.",
        [
            _row("TCP, blocking, to bare sockets", _blocking(PLAIN), 1.3),
            _row("TCP, asyncio, to a bare protocol", _asyncio(PLAIN), 1.3),
            _row("pseudo-terminal, to bare pyserial", _serial(PLAIN), 1.3),
            _row("TCP, blocking, with params and triggers", _blocking(RICH), None),
            _row("TCP, asyncio, with params and triggers", _asyncio(RICH), None),
            _row("pseudo-terminal, with params and triggers", _serial(RICH), None),
        ],
    )


def _row(what: str, times: Comparison, limit: float | None) -> Row:
    ours, theirs = times.ours / BATCH * 1e6, times.theirs / BATCH * 1e6
    return Row(what, times.ratio, "", limit, note=f"{ours:.0f} µs, bare {theirs:.0f} µs")


def _calls(amplifier: Amplifier, question: Question) -> Work:
    method = getattr(amplifier, question.pair)

    def calls() -> None:
        for _ in range(BATCH):
            method(**question.fields)

    return calls


def _blocking(question: Question) -> Comparison:
    with _answering("tcp") as url, Amplifier.open(url) as amplifier:
        bare = _connected(url)

        def theirs() -> None:
            for _ in range(BATCH):
                bare.sendall(question.command)
                got = b""
                while len(got) < len(question.answer):
                    got += bare.recv(4096)

        times = compare(_calls(amplifier, question), theirs, rounds=25, least=0)
        bare.close()
    return times


class _Bare(asyncio.Protocol):
    def __init__(self) -> None:
        self.got = b""
        self.expected = 0
        self.waiting: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.got += data
        if len(self.got) >= self.expected and self.waiting is not None:
            self.waiting.set_result(self.got)
            self.got = b""

    async def ask(self, question: Question) -> bytes:
        self.waiting = asyncio.get_running_loop().create_future()
        self.expected = len(question.answer)
        self.transport.write(question.command)
        return await self.waiting


def _asyncio(question: Question) -> Comparison:
    with asyncio.Runner() as runner, _answering("tcp") as url:
        amplifier, bare = runner.run(_opened(url))
        method = getattr(amplifier, question.pair)

        async def theirs() -> None:
            for _ in range(BATCH):
                await bare.ask(question)

        async def ours() -> None:
            for _ in range(BATCH):
                await method(**question.fields)

        times = compare(lambda: runner.run(ours()), lambda: runner.run(theirs()), 25, least=0)
        runner.run(amplifier.close())
        bare.transport.close()
    return times


async def _opened(url: str) -> tuple[AsyncAmplifier, _Bare]:
    where = urlsplit(url)
    loop = asyncio.get_running_loop()
    _, bare = await loop.create_connection(_Bare, where.hostname or "", where.port or 0)
    return await Amplifier.connect(url), bare


def _serial(question: Question) -> Comparison:
    with (
        _answering("pty") as one,
        _answering("pty") as other,
        serial.Serial(one, 9600, timeout=1) as bare,
        Amplifier.open(f"serial://{other}") as amplifier,
    ):

        def theirs() -> None:
            for _ in range(BATCH):
                bare.write(question.command)
                assert len(bare.read(len(question.answer))) == len(question.answer)

        return compare(_calls(amplifier, question), theirs, rounds=25, least=0)


def _connected(url: str) -> socket.socket:
    where = urlsplit(url)
    connection = socket.create_connection((where.hostname, where.port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


@contextmanager
def _answering(kind: str) -> Iterator[str]:
    """A process that answers each request; where it is."""
    command = [sys.executable, "-m", "tests.benchmarks.lines", kind]
    root = Path(__file__).parent.parent.parent
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def _answer_to(command: bytes) -> bytes:
    return PLAIN.answer if command == PLAIN.command else RICH.answer


def _answer_sockets() -> None:
    """Answer any number of clients, in one thread."""
    listening = socket.create_server(("127.0.0.1", 0))
    print(f"tcp://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    clients: dict[int, socket.socket] = {}
    while True:
        for ready in select.select([listening, *clients.values()], [], [])[0]:
            if ready is listening:
                client, _ = listening.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                clients[client.fileno()] = client
            elif command := ready.recv(4096):
                ready.sendall(_answer_to(command))
            else:
                del clients[ready.fileno()]
                ready.close()


def _answer_terminal() -> None:
    master, slave = pty.openpty()
    tty.setraw(slave)
    print(os.ttyname(slave), flush=True)
    while True:
        os.write(master, _answer_to(os.read(master, 4096)))


if __name__ == "__main__":
    if sys.argv[1] == "tcp":
        _answer_sockets()
    else:
        _answer_terminal()
