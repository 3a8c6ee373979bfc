"""What happens, as something to iterate over."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast
from weakref import ref

from protoc.runtime.errors import TransportError
from protoc.runtime.events import Event

if TYPE_CHECKING:
    from protoc.runtime.drivers import aio, blocking
    from protoc.runtime.session import Session

LARGEST_FEED = 100_000
"""Events kept for a reader that does not come; older ones are dropped and counted."""

CROWDED = LARGEST_FEED // 2
"""So many, and the reader is let have them before more is read."""

T = TypeVar("T")
Wanted = Callable[[Event], bool]


class _Queue(Generic[T]):
    """Events of one sort, from the moment it was made.

    Attributes:
        lost: how many were dropped because nobody took them.
    """

    def __init__(self, wanted: Wanted, timeout: float | None) -> None:
        self.lost = 0
        self._wanted = wanted
        self._timeout = timeout
        self._begun = False
        self._events: deque[T] = deque()

    def _begin(self, driver: blocking.Driver | aio.Driver) -> None:
        # Once: a line that is closed when it is first looked at is a mistake, later it is the end.
        if not self._begun:
            driver.begin()
            self._begun = True

    def offer(self, event: Event) -> None:
        """Keep an event, if it is of the sort."""
        if self._wanted(event):
            if len(self._events) == LARGEST_FEED:
                self._events.popleft()
                self.lost += 1
            self._events.append(cast("T", event))

    @property
    def pending(self) -> int:
        """Events that are there to be taken."""
        return len(self._events)

    def _filled(self) -> bool:
        return bool(self._events)


class Feed(_Queue[T]):
    """Iterates over events, letting the conversation go on while it waits for the next."""

    def __init__(self, driver: blocking.Driver, wanted: Wanted, timeout: float | None) -> None:
        super().__init__(wanted, timeout)
        self._driver = driver

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        if not self._events:
            self._begin(self._driver)
            self._driver.pump(self._filled, self._timeout)
        if not self._events:
            if self._driver.failure:
                raise TransportError(self._driver.failure)
            raise StopIteration
        return self._events.popleft()


class AsyncFeed(_Queue[T]):
    """Iterates over events as they come."""

    def __init__(self, driver: aio.Driver, wanted: Wanted, timeout: float | None) -> None:
        super().__init__(wanted, timeout)
        self._driver = driver

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        if not self._events:
            self._begin(self._driver)
            await self._driver.until(self._filled, self._timeout)
        if not self._events:
            if self._driver.failure:
                raise TransportError(self._driver.failure)
            raise StopAsyncIteration
        return self._events.popleft()


F = TypeVar("F", bound=Feed[Any] | AsyncFeed[Any])


class Feeds:
    """The feeds that somebody still holds.

    Args:
        session: what they are fed from; it is `watched` while there are any.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        session.watched = False
        # References rather than a WeakSet, which takes longer to iterate than to hold nothing.
        self._feeds: list[ref[Feed[Any] | AsyncFeed[Any]]] = []

    def add(self, feed: F) -> F:
        """Let a feed have what happens, as long as somebody holds it."""
        self._feeds.append(ref(feed, self._gone))
        self._session.watched = True
        return feed

    def _gone(self, feed: ref[Feed[Any] | AsyncFeed[Any]]) -> None:
        self._feeds.remove(feed)
        self._session.watched = bool(self._feeds)

    def crowded(self) -> bool:
        """One of them holds so much that its reader should come first."""
        return bool(self._feeds) and any(
            feed.pending >= CROWDED for each in self._feeds if (feed := each())
        )

    def offer(self, event: Event) -> None:
        """Pass an event to each of them."""
        if not self._feeds:
            return
        for each in tuple(self._feeds):  # one may go meanwhile
            feed = each()
            if feed is not None:
                feed.offer(event)
