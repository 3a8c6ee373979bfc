"""Answers that come at once, and what looking for them costs everybody else."""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import closing
from itertools import pairwise
from typing import Self

import pytest

from protoc.runtime.drivers import waiting
from protoc.runtime.drivers.looking import LONGEST, MOST, Looking
from protoc.runtime.protocol import Serial
from protoc.runtime.transports.bundle import Bundle
from protoc.runtime.transports.serial import SerialPort
from protoc.runtime.transports.tcp import TcpClient
from tests.runtime.lamp import Lamp
from tests.runtime.test_drivers import Asyncio, Scene


class Clock:
    """Goes on by so many seconds each time it is asked."""

    def __init__(self, step: float) -> None:
        self.now = 0.0
        self.step = step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def test_what_comes_at_once_is_found() -> None:
    looking = Looking(Clock(LONGEST / 8))
    results = iter([0, 0, 7, 0, 8])
    assert [looking(lambda: next(results)) for _ in range(2)] == [7, 8]


def test_where_it_was_in_vain_it_is_left_out_longer_each_time() -> None:
    looking, looks = Looking(Clock(LONGEST / 2)), list[int]()
    for turn in range(3000):
        assert looking(lambda turn=turn: looks.append(turn)) is None  # type: ignore[misc]
    turns = sorted(set(looks))
    left_out = [later - turn - 1 for turn, later in pairwise(turns)]
    assert left_out == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, MOST]


def test_what_is_found_halves_that() -> None:
    looking = Looking(Clock(LONGEST / 2))

    def found(times: int) -> list[bool]:
        return [bool(looking(lambda: True)) for _ in range(times)]

    for _ in range(6):  # in vain and left out in turns, the last time in vain: 4 are left out …
        looking(lambda: False)
    assert found(5) == [False] * 4 + [True]
    looking(lambda: False)  # … and 8 would be this time
    assert found(5) == [False] * 4 + [True]


def test_a_slow_line_is_seldom_looked_at() -> None:
    scene = Scene(Asyncio)
    scene.runner.open()
    looked: list[float] = []
    scene.near.prompt = True
    scene.near.look = lambda: looked.append(scene.world.time())  # type: ignore[method-assign]
    with closing(scene.runner):
        for _ in range(20):
            assert scene.call().status == "ok"
    assert len(set(looked)) == 4


class Silence:
    """A `poll` where nothing is ever ready; remembers how long it was to wait, in milliseconds."""

    def __init__(self) -> None:
        self.waits: list[float | None] = []

    def poll(self, limit: float | None) -> list[tuple[int, int]]:
        self.waits.append(limit)
        return []


@pytest.mark.skipif(sys.platform != "linux", reason="others have no poll")
def test_the_blocking_driver_looks_before_it_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    silence = Silence()
    monkeypatch.setattr("select.poll", lambda: silence)
    waits = waiting.waiter(many=False)
    assert waits.wait(0.5, soon=True) == []
    assert silence.waits[-1] == 500
    assert set(silence.waits[:-1]) == {0}
    silence.waits.clear()
    waits.wait(0.5, soon=True)
    waits.wait(0.25)
    assert silence.waits == [500, 250]


class Turns:
    """Counts how often others have their turn."""

    def __init__(self) -> None:
        self.count = 0

    async def __aenter__(self) -> Self:
        self._task = asyncio.ensure_future(self._run())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    async def _run(self) -> None:
        while True:
            self.count += 1
            await asyncio.sleep(0)


def test_others_have_their_turn_while_calls_follow_each_other() -> None:
    async def main() -> int:
        async with Lamp.connect(sim.url) as lamp, Turns() as turns:
            loop = asyncio.get_running_loop()
            end = loop.time() + 0.1
            while loop.time() < end:
                await lamp.level()
            return turns.count

    with Lamp.simulate(params={"level": 40}) as sim:
        assert asyncio.run(main()) >= 10


def test_an_answer_that_is_there_is_had_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The device answers while the command is being sent: nobody has a turn in between."""
    send, far = TcpClient.send, list[socket.socket]()

    def answered(endpoint: TcpClient, connection: int, data: bytes) -> None:
        send(endpoint, connection, data)
        far[0].sendall(b"=1,40\n")

    async def main() -> list[int]:
        async with Lamp.connect(url) as lamp, Turns() as turns:
            far.append(listener.accept()[0])
            counts: list[int] = []
            for _ in range(20):
                before = turns.count
                await lamp.level()
                counts.append(turns.count - before)
            far[0].close()
            return counts

    monkeypatch.setattr(TcpClient, "send", answered)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = "tcp://{}:{}".format(*listener.getsockname())
        assert 0 in asyncio.run(main())


def test_a_serial_line_is_not_looked_at_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its answer takes longer than to be woken, and the system cannot hand on what it looks for."""
    soon: list[bool] = []
    wait = waiting.PollWaiter.wait

    def noted(
        self: waiting.PollWaiter, seconds: float | None, *, soon: bool = False
    ) -> list[tuple[int, int]]:
        asked.append(soon)
        return wait(self, seconds, soon=soon)

    asked = soon
    monkeypatch.setattr(waiting.PollWaiter, "wait", noted)
    with Lamp.simulate("pty:", params={"level": 40}) as sim, Lamp.open(sim.url) as lamp:
        soon.clear()
        lamp.level()
        assert soon
        assert not any(soon)


def test_where_a_serial_line_is_among_others_none_is() -> None:
    network, port = TcpClient("tcp://a:1", "a", 1), SerialPort("serial:///a", "/a", Serial())
    assert Bundle([network]).prompt
    assert not Bundle([network, port]).prompt
