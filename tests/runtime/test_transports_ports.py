"""Serial ports that are changed, counted and emptied while they are open."""

from __future__ import annotations

import os
import selectors
import time
import tty
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from protoc.runtime import TransportError
from protoc.runtime.protocol import Serial
from protoc.runtime.transports.base import Closed, Port, Received
from protoc.runtime.transports.serial import SerialPort, open_url
from protoc.runtime.transports.threaded import ThreadedPort


class Far:
    """The other side of a pseudo-terminal."""

    def __init__(self) -> None:
        self.file, self._near = os.openpty()
        tty.setraw(self._near)
        os.set_blocking(self.file, False)
        self.path = os.ttyname(self._near)
        self.watched = -1  # the file of the port on this side

    def watch(self, file: int, mask: int) -> None:
        self.watched = file

    def leave(self) -> None:
        for file in (self.file, self._near):
            os.close(file)
        self.file = -1


def came(port: Port) -> bytes:
    return b"".join(each.data for each in port.signals if isinstance(each, Received))


@pytest.fixture
def far() -> Iterator[Far]:
    far = Far()
    yield far
    if far.file >= 0:
        far.leave()


@pytest.fixture
def port(far: Far) -> Iterator[SerialPort]:
    port = SerialPort(far.path, far.path, Serial())
    port.start(far.watch)
    port.signals.clear()
    yield port
    port.close()


def until(done: Callable[[], object]) -> None:
    limit = time.monotonic() + 5
    while not done():
        assert time.monotonic() < limit


def seen(port: Port) -> bool:
    port.look()
    return bool(port.signals)


def test_what_is_there_can_be_looked_at(far: Far, port: SerialPort) -> None:
    port.look()
    assert not port.signals
    os.write(far.file, b"abc")
    until(lambda: seen(port))
    assert port.signals.popleft() == Received(0, b"abc")


def test_readiness_that_is_told_after_a_look_means_nothing(far: Far, port: SerialPort) -> None:
    os.write(far.file, b"abc")
    until(lambda: seen(port))
    port.ready(far.watched, selectors.EVENT_READ)
    assert list(port.signals) == [Received(0, b"abc")]
    assert port.is_open


def test_a_port_that_is_gone_says_so(far: Far, port: SerialPort) -> None:
    far.leave()
    port.look()
    port.ready(far.watched, selectors.EVENT_READ)
    assert list(port.signals) == [Closed(0, "the port is gone")]
    assert port.undelivered == 0
    port.look()
    port.discard()


def test_what_waits_can_be_forgotten(far: Far, port: SerialPort) -> None:
    port.send(0, bytes(500_000))
    assert port.unsent > 0
    port.discard()
    assert port.unsent == 0


@pytest.mark.parametrize(
    "settings",
    [Serial(baudrate=115200), Serial(stopbits=2), Serial(bytesize=7, parity="E"), Serial(12345)],
    ids=str,
)
def test_an_open_port_is_changed(far: Far, port: SerialPort, settings: Serial) -> None:
    port.configure(settings)
    port.configure(Serial())
    port.send(0, b"as before")
    assert os.read(far.file, 100) == b"as before"


def test_a_port_that_cannot_be_changed_is_as_it_was(far: Far, port: SerialPort) -> None:
    with pytest.raises(TransportError, match="cannot be like that"):
        port.configure(Serial(baudrate=-1))
    port.send(0, b"as before")
    assert os.read(far.file, 100) == b"as before"


def test_a_port_behind_a_url() -> None:
    watched: list[int] = []
    port = ThreadedPort("loop://", partial(open_url, "loop://"), Serial())
    port.prepare()
    port.start(lambda file, mask: watched.append(file))
    port.signals.clear()
    try:
        port.configure(Serial(baudrate=115200))
        with pytest.raises(TransportError, match="cannot be like that"):
            port.configure(Serial(baudrate=2**32))
        port.send(0, b"round")
        until(lambda: seen(port) and came(port) == b"round")
        until(lambda: port.unsent == 0)
        port.discard()
        assert port.undelivered == 0
    finally:
        port.close()
