"""Where each link of a conversation leads: a session, and what will carry it."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, NamedTuple

from protoc.runtime.errors import LocalError
from protoc.runtime.protocol import Link, Protocol
from protoc.runtime.session import Role, Session
from protoc.runtime.transports.base import Endpoint
from protoc.runtime.transports.bundle import Bundle
from protoc.runtime.transports.urls import choose_link, listen_endpoint, open_endpoint


class Side(NamedTuple):
    """Where one link leads.

    Attributes:
        url: where to connect to, or to listen.
        link: its name in the description; by default the first of the URL's kind.
        listen: wait for others to connect.
    """

    url: str
    link: str | None = None
    listen: bool = False


Places = str | Mapping[str, str]
"""One URL, or one for each of several links by its name."""


def either(url: Places, links: Mapping[str, str]) -> Places:
    """What is given of one URL and of URLs by the names of links.

    Raises:
        LocalError: nothing, or both.
    """
    if not (url or links):
        raise LocalError("give the URL of the device, or one for each link by its name")
    if url and links:
        raise LocalError("give one URL, or one for each link by its name, not both")
    return url or links


def sides(
    protocol: Protocol, places: Places, *, link: str | None = None, listen: bool = False
) -> list[Side]:
    """What a user means who gives one URL, or one for each of several links.

    Of several links, those that the description calls servers listen in any case.

    Args:
        protocol: the description.
        places: the URLs.
        link: name of the link, where there is one URL.
        listen: wait for others to connect.

    Raises:
        LocalError: there is no such link.
    """
    if isinstance(places, str):
        return [Side(places, link, listen)]
    rows = [_row(protocol, name) for name in places]
    return [Side(places[row.name], row.name, listen or row.role == "server") for row in rows]


def couple(
    protocol: Protocol,
    chosen: Sequence[Side],
    *,
    role: Role = "controller",
    hooks: object = None,
    saved: MutableMapping[str, Any] | None = None,
) -> tuple[Session, Endpoint]:
    """A session and what will carry it. Nothing is opened yet.

    Args:
        protocol: the description.
        chosen: where its links lead; those that are not named are not there.
        role: `controller`, or `device` to be the device.
        hooks: implementations by name, as for `Session`.
        saved: values of params that are kept, as for `Session`.

    Raises:
        LocalError: a URL is malformed, or there is no such link, or it is there twice.
    """
    if len(chosen) == 1:
        link, endpoint = _opened(protocol, chosen[0])
        return Session(protocol, link=link, role=role, hooks=hooks, saved=saved), endpoint
    rows = [row.name for row in protocol.links]
    named = [_row(protocol, side.link or "").name for side in chosen]
    for name in named:
        if named.count(name) > 1:
            raise LocalError(f"link {name} is given twice")
    ordered = sorted(zip(named, chosen, strict=True), key=lambda each: rows.index(each[0]))
    opened = [_opened(protocol, side) for _, side in ordered]
    links = [link for link, _ in opened if link is not None]
    session = Session(protocol, link=links, role=role, hooks=hooks, saved=saved)
    return session, Bundle([endpoint for _, endpoint in opened])


def _opened(protocol: Protocol, side: Side) -> tuple[Link | None, Endpoint]:
    link = choose_link(protocol, side.url, side.link)
    make = listen_endpoint if side.listen else open_endpoint
    return link, make(side.url, link)


def _row(protocol: Protocol, name: str) -> Link:
    for link in protocol.links:
        if link.name == name:
            return link
    known = ", ".join(link.name for link in protocol.links) or "none"
    raise LocalError(f"{protocol.name} has no link {name!r}; it has {known}")
