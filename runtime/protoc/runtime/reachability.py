"""Whether the device answers at all, and what becomes of one that does not."""

from __future__ import annotations

from collections.abc import Callable

from protoc.runtime.protocol import SlowPoll
from protoc.runtime.scheduler import Planned, Scheduler

RESPONDING, SILENT = "responding", "not responding"
"""The two states, as `on status` names them."""


class Reachability:
    """Follows how a device answers.

    It does not respond when nothing answered for `offline` seconds although something was asked;
    where nothing says how long, from the first attempt without an answer that slow polling is
    begun for. It is polled slowly, that is only pinged, when that lasts on, or after too many
    attempts without an answer. Any answer ends both.

    Args:
        offline: seconds without an answer; 0 for never.
        slow: when to poll slowly, and how often; None for never.
        scheduler: where the ends of the waits are planned.
        changed: told the new state.
        ping: asks something that the device answers.
    """

    def __init__(
        self,
        offline: float,
        slow: SlowPoll | None,
        *,
        scheduler: Scheduler,
        changed: Callable[[str], None],
        ping: Callable[[float], None],
    ) -> None:
        self._offline = offline
        self._slow = slow
        self._scheduler = scheduler
        self._changed = changed
        self._ping = ping
        self._failures = 0
        self._silence: Planned | None = None
        self._slowing: Planned | None = None
        self.responding = True
        self.slow = False

    def asked(self, now: float) -> None:
        """Something was asked, or the connection is gone: an answer is missed from now on."""
        if self._offline and self._silence is None and self.responding:
            self._silence = self._scheduler.at(now + self._offline, self._is_silent)

    def failed(self, now: float) -> None:
        """There was no answer to what was asked."""
        self._failures += 1
        slow = self._slow
        if slow is None:
            return
        if slow.timeouts:
            if self._failures >= slow.timeouts:
                self._slow_down(now)
        elif not self._offline and self.responding:
            self._is_silent(now)

    def answered(self) -> None:
        """There was an answer."""
        for planned in (self._silence, self._slowing):
            if planned is not None:
                planned.cancel()
        self._silence = self._slowing = None
        self._failures = 0
        self.slow = False
        if not self.responding:
            self.responding = True
            self._changed(RESPONDING)

    def _is_silent(self, now: float) -> None:
        self._silence = None
        self.responding = False
        self._changed(SILENT)
        slow = self._slow
        if slow is not None and not slow.timeouts:
            self._slowing = self._scheduler.at(now + slow.after, self._slow_down)

    def _slow_down(self, now: float) -> None:
        if not self.slow:
            self.slow = True
            self._ping_again(now)

    def _ping_again(self, now: float) -> None:
        """Ping, and again as long as there is no answer."""
        assert self._slow is not None
        self._slowing = self._scheduler.at(now + self._slow.every, self._ping_again)
        self._ping(now)
