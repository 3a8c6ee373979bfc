"""One alarm clock for all drivers of an event loop: a thousand drivers need one timer of it.

A driver sets its alarm anew with almost every command. For a loop that is work: its timers are
objects of Python, and are compared in Python.
"""

from __future__ import annotations

import asyncio
import math
from weakref import WeakValueDictionary

from protoc.runtime.scheduler import Action, Planned, Scheduler


class Alarms:
    """Calls in an event loop what is planned, at its time.

    Args:
        loop: the event loop.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._scheduler = Scheduler()
        self._timer: asyncio.TimerHandle | None = None
        self._rings = math.inf  # when the timer does

    def at(self, deadline: float, action: Action) -> Planned:
        """Plan an action, which must not raise; it gets the time it is called at."""
        planned = self._scheduler.at(deadline, action)
        if deadline < self._rings:
            self._set(deadline)
        return planned

    def _set(self, deadline: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._rings = self._loop.call_at(deadline, self._ring), deadline

    def _ring(self) -> None:
        self._timer, self._rings = None, -math.inf  # what is planned meanwhile is looked at below
        try:
            self._scheduler.run(self._loop.time())
        finally:
            self._rings = math.inf
            deadline = self._scheduler.next_deadline()
            if deadline is not None:
                self._set(deadline)


_of_loops: WeakValueDictionary[asyncio.AbstractEventLoop, Alarms] = WeakValueDictionary()


def alarms(loop: asyncio.AbstractEventLoop) -> Alarms:
    """The alarm clock of an event loop, for all who hold it."""
    found = _of_loops.get(loop)
    if found is None:
        found = _of_loops[loop] = Alarms(loop)
    return found
