"""What the links of a conversation have in common, whatever goes over each of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Literal, NamedTuple

from protoc.runtime import events
from protoc.runtime.params import ParamTable
from protoc.runtime.protocol import Protocol
from protoc.runtime.scheduler import Scheduler


class Request(NamedTuple):
    """What the driver is asked to do.

    Attributes:
        verb: `open` or `close` the line, `lead` it elsewhere, `hang up` on a connection, begin a
            `break` or end it, or `finish` an async hook.
        connection: its number; -1 where the line is meant.
        hook: name of the hook.
        work: what is to be awaited; what it raises goes to `Session.hook_failed`.
        link: name of the link whose line is meant.
        to: where it leads, `host` or `host:port`.
    """

    verb: Literal["open", "close", "lead", "hang up", "break", "end break", "finish"]
    connection: int = -1
    hook: str = ""
    work: Awaitable[Any] | None = None
    link: str = ""
    to: str = ""


class Shared:
    """Values, time, and what the driver has yet to take.

    Args:
        protocol: the description.
        device: this is the device's side.

    Attributes:
        protocol, device: as given.
        params: values of the params by name.
        scheduler: what is planned.
        now: the time of what is happening.
        events, out, requests: what the driver has yet to take.
        watched: somebody wants to know of each message, change, trigger and action; else these
            are no events, as making them takes longer than all else that is noted down.
        carry: called with connection and bytes for what is to be written; by default it waits in
            `out`.
        timeouts: seconds a pair waits, where an action changed it.
        waits: seconds behind an item of a group, counted from 1, where an action changed it.
    """

    def __init__(self, protocol: Protocol, *, device: bool) -> None:
        self.protocol = protocol
        self.device = device
        self.params = ParamTable(protocol.params, first=protocol.explicit)
        self.scheduler = Scheduler()
        self.now = 0.0
        self.watched = True
        self.events: deque[events.Event] = deque()
        self.out: list[tuple[int, bytes]] = []
        self.requests: deque[Request] = deque()
        self.carry: Callable[[int, bytes], object] = self._keep
        self.timeouts: dict[str, float] = {}
        self.waits: dict[tuple[str, int], float] = {}

    def _keep(self, connection: int, data: bytes) -> None:
        self.out.append((connection, data))
