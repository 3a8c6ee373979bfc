"""Plays vectors on the program itself, in virtual time and without sockets.

The vectors are those of `run_vectors.py`: a source, frames to decode and to encode, and whole
conversations, in which the case plays the device or the clients. The program is called as from the
command line; only its lines end in memory.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from functools import cache
from io import StringIO
from math import inf, isclose
from pathlib import Path
from re import search
from typing import Any
from unittest.mock import patch

from protoc.cli.program import main
from protoc.compiler import pipeline
from protoc.compiler.pipeline import Compilation
from protoc.dsl.source import Source
from protoc.runtime.drivers import blocking
from protoc.runtime.transports.base import Opened, Received, Signal
from protoc.runtime.transports.memory import MemoryEndpoint, World

Record = dict[str, Any]
Wait = Generator[float, None, None]
"""A script: hands out until when it waits, and goes on when something happened, or then."""

ABSENT = {"$exists": False}
PATIENCE = 4.0
LONGEST = 30.0


class Failed(AssertionError):
    """A case does not hold."""


def like(pattern: Any, value: Any, names: Mapping[str, str]) -> bool:
    """Whether a value has everything that a pattern lists."""
    if isinstance(pattern, dict):
        if len(pattern) == 1 and next(iter(pattern)).startswith("$"):
            return _special(*next(iter(pattern.items())), value, names)
        return isinstance(value, dict) and all(
            key in value and like(part, value[key], names) if part != ABSENT else key not in value
            for key, part in pattern.items()
        )
    if isinstance(pattern, list):
        return (
            isinstance(value, list)
            and len(pattern) == len(value)
            and all(like(p, v, names) for p, v in zip(pattern, value, strict=True))
        )
    if isinstance(pattern, bool) or isinstance(value, bool) or pattern is None:
        return pattern is value
    if isinstance(pattern, int | float):
        return isinstance(value, int | float) and isclose(pattern, value, rel_tol=1e-6)
    return bool(pattern == value)


def _special(word: str, given: Any, value: Any, names: Mapping[str, str]) -> bool:
    match word:
        case "$any":
            return any(like(each, value, names) for each in given)
        case "$re":
            return isinstance(value, str) and bool(search(given, value))
        case "$has":
            return isinstance(value, str) and given in value
        case "$not":
            return not like(given, value, names)
        case "$exists":
            return bool(given)
        case "$peer":
            return bool(value == names.get(given))
        case "$port":
            return bool(value == int(names[given].rpartition(":")[2]))
        case _:
            raise AssertionError(f"what is {word}?")


_compile = pipeline.compile_source


def _compiled(source: Source) -> Compilation:
    return _once(source.name, source.text)


@cache
def _once(name: str, text: str) -> Compilation:
    return _compile(Source(name, text))


@dataclass
class Peer:
    """An end of a line that the case plays."""

    end: MemoryEndpoint
    arrived: bytearray = field(default_factory=bytearray)
    open: bool = False
    closed: bool = False
    closings: int = 0
    number: int = 0


class Lines(StringIO):
    """Standard output, line by line as it comes."""

    def __init__(self, take: Callable[[Record], None]) -> None:
        super().__init__()
        self._take = take

    def write(self, text: str) -> int:
        for line in text.splitlines():
            if line.strip():
                self._take(json.loads(line))
        return super().write(text)


class Play:
    """One conversation."""

    def __init__(self, source: Path, case: Mapping[str, Any]) -> None:
        self.case, self.source = case, source
        self.mode = case.get("mode", "call")
        self.kind = case.get("transport", "tcp")
        self.world = World()
        self.peers: dict[str, Peer] = {}
        self.names: dict[str, str] = {}
        self.events: list[Record] = []
        self.cursor = 0
        self.mark = 0.0
        self.near: MemoryEndpoint | None = None
        self._script = self._steps()
        self._planned = False
        self.problem: Exception | None = None
        self.done = False

    # ------------------------------------------------------------------ the world

    @property
    def listening(self) -> bool:
        """Whether the program waits for others."""
        return self.mode in ("run-listen", "simulate")

    def play(self) -> None:
        """Play it.

        Raises:
            Failed: it does not hold.
        """
        serial = "pty:" if self.listening else "serial:///dev/ttyS0?baudrate=9600"
        url = serial if self.kind == "serial" else f"{self.kind}://127.0.0.1:4000"
        given = [str(each) for each in self.case.get("args", [])]
        option = "--listen" if self.listening else "--connect"
        if not self.listening:
            self._device()
        self._poke()
        with program(self.happened) as errors, world_of(self):
            word = "run" if self.mode == "run-listen" else str(self.mode)
            code = main([word, str(self.source), option, url, *given])
            # the program has ended, what the script still looks at has not
            with suppress(KeyboardInterrupt):
                self.world.select(LONGEST)
        said = errors.getvalue()
        self._judge(code, said)

    def _judge(self, code: int, said: str) -> None:
        if self.problem is not None:
            raise Failed(f"{self.problem}; {said}\n{listed(self.events)}")
        if not self.done:
            raise Failed(f"the program ended too early, with {code}: {said}\n{listed(self.events)}")
        judge(self.case, self.events, self.names)
        wanted = self.case.get("exit")
        codes = wanted if isinstance(wanted, list) else [wanted]
        if wanted is not None and code not in codes:
            raise Failed(f"exit {code}: {said}\n{listed(self.events)}")
        if "fault of protoc" in said or "Traceback" in said:
            raise Failed(said)
        if self.mode == "call" and self.case.get("strict_tx", True):
            for name, peer in self.peers.items():
                if peer.arrived:
                    raise Failed(
                        f"{name} got {peer.arrived.hex()}, which the script does not expect"
                    )

    def endpoint(self, url: str, link: Any) -> MemoryEndpoint:
        """What the program gets for its URL."""
        if self.listening:
            self.near = self.world.listener()
            self.near.url = url
        assert self.near is not None
        return self.near

    def _device(self) -> None:
        self.near, far = self.world.pair()
        peer = self.peers["main"] = Peer(far)
        far.on_signal = lambda signal: self._signal(peer, signal)
        if not self.case.get("refuse_connect"):
            far.start(lambda file, mask: None)

    def _client(self, name: str) -> None:
        assert self.near is not None
        address = f"127.0.0.1:{50000 + len(self.names)}"
        client = self.world.connect(self.near, peer=address)
        peer = self.peers[name] = Peer(client)
        self.names[name] = address
        client.on_signal = lambda signal: self._signal(peer, signal)
        client.start(lambda file, mask: None)

    def _signal(self, peer: Peer, signal: Signal) -> None:
        if isinstance(signal, Received):
            peer.arrived += signal.data
        elif isinstance(signal, Opened):
            peer.open, peer.closed, peer.number = True, False, signal.connection
        else:
            peer.open, peer.closed = False, True
            peer.closings += 1
        self._poke()

    def happened(self, event: Record) -> None:
        """The program printed something."""
        self.events.append(event)
        self._poke()

    def _poke(self) -> None:
        """Let the script look at what happened, in a moment."""
        if not self._planned:
            self._planned = True
            self.world.call_later(0, self._again)

    def _again(self) -> None:
        self._planned = False
        self._go_on()

    def _go_on(self) -> None:
        if self.done or self.problem:
            return
        try:
            until = next(self._script)
        except StopIteration:
            self.done = True
            if self.mode != "call" and "exit" not in self.case:
                raise KeyboardInterrupt from None
            return
        except Failed as problem:
            self.problem = problem
            raise KeyboardInterrupt from None
        self.world.call_at(until, self._go_on)

    # ------------------------------------------------------------------ the script

    def _steps(self) -> Wait:
        script: Sequence[Record] = self.case.get("script", [])
        if self.listening:
            while not any(e.get("event") == "listening" for e in self.events):
                yield self.world.time() + 1
            self.cursor = 1
            if "connect" not in (script[0] if script else {}) and "no_connect" not in (
                script[0] if script else {}
            ):
                self._client("main")
                while not self.peers["main"].open:
                    yield self.world.time() + 1
            self.mark = self.world.time()
        for number, step in enumerate(script, 1):
            try:
                yield from self._step(step)
            except Failed as problem:
                raise Failed(f"step {number}: {problem}") from None
            if not {"expect_no_event", "expect_silence_ms", "expect_not_tx"} & set(step):
                self.mark = self.world.time()

    def _step(self, step: Record) -> Wait:
        within = self.world.time() + step.get("within_ms", PATIENCE * 1000) / 1000
        word = next(iter(step.keys() & self._plays.keys()), "")
        if word in ("accept", "no_connect"):
            return
        if not word:
            raise Failed(f"what is {step}?")
        yield from self._plays[word](step, within)

    @property
    def _plays(self) -> dict[str, Callable[[Record, float], Wait]]:
        return {
            "accept": self._silence,
            "no_connect": self._silence,
            "connect": self._connect,
            "send": self._send,
            "expect_tx": self._sent,
            "expect_tx_any": self._sent,
            "wait_ms": self._wait,
            "expect_silence_ms": self._silence,
            "expect_not_tx": self._not_sent,
            "expect_closed": self._closed,
            "close": self._close,
            "expect_event": self._event,
            "expect_no_event": self._no_event,
        }

    def _peer(self, step: Record) -> Peer:
        return self.peers[step.get("client", "main")]

    def _connect(self, step: Record, within: float) -> Wait:
        self._client(step["connect"])
        peer = self.peers[step["connect"]]
        yield from self._until(within, lambda: peer.open or peer.closed)

    def _send(self, step: Record, within: float) -> Wait:
        peer = self._peer(step)
        yield from self._until(within, lambda: peer.open)
        peer.end.send(peer.number, bytes.fromhex(step["send"]))

    def _wait(self, step: Record, within: float) -> Wait:
        yield from self._until(self.world.time() + step["wait_ms"] / 1000)

    def _silence(self, step: Record, within: float) -> Wait:
        peer = self.peers.get(step.get("client", "main"))
        end = self.world.time() + step["expect_silence_ms"] / 1000
        yield from self._until(end, lambda: bool(peer and peer.arrived))
        if peer is not None and peer.arrived:
            raise Failed(f"expected silence, got {peer.arrived.hex()}")

    def _not_sent(self, step: Record, within: float) -> Wait:
        peer = self._peer(step)
        yield from self._until(self.world.time() + step.get("for_ms", 300) / 1000)
        if bytes.fromhex(step["expect_not_tx"]) in peer.arrived:
            raise Failed(f"got {peer.arrived.hex()}")

    def _closed(self, step: Record, within: float) -> Wait:
        peer = self._peer(step)
        yield from self._until(within, lambda: peer.closings > 0)
        if not peer.closings:
            raise Failed("stays open")
        peer.closings -= 1

    def _close(self, step: Record, within: float) -> Wait:
        peer = self._peer(step)
        if self.listening:  # else the program may come back
            del self.peers[step.get("client", "main")]
        peer.end.hang_up(peer.number)
        yield self.world.time()

    def _until(self, end: float, early: Callable[[], bool] = lambda: False) -> Wait:
        while self.world.time() < end and not early():
            yield end

    def _sent(self, step: Record, within: float) -> Wait:
        peer = self._peer(step)
        texts = [step["expect_tx"]] if "expect_tx" in step else step["expect_tx_any"]
        wanted = [bytes.fromhex(each) for each in texts]
        while True:
            hit = [each for each in wanted if peer.arrived.startswith(each)]
            if hit:
                del peer.arrived[: len(hit[0])]
                break
            possible = any(each.startswith(bytes(peer.arrived)) for each in wanted)
            if not possible or self.world.time() >= within:
                got = peer.arrived.hex() or "nothing"
                raise Failed(f"expected {' or '.join(texts)}, got {got}")
            yield within
        took = (self.world.time() - self.mark) * 1000
        if not step.get("min_ms", 0) <= took + 1e-6 <= step.get("max_ms", inf):
            raise Failed(f"{texts[0]} came after {took:g} ms")

    def _event(self, step: Record, within: float) -> Wait:
        yield from self._until(within, lambda: self._come(step["expect_event"]) is not None)
        at = self._come(step["expect_event"])
        if at is None:
            raise Failed(f"no {step['expect_event']}")
        self.cursor = at + 1
        took = (self.world.time() - self.mark) * 1000
        if took + 1e-6 < step.get("min_ms", 0):
            raise Failed(f"{step['expect_event']} came after {took:g} ms")

    def _no_event(self, step: Record, within: float) -> Wait:
        yield from self._until(self.world.time() + step.get("for_ms", 300) / 1000)
        if (at := self._come(step["expect_no_event"])) is not None:
            raise Failed(f"{self.events[at]} should not have come")

    def _come(self, pattern: Record) -> int | None:
        """Which of the events not looked at yet has what a pattern lists."""
        for at in range(self.cursor, len(self.events)):
            if like(pattern, self.events[at], self.names):
                return at
        return None


@contextmanager
def program(take: Callable[[Record], None]) -> Generator[StringIO]:
    """The program with its output caught: what it prints is taken, what it says is handed out."""
    errors = StringIO()
    with (
        redirect_stdout(Lines(take)),
        redirect_stderr(errors),
        patch("protoc.compiler.pipeline.compile_source", _compiled),
    ):
        yield errors


@contextmanager
def world_of(play: Play) -> Generator[None]:
    """The program's lines end in a play."""
    with (
        patch("protoc.runtime.drivers.sides.open_endpoint", play.endpoint),
        patch("protoc.runtime.drivers.sides.listen_endpoint", play.endpoint),
        patch("protoc.runtime.drivers.blocking.Driver", _driver(play.world)),
    ):
        yield


