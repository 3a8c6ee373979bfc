"""Bytes on their way out, one after the other where a device cannot take them faster."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial

from protoc.runtime.scheduler import Planned, Scheduler


class Pacer:
    """Keeps the pace of one connection, and the order of what is sent on it.

    Args:
        put: hands bytes to the driver.
        scheduler: where what has to wait is planned.
    """

    def __init__(self, put: Callable[[bytes], object], scheduler: Scheduler) -> None:
        self._put = put
        self._scheduler = scheduler
        self._free_at = float("-inf")
        self._planned: deque[Planned] = deque()

    def send(self, data: bytes, pace: float, now: float) -> float:
        """Send bytes behind what is being sent; returns when the last of them is out.

        Args:
            data: the bytes.
            pace: seconds between two of them; 0 for all at once.
            now: the time.
        """
        if not pace and now >= self._free_at:
            self._put(data)
            self._free_at = now
            return now
        begin = max(now, self._free_at)
        pieces = [data[i : i + 1] for i in range(len(data))] if pace else [data]
        for number, piece in enumerate(pieces):
            at = begin + number * pace
            if at <= now:
                self._put(piece)
            else:
                self._planned.append(self._scheduler.at(at, partial(self._due, piece)))
            self._free_at = at
        return self._free_at

    @property
    def pending(self) -> bool:
        """Bytes wait for their time."""
        return bool(self._planned)

    def stop(self) -> None:
        """The connection is gone: send no more."""
        for planned in self._planned:
            planned.cancel()
        self._planned.clear()

    def _due(self, piece: bytes, now: float) -> None:
        self._planned.popleft()
        self._put(piece)
