"""Lines that break and come back, with both drivers, in virtual time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from protoc.runtime.errors import TransportError
from protoc.runtime.events import MessageSeen, NotSent, PeerConnected, PeerDisconnected
from tests.runtime.lamp import PROTOCOL, AsyncLamp, Keys, Lamp, Level
from tests.runtime.test_drivers import LEVEL, Asyncio, Blocking, Scene

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")

Made = Callable[..., Scene]


@pytest.fixture(params=[Blocking, Asyncio])
def make(request: pytest.FixtureRequest) -> Iterator[Made]:
    made: list[Scene] = []

    def scene(**settings: Any) -> Scene:
        made.append(Scene(request.param, **settings))
        return made[-1]

    yield scene
    for each in made:
        each.runner.close()
        assert not each.near.is_open


def away(scene: Scene, since: float, until: float) -> None:
    """The device is gone for a while: connections break, new ones are refused."""

    def go() -> None:
        scene.device.drop(0, "Connection reset by peer")
        scene.world.call_later(0.02, scene.device.close)

    scene.world.call_at(since, go)
    scene.world.call_at(until, lambda: scene.device.start(lambda file, mask: None))


def test_a_line_that_broke_is_opened_again(make: Made) -> None:
    scene = make(reconnect=1.0, reconnect_longest=4.0)
    scene.runner.open()
    away(scene, 1.0, 1.5)
    scene.runner.run(4)
    assert len(scene.of(PeerConnected)) == 2
    assert scene.call().reply == Level(channel=1, level=40)


def test_each_attempt_waits_twice_as_long_up_to_a_limit(make: Made) -> None:
    scene = make(reconnect=1.0, reconnect_longest=4.0)
    scene.runner.open()
    tried: list[int] = []
    start = scene.near._start

    def starting() -> None:
        tried.append(round(scene.world.time()))
        start()

    scene.near._start = starting  # type: ignore[method-assign]
    away(scene, 1.0, 20.0)
    scene.runner.run(30)
    assert tried == [2, 4, 8, 12, 16, 20]
    assert len(scene.of(PeerConnected)) == 2


def test_meanwhile_calls_fail_at_once_and_afterwards_they_work(make: Made) -> None:
    scene = make(reconnect=1.0)
    scene.runner.open()
    away(scene, 1.0, 1.5)
    scene.runner.run(1.2)
    now = scene.world.time()
    with pytest.raises(TransportError):
        scene.call()
    assert scene.world.time() == now
    scene.world.call_at(3, lambda: None)
    scene.runner.run(1.5)
    assert scene.call().status == "ok"


def test_what_is_queued_when_a_line_breaks_is_reported(make: Made) -> None:
    scene = make(reconnect=1.0)
    scene.runner.open()
    scene.answer = lambda data: scene.device.drop(0, "unplugged")
    with pytest.raises(TransportError, match="unplugged"):
        scene.call().result()
    told = [event.reason for event in scene.of(PeerDisconnected)]  # type: ignore[union-attr]
    assert told == ["unplugged"]


def test_a_line_that_never_opened_is_told_at_once(make: Made) -> None:
    scene = make(reconnect=1.0)
    scene.device.close()
    with pytest.raises(TransportError, match="Connection refused"):
        scene.runner.open()
    assert scene.world.time() < 0.1


def test_closing_ends_the_attempts(make: Made) -> None:
    scene = make(reconnect=1.0)
    scene.runner.open()
    away(scene, 1.0, 100.0)
    scene.runner.run(5)
    scene.runner.close()
    scene.world.select(50)
    assert len(scene.of(PeerConnected)) == 1


def test_without_the_setting_the_end_of_the_line_is_the_end(make: Made) -> None:
    scene = make()
    scene.runner.open()
    away(scene, 1.0, 1.5)
    with pytest.raises(TransportError, match="reset"):
        scene.runner.run(4)


# --- connections that are not used ---


def test_an_unused_line_is_closed_and_opened_when_it_is_needed(make: Made) -> None:
    scene = make(idle_close=5.0, timers=False)
    scene.runner.open()
    assert scene.call().status == "ok"
    scene.runner.run(6)
    assert scene.hung_up
    assert not scene.near.is_open
    assert scene.call().reply == Level(channel=1, level=40)
    assert len(scene.of(PeerConnected)) == 2


def test_a_line_in_use_stays_open(make: Made) -> None:
    scene = make(idle_close=5.0, timers=False)
    scene.runner.open()
    for second in range(1, 20, 4):
        scene.say(second, b"*1\n")
    scene.runner.run(20)
    assert len(scene.of(PeerConnected)) == 1
    scene.runner.run(5)
    assert scene.hung_up


def test_an_unused_line_that_cannot_be_opened_again_fails_the_call(make: Made) -> None:
    scene = make(idle_close=5.0, timers=False)
    scene.runner.open()
    scene.runner.run(6)
    scene.device.close()
    with pytest.raises(TransportError, match="refused"):
        scene.call().result()
    assert [event.name for event in scene.of(NotSent)] == [LEVEL.name]  # type: ignore[union-attr]
    scene.device.start(lambda file, mask: None)
    assert scene.call().status == "ok"


# --- over real sockets and pseudo-terminals ---


@contextlib.contextmanager
def plugged(path: Path) -> Iterator[int]:
    """A port under a name of its own, as an adapter that is plugged in."""
    far, near = os.openpty()
    tty.setraw(near)
    path.symlink_to(os.ttyname(near))
    try:
        yield far
    finally:
        path.unlink()
        os.close(far)
        os.close(near)


LAMP_AGAIN = msgspec.structs.replace(
    PROTOCOL,
    links=tuple(
        msgspec.structs.replace(link, reconnect=0.02, reconnect_longest=0.02, timeout=5.0)
        for link in PROTOCOL.links
    ),
    timers=(),
)


class PatientLamp(Lamp, protocol=LAMP_AGAIN):
    """A lamp whose line is opened again."""


def test_a_port_that_was_unplugged_works_when_it_is_back(tmp_path: Path) -> None:
    path = tmp_path / "ttyUSB0"
    with plugged(path):
        lamp = PatientLamp.open(f"serial://{path}")
    with lamp:
        events = iter(lamp.events(timeout=5))
        assert isinstance(next(events), PeerDisconnected)
        with plugged(path) as far:
            assert isinstance(next(events), PeerConnected)
            os.write(far, b"*4\n")
            found = next(event for event in events if isinstance(event, MessageSeen))
            assert found.message == Keys(pressed=4)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_that_was_away(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        lamp = PatientLamp.open(f"tcp://{host}:{port}")
        listener.accept()[0].close()
        with lamp:
            events = iter(lamp.events(timeout=5))
            assert [type(next(events)) for _ in range(2)] == [PeerDisconnected, PeerConnected]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_that_was_away_from_asyncio(host: str) -> None:
    async def main() -> list[type]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            device = AsyncPatientLamp(f"tcp://{host}:{port}")
            events = device.events(timeout=5)
            async with device:
                listener.accept()[0].close()
                return [type(await anext(events)) for _ in range(3)]

    assert asyncio.run(main()) == [PeerConnected, PeerDisconnected, PeerConnected]


class AsyncPatientLamp(AsyncLamp, protocol=LAMP_AGAIN):
    """The same for asyncio."""


# --- Ctrl-C ---

BLOCKING = """
import sys
from tests.runtime.lamp import Lamp
with Lamp.open(sys.argv[1]) as lamp:
    lamp.level()
"""
ASYNC = """
import asyncio, sys
from tests.runtime.lamp import AsyncLamp
async def main():
    async with AsyncLamp(sys.argv[1]) as lamp:
        await lamp.level()
asyncio.run(main())
"""


@pytest.mark.parametrize("program", [BLOCKING, ASYNC], ids=["blocking", "asyncio"])
def test_ctrl_c_while_an_answer_is_awaited_closes_the_line(program: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        url = "tcp://{}:{}".format(*listener.getsockname())
        command = [sys.executable, "-c", program, url]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            line, _ = listener.accept()
            with line:
                line.settimeout(30)
                assert line.recv(100) == b"?1\n"
                process.send_signal(signal.SIGINT)
                assert line.recv(100) == b""  # closed in order, before it would ask again
            _, told = process.communicate(timeout=30)
    assert told.rstrip().endswith("KeyboardInterrupt")
    assert process.returncode != 0
