"""Pairs, groups, timers, triggers and hooks."""

from __future__ import annotations

from msgspec import Struct

from protoc.compiler.model.actions import Action, Arguments, Execute
from protoc.compiler.model.expressions import Expression
from protoc.dsl.source import Span


class Answer(Struct, frozen=True):
    """A message that answers; `many` for any number of it."""

    message: str
    many: bool = False


class Pair(Struct, frozen=True):
    """A command and what answers it.

    Attributes:
        ping: it is what is asked of a device that does not respond.
        quiet: no answer to it says nothing about the device.
        bytewise: seconds between two bytes of the command; 0 for all at once.
        after_idle: seconds without a byte after which what came is taken for the answer; 0 for not.
    """

    name: str
    command: str
    arguments: Arguments
    steps: tuple[tuple[Answer, ...], ...]
    refusals: tuple[str, ...]
    span: Span
    where: Expression | None = None
    when: Expression | None = None
    timeout: float | None = None
    retries: int | None = None
    gap: float | None = None
    links: tuple[str, ...] = ()
    doc: str = ""
    id: int | None = None
    ping: bool = False
    quiet: bool = False
    bytewise: float = 0.0
    after_idle: float = 0.0


class Group(Struct, frozen=True):
    """Items executed one after the other."""

    name: str
    items: tuple[Action, ...]
    span: Span
    when: Expression | None = None
    immediate: bool = False
    links: tuple[str, ...] = ()
    doc: str = ""
    id: int | None = None


class Timer(Struct, frozen=True):
    """Queues its targets again and again; `every` is None for `loop`."""

    name: str
    every: float | None
    targets: tuple[Execute, ...]
    span: Span
    after: tuple[float, float] | None = None
    stopped: bool = False
    gap: float = 0.0
    when: Expression | None = None
    doc: str = ""
    id: int | None = None


class On(Struct, frozen=True):
    """When a trigger fires; the words are those of the runtime's table."""

    event: str
    kind: str = ""
    name: str = ""
    last: bool = False
    after_response: bool = False
    seconds: float = 0.0


class Trigger(Struct, frozen=True):
    """An event and the actions it sets in motion."""

    name: str
    on: On | None
    actions: tuple[Action, ...]
    span: Span
    otherwise: tuple[Action, ...] = ()
    when: Expression | None = None
    doc: str = ""
    id: int | None = None


class HookParameter(Struct, frozen=True):
    """A parameter of a hook and the Python type of its value."""

    name: str
    type: str


class Join(Struct, frozen=True):
    """A param whose value comes in pieces, and the pieces that begin and end it."""

    name: str
    message: str
    value: Expression
    first: Expression
    last: Expression
    span: Span
    doc: str = ""


class Hook(Struct, frozen=True):
    """A place for the user's code.

    Attributes:
        events: what calls it.
        when: only while this holds.
    """

    name: str
    parameters: tuple[HookParameter, ...]
    span: Span
    events: tuple[On, ...] = ()
    when: Expression | None = None
    doc: str = ""
    id: int | None = None
