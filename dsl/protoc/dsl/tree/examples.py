"""Examples, and the document as a whole."""

from __future__ import annotations

from typing import Literal

from protoc.dsl.tree.conversation import Group, Hook, Join, Pair, Timer, Trigger
from protoc.dsl.tree.declarations import Enum, Framing, Layout, Link, Param, Protocol, Setting, Use
from protoc.dsl.tree.expressions import (
    Constant,
    Duration,
    Invocation,
    Name,
    Node,
    Statement,
    String,
)


class Frame(Statement, frozen=True):
    """A line of an example.

    Attributes:
        word: `tx`, `rx`, `bad` or `idle`.
        constants: the bytes.
        message: what they must decode to, for `tx` and `rx`; None when only their validity counts.
        reason: behind `bad`, one of `words.REASONS`, or empty.
        pause: behind `idle`.
        way: behind `bad`, the direction in which it is; empty for both.
    """

    word: Literal["tx", "rx", "bad", "idle"]
    constants: tuple[Constant, ...] = ()
    message: Invocation | None = None
    reason: str = ""
    pause: Duration | None = None
    way: Literal["tx", "rx", ""] = ""


class Example(Statement, frozen=True):
    """`example "manual p. 12" on field { … }`."""

    title: String | None
    link: Name | None
    frames: tuple[Frame, ...]
    closing: tuple[str, ...] = ()


Declaration = (
    Protocol
    | Use
    | Setting
    | Enum
    | Param
    | Link
    | Framing
    | Layout
    | Pair
    | Group
    | Timer
    | Trigger
    | Join
    | Hook
    | Example
)


class Document(Node, frozen=True):
    """A whole description. `closing` are the comment lines at its end.

    `lost` are the words in passages that could not be read, and the names of the declarations
    around them: a check that misses one of them, or misses something in it, keeps silent.
    """

    declarations: tuple[Declaration, ...]
    closing: tuple[str, ...] = ()
    lost: frozenset[str] = frozenset()
