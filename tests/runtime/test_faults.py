"""Devices that misbehave in every way, with both drivers, in virtual time.

Whatever happens: every call ends in time, nothing is sent twice or lost without an event that says
so, and afterwards everything works as before.
"""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protoc.runtime.drivers.coupling import FLUSH_TIMEOUT
from protoc.runtime.errors import Refused, Timeout, TransportError
from protoc.runtime.events import (
    AttemptFailed,
    Event,
    FrameIncomplete,
    FrameRejected,
    GarbageSeen,
    MessageSeen,
    NotSent,
    PeerConnected,
    PeerDisconnected,
)
from protoc.runtime.session import Session
from protoc.runtime.transports.memory import MemoryEndpoint, World
from tests.runtime.lamp import PROTOCOL, Keys, Level
from tests.runtime.test_drivers import LEVEL, Asyncio, Blocking, Runner, Scene

DRIVERS = (Blocking, Asyncio)

# An answer belongs to its request when it names the same channel.
STRICT = msgspec.structs.replace(
    PROTOCOL,
    timers=(),
    pairs=tuple(
        msgspec.structs.replace(pair, where=lambda x: x.reply.channel == x.request.channel)
        if pair.steps
        else pair
        for pair in PROTOCOL.pairs
    ),
)

TRY = 0.5  # seconds the lamp waits for an answer …
TRIES = 3  # … and how often it asks
ROUND_TRIP = 0.02


class Strict(Scene):
    """A lamp that is asked about channels; what it does is said for each command in turn.

    Attributes:
        behaviours: what it does next; when they are used up it answers.
    """

    def __init__(self, kind: type[Blocking | Asyncio], *behaviours: str) -> None:
        super().__init__(kind, protocol=STRICT, reconnect=0.2)
        self.behaviours = list(behaviours)
        self.answer = self.behave
        self.runner.open()

    def behave(self, command: bytes) -> None:
        channel = command[1:-1]
        good = b"=" + channel + b",40\n"
        match self.behaviours.pop(0) if self.behaviours else "answer":
            case "answer":
                self.send(good)
            case "half":
                self.send(good[:-2])
            case "in two":
                self.send(good[:3])
                self.send(good[3:], after=0.1)
            case "twice":
                self.send(good * 2)
            case "with events":
                self.send(b"*3\n" + good + b"*4\n")
            case "late":
                self.send(good, after=TRY + 0.1)
            case "very late":
                self.send(good, after=TRY * TRIES + 0.2)
            case "another's":
                self.send(b"=9" + good[1:])
            case "refuse":
                self.send(b"!7\n")
            case "garbage":
                self.send(b"~~=~\n")
            case "reset":
                self.device.drop(0, "Connection reset by peer")
            case silence:
                assert silence == "silence"

    def send(self, data: bytes, after: float = 0.0) -> None:
        self.world.call_later(after, lambda: self.device.send(0, data))

    def ask(self, channel: int) -> object:
        """One call: its answer, or what it raised. It must not take longer than it may."""
        begun = self.world.time()
        try:
            outcome: object = self.call(channel=channel).result()
        except (Timeout, Refused, TransportError) as error:
            outcome = error
        assert self.world.time() - begun <= TRY * TRIES + ROUND_TRIP
        return outcome

    def sent(self) -> int:
        seen = [event for event in self.runner.events if isinstance(event, MessageSeen)]
        return sum(event.direction == "sent" for event in seen)

    def said_again(self) -> int:
        """How many commands were sent once more, as the events say."""
        failed = [event for event in self.runner.events if isinstance(event, AttemptFailed)]
        return sum(not event.last for event in failed)


@pytest.fixture(params=DRIVERS)
def make(request: pytest.FixtureRequest) -> Iterator[Callable[..., Strict]]:
    made: list[Strict] = []

    def strict(*behaviours: str) -> Strict:
        made.append(Strict(request.param, *behaviours))
        return made[-1]

    yield strict
    for each in made:
        each.runner.close()
        assert not each.near.is_open


