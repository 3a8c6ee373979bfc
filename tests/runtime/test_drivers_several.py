"""Devices over several links at once: in memory and virtual time, and over real sockets."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from protoc.compiler.loading import load_module
from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source
from protoc.runtime import events
from protoc.runtime.actions import Execute
from protoc.runtime.drivers import aio, blocking
from protoc.runtime.errors import LocalError, TransportError
from protoc.runtime.protocol import Link
from protoc.runtime.session import Session
from protoc.runtime.transports.base import Closed, Opened, Received, Signal
from protoc.runtime.transports.bundle import Bundle
from protoc.runtime.transports.joint import Joint
from protoc.runtime.transports.memory import MemoryEndpoint, World
from protoc.runtime.transports.tcp import split_place
from tests.runtime.test_session_several import BENCH, protocol_of

MODULE = load_module(compile_source(Source("bench.proto", "protocol bench\n" + BENCH)))
PROTOCOL = MODULE.PROTOCOL


class Instrument:
    """What is at the other end of a link in memory: it answers what it is asked.

    Attributes:
        end: its end of the line.
        heard: what came, in order.
        answers: what it says to what.
    """

    def __init__(self, end: MemoryEndpoint, answers: dict[bytes, bytes]) -> None:
        self.end = end
        self.heard: list[bytes] = []
        self.answers = answers
        self.there = 0
        end.on_signal = self._take
        end.start(lambda file, mask: None)

    def _take(self, signal: Signal) -> None:
        if isinstance(signal, Opened):
            self.there += 1
        elif isinstance(signal, Closed):
            self.there -= 1
        elif isinstance(signal, Received):
            self.heard.append(signal.data)
            if signal.data in self.answers:
                self.end.send(signal.connection, self.answers[signal.data])


class Table:
    """A bench in memory: an instrument at each of its two links, and a driver in between."""

    def __init__(self, more: str = "", latency: float = 0.001, text: str = BENCH) -> None:
        self.protocol = protocol_of(f"protocol bench\n{text}{more}")
        self.world = World()
        near, far = zip(*(self.world.pair(latency) for _ in range(2)), strict=True)
        self.control = Instrument(far[0], {b"V?\n": b"V=2.5\n"})
        self.data = Instrument(far[1], {b"ARM 7\n": b"OK 1\n"})
        self.near: tuple[MemoryEndpoint, ...] = near
        self.events: list[events.Event] = []
        links = [link.name for link in self.protocol.links]
        self.session = Session(self.protocol, link=links)
        self.bundle = Bundle(near)

    def blocking(self) -> blocking.Driver:
        return blocking.Driver(
            self.session,
            self.bundle,
            on_event=self.events.append,
            selector=self.world,
            clock=self.world.time,
        )

    def aio(self) -> aio.Driver:
        return aio.Driver(self.session, self.bundle, on_event=self.events.append)

    def moved(self) -> list[tuple[str, str]]:
        """Who came and went on which link."""
        return [
            (type(each).__name__.removeprefix("Peer"), each.link)
            for each in self.events
            if isinstance(each, events.PeerConnected | events.PeerDisconnected)
        ]


def pair(name: str) -> Execute:
    return Execute("pair", name)


def test_each_link_is_opened_asked_and_closed() -> None:
    table = Table()
    driver = table.blocking()
    driver.open()
    assert table.moved() == [("Connected", "control"), ("Connected", "data")]
    assert driver.call(pair("get"), {}).status == "ok"
    assert driver.call(pair("arm"), {}).status == "ok"
    assert driver.call(Execute("group", "both"), {}).status == "ok"
    assert table.control.heard == [b"V?\n"] * 3
    assert table.data.heard == [b"ARM 7\n"] * 2
    driver.close()
    table.world.select(1.0)
    assert (table.control.there, table.data.there) == (0, 0)
    assert table.moved()[2:] == [("Disconnected", "control"), ("Disconnected", "data")]


def test_tasks_ask_both_links_at_the_same_time() -> None:
    table = Table(latency=0.1)
    loop = table.world.loop()

    async def main() -> None:
        driver = table.aio()
        await driver.open()
        begun = loop.time()
        tickets = await asyncio.gather(driver.call(pair("get"), {}), driver.call(pair("arm"), {}))
        assert [each.status for each in tickets] == ["ok", "ok"]
        assert loop.time() - begun == pytest.approx(0.2)  # not one after the other
        await driver.close()

    try:
        loop.run_until_complete(main())
    finally:
        loop.close()


def test_a_link_that_is_not_there_is_named() -> None:
    table = Table()
    table.data.end.close()
    driver = table.blocking()
    with pytest.raises(TransportError, match="cannot open memory:controller: Connection refused"):
        driver.open()
    table.world.select(1.0)
    assert (table.control.there, table.data.there) == (0, 0)


def test_one_link_breaks_while_the_other_goes_on() -> None:
    table = Table()
    driver = table.blocking()
    driver.open()
    table.data.answers.clear()
    table.world.call_later(0.5, lambda: table.data.end.drop(0, "reset"))
    ticket = driver.call(pair("arm"), {})
    assert isinstance(ticket.error, TransportError)
    assert driver.call(pair("get"), {}).status == "ok"
    assert isinstance(driver.call(pair("arm"), {}).error, TransportError)
    assert table.moved()[2:] == [("Disconnected", "data")]
    driver.close()


RECONNECTING = "framing { reconnect 1s, 8s }\ntimer every 1s do arm\ntimer every 1s do get\n"


def test_each_link_comes_back_by_itself() -> None:
    table = Table(RECONNECTING)
    driver = table.blocking()
    driver.open()
    table.world.call_later(2.5, lambda: table.data.end.drop(0, "reset"))
    driver.run(6.2)
    assert table.moved()[2:] == [("Disconnected", "data"), ("Connected", "data")]
    assert len(table.control.heard) == 6
    assert len(table.data.heard) == 6  # at 1, 2, then what waited at 3.5, 4, 5, 6
    driver.close()


def test_a_call_waits_for_its_link_when_it_is_time_to_open_it_again() -> None:
    table = Table(RECONNECTING)
    driver = table.blocking()
    driver.open()
    table.data.end.drop(0, "reset")
    driver.pump(lambda: len(table.moved()) == 3, 1.0)
    table.world.select(2.0)
    assert driver.call(pair("arm"), {}).status == "ok"
    driver.close()


def test_the_conversation_ends_with_its_last_link() -> None:
    table = Table()
    driver = table.blocking()
    driver.open()
    table.world.call_later(1.0, lambda: table.data.end.drop(0, "reset"))
    table.world.call_later(2.0, lambda: table.control.end.drop(0, "gone"))
    with pytest.raises(TransportError, match="gone"):
        driver.run()
    assert table.world.time() == pytest.approx(2.0, abs=0.1)
    driver.close()


def test_an_action_closes_and_opens_one_link() -> None:
    table = Table("on after alarm { close data; sleep 1s; open data }\n")
    driver = table.blocking()
    driver.open()
    table.control.end.send(0, b"!x\n")
    driver.run(3)
    assert table.moved()[2:] == [("Disconnected", "data"), ("Connected", "data")]
    assert driver.call(pair("arm"), {}).status == "ok"
    driver.close()


# --- spares ---

SPARE = """
link main  : tcp client :4001 { timeout 1s; retries 1; end LF; reconnect 1s, 8s }
link spare : tcp client :4002 { timeout 1s; retries 1; end LF; reconnect 1s, 8s; spare_of main }
command get "V?"
response got "V={volts:float}"
pair get = get -> got
"""


class Doubled(Table):
    """A device that is reached over two links."""

    def __init__(self, slow: float = 0.0) -> None:
        super().__init__(text=SPARE)
        self.data.answers = self.control.answers
        if slow:  # the spare takes so long to connect
            late, far = self.world.pair(slow)
            self.data = Instrument(far, self.control.answers)
            self.bundle = Bundle((self.near[0], late))


@pytest.mark.parametrize("missing", [0, 1])
def test_one_of_two_is_enough_to_open(missing: int) -> None:
    table = Doubled()
    absent = (table.control, table.data)[missing]
    absent.end.close()
    driver = table.blocking()
    driver.open()
    assert driver.call(pair("get"), {}).status == "ok"
    absent.end.start(lambda file, mask: None)
    driver.run(3)
    assert table.moved() == [
        ("Connected", ("spare", "main")[missing]),
        ("Connected", ("main", "spare")[missing]),
    ]
    driver.close()


@pytest.mark.parametrize("asynchronous", [False, True])
def test_one_that_is_not_needed_is_not_waited_for_long(asynchronous: bool) -> None:
    table = Doubled(slow=5.0)
    if asynchronous:
        loop = table.world.loop()
        loop.run_until_complete(table.aio().open())
        loop.close()
    else:
        table.blocking().open()
    assert table.world.time() == pytest.approx(1.0, abs=0.1)
    assert table.moved() == [("Connected", "main")]


def test_and_none_of_two_is_not() -> None:
    table = Doubled()
    table.control.end.close()
    table.data.end.close()
    driver = table.blocking()
    with pytest.raises(TransportError, match="cannot open memory:controller: Connection refused"):
        driver.open()


def test_the_same_for_asyncio_in_memory() -> None:
    table = Doubled()
    table.control.end.close()
    loop = table.world.loop()

    async def main() -> None:
        driver = table.aio()
        await driver.open()
        assert (await driver.call(pair("get"), {})).status == "ok"
        await driver.close()

    try:
        loop.run_until_complete(main())
    finally:
        loop.close()


def test_calls_go_over_the_spare_when_the_link_is_silent() -> None:
    table = Doubled()
    driver = table.blocking()
    driver.open()
    table.control.answers = {}
    assert driver.call(pair("get"), {}).status == "timeout"
    assert driver.call(pair("get"), {}).status == "ok"
    assert [type(each) for each in table.events].count(events.Diverted) == 1
    driver.close()


# --- a line that several links share ---


class Party(Table):
    """A bench whose links lead to the same place: one instrument, one line."""

    def __init__(self, more: str = "") -> None:
        super().__init__(more)
        line, far = self.world.pair(0.001)
        answers = self.control.answers | self.data.answers
        self.control = self.data = Instrument(far, answers)
        self.line = line
        links: list[Link] = [
            msgspec.structs.replace(link, queue="control" if number else "")
            for number, link in enumerate(self.protocol.links)
        ]
        self.session = Session(self.protocol, link=links)
        self.bundle = Bundle(Joint(line, 2).ends)


def test_two_links_on_one_line_take_turns() -> None:
    table = Party()
    driver = table.blocking()
    driver.open()
    assert table.control.there == 1
    assert driver.call(Execute("group", "both"), {}).status == "ok"
    assert table.control.heard == [b"V?\n", b"ARM 7\n", b"V?\n"]
    found = [(e.link, e.message.NAME) for e in table.events if isinstance(e, events.MessageSeen)]
    assert found[1] == ("control", "got")
    assert found[3] == ("data", "armed")
    driver.close()
    table.world.select(1.0)
    assert table.control.there == 0


def test_a_shared_line_is_there_until_the_last_has_closed_it() -> None:
    table = Party("on after alarm { close data; sleep 1s; open data }\n")
    driver = table.blocking()
    driver.open()
    table.control.end.send(0, b"!x\n")
    driver.run(0.5)
    assert table.moved()[2:] == [("Disconnected", "data")]
    assert table.control.there == 1
    assert driver.call(pair("get"), {}).status == "ok"
    driver.run(1)
    assert table.moved()[3:] == [("Connected", "data")]
    assert driver.call(pair("arm"), {}).status == "ok"
    driver.close()


def test_a_shared_line_breaks_and_comes_back_for_all() -> None:
    table = Party(RECONNECTING)
    driver = table.blocking()
    driver.open()
    table.world.call_later(2.5, lambda: table.control.end.drop(0, "reset"))
    driver.run(6.2)
    assert [what for what, _ in table.moved()[2:]] == ["Disconnected"] * 2 + ["Connected"] * 2
    assert table.control.there == 1
    assert table.control.heard.count(b"ARM 7\n") == table.control.heard.count(b"V?\n") == 6
    driver.close()


# --- over real sockets ---


def test_links_to_the_same_place_share_a_socket() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        served: list[bytes] = []

        def serve() -> None:
            line, _ = server.accept()
            with line, line.makefile("rwb", buffering=0) as file:
                for asked in file:
                    served.append(asked)
                    file.write(b"V=4.5\n" if asked == b"V?\n" else b"OK 9\n")

        thread = threading.Thread(target=serve)
        thread.start()
        with MODULE.Bench.open(control=url, data=url) as bench:
            assert (bench.get().volts, bench.arm().count) == (4.5, 9)
        thread.join()
        assert served == [b"V?\n", b"ARM 7\n"]


def test_a_device_and_its_simulator() -> None:
    with MODULE.Bench.simulate(control="tcp://127.0.0.1:0", data="pty:") as simulator:
        simulator.set("volts", 3.5)
        assert list(simulator.urls) == ["control", "data"]
        with MODULE.Bench.open(simulator.urls) as bench:
            assert bench.get().volts == 3.5
            assert bench.arm().count == 0
            assert bench.urls["control"].startswith("tcp://127.0.0.1:")


def test_the_same_for_asyncio() -> None:
    async def main(urls: dict[str, str]) -> None:
        async with MODULE.Bench.connect(urls) as bench:
            got, armed = await asyncio.gather(bench.get(), bench.arm())
            assert (got.volts, armed.count) == (1.25, 0)

    with MODULE.Bench.simulate(data="tcp://127.0.0.1:0", control="udp://127.0.0.1:0") as simulator:
        simulator.set("volts", 1.25)
        asyncio.run(main(simulator.urls))


def test_what_comes_on_both_at_once_is_not_mixed_up() -> None:
    places = {"control": "tcp://127.0.0.1:0", "data": "tcp://127.0.0.1:0"}
    samples = [MODULE.Sample(number=number) for number in range(200)]
    with MODULE.Bench.simulate(places) as simulator, MODULE.Bench.open(simulator.urls) as bench:

        def tell() -> None:
            for sample in samples:
                simulator.send(sample)

        bench.arm()  # it has an answer: so the simulator knows of the connection
        feed = bench.messages(timeout=5)
        teller = threading.Thread(target=tell)
        teller.start()
        for _ in range(50):
            bench.get()
        messages = (event.message for event in feed)
        seen = (each for each in messages if isinstance(each, MODULE.Sample))
        assert [next(seen) for _ in samples] == samples
        teller.join()


Open = Callable[..., Any]


@pytest.mark.parametrize(
    "how, why",
    [
        ({}, "give the URL of the device, or one for each link by its name"),
        ({"control": "tcp://h:1", "url": "tcp://h:1"}, "not both"),
        ({"contrl": "tcp://h:1"}, "bench has no link 'contrl'; it has control, data"),
        ({"control": "tcp://h:1", "data": "nowhere"}, "wrong kind of link"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_opened(how: dict[str, str], why: str) -> None:
    with pytest.raises(LocalError, match=why):
        MODULE.Bench.open(**how)


# --- lines that lead elsewhere ---

WANDERING = """
protocol wandering
link tcp client { timeout 1s; address -> place }
param place : text save
param level : int
command get { "?"; LF }
response got { "={level:int}"; LF }
pair get = get -> got
"""


def test_a_param_says_where_a_line_leads() -> None:
    kind = load_module(compile_source(Source("wandering.proto", WANDERING))).Wandering
    with kind.simulate() as first, kind.simulate() as second:
        first.set("level", 1)
        second.set("level", 2)
        with kind.open(first.url) as device:
            assert device.get().level == 1
            device.params.place = second.url.removeprefix("tcp://")
            assert device.get().level == 2
            assert device.url == second.url
            device.params.place = "10.0.0.1:x"  # it stays where it is
            assert device.get().level == 2
        with kind.open(first.url, saved={"place": second.url.removeprefix("tcp://")}) as device:
            assert device.get().level == 2


def test_the_same_with_a_name_for_asyncio() -> None:
    kind = load_module(compile_source(Source("wandering.proto", WANDERING))).Wandering

    async def main(first: str, port: str) -> None:
        async with kind.connect(first) as device:
            assert (await device.get()).level == 1
            device.params.place = f"localhost:{port}"
            assert (await device.get()).level == 2

    with kind.simulate() as first, kind.simulate() as second:
        first.set("level", 1)
        second.set("level", 2)
        asyncio.run(main(first.url, second.url.rpartition(":")[2]))


@pytest.mark.parametrize("place", ["", ":5", "h:0", "h:x", "[::1", "a b", "h:70000", "[::1]5"])
def test_places_that_are_none(place: str) -> None:
    with pytest.raises(LocalError, match="expected host or host:port"):
        split_place(place)


@pytest.mark.parametrize(
    "place, host, port",
    [("h", "h", None), ("h:5", "h", 5), ("::1", "::1", None), ("[::1]:5", "::1", 5)],
)
def test_places(place: str, host: str, port: int | None) -> None:
    assert split_place(place) == (host, port)
