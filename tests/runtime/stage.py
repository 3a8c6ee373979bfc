"""A session on a stage: a test tells what happens when, and reads what was said."""

from __future__ import annotations

from typing import Any

from protoc.runtime import events
from protoc.runtime.actions import Execute, Target
from protoc.runtime.messages import Message
from protoc.runtime.protocol import Answer, Link, Pair, Param, Protocol
from protoc.runtime.session import Session, Ticket
from tests.runtime.toys import MESSAGES, Ack, GetLevel, Level, Line, Refused, SetLevel

LINK = Link("main", "tcp", timeout=1.0, retries=0)

PAIRS = (
    Pair("level", GetLevel, steps=((Answer(Level),),), refusals=(Refused,)),
    Pair("set", SetLevel, steps=((Answer(Ack),),), refusals=(Refused,)),
    Pair("tell", SetLevel),
)


def dimmer(**rows: Any) -> Protocol:
    """The toy device; what is given replaces its tables."""
    tables: dict[str, Any] = {
        "links": (LINK,),
        "params": (Param("level"), Param("fault"), Param("keys"), Param("count")),
        "messages": MESSAGES,
        "pairs": PAIRS,
    }
    return Protocol("dimmer", **(tables | rows))


class Stage:
    """A session with one connection, and a clock that moves only when told.

    Attributes:
        session: the session.
        now: the time.
    """

    def __init__(self, protocol: Protocol | None = None, *, connect: bool = True, **how: Any):
        self.session = Session(protocol or dimmer(), **how)
        self.now = 0.0
        if connect:
            self.session.connected(0, "peer", self.now)
            self.said()

    def wait(self, seconds: float) -> None:
        """Let time pass, every deadline at its time."""
        end = self.now + seconds
        for _ in range(100_000):
            deadline = self.session.next_deadline()
            if deadline is None or deadline > end:
                break
            self.now = max(self.now, deadline)
            self.session.advance(self.now)
        else:
            raise AssertionError("it never comes to rest")
        self.now = end

    def hear(self, *what: Message | bytes, connection: int = 0) -> None:
        """The device says something, all in one chunk."""
        data = b"".join(one if isinstance(one, bytes) else one.encode() for one in what)
        self.session.receive(connection, data, self.now)

    def execute(self, name: str, kind: Target = "pair", /, **fields: Any) -> Ticket:
        return self.session.execute(Execute(kind, name), fields, self.now)

    def queue(self, name: str, kind: Target = "pair", /, **how: Any) -> Ticket:
        return self.session.execute(Execute(kind, name, **how), {}, self.now)

    def set(self, name: str, value: Any) -> None:
        self.session.set(name, value, self.now)

    def sent(self) -> list[tuple[int, bytes]]:
        return self.session.data_to_send()

    def said(self) -> list[str]:
        """Everything that happened since the last call, as short lines."""
        self.session.data_to_send()
        lines = []
        while (event := self.session.next_event()) is not None:
            lines.append(shown(event))
        return lines

    def outline(self) -> list[str]:
        """As `said`, without triggers and actions."""
        return [line for line in self.said() if not line.startswith(("on ", "  "))]


def shown(event: events.Event) -> str:  # noqa: C901 (one line for each kind)
    """An event in a few words."""
    match event:
        case events.MessageSeen(message=message, direction=direction):
            return f"{'>' if direction == 'sent' else '<'} {words(message)}"
        case events.GarbageSeen(data=data):
            return f"garbage {data.hex()}"
        case events.FrameRejected(data=data, error=error):
            return f"rejected {data.hex()} {error.reason}"
        case events.FrameIncomplete(data=data):
            return f"incomplete {data.hex()}"
        case events.ParamChanged(name=name, value=value):
            return f"{name} = {value}"
        case events.ParamSaved(name=name, value=value):
            return f"saved {name} = {value}"
        case events.AttemptFailed(pair=pair, attempt=attempt, last=last):
            return f"no answer to {pair} {attempt}{' last' if last else ''}"
        case events.TriggerFired(on=on):
            return f"on {on}"
        case events.ActionRun(name=name, on=on):
            return f"  {name} {on}".rstrip()
        case events.ActionFailed(name=name, error=error):
            return f"failed {name}: {error}"
        case events.HookReached(name=name, arguments=arguments):
            return f"hook {name}{arguments}"
        case events.HookFailed(name=name, error=error):
            return f"hook {name} failed: {error}"
        case events.NotSent(name=name, error=error):
            return f"not sent {name}: {error}"
        case events.QueueLoad(state=state):
            return f"queue {state}"
        case events.Diverted(link=link, instead=instead):
            return f"{instead} instead of {link}"
        case events.DeviceState(responding=responding):
            return "responding" if responding else "not responding"
        case events.PeerConnected(peer=peer):
            return f"connected {peer}"
        case events.PeerTurnedAway(peer=peer, reason=reason):
            return f"turned away {peer}: {reason}"
        case events.PeerDisconnected(peer=peer, reason=reason):
            return f"disconnected {peer} {reason}".rstrip()


def words(message: Message) -> str:
    values = ", ".join(str(getattr(message, name)) for name in message.__struct_fields__)
    return f"{message.NAME} {values}".rstrip()


def level(channel: int = 3, level: int = 50) -> Level:
    return Level(channel=channel, level=level)


def damaged(message: Message) -> bytes:
    """Its bytes with a wrong check."""
    data = bytearray(message.encode())
    data[-1] ^= 0x40
    return bytes(data)


LINE = Line(text="hello")
