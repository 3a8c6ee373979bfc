"""Many at once: a thousand devices that one process polls, a thousand that report to one."""

import asyncio
import gc
import resource
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit

from examples.amplifier.amplifier import Amplifier, AsyncAmplifier
from protoc.runtime import Protocol, Session, Timeout, Timer, Trigger
from protoc.runtime import actions as do
from protoc.runtime.protocol import Link, On, Param
from tests.benchmarks import generated
from tests.benchmarks.lines import PLAIN
from tests.benchmarks.measuring import exponent
from tests.benchmarks.report import Row, Section

DEVICES = 1000
POLLS = 10
"""A second, of each device."""
SECONDS = 3
TURNS = 3
"""So often they are polled for so long; what is in the middle counts."""
EVENTS = 100
"""Of each device that reports."""


def measure() -> Section:
    share, late = _polled()
    lost, grown, rate = _reported()
    return Section(
        "Many at once",
        f"{DEVICES} connections over loopback to one other process. Polled: each is asked "
        f"{POLLS} times a second by asyncio drivers of one process, evenly over the time, as "
        "devices are that nobody has put in step, and after `gc.freeze()`; the time is that from "
        f"the moment a poll is due to its answer; the median of {TURNS} runs of {SECONDS} s. "
        "Reporting: "
        f"each sends {EVENTS} events as fast as they are read. Virtual time costs nothing by "
        "itself: what is measured is what timers and triggers cost.",
        [
            Row(f"{DEVICES} devices polled, of one core", share * 100, " %", 80),
            Row("the same, 99 of 100 answers within", late * 1e3, " ms", 25),
            Row(f"events of {DEVICES} clients that were lost", lost, "", 0),
            Row("the same, memory on top of that", grown, " MB", 50, note=f"{rate:.0f} a second"),
            Row("timers, 1000 to 10 000: exponent of the cost", _timers(), "", 1.1),
            Row("triggers, 10 000 to 100 000: exponent of the cost", _triggers(), "", 1.1),
        ],
    )


# --- polled ----------------------------------------------------------------------------------


def _polled() -> tuple[float, float]:
    """The part of a core it takes, and the time within which 99 of 100 answers come."""
    with _other("answer") as url, asyncio.Runner() as runner:
        turns = runner.run(_poll_all(url))
    return median(share for share, _ in turns), median(late for _, late in turns)


async def _poll_all(url: str) -> list[tuple[float, float]]:
    devices = [await Amplifier.connect(url) for _ in range(DEVICES)]
    gc.collect()
    gc.freeze()  # they stay: there is no need to look at them again and again
    turns = [await _poll(devices) for _ in range(TURNS)]
    gc.unfreeze()
    for device in devices:
        await device.close()
    return turns


async def _poll(devices: list[AsyncAmplifier]) -> tuple[float, float]:
    times: list[float] = []
    begin = asyncio.get_running_loop().time() + 0.1
    polls = [_poll_one(each, begin + n / DEVICES / POLLS, times) for n, each in enumerate(devices)]
    used = time.process_time()
    await asyncio.gather(*polls)
    used = time.process_time() - used
    return used / SECONDS, quantiles(times, n=100)[98]


async def _poll_one(device: AsyncAmplifier, due: float, times: list[float]) -> None:
    loop = asyncio.get_running_loop()
    for _ in range(SECONDS * POLLS):
        await asyncio.sleep(due - loop.time())
        with suppress(Timeout):  # it is late, and that is what is measured
            await device.ping(unit="A")
        times.append(loop.time() - due)
        due += 1 / POLLS


# --- reporting -------------------------------------------------------------------------------


def _reported() -> tuple[int, float, float]:
    """How many events were lost, the megabytes they took, and how many came a second."""
    hub = generated.compiled(Path(__file__).with_name("hub.proto").read_text("utf-8"))
    with hub.Hub.listen("tcp://127.0.0.1:0") as server:
        seen = [0] * DEVICES
        server.run(0.0)
        with _other("report", server.url):
            memory, began = _memory(), time.monotonic()
            count = _count(server, seen)
            took = time.monotonic() - began
            grown = _memory() - memory
    return DEVICES * EVENTS - count, grown, count / took


def _count(server: Any, seen: list[int]) -> int:
    """Take events in until all came, or none any more; each source counts its own from 0."""
    count = 0
    for event in server.messages(timeout=2.0):
        message: Any = event.message
        source, number = message.source, message.number
        count += number == seen[source]
        seen[source] += 1
        if count == DEVICES * EVENTS:
            break
    return count


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- virtual time ----------------------------------------------------------------------------


_LINK = Link("", "tcp")
_TICK = Trigger("tick", None, ())
_TICKS = (do.Execute("trigger", "tick"),)


def _timers() -> float:
    def work(count: int) -> Any:
        timers = tuple(Timer(f"t{n}", 1.0 + n / count, _TICKS) for n in range(count))
        return lambda: _run(
            Protocol("timers", links=(_LINK,), timers=timers, triggers=(_TICK,)), 3.0
        )

    return exponent([1000, 3000, 10_000], work)


def _triggers() -> float:
    on = On("change", "param", "p")
    protocol = Protocol(
        "triggers",
        links=(_LINK,),
        params=(Param("p"), Param("q")),
        triggers=(Trigger("", on, (do.Set("q", lambda scope: scope.p),)),),
    )

    def work(count: int) -> Any:
        def run() -> None:
            session = Session(protocol)
            for number in range(count):
                session.set("p", number, number / count)
                session.happened.clear()

        return run

    return exponent([10_000, 30_000, 100_000], work)


def _run(protocol: Protocol, seconds: float) -> None:
    session = Session(protocol)
    session.connected(0, "peer", 0.0)
    session.start(0.0)
    while (deadline := session.next_deadline()) is not None and deadline <= seconds:
        session.advance(deadline)
        session.happened.clear()


# --- the other process -----------------------------------------------------------------------


@contextmanager
def _other(what: str, url: str = "") -> Iterator[str]:
    """A process with the other ends; what it prints first."""
    command = [sys.executable, "-m", "tests.benchmarks.many", what, url]
    root = Path(__file__).parent.parent.parent
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def _answer() -> None:
    """Answer each request of any number of clients."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=DEVICES)
    print(f"tcp://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    selector = selectors.DefaultSelector()
    selector.register(listening, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            assert isinstance(key.fileobj, socket.socket)
            if key.fileobj is listening:
                client, _ = listening.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(client, selectors.EVENT_READ)
            elif key.fileobj.recv(4096):
                key.fileobj.send(PLAIN.answer)
            else:
                selector.unregister(key.fileobj)
                key.fileobj.close()


def _report(url: str) -> None:
    """Connect many times and report on each connection, in turns."""
    where = urlsplit(url)
    address = where.hostname, where.port
    print("started", flush=True)
    sockets = [socket.create_connection(address) for _ in range(DEVICES)]
    for number in range(EVENTS):
        for source, each in enumerate(sockets):
            each.sendall(b"T%04d%06d\n" % (source, number))
    time.sleep(60)


if __name__ == "__main__":
    if sys.argv[1] == "answer":
        _answer()
    else:
        _report(sys.argv[2])
