"""The world in which time jumps."""

import pytest

from protoc.runtime.transports.base import Closed, Failed, Opened, Received
from protoc.runtime.transports.memory import World


def nothing(file: int, mask: int) -> None:
    """Nobody watches."""


def test_time_passes_only_while_somebody_waits() -> None:
    world = World()
    seen: list[float] = []
    world.call_at(3, lambda: seen.append(world.time()))
    world.call_at(1, lambda: seen.append(world.time()))
    assert world.select(2) == []
    assert (seen, world.time()) == ([1], 2)
    assert world.select(0) == []
    assert world.time() == 2
    world.select(10)
    assert (seen, world.time()) == ([1, 3], 12)


def test_a_program_that_would_hang_fails() -> None:
    with pytest.raises(RuntimeError, match="nothing will ever happen"):
        World().select(None)


def test_time_passes_even_when_it_is_too_short_to_be_seen() -> None:
    world = World(now=1e9)
    world.select(1e-12)
    assert world.time() > 1e9


def test_bytes_take_their_time() -> None:
    world = World()
    near, far = world.pair(latency=0.5)
    arrived: list[object] = []
    near.on_signal = far.on_signal = lambda signal: arrived.append((world.time(), signal))
    far.start(nothing)
    near.start(nothing)
    world.select(1)
    near.send(0, b"hello")
    near.send(0, b"again")
    world.call_later(0.25, near.close)
    world.select(1)
    assert arrived == [
        (0.5, Opened(0, "memory:controller-0")),
        (0.5, Opened(0, "memory:device")),
        (1.5, Received(0, b"hello")),
        (1.5, Received(0, b"again")),
        (1.75, Closed(0)),
    ]


def test_nobody_listens() -> None:
    world = World()
    near, _ = world.pair()
    near.start(nothing)
    world.select(1)
    near.ready(0, 0)
    assert list(near.signals) == [Failed("Connection refused")]
    assert not near.is_open
