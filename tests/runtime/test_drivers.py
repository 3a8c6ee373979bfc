"""One body for both drivers, in virtual time: what a caller sees when the device misbehaves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, Protocol

import msgspec
import pytest

from protoc.runtime.actions import Execute
from protoc.runtime.drivers import aio, blocking
from protoc.runtime.errors import LocalError, Refused, Timeout, TransportError
from protoc.runtime.events import (
    AttemptFailed,
    Event,
    GarbageSeen,
    MessageSeen,
    PeerConnected,
    PeerDisconnected,
)
from protoc.runtime.messages import Message
from protoc.runtime.protocol import Protocol as Description
from protoc.runtime.session import Session, Ticket
from protoc.runtime.transports.base import READ, Closed, Opened, Received, Signal, Watch
from protoc.runtime.transports.memory import MemoryEndpoint, World
from tests.runtime.lamp import PROTOCOL, Keys, Level

Answer = Callable[[bytes], bytes | None]
LEVEL = Execute("pair", "level")


class Runner(Protocol):
    """Either driver, seen as blocking."""

    events: list[Event]

    @property
    def driver(self) -> blocking.Driver | aio.Driver: ...
    def open(self, timeout: float = 10.0) -> None: ...
    def call(
        self, target: Execute, fields: Mapping[str, Any], timeout: float | None = None
    ) -> Ticket: ...
    def run(self, seconds: float | None = None) -> None: ...
    def close(self) -> None: ...


class Blocking:
    def __init__(self, world: World, session: Session, endpoint: MemoryEndpoint) -> None:
        self.events: list[Event] = []
        self.driver = blocking.Driver(
            session, endpoint, on_event=self.events.append, selector=world, clock=world.time
        )
        self.open = self.driver.open
        self.call = self.driver.call
        self.run = self.driver.run
        self.close = self.driver.close


class Asyncio:
    def __init__(self, world: World, session: Session, endpoint: MemoryEndpoint) -> None:
        self.events: list[Event] = []
        self.driver = aio.Driver(session, endpoint, on_event=self.events.append)
        self.loop = world.loop()

    def wait(self, awaitable: Awaitable[Any]) -> Any:
        return self.loop.run_until_complete(asyncio.ensure_future(awaitable, loop=self.loop))

    def open(self, timeout: float = 10.0) -> None:
        self.wait(self.driver.open(timeout))

    def call(
        self, target: Execute, fields: Mapping[str, Any], timeout: float | None = None
    ) -> Ticket:
        ticket: Ticket = self.wait(self.driver.call(target, fields, timeout))
        return ticket

    def run(self, seconds: float | None = None) -> None:
        self.wait(self.driver.run(seconds))

    def close(self) -> None:
        if not self.loop.is_closed():
            self.wait(self.driver.close())
            self.loop.close()


class Scene:
    """A lamp at the far end of a memory line, played by a function, and a driver at this end."""

    def __init__(
        self,
        kind: type[Blocking | Asyncio],
        timers: bool = True,
        protocol: Description = PROTOCOL,
        **settings: Any,
    ) -> None:
        self.world = World()
        near, self.device = self.world.pair(latency=0.01)
        self.device.on_signal = self.hear
        self.device.start(lambda file, mask: None)
        self.heard = bytearray()
        self.hung_up = False
        self.answer: Answer = lambda data: b"=1,40\n"
        self.delay = 0.0
        self.near = near
        link = msgspec.structs.replace(protocol.links[1], **settings)
        if not timers:
            protocol = msgspec.structs.replace(protocol, timers=())
        self.runner: Runner = kind(self.world, Session(protocol, link=link), near)

    def hear(self, signal: Signal) -> None:
        if isinstance(signal, Received):
            self.heard += signal.data
            if (data := self.answer(signal.data)) is not None:
                self.world.call_later(self.delay, lambda: self.device.send(0, data))
        elif isinstance(signal, Closed):
            self.hung_up = True

    def say(self, when: float, data: bytes) -> None:
        self.world.call_at(when, lambda: self.device.send(0, data))

    def call(self, timeout: float | None = None, **fields: int) -> Ticket:
        return self.runner.call(LEVEL, fields, timeout)

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.runner.events if isinstance(event, kind)]


@pytest.fixture(params=[Blocking, Asyncio])
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    scene = Scene(request.param)
    yield scene
    scene.runner.close()
    assert not scene.near.is_open


def test_a_call_and_its_answer(scene: Scene) -> None:
    scene.runner.open()
    assert scene.call(channel=3).result() == Level(channel=1, level=40)
    assert scene.heard == b"?3\n"
    assert scene.world.time() == pytest.approx(0.03)  # connecting, there and back: not a bit more
    names = [event.message.NAME for event in scene.runner.events if isinstance(event, MessageSeen)]
    assert names == ["get_level", "level"]


def test_silence_ends_when_the_retries_are_used_up(scene: Scene) -> None:
    scene.runner.open()
    scene.answer = lambda data: None
    ticket = scene.call()
    with pytest.raises(Timeout, match="no answer after 3 attempts"):
        ticket.result()
    assert scene.heard == b"?1\n" * 3
    assert scene.world.time() == pytest.approx(0.01 + 3 * 0.5)
    assert [event.last for event in scene.of(AttemptFailed)] == [False, False, True]  # type: ignore[union-attr]
    scene.answer = lambda data: b"=1,41\n"
    assert scene.call().reply == Level(channel=1, level=41)


def test_half_an_answer_is_no_answer(scene: Scene) -> None:
    scene.runner.open()
    scene.answer = lambda data: b"=1,4"
    assert scene.call().status == "timeout"
    assert scene.world.time() == pytest.approx(0.01 + 3 * 0.5)


def test_an_answer_in_pieces(scene: Scene) -> None:
    scene.runner.open()
    scene.answer = lambda data: None
    for index, byte in enumerate(b"=1,40\n"):
        scene.say(0.1 + index / 100, bytes([byte]))
    assert scene.call().reply == Level(channel=1, level=40)


def test_a_refusal(scene: Scene) -> None:
    scene.runner.open()
    scene.answer = lambda data: b"!7\n"
    with pytest.raises(Refused):
        scene.call().result()
    assert scene.heard == b"?1\n"


def test_the_device_closes_in_the_middle(scene: Scene) -> None:
    scene.runner.open()
    scene.answer = lambda data: scene.device.drop(0)
    with pytest.raises(TransportError):
        scene.call().result()
    assert scene.world.time() < 0.1
    with pytest.raises(TransportError, match="closed"):
        scene.call()


def test_a_reset_is_told_in_its_own_words(scene: Scene) -> None:
    scene.runner.open()
    scene.answer = lambda data: scene.device.drop(0, "Connection reset by peer")
    with pytest.raises(TransportError, match="Connection reset by peer"):
        scene.call().result()
    with pytest.raises(TransportError, match="Connection reset by peer"):
        scene.call()
    assert [event.reason for event in scene.of(PeerDisconnected)] == ["Connection reset by peer"]  # type: ignore[union-attr]


def test_a_callers_own_limit_holds_and_ends_the_command(scene: Scene) -> None:
    scene.runner.open()
    scene.answer = lambda data: None
    with pytest.raises(TimeoutError):
        scene.call(timeout=0.2)
    assert scene.world.time() == pytest.approx(0.21)
    scene.say(0.3, b"=1,7\n")  # late: nobody waits for it any more
    scene.runner.run(0.2)
    scene.answer = lambda data: b"=1,8\n"
    assert scene.call().reply == Level(channel=1, level=8)
    assert scene.heard == b"?1\n" * 2  # it was not sent again


def test_nobody_there(scene: Scene) -> None:
    scene.device.close()
    with pytest.raises(TransportError, match="cannot open memory:controller: Connection refused"):
        scene.runner.open()
    with pytest.raises(TransportError, match="Connection refused"):
        scene.call()


def test_a_connection_that_never_comes(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene.near, "_connect", lambda: None)
    with pytest.raises(TransportError, match="no answer within 2 s"):
        scene.runner.open(2.0)
    assert scene.world.time() == pytest.approx(2.0)
    assert not scene.near.is_open


def test_timers_and_events_run(scene: Scene) -> None:
    scene.runner.open()
    scene.say(1.5, b"*3\n")
    scene.say(1.6, b"~~~")
    scene.runner.run(3.5)
    assert scene.world.time() == pytest.approx(3.51)
    assert scene.heard == b"?1\n" * 3
    received = [each.message for each in scene.runner.events if isinstance(each, MessageSeen)]
    assert received.count(Keys(pressed=3)) == 1
    assert [each.data for each in scene.of(GarbageSeen)] == [b"~~~"]  # type: ignore[union-attr]


def test_run_ends_with_the_line(scene: Scene) -> None:
    scene.runner.open()
    scene.world.call_at(0.5, lambda: scene.device.drop(0))
    scene.runner.run(10)
    assert scene.world.time() == pytest.approx(0.51)


def test_run_says_why_the_line_broke(scene: Scene) -> None:
    scene.runner.open()
    scene.world.call_at(0.5, lambda: scene.device.drop(0, "the port is gone"))
    with pytest.raises(TransportError, match="the port is gone"):
        scene.runner.run(10)


def test_closing_tells_both_sides(scene: Scene) -> None:
    scene.runner.open()
    assert [event.peer for event in scene.of(PeerConnected)] == ["memory:device"]  # type: ignore[union-attr]
    scene.runner.close()
    scene.world.select(1)
    assert scene.hung_up
    assert len(scene.of(PeerDisconnected)) == 1


def test_no_such_target(scene: Scene) -> None:
    scene.runner.open()
    with pytest.raises(LocalError, match="brightness"):
        scene.runner.call(Execute("pair", "brightness"), {})
    assert scene.call().status == "ok"


def test_actions_close_and_open_the_line(scene: Scene) -> None:
    scene.runner.open()
    scene.runner.call(Execute("trigger", "again"), {})
    scene.runner.run(0.1)
    assert len(scene.of(PeerDisconnected)) == 1
    assert len(scene.of(PeerConnected)) == 2
    assert scene.call().status == "ok"
    scene.runner.call(Execute("trigger", "bye"), {})
    with pytest.raises(TransportError, match="closed"):
        scene.call()


# --- several at once: a server in memory ---


@pytest.fixture(params=[Blocking, Asyncio])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[World, MemoryEndpoint, Runner]]:
    world = World()
    listener = world.listener()
    runner: Runner = request.param(world, Session(PROTOCOL, link="net"), listener)
    runner.open()
    yield world, listener, runner
    runner.close()


def test_many_peers_are_told_apart(server: tuple[World, MemoryEndpoint, Runner]) -> None:
    world, listener, runner = server
    for number in range(3):
        client = world.connect(listener)
        client.on_signal = lambda signal: None
        client.start(lambda file, mask: None)
        world.call_at(1 + number, lambda c=client, n=number: c.send(0, b"*%d\n" % n))  # type: ignore[misc]
    runner.run(5)
    seen = [(e.connection, e.message) for e in runner.events if isinstance(e, MessageSeen)]
    expected: list[tuple[int, Message]] = [(n, Keys(pressed=n)) for n in range(3)]
    assert [each for each in seen if isinstance(each[1], Keys)] == expected
    assert len([event for event in runner.events if isinstance(event, PeerConnected)]) == 3


# --- several files of one endpoint ---


class TwoFiles(MemoryEndpoint):
    """Reading one file closes the other, which was as ready."""

    def __init__(self, world: World) -> None:
        super().__init__(world, "memory:two")
        self.files = [world.new_file() for _ in range(2)]
        self.read: list[int] = []

    def start(self, watch: Watch) -> None:
        self.seen = watch
        for file in self.files:
            watch(file, READ)
        self.signals.append(Opened(0, "peer"))

    def ready(self, file: int, mask: int) -> None:
        self.read.append(file)
        self.files.remove(file)
        for other in self.files:
            self.seen(other, 0)


def test_a_file_that_was_closed_meanwhile_is_not_read() -> None:
    world = World()
    endpoint = TwoFiles(world)
    runner = Blocking(world, Session(PROTOCOL, link="net"), endpoint)
    runner.open()
    for file in endpoint.files:
        world.set_ready(file)
    world.call_later(0.1, lambda: None)
    runner.driver.pump(lambda: False, 0.2)
    assert len(endpoint.read) == 1
    runner.close()
