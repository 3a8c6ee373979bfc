"""Timers, and the triggers for when nothing is said: what happens again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from protoc.runtime.errors import LocalError
from protoc.runtime.protocol import Timer
from protoc.runtime.scheduler import Planned, Scheduler
from protoc.runtime.shared import Shared

SHORTEST_LOOP = 0.001
"""Seconds between two runs of a timer without a period, even when there was nothing to do."""

Elapse = Callable[[Timer, Callable[[], None], float], None]
"""Carries a timer out: the timer, what to call when its targets are over, the time."""


class Timers:
    """The timers of a description.

    Args:
        timers: their rows.
        shared: the time, and where they are planned.
        elapse: carries one out.
        random: a number between two others, for the first run.
    """

    def __init__(
        self,
        timers: Iterable[Timer],
        shared: Shared,
        elapse: Elapse,
        random: Callable[[float, float], float],
    ) -> None:
        self._timers = {timer.name: timer for timer in timers}
        self._shared = shared
        self._scheduler = shared.scheduler
        self._elapse = elapse
        self._random = random
        self._planned: dict[str, Planned] = {}
        self._runs = dict.fromkeys(self._timers, 0)  # counts up when one is stopped or restarted
        self._busy = dict.fromkeys(self._timers, 0)  # runs whose targets are not over
        self._again: set[str] = set()  # to be run again when they are

    def start_all(self, now: float) -> None:
        """Begin with every timer that does not wait for `start`."""
        for timer in self._timers.values():
            if not timer.stopped and timer.name not in self._planned:
                self._begin(timer, now, timer.every or 0.0)

    def turn(self, verb: str, name: str, now: float, *, at_once: bool = False) -> None:
        """`start`, `stop`, `restart` or `reschedule` a timer.

        A running one goes on as it is when it is started or restarted. One that waited for `start`
        runs at once, or after its `after`. Rescheduled it runs now, or as soon as what it queued
        the last time is done.

        Args:
            verb: what to do.
            name: of the timer.
            now: the time.
            at_once: a restarted timer runs now, and again a period later.

        Raises:
            LocalError: there is none of that name.
        """
        if name not in self._timers:
            raise LocalError(f"there is no timer {name}")
        timer = self._timers[name]
        if verb == "start" and name not in self._planned:
            self._begin(timer, now, 0.0 if timer.stopped else timer.every or 0.0)
        elif verb == "stop":
            self._stop(name)
        elif verb == "restart" and at_once:
            self._stop(name)
            self._plan(timer, now)
        elif verb == "reschedule" and self._busy[name]:
            self._again.add(name)
        elif verb == "reschedule":
            self._run(timer, now)

    def _begin(self, timer: Timer, now: float, usual: float) -> None:
        delay = usual if timer.after is None else self._random(*timer.after)
        self._plan(timer, now + delay)

    def _stop(self, name: str) -> None:
        self._runs[name] += 1
        planned = self._planned.pop(name, None)
        if planned is not None:
            planned.cancel()

    def _plan(self, timer: Timer, deadline: float) -> None:
        self._planned[timer.name] = self._scheduler.at(deadline, partial(self._due, timer))

    def _due(self, timer: Timer, now: float) -> None:
        run = self._runs[timer.name]
        if timer.every is not None:
            # Whoever is late leaves runs out: they would only repeat each other.
            due = self._planned[timer.name].deadline + timer.every
            self._plan(timer, due if due > now else now + timer.every)
            self._run(timer, now)
            return

        def again() -> None:
            if self._runs[timer.name] == run:
                self._plan(timer, self._shared.now + SHORTEST_LOOP)

        self._run(timer, now, again)

    def _run(self, timer: Timer, now: float, then: Callable[[], None] | None = None) -> None:
        """Carry a timer out, and keep count of what is not done of it."""
        self._busy[timer.name] += 1

        def over() -> None:
            self._busy[timer.name] -= 1
            if then is not None:
                then()
            if not self._busy[timer.name] and timer.name in self._again:
                self._again.discard(timer.name)
                self._scheduler.at(self._shared.now, partial(self._run, timer))

        self._elapse(timer, over, now)


class Quiet:
    """Calls something when nothing was said for a while, and again after as long.

    Args:
        seconds: how long.
        scheduler: where it is planned.
        reached: called with the time.
    """

    def __init__(
        self, seconds: float, scheduler: Scheduler, reached: Callable[[float], None]
    ) -> None:
        self._seconds = seconds
        self._scheduler = scheduler
        self._reached = reached
        self._since = 0.0
        self._planned: Planned | None = None

    def heard(self, now: float) -> None:
        """Something was said: count anew. It costs nothing to call this often."""
        self._since = now
        if self._planned is None:
            self._planned = self._scheduler.at(now + self._seconds, self._due)

    def stop(self) -> None:
        """Count no more until something is said."""
        if self._planned is not None:
            self._planned.cancel()
            self._planned = None

    def _due(self, now: float) -> None:
        self._planned = None
        due = self._since + self._seconds
        if due <= now:
            self.heard(now)
            self._reached(now)
        else:
            self._planned = self._scheduler.at(due, self._due)
