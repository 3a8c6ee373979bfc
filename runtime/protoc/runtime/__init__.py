"""What generated modules stand on, and what their users catch and annotate with.

Importing it is cheap: each name is looked up when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protoc.runtime.async_device import AsyncDevice
    from protoc.runtime.device import Device, Hooks
    from protoc.runtime.errors import (
        DecodeError,
        EncodeError,
        Incomplete,
        LocalError,
        ProtocolError,
        Refused,
        RemoteError,
        Timeout,
        TransportError,
    )
    from protoc.runtime.events import (
        ActionRun,
        AttemptFailed,
        DeviceState,
        Event,
        FrameIncomplete,
        FrameRejected,
        GarbageSeen,
        HookFailed,
        HookReached,
        MessageSeen,
        NotSent,
        ParamChanged,
        ParamSaved,
        PeerConnected,
        PeerDisconnected,
        PeerTurnedAway,
        QueueLoad,
        TriggerFired,
    )
    from protoc.runtime.messages import (
        UNKNOWN,
        Buffer,
        Choice,
        Counter,
        Known,
        Message,
        Part,
        TextChoice,
    )
    from protoc.runtime.params import Params
    from protoc.runtime.protocol import (
        Answer,
        Between,
        Group,
        Hook,
        Join,
        Link,
        On,
        Packets,
        Pair,
        Param,
        Protocol,
        Serial,
        Server,
        SlowPoll,
        Timer,
        Trigger,
    )
    from protoc.runtime.session import Session, Ticket
    from protoc.runtime.simulator import Simulator

__all__ = [
    "UNKNOWN",
    "ActionRun",
    "Answer",
    "AsyncDevice",
    "AttemptFailed",
    "Between",
    "Buffer",
    "Choice",
    "Counter",
    "DecodeError",
    "Device",
    "DeviceState",
    "EncodeError",
    "Event",
    "FrameIncomplete",
    "FrameRejected",
    "GarbageSeen",
    "Group",
    "Hook",
    "HookFailed",
    "HookReached",
    "Hooks",
    "Incomplete",
    "Join",
    "Known",
    "Link",
    "LocalError",
    "Message",
    "MessageSeen",
    "NotSent",
    "On",
    "Packets",
    "Pair",
    "Param",
    "ParamChanged",
    "ParamSaved",
    "Params",
    "Part",
    "PeerConnected",
    "PeerDisconnected",
    "PeerTurnedAway",
    "Protocol",
    "ProtocolError",
    "QueueLoad",
    "Refused",
    "RemoteError",
    "Serial",
    "Server",
    "Session",
    "Simulator",
    "SlowPoll",
    "TextChoice",
    "Ticket",
    "Timeout",
    "Timer",
    "TransportError",
    "Trigger",
    "TriggerFired",
]

_HOMES = {
    "async_device": "AsyncDevice",
    "device": "Device Hooks",
    "errors": (
        "DecodeError EncodeError Incomplete TransportError LocalError Timeout ProtocolError "
        "Refused RemoteError"
    ),
    "events": (
        "ActionRun AttemptFailed DeviceState Event FrameIncomplete FrameRejected GarbageSeen "
        "HookFailed HookReached MessageSeen NotSent ParamChanged ParamSaved PeerConnected "
        "PeerDisconnected PeerTurnedAway QueueLoad TriggerFired"
    ),
    "messages": "UNKNOWN Buffer Choice Counter Known Message Part TextChoice",
    "params": "Params",
    "protocol": (
        "Answer Between Group Hook Join Link On Packets Pair Param Protocol Serial Server SlowPoll "
        "Timer Trigger"
    ),
    "session": "Session Ticket",
    "simulator": "Simulator",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