Make = Callable[..., Strict]

BEHAVIOURS = [
    "answer",
    "silence",
    "half",
    "in two",
    "twice",
    "with events",
    "late",
    "very late",
    "another's",
    "refuse",
    "garbage",
    "reset",
]


@pytest.mark.parametrize("kind", DRIVERS)
@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(BEHAVIOURS), max_size=12))
def test_whatever_it_does_each_call_ends_and_each_command_is_told(
    kind: type[Blocking | Asyncio], behaviours: list[str]
) -> None:
    scene = Strict(kind, *behaviours)
    with closing(scene.runner):
        for channel in range(10, 18):
            outcome = scene.ask(channel)
            if isinstance(outcome, Level):
                assert outcome.channel == channel
            if isinstance(outcome, TransportError):
                scene.runner.run(1.0)  # the line is opened again meanwhile
        assert scene.sent() == 8 - len(scene.of(NotSent)) + scene.said_again()
        commands = scene.heard.count(b"?")
        assert scene.sent() - len(scene.of(PeerDisconnected)) <= commands <= scene.sent()
        scene.behaviours.clear()
        scene.runner.run(3.0)
        assert scene.ask(5) == Level(channel=5, level=40)
    assert not scene.near.is_open


# --- one by one ---


def test_an_answer_with_events_around_it_in_one_read(make: Make) -> None:
    scene = make("with events")
    assert scene.ask(2) == Level(channel=2, level=40)
    received = [e.message for e in scene.runner.events if isinstance(e, MessageSeen)][1:]
    assert received == [Keys(pressed=3), Level(channel=2, level=40), Keys(pressed=4)]


def test_a_late_answer_answers_the_command_that_was_sent_again(make: Make) -> None:
    scene = make("late", "late")
    assert scene.ask(2) == Level(channel=2, level=40)
    assert scene.said_again() == 1
    # The answer to the second one is still on its way: it must not answer what is asked next.
    assert scene.ask(3) == Level(channel=3, level=40)
    assert scene.heard == b"?2\n?2\n?3\n"


def test_the_answer_to_the_previous_command_is_not_that_to_the_next(make: Make) -> None:
    scene = make("very late", "silence", "silence", "silence", "answer")
    assert isinstance(scene.ask(2), Timeout)
    assert scene.ask(3) == Level(channel=3, level=40)  # the old answer came while it waited
    assert scene.heard.count(b"?3\n") == 2


def test_half_a_frame_is_told_and_does_not_spoil_the_next_one(make: Make) -> None:
    scene = make("half", "answer")
    assert scene.ask(2) == Level(channel=2, level=40)
    told = [event.data for event in scene.runner.events if isinstance(event, FrameIncomplete)]
    assert told == [b"=2,4"]


def test_a_reset_in_the_middle_is_told_and_the_line_comes_back(make: Make) -> None:
    scene = make("reset")
    assert isinstance(scene.ask(2), TransportError)
    scene.runner.run(1.0)
    assert [len(scene.of(kind)) for kind in (PeerDisconnected, PeerConnected)] == [1, 2]
    assert scene.ask(2) == Level(channel=2, level=40)


def test_one_that_never_stops_talking_is_read_in_bounded_memory(make: Make) -> None:
    """A frame without end: what cannot become a message any more is told, and forgotten."""
    scene = make()
    total = 0
    tracemalloc.start()
    try:
        for _ in range(100):
            scene.send(b"=" + b"1" * 99_999)
            total += 100_000
            scene.runner.run(0.1)
            told = (GarbageSeen, FrameRejected)
            seen = sum(len(e.data) for e in scene.runner.events if isinstance(e, told))
            scene.runner.events.clear()
            total -= seen
            assert total <= 3 * 65536
        assert tracemalloc.get_traced_memory()[0] < 2_000_000
    finally:
        tracemalloc.stop()
    scene.send(b"\n")
    scene.runner.run(1.0)
    assert scene.ask(2) == Level(channel=2, level=40)


