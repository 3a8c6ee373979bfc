"""What triggers and groups do, as data: generated modules write `do.Set("online", …)`.

    from protoc.runtime import actions as do

Expressions are functions of the scope: the fields of the message at hand, then the params.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from protoc.runtime.messages import Message

Expression = Callable[[Any], Any]
"""Computed over a scope: the fields of the message at hand, then the params, as attributes."""

Target = Literal["pair", "command", "group", "trigger"]
Part = Literal["length", "crc"]


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all actions; `when` is the condition it runs under."""

    when: Expression | None = None

    def told(self) -> tuple[str, str]:
        """What it does and to what, in words for `ActionRun`."""
        first = self.__struct_fields__[0]
        target = getattr(self, first) if first != "when" else ""
        if isinstance(target, type) and issubclass(target, Message):
            target = target.NAME
        return type(self).__name__.lower(), target if isinstance(target, str) else ""


# ------------------------------------------------------------------------- the queue and others


class Item(Action, frozen=True):
    """In a group: execute a pair, group, command or trigger in its turn."""

    kind: Target
    name: str
    arguments: Mapping[str, Expression] = {}

    def told(self) -> tuple[str, str]:
        return "execute", self.name


class Execute(Item, frozen=True):
    """Put a pair, group, command or trigger into the queue.

    Attributes:
        priority: `first`, `normal` or `last`; `now` interrupts the running group.
        once: not when it is queued already.
    """

    priority: Literal["first", "normal", "last", "now"] = "normal"
    once: bool = False


class Send(Action, frozen=True):
    """Write one message past the queue, to the peer that caused it."""

    message: type[Message]
    arguments: Mapping[str, Expression] = {}


class Run(Action, frozen=True):
    """Call a hook."""

    hook: str
    arguments: tuple[Expression, ...] = ()


class Do(Action, frozen=True):
    """Run a named trigger."""

    trigger: str


class Time(Action, frozen=True):
    """Start, stop, restart or reschedule a timer.

    `restart` drops what the timer has in the queue; with `now` it runs at once as well.
    `reschedule` runs it now, or again as soon as what it queued is done.
    """

    verb: Literal["start", "stop", "restart", "reschedule"]
    timer: str
    now: bool = False

    def told(self) -> tuple[str, str]:
        return self.verb, self.timer


class Line(Action, frozen=True):
    """Open or close a link, or keep others from it; its own when `link` is empty."""

    verb: Literal["open", "close", "lock", "unlock"]
    link: str = ""

    def told(self) -> tuple[str, str]:
        return self.verb, self.link


class HangUp(Action, frozen=True):
    """Close the connection whose peer a param names."""

    param: str

    def told(self) -> tuple[str, str]:
        return "close", self.param


class Pause(Action, frozen=True):
    """Wait before the next item of a group, or before the next group.

    Attributes:
        sleep: what stands behind it in its trigger waits as well.
    """

    seconds: float
    sleep: bool = False

    def told(self) -> tuple[str, str]:
        return "sleep" if self.sleep else "wait", f"{self.seconds:g}s"


class Leave(Action, frozen=True):
    """End the running group: what is left of it is not executed."""


class SetTimeout(Action, frozen=True):
    """Change how long a pair waits; the value is in milliseconds."""

    pair: str
    value: Expression

    def told(self) -> tuple[str, str]:
        return "set", f"{self.pair}.timeout"


class SetWait(Action, frozen=True):
    """Change the pause behind an item of a group, counted from 1; in milliseconds."""

    group: str
    item: int
    value: Expression

    def told(self) -> tuple[str, str]:
        return "set", f"{self.group}.wait_{self.item}"


# --------------------------------------------------------------------------------------- params


class Set(Action, frozen=True):
    """Give a param a value. `path` names one of its bits or fields."""

    param: str
    value: Expression
    path: tuple[str, ...] = ()

    def told(self) -> tuple[str, str]:
        return "set", ".".join((self.param, *self.path))


class Copy(Action, frozen=True):
    """Give a param the content of another.

    Attributes:
        reversed: its bytes in reverse order.
        until_nul: only what stands before the first byte 0.
    """

    source: str
    param: str
    reversed: bool = False
    until_nul: bool = False

    def told(self) -> tuple[str, str]:
        return "copy", self.param


class Append(Action, frozen=True):
    """Put bytes behind those of a param.

    Attributes:
        source: a param, or the bytes themselves.
        reversed: in reverse order.
        text: as it is shown, not as it is on the wire.
        hex: as hexadecimal digits in groups of so many bytes; 0 for none of it.
    """

    source: str | bytes
    param: str
    reversed: bool = False
    text: bool = False
    hex: int = 0

    def told(self) -> tuple[str, str]:
        return "append", self.param


class Clear(Action, frozen=True):
    """Forget a param's value; the next one is always a change.

    Attributes:
        display: only users do not see it any more.
    """

    param: str
    display: bool = False


class Reverse(Action, frozen=True):
    """Turn round the order of a param's bytes, or of the field of the message at hand."""

    param: str


class Resize(Action, frozen=True):
    """Give a param another number of bytes."""

    param: str
    size: Expression


class Enter(Action, frozen=True):
    """Set a param to the value it has, as a user does."""

    param: str


class Save(Action, frozen=True):
    """Keep a param's value over restarts."""

    param: str


# ------------------------------------------------------- the bytes of the command or response


class Forget(Action, frozen=True):
    """Forget what a response was like the last time.

    Attributes:
        framing: forget what is known of its framing instead.
    """

    message: type[Message]
    framing: bool = False

    def told(self) -> tuple[str, str]:
        return "clear", self.message.NAME


class Make(Action, frozen=True):
    """Make the command from its params."""


class Read(Action, frozen=True):
    """Find the fields of the response."""


class Fill(Action, frozen=True):
    """Compute the lengths or checks of the command."""

    what: Part


class Check(Action, frozen=True):
    """Verify the lengths or checks of the response."""

    what: Part


class Stuff(Action, frozen=True):
    """Double a mark wherever it stands in the bytes.

    Attributes:
        mark: a param, or the bytes themselves.
        unless: not in front of one of these bytes.
        skip: so many bytes at the start and at the end are left alone.
    """

    mark: str | bytes
    unless: str | bytes = b""
    skip: tuple[int, int] = (0, 0)


class Unstuff(Stuff, frozen=True):
    """Take doubled marks out of the bytes."""


class Replace(Action, frozen=True):
    """Replace bytes.

    Attributes:
        old, new: a param, or the bytes themselves.
        skip: so many bytes at the start and at the end are left alone.
        only: nothing but those is touched.
        param: whose bytes; those of the message at hand when empty.
    """

    old: str | bytes
    new: str | bytes
    skip: tuple[int, int] = (0, 0)
    only: tuple[int, int] | None = None
    param: str = ""

    def told(self) -> tuple[str, str]:
        return "replace", self.param


class Swap(Action, frozen=True):
    """Put another param in a place of a message, from the next `make` on."""

    position: int
    param: str
    message: type[Message]

    def told(self) -> tuple[str, str]:
        return "swap", self.message.NAME


STEPS = (Make, Read, Fill, Check, Stuff, Replace, Swap)
"""What is done to the bytes of the command or response at hand."""
