"""What happened, as the objects that are printed."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatchmethod
from typing import Any

from protoc.cli.output import log
from protoc.runtime import Protocol, events
from protoc.runtime.errors import DecodeError, Incomplete
from protoc.runtime.found import Found, FoundGarbage, FoundIncomplete, FoundMessage
from protoc.runtime.messages import Message
from protoc.runtime.values import hexadecimal, plain_fields, to_plain

Record = dict[str, Any]


class Fields:
    """The fields of messages of a protocol, as they are printed.

    Where steps are explicit, lengths and checks are params as well: what came of them is shown, and
    what is read again out of a field is shown as its value.
    """

    def __init__(self, protocol: Protocol) -> None:
        self._explicit = protocol.explicit
        self._hexadecimal = {param.name for param in protocol.params if param.hex}

    def param(self, name: str, value: Any) -> Any:
        """The value of a param."""
        shown = value is not None and name in self._hexadecimal
        return hexadecimal(value) if shown else to_plain(value)

    def __call__(self, message: Message, data: bytes) -> Record:
        """The fields of a message that has these bytes; those that are absent are left out."""
        fields = plain_fields(message)
        if not self._explicit:
            return fields
        from protoc.runtime.declarative.again import Again
        from protoc.runtime.work import layout_of

        layout = layout_of(type(message))
        order = list(fields)
        if layout.derived:
            try:
                found = layout.dissect(data).values
            except (DecodeError, Incomplete):
                found = {}
            derived = {n: to_plain(value) for n, value in found.items() if n in layout.derived}
            fields.update(derived)
            order = list(dict.fromkeys([*found, *order]))
        for element in layout.elements():
            if isinstance(element, Again):
                inner = [name for name in order if name in element.record.names()]
                order = [name for name in order if name not in inner]
                fields[element.label] = {n: fields[n] for n in inner if n in fields}
        return {name: fields[name] for name in order if name in fields}


def found_record(found: Found, fields: Fields) -> Record:
    """What a framer found, for `decode`."""
    if isinstance(found, FoundMessage):
        return {
            "event": "message",
            "name": found.message.NAME,
            "offset": found.offset,
            "size": len(found.data),
            "fields": fields(found.message, found.data),
        }
    if isinstance(found, FoundGarbage):
        return _bytes("garbage", found.offset, found.data)
    if isinstance(found, FoundIncomplete):
        return _bytes("incomplete", found.offset, found.data)
    return _rejected(found.offset, found.data, found.error)


def _bytes(event: str, offset: int, data: bytes) -> Record:
    return {"event": event, "offset": offset, "size": len(data), "hex": data.hex()}


def _rejected(offset: int, data: bytes, error: DecodeError) -> Record:
    return {
        "event": "rejected",
        "offset": offset,
        "size": len(data),
        "name": error.message,
        "error": error.reason,
        "detail": str(error),
    }


class Reporter:
    """Turns events of a session into records, and what is no event of the contract into logs.

    Args:
        emit: takes the records.
        clock: the time since the start, in seconds.
        fields: shows the fields of messages.
        trace: triggers and actions are wanted.
        server: others connect to us, so that every message says who it is from.
        several: it goes over several links, so that it is said which.
    """

    def __init__(
        self,
        emit: Callable[[Record], None],
        clock: Callable[[], float],
        fields: Fields,
        *,
        trace: bool = False,
        server: bool = False,
        several: bool = False,
    ) -> None:
        self._emit = emit
        self._clock = clock
        self._fields = fields
        self._trace = trace
        self._server = server
        self._several = several

    def __call__(self, event: events.Event) -> None:
        """Report one event."""
        record = self._record(event)
        if record is None:
            return
        link = getattr(event, "link", "")
        self._emit({**record, "link": link} if self._several and link else record)

    @singledispatchmethod
    def _record(self, event: Any) -> Record | None:
        return None

    @_record.register
    def _(self, event: events.MessageSeen) -> Record:
        record = {
            "event": "message",
            "direction": event.direction,
            "name": event.message.NAME,
            "offset": event.offset,
            "size": len(event.data),
            "hex": event.data.hex(),
            "fields": self._fields(event.message, event.data),
            "connection": event.connection,
        }
        return {**record, "peer": event.peer} if self._server else record

    @_record.register
    def _(self, event: events.GarbageSeen) -> Record:
        return _bytes("garbage", event.offset, event.data)

    @_record.register
    def _(self, event: events.FrameRejected) -> Record:
        return _rejected(event.offset, event.data, event.error)

    @_record.register
    def _(self, event: events.FrameIncomplete) -> Record:
        return _bytes("incomplete", event.offset, event.data)

    @_record.register
    def _(self, event: events.ParamChanged) -> Record:
        return {
            "event": "param",
            "name": event.name,
            "value": self._fields.param(event.name, event.value),
            "old": self._fields.param(event.name, event.old),
            **_id(event.id),
        }

    @_record.register
    def _(self, event: events.AttemptFailed) -> Record:
        return {
            "event": "timeout",
            "pair": event.pair,
            "attempt": event.attempt,
            "last": event.last,
        }

    @_record.register
    def _(self, event: events.TriggerFired) -> Record | None:
        return self._traced("trigger", event)

    @_record.register
    def _(self, event: events.ActionRun) -> Record | None:
        return self._traced("action", event)

    def _traced(self, kind: str, event: events.TriggerFired | events.ActionRun) -> Record | None:
        if not self._trace:
            return None
        time = round(self._clock(), 6)
        return {"event": kind, "name": event.name, **_id(event.id), "on": event.on, "time": time}

    @_record.register
    def _(self, event: events.HookReached) -> Record:
        return {"event": "hook", "name": event.name, **_id(event.id)}

    @_record.register
    def _(self, event: events.PeerConnected) -> Record:
        return {"event": "connected", "peer": event.peer, "connection": event.connection}

    @_record.register
    def _(self, event: events.PeerDisconnected) -> Record:
        if event.reason:
            log(f"{event.peer}: {event.reason}")
        return {"event": "disconnected", "peer": event.peer, "connection": event.connection}

    @_record.register
    def _(self, event: events.PeerTurnedAway) -> None:
        log(f"{event.peer} was turned away: {event.reason}")

    @_record.register
    def _(self, event: events.ActionFailed) -> None:
        log(f"{event.on} of `{event.name}`: {event.error}")

    @_record.register
    def _(self, event: events.HookFailed) -> None:
        log(f"hook `{event.name}` failed: {event.error}")

    @_record.register
    def _(self, event: events.NotSent) -> None:
        log(f"`{event.name}` is not done: {event.error}")

    @_record.register
    def _(self, event: events.QueueLoad) -> None:
        states = {
            "high": "is nearly full",
            "full": "is full: nothing more is taken in",
            "open": "takes in more again",
        }
        log(f"the queue {states[event.state]} ({event.size} bytes)")

    @_record.register
    def _(self, event: events.Diverted) -> None:
        log(f"link `{event.instead}` instead of `{event.link}` from now on")

    @_record.register
    def _(self, event: events.DeviceState) -> None:
        device = f"the device on `{event.link}`" if self._several else "the device"
        log(f"{device} responds again" if event.responding else f"{device} does not respond")


def _id(number: int | None) -> Record:
    return {} if number is None else {"id": number}
