"""What a session reports, in the order it happened.

`offset` counts bytes from the start of the stream of one connection and direction.
`connection` numbers the connections of a session from 0; `link` names the link they are of.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from protoc.runtime.errors import DecodeError
from protoc.runtime.messages import Message

Status = Literal["ok", "timeout", "refused", "error"]
LoadState = Literal["high", "full", "open"]


class MessageSeen(msgspec.Struct, frozen=True):
    """A message was sent or received."""

    message: Message
    direction: Literal["sent", "received"]
    data: bytes
    offset: int
    connection: int = 0
    peer: str = ""
    link: str = ""


class GarbageSeen(msgspec.Struct, frozen=True):
    """Bytes that belong to no message."""

    data: bytes
    offset: int
    connection: int = 0
    link: str = ""


class FrameRejected(msgspec.Struct, frozen=True):
    """Bytes that began as a message and are none; `data` are those no other message claims."""

    data: bytes
    offset: int
    error: DecodeError
    connection: int = 0
    link: str = ""


class FrameIncomplete(msgspec.Struct, frozen=True):
    """A frame cut off at the end of the input, or stalled past its timeout."""

    data: bytes
    offset: int
    connection: int = 0
    link: str = ""


class ParamChanged(msgspec.Struct, frozen=True):
    """A param has another value than before."""

    name: str
    value: Any
    old: Any
    id: int | None = None


class ParamSaved(msgspec.Struct, frozen=True):
    """The value of a param is to be kept over restarts."""

    name: str
    value: Any
    id: int | None = None


class AttemptFailed(msgspec.Struct, frozen=True):
    """No answer to a command; `attempt` counts from 1, `last` after the last retry."""

    pair: str
    attempt: int
    last: bool
    link: str = ""


class TriggerFired(msgspec.Struct, frozen=True):
    """A trigger's condition held and its actions run."""

    name: str
    on: str
    id: int | None = None


class ActionRun(msgspec.Struct, frozen=True):
    """An action is carried out."""

    name: str
    on: str
    id: int | None = None


class ActionFailed(msgspec.Struct, frozen=True):
    """A condition or an action could not be computed or carried out; nothing else stops for it.

    `name` is that of the trigger, pair, group or timer it belongs to.
    """

    name: str
    on: str
    error: Exception


class HookReached(msgspec.Struct, frozen=True):
    """A hook without an implementation was reached."""

    name: str
    arguments: tuple[Any, ...] = ()
    id: int | None = None


class HookFailed(msgspec.Struct, frozen=True):
    """A hook's implementation raised; nothing else stops for it."""

    name: str
    error: Exception


class NotSent(msgspec.Struct, frozen=True):
    """What was queued could not be composed or written, or its line broke before the answer."""

    name: str
    error: Exception
    link: str = ""


class QueueLoad(msgspec.Struct, frozen=True):
    """So many bytes are queued: many, too many to take more, or few enough again."""

    size: int
    state: LoadState
    link: str = ""


class Diverted(msgspec.Struct, frozen=True):
    """What goes over a link goes over its spare from now on, or over the link itself again."""

    link: str
    instead: str


class DeviceState(msgspec.Struct, frozen=True):
    """The device responds again, or has not responded for as long as its link allows."""

    responding: bool
    link: str = ""


class PeerConnected(msgspec.Struct, frozen=True):
    """A connection is there."""

    peer: str
    connection: int
    link: str = ""


class PeerDisconnected(msgspec.Struct, frozen=True):
    """A connection is gone; `reason` is empty when either side closed it in order."""

    peer: str
    connection: int
    reason: str = ""
    link: str = ""


class PeerTurnedAway(msgspec.Struct, frozen=True):
    """Somebody wanted to connect and was not let in: they are not allowed, or too many."""

    peer: str
    reason: str
    link: str = ""


Event = (
    MessageSeen
    | GarbageSeen
    | FrameRejected
    | FrameIncomplete
    | ParamChanged
    | ParamSaved
    | AttemptFailed
    | TriggerFired
    | ActionRun
    | ActionFailed
    | HookReached
    | HookFailed
    | NotSent
    | QueueLoad
    | Diverted
    | DeviceState
    | PeerConnected
    | PeerDisconnected
    | PeerTurnedAway
)
