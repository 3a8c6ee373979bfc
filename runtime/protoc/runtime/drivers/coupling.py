"""A session on an endpoint: what every driver does between two waits, in one place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from protoc.runtime.drivers.looking import Looking
from protoc.runtime.drivers.wiring import Wiring, Wirings
from protoc.runtime.errors import LocalError, TransportError
from protoc.runtime.events import Event
from protoc.runtime.session import Request, Session
from protoc.runtime.transports.base import (
    Closed,
    Endpoint,
    Failed,
    Opened,
    Received,
    TurnedAway,
    Watch,
)

OnEvent = Callable[[Event], object]

CONNECT_TIMEOUT = 10.0
"""Seconds to wait for a connection."""

SPARE_TIMEOUT = 1.0
"""Seconds for a line that is not needed, as another one does its work, to come all the same."""

FLUSH_TIMEOUT = 1.0
"""Seconds for what was sent last to leave, when closing in order."""


_ROUNDS = 64  # then the line is looked at again, even if the session never comes to rest


class Coupling:
    """Passes on what the endpoint tells and what the session wants, until both are quiet.

    Args:
        session: the conversation.
        endpoint: what carries it; of a session with several links, a part for each.
        on_event: called with each event as it happens.

    Attributes:
        connections: the numbers of those at the other end.
        busy: a hook or an event callback is running: the conversation stands still until it ends.
        wirings: its links, each with what carries it.
        prepare: prepares an endpoint to be opened again, and calls `prepared` when it has.
        finish: awaits an async hook; by default to its end, before anything else happens.
    """

    def __init__(self, session: Session, endpoint: Endpoint, on_event: OnEvent | None) -> None:
        self.session = session
        self.endpoint = endpoint
        self.on_event = on_event
        self._watch: Watch | None = None
        self.connections: set[int] = set()
        self.busy = False
        self._started = False
        self.wirings = Wirings(session, endpoint)
        self._torn: list[Wiring] = []  # those that broke and are to be opened again
        session.carry(endpoint.send)
        self._now = 0.0
        self._looking = Looking()
        self.prepare: Callable[[Wiring], None] = self._prepare
        self.finish: Callable[[str, Awaitable[Any]], None] = self._finish

    def start(self, watch: Watch) -> None:
        """Open every line.

        Raises:
            TransportError: one cannot be opened, and no other does its work.
        """
        self._watch = watch
        for wiring in self.wirings:
            try:
                wiring.require_prepared()
                wiring.endpoint.start(self.endpoint.watch_for(wiring.endpoint, watch))
            except TransportError as error:
                if not wiring.replaceable:
                    raise
                wiring.endpoint.signals.append(Failed(str(error)))

    @property
    def alive(self) -> bool:
        """A line is there, or will be again by itself."""
        return bool(self.connections) or any(wiring.alive for wiring in self.wirings)

    @property
    def reopening(self) -> bool:
        """A line broke, and is to be opened again."""
        return bool(self._torn)

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
        if self.busy:  # called from a hook or an event callback: the outer call goes on
            return self.session.next_deadline()
        self.busy = True
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
                    return self._reopen(now, deadline) if self._torn else deadline
            return now
        finally:
            self.busy = False

    def look(self) -> bool:
        """Look for an answer that comes at once; whether something came."""
        return self.endpoint.prompt and bool(self._looking(self._looked))

    def _looked(self) -> bool:
        self.endpoint.look()
        return bool(self.endpoint.signals)

    def _pass_on(self, now: float) -> None:
        signals, session = self.endpoint.signals, self.session
        while signals:
            signal = signals.popleft()
            if isinstance(signal, Received):
                session.receive(signal.connection, signal.data, now)
                continue
            wiring = self.wirings[signal.connection % len(self.wirings)]
            if isinstance(signal, Opened):
                self._opened(wiring, signal, now)
            elif isinstance(signal, Closed):
                self.connections.discard(signal.connection)
                wiring.connections.discard(signal.connection)
                session.disconnected(signal.connection, now, signal.reason)
                if not (wiring.endpoint.is_open or session.is_dormant(wiring.link.name)):
                    self._broke(wiring, signal.reason, now)
            elif isinstance(signal, TurnedAway):
                session.turned_away(signal.peer, signal.reason, now, wiring.link.name)
            else:
                self._broke(wiring, signal.reason, now)

    def _opened(self, wiring: Wiring, signal: Opened, now: float) -> None:
        """Somebody is there."""
        self.connections.add(signal.connection)
        wiring.connections.add(signal.connection)
        wiring.failure = ""
        wiring.reopening.opened()
        self._settle_torn()
        self.session.connected(signal.connection, signal.peer, now, wiring.link.name)

    def _broke(self, wiring: Wiring, reason: str, now: float) -> None:
        """A line is gone, or could not be opened."""
        wiring.failure = reason
        wiring.reopening.broke(now)
        self._settle_torn()
        self.session.not_opened(reason, now, wiring.link.name)

    def _settle_torn(self) -> None:
        self._torn = [each for each in self.wirings if each.reopening.due is not None]

    def _reopen(self, now: float, deadline: float | None) -> float | None:
        """Open the lines again for which it is time; returns when to come again."""
        for wiring in self._torn:
            due = wiring.reopening.due
            if due is not None and due <= now:
                wiring.reopening.forget()
                self._open(wiring)
            elif due is not None and (deadline is None or due < deadline):
                deadline = due
        self._settle_torn()
        return now if self.endpoint.signals else deadline

    def _open(self, wiring: Wiring) -> None:
        if self._watch is None or wiring.endpoint.is_open:
            return
        wiring.preparing = True
        if wiring.endpoint.blocks:
            self.prepare(wiring)
        else:
            self._prepare(wiring)

    def _prepare(self, wiring: Wiring) -> None:
        try:
            wiring.endpoint.prepare()
        except TransportError as error:
            self.prepared(wiring, error)
        else:
            self.prepared(wiring, None)

    def prepared(self, wiring: Wiring, error: TransportError | None) -> None:
        """An endpoint can be opened, or could not be prepared for it."""
        wiring.preparing = False
        try:
            if error is not None:
                raise error
            if self._watch is not None:
                watch = self.endpoint.watch_for(wiring.endpoint, self._watch)
                wiring.endpoint.start(watch)
        except TransportError as failure:
            wiring.endpoint.signals.append(Failed(str(failure)))

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
        elif request.work is not None:
            self._now = now
            self.finish(request.hook, request.work)
        else:
            self._change(self.wirings.called(request.link), request, now)

    def _change(self, wiring: Wiring, request: Request, now: float) -> None:
        """Open or close a line, lead it elsewhere, or break it off for a while."""
        if request.verb == "open":
            self._open(wiring)
        elif request.verb == "close":
            self._close(wiring, now)
        elif request.verb == "lead":
            self._lead(wiring, request.to, now)
        else:
            wiring.endpoint.set_break(request.verb == "break")

    def _close(self, wiring: Wiring, now: float) -> None:
        wiring.reopening.forget()
        self._settle_torn()
        wiring.endpoint.close()
        wiring.endpoint.signals.clear()
        self._hang_up(wiring.connections, now)

    def _lead(self, wiring: Wiring, place: str, now: float) -> None:
        """Close a line and open it where it leads now."""
        try:
            wiring.endpoint.lead_to(place)
        except LocalError as error:
            self.session.misled(wiring.link.name, error, now)
            return
        self._close(wiring, now)
        self.session.moves(wiring.link.name)
        self._open(wiring)

    def _finish(self, hook: str, work: Awaitable[Any]) -> None:
        from asyncio import run

        async def wait() -> None:
            await work

        try:
            run(wait())
        except Exception as error:  # noqa: BLE001 - the user's code: it must not end the session
            self.session.hook_failed(hook, error, self._now)

    def _hang_up(self, connections: set[int], now: float) -> None:
        gone = sorted(connections)
        connections.clear()
        self.connections.difference_update(gone)
        for connection in gone:
            self.session.disconnected(connection, now, "")

    def close(self, now: float) -> None:
        """Close every line and tell the session; what waits there fails."""
        signals = self.endpoint.signals
        for wiring in self.wirings:
            wiring.reopening.forget()
        self._settle_torn()
        self.session.stay_closed()
        self.endpoint.close()
        signals.clear()
        if self.busy:  # in a hook: the session hears of it when it has done with that
            signals.extend(Closed(connection) for connection in sorted(self.connections))
            return
        for wiring in self.wirings:
            self._hang_up(wiring.connections, now)
        self.settle(now)

    def cut(self) -> None:
        """Close the endpoint and tell nobody: something failed that was told before."""
        self.endpoint.close()
        self.connections.clear()
        for wiring in self.wirings:
            wiring.connections.clear()

    @property
    def unsent(self) -> bool:
        """Not all of what was sent has left."""
        return bool(self.endpoint.unsent) or self.session.writing

    @property
    def broken(self) -> str:
        """What ended the last line, in a sentence; empty while one is there, or will be again."""
        failures = [each for each in self.wirings if each.failure]
        if not failures or self.alive:
            return ""
        return "; ".join(f"{each.endpoint.url}: {each.failure}" for each in failures)

    def require_open(self) -> None:
        """Make sure that a line is there.

        Raises:
            TransportError: it is closed; says why.
        """
        if not self.alive:
            raise TransportError(self.broken or f"{self.endpoint.url}: it is closed")

    def require_connection(self) -> None:
        """Make sure that somebody is there to be asked.

        Raises:
            TransportError: nobody is connected; says why.
        """
        if self.connections:
            return
        self.require_open()
        if not any(self.session.is_dormant(each.link.name) for each in self.wirings):
            raise TransportError(f"{self.endpoint.url}: nobody is connected")

    def given_up(self, timeout: float | None) -> Exception:
        """Why a wait ended too early."""
        if self.broken:
            return TransportError(self.broken)
        return (
            TransportError(f"{self.endpoint.url}: stopped") if timeout is None else TimeoutError()
        )
