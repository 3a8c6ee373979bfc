"""Looking for an answer before one sleeps, as to be woken may take longer than it does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

LONGEST = 60e-6
"""Seconds for which one looks: about what it takes to be woken on a processor that rests."""

MOST = 1024
"""So many times at most it is left out where it was in vain."""

T = TypeVar("T")


class Looking:
    """Looks again and again for something that may come within microseconds.

    Where it was in vain, it is left out the next time; the time after that twice, and so on up to
    `MOST`. What is found halves that again. So a slow line costs next to nothing, and one hiccup of
    a fast one no more.

    Args:
        clock: gives the time.
    """

    __slots__ = ("_clock", "_left_out", "_patience")

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._patience = 0  # how often it is left out after the next time in vain, but for one
        self._left_out = 0  # how often it still is

    def __call__(self, look: Callable[[], T]) -> T | None:
        """What `look` finds, as soon as that is true; None when it does not come at once."""
        if self._left_out:
            self._left_out -= 1
            return None
        clock = self._clock
        now = clock()
        end = now + LONGEST
        while now < end:
            found = look()
            if found:
                self._patience //= 2
                return found
            now = clock()
        self._left_out = self._patience + 1
        self._patience = min(2 * self._patience + 1, MOST)
        return None
