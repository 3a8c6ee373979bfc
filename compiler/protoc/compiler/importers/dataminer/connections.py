"""Connections of a connector: what they are, and the settings of their ports."""

from __future__ import annotations

import re

from msgspec import Struct, field

from protoc.compiler.importers.dataminer.elements import Reference, Text, View, options
from protoc.dsl.source import Span

SERIAL = ("serial", "serial single")
SMART = ("smart-serial", "smart-serial single")
NEEDED = {
    "http": "an HTTP client with sessions, which is no protocol on a line",
    "snmp": "an SNMP manager",
    "snmpv2": "an SNMP manager",
    "snmpv3": "an SNMP manager",
    "opc": "an OPC client",
    "gpib": "a GPIB bus, which has talkers and listeners instead of a line",
    "websocket": "a WebSocket client",
    "virtual": "nothing: it talks to no device",
    "service": "the platform itself: it talks to no device",
    "sla": "the platform itself: it talks to no device",
    "smart-serial-raw": "rules that are not published",
    "smart-serial-raw-single": "rules that are not published",
}
_PLACEHOLDER = re.compile(r"\$[A-Z_]+\$|\{\{.*\}\}|\[\[.*\]\]", re.IGNORECASE)


class Port(Struct, frozen=True):
    """Settings of a port; times in milliseconds."""

    transport: str = ""
    port: int | None = None
    local_port: int | None = None
    baud: int | None = None
    data_bits: int | None = None
    parity: str = ""
    stop_bits: str = ""
    flow: str = ""
    timeout: int | None = None
    element_timeout: int | None = None
    retries: int | None = None
    ping: int | None = None
    slow_poll: int | None = None
    slow_poll_base: str = ""
    per_datagram: bool = False
    bus: Text | None = None
    span: Span | None = None


class Packet(Struct, frozen=True):
    """`packetInfo`: where the length stands, and what it counts."""

    before: int
    size: int
    whole: bool
    little: bool
    span: Span


class Stuffing(Struct, frozen=True):
    """`Advanced@stuffing`: an escape before each occurrence of a sequence."""

    on: frozenset[str]
    escape: bytes
    marker: bytes
    allowed: tuple[bytes, ...]
    skip: tuple[int, int]
    span: Span


class Connection(Struct, frozen=True):
    """One connection; `number` counts from 0."""

    number: int
    type: str
    name: str
    span: Span
    port: Port = Port()

    @property
    def smart(self) -> bool:
        """Whether messages come without being asked for."""
        return self.type in SMART

    @property
    def single(self) -> bool:
        """Whether it has a socket of its own, wherever it leads."""
        return self.type.endswith(" single")

    @property
    def wired(self) -> bool:
        """Whether it is a line that can be imported."""
        return self.type in SERIAL or self.type in SMART


class Communication(Struct):
    """The communication options, which count for every connection."""

    enqueue: bool = False
    packet: Packet | None = None
    hand_over: int | None = None
    most: int | None = None
    came: Reference | None = None
    went: Reference | None = None
    header: bool = False
    redundant: bool = False
    close_on_reply: bool = False
    ignore_equal: bool = False
    unicode: bool = False
    stuffing: Stuffing | None = None
    stray: list[tuple[Text, str]] = field(default_factory=list)


_OTHER_DOMAINS = {
    "chunkedhtml": "chunked transfer coding belongs to HTTP",
    "customredirect": "redirects belong to HTTP",
    "asyncwmi": "WMI is no protocol on a line",
    "progid": "OPC is no protocol on a line",
    "useagentbinding": "bindings belong to SNMP traps",
}
_PLATFORM_OPTIONS = ("disableviewrefresh", "exportprotocol")


def read_connections(root: View) -> list[Connection]:
    """The main connection and the extra ones; an empty list when there is no type."""
    type_ = root.child("Type")
    ports = [read_port(view) for view in root.inside("Ports", "PortSettings")]
    named = [view.attribute("name") for view in root.inside("Ports", "PortSettings")]
    main = root.child("PortSettings")
    found: list[Connection] = []
    if type_ is not None:
        name = main.attribute("name") if main else None
        found.append(
            Connection(
                0,
                type_.word,
                name.value if name else "",
                type_.span,
                read_port(main) if main else Port(),
            )
        )
        for number, extra in enumerate(options(type_.attribute("advanced")), 1):
            word, _, label = extra.value.partition(":")
            by_name = [i for i, each in enumerate(named) if each and each.value == label.strip()]
            index = by_name[0] if by_name else number - 1
            port = ports[index] if index < len(ports) else Port()
            found.append(Connection(number, word.strip().lower(), label, extra.span, port))
    return found or _newer(root)


def _newer(root: View) -> list[Connection]:
    """Connections in the newer notation."""
    found = []
    for number, view in enumerate(root.inside("Connections", "Connection")):
        name = view.attribute("name")
        kind = view.wording("Type")
        if not kind and view.element.children:
            first = view.element.children[0].name
            view.child(first)
            kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", first).lower()
        count = view.counted("id")
        found.append(
            Connection(
                number if count is None else count, kind, name.value if name else "", view.span
            )
        )
    return found