def _driver(world: World) -> Callable[..., blocking.Driver]:
    real = blocking.Driver

    def made(*given: Any, **more: Any) -> blocking.Driver:
        return real(*given, **more, selector=world, clock=world.time)

    return made


def judge(case: Mapping[str, Any], events: Sequence[Record], names: Mapping[str, str]) -> None:
    """Whether the events are what a case expects.

    Raises:
        Failed: they are not.
    """
    at = 0
    for pattern in [*case.get("expect_events", []), *case.get("expect", [])]:
        while at < len(events) and not like(pattern, events[at], names):
            at += 1
        if at == len(events):
            raise Failed(f"no {pattern} in\n{listed(events)}")
        at += 1
    for pattern in [*case.get("forbid_events", []), *case.get("forbid", [])]:
        for event in events:
            if like(pattern, event, names):
                raise Failed(f"{event} should not have come")


def listed(events: Sequence[Record]) -> str:
    """Events, one a line."""
    return "\n".join(f"  {json.dumps(event, ensure_ascii=False)}" for event in events)


def decodes(source: Path, case: Mapping[str, Any]) -> None:
    """Play a case of decoding."""
    events: list[Record] = []
    with program(events.append) as errors:
        code = main(["decode", str(source), *case.get("args", []), "--hex", case["hex"]])
    judge(case, events, {})
    if code != case.get("exit", 0):
        raise Failed(f"exit {code}: {errors.getvalue()}\n{listed(events)}")


def encodes(source: Path, case: Mapping[str, Any]) -> None:
    """Play a case of encoding."""
    given = [f"{name}={_plain(value)}" for name, value in case.get("set", {}).items()]
    said = StringIO()
    with program(lambda _: None) as errors, redirect_stdout(said):
        code = main(["encode", str(source), case["message"], *given])
    if code != case.get("exit", 0):
        raise Failed(f"exit {code}: {errors.getvalue()}")
    if "hex" in case and said.getvalue().strip() != case["hex"]:
        raise Failed(f"{said.getvalue()} instead of {case['hex']}: {errors.getvalue()}")


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
