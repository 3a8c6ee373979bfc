"""What is planned for when, in virtual time: it never asks a clock, `now` is told to it."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush

import msgspec

Action = Callable[[float], object]
"""What is done at its time; it gets the time it is called at."""


class Planned(msgspec.Struct, eq=False):
    """One thing planned; `cancel` forgets it.

    Attributes:
        scheduler: where.
        deadline: when.
        action: what; None when it is done or cancelled.
    """

    scheduler: Scheduler
    deadline: float
    action: Action | None

    @property
    def pending(self) -> bool:
        """It is neither done nor cancelled."""
        return self.action is not None

    def cancel(self) -> None:
        """Forget it; once done or cancelled this does nothing."""
        if self.action is not None:
            self.action = None
            self.scheduler.one_less(self)


class Scheduler:
    """Deadlines in seconds. Equal ones come in the order in which they were planned.

    Planning, cancelling and doing cost the logarithm of what is planned; what is cancelled is
    swept out when it is more than the rest.
    """

    def __init__(self) -> None:
        # By deadline, then in the order of planning: tuples, which are compared fast.
        self._heap: list[tuple[float, int, Planned]] = []
        self._number = 0
        self._cancelled = 0

    def __len__(self) -> int:
        return len(self._heap) - self._cancelled

    def at(self, deadline: float, action: Action) -> Planned:
        """Plan an action."""
        self._number += 1
        planned = Planned(self, deadline, action)
        heappush(self._heap, (deadline, self._number, planned))
        return planned

    def next_deadline(self) -> float | None:
        """When the next one is due; None when nothing is planned."""
        heap = self._heap
        while heap and heap[0][2].action is None:
            heappop(heap)
            self._cancelled -= 1
        return heap[0][0] if heap else None

    def run(self, now: float) -> None:
        """Do what is due. What that plans in turn waits for the next call, even if due at once."""
        newest = self._number
        later: list[tuple[float, int, Planned]] = []
        while (deadline := self.next_deadline()) is not None and deadline <= now:
            entry = heappop(self._heap)
            planned = entry[2]
            action = planned.action
            if entry[1] > newest:
                later.append(entry)
            elif action is not None:
                planned.action = None
                action(now)
        for entry in later:
            heappush(self._heap, entry)

    def one_less(self, planned: Planned) -> None:
        """Something planned is cancelled: it is swept out now or later."""
        heap = self._heap
        if heap and heap[0][2] is planned:
            heappop(heap)
            return
        self._cancelled += 1
        if self._cancelled > 64 and self._cancelled * 2 > len(heap):
            self._heap = [entry for entry in heap if entry[2].action is not None]
            heapify(self._heap)
            self._cancelled = 0
