"""Devices to call, blocking or from asyncio, and simulated ones.

What a generated module defines, for a protocol `amplifier` whose description it holds in PROTOCOL:

    class AmplifierParams(Params): ...      # a property for each param
    class AmplifierHooks(Hooks): ...        # `name: Callable[..., Any] | None = None` for each hook

    class Amplifier(Device[AmplifierParams, AmplifierHooks], protocol=PROTOCOL):
        def status(self, *, address: int | UnsetType = UNSET) -> Status:
            reply: Status = self._call("status", {"address": address})
            return reply

        @classmethod
        def connect(cls, url: str, *, link: str | None = None) -> AsyncAmplifier:
            return AsyncAmplifier(url, link=link)

    class AsyncAmplifier(AsyncDevice[AmplifierParams, AmplifierHooks], protocol=PROTOCOL):
        async def status(self, *, address: int | UnsetType = UNSET) -> Status:
            reply: Status = await self._call("status", {"address": address})
            return reply

A device that is only called runs no timers. `run`, `messages`, `changes` and `events` start the
timers and the start-up trigger, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, get_args, get_origin

from protoc.runtime.actions import Execute, Target
from protoc.runtime.errors import LocalError, Timeout
from protoc.runtime.events import AttemptFailed, Event, MessageSeen, ParamChanged
from protoc.runtime.messages import Message
from protoc.runtime.params import Params
from protoc.runtime.protocol import Protocol

if TYPE_CHECKING:
    from protoc.runtime.drivers.feeds import Feed
    from protoc.runtime.drivers.sides import Places
    from protoc.runtime.session import Session, Ticket
    from protoc.runtime.simulator import Simulator

CONNECT_TIMEOUT = 10.0
"""Seconds to wait for a connection."""

BREAK = 0.25
"""Seconds that a serial line is held in the break state."""


class Hooks:
    """Functions called from the conversation; one that is None is reported when reached.

    Generated classes have an attribute for each hook of the description.
    """

    def __init__(self, **functions: Callable[..., Any]) -> None:
        for name, function in functions.items():
            if not hasattr(type(self), name):
                raise LocalError(f"there is no hook {name}")
            setattr(self, name, function)


ParamsT = TypeVar("ParamsT", bound=Params)
HooksT = TypeVar("HooksT", bound=Hooks)


class Described(Generic[ParamsT, HooksT]):
    """What the blocking and the asyncio device have in common.

    Attributes:
        PROTOCOL: the description.
        params: the params of the device, as they are known now.
        hooks: the functions that the conversation calls.
    """

    PROTOCOL: ClassVar[Protocol]
    _types: ClassVar[tuple[type[Params], type[Hooks]]] = (Params, Hooks)

    params: ParamsT
    hooks: HooksT

    def __init_subclass__(cls, *, protocol: Protocol | None = None) -> None:
        super().__init_subclass__()
        if protocol is not None:
            cls.PROTOCOL = protocol  # pyright: ignore[reportConstantRedefinition]
        # Device[AmplifierParams, AmplifierHooks] says which classes to make.
        for base in getattr(cls, "__orig_bases__", ()):
            origin, types = get_origin(base), get_args(base)
            ours = isinstance(origin, type) and issubclass(origin, Described)
            if ours and all(isinstance(each, type) for each in types):
                cls._types = types

    def _set_up(self, session: Session, hooks: HooksT, assign: Callable[[str, Any], None]) -> None:
        self.session = session
        self.hooks = hooks
        self.params = self._types[0](session.params.get, assign)  # type: ignore[assignment]

    @staticmethod
    def _places(url: Places, links: Mapping[str, str]) -> Places:
        """What is given of a URL, URLs by name, and the same as keywords.

        Raises:
            LocalError: nothing, or more than one of them.
        """
        from protoc.runtime.drivers.sides import either

        return either(url, links)

    def _make_hooks(self, hooks: HooksT | None) -> HooksT:
        return self._types[1]() if hooks is None else hooks  # type: ignore[return-value]


def is_received(event: Event) -> bool:
    """A message came in."""
    return isinstance(event, MessageSeen) and event.direction == "received"


def is_change(event: Event) -> bool:
    """A param has another value."""
    return isinstance(event, ParamChanged)


def is_anything(event: Event) -> bool:
    """Whatever it is."""
    return True


def is_attempt(event: Event, pair: str) -> bool:
    """A pair got no answer this time."""
    return isinstance(event, AttemptFailed) and event.pair == pair


def answer(ticket: Ticket, pair: str) -> Any:
    """The last answer of a pair that must have one.

    Raises:
        Timeout, Refused, EncodeError, TransportError: what went wrong.
        LocalError: nothing was asked.
    """
    reply = ticket.result()
    if reply is None:
        raise LocalError(f"{pair}: its condition does not hold, so nothing was sent")
    return reply


def answers(ticket: Ticket) -> Any:
    """All answers of a pair.

    Raises:
        Timeout, Refused, EncodeError, TransportError: what went wrong.
    """
    ticket.result()
    return ticket.replies


class Device(Described[ParamsT, HooksT]):
    """A device, blocking: every method returns when it is done. For one thread at a time.

    Args:
        url: where it is; see `open`.
        link: name of the link in the description; by default the first of the URL's kind.
        hooks: functions that the conversation calls.
        saved: values of params that are `save`, kept up to date: a dict, or a `shelve`.
        listen: wait for the device to connect.

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
    ) -> None:
        from protoc.runtime.drivers import blocking, feeds
        from protoc.runtime.drivers.sides import couple, sides

        made = self._make_hooks(hooks)
        chosen = sides(self.PROTOCOL, url, link=link, listen=listen)
        session, endpoint = couple(self.PROTOCOL, chosen, hooks=made, saved=saved)
        self._feeds = feeds.Feeds(session)
        self._driver = blocking.Driver(session, endpoint, on_event=self._feeds.offer)
        self._set_up(session, made, self._assign)

    @classmethod
    def open(
        cls,
        url: Places = "",
        *,
        link: str | None = None,
        hooks: HooksT | None = None,
        saved: MutableMapping[str, Any] | None = None,
        timeout: float = CONNECT_TIMEOUT,
        **links: str,
    ) -> Self:
        """Connect to a device, over one link or several at once.

        With several, `Bench.open(control="tcp://10.0.0.7:4001", data="serial:///dev/ttyUSB0")`, it
        is one conversation: params, triggers and timers are shared, and each pair goes over its
        link. Links that the description calls servers wait for the device to connect.

        Args:
            url: `serial:///dev/ttyUSB0?baudrate=9600`, `tcp://host:port` or `udp://host:port`;
                what it leaves out comes from the description. Or several, by the names of their
                links.
            link: name of the link in the description; by default the first of the URL's kind.
            hooks: functions that the conversation calls.
            saved: values of params that are `save`, kept up to date: a dict, or a `shelve`.
            timeout: seconds to wait for the connection.
            links: the same as a mapping of names to URLs.

        Raises:
            LocalError: a URL is malformed, or there is no such link.
            TransportError: there is no connection.
        """
        device = cls(cls._places(url, links), link=link, hooks=hooks, saved=saved)
        device._driver.open(timeout)
        return device

    @classmethod
    def listen(
        cls,
        url: Places = "",
        *,
        link: str | None = None,
        hooks: HooksT | None = None,
        saved: MutableMapping[str, Any] | None = None,
        **links: str,
    ) -> Self:
        """Wait for devices to connect: to `tcp://host:port`, `udp://host:port` or `pty:`.

        With several `links`, as for `open`, all of them listen.

        Raises:
            LocalError: a URL is malformed, or there is no such link.
            TransportError: it cannot be listened on.
        """
        device = cls(cls._places(url, links), link=link, hooks=hooks, saved=saved, listen=True)
        device._driver.open()
        return device

    @classmethod
    def simulate(
        cls,
        url: Places = "",
        *,
        link: str | None = None,
        params: Mapping[str, Any] | None = None,
        **links: str,
    ) -> Simulator:
        """The device's side of this protocol, to try programs on: see `Simulator`."""
        from protoc.runtime.simulator import ANYWHERE, Simulator

        places = cls._places(url or ("" if links else ANYWHERE), links)
        return Simulator(cls.PROTOCOL, places, link=link, params=params)

    @property
    def url(self) -> str:
        """Where it is; when listening, with the port that the system picked. See `urls`."""
        return self._driver.endpoint.url

    @property
    def urls(self) -> dict[str, str]:
        """Where each link leads, by its name: what `open` takes."""
        return self._driver.urls

    def close(self) -> None:
        """Close the line. May be called again."""
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def execute(self, kind: Target, name: str, /, **fields: Any) -> Message | None:
        """Execute a pair, command, group or trigger; returns the last answer.

        Raises:
            Timeout, Refused, TransportError, LocalError: the worst that happened.
        """
        return self._execute(kind, name, fields, None).result()

    def send(self, message: Message, connection: int | None = None) -> None:
        """Write a message past the queue; to everybody connected when `connection` is None.

        Raises:
            EncodeError: a value does not fit its field.
            TransportError: nothing is connected.
        """
        self._driver.do(lambda now: self.session.send(message, now, connection))

    def send_break(self, seconds: float = BREAK) -> None:
        """Hold a serial line in the break state for so long; the conversation goes on meanwhile.

        Raises:
            LocalError: it is no serial line.
            TransportError: the line is closed.
        """
        self._driver.do(lambda now: self.session.send_break(seconds, now))
        self._driver.pump(lambda: False, seconds)

    def run(self, seconds: float | None = None) -> None:
        """Run timers and triggers until the time is up, `stop` is called, or the line is closed.

        Raises:
            TransportError: the line broke.
        """
        self._driver.run(seconds)

    def stop(self) -> None:
        """End `run`, for good: from a signal handler, a hook or another thread."""
        self._driver.stop()

    def messages(self, timeout: float | None = None) -> Feed[MessageSeen]:
        """The messages that come in from now on; ends when none came for `timeout` seconds."""
        return self._feed(is_received, timeout)

    def changes(self, timeout: float | None = None) -> Feed[ParamChanged]:
        """The changes of params from now on; ends when none came for `timeout` seconds."""
        return self._feed(is_change, timeout)

    def events(self, timeout: float | None = None) -> Feed[Event]:
        """Everything that happens from now on; ends when nothing did for `timeout` seconds."""
        return self._feed(is_anything, timeout)

    def _feed(self, wanted: Callable[[Event], bool], timeout: float | None) -> Feed[Any]:
        from protoc.runtime.drivers.feeds import Feed

        return self._feeds.add(Feed(self._driver, wanted, timeout))

    def _assign(self, name: str, value: Any) -> None:
        self._driver.do(lambda now: self.session.set(name, value, now))

    def _execute(
        self, kind: Target, name: str, fields: Mapping[str, Any], timeout: float | None
    ) -> Ticket:
        if timeout is None:
            return self._driver.call(Execute(kind, name), fields)
        failed = self._feed(lambda event: is_attempt(event, name), None)
        try:
            return self._driver.call(Execute(kind, name), fields, timeout)
        except TimeoutError:
            raise Timeout(name, 1 + failed.pending) from None

    def _call(
        self,
        pair: str,
        fields: Mapping[str, Any],
        timeout: float | None = None,
    ) -> Any:
        """Execute a pair and return its last answer.

        Args:
            pair: its name.
            fields: fields of the command; those that are UNSET are left out.
            timeout: seconds for everything, retries included; the link's and the pair's own
                timeouts hold in any case.

        Raises:
            Timeout: no answer in time, after the last retry.
            Refused: the device answered with a refusal.
            EncodeError: a value does not fit its field.
            TransportError: the line is closed, or broke.
            LocalError: the condition of the pair does not hold: nothing was sent.
        """
        return answer(self._execute("pair", pair, fields, timeout), pair)

    def _call_all(
        self,
        pair: str,
        fields: Mapping[str, Any],
        timeout: float | None = None,
    ) -> Any:
        """As `_call`, for a pair with any number of answers: all of them, in order."""
        return answers(self._execute("pair", pair, fields, timeout))

    def _tell(self, pair: str, fields: Mapping[str, Any]) -> None:
        """As `_call`, for a pair without an answer."""
        self._execute("pair", pair, fields, None).result()
