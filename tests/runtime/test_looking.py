"""Answers that come at once, and what looking for them costs everybody else."""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import closing
from typing import Self

import pytest

from protoc.runtime.drivers import waiting
from protoc.runtime.transports.tcp import TcpClient
from tests.runtime.lamp import Lamp
from tests.runtime.test_drivers import Asyncio, Scene


def test_where_it_was_in_vain_it_is_left_out_for_a_while() -> None:
    scene = Scene(Asyncio)
    scene.runner.open()
    looked: list[float] = []
    scene.near.look = lambda: looked.append(scene.world.time())  # type: ignore[method-assign]
    with closing(scene.runner):
        for _ in range(20):
            assert scene.call().status == "ok"
    assert len(set(looked)) == 1


class Silence:
    """A `poll` where nothing is ever ready; remembers how long it was to wait, in milliseconds."""

    def __init__(self) -> None:
        self.waits: list[float | None] = []

    def poll(self, limit: float | None) -> list[tuple[int, int]]:
        self.waits.append(limit)
        return []


@pytest.mark.skipif(sys.platform != "linux", reason="others have no poll")
def test_the_blocking_driver_does_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    silence = Silence()
    monkeypatch.setattr("select.poll", lambda: silence)
    waits = waiting.waiter(many=False)
    for _ in range(waiting.NOT_LOOKED + 2):
        assert waits.wait(0.5, soon=True) == []
    looks = [0.0] * waiting.LOOKS
    assert silence.waits == [*looks, *[500] * (waiting.NOT_LOOKED + 1), *looks, 500]
    silence.waits.clear()
    waits.wait(0.5)
    assert silence.waits == [500]


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
