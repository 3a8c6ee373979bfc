"""Deadlines: their order, cancelling, and what many of them cost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from protoc.runtime.scheduler import Scheduler


def test_what_is_due_is_done_in_order() -> None:
    scheduler = Scheduler()
    done: list[object] = []
    for deadline, name in ((2.0, "b"), (1.0, "a"), (2.0, "c"), (3.0, "d")):
        scheduler.at(deadline, lambda now, name=name: done.append((name, now)))  # type: ignore[misc]
    assert scheduler.next_deadline() == 1.0
    scheduler.run(2.5)
    assert done == [("a", 2.5), ("b", 2.5), ("c", 2.5)]
    assert scheduler.next_deadline() == 3.0


def test_what_is_planned_meanwhile_waits_for_the_next_call() -> None:
    scheduler = Scheduler()
    done: list[float] = []

    def again(now: float) -> None:
        done.append(now)
        scheduler.at(now, again)

    scheduler.at(1.0, again)
    scheduler.run(1.0)
    assert done == [1.0]
    scheduler.run(1.0)
    assert done == [1.0, 1.0]


def test_what_is_cancelled_is_not_done() -> None:
    scheduler = Scheduler()
    done: list[float] = []
    planned = scheduler.at(1.0, done.append)
    planned.cancel()
    planned.cancel()
    assert (scheduler.next_deadline(), len(scheduler)) == (None, 0)
    scheduler.run(2.0)
    assert done == []


def test_one_may_cancel_another_that_is_due_too() -> None:
    scheduler = Scheduler()
    done: list[float] = []
    scheduler.at(1.0, lambda now: second.cancel())
    second = scheduler.at(1.0, done.append)
    scheduler.run(1.0)
    assert done == []


def test_cancelled_ones_are_swept_out() -> None:
    """A timeout is planned and cancelled with every command: nothing may pile up."""
    scheduler = Scheduler()
    kept = scheduler.at(1e9, lambda now: None)
    for number in range(10_000):
        scheduler.at(1000.0 + number, lambda now: None).cancel()
    assert len(scheduler._heap) < 200
    assert kept.pending
    assert scheduler.next_deadline() == 1e9


@given(st.lists(st.tuples(st.floats(0, 10), st.booleans()), max_size=200))
def test_everything_comes_once_and_in_order(plans: list[tuple[float, bool]]) -> None:
    scheduler = Scheduler()
    done: list[int] = []
    expected = []
    for number, (deadline, cancelled) in enumerate(plans):
        planned = scheduler.at(deadline, lambda now, n=number: done.append(n))  # type: ignore[misc]
        if cancelled:
            planned.cancel()
        else:
            expected.append((deadline, number))
    while (due := scheduler.next_deadline()) is not None:
        scheduler.run(due)
    assert done == [number for _, number in sorted(expected)]
    assert len(scheduler) == 0
