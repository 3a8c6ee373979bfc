"""What is planned for when, in virtual time: it never asks a clock, `now` is told to it."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush

Action = Callable[[float], None]
"""What is done at its time; it gets the time it is called at."""


class Planned:
    """One thing planned; `cancel` forgets it."""

    __slots__ = ("_action", "_scheduler", "deadline", "number")

    def __init__(
        self, scheduler: Scheduler, deadline: float, number: int, action: Action | None
    ) -> None:
        self._scheduler = scheduler
        self.deadline = deadline
        self.number = number
        self._action = action

    def __lt__(self, other: Planned) -> bool:
        if self.deadline != other.deadline:
            return self.deadline < other.deadline
        return self.number < other.number

    @property
    def pending(self) -> bool:
        """It is neither done nor cancelled."""
        return self._action is not None

    def cancel(self) -> None:
        """Forget it; once done or cancelled this does nothing."""
        if self._action is not None:
            self._action = None
            self._scheduler.one_less()

    def take(self) -> Action | None:
        """The action, for the one who does it now."""
        action, self._action = self._action, None
        return action


class Scheduler:
    """Deadlines in seconds. Equal ones come in the order in which they were planned.

    Planning, cancelling and doing cost the logarithm of what is planned; what is cancelled is
    swept out when it is more than the rest.
    """

    def __init__(self) -> None:
        self._heap: list[Planned] = []
        self._number = 0
        self._cancelled = 0

    def __len__(self) -> int:
        return len(self._heap) - self._cancelled

    def at(self, deadline: float, action: Action) -> Planned:
        """Plan an action."""
        self._number += 1
        planned = Planned(self, deadline, self._number, action)
        heappush(self._heap, planned)
        return planned

    def next_deadline(self) -> float | None:
        """When the next one is due; None when nothing is planned."""
        heap = self._heap
        while heap and not heap[0].pending:
            heappop(heap)
            self._cancelled -= 1
        return heap[0].deadline if heap else None

    def run(self, now: float) -> None:
        """Do what is due. What that plans in turn waits for the next call, even if due at once."""
        newest = self._number
        later: list[Planned] = []
        while (deadline := self.next_deadline()) is not None and deadline <= now:
            planned = heappop(self._heap)
            if planned.number > newest:
                later.append(planned)
            elif action := planned.take():
                action(now)
        for planned in later:
            heappush(self._heap, planned)

    def one_less(self) -> None:
        self._cancelled += 1
        if self._cancelled > 64 and self._cancelled * 2 > len(self._heap):
            self._heap = [planned for planned in self._heap if planned.pending]
            heapify(self._heap)
            self._cancelled = 0
