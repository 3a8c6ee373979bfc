"""Answers that come at once, and what looking for them costs everybody else."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing
from typing import Self

import pytest

from protoc.runtime.transports.tcp import TcpClient
from tests.runtime.lamp import Lamp
from tests.runtime.test_drivers import Asyncio, Blocking, Scene


@pytest.mark.parametrize("kind", [Blocking, Asyncio])
def test_where_it_was_in_vain_it_is_left_out_for_a_while(kind: type[Blocking | Asyncio]) -> None:
    scene = Scene(kind)
    scene.runner.open()
    looked: list[float] = []
    scene.near.look = lambda: looked.append(scene.world.time())  # type: ignore[method-assign]
    with closing(scene.runner):
        for _ in range(20):
            assert scene.call().status == "ok"
    assert len(set(looked)) == 1


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