# --- those who connect ---


class Hub:
    """A server that any number of clients visit."""

    def __init__(self, kind: type[Blocking | Asyncio], **settings: Any) -> None:
        self.world = World()
        self.listener = self.world.listener()
        link = msgspec.structs.replace(STRICT.links[1], role="server", **settings)
        self.runner: Runner = kind(self.world, Session(STRICT, link=link), self.listener)
        self.runner.open()

    def visit(self) -> MemoryEndpoint:
        """Somebody connects."""
        client = self.world.connect(self.listener)
        client.on_signal = lambda signal: None
        client.start(lambda file, mask: None)
        return client

    def count(self, kind: type[Event]) -> int:
        return sum(isinstance(event, kind) for event in self.runner.events)


@pytest.fixture(params=DRIVERS)
def hub(request: pytest.FixtureRequest) -> Iterator[Callable[..., Hub]]:
    made: list[Hub] = []

    def listen(**settings: Any) -> Hub:
        made.append(Hub(request.param, **settings))
        return made[-1]

    yield listen
    for each in made:
        each.runner.close()
        assert not each.listener.is_open


def test_a_client_that_says_nothing_holds_nobody_up(hub: Callable[..., Hub]) -> None:
    server = hub(idle_close=5.0)
    silent, talking = server.visit(), server.visit()
    for second in range(1, 20, 2):
        server.world.call_at(second, lambda: talking.send(0, b"*1\n"))
    server.runner.run(20)
    gone = [e.connection for e in server.runner.events if isinstance(e, PeerDisconnected)]
    assert gone == [0]
    assert (silent.is_open, talking.is_open) == (False, True)
    assert server.count(MessageSeen) == 10


def test_one_of_two_that_is_asked_and_says_nothing(hub: Callable[..., Hub]) -> None:
    """Both are asked; the one that answers is enough."""
    server = hub()
    server.visit()
    talking = server.visit()
    server.world.call_at(0.1, lambda: talking.send(0, b"=2,40\n"))
    server.runner.run(0.01)
    assert server.runner.call(LEVEL, {"channel": 2}).reply == Level(channel=2, level=40)


def test_a_thousand_come_and_go_and_leave_nothing_behind(hub: Callable[..., Hub]) -> None:
    server = hub()

    def come_and_go(times: int) -> int:
        for _ in range(times):
            client = server.visit()
            server.world.call_later(0.1, lambda c=client: c.send(0, b"*1\n=1"))  # type: ignore[misc]
            server.world.call_later(0.2, client.close)
            server.runner.run(0.3)
        assert (server.count(PeerConnected), server.count(PeerDisconnected)) == (times, times)
        server.runner.events.clear()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = come_and_go(100)
        assert come_and_go(900) - before < 50_000
    finally:
        tracemalloc.stop()
    session = server.runner.driver.session
    assert session.idle
    assert session.next_deadline() is None


# --- the caller goes away ---


@pytest.mark.parametrize("when", [0.005, 0.015, 0.025, 0.6, 1.2])
def test_an_interrupt_withdraws_the_command_and_leaves_the_port_closed(when: float) -> None:
    """As Ctrl-C does: while connecting, while the command is on its way, between two attempts."""
    scene = Scene(Blocking, protocol=STRICT)
    if when > 0.1:
        scene.answer = lambda data: None

    def interrupt() -> None:
        raise KeyboardInterrupt

    def use() -> None:
        scene.runner.open()
        scene.call(channel=2)

    scene.world.call_at(when, interrupt)
    with closing(scene.runner):
        with pytest.raises(KeyboardInterrupt):
            use()
        if when > 0.01:
            scene.answer = lambda data: b"=4,40\n"
            assert scene.call(channel=4).reply == Level(channel=4, level=40)
            attempts = 1 + int((when - 0.01) / TRY)
            assert scene.heard == b"?2\n" * attempts + b"?4\n"
    assert not scene.near.is_open
    scene.world.select(1.0)
    assert scene.hung_up == (when > 0.01)


