"""What triggers and groups do.

Each verb is a row of the generated table: the class of the same name in the runtime takes the
attributes in the same order, those with a default by their names.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from protoc.compiler.model.expressions import Expression
from protoc.dsl.source import Span


class ParamName(str):
    """The name of a param, spelt in the module as Python wants it."""


class HookName(str):
    """The name of a hook, spelt in the module as Python wants it."""


class FieldName(str):
    """The name of a field, spelt in the module as the class of its message has it."""


class MessageName(str):
    """The name of a message; in the module it is its class."""


Arguments = tuple[tuple[str, Expression], ...]
Content = ParamName | bytes
"""Bytes, or the param that has them."""


@dataclass(frozen=True)
class Item:
    """In a group: execute a pair, group or command in its turn."""

    kind: Literal["pair", "command", "group", "trigger"]
    name: str
    arguments: Arguments = ()


@dataclass(frozen=True)
class Execute(Item):
    """Put a pair, group or command into the queue."""

    priority: Literal["first", "normal", "last", "now"] = "normal"
    once: bool = False


@dataclass(frozen=True)
class Send:
    """Write one message past the queue."""

    message: MessageName
    arguments: Arguments = ()


@dataclass(frozen=True)
class Run:
    """Call a hook."""

    hook: HookName
    arguments: tuple[Expression, ...] = ()


@dataclass(frozen=True)
class Do:
    """Run a named trigger."""

    trigger: str


@dataclass(frozen=True)
class Time:
    """Start, stop, restart or reschedule a timer."""

    verb: Literal["start", "stop", "restart", "reschedule"]
    timer: str
    now: bool = False


@dataclass(frozen=True)
class Line:
    """Open, close, lock or unlock a link."""

    verb: Literal["open", "close", "lock", "unlock"]
    link: str = ""


@dataclass(frozen=True)
class HangUp:
    """Close the connection whose peer a param names."""

    param: ParamName


@dataclass(frozen=True)
class Pause:
    """Wait before the next item; asleep, what follows in the trigger waits too."""

    seconds: float
    sleep: bool = False


@dataclass(frozen=True)
class Leave:
    """End the running group."""


@dataclass(frozen=True)
class SetTimeout:
    """Change how long a pair waits, in milliseconds."""

    pair: str
    value: Expression


@dataclass(frozen=True)
class SetWait:
    """Change the pause behind an item of a group, in milliseconds."""

    group: str
    item: int
    value: Expression


@dataclass(frozen=True)
class Set:
    """Give a param, or one of its bits, a value."""

    param: ParamName
    value: Expression
    path: tuple[FieldName, ...] = ()


@dataclass(frozen=True)
class Copy:
    """Give a param the content of another."""

    source: ParamName
    param: ParamName
    reversed: bool = False
    until_nul: bool = False


@dataclass(frozen=True)
class Append:
    """Put bytes behind those of a param."""

    source: Content
    param: ParamName
    reversed: bool = False
    text: bool = False
    hex: int = 0


@dataclass(frozen=True)
class Clear:
    """Forget a param's value."""

    param: ParamName
    display: bool = False


@dataclass(frozen=True)
class Reverse:
    """Turn round the order of a param's bytes."""

    param: ParamName


@dataclass(frozen=True)
class Resize:
    """Give a param another number of bytes."""

    param: ParamName
    size: Expression


@dataclass(frozen=True)
class Enter:
    """Set a param to the value it has, as a user does."""

    param: ParamName


@dataclass(frozen=True)
class Save:
    """Keep a param's value over restarts."""

    param: ParamName


@dataclass(frozen=True)
class Forget:
    """Forget what a response was like the last time, or what is known of its framing."""

    message: MessageName
    framing: bool = False


@dataclass(frozen=True)
class Make:
    """Make the command from its params."""


@dataclass(frozen=True)
class Read:
    """Find the fields of the response."""


@dataclass(frozen=True)
class Fill:
    """Compute the lengths or checks of the command."""

    what: Literal["length", "crc"]


@dataclass(frozen=True)
class Check:
    """Verify the lengths or checks of the response."""

    what: Literal["length", "crc"]


@dataclass(frozen=True)
class Stuff:
    """Double a mark wherever it stands in the bytes."""

    mark: Content
    unless: Content = b""
    skip: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Unstuff(Stuff):
    """Take doubled marks out of the bytes."""


@dataclass(frozen=True)
class Replace:
    """Replace bytes of the message at hand, or of a param."""

    old: Content
    new: Content
    skip: tuple[int, int] = (0, 0)
    only: tuple[int, int] | None = None
    param: ParamName | None = None


@dataclass(frozen=True)
class Swap:
    """Put another param in a place of a message."""

    position: int
    param: ParamName
    message: MessageName


Step = Make | Read | Fill | Check | Stuff | Replace | Swap
"""What happens to the bytes of the command or response at hand."""

Verb = (
    Item
    | Execute
    | Send
    | Run
    | Do
    | Time
    | Line
    | HangUp
    | Pause
    | Leave
    | SetTimeout
    | SetWait
    | Set
    | Copy
    | Append
    | Clear
    | Reverse
    | Resize
    | Enter
    | Save
    | Forget
    | Step
)


OnBytes = Copy | Append | Reverse | Resize | Stuff | Replace | Swap
"""What needs to know the bytes of the params it names."""


@dataclass(frozen=True)
class Action:
    """A verb and the condition it runs under."""

    verb: Verb
    span: Span
    when: Expression | None = None

    def params(self) -> set[str]:
        """The params it names, beside those in its expressions."""
        values = (getattr(self.verb, each.name) for each in fields(self.verb))
        return {str(value) for value in values if isinstance(value, ParamName)}
