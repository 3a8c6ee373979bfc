"""The device's side of a description, to try programs on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, TypeVar

from protoc.runtime.events import Event
from protoc.runtime.messages import Message
from protoc.runtime.protocol import Protocol

if TYPE_CHECKING:
    from protoc.runtime.drivers import background
    from protoc.runtime.drivers.sides import Places, Side

ANYWHERE = "tcp://127.0.0.1:0"
"""Any free port of this machine."""

T = TypeVar("T")


class Simulator:
    """Answers each command of a pair with its first response, built from the params.

    As a context manager it runs in a thread of its own, and may be used from any other:

        with Amplifier.simulate() as sim, Amplifier.open(sim.url) as amp:
            sim.set("helix_current", 12.3)
            print(amp.status())

    `open` and `serve` run it in the caller's thread.

    Args:
        protocol: the description.
        url: where to listen: `tcp://host:port`, `udp://host:port`, `pty:`, or a serial port; by
            default any free TCP port of this machine. Or several, by the names of their links.
        link: name of the link in the description; by default the first of the URL's kind.
        params: initial values.
        on_event: called with each event as it happens, in the thread it runs in.
    """

    def __init__(
        self,
        protocol: Protocol,
        url: Places = ANYWHERE,
        *,
        link: str | None = None,
        params: Mapping[str, Any] | None = None,
        on_event: Callable[[Event], object] | None = None,
    ) -> None:
        from protoc.runtime.drivers.sides import sides

        chosen = sides(protocol, url, link=link, listen=True)
        self._set_up(protocol, chosen, params, on_event)

    @classmethod
    def on(
        cls,
        protocol: Protocol,
        chosen: Sequence[Side],
        *,
        params: Mapping[str, Any] | None = None,
        on_event: Callable[[Event], object] | None = None,
    ) -> Self:
        """One whose links are where they are said to be.

        Raises:
            LocalError: a URL is malformed, or there is no such link, or it is there twice.
        """
        made = cls.__new__(cls)
        made._set_up(protocol, chosen, params, on_event)
        return made

    def _set_up(
        self,
        protocol: Protocol,
        chosen: Sequence[Side],
        params: Mapping[str, Any] | None,
        on_event: Callable[[Event], object] | None,
    ) -> None:
        from protoc.runtime.drivers import blocking
        from protoc.runtime.drivers.sides import couple

        self._session, endpoint = couple(protocol, chosen, role="device")
        self._driver = blocking.Driver(self._session, endpoint, on_event=on_event)
        self._background: background.Background | None = None
        for name, value in (params or {}).items():
            self._session.params.set(name, value)

    @property
    def url(self) -> str:
        """Where it listens, once opened: with the port or path that the system picked."""
        return self._driver.endpoint.url

    @property
    def urls(self) -> dict[str, str]:
        """Where each link listens, by its name: what `Device.open` takes."""
        return self._driver.urls

    def open(self) -> Self:
        """Begin to listen.

        Raises:
            TransportError: it cannot be listened on.
        """
        self._driver.open()
        return self

    def serve(self, seconds: float | None = None) -> None:
        """Answer in the caller's thread until the time is up or `stop` is called.

        Raises:
            TransportError: the line broke.
        """
        self._driver.run(seconds)

    def stop(self) -> None:
        """End `serve`, for good: from a signal handler, a callback or another thread."""
        self._driver.stop()

    def close(self) -> None:
        """Close every connection and stop listening. May be called again."""
        running, self._background = self._background, None
        if running is None:
            self._driver.close()
        else:
            running.close()

    def __enter__(self) -> Self:
        from protoc.runtime.drivers.background import Background

        self.open()
        self._background = Background(self._driver)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def set(self, name: str, value: Any) -> None:
        """Give a param a value; answers from now on have it.

        Raises:
            LocalError: there is no such param, or it is a constant.
        """
        self._do(lambda now: self._session.set(name, value, now))

    def get(self, name: str) -> Any:
        """The value of a param, None when it has none.

        Raises:
            LocalError: there is no such param.
        """
        return self._do(lambda _: self._session.params.get(name))

    def send(self, message: Message, connection: int | None = None) -> None:
        """Send a message by itself; to everybody connected when `connection` is None.

        Raises:
            EncodeError: a value does not fit its field.
            TransportError: nothing is connected.
        """
        self._do(lambda now: self._session.send(message, now, connection))

    def _do(self, action: Callable[[float], T]) -> T:
        if self._background is None:
            return self._driver.do(action)
        return self._background.do(lambda: self._driver.do(action))
