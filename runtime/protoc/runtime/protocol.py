"""The description of a conversation as data: what a generated module hands to the runtime.

All times are seconds. `line` is where the description says it; `id` the number an imported
connector gave it. Everything here is immutable and knows no connection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from protoc.runtime.actions import Action, Execute, Expression
from protoc.runtime.messages import Message

HAND_OVER_PAUSE = 0.015
"""Seconds after which what came is handed over, where pieces are and nothing else is said."""


class Serial(msgspec.Struct, frozen=True):
    """Settings of a serial line.

    Attributes:
        baudrate, bytesize, parity, stopbits: speed and frame.
        rtscts, dsrdtr, xonxoff: how either side is told to wait.
        rts, dtr: these lines once the port is open; None as the system has them.
    """

    baudrate: int = 9600
    bytesize: int = 8
    parity: Literal["N", "E", "O", "M", "S"] = "N"
    stopbits: float = 1
    rtscts: bool = False
    dsrdtr: bool = False
    xonxoff: bool = False
    rts: bool | None = None
    dtr: bool | None = None

    @property
    def character(self) -> float:
        """How long a byte is on its way, in seconds, start and stop bits included."""
        bits = 1 + self.bytesize + (self.parity != "N") + self.stopbits
        return bits / self.baudrate


class Server(msgspec.Struct, frozen=True):
    """What a link that listens does with those who connect to it.

    Attributes:
        max_connections: so many at once; the next one is turned away. None for any number.
        allow: addresses and networks (`10.0.0.0/8`) that may connect; empty for all.
        connected, disconnected: the params that get `host:port` of whoever comes and goes.
        reply: what a message causes is sent to the one who sent it, or to all.
    """

    max_connections: int | None = None
    allow: tuple[str, ...] = ()
    connected: str = ""
    disconnected: str = ""
    reply: Literal["asker", "all"] = "asker"

    def param_of(self, event: str) -> str:
        """The param that is told about `connect` or `disconnect`; empty when none is."""
        return self.connected if event == "connect" else self.disconnected


class Between(msgspec.Struct, frozen=True):
    """Units that begin with a header and end with the next trailer, both included.

    Without a header a unit begins where the one before ended.
    """

    header: bytes
    trailer: bytes


class Packets(msgspec.Struct, frozen=True):
    """Units that are as long as a message says, which is no candidate itself."""

    message: type[Message]


class SlowPoll(msgspec.Struct, frozen=True):
    """A device that does not respond is only pinged, until it answers again.

    Attributes:
        every: seconds between two pings.
        after: seconds more than `offline` without an answer, before it begins; where there is no
            `offline`, seconds behind the first attempt without one.
        timeouts: so many attempts in a row without an answer instead; 0 for the time.
    """

    every: float
    after: float = 0.0
    timeouts: int = 0


class Link(msgspec.Struct, frozen=True):
    """One way to reach the device.

    Attributes:
        name: name in the description; the kind when it has none.
        kind: `serial`, `tcp` or `udp`.
        role: who opens: `client` connects, `server` listens.
        port: TCP or UDP port when the URL has none.
        local_port: our own port, where a client connects from; None for any.
        timeout: how long to wait for an answer.
        retries: how often a command is sent again.
        gap: pause between an answer and the next command.
        compose: when commands are composed: as they leave the queue, or as they enter it.
        where: whether an answer belongs to a request; its scope has `request` and `reply`.
        no_reply: whether a request gets no answer; its scope has `request`.
        greeting: what the device says first; commands wait for it, `timeout` at most.
        late: answers that nobody waits for any more are only reported, or taken in all the same.
        ignore_equal: a response that is, byte for byte, the last one of its kind only answers.
        offline: seconds without an answer after which the device does not respond; 0 for never.
        slow_poll: what becomes of one that does not respond; None for nothing.
        largest: bytes of the longest message; more is `too long`.
        server: what is said of those who connect; None when nothing is.
        units: what cuts the stream into units; empty when only the messages do.
        datagram: each datagram is taken for itself: what it leaves unfinished stays so.
        idle: a pause that ends a message; 0 when none does. `idle_characters` gives it in
            characters of the serial line instead.
        hand_over: what came is looked at for itself each time so many bytes are there, or after
            a pause; 0 for not.
        peer_header: each of those pieces begins with the address it came from.
        echo: what is sent comes back: `discard` it.
        bystanders: others are asked on the same line: `ignore` what they are asked and answer.
        half_duplex: only one may talk at a time.
        idle_close: seconds without a byte in either direction after which a connection is closed;
            a client opens it again when there is something to send. 0 for never.
        address: the param that says where a client's line leads, `host` or `host:port`; empty for
            none. While it has no value the line leads where it was opened.
        queue: name of the link above in whose queue its commands wait; empty for one of its own.
        spare_of: name of the link above whose device is reached over this one too, when that one
            does not answer; empty for none.
        single: it has a line of its own, though another link may lead to the same place.
        reconnect: seconds after which a line that broke is opened again; each time it fails it
            takes twice as long, `reconnect_longest` at most. 0 for never.
    """

    name: str
    kind: Literal["serial", "tcp", "udp"]
    role: Literal["client", "server"] = "client"
    port: int | None = None
    local_port: int | None = None
    serial: Serial | None = None
    timeout: float = 1.0
    retries: int = 0
    gap: float = 0.0
    compose: Literal["dequeue", "enqueue"] = "dequeue"
    where: Expression | None = None
    no_reply: Expression | None = None
    greeting: type[Message] | None = None
    late: Literal["drop", "match"] = "drop"
    ignore_equal: bool = False
    offline: float = 0.0
    slow_poll: SlowPoll | None = None
    largest: int = 65536
    server: Server | None = None
    units: tuple[Between | Packets, ...] = ()
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
    address: str = ""
    queue: str = ""
    spare_of: str = ""
    single: bool = False
    line: int = 0

    @property
    def pause(self) -> float:
        """The pause that ends what came, in seconds; 0 when none does."""
        if self.idle_characters and self.serial is not None:
            return self.idle_characters * self.serial.character
        return self.idle or (HAND_OVER_PAUSE if self.hand_over or self.peer_header else 0.0)


class Param(msgspec.Struct, frozen=True):
    """A value the session remembers.

    Attributes:
        type: Python type of its value, as in the annotations of messages.
        default: initial value; `UNSET` when it has none.
        blank: what is sent in its place while it has no value.
        constant: it is a named constant and cannot be set.
        save: its value outlasts the program.
        sets: the param its value is handed to.
        takes: least and largest value that it takes over from a message.
        hex: people see it in hexadecimal digits.
        form: makes the element that tells its bytes, where actions work on them.
    """

    name: str
    type: Any = None
    default: Any = msgspec.UNSET
    blank: Any = None
    unit: str = ""
    id: int | None = None
    constant: bool = False
    save: bool = False
    sets: str = ""
    takes: tuple[float | None, float | None] | None = None
    hex: bool = False
    form: Callable[[], Any] | None = None
    line: int = 0

    def is_taken(self, value: Any) -> bool:
        """Whether a message may give it this value."""
        if self.takes is None or not isinstance(value, int | float):
            return True
        low, high = self.takes
        return (low is None or value >= low) and (high is None or value <= high)


class Answer(msgspec.Struct, frozen=True):
    """One kind of answer; `many` for any number of it."""

    message: type[Message]
    many: bool = False


class Pair(msgspec.Struct, frozen=True):
    """A command and what answers it.

    Attributes:
        arguments: fields of the command fixed by the pair.
        steps: the answers in turn, alternatives of each; none for fire and forget.
        refusals: answers that end the pair as refused, without a resend.
        where: whether an answer belongs to this exchange; its scope has `request`, `reply` and
            the earlier messages of the pair by name.
        when: whether the pair is to be executed at all.
        timeout, retries, gap: override those of the link.
        links: names of the links it belongs to; empty for all.
        ping: it is what is asked of a device that does not respond.
        quiet: no answer to it says nothing about the device.
        bytewise: seconds between two bytes of the command; 0 for all at once.
        after_idle: seconds without a byte after which what came is taken for the answer; 0 for
            only when it is whole.
    """

    name: str
    command: type[Message]
    steps: tuple[tuple[Answer, ...], ...] = ()
    refusals: tuple[type[Message], ...] = ()
    arguments: Mapping[str, Expression] = {}
    where: Expression | None = None
    when: Expression | None = None
    timeout: float | None = None
    retries: int | None = None
    gap: float | None = None
    links: tuple[str, ...] = ()
    ping: bool = False
    quiet: bool = False
    bytewise: float = 0.0
    after_idle: float = 0.0
    id: int | None = None
    line: int = 0


class Group(msgspec.Struct, frozen=True):
    """Items executed one after the other."""

    name: str
    items: tuple[Action, ...]
    when: Expression | None = None
    immediate: bool = False
    links: tuple[str, ...] = ()
    id: int | None = None
    line: int = 0


class Timer(msgspec.Struct, frozen=True):
    """Queues its targets again and again.

    Attributes:
        every: period; None to begin again as soon as the queue has done its targets.
        after: earliest and latest first run, counted from the start; None for one period.
        stopped: it waits for `start`.
        gap: pause between its targets.
    """

    name: str
    every: float | None
    targets: tuple[Execute, ...]
    after: tuple[float, float] | None = None
    stopped: bool = False
    gap: float = 0.0
    when: Expression | None = None
    id: int | None = None
    line: int = 0


class On(msgspec.Struct, frozen=True):
    """When a trigger fires.

    Attributes:
        event: `before`, `after`, `change`, `success`, `timeout`, `connect`, `disconnect`,
            `start`, `idle` or `status`.
        kind: `message`, `param`, `pair`, `group`, `timer` or `link`; empty where the event needs
            none. Of each message also `command`, `response` or `event`.
        name: the object, or empty for `each` one without a trigger of its own for that event;
            of `status` the text.
        last: only after the last retry.
        after_response: only when the response is taken in as a whole.
        seconds: of `idle`.
    """

    event: str
    kind: str = ""
    name: str = ""
    last: bool = False
    after_response: bool = False
    seconds: float = 0.0


class Trigger(msgspec.Struct, frozen=True):
    """An event and the actions it sets in motion.

    Attributes:
        on: None when only called by name.
        name: as written, else a number in the order of the description.
    """

    name: str
    on: On | None
    actions: tuple[Action, ...]
    otherwise: tuple[Action, ...] = ()
    when: Expression | None = None
    id: int | None = None
    line: int = 0


class Hook(msgspec.Struct, frozen=True):
    """A place for the user's code.

    Attributes:
        on, more: what calls it.
        when: only while this holds.
    """

    name: str
    parameters: tuple[str, ...] = ()
    on: On | None = None
    more: tuple[On, ...] = ()
    when: Expression | None = None
    id: int | None = None
    line: int = 0

    @property
    def events(self) -> tuple[On, ...]:
        """Everything that calls it."""
        return () if self.on is None else (self.on, *self.more)


class Join(msgspec.Struct, frozen=True):
    """A param whose value comes in pieces.

    The scope of its expressions has the message by its name, then the params.

    Attributes:
        name: of the param.
        message: what carries the pieces.
        value: a piece: text, bytes or a list.
        first, last: whether it begins a value, and ends one.
    """

    name: str
    message: type[Message]
    value: Expression
    first: Expression
    last: Expression
    line: int = 0


class Protocol(msgspec.Struct, frozen=True, eq=False):
    """Everything a session needs to know of a device.

    Attributes:
        messages: every message that can be on the wire by itself, in the order written.
        explicit: nothing is made, filled, read or checked but by the steps of triggers.
        implied: of a message that no trigger names a step for, all are taken.
        assumed: what is settled where the source of the description leaves a choice.
    """

    name: str
    title: str = ""
    links: tuple[Link, ...] = ()
    params: tuple[Param, ...] = ()
    messages: tuple[type[Message], ...] = ()
    pairs: tuple[Pair, ...] = ()
    groups: tuple[Group, ...] = ()
    timers: tuple[Timer, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    hooks: tuple[Hook, ...] = ()
    joins: tuple[Join, ...] = ()
    explicit: bool = False
    implied: bool = False
    assumed: Mapping[str, str] = {}
