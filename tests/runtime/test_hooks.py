"""The user's code, called from the conversation: blocking and async, over real sockets."""

from __future__ import annotations

import asyncio

import pytest

from protoc.runtime import (
    HookFailed,
    Hooks,
    LocalError,
    PeerDisconnected,
    Simulator,
    TransportError,
)
from tests.runtime.devices import press
from tests.runtime.lamp import Lamp, LampHooks


def test_hooks_are_called(tcp: Simulator) -> None:
    seen: list[int] = []
    with Lamp.open(tcp.url, hooks=LampHooks(noticed=seen.append)) as lamp:
        press(tcp, 3)
        next(lamp.messages())
        assert seen == [3]
        lamp.hooks.noticed = lambda value: seen.append(-value)
        press(tcp, 4)
        next(lamp.messages())
        assert seen == [3, -4]


def test_hooks_that_do_not_exist_are_refused() -> None:
    with pytest.raises(LocalError, match="no hook notified"):
        LampHooks(notified=print)
    assert isinstance(Hooks(), Hooks)


def test_a_hook_cannot_wait_for_the_device(tcp: Simulator) -> None:
    errors: list[Exception] = []

    def noticed(value: int) -> None:
        try:
            lamp.level()
        except LocalError as error:
            errors.append(error)

    with Lamp.open(tcp.url, hooks=LampHooks(noticed=noticed)) as lamp:
        press(tcp, 3)
        next(lamp.messages())
        assert "cannot wait" in str(errors[0])
        assert lamp.level().level == 40


def test_an_async_hook_without_a_loop_is_run_to_its_end(tcp: Simulator) -> None:
    seen: list[int] = []

    async def noticed(value: int) -> None:
        await asyncio.sleep(0)
        seen.append(value)
        raise ValueError("too dark")

    with Lamp.open(tcp.url, hooks=LampHooks(noticed=noticed)) as lamp:
        press(tcp, 3)
        failed = next(event for event in lamp.events() if isinstance(event, HookFailed))
        assert (failed.name, str(failed.error), seen) == ("noticed", "too dark", [3])
        assert lamp.level().level == 40


def test_a_hook_may_close_the_line(tcp: Simulator) -> None:
    with Lamp.open(tcp.url) as lamp:
        lamp.hooks.noticed = lambda value: lamp.close()
        press(tcp, 3)
        kinds = [type(event) for event in lamp.events()]
        assert kinds[-1] is PeerDisconnected
        with pytest.raises(TransportError, match="closed"):
            lamp.level()


def test_an_async_hook_asks_the_device(tcp: Simulator) -> None:
    levels: list[int] = []

    async def main() -> None:
        async def noticed(value: int) -> None:
            levels.append((await lamp.level()).level)
            raise ValueError(f"keys {value}")

        async with Lamp.connect(tcp.url) as lamp:
            lamp.hooks.noticed = noticed
            happened = lamp.events()
            await asyncio.to_thread(press, tcp, 3)
            async for event in happened:
                if isinstance(event, HookFailed):
                    assert (levels, str(event.error)) == ([40], "keys 3")
                    return

    asyncio.run(main())


def test_a_line_that_is_closed_ends_its_hooks(tcp: Simulator) -> None:
    ended: list[BaseException] = []

    async def main() -> None:
        async def noticed(value: int) -> None:
            begun.set()
            try:
                await asyncio.Event().wait()
            except BaseException as error:
                ended.append(error)
                raise

        begun = asyncio.Event()
        async with Lamp.connect(tcp.url) as lamp:
            lamp.hooks.noticed = noticed
            await asyncio.to_thread(press, tcp, 3)
            await begun.wait()
        await asyncio.sleep(0)

    asyncio.run(main())
    assert [type(error) for error in ended] == [asyncio.CancelledError]
