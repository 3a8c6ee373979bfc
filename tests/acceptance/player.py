"""Runs the program as a customer does, and plays the devices and clients at the other end.

Nothing here knows how the program works inside: it is a process (`forking`), its output is read as
JSON lines, and its links end in sockets on 127.0.0.1 and in pseudo-terminals held by the test.
There are no fixed pauses: every wait is for something, with a deadline.
"""

import contextlib
import json
import math
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Any, Self

from tests.acceptance.forking import Forked

HOUSE = Path(__file__).parents[2]
DESCRIPTIONS = Path(__file__).parent / "descriptions"
PATIENCE = 20.0  # for whatever must happen
QUIET = 0.15  # for what must not
HOST = "127.0.0.1"

Event = dict[str, Any]


def description(name: str) -> Path:
    return DESCRIPTIONS / f"{name}.proto"


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The caller's environment; a checkout that is not installed is found all the same."""
    roots = [str(HOUSE / root) for root in ("dsl", "compiler", "runtime", "grammars")]
    inherited = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([*roots, inherited] if inherited else roots)
    return {**os.environ, "PYTHONPATH": path, "NO_COLOR": "1", **(extra or {})}


def command(arguments: Sequence[str | Path]) -> list[str]:
    return [sys.executable, "-m", "protoc", *map(str, arguments)]


# --- what is expected of events ------------------------------------------------------------------


def like(pattern: object, value: object) -> bool:
    """Whether the value has everything the pattern lists.

    Objects may have more keys, a function decides for itself, and a whole number must come as one.
    """
    if callable(pattern):
        return bool(pattern(value))
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            key in value and like(part, value[key]) for key, part in pattern.items()
        )
    if isinstance(pattern, list):
        return (
            isinstance(value, list)
            and len(pattern) == len(value)
            and all(map(like, pattern, value))
        )
    if isinstance(pattern, bool) or pattern is None:
        return pattern is value
    if isinstance(pattern, int):
        return isinstance(value, int) and not isinstance(value, bool) and value == pattern
    if isinstance(pattern, float):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return number and math.isclose(pattern, float(str(value)), rel_tol=1e-6, abs_tol=1e-9)
    return pattern == value


def one_of(*patterns: object) -> Callable[[object], bool]:
    return lambda value: any(like(pattern, value) for pattern in patterns)


def index_of(events: Sequence[Event], pattern: Event, start: int = 0) -> int | None:
    for index in range(start, len(events)):
        if like(pattern, events[index]):
            return index
    return None


def in_order(events: Sequence[Event], *patterns: Event) -> None:
    """Each pattern finds an event behind its predecessor's; others may stand between."""
    at = 0
    for pattern in patterns:
        found = index_of(events, pattern, at)
        assert found is not None, f"no {pattern} among\n{listing(events[at:])}"
        at = found + 1


def named(events: Sequence[Event], kind: str, **keys: object) -> list[Event]:
    return [event for event in events if like({"event": kind, **keys}, event)]


def garbage(events: Sequence[Event]) -> list[tuple[int, str]]:
    """Stretches of garbage as (offset, hex); neighbours are one, however they were reported."""
    stretches: list[tuple[int, str]] = []
    for event in named(events, "garbage"):
        assert event["size"] * 2 == len(event["hex"]), event
        if stretches and stretches[-1][0] + len(stretches[-1][1]) // 2 == event["offset"]:
            offset, earlier = stretches.pop()
            stretches.append((offset, earlier + event["hex"]))
        else:
            stretches.append((event["offset"], event["hex"]))
    return stretches


def listing(events: Sequence[Event]) -> str:
    return "\n".join("  " + json.dumps(event, ensure_ascii=False) for event in events) or "  none"


def parsed(output: bytes) -> list[Event]:
    events: list[Event] = []
    for line in output.decode("utf-8").splitlines():
        event = json.loads(line)
        assert isinstance(event, dict), f"no JSON object: {line}"
        assert isinstance(event.get("event"), str), f"no event: {line}"
        events.append(event)
    return events


# --- a run from start to end ---------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What a process that has ended leaves behind."""

    arguments: list[str]
    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode("utf-8", "replace")

    @property
    def everything(self) -> str:
        return self.text + self.err

    @property
    def events(self) -> list[Event]:
        return parsed(self.out)

    def ends(self, *codes: int) -> Self:
        """It ended with one of these codes, and without showing its inside."""
        story = f"{' '.join(self.arguments)[:300]}\nexit {self.code}\n{self.everything[-4000:]}"
        assert "Traceback (most recent call last)" not in self.everything, story
        assert self.code in codes, f"wanted exit {' or '.join(map(str, codes))}: {story}"
        return self

    def mentions(self, *words: str) -> Self:
        said = self.everything.lower()
        missing = [word for word in words if word.lower() not in said]
        assert not missing, f"nothing of {missing} in\n{self.everything[-4000:]}"
        return self


