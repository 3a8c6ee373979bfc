"""Pairs, groups, timers, triggers and hooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from protoc.compiler.model.expressions import Expression
from protoc.dsl.source import Span


@dataclass(frozen=True)
class Answer:
    """A message that answers; `many` for any number of it."""

    message: str
    many: bool = False


@dataclass(frozen=True)
class Pair:
    """A command and what answers it."""

    name: str
    command: str
    arguments: tuple[tuple[str, Expression], ...]
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


@dataclass(frozen=True)
class Execute:
    """Put a pair, group or command into the queue."""

    kind: Literal["pair", "command", "group", "trigger"]
    name: str
    arguments: tuple[tuple[str, Expression], ...] = ()
    priority: Literal["first", "normal", "last", "now"] = "normal"
    once: bool = False


@dataclass(frozen=True)
class Send:
    """Write one message past the queue."""

    message: str
    arguments: tuple[tuple[str, Expression], ...] = ()


@dataclass(frozen=True)
class Set:
    """Give a param, or one of its bits, a value."""

    param: str
    value: Expression
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clear:
    """Forget a param's value."""

    param: str


@dataclass(frozen=True)
class Run:
    """Call a hook."""

    hook: str
    arguments: tuple[Expression, ...] = ()


@dataclass(frozen=True)
class Do:
    """Run a named trigger."""

    trigger: str


@dataclass(frozen=True)
class Time:
    """Start, stop or restart a timer."""

    verb: Literal["start", "stop", "restart"]
    timer: str


@dataclass(frozen=True)
class Line:
    """Open or close the link."""

    verb: Literal["open", "close"]


@dataclass(frozen=True)
class Pause:
    """Wait before the next item."""

    seconds: float


Verb = Execute | Send | Set | Clear | Run | Do | Time | Line | Pause


@dataclass(frozen=True)
class Action:
    """A verb and the condition it runs under."""

    verb: Verb
    span: Span
    when: Expression | None = None


@dataclass(frozen=True)
class Group:
    """Items executed one after the other."""

    name: str
    items: tuple[Action, ...]
    span: Span
    when: Expression | None = None
    immediate: bool = False
    links: tuple[str, ...] = ()
    doc: str = ""
    id: int | None = None


@dataclass(frozen=True)
class Timer:
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


@dataclass(frozen=True)
class On:
    """When a trigger fires; the words are those of the runtime's table."""

    event: str
    kind: str = ""
    name: str = ""
    last: bool = False
    after_response: bool = False
    seconds: float = 0.0


@dataclass(frozen=True)
class Trigger:
    """An event and the actions it sets in motion."""

    name: str
    on: On | None
    actions: tuple[Action, ...]
    span: Span
    otherwise: tuple[Action, ...] = ()
    when: Expression | None = None
    doc: str = ""
    id: int | None = None


@dataclass(frozen=True)
class HookParameter:
    """A parameter of a hook and the Python type of its value."""

    name: str
    type: str


@dataclass(frozen=True)
class Hook:
    """A place for the user's code."""

    name: str
    parameters: tuple[HookParameter, ...]
    span: Span
    on: On | None = None
    doc: str = ""
    id: int | None = None
