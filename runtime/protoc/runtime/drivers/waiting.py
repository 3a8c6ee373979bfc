"""How the blocking driver waits for files: as cheaply as the system allows."""

from __future__ import annotations

import math
import select
import selectors
import sys
from functools import partial
from typing import Protocol

from protoc.runtime.drivers.looking import Looking
from protoc.runtime.transports.base import READ, WRITE


class Waiter(Protocol):
    """Waits until one of several files is ready."""

    def watch(self, file: int, mask: int) -> None:
        """Wait for `mask` on a file from now on; 0 to forget it."""

    def wait(self, seconds: float | None, *, soon: bool = False) -> list[tuple[int, int]]:
        """The files that are ready, and what for, after at most that time.

        Where it may be `soon`, it may look for some microseconds before it sleeps: to sleep and to
        be woken takes longer than an answer over a fast network.
        """
        ...

    def close(self) -> None:
        """Forget every file."""


def waiter(many: bool) -> Waiter:
    """What this system has for a few files, or for many."""
    if sys.platform == "linux":
        return PollWaiter(many)
    return SelectorWaiter(selectors.DefaultSelector())


if sys.platform == "linux":

    class PollWaiter:
        """`poll`, which costs a third of a selector, or `epoll`, which does not mind a thousand."""

        def __init__(self, many: bool) -> None:
            # They differ in the unit of time, and have the same numbers for what is waited for.
            self._poll = select.epoll() if many else select.poll()
            self._unit = 1e-3 if many else 1
            self._masks: dict[int, int] = {}
            self._look = partial(self._poll.poll, 0)
            self._looking = Looking()

        def watch(self, file: int, mask: int) -> None:
            wanted = (mask & READ and select.POLLIN) | (mask & WRITE and select.POLLOUT)
            if not mask:
                if self._masks.pop(file, 0):
                    self._poll.unregister(file)
            elif file in self._masks:
                self._masks[file] = mask
                self._poll.modify(file, wanted)
            else:
                self._masks[file] = mask
                self._poll.register(file, wanted)

        def wait(self, seconds: float | None, *, soon: bool = False) -> list[tuple[int, int]]:
            found = self._looking(self._look) if soon else None
            if found is None:
                # Whole milliseconds, rounded up: else it would spin through the last one.
                limit = None if seconds is None else math.ceil(seconds * 1e3) * self._unit
                found = self._poll.poll(limit)
            return self._told(found)

        def _told(self, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
            if len(found) == 1 and found[0][1] == select.POLLIN:
                return found
            return [(file, self._mask(file, event)) for file, event in found]

        def _mask(self, file: int, event: int) -> int:
            # Whatever else there is (an error, a hang-up) shows when one reads or writes.
            mask = (event & ~select.POLLOUT and READ) | (event & ~select.POLLIN and WRITE)
            return mask & self._masks[file]

        def close(self) -> None:
            if isinstance(self._poll, select.epoll):
                self._poll.close()
            self._masks.clear()


class SelectorWaiter:
    """Any selector of the standard library, or one that only looks like it."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector

    def watch(self, file: int, mask: int) -> None:
        if file not in self._selector.get_map():
            if mask:
                self._selector.register(file, mask)
        elif mask:
            self._selector.modify(file, mask)
        else:
            self._selector.unregister(file)

    def wait(self, seconds: float | None, *, soon: bool = False) -> list[tuple[int, int]]:
        return [(key.fd, mask) for key, mask in self._selector.select(seconds)]

    def close(self) -> None:
        self._selector.close()