def protoc(
    *arguments: str | Path,
    stdin: bytes = b"",
    cwd: Path | None = None,
    extra: Mapping[str, str] | None = None,
    limit: float = 60.0,
) -> Outcome:
    """Runs the program to its end."""
    line = command(arguments)
    if extra is not None:
        return run(line, stdin=stdin, cwd=cwd, extra=extra, limit=limit)
    with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        streams = (given.fileno(), out.fileno(), err.fileno())
        process = Forked(line[3:], streams, cwd, environment())
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(_still_running(line, limit)) from None
        out.seek(0)
        err.seek(0)
        return Outcome(line[1:], code, out.read(), err.read().decode("utf-8", "replace"))


def _still_running(line: list[str], limit: float) -> str:
    return f"still running after {limit:g} s: {' '.join(line)[:300]}"


def run(
    line: list[str],
    *,
    stdin: bytes = b"",
    cwd: Path | None = None,
    extra: Mapping[str, str] | None = None,
    limit: float = 60.0,
) -> Outcome:
    try:
        done = subprocess.run(
            line,
            input=stdin,
            capture_output=True,
            cwd=cwd,
            env=environment(extra),
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise AssertionError(_still_running(line, limit)) from None
    return Outcome(line[1:], done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


# --- a run that goes on --------------------------------------------------------------------------


def _begun(
    line: list[str], environment: Mapping[str, str], *, forked: bool
) -> tuple[Forked | subprocess.Popen[bytes], tuple[IO[bytes], IO[bytes]]]:
    """A process, and what it prints to its two streams."""
    if line[:3] == command([]) and forked:
        out, err = os.pipe(), os.pipe()
        with Path(os.devnull).open("rb") as nothing:
            process = Forked(line[3:], (nothing.fileno(), out[1], err[1]), None, environment)
        os.close(out[1])
        os.close(err[1])
        return process, (os.fdopen(out[0], "rb"), os.fdopen(err[0], "rb"))
    started = subprocess.Popen(
        line,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    assert started.stdout is not None
    assert started.stderr is not None
    return started, (started.stdout, started.stderr)


class Program:
    """The program at work; its events are collected as they come. Ended when the block is left."""

    def __init__(self, line: list[str], extra: Mapping[str, str] | None = None) -> None:
        self.line = line
        self.output: list[bytes] = []
        self.events: list[Event] = []
        self.cursor = 0
        self._errors: list[bytes] = []
        self._news = threading.Condition()
        self._process, self._streams = _begun(line, environment(extra), forked=extra is None)
        self._readers = [
            threading.Thread(target=self._read_output, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _read_output(self) -> None:
        for line in self._streams[0]:
            with self._news:
                self.output.append(line)
                with contextlib.suppress(ValueError, AssertionError):
                    self.events.extend(parsed(line))
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def _read_errors(self) -> None:
        for line in self._streams[1]:
            self._errors.append(line)

    @property
    def errors(self) -> str:
        return b"".join(self._errors).decode("utf-8", "replace")

    def wait_for(self, pattern: Event, within: float = PATIENCE) -> Event:
        """The next event like this, behind the last one waited for."""
        deadline = time.monotonic() + within
        with self._news:
            while True:
                found = index_of(self.events, pattern, self.cursor)
                if found is not None:
                    self.cursor = found + 1
                    return self.events[found]
                left = deadline - time.monotonic()
                over = self._process.poll() is not None and not self._readers[0].is_alive()
                if left <= 0 or over:
                    raise AssertionError(
                        f"{'ended' if over else 'waited in vain'} before {pattern}; since then:\n"
                        f"{listing(self.events[self.cursor :])}\n{self.errors[-3000:]}"
                    )
                self._news.wait(min(left, 0.1))

    def ended(self, within: float = PATIENCE) -> Outcome:
        """It ends by itself."""
        try:
            code = self._process.wait(within)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f"still running after {within:g} s: {' '.join(self.line)}\n"
                f"{listing(self.events)}\n{self.errors[-3000:]}"
            ) from None
        for reader in self._readers:
            reader.join(PATIENCE)
        return Outcome(self.line[1:], code, b"".join(self.output), self.errors)

    def interrupted(self, number: signal.Signals = signal.SIGINT) -> Outcome:
        """It is asked to end, and does."""
        assert self._process.poll() is None, self.ended().ends(0).everything
        self._process.send_signal(number)
        return self.ended()

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        for stream in self._streams:
            stream.close()


# --- the other end -------------------------------------------------------------------------------


class Peer:
    """One end of a link, held by the test."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._open = True
        self.closed_by_other = False
        self.pending = b""

    def send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._descriptor, data) :]

    def send_bytewise(self, data: bytes) -> None:
        """Each byte on its own, with a moment between in which to be read."""
        for byte in data:
            self.send(bytes([byte]))
            self.quiet(0.005)

    def _pump(self, wait: float) -> bool:
        if self.closed_by_other:
            return False
        ready, _, _ = select.select([self._descriptor], [], [], max(0.0, wait))
        if not ready:
            return False
        try:
            data = os.read(self._descriptor, 65536)
        except OSError:  # the way a pseudo-terminal or a reset connection says that it is over
            data = b""
        self.closed_by_other = not data
        self.pending += data
        return bool(data)

    def expect(self, *frames: bytes, within: float = PATIENCE) -> bytes:
        """Exactly one of these comes next."""
        deadline = time.monotonic() + within
        while True:
            for frame in frames:
                if self.pending.startswith(frame):
                    self.pending = self.pending[len(frame) :]
                    return frame
            hopeful = any(frame.startswith(self.pending) for frame in frames)
            left = deadline - time.monotonic()
            if not hopeful or left <= 0 or self.closed_by_other:
                raise AssertionError(
                    f"expected {' or '.join(frame.hex() for frame in frames)}, "
                    f"got {self.pending.hex() or 'nothing'}"
                    f"{', then the end' if self.closed_by_other else ''}"
                )
            self._pump(min(left, 0.1))

    def take(self, size: int, within: float = PATIENCE) -> bytes:
        """The next bytes, whatever they are."""
        deadline = time.monotonic() + within
        while len(self.pending) < size:
            left = deadline - time.monotonic()
            if left <= 0 or self.closed_by_other:
                raise AssertionError(f"expected {size} bytes, got {self.pending.hex()}")
            self._pump(min(left, 0.1))
        taken, self.pending = self.pending[:size], self.pending[size:]
        return taken

    def quiet(self, moment: float = QUIET) -> bytes:
        """Everything that comes within a moment, taken back again by the next `expect`."""
        deadline = time.monotonic() + moment
        while (left := deadline - time.monotonic()) > 0 and not self.closed_by_other:
            self._pump(left)
        return self.pending

    def expect_nothing(self, moment: float = QUIET) -> None:
        assert self.quiet(moment) == b"", f"expected silence, got {self.pending.hex()}"

    def expect_end(self, within: float = PATIENCE) -> None:
        """The other side hangs up."""
        deadline = time.monotonic() + within
        while not self.closed_by_other:
            left = deadline - time.monotonic()
            assert left > 0, "the connection stays open"
            self._pump(min(left, 0.1))

    def close(self) -> None:
        if self._open:
            self._open = False
            os.close(self._descriptor)


class TcpDevice:
    """A device on the network: it listens, the program connects."""

    kind = "tcp"

    def __init__(self) -> None:
        self._listener = socket.create_server((HOST, 0))
        self.url = f"tcp://{HOST}:{self._listener.getsockname()[1]}"
        self._peers: list[Peer] = []

    def accept(self, within: float = PATIENCE) -> Peer:
        ready, _, _ = select.select([self._listener], [], [], within)
        assert ready, "nobody connected"
        connection, _ = self._listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer = Peer(connection.detach())
        self._peers.append(peer)
        return peer

    def close(self) -> None:
        for peer in self._peers:
            peer.close()
        self._listener.close()


class PtyDevice:
    """A device on a serial line: the program opens the line's end, the test holds the other."""

    kind = "pty"

    def __init__(self) -> None:
        self._ours, self._theirs = pty.openpty()
        tty.setraw(self._theirs)
        self.url = f"serial://{os.ttyname(self._theirs)}?baudrate=9600"
        self._peer = Peer(self._ours)

    def accept(self, within: float = PATIENCE) -> Peer:
        return self._peer

    def close(self) -> None:
        self._peer.close()
        if self._theirs >= 0:
            os.close(self._theirs)
            self._theirs = -1


Device = TcpDevice | PtyDevice


def reach(url: str) -> Peer:
    """The other end of what the program listens on."""
    if url.startswith("tcp://"):
        host, _, port = url.removeprefix("tcp://").rpartition(":")
        connection = socket.create_connection((host, int(port)), PATIENCE)
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Peer(connection.detach())
    assert url.startswith("pty:/dev/"), url
    descriptor = os.open(url.removeprefix("pty:"), os.O_RDWR | os.O_NOCTTY)
    tty.setraw(descriptor)
    return Peer(descriptor)
