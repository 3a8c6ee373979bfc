"""What triggers and groups do.

Each verb is a row of the generated table: the class of the same name in the runtime takes the
attributes in the same order, those with a default by their names.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

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


class Item(Struct, frozen=True):
    """In a group: execute a pair, group or command in its turn."""

    kind: Literal["pair", "command", "group", "trigger"]
    name: str
    arguments: Arguments = ()


class Execute(Item, frozen=True):
    """Put a pair, group or command into the queue."""

    priority: Literal["first", "normal", "last", "now"] = "normal"
    once: bool = False


class Send(Struct, frozen=True):
    """Write one message past the queue."""

    message: MessageName
    arguments: Arguments = ()


class Run(Struct, frozen=True):
    """Call a hook."""

    hook: HookName
    arguments: tuple[Expression, ...] = ()


class Do(Struct, frozen=True):
    """Run a named trigger."""

    trigger: str


class Time(Struct, frozen=True):
    """Start, stop, restart or reschedule a timer."""

    verb: Literal["start", "stop", "restart", "reschedule"]
    timer: str
    now: bool = False


class Line(Struct, frozen=True):
    """Open, close, lock or unlock a link."""

    verb: Literal["open", "close", "lock", "unlock"]
    link: str = ""


class HangUp(Struct, frozen=True):
    """Close the connection whose peer a param names."""

    param: ParamName


class Pause(Struct, frozen=True):
    """Wait before the next item; asleep, what follows in the trigger waits too."""

    seconds: float
    sleep: bool = False


class Leave(Struct, frozen=True):
    """End the running group."""


class SetTimeout(Struct, frozen=True):
    """Change how long a pair waits, in milliseconds."""

    pair: str
    value: Expression


class SetWait(Struct, frozen=True):
    """Change the pause behind an item of a group, in milliseconds."""

    group: str
    item: int
    value: Expression


class Set(Struct, frozen=True):
    """Give a param, or one of its bits, a value."""

    param: ParamName
    value: Expression
    path: tuple[FieldName, ...] = ()


class Copy(Struct, frozen=True):
    """Give a param the content of another."""

    source: ParamName
    param: ParamName
    reversed: bool = False
    until_nul: bool = False


class Append(Struct, frozen=True):
    """Put bytes behind those of a param."""

    source: Content
    param: ParamName
    reversed: bool = False
    text: bool = False
    hex: int = 0


class Clear(Struct, frozen=True):
    """Forget a param's value."""

    param: ParamName
    display: bool = False


class Reverse(Struct, frozen=True):
    """Turn round the order of a param's bytes."""

    param: ParamName


class Resize(Struct, frozen=True):
    """Give a param another number of bytes."""

    param: ParamName
    size: Expression


class Enter(Struct, frozen=True):
    """Set a param to the value it has, as a user does."""

    param: ParamName


class Save(Struct, frozen=True):
    """Keep a param's value over restarts."""

    param: ParamName


class Forget(Struct, frozen=True):
    """Forget what a response was like the last time, or what is known of its framing."""

    message: MessageName
    framing: bool = False


class Make(Struct, frozen=True):
    """Make the command from its params."""


class Read(Struct, frozen=True):
    """Find the fields of the response."""


class Fill(Struct, frozen=True):
    """Compute the lengths or checks of the command."""

    what: Literal["length", "crc"]


class Check(Struct, frozen=True):
    """Verify the lengths or checks of the response."""

    what: Literal["length", "crc"]


class Stuff(Struct, frozen=True):
    """Double a mark wherever it stands in the bytes."""

    mark: Content
    unless: Content = b""
    skip: tuple[int, int] = (0, 0)


class Unstuff(Stuff, frozen=True):
    """Take doubled marks out of the bytes."""


class Replace(Struct, frozen=True):
    """Replace bytes of the message at hand, or of a param."""

    old: Content
    new: Content
    skip: tuple[int, int] = (0, 0)
    only: tuple[int, int] | None = None
    param: ParamName | None = None


class Swap(Struct, frozen=True):
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


class Action(Struct, frozen=True):
    """A verb and the condition it runs under."""

    verb: Verb
    span: Span
    when: Expression | None = None

    def params(self) -> set[str]:
        """The params it names, beside those in its expressions."""
        values = (getattr(self.verb, name) for name in self.verb.__struct_fields__)
        return {str(value) for value in values if isinstance(value, ParamName)}
