"""Enumerations, params and links."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from protoc.compiler.model.conversions import Conversion
from protoc.compiler.model.expressions import Expression, Object
from protoc.compiler.model.wire import Wire
from protoc.dsl import tree
from protoc.dsl.source import Span


class Label(Struct, frozen=True):
    """A name of an enumeration and the raw values it stands for, the first of which is written."""

    name: str
    values: tuple[int | str, ...]
    doc: str = ""


class Enum(Struct, frozen=True):
    """A set of labels. `text` when the raw values are text."""

    name: str
    labels: tuple[Label, ...]
    span: Span
    doc: str = ""

    @property
    def text(self) -> bool:
        """Whether raw values are text."""
        return any(isinstance(label.values[0], str) for label in self.labels)


class Param(Struct, frozen=True):
    """A remembered value. `wire` is None for a name that anything may fill.

    Attributes:
        default: what it is at first; `bits` where it is an object of them.
        sets: the param its value is handed to.
        takes: what a message may bring: anything else leaves it as it was.
    """

    name: str
    wire: Wire | None
    conversion: Conversion
    span: Span
    default: int | float | str | bytes | bool | None = None
    constant: bool = False
    save: bool = False
    doc: str = ""
    id: int | None = None
    bounds: tuple[float | None, float | None] | None = None
    sets: str = ""
    takes: tuple[float | None, float | None] | None = None
    bits: Object | None = None

    @property
    def known(self) -> bool:
        """Whether it has a value from the beginning."""
        return self.default is not None or self.bits is not None


class Link(Struct, frozen=True):
    """One way to reach the device.

    Attributes:
        local_port: our own port, where a client connects from; None for any.
        address: the param that says where a client leads; empty for none.
        ends: the alternatives of its terminator.
        max_connections, allow, connected, disconnected, reply: of servers: how many may be there
            at once, from where, the params told who comes and goes, and who gets what a message
            causes.
        frames: header and trailer of its units; a unit without a header begins where the one
            before ended.
        packet: name of the message that says how long its units are.
        wrap: name of the frame around every message.
        datagram: each datagram is taken for itself: what it leaves unfinished stays so.
        idle: a pause that ends a message, in seconds; `idle_characters` the same in characters.
        hand_over: what came is looked at for itself each time so many bytes are there.
        peer_header: it begins with the address it came from then.
        flow, rts, dtr: of serial lines: who is told to wait how; two lines of the port.
        idle_close: seconds after which a silent connection is closed; 0 for never.
        reconnect, reconnect_longest: seconds until a line that broke is opened again, at first
            and at most; 0 for never.
        half_duplex, echo, bystanders: how the line is shared.
        compose: when commands are composed.
        where, no_reply: whether an answer belongs to a request; whether a request gets none.
        greeting: name of the message that commands wait for.
        late: what becomes of answers that nobody waits for any more.
        ignore_equal: a response that is the last one of its kind again only answers.
        offline: seconds without an answer after which the device does not respond; 0 for never.
        queue: name of the link in whose queue its commands wait; empty for one of its own.
        spare_of: name of the link whose work it does when that does not answer; empty for none.
        single: it has a line of its own, though another link may lead to the same place.
        slow_poll: seconds between pings of one that does not respond; 0 for none. They begin
            `slow_after` seconds later, or after so many attempts as `slow_timeouts`.
    """

    name: str
    kind: Literal["serial", "tcp", "udp"]
    role: Literal["client", "server"]
    span: Span
    port: int | None = None
    baud: int | None = None
    format: str | None = None
    timeout: float = 1.0
    retries: int = 0
    gap: float = 0.0
    ends: tuple[bytes, ...] = ()
    largest: int = 65536
    max_connections: int | None = None
    allow: tuple[str, ...] = ()
    connected: str = ""
    disconnected: str = ""
    reply: Literal["asker", "all"] = "asker"
    frames: tuple[tuple[bytes, bytes], ...] = ()
    packet: tree.Name | None = None
    wrap: tree.Name | None = None
    datagram: bool = False
    idle: float = 0.0
    idle_characters: float = 0.0
    hand_over: int = 0
    peer_header: bool = False
    half_duplex: bool = False
    echo: Literal["", "discard"] = ""
    bystanders: Literal["", "ignore"] = ""
    idle_close: float = 0.0
    reconnect: float = 0.0
    reconnect_longest: float = 60.0
    flow: Literal["", "rtscts", "dsrdtr", "xonxoff"] = ""
    rts: Literal["", "on", "off"] = ""
    dtr: Literal["", "on", "off"] = ""
    compose: Literal["dequeue", "enqueue"] = "dequeue"
    where: Expression | None = None
    no_reply: Expression | None = None
    greeting: str = ""
    late: Literal["drop", "match"] = "drop"
    ignore_equal: bool = False
    offline: float = 0.0
    slow_poll: float = 0.0
    slow_after: float = 0.0
    slow_timeouts: int = 0
    queue: str = ""
    spare_of: str = ""
    single: bool = False
    local_port: int | None = None
    address: str = ""

    @property
    def bounded(self) -> bool:
        """Whether the line itself tells where a message ends that does not."""
        pauses = self.idle or self.idle_characters or self.hand_over or self.peer_header
        return bool(self.datagram or self.frames or self.packet is not None or pauses)
