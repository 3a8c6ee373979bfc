"""Devices and simulators as users hold them, over real sockets and pseudo-terminals."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

import protoc.runtime
from protoc.runtime import (
    EncodeError,
    LocalError,
    MessageSeen,
    ParamChanged,
    PeerConnected,
    Simulator,
    Timeout,
    TransportError,
)
from protoc.runtime.drivers import watching
from tests.runtime.devices import press
from tests.runtime.lamp import PROTOCOL, AsyncLamp, GetLevel, Keys, Lamp, Level


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(main)


URLS = ["tcp://127.0.0.1:0", "udp://127.0.0.1:0", "pty:"]


@pytest.fixture(params=URLS)
def sim(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Lamp.simulate(request.param, params={"level": 40}) as sim:
        yield sim


@pytest.fixture
def silent() -> Iterator[str]:
    """The URL of a device that takes everything and says nothing."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield "tcp://{}:{}".format(*listener.getsockname())


def test_the_generated_device_talks_to_the_generated_simulator(sim: Simulator) -> None:
    with Lamp.open(sim.url) as lamp:
        assert lamp.level() == Level(channel=1, level=40)
        sim.set("level", 41)
        assert sim.get("level") == 41
        assert lamp.level(channel=1).level == 41
        assert lamp.params.level == 41
        assert lamp.url == sim.url


def test_a_link_is_chosen_by_the_url_or_by_name(tcp: Simulator) -> None:
    with Lamp.open(tcp.url) as lamp:
        assert lamp.session.link.name == "net"
    with Lamp.open(tcp.url, link="bus") as lamp:
        assert lamp.session.link.name == "bus"
    with pytest.raises(LocalError, match="no link 'radio'"):
        Lamp.open(tcp.url, link="radio")


def test_params_are_set_and_used(tcp: Simulator) -> None:
    with Lamp.open(tcp.url) as lamp:
        assert lamp.params.channel == 1
        lamp.params.channel = 2
        assert lamp.params.channel == 2


def test_a_value_that_does_not_fit(tcp: Simulator) -> None:
    with Lamp.open(tcp.url) as lamp:
        with pytest.raises(EncodeError, match="channel"):
            lamp.level(channel=-1)
        assert lamp.level().level == 40


def test_execute_by_name(tcp: Simulator) -> None:
    with Lamp.open(tcp.url) as lamp:
        assert lamp.execute("pair", "level", channel=1) == Level(channel=1, level=40)
        lamp.blink()
        with pytest.raises(LocalError, match="dim"):
            lamp.execute("pair", "dim")


def test_a_callers_own_limit(silent: str) -> None:
    with Lamp.open(silent) as lamp, pytest.raises(Timeout, match="no answer after 1 attempt"):
        lamp.level(timeout=0.05)


def test_what_comes_by_itself(tcp: Simulator) -> None:
    with Lamp.open(tcp.url) as lamp:
        messages, changes = lamp.messages(timeout=0.05), lamp.changes(timeout=0.05)
        lamp.level()
        press(tcp, 3)
        # What came during the call is kept for the one who asked for it before.
        seen = [event.message for event in messages]
        assert seen == [Level(channel=1, level=40), Keys(pressed=3)]
        assert [(each.name, each.value) for each in changes] == [("level", 40), ("pressed", 3)]


def test_events_start_with_what_is_new(tcp: Simulator) -> None:
    with Lamp.open(tcp.url) as lamp:
        events = lamp.events(timeout=0.05)
        lamp.level()
        kinds = [type(event) for event in events]
        assert kinds.count(MessageSeen) == 2
        assert PeerConnected not in kinds
        assert ParamChanged in kinds


def test_an_iteration_says_why_it_ended() -> None:
    with Lamp.simulate("pty:") as sim:
        lamp = Lamp.open(sim.url)
        messages = lamp.messages()
    with lamp, pytest.raises(TransportError, match="the port is gone"):
        next(messages)


def test_closing(tcp: Simulator) -> None:
    lamp = Lamp.open(tcp.url)
    lamp.close()
    lamp.close()
    for action in (
        lamp.level,
        lamp.run,
        lambda: lamp.send(GetLevel()),
        lambda: next(lamp.messages()),
    ):
        with pytest.raises(TransportError):
            action()


def test_nobody_there(silent: str) -> None:
    with Lamp.simulate() as sim:
        url = sim.url
    with pytest.raises(TransportError, match=f"cannot open {url}: Connection refused"):
        Lamp.open(url)


def test_run_for_a_while_and_until_stopped(tcp: Simulator) -> None:
    with Lamp.open(tcp.url) as lamp:
        lamp.run(0.01)
        timer = threading.Timer(0.02, lamp.stop)
        timer.start()
        lamp.run()
        timer.join()


def test_a_signal_handler_can_stop_it(tcp: Simulator) -> None:
    with Lamp.open(tcp.url) as lamp:
        before = signal.signal(signal.SIGALRM, lambda *_: lamp.stop())
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.02)
            lamp.run()
        finally:
            signal.signal(signal.SIGALRM, before)


