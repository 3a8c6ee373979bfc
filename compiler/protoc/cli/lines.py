"""Sessions on real lines: opened, told to end by signals, and what went wrong with them."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from protoc.cli.failures import CONVERSATION_FAILED, Failure, UsageFailure
from protoc.cli.output import emit


def stopwatch() -> Callable[[], float]:
    """A clock that starts now."""
    start = time.monotonic()
    return lambda: time.monotonic() - start


class Stop:
    """Whether we were told to end, and whom to tell.

    Attributes:
        asked: a signal has come.
    """

    def __init__(self) -> None:
        self.asked = False
        self._end: Callable[[], object] | None = None

    def tell(self, end: Callable[[], object]) -> None:
        """From now on a signal calls this."""
        self._end = end
        if self.asked:
            end()

    def handle(self, number: int, frame: object) -> None:
        """A signal has come."""
        self.asked = True
        if self._end is not None:
            self._end()


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Let SIGINT and SIGTERM end what is told, instead of the process."""
    stop = Stop()
    before: dict[signal.Signals, Any] = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            before[number] = signal.signal(number, stop.handle)
        except ValueError:  # not in the main thread: there signals are somebody else's
            break
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def urls() -> Iterator[None]:
    """What is wrong with a URL is wrong usage."""
    from protoc.runtime.errors import LocalError

    try:
        yield
    except LocalError as error:
        raise UsageFailure(str(error)) from None


@contextmanager
def line_failures() -> Iterator[None]:
    """A line that cannot be opened, or breaks, ends the command in one sentence."""
    from protoc.runtime.errors import TransportError

    try:
        yield
    except TransportError as error:
        raise Failure(str(error), CONVERSATION_FAILED) from None


class Announced:
    """Prints events, but nothing before it is said where we listen.

    Args:
        several: there are several links, so that it is said which.
    """

    def __init__(self, *, several: bool) -> None:
        self._held: list[dict[str, Any]] | None = []
        self._several = several

    def __call__(self, event: dict[str, Any]) -> None:
        """Print an event, now or as soon as it may be."""
        if self._held is None:
            emit(event)
        else:
            self._held.append(event)

    def at(self, urls: dict[str, str]) -> None:
        """Say where we listen, by link, and then what happened meanwhile."""
        held, self._held = self._held or [], None
        for link, url in urls.items():
            record = {"event": "listening", "url": url}
            emit({**record, "link": link} if self._several else record)
        for event in held:
            emit(event)
