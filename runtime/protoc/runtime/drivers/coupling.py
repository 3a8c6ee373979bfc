"""A session on an endpoint: what every driver does between two waits, in one place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from protoc.runtime.drivers.looking import Looking
from protoc.runtime.drivers.reopening import Reopening
from protoc.runtime.errors import TransportError
from protoc.runtime.events import Event
from protoc.runtime.protocol import Protocol
from protoc.runtime.session import Request, Role, Session
from protoc.runtime.transports.base import (
    Closed,
    Endpoint,
    Failed,
    Opened,
    Received,
    TurnedAway,
    Watch,
)
from protoc.runtime.transports.urls import choose_link, listen_endpoint, open_endpoint

OnEvent = Callable[[Event], object]

CONNECT_TIMEOUT = 10.0
"""Seconds to wait for a connection."""

FLUSH_TIMEOUT = 1.0
"""Seconds for what was sent last to leave, when closing in order."""


_ROUNDS = 64  # then the line is looked at again, even if the session never comes to rest


def couple(
    protocol: Protocol,
    url: str,
    *,
    link: str | None = None,
    role: Role = "controller",
    listen: bool = False,
    hooks: object = None,
    saved: MutableMapping[str, Any] | None = None,
) -> tuple[Session, Endpoint]:
    """A session and what will carry it. Nothing is opened yet.

    Args:
        protocol: the description.
        url: where to connect to, or to listen.
        link: name of the link in the description; by default the first of the URL's kind.
        role: `controller`, or `device` to be the device.
        listen: wait for others to connect.
        hooks: implementations by name, as for `Session`.
        saved: values of params that are kept, as for `Session`.

    Raises:
        LocalError: the URL is malformed, or there is no such link.
    """
    chosen = choose_link(protocol, url, link)
    endpoint = listen_endpoint(url, chosen) if listen else open_endpoint(url, chosen)
    return Session(protocol, link=chosen, role=role, hooks=hooks, saved=saved), endpoint


class Coupling:
    """Passes on what the endpoint tells and what the session wants, until both are quiet.

    Args:
        session: the conversation.
        endpoint: what carries it.
        on_event: called with each event as it happens.

    Attributes:
        connections: the numbers of those at the other end.
        failure: why the line was not opened or broke; empty while nothing of it happened.
        prepare: prepares the endpoint to be opened again, and calls `prepared` when it has.
        finish: awaits an async hook; by default to its end, before anything else happens.
    """

    def __init__(self, session: Session, endpoint: Endpoint, on_event: OnEvent | None) -> None:
        self.session = session
        self.endpoint = endpoint
        self.on_event = on_event
        self.failure = ""
        self._watch: Watch | None = None
        self.connections: set[int] = set()
        self._settling = False
        self._started = False
        self._reopening = Reopening(session.link)
        session.carry(endpoint.send)
        self._preparing = False
        self._now = 0.0
        self._looking = Looking()
        self.prepare: Callable[[], None] = self._prepare
        self.finish: Callable[[str, Awaitable[Any]], None] = self._finish

    def start(self, watch: Watch) -> None:
        """Open the endpoint.

        Raises:
            TransportError: it cannot be opened.
        """
        self._watch = watch
        self.endpoint.start(watch)

    @property
    def alive(self) -> bool:
        """The line is there, or will be again by itself."""
        if self.connections:
            return True
        again = self._preparing or self._reopening.due is not None
        return self.endpoint.is_open or again or self.session.is_dormant()

    @property
    def reopening(self) -> bool:
        """The line broke, and is to be opened again."""
        return self._reopening.due is not None

    @property
    def busy(self) -> bool:
        """A hook or an event callback is running: the conversation stands still until it ends."""
        return self._settling

    def begin(self, now: float) -> None:
        """Start the session's timers and triggers, the first time it is called.

        Raises:
            TransportError: the line is closed.
        """
        self.require_open()
        if not self._started:
            self._started = True
            self.session.start(now)

    def settle(self, now: float) -> float | None:
        """Let everything happen that can happen now.

        Returns:
            when to come again at the latest, None when only the line can bring something new.
        """
        if self._settling:  # called from a hook or an event callback: the outer call goes on
            return self.session.next_deadline()
        self._settling = True
        try:
            session, signals = self.session, self.endpoint.signals
            happened, requests = session.happened, session.requests
            for _ in range(_ROUNDS):
                if signals:
                    self._pass_on(now)
                if happened or requests:
                    self._carry_out(now)
                deadline = session.next_deadline()
                if deadline is not None and deadline <= now:
                    session.advance(now)
                elif not signals:
                    return deadline if self._reopening.due is None else self._reopen(now, deadline)
            return now
        finally:
            self._settling = False

    def look(self) -> bool:
        """Look for an answer that comes at once; whether something came."""
        return bool(self._looking(self._looked))

    def _looked(self) -> bool:
        self.endpoint.look()
        return bool(self.endpoint.signals)

    def _pass_on(self, now: float) -> None:
        signals, session = self.endpoint.signals, self.session
        while signals:
            signal = signals.popleft()
            if isinstance(signal, Received):
                session.receive(signal.connection, signal.data, now)
            elif isinstance(signal, Opened):
                self.connections.add(signal.connection)
                self.failure = ""
                self._reopening.opened()
                session.connected(signal.connection, signal.peer, now)
            elif isinstance(signal, Closed):
                self.connections.discard(signal.connection)
                session.disconnected(signal.connection, now, signal.reason)
                if not (self.endpoint.is_open or session.is_dormant()):
                    self._broke(signal.reason, now)
            elif isinstance(signal, TurnedAway):
                session.turned_away(signal.peer, signal.reason, now)
            else:
                self._broke(signal.reason, now)

    def _broke(self, reason: str, now: float) -> None:
        """The line is gone, or could not be opened."""
        self.failure = reason
        self._reopening.broke(now)
        self.session.not_opened(reason, now)

    def _reopen(self, now: float, deadline: float | None) -> float | None:
        """Open the line again when it is time to; returns when to come again."""
        due = self._reopening.due
        if due is not None and due <= now:
            self._reopening.forget()
            self._open()
            return now if self.endpoint.signals else deadline
        return due if deadline is None or (due is not None and due < deadline) else deadline

    def _open(self) -> None:
        if self._watch is None or self.endpoint.is_open:
            return
        if self.endpoint.blocks:
            self._preparing = True
            self.prepare()
        else:
            self.prepared(None)

    def _prepare(self) -> None:
        try:
            self.endpoint.prepare()
        except TransportError as error:
            self.prepared(error)
        else:
            self.prepared(None)

    def prepared(self, error: TransportError | None) -> None:
        """The endpoint can be opened, or could not be prepared for it."""
        self._preparing = False
        try:
            if error is not None:
                raise error
            if self._watch is not None:
                self.endpoint.start(self._watch)
        except TransportError as failure:
            self.endpoint.signals.append(Failed(str(failure)))

    def _carry_out(self, now: float) -> None:
        """Do what the session wants done, and what event callbacks make it want."""
        happened, requests = self.session.happened, self.session.requests
        while happened or requests:
            while requests:
                self._fulfil(requests.popleft(), now)
            while happened:
                event = happened.popleft()
                if self.on_event is not None:
                    self.on_event(event)

    def _fulfil(self, request: Request, now: float) -> None:
        if request.verb == "hang up":
            self.endpoint.hang_up(request.connection)
        elif request.verb in ("break", "end break"):
            self.endpoint.set_break(request.verb == "break")
        elif request.work is not None:
            self._now = now
            self.finish(request.hook, request.work)
        elif request.verb == "close":
            self._reopening.forget()
            self.endpoint.close()
            self.endpoint.signals.clear()
            self._hang_up(now, "")
        else:
            self._open()

    def _finish(self, hook: str, work: Awaitable[Any]) -> None:
        from asyncio import run

        async def wait() -> None:
            await work

        try:
            run(wait())
        except Exception as error:  # noqa: BLE001 - the user's code: it must not end the session
            self.session.hook_failed(hook, error, self._now)

    def _hang_up(self, now: float, reason: str) -> None:
        for connection in sorted(self.connections):
            self.session.disconnected(connection, now, reason)
        self.connections.clear()

    def close(self, now: float) -> None:
        """Close the endpoint and tell the session; what waits there fails."""
        signals = self.endpoint.signals
        self._reopening.forget()
        self.session.stay_closed()
        self.endpoint.close()
        signals.clear()
        if self._settling:  # in a hook: the session hears of it when it has done with that
            signals.extend(Closed(connection) for connection in sorted(self.connections))
        else:
            self._hang_up(now, "")
            self.settle(now)

    def cut(self) -> None:
        """Close the endpoint and tell nobody: something failed that was told before."""
        self.endpoint.close()
        self.connections.clear()

    @property
    def broken(self) -> str:
        """What ended the line, in a sentence; empty while it is there, or will be again."""
        return f"{self.endpoint.url}: {self.failure}" if self.failure and not self.alive else ""

    def require_open(self) -> None:
        """Make sure that the line is there.

        Raises:
            TransportError: it is closed; says why.
        """
        if not self.alive:
            why = self.failure or "it is closed"
            raise TransportError(f"{self.endpoint.url}: {why}")

    def require_connection(self) -> None:
        """Make sure that somebody is there to be asked.

        Raises:
            TransportError: nobody is connected; says why.
        """
        if self.connections:
            return
        self.require_open()
        if not self.session.is_dormant():
            raise TransportError(f"{self.endpoint.url}: nobody is connected")

    def given_up(self, timeout: float | None) -> Exception:
        """Why a wait ended too early."""
        if self.broken:
            return TransportError(self.broken)
        return (
            TransportError(f"{self.endpoint.url}: stopped") if timeout is None else TimeoutError()
        )