def test_stopped_in_a_call(silent: str) -> None:
    with Lamp.open(silent) as lamp:
        lamp.stop()
        with pytest.raises(TransportError, match="stopped"):
            lamp.level()


def test_ctrl_c_leaves_the_port_closed(silent: str) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    lamp = Lamp.open(silent)
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        with pytest.raises(KeyboardInterrupt), lamp:
            lamp.level()
    finally:
        signal.signal(signal.SIGALRM, before)
    with pytest.raises(TransportError, match="closed"):
        lamp.level()


def test_listening_for_devices() -> None:
    import socket

    with Lamp.listen("tcp://127.0.0.1:0") as lamp:
        with pytest.raises(TransportError, match="nobody is connected"):
            lamp.level()
        port = int(lamp.url.rpartition(":")[2])
        with (
            socket.create_connection(("127.0.0.1", port)) as one,
            socket.create_connection(("127.0.0.1", port)) as two,
        ):
            events = lamp.messages()
            one.sendall(b"*1\n")
            first = next(events)
            two.sendall(b"*2\n")
            second = next(events)
            assert (first.message, second.message) == (Keys(pressed=1), Keys(pressed=2))
            assert {first.connection, second.connection} == {0, 1}
            assert first.peer == "{}:{}".format(*one.getsockname())


# --- the simulator ---


def test_a_simulator_serves_many(tcp: Simulator) -> None:
    lamps = [Lamp.open(tcp.url) for _ in range(20)]
    assert [lamp.level().level for lamp in lamps] == [40] * 20
    for lamp in lamps:
        lamp.close()


def test_a_simulated_pty_is_opened_again_and_again() -> None:
    with Lamp.simulate("pty:", params={"level": 7}) as sim:
        for _ in range(3):
            with Lamp.open(sim.url) as lamp:
                assert lamp.level().level == 7


def test_a_simulator_in_the_foreground() -> None:
    seen: list[object] = []
    sim = Simulator(PROTOCOL, on_event=seen.append).open()
    try:
        lamp = Lamp.open(sim.url)
        sim.serve(0.01)
        sim.set("level", 3)
        assert sim.get("level") == 3
        threading.Timer(0.02, sim.stop).start()
        sim.serve()
        assert any(isinstance(event, PeerConnected) for event in seen)
        lamp.close()
    finally:
        sim.close()
        sim.close()


def test_a_simulators_mistakes_are_raised_where_they_are_made(tcp: Simulator) -> None:
    with pytest.raises(LocalError, match="brightness"):
        tcp.set("brightness", 1)
    with pytest.raises(TransportError):
        tcp.send(Keys(pressed=1))  # nobody is connected


def test_a_simulators_callback_may_use_it() -> None:
    def count(event: object) -> None:
        if isinstance(event, MessageSeen) and event.direction == "received":
            served.set("level", (served.get("level") or 0) + 1)

    served = Simulator(PROTOCOL, on_event=count)
    with served, Lamp.open(served.url) as lamp:
        levels = [lamp.level().level for _ in range(3)]
    assert levels == sorted(levels)
    assert served.get("level") == 3


def test_a_simulator_whose_callback_fails_says_so() -> None:
    def fail(event: object) -> None:
        raise ZeroDivisionError("a bug of the user")

    sim = Simulator(PROTOCOL, on_event=fail).__enter__()
    with Lamp.open(sim.url) as lamp, pytest.raises(Timeout):
        lamp.level(timeout=0.1)
    with pytest.raises(TransportError, match="the conversation is over"):
        sim.set("level", 1)
    with pytest.raises(ZeroDivisionError):
        sim.close()
    sim.close()


def test_many_threads_use_one_simulator(tcp: Simulator) -> None:
    def use(number: int) -> None:
        for value in range(50):
            tcp.set("level", number * 100 + value)
            tcp.get("level")

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    with Lamp.open(tcp.url) as lamp:
        for _ in range(50):
            assert lamp.level().level >= 0
    for thread in threads:
        thread.join()
    assert tcp.get("level") % 100 == 49


# --- asyncio ---


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[AsyncLamp]:
    async with Lamp.connect(url) as lamp:
        yield lamp


def test_asyncio(sim: Simulator) -> None:
    async def main() -> None:
        async with Lamp.connect(sim.url) as lamp:
            assert await lamp.level() == Level(channel=1, level=40)
            assert lamp.params.level == 40
            assert lamp.url == sim.url
            await lamp.blink()

    run(main())


def test_asyncio_without_a_with(tcp: Simulator) -> None:
    async def main() -> None:
        lamp = await Lamp.connect(tcp.url)
        assert (await lamp.level()).level == 40
        await lamp.close()
        await lamp.close()
        with pytest.raises(TransportError):
            await lamp.level()

    run(main())


def test_many_tasks_share_one_device(tcp: Simulator) -> None:
    async def main() -> None:
        async with Lamp.connect(tcp.url) as lamp:
            replies = await asyncio.gather(*(lamp.level(channel=n) for n in range(100)))
            assert [reply.level for reply in replies] == [40] * 100

    run(main())


