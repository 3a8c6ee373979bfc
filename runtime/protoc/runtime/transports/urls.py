"""From a URL to an endpoint: what is wrong with a URL is said before anything is opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, NoReturn
from urllib.parse import parse_qsl, unquote

import msgspec

from protoc.runtime.errors import LocalError
from protoc.runtime.protocol import Link, Protocol, Serial

if TYPE_CHECKING:
    from protoc.runtime.transports.base import Endpoint

Kind = Literal["serial", "tcp", "udp"]

SERIAL_EXAMPLE = "serial:///dev/ttyUSB0?baudrate=9600&bytesize=8&parity=N&stopbits=1"
_EXAMPLES = {
    "serial": SERIAL_EXAMPLE,
    "serial+": "serial+socket://10.0.0.7:4001",
    "tcp": "tcp://10.0.0.7:4001 or tcp://[fe80::1]:4001",
    "udp": "udp://10.0.0.7:4001 or udp://[fe80::1]:4001",
    "pty": "pty: to listen, pty:/dev/pts/3 to open",
}


class Place(NamedTuple):
    """A URL taken apart. `kind` is what stands before the first colon."""

    url: str
    kind: str
    rest: str

    def wrong(self, part: str, expected: str, got: str) -> NoReturn:
        """Refuse the URL for one of its parts."""
        example = _EXAMPLES.get(self.kind) or _EXAMPLES["serial+"]
        raise LocalError(
            f"{self.url!r}: wrong {part}: expected {expected}, got {got!r}; for example {example}"
        )


def open_endpoint(url: str, link: Link | None = None) -> Endpoint:
    """The endpoint that connects to a URL. Nothing is opened yet.

    Args:
        url: `serial:`, `tcp:`, `udp:`, `serial+` and a URL of pyserial, or the path of a pty.
        link: gives what the URL leaves out: serial settings, port number.

    Raises:
        LocalError: the URL is malformed; says which part, what is expected, and an example.
    """
    place = _split(url)
    if place.kind in ("tcp", "udp"):
        host, port = _host_and_port(place, link, listening=False)
        local = link.local_port if link is not None else None
        if place.kind == "tcp":
            from protoc.runtime.transports.tcp import TcpClient

            return TcpClient(url, host, port, local)
        from protoc.runtime.transports.udp import UdpClient

        return UdpClient(url, host, port, local)
    if place.kind == "pty" and not place.rest:
        place.wrong("path", "the path of a pseudo-terminal", "")
    return _serial(place, link)


def listen_endpoint(url: str, link: Link | None = None) -> Endpoint:
    """The endpoint that others connect to. Nothing is opened yet.

    Args:
        url: `tcp:` or `udp:` with host and port (0 picks a free one), `pty:`, or a serial port.
        link: gives what the URL leaves out.

    Raises:
        LocalError: the URL is malformed, or is none to listen on.
    """
    place = _split(url)
    if place.kind in ("tcp", "udp"):
        from protoc.runtime.transports.admission import Admission

        host, port = _host_and_port(place, link, listening=True)
        admission = Admission(link.server if link else None)
        if place.kind == "tcp":
            from protoc.runtime.transports.tcp import TcpServer

            return TcpServer(url, host, port, admission)
        from protoc.runtime.transports.udp import UdpServer

        return UdpServer(url, host, port, admission)
    if place.kind == "pty":
        if place.rest:
            place.wrong("path", "nothing behind pty: (the system picks the path)", place.rest)
        from protoc.runtime.transports.pty import PtyListener

        return PtyListener()
    # On a serial line nobody listens or connects: the device's end is a port like the other.
    return _serial(place, link)


def choose_link(
    protocol: Protocol, url: str, name: str | None = None, role: str = "client"
) -> Link | None:
    """The link of a description that a URL stands for.

    That is the one named, else the first of its kind: one in this role, if there is one. What the
    URL says of a serial line is part of it.

    Raises:
        LocalError: there is no link of that name, or the URL is malformed.
    """
    place = _split(url)
    link = _chosen(protocol, place, name, role)
    if link is None or place.kind not in ("serial", "pty"):
        return link
    _, _, query = place.rest.partition("?")
    settings = _settings(place, query, link.serial or Serial())
    return msgspec.structs.replace(link, serial=settings)


def _chosen(protocol: Protocol, place: Place, name: str | None, role: str) -> Link | None:
    if name is not None:
        for link in protocol.links:
            if link.name == name:
                return link
        known = ", ".join(link.name for link in protocol.links) or "none"
        raise LocalError(f"{protocol.name} has no link {name!r}; it has {known}")
    wanted = place.kind if place.kind in ("tcp", "udp") else "serial"
    fitting = [link for link in protocol.links if link.kind == wanted]
    best: Sequence[Link] = [link for link in fitting if link.role == role]
    return next(iter(best or fitting or protocol.links), None)


def _split(url: str) -> Place:
    kind, colon, rest = url.partition(":")
    kind = kind.lower()
    if not colon or not (kind in _EXAMPLES or kind.startswith("serial+")):
        if url.startswith("/dev/") or kind.startswith("com"):
            hint = f"for a serial port write serial://{url}"
        elif colon and rest.isdigit():
            hint = f"for a network address write tcp://{url}"
        else:
            hint = f"for example {_EXAMPLES['tcp']}, or {SERIAL_EXAMPLE}"
        raise LocalError(
            f"{url!r}: wrong kind of link: expected serial:, tcp:, udp:, pty: or serial+…, "
            f"got {kind if colon else url!r}; {hint}"
        )
    return Place(url, kind, rest)


def _host_and_port(place: Place, link: Link | None, *, listening: bool) -> tuple[str, int]:
    if not place.rest.startswith("//"):
        place.wrong("address", f"{place.kind}://host:port", place.rest)
    address = place.rest[2:]
    if address.startswith("["):
        host, bracket, rest = address[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            place.wrong("host", "an IPv6 address in brackets, then :port", address)
        port = rest[1:]
    else:
        host, _, port = address.partition(":")
        if ":" in port:
            place.wrong("host", "an IPv6 address in brackets", address)
    for sign in "/?#@":
        if sign in address:
            place.wrong("address", "only host:port", address)
    if not host and not listening:
        place.wrong("host", "a name or an address", "")
    return host, _port(place, port, link, listening=listening)


def _port(place: Place, text: str, link: Link | None, *, listening: bool) -> int:
    if not text and link is not None and link.port is not None:
        return link.port
    lowest = 0 if listening else 1
    if not (text.isascii() and text.isdigit()) or not lowest <= int(text) <= 65535:
        why = "" if text or link is None else " (the description names none)"
        place.wrong("port", f"a number from {lowest} to 65535{why}", text)
    return int(text)


def _serial(place: Place, link: Link | None) -> Endpoint:
    from functools import partial

    from protoc.runtime.transports import serial, threaded

    settings = (link.serial if link else None) or Serial()
    if place.kind.startswith("serial+"):
        # Case matters behind the plus: it may be a path.
        target = place.url[len("serial+") :]
        return threaded.ThreadedPort(place.url, partial(serial.open_url, target), settings)
    path, _, query = place.rest.partition("?")
    path = unquote(path.removeprefix("//"))
    if not path:
        place.wrong("path", "the name of a serial port", path)
    settings = _settings(place, query, settings)
    if serial.HAS_FILES:
        return serial.SerialPort(place.url, path, settings)
    return threaded.ThreadedPort(place.url, partial(serial.open_port, place.url, path), settings)


def _settings(place: Place, query: str, settings: Serial) -> Serial:
    given: dict[str, Any] = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        if key in given:
            place.wrong("setting", f"{key} once", query)
        if key not in Serial.__struct_fields__:
            place.wrong("setting", f"one of {', '.join(Serial.__struct_fields__)}", key)
        given[key] = _setting(place, key, value)
    return msgspec.structs.replace(settings, **given)


def _setting(place: Place, key: str, value: str) -> int | float | str | bool:
    match key:
        case "baudrate":
            if value.isascii() and value.isdigit() and int(value) > 0:
                return int(value)
            place.wrong(key, "a number of bits a second", value)
        case "bytesize":
            if value in ("5", "6", "7", "8"):
                return int(value)
            place.wrong(key, "5, 6, 7 or 8", value)
        case "parity":
            if value.upper() in ("N", "E", "O", "M", "S"):
                return value.upper()
            place.wrong(key, "N, E, O, M or S", value)
        case "rtscts" | "dsrdtr" | "xonxoff" | "rts" | "dtr":
            if value in ("0", "1"):
                return value == "1"
            place.wrong(key, "0 or 1", value)
        case _:
            if value in ("1", "1.5", "2"):
                return float(value)
            place.wrong(key, "1, 1.5 or 2", value)
