"""The server of serial ports against a bare loop that copies between a socket and pyserial."""

import json
import os
import pty
import select
import socket
import subprocess
import sys
import time
import tty
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from random import Random
from statistics import median
from typing import BinaryIO, NamedTuple, Self

import serial

from tests.benchmarks.report import Row, Section

SIZE = 10_000_000
PIECE = 1500
ROUNDS = 5
_WINDOW = 32  # commands that are sent before their responses are read
_DATA = Random(SIZE).randbytes(SIZE)


def measure() -> Section:
    with _host() as host, _server(host.device) as ours, _copying(host.device) as bare:
        out, back = [], []
        for _ in range(ROUNDS):
            out.append((_out(ours, host), _bare_out(bare, host)))
            back.append((_back(ours, host), _bare_back(bare, host)))
        both = _both(ours, host)
    return Section(
        "A server of serial ports",
        f"`examples/serial_server` with a pseudo-terminal for its port; {SIZE // 1_000_000} MB in "
        f"values of {PIECE} bytes, up to {2 * _WINDOW} commands ahead of their responses, between "
        "a client and a remote host in processes of their own; what arrives is compared by its "
        "SHA-256. Bare means: a loop that copies between a socket and pyserial, no protocol.",
        [
            _row("to the remote host, to a bare copy loop", out),
            _row("from the remote host, to a bare copy loop", back),
            Row("both ways at once, a command at a time", SIZE / both / 1e6, " MB/s"),
        ],
    )


def _row(what: str, times: list[tuple[float, float]]) -> Row:
    ours, bare = (SIZE / median(each) / 1e6 for each in zip(*times, strict=True))
    note = f"{ours:.0f} MB/s, bare {bare:.0f} MB/s"
    return Row(what, median(a / b for a, b in times), "", 1.5, note=note)


# --- the remote host -------------------------------------------------------------------------