def placeholder(text: str) -> bool:
    """Whether a text is to be filled in by a project template."""
    return bool(_PLACEHOLDER.search(text))


def read_port(view: View) -> Port:
    """The settings of a port, each with its default."""

    def given(name: str) -> Text | None:
        child = view.child(name)
        if child is None:
            return None
        return child.content("DefaultValue")

    def word(name: str) -> str:
        found = given(name)
        return found.word if found else ""

    def number(name: str) -> int | None:
        return view.whole(given(name))

    per_datagram = view.child("FlushPerDatagram")
    bus = view.child("BusAddress")
    return Port(
        transport=word("Type"),
        port=number("IPport"),
        local_port=number("LocalIPport"),
        baud=number("Baudrate"),
        data_bits=number("Databits"),
        parity=word("Parity"),
        stop_bits=word("Stopbits"),
        flow=word("Flowcontrol"),
        timeout=number("TimeoutTime"),
        element_timeout=number("TimeoutTimeElement"),
        retries=number("Retries"),
        ping=number("PingInterval"),
        slow_poll=number("SlowPoll"),
        slow_poll_base=word("SlowPollBase"),
        per_datagram=bool(
            per_datagram and "true" in (per_datagram.word, per_datagram.wording("DefaultValue"))
        ),
        bus=given("BusAddress") if bus and bus.word != "false" else None,
        span=view.span,
    )


def read_communication(root: View) -> Communication:
    """The options that count for every connection."""
    found = Communication()
    type_ = root.child("Type")
    if type_ is None:
        return found
    for option in options(type_.attribute("communicationOptions")):
        _option(type_, option, found)
    for option in options(type_.attribute("options")):
        if option.word == "unicode":
            found.unicode = True
        elif option.word.partition(":")[0] in _PLATFORM_OPTIONS:
            found.stray.append((option, "matters to the platform only"))
        else:
            found.stray.append((option, "is not understood"))
    advanced = root.child("Advanced")
    if advanced is not None:
        found.ignore_equal = advanced.flag("ignoreEqualResponse")
        if advanced.attribute("stuffing") is not None:
            found.stuffing = _stuffing(advanced)
    return found


def _option(view: View, option: Text, found: Communication) -> None:
    """One communication option."""
    word, _, rest = (part.strip() for part in re.sub("=", ":", option.word).partition(":"))
    numbers = [view.whole(Text(part, option.span)) for part in rest.split(",") if part.isdigit()]
    simple = {
        "makecommandbyprotocol": "enqueue",
        "smartipheader": "header",
        "redundantpolling": "redundant",
        "closeconnectiononresponse": "close_on_reply",
    }
    if word in simple:
        setattr(found, simple[word], True)
    elif word == "maxreceivebuffer" and numbers:
        found.hand_over = numbers[0]
    elif word == "maxconcurrentconnections" and numbers:
        found.most = numbers[0]
    elif word == "notifyconnectionpids" and numbers:
        refs = [Reference(number, option.span) for number in numbers if number is not None]
        found.came, found.went = (*refs, None)[:2] if len(refs) < 2 else (refs[0], refs[1])
    elif word == "packetinfo" and len(numbers) >= 2 and None not in numbers:
        parts = [part.strip() for part in rest.split(",")] + ["", ""]
        before, size = (int(part) for part in parts[:2])
        whole, little = parts[2] != "false", parts[3] == "littleendian"
        found.packet = Packet(before, size, whole, little, option.span)
    elif word == "postponeportinitialisation":
        found.stray.append((option, "the port is opened when it is first used anyway"))
    else:
        found.stray.append((option, _OTHER_DOMAINS.get(word, "is not understood")))


def _stuffing(view: View) -> Stuffing | None:
    """What is understood of `Advanced@stuffing`, whose syntax is not published."""
    from protoc.compiler.importers.dataminer.values import pattern

    def text(name: str) -> str:
        found = view.attribute(name)
        return found.value if found else ""

    given = {
        key.strip().lower(): value.strip()
        for key, _, value in (
            re.sub(":", "=", part.value).partition("=")
            for part in options(view.attribute("stuffing"))
        )
    }

    def part(name: str) -> str:
        return given.get(name, "") or text(name)

    marker, escape = pattern(part("stuffing") or part("value")), pattern(part("escape"))
    skips = [part(name) for name in ("startoffset", "endoffset")]
    start, end = (int(skip) if skip.isdigit() else 0 for skip in skips)
    allowed = [pattern(each) for each in part("allowed").split(",") if each.strip()]
    on = frozenset(re.split(r"[,\s]+", part("on").lower())) - {""}
    if not marker or not escape or None in allowed:
        view.note("not imported", "this form of stuffing is not understood", "stuffing")
        return None
    return Stuffing(
        on or frozenset(("command", "response")),
        escape,
        marker,
        tuple(each for each in allowed if each),
        (start, end),
        view.span,
    )