def test_many_devices_share_one_loop(tcp: Simulator) -> None:
    async def main() -> None:
        lamps = [await Lamp.connect(tcp.url) for _ in range(50)]
        replies = await asyncio.gather(*(lamp.level() for lamp in lamps for _ in range(3)))
        assert len(replies) == 150
        await asyncio.gather(*(lamp.close() for lamp in lamps))

    run(main())


def test_a_cancelled_call_leaves_the_device_usable(tcp: Simulator) -> None:
    async def main() -> None:
        async with Lamp.connect(tcp.url) as lamp:
            for _ in range(10):
                call = asyncio.ensure_future(lamp.level())
                await asyncio.sleep(0)
                call.cancel()
                with contextlib.suppress(asyncio.CancelledError):  # unless it was answered already
                    await call
            assert (await lamp.level()).level == 40

    run(main())


def test_cancelled_while_waiting_leaves_the_port_closed(silent: str) -> None:
    async def main() -> None:
        lamp = Lamp.connect(silent)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02), lamp:
                await lamp.level()
        with pytest.raises(TransportError, match="closed"):
            await lamp.level()

    run(main())


def test_a_callers_own_limit_in_asyncio(silent: str) -> None:
    async def main() -> None:
        async with Lamp.connect(silent) as lamp:
            with pytest.raises(Timeout, match="no answer after 1 attempt"):
                await lamp.level(timeout=0.1)

    run(main())


def test_asyncio_feeds(tcp: Simulator) -> None:
    async def main() -> None:
        async with Lamp.connect(tcp.url) as lamp:
            changes, messages = lamp.changes(timeout=0.05), lamp.messages(timeout=0.05)
            await lamp.level()
            await asyncio.to_thread(press, tcp, 3)
            assert [each.name async for each in changes] == ["level", "pressed"]
            names = [each.message.NAME async for each in messages]
            assert names == ["level", "keys"]

    run(main())


def test_a_cancelled_iteration_loses_nothing(tcp: Simulator) -> None:
    async def main() -> None:
        async with Lamp.connect(tcp.url) as lamp:
            messages = lamp.messages()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await anext(messages)
            await asyncio.to_thread(press, tcp, 3)
            assert (await anext(messages)).message == Keys(pressed=3)

    run(main())


def test_the_end_of_the_line_ends_waiting() -> None:
    async def main() -> None:
        with Lamp.simulate() as sim:
            lamp = await Lamp.connect(sim.url)
            running = asyncio.ensure_future(lamp.run())
            iterating = asyncio.ensure_future(anext(lamp.messages(), None))
            await asyncio.sleep(0)
        await running
        await iterating
        await lamp.close()

    run(main())


def test_nobody_there_in_asyncio() -> None:
    async def main() -> None:
        with Lamp.simulate() as sim:
            url = sim.url
        with pytest.raises(TransportError, match="Connection refused"):
            await Lamp.connect(url)
        with pytest.raises(TransportError, match="No such file"):
            await Lamp.connect("serial:///dev/ttyNOPE7")

    run(main())


def test_names_are_looked_up_beside_the_loop(tcp: Simulator) -> None:
    async def main() -> None:
        async with Lamp.connect(tcp.url.replace("127.0.0.1", "localhost")) as lamp:
            assert (await lamp.level()).level == 40

    run(main())


def test_a_callback_that_fails_wakes_whoever_waits(
    tcp: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with Lamp.connect(tcp.url) as lamp:
            monkeypatch.setattr(lamp.session, "receive", broken)
            with pytest.raises(ZeroDivisionError):
                await lamp.level()

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    run(main())


def test_a_loop_that_knows_no_files(tcp: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows: a thread watches them."""
    make: Callable[..., watching.Watcher] = watching.ThreadWatcher
    monkeypatch.setattr("protoc.runtime.drivers.aio.watcher", make)

    async def main() -> None:
        async with Lamp.connect(tcp.url) as lamp:
            for _ in range(20):
                assert (await lamp.level()).level == 40
            press(tcp, 1)
            messages = lamp.messages()
            assert (await anext(messages)).message == Keys(pressed=1)

    run(main())


# --- what importing it costs ---


def test_importing_the_runtime_and_a_generated_module_is_cheap() -> None:
    heavy = {"asyncio", "socket", "serial", "selectors", "construct", "threading"}
    code = (
        "import sys, protoc.runtime; print(*sys.modules); "
        "import tests.runtime.lamp; print(*sys.modules)"
    )
    path = os.pathsep.join(part for part in sys.path if part)
    output = subprocess.check_output(
        [sys.executable, "-c", code], text=True, env={**os.environ, "PYTHONPATH": path}
    )
    runtime, generated = (set(line.split()) for line in output.splitlines())
    assert not heavy & runtime
    assert "msgspec" not in runtime
    assert not (heavy - {"threading"}) & generated


def test_every_public_name_is_there() -> None:
    for name in protoc.runtime.__all__:
        assert getattr(protoc.runtime, name) is not None
    assert set(protoc.runtime.__all__) == set(protoc.runtime._HOME)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        protoc.runtime.nothing  # noqa: B018
