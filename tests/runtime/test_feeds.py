"""What readers of events get when more is said than they take."""

from __future__ import annotations

import asyncio
import socket
from itertools import islice

import pytest

from tests.runtime.lamp import AsyncLamp, Keys, Lamp


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A feed that holds much less than everything that waits on the lines."""
    monkeypatch.setattr("protoc.runtime.drivers.feeds.LARGEST_FEED", 150)
    monkeypatch.setattr("protoc.runtime.drivers.feeds.CROWDED", 50)


def many_reports(url: str) -> list[socket.socket]:
    """Twenty that connect and say fifty things each before anybody listens."""
    host, port = url.removeprefix("tcp://").split(":")
    sockets = [socket.create_connection((host, int(port))) for _ in range(20)]
    for each in sockets:
        each.sendall(b"".join(Keys(pressed=n % 4).encode() for n in range(50)))
    return sockets


@pytest.mark.usefixtures("narrow")
def test_a_reader_gets_all_of_what_many_say_at_once() -> None:
    with Lamp.listen("tcp://127.0.0.1:0") as lamp:
        sockets = many_reports(lamp.url)
        messages = lamp.messages(timeout=5)
        assert (len(list(islice(messages, 1000))), messages.lost) == (1000, 0)
    for each in sockets:
        each.close()


@pytest.mark.usefixtures("narrow")
def test_a_reader_gets_all_of_what_many_say_at_once_in_asyncio() -> None:
    async def count() -> tuple[int, int]:
        async with AsyncLamp("tcp://127.0.0.1:0", listen=True) as lamp:
            sockets = many_reports(lamp.url)
            messages = lamp.messages(timeout=5)
            seen = [await anext(messages) for _ in range(1000)]
            for each in sockets:
                each.close()
            return len(seen), messages.lost

    assert asyncio.run(count()) == (1000, 0)


def test_what_is_there_already_is_had_without_waiting() -> None:
    """Though the first of those who are heard has not said enough."""
    with Lamp.listen("tcp://127.0.0.1:0") as lamp:
        host, port = lamp.url.removeprefix("tcp://").split(":")
        sockets = [socket.create_connection((host, int(port))) for _ in range(3)]
        lamp.run(0.0)  # lets them in
        for each, data in zip(sockets, (b"*1", b"*2\n", b"*3\n"), strict=True):
            each.sendall(data)
        heard = [event.message for event in lamp.messages(timeout=0.0)]
        assert heard == [Keys(pressed=2), Keys(pressed=3)]
    for each in sockets:
        each.close()


def test_a_feed_that_nobody_reads_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protoc.runtime.drivers.feeds.LARGEST_FEED", 3)
    with Lamp.simulate(params={"level": 40}) as sim, Lamp.open(sim.url) as lamp:
        messages = lamp.messages(timeout=0.05)
        for _ in range(5):
            lamp.level()
        assert (messages.pending, messages.lost) == (3, 2)


def test_what_nobody_reads_is_not_made() -> None:
    """Events of messages, changes, triggers and actions: only while somebody holds a feed."""
    with Lamp.simulate(params={"level": 40}) as sim, Lamp.open(sim.url) as lamp:
        assert not lamp.session.watched
        lamp.level()
        messages, changes = lamp.messages(timeout=0), lamp.changes(timeout=0)
        assert lamp.session.watched
        lamp.level()
        assert [type(event.message).__name__ for event in messages] == ["Level"]
        del messages
        assert lamp.session.watched
        del changes
        assert not lamp.session.watched
