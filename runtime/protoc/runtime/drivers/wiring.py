"""One link of a session and the endpoint that carries it: there, broken, or on its way back."""

from __future__ import annotations

from typing import Self

from protoc.runtime.drivers.reopening import Reopening
from protoc.runtime.errors import TransportError
from protoc.runtime.protocol import Link
from protoc.runtime.session import Session
from protoc.runtime.transports.base import Endpoint


class Wiring:
    """A link and what carries it.

    Args:
        session: the conversation.
        link: the link.
        endpoint: what carries it.
        pool: the links that do each other's work, this one among them.

    Attributes:
        link, endpoint, pool: as given.
        connections: the numbers of those at the other end.
        failure: why it was not opened or broke; empty while nothing of it happened.
        reopening: when it is opened again.
        preparing: it is about to be.
    """

    def __init__(
        self, session: Session, link: Link, endpoint: Endpoint, pool: frozenset[str]
    ) -> None:
        self._session = session
        self.link = link
        self.endpoint = endpoint
        self.pool = pool
        self.connections: set[int] = set()
        self.failure = ""
        self.reopening = Reopening(link, anyway=len(pool) > 1)
        self.preparing = False
        self._unprepared: TransportError | None = None

    @property
    def replaceable(self) -> bool:
        """Another link does its work while it is not there."""
        return len(self.pool) > 1

    @property
    def there(self) -> bool:
        """Somebody is at the other end, or may come at any time."""
        return bool(self.connections) or (self.endpoint.listening and self.endpoint.is_open)

    @property
    def alive(self) -> bool:
        """It is there, or will be again by itself."""
        if self.connections or self.endpoint.is_open or self.preparing:
            return True
        return self.reopening.due is not None or self._session.is_dormant(self.link.name)

    def prepare(self) -> None:
        """Do what has to be done before it is opened for the first time.

        Raises:
            LocalError: the param that says where it leads says nothing that it can lead to.
            TransportError: it cannot be done, and no other link does its work.
        """
        place = self._session.address(self.link.name)
        if place:
            self.endpoint.lead_to(place)
        try:
            self.endpoint.prepare()
        except TransportError as error:
            if not self.replaceable:
                raise
            self._unprepared = error

    def require_prepared(self) -> None:
        """Make sure that it is worth to be opened for the first time.

        Raises:
            TransportError: it could not be prepared.
        """
        error, self._unprepared = self._unprepared, None
        if error is not None:
            raise error


class Wirings(tuple[Wiring, ...]):
    """Each link of a session with the part of an endpoint that carries it, in their order."""

    __slots__ = ()

    def __new__(cls, session: Session, endpoint: Endpoint) -> Self:
        mains = {link.name: link.spare_of or link.name for link in session.links}
        pools: dict[str, set[str]] = {}
        for name, main in mains.items():
            pools.setdefault(main, set()).add(name)
        carried = zip(session.links, endpoint.parts, strict=True)
        return super().__new__(
            cls,
            [
                Wiring(session, link, part, frozenset(pools[mains[link.name]]))
                for link, part in carried
            ],
        )

    def called(self, name: str) -> Wiring:
        """The one whose link has this name."""
        return next(each for each in self if each.link.name == name)

    def prepare(self) -> None:
        """Do what has to be done before every line is opened for the first time.

        Raises:
            TransportError: it cannot be done.
        """
        for each in self:
            each.prepare()

    @property
    def urls(self) -> dict[str, str]:
        """Where each link leads, by its name."""
        return {each.link.name: each.endpoint.url for each in self}

    @property
    def decided(self) -> bool:
        """It has turned out of every line whether it is there."""
        return all(each.there or each.failure for each in self)

    @property
    def missing(self) -> Wiring | None:
        """A line that is not there, and none that does its work; None when all are there."""
        there = {each.link.name for each in self if each.there}
        return next((each for each in self if not each.pool & there), None)

    @property
    def enough(self) -> bool:
        """What is there can do the work of all, or nothing more is to be hoped for."""
        return self.missing is None or self.decided

    @property
    def opening(self) -> bool:
        """It has not turned out yet whether a line is there that is being opened."""
        return any(each.endpoint.is_open and not each.there for each in self)
