"""Pairs, groups, timers, triggers and their actions."""

from __future__ import annotations

from protoc.dsl.tree.declarations import Parameter
from protoc.dsl.tree.expressions import (
    Duration,
    Expression,
    Invocation,
    Name,
    Node,
    Reference,
    Statement,
)


class Answer(Node, frozen=True):
    """One name behind `->` or `else`; `many` for `entry*`."""

    name: Name
    many: bool = False


class Option(Node, frozen=True):
    """An option of a pair: `timeout 5s`, `retries 2`, `where …`, `on main`, `quiet`, `ping`."""

    word: str
    value: Expression | None = None


class Pair(Statement, frozen=True):
    """`pair set = set_level -> level then done else refused where … timeout 5s`.

    Attributes:
        steps: for each `->`/`then` the alternatives; empty for `none`.
        refusals: the names behind `else`.
    """

    name: Name
    id: int | None
    command: Invocation
    steps: tuple[tuple[Answer, ...], ...] = ()
    refusals: tuple[Answer, ...] = ()
    options: tuple[Option, ...] = ()


class Group(Statement, frozen=True):
    """`group slow id 3 immediate on main if online == 1 { helix; wait 50ms; dump }`."""

    name: Name
    id: int | None
    immediate: bool
    link: Name | None
    condition: Expression | None
    actions: Actions


class Timer(Statement, frozen=True):
    """`timer beat every 100ms after 0s..2s stopped do zoom, dump gap 5ms if online == 1`.

    Attributes:
        every: None for `loop`.
        after: earliest and latest first run.
    """

    name: Name | None
    id: int | None
    every: Duration | None
    after: tuple[Duration, Duration] | None
    stopped: bool
    targets: tuple[Invocation, ...]
    gap: Duration | None
    condition: Expression | None


class Event(Node, frozen=True):
    """What stands behind `on`.

    Attributes:
        word: `before`, `after`, `change`, `success`, `timeout`, `connect`, `disconnect`, `start`,
            `idle`, `status`.
        kind: the noun in `before group x` or `before each response`, else empty.
        each: `each` was written.
        name: the object; None with `each` and for `connect`, `start` …
        last: `timeout x last`.
        after_response: `change p after response`.
        value: the duration behind `idle`, the text behind `status`.
    """

    word: str
    kind: str = ""
    each: bool = False
    name: Name | None = None
    last: bool = False
    after_response: bool = False
    value: Expression | None = None


class Trigger(Statement, frozen=True):
    """`on after reply if x > 3 { … } else { … }`, `trigger t1 id 1 on … { … }`."""

    name: Name | None
    id: int | None
    event: Event | None
    condition: Expression | None
    actions: Actions
    otherwise: Actions | None = None


class Join(Statement, frozen=True):
    """`join tree = packet.payload from packet.first to packet.last`."""

    name: Name
    path: Reference
    first: Expression
    last: Expression


class Hook(Statement, frozen=True):
    """`hook notify(value : float)`, `hook qaction_9 id 9 on change answer on change mode if x`."""

    name: Name
    id: int | None
    parameters: tuple[Parameter, ...]
    events: tuple[Event, ...] = ()
    condition: Expression | None = None


class Action(Statement, frozen=True):
    """One action in braces: a verb and what it works on.

    Attributes:
        verb: `set`, `execute`, `send`, `run`, `copy`, `append`, `clear`, `fill`, `check`, `read`,
            `make`, `stuff`, `unstuff`, `replace`, `swap`, `resize`, `reverse`, `enter`, `save`,
            `start`, `stop`, `restart`, `reschedule`, `open`, `close`, `sleep`, `leave`, `lock`,
            `unlock`, `do`, `wait`; `item` for a bare pair, group, command or param in a group;
            its word, if any, says which of them.
        targets: the names or calls it works on, in the order written; a `Reference` without
            parentheses, an `Invocation` with them.
        value: what `set x = …` assigns, what `wait`/`sleep` last, the constant that `append`,
            `stuff`, `unstuff`, `replace` work on, the number in `swap 2 for p of c`.
        words: bare words behind it, in order (`first`, `once`, `now`, `reversed`, `text`, `crc`).
        operands: keyed operands: `by`, `unless`, `skip`, `only`, `hex`, `in`, `for`, `of`, `to` …
        condition: the `if` behind it.
    """

    verb: str
    targets: tuple[Invocation | Reference, ...] = ()
    value: Expression | None = None
    words: tuple[str, ...] = ()
    operands: tuple[tuple[str, tuple[Expression, ...]], ...] = ()
    condition: Expression | None = None


class Actions(Node, frozen=True):
    """Actions in braces. `closing` are the comment lines before the closing brace."""

    actions: tuple[Action, ...]
    closing: tuple[str, ...] = ()
