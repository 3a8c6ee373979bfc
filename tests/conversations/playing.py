"""Conversations a person can read, played in virtual time.

Beside each `x.proto`, or connector `x.xml`, stands `x.talk`; some are for descriptions of the
library. In it a line `== …` begins a scene with a new session, a line `$ …` does something, and the
lines below it are what came of that:

    == the letter changes while its command waits
    $ do group late_change
      letter = B
      > b'Get B;'

`do KIND NAME FIELD=VALUE…` executes, `hear BYTES` lets the device speak, `wait TIME` lets time
pass, `sent` shows which bytes have left so far, `set PARAM VALUE` is the user's, `start` fires the
start-up trigger and starts the timers, `drop` and `connect` are the line's. Bytes and values are
written as Python writes them; `=> …` is how what was executed ended.

`open LINK…` begins anew with several links: then `hear LINK BYTES`, `drop LINK` and `connect LINK`
say which, and so does what is shown of them.
"""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from protoc.compiler import library
from protoc.compiler.loading import load_module
from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source
from protoc.runtime import events
from protoc.runtime.actions import Execute, Target
from protoc.runtime.protocol import Protocol
from protoc.runtime.session import Session, Ticket

HERE = Path(__file__).parent
DEVICES = sorted(path.stem for path in HERE.glob("*.talk"))
UNITS = {"ms": 0.001, "s": 1.0}


def described(device: str) -> Protocol:
    """The table of a device's module."""
    own = [path for path in HERE.glob(f"{device}.*") if path.suffix in (".proto", ".xml")]
    name = f"{device}.proto"
    source = Source.read(own[0]) if own else Source(name, library.text(device))
    compilation = compile_source(source)
    assert compilation.module, [each.message for each in compilation.diagnostics]
    protocol: Protocol = load_module(compilation).PROTOCOL
    return protocol


def played(protocol: Protocol, talk: str) -> str:
    """A talk with what comes of it today."""
    return "\n".join(_lines(protocol, talk)).strip() + "\n"


def _lines(protocol: Protocol, talk: str) -> Iterator[str]:
    scene = Scene(protocol)
    for line in talk.splitlines():
        if line.startswith("=="):
            scene = Scene(protocol)
            yield from ("", line)
        elif line.startswith("$ "):
            yield line
            verb, _, rest = line[2:].partition(" ")
            getattr(scene, verb)(rest)
            yield from (f"  {each}" for each in scene.said())
        elif line and not line.startswith(" "):
            yield line


class Scene:
    """A session with one connection, and a clock that moves only when told."""

    def __init__(self, protocol: Protocol, *links: str) -> None:
        self.session = Session(protocol, link=links or None)
        self.now = 0.0
        self.ticket: Ticket | None = None
        self.written: list[str] = []
        self.links = links
        for number, link in enumerate(links or ("",)):
            self.session.connected(number, "device", self.now, link)
        list(self.said())

    def _split(self, words: str) -> tuple[int, str]:
        """The connection that is meant, and the rest of the words."""
        if not self.links:
            return 0, words
        link, _, rest = words.partition(" ")
        return self.links.index(link), rest

    # --- what a talk can do ------------------------------------------------------------------

    def open(self, links: str) -> None:
        Scene.__init__(self, self.session.protocol, *links.split())

    def start(self, _: str) -> None:
        self.session.start(self.now)

    def do(self, words: str) -> None:
        kind, name, *given = words.split()
        assert kind in get_args(Target)
        fields = {each.partition("=")[0]: _value(each.partition("=")[2]) for each in given}
        self.ticket = self.session.execute(Execute(kind, name), fields, self.now)  # type: ignore[arg-type]

    def hear(self, data: str) -> None:
        number, rest = self._split(data)
        self.session.receive(number, literal_eval(rest), self.now)

    def sent(self, _: str) -> None:
        for _number, data in self.session.data_to_send():
            self.written.append(f"sends {data!r}")

    def set(self, words: str) -> None:
        name, _, value = words.partition(" ")
        self.session.set(name, _value(value), self.now)

    def connect(self, words: str) -> None:
        number, _ = self._split(words)
        self.session.connected(number, "device", self.now, words if self.links else "")

    def drop(self, words: str) -> None:
        number, reason = self._split(words)
        self.session.disconnected(number, self.now, reason)

    def wait(self, time: str) -> None:
        match = re.fullmatch(r"([\d.]+)(ms|s)", time)
        assert match, time
        end = round(self.now + float(match[1]) * UNITS[match[2]], 9)
        while (deadline := self.session.next_deadline()) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            self.session.advance(self.now)
        self.now = end

    # --- what came of it ---------------------------------------------------------------------

    def said(self) -> Iterator[str]:
        """Everything that happened since the last call."""
        while (event := self.session.next_event()) is not None:
            if line := _shown(event):
                link = getattr(event, "link", "") if self.links else ""
                yield f"{link}: {line}" if link else line
        yield from self.written
        self.written.clear()
        while self.session.requests:
            request = self.session.requests.popleft()
            yield f"[{request.verb} {request.link}]" if self.links else f"[{request.verb}]"
        if self.ticket is not None and self.ticket.settled:
            reply = f" {self.ticket.reply.NAME}" if self.ticket.reply else ""
            yield f"=> {self.ticket.status}{reply}"
            self.ticket = None


def _value(text: str) -> Any:
    try:
        return literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _shown(event: events.Event) -> str:  # noqa: C901 (one line for each kind)
    """An event in a few words; triggers and actions show in what they do."""
    match event:
        case events.MessageSeen(data=data, direction="sent"):
            return f"> {data!r}"
        case events.MessageSeen(message=message):
            values = [f"{n}={getattr(message, n)!r}" for n in message.__struct_fields__]
            return f"< {message.NAME}({', '.join(values)})"
        case events.GarbageSeen(data=data):
            return f"garbage {data!r}"
        case events.FrameRejected(data=data, error=error):
            return f"rejected {data!r}: {error.reason} of {error.message}"
        case events.FrameIncomplete(data=data):
            return f"unfinished {data!r}"
        case events.ParamChanged(name=name, value=value):
            return f"{name} = {value if isinstance(value, str) else repr(value)}"
        case events.AttemptFailed(pair=pair, attempt=attempt, last=last):
            return f"no answer to {pair}, attempt {attempt}{', the last' if last else ''}"
        case events.ActionFailed(name=name, error=error):
            return f"{name} failed: {error}"
        case events.HookReached(name=name, arguments=arguments):
            return f"hook {name}{arguments!r}"
        case events.HookFailed(name=name, error=error):
            return f"hook {name} failed: {error}"
        case events.DeviceState(responding=responding):
            return "the device responds" if responding else "the device does not respond"
        case events.Diverted(link=link, instead=instead):
            return f"{instead} instead of {link}"
        case events.NotSent(name=name, error=error):
            return f"{name} not sent: {error}"
        case events.PeerConnected() | events.PeerDisconnected():
            return "connected" if isinstance(event, events.PeerConnected) else "disconnected"
        case _:
            return ""
