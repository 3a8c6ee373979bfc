"""Devices to call from asyncio. See `protoc.runtime.device` for what generated modules define."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Self

from protoc.runtime.actions import Execute, Target
from protoc.runtime.device import (
    BREAK,
    CONNECT_TIMEOUT,
    Described,
    HooksT,
    ParamsT,
    answer,
    answers,
    is_anything,
    is_attempt,
    is_change,
    is_received,
)
from protoc.runtime.errors import Timeout
from protoc.runtime.events import Event, MessageSeen, ParamChanged
from protoc.runtime.messages import Message

if TYPE_CHECKING:
    from protoc.runtime.drivers.feeds import AsyncFeed
    from protoc.runtime.drivers.sides import Places
    from protoc.runtime.session import Ticket


class AsyncDevice(Described[ParamsT, HooksT]):
    """A device, for asyncio. The conversation goes on by itself while it is open.

    Any number of tasks may call it: their commands are queued. When a task is cancelled its command
    is withdrawn; one that is sent already is not sent again, and its answer is a late one.
    Calls that are answered within microseconds may follow each other for a millisecond before other
    tasks have their turn.

    Args:
        url: where it is: see `Device.open`.
        link: name of the link in the description; by default the first of the URL's kind.
        hooks: functions that the conversation calls.
        saved: values of params that are `save`, kept up to date: a dict, or a `shelve`.
        listen: wait for the device to connect: see `Device.listen`.
        timeout: seconds to wait for the connection.

    Attributes:
        session: the conversation itself.
    """

    def __init__(
        self,
        url: Places,
        *,
        link: str | None = None,
        hooks: HooksT | None = None,
        saved: MutableMapping[str, Any] | None = None,
        listen: bool = False,
        timeout: float = CONNECT_TIMEOUT,
    ) -> None:
        from protoc.runtime.drivers import aio, feeds
        from protoc.runtime.drivers.sides import couple, sides

        made = self._make_hooks(hooks)
        self._timeout = timeout
        chosen = sides(self.PROTOCOL, url, link=link, listen=listen)
        session, endpoint = couple(self.PROTOCOL, chosen, hooks=made, saved=saved)
        self._feeds = feeds.Feeds(session)
        self._driver = aio.Driver(
            session, endpoint, on_event=self._feeds.offer, crowded=self._feeds.crowded
        )
        self._set_up(session, made, self._assign)

    @property
    def url(self) -> str:
        """Where it is; when listening, with the port that the system picked. See `urls`."""
        return self._driver.endpoint.url

    @property
    def urls(self) -> dict[str, str]:
        """Where each link leads, by its name: what `Device.open` takes."""
        return self._driver.urls

    async def _open(self) -> Self:
        await self._driver.open(self._timeout)
        return self

    def __await__(self) -> Generator[Any, None, Self]:
        return self._open().__await__()

    async def __aenter__(self) -> Self:
        return await self._open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the line. May be called again."""
        await self._driver.close()

    async def execute(self, kind: Target, name: str, /, **fields: Any) -> Message | None:
        """Execute a pair, command, group or trigger; returns the last answer.

        Raises:
            Timeout, Refused, TransportError, LocalError: the worst that happened.
        """
        return (await self._execute(kind, name, fields, None)).result()

    def send(self, message: Message, connection: int | None = None) -> None:
        """Write a message past the queue; to everybody connected when `connection` is None.

        Raises:
            EncodeError: a value does not fit its field.
            TransportError: nothing is connected.
        """
        self._driver.do(lambda now: self.session.send(message, now, connection))

    async def send_break(self, seconds: float = BREAK) -> None:
        """Hold a serial line in the break state for so long; the conversation goes on meanwhile.

        Raises:
            LocalError: it is no serial line.
            TransportError: the line is closed.
        """
        self._driver.do(lambda now: self.session.send_break(seconds, now))
        await self._driver.until(lambda: False, seconds)

    async def run(self, seconds: float | None = None) -> None:
        """Run timers and triggers until the time is up or the line is closed.

        Raises:
            TransportError: the line broke.
        """
        await self._driver.run(seconds)

    def messages(self, timeout: float | None = None) -> AsyncFeed[MessageSeen]:
        """The messages that come in from now on; ends when none came for `timeout` seconds."""
        return self._feed(is_received, timeout)

    def changes(self, timeout: float | None = None) -> AsyncFeed[ParamChanged]:
        """The changes of params from now on; ends when none came for `timeout` seconds."""
        return self._feed(is_change, timeout)

    def events(self, timeout: float | None = None) -> AsyncFeed[Event]:
        """Everything that happens from now on; ends when nothing did for `timeout` seconds."""
        return self._feed(is_anything, timeout)

    def _feed(self, wanted: Callable[[Event], bool], timeout: float | None) -> AsyncFeed[Any]:
        from protoc.runtime.drivers.feeds import AsyncFeed

        return self._feeds.add(AsyncFeed(self._driver, wanted, timeout))

    def _assign(self, name: str, value: Any) -> None:
        self._driver.do(lambda now: self.session.set(name, value, now))

    def _execute(
        self, kind: Target, name: str, fields: Mapping[str, Any], timeout: float | None
    ) -> Coroutine[Any, Any, Ticket]:
        if timeout is None:
            return self._driver.call(Execute(kind, name), fields)
        return self._execute_within(timeout, kind, name, fields)

    async def _execute_within(
        self, timeout: float, kind: Target, name: str, fields: Mapping[str, Any]
    ) -> Ticket:
        failed = self._feed(lambda event: is_attempt(event, name), None)
        try:
            return await self._driver.call(Execute(kind, name), fields, timeout)
        except TimeoutError:
            raise Timeout(name, 1 + failed.pending) from None

    async def _call(
        self,
        pair: str,
        fields: Mapping[str, Any],
        timeout: float | None = None,
    ) -> Any:
        """Execute a pair and return its last answer: as `Device._call`."""
        return answer(await self._execute("pair", pair, fields, timeout), pair)

    async def _call_all(
        self,
        pair: str,
        fields: Mapping[str, Any],
        timeout: float | None = None,
    ) -> Any:
        """As `_call`, for a pair with any number of answers: all of them, in order."""
        return answers(await self._execute("pair", pair, fields, timeout))

    async def _tell(self, pair: str, fields: Mapping[str, Any]) -> None:
        """As `_call`, for a pair without an answer."""
        (await self._execute("pair", pair, fields, None)).result()