def test_half_an_answer_to_a_call_that_was_given_up_is_not_the_start_of_the_next(
    make: Make,
) -> None:
    scene = make("half", "answer")
    with pytest.raises(TimeoutError):
        scene.call(timeout=0.2, channel=2)
    assert scene.ask(3) == Level(channel=3, level=40)
    assert scene.heard == b"?2\n?3\n"


@pytest.mark.parametrize("when", [0.1, 0.6, 1.2])
def test_a_cancelled_call_is_withdrawn_and_those_behind_it_go_on(when: float) -> None:
    scene = Strict(Asyncio, "silence", *["silence"] * int(when / TRY))
    runner: Any = scene.runner

    async def main() -> tuple[bool, object]:
        one, two = (
            asyncio.ensure_future(runner.driver.call(LEVEL, {"channel": channel}))
            for channel in (2, 3)
        )
        await asyncio.sleep(when)
        one.cancel()
        return (await asyncio.wait([one]))[0] == {one}, (await two).reply

    with closing(scene.runner):
        begun = scene.world.time()
        assert runner.wait(main()) == (True, Level(channel=3, level=40))
        assert scene.world.time() == pytest.approx(begun + when + ROUND_TRIP)
        assert scene.heard == b"?2\n" * (1 + int(when / TRY)) + b"?3\n"


@pytest.mark.parametrize("when", [number / 200 for number in range(1, 34)])
def test_a_task_can_be_cancelled_wherever_it_waits(when: float) -> None:
    """Connecting, calling, waiting for an event, closing: each takes some of the time."""
    scene = Scene(Asyncio, protocol=STRICT)
    scene.answer = lambda data: b"=" + data[1:-1] + b",40\n"
    scene.say(0.15, b"*1\n")
    runner: Any = scene.runner

    async def story() -> None:
        try:
            await runner.driver.open()
            for channel in (2, 3, 4):
                await runner.driver.call(LEVEL, {"channel": channel})
            await runner.driver.until(lambda: len(scene.of(MessageSeen)) > 6)
        finally:
            await runner.driver.close()

    async def main() -> bool:
        task = asyncio.ensure_future(story())
        await asyncio.sleep(when)
        task.cancel()
        await asyncio.wait([task])
        await asyncio.sleep(1.0)
        return task.cancelled()

    with closing(scene.runner):
        assert runner.wait(main()) == (when < 0.16)
        assert not scene.near.is_open
    commands = [c for c in (b"?2\n", b"?3\n", b"?4\n") if c in scene.heard]
    assert scene.heard == b"".join(commands)
    assert scene.runner.driver.session.idle


@pytest.mark.parametrize("kind", DRIVERS)
def test_closing_waits_for_what_is_not_sent_yet_but_not_for_ever(
    kind: type[Blocking | Asyncio], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(kind, protocol=STRICT)
    scene.runner.open()
    begun = scene.world.time()
    monkeypatch.setattr(MemoryEndpoint, "unsent", 5)
    scene.runner.close()
    assert scene.world.time() - begun == pytest.approx(FLUSH_TIMEOUT)
    assert not scene.near.is_open


def test_closing_can_be_cancelled_and_is_done_then(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(Asyncio, protocol=STRICT)
    scene.runner.open()
    monkeypatch.setattr(MemoryEndpoint, "unsent", 5)
    runner: Any = scene.runner

    async def main() -> bool:
        task: asyncio.Task[None] = asyncio.ensure_future(runner.driver.close())
        await asyncio.sleep(FLUSH_TIMEOUT / 2)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    with closing(scene.runner):
        assert runner.wait(main())
        assert not scene.near.is_open
