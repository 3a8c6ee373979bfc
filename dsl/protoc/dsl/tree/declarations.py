"""What stands at the top of a description: names, params, links, messages."""

from __future__ import annotations

from typing import Literal

from protoc.dsl.tree.expressions import (
    Constant,
    Expression,
    Invocation,
    Name,
    Node,
    Statement,
    String,
)
from protoc.dsl.tree.layouts import Body
from protoc.dsl.tree.types import EnumLabel, Typed


class Protocol(Statement, frozen=True):
    """`protocol dimmer "Acme stage dimmer"`."""

    name: Name
    title: String | None = None


class Use(Statement, frozen=True):
    """`use "library:modbus_rtu"`, `use other`."""

    target: Name | String


class Setting(Statement, frozen=True):
    """`endian little`, `encoding latin1`, `steps explicit`, `assume late_reply drop`."""

    word: Literal["endian", "encoding", "steps", "assume"]
    names: tuple[Name, ...]


class Enum(Statement, frozen=True):
    """`enum power { off = 0, on = 1 }`."""

    name: Name
    labels: tuple[EnumLabel, ...]


class Param(Statement, frozen=True):
    """`param limit id 3 : float default 5`; without a type a name that anything may fill."""

    name: Name
    id: int | None = None
    typed: Typed | None = None


class LinkSetting(Statement, frozen=True):
    """One setting in the braces of a link or of `framing`.

    Attributes:
        word: `timeout`, `end`, `wrap`, `where`, `reply`, `frame` …
        values: what stands behind it, separated by commas; none for a bare word. A word
            (`echo discard`, `wrap rtu`) is a `Reference`, `frame A .. B` a `Range` of constants.
        alternatives: those of `end LF | CRLF`, each a tuple of constants; else empty.
        target: the name behind `->` (`connected -> came`), else None.
    """

    word: Name
    values: tuple[Expression, ...] = ()
    alternatives: tuple[tuple[Constant, ...], ...] = ()
    target: Name | None = None


class Link(Statement, frozen=True):
    """`link main : serial 9600 8N1 { … }`, `link tcp client :5025 { … }`.

    Attributes:
        kind: `serial`, `tcp` or `udp`.
        role: `client`, `server`, or None when not written.
        port: the number behind the colon.
        baud: baud rate of a serial link.
        format: `8N1`: data bits, parity, stop bits (`8N1.5` is legal).
    """

    name: Name | None
    kind: Name
    role: Name | None = None
    port: int | None = None
    baud: int | None = None
    format: str | None = None
    settings: tuple[LinkSetting, ...] = ()


class Framing(Statement, frozen=True):
    """`framing { max 1500; timeout 1s }`: settings for every link."""

    settings: tuple[LinkSetting, ...]


class Parameter(Node, frozen=True):
    """A parameter of a message (`sealed(salt, mark="$")`) or a hook (`notify(value : float)`)."""

    name: Name
    typed: Typed | None = None
    default: Expression | None = None


class Layout(Statement, frozen=True):
    """A message, command, response or event.

    Attributes:
        frames: what stands behind `in`, alternatives.
        links: names behind `on`; empty means every link.
        body: None when neither braces nor a template are written.
    """

    kind: Literal["message", "command", "response", "event"]
    name: Name
    id: int | None = None
    parameters: tuple[Parameter, ...] = ()
    frames: tuple[Invocation, ...] = ()
    links: tuple[Name, ...] = ()
    body: Body | None = None