class Host(NamedTuple):
    """The process at the far side of the port."""

    process: subprocess.Popen[str]
    device: str

    def told(self, what: str) -> None:
        assert self.process.stdin is not None
        print(what, file=self.process.stdin, flush=True)

    def heard(self) -> None:
        """Wait until it has heard everything."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == sha256(_DATA).hexdigest()


@contextmanager
def _host() -> Iterator[Host]:
    with _running("tests.benchmarks.serving", "host") as process:
        assert process.stdout is not None
        yield Host(process, process.stdout.readline().strip())


def _play_host() -> None:
    far, near = pty.openpty()
    tty.setraw(near)
    os.set_blocking(far, False)
    print(os.ttyname(near), flush=True)
    for line in sys.stdin:
        to_hear = SIZE if "hear" in line else 0
        to_say = memoryview(_DATA if "say" in line else b"")
        digest = sha256()
        while to_hear or to_say:
            readable, writable, _ = select.select([far] * bool(to_hear), [far] * bool(to_say), [])
            if readable:
                data = os.read(far, 65536)
                digest.update(data)
                to_hear -= len(data)
            if writable:
                to_say = to_say[os.write(far, to_say[:65536]) :]
        if "hear" in line:
            print(digest.hexdigest(), flush=True)


# --- the two servers -------------------------------------------------------------------------


@contextmanager
def _server(device: str) -> Iterator[str]:
    with _running("examples.serial_server", "--port", f"one={device}") as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]


@contextmanager
def _copying(device: str) -> Iterator[str]:
    with _running("tests.benchmarks.serving", "copy", device) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()


def _copy(device: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(f"tcp://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        while True:
            connection, _ = listener.accept()
            with connection, serial.Serial(device, timeout=0) as port:
                connection.sendall(b"!")
                _copy_both_ways(connection, port)


def _copy_both_ways(connection: socket.socket, port: serial.Serial) -> None:
    while True:
        files = [connection.fileno(), port.fileno()]
        readable, _, _ = select.select(files, [], [])
        if files[0] in readable:
            data = connection.recv(PIECE)
            if not data:
                return
            port.write(data)
        if files[1] in readable:
            connection.sendall(port.read(PIECE))


@contextmanager
def _running(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


# --- the client ------------------------------------------------------------------------------


class Client:
    """A connection to one of them, as bytes and as a file of responses."""

    def __init__(self, url: str) -> None:
        host, _, port = url.removeprefix("tcp://").partition(":")
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.responses: BinaryIO = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Both close the port before the connection.
        self.socket.shutdown(socket.SHUT_WR)
        self.responses.read()
        self.responses.close()
        self.socket.close()

    def say(self, message: bytes) -> None:
        self.socket.sendall(message)

    def hears(self) -> tuple[bytes, bytes]:
        """The code and the value of the next response."""
        head = self.responses.read(7)
        return head[:1], self.responses.read(int(head[2:6]))

    def opens(self) -> None:
        self.say(b"O,0003,one")
        assert self.hears()[0] == b"O"


def _out(url: str, host: Host) -> float:
    with Client(url) as client:
        client.opens()
        host.told("hear")
        started = time.perf_counter()
        _put(client, [b"P,%04d,%b" % (len(piece), piece) for piece in _pieces()])
        host.heard()
        return time.perf_counter() - started


def _put(client: Client, commands: list[bytes]) -> None:
    """Send commands ahead of their responses, but no more than surely find room."""
    sent, room = 0, _WINDOW
    windows: deque[int] = deque()
    while windows or sent < len(commands):
        while len(windows) < 2 and room >= _WINDOW and (window := commands[sent : sent + _WINDOW]):
            client.say(b"".join(window) + b"Q,0000,")
            windows.append(len(window))
            sent, room = sent + len(window), room - len(window)
        if not windows:  # the host is slower: to ask all the time would take its processor
            time.sleep(0.001)
            client.say(b"Q,0000,")
            windows.append(0)
        for _ in range(windows.popleft()):
            assert client.hears() == (b"P", b"")
        _, output, size = map(int, client.hears()[1].split(b","))
        room = (size - output) // PIECE - sum(windows)


def _back(url: str, host: Host) -> float:
    with Client(url) as client:
        client.opens()
        host.told("say")
        started = time.perf_counter()
        came = bytearray()
        client.say(b"G,0004,1500" * _WINDOW)
        while len(came) < SIZE:
            client.say(b"G,0004,1500" * _WINDOW)
            for _ in range(_WINDOW):
                came += client.hears()[1]
        took = time.perf_counter() - started
    assert came == _DATA
    return took


def _both(url: str, host: Host) -> float:
    with Client(url) as client:
        client.opens()
        host.told("hear and say")
        started = time.perf_counter()
        came, pieces, at = bytearray(), list(_pieces()), 0
        while at < len(pieces) or len(came) < SIZE:
            piece = pieces[at] if at < len(pieces) else b""
            client.say(b"P,%04d,%bG,0004,1500" % (len(piece), piece))
            at += client.hears()[0] == b"P"
            came += client.hears()[1]
        host.heard()
        took = time.perf_counter() - started
    assert came == _DATA
    return took


def _bare_out(url: str, host: Host) -> float:
    with Client(url) as client:
        assert client.responses.read(1) == b"!"
        host.told("hear")
        started = time.perf_counter()
        for piece in _pieces():
            client.say(piece)
        host.heard()
        return time.perf_counter() - started


def _bare_back(url: str, host: Host) -> float:
    with Client(url) as client:
        assert client.responses.read(1) == b"!"
        host.told("say")
        started = time.perf_counter()
        came = client.responses.read(SIZE)
        took = time.perf_counter() - started
    assert came == _DATA
    return took


def _pieces() -> Iterator[bytes]:
    return (_DATA[at : at + PIECE] for at in range(0, SIZE, PIECE))


if __name__ == "__main__":
    if sys.argv[1] == "host":
        _play_host()
    else:
        _copy(sys.argv[2])
