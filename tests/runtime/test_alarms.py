"""One timer of the event loop for all that drivers plan in it."""

from __future__ import annotations

import asyncio
from typing import Any

from protoc.runtime.drivers.alarms import alarms
from protoc.runtime.transports.memory import World


def test_what_is_planned_is_called_in_order_and_at_its_time() -> None:
    done: list[tuple[str, float]] = []

    async def plan() -> None:
        clock = alarms(asyncio.get_running_loop())
        for name, deadline in (("late", 3.0), ("early", 1.0), ("never", 2.0)):
            planned = clock.at(deadline, lambda now, name=name: done.append((name, now)))  # type: ignore[misc]
        planned.cancel()
        clock.at(0.5, lambda now: clock.at(2.5, lambda now: done.append(("planned then", now))))
        await asyncio.sleep(10.0)

    with asyncio.Runner(loop_factory=World().loop) as runner:
        runner.run(plan())
    assert done == [("early", 1.0), ("planned then", 2.5), ("late", 3.0)]


def test_all_who_are_in_a_loop_share_its_clock() -> None:
    async def two() -> bool:
        loop = asyncio.get_running_loop()
        return alarms(loop) is alarms(loop)

    assert asyncio.run(two())


def test_a_thousand_alarms_take_one_timer_of_the_loop() -> None:
    timers: list[float] = []

    async def plan() -> None:
        loop = asyncio.get_running_loop()
        clock = alarms(loop)
        call_at = loop.call_at

        def counted(when: float, *rest: Any, **options: Any) -> asyncio.TimerHandle:
            timers.append(when)
            return call_at(when, *rest, **options)

        loop.call_at = counted  # type: ignore[assignment, method-assign]
        for number in range(1000):
            clock.at(1.0 + number, lambda now: None)

    with asyncio.Runner(loop_factory=World().loop) as runner:
        runner.run(plan())
    assert timers == [1.0]
