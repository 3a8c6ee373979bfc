"""Where each link of a conversation leads: a session, and what will carry it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from protoc.runtime.errors import LocalError
from protoc.runtime.protocol import Link, Protocol
from protoc.runtime.session import Role, Session
from protoc.runtime.transports.base import Endpoint
from protoc.runtime.transports.bundle import Bundle
from protoc.runtime.transports.joint import Joint
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

    Links that lead to the same place share a line, and a queue, unless they are `single`. Whether
    a link of TCP or UDP serves or connects is said here, whatever the description takes it for.

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
        side = chosen[0]
        link = _link(protocol, side, role)
        session = Session(protocol, link=link, role=role, hooks=hooks, saved=saved)
        return session, _endpoint(side, link)
    rows = [row.name for row in protocol.links]
    named = [_row(protocol, side.link or "").name for side in chosen]
    for name in named:
        if named.count(name) > 1:
            raise LocalError(f"link {name} is given twice")
    ordered = sorted(zip(named, chosen, strict=True), key=lambda each: rows.index(each[0]))
    links: list[Link] = []
    endpoints: list[Endpoint] = []
    for joined in _joined(protocol, [side for _, side in ordered], role):
        links += joined.links
        endpoints += joined.endpoints
    places = [rows.index(link.name) for link in links]
    in_order = sorted(range(len(links)), key=places.__getitem__)
    session = Session(
        protocol, link=[links[i] for i in in_order], role=role, hooks=hooks, saved=saved
    )
    return session, Bundle([endpoints[i] for i in in_order])


class _Line(NamedTuple):
    """Links that one line carries, with an endpoint for each."""

    links: list[Link]
    endpoints: list[Endpoint]


def _joined(protocol: Protocol, chosen: Sequence[Side], role: Role) -> Iterator[_Line]:
    """Every line with what it carries: those that lead to the same place share one, and a queue."""
    same: dict[object, list[tuple[Side, Link]]] = {}
    for side in chosen:
        link = _link(protocol, side, role)
        assert link is not None  # it has a name
        alone = side.listen or link.single
        key = link.name if alone else (side.url, link.serial, link.local_port)
        same.setdefault(key, []).append((side, link))
    for found in same.values():
        (side, first), *others = found
        endpoint = _endpoint(side, first)
        if not others:
            yield _Line([first], [endpoint])
            continue
        sharing = [msgspec.structs.replace(link, queue=first.name) for _, link in others]
        yield _Line([first, *sharing], list(Joint(endpoint, len(found)).ends))


def _link(protocol: Protocol, side: Side, role: Role) -> Link | None:
    """The link of a side, as it is opened: who connects has nobody to admit.

    A link that the controller serves is one that the device connects by, and the other way round.
    """
    as_opened: Literal["client", "server"] = "server" if side.listen else "client"
    mirrored = "client" if side.listen else "server"
    described = as_opened if role == "controller" else mirrored
    link = choose_link(protocol, side.url, side.link, described)
    if link is None or link.kind == "serial" or link.role == as_opened:
        return link
    if side.listen:
        return msgspec.structs.replace(link, role=as_opened, reconnect=0.0)
    return msgspec.structs.replace(link, role=as_opened, server=None)


def _endpoint(side: Side, link: Link | None) -> Endpoint:
    make = listen_endpoint if side.listen else open_endpoint
    return make(side.url, link)


def _row(protocol: Protocol, name: str) -> Link:
    for link in protocol.links:
        if link.name == name:
            return link
    known = ", ".join(link.name for link in protocol.links) or "none"
    raise LocalError(f"{protocol.name} has no link {name!r}; it has {known}")
