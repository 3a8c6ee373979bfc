"""When a line that broke is opened again."""

from __future__ import annotations

from protoc.runtime.protocol import Link


class Reopening:
    """Plans the next attempt: after a first wait, and after one that fails after twice as long.

    A line that was never open is not opened again: whoever opens it is told at once.

    Args:
        link: says how long to wait at first and at most.
        anyway: it may not be there at first either, as others do its work meanwhile.

    Attributes:
        due: when to try next; None when nothing is planned.
    """

    def __init__(self, link: Link, *, anyway: bool = False) -> None:
        self.due: float | None = None
        self._first, self._longest = link.reconnect, link.reconnect_longest
        self._wait = self._first
        self._was_open = anyway

    def opened(self) -> None:
        """The line is there."""
        self.due = None
        self._wait = self._first
        self._was_open = True

    def broke(self, now: float) -> None:
        """It broke, or could not be opened."""
        if self._first and self._was_open:
            self.due = now + self._wait
            self._wait = min(2 * self._wait, self._longest)

    def forget(self) -> None:
        """It was closed on purpose: it stays so until somebody opens it."""
        self.due = None
