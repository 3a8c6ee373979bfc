"""What stands in the braces of a link: each setting read on its own, and who can have it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_network
from typing import Any

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.resolve.constants import octets, seconds, whole
from protoc.compiler.resolve.scope import Scope, Unresolved, suggestion
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label
from protoc.dsl.source import Span

RULES = frozenset(("where", "no_reply", "await"))
"""What is said of messages: `link_rules` reads it when those are known."""


class Setting(Struct, frozen=True):
    """A setting that was read: the attributes of `model.Link` it gives."""

    word: str
    span: Span
    values: Mapping[str, Any]


def read(scope: Scope, settings: Iterable[tree.LinkSetting]) -> list[Setting]:
    """The settings that can be read; what is wrong with the others is told."""
    found: list[Setting] = []
    for setting in settings:
        word = setting.word.text
        try:
            if word in RULES:
                continue
            if word not in _READERS:
                raise scope.fail(
                    "E0208",
                    f"there is no link setting `{word}`",
                    setting.word.span,
                    help=suggestion(word, (*_READERS, *RULES), "setting"),
                )
            values = _READERS[word](scope, setting)
        except Unresolved:
            continue
        before = next((each for each in found if each.word == word == "frame"), None)
        if before is None:
            found.append(Setting(word, setting.span, values))
        else:
            _add_frame(scope, found, before, Setting(word, setting.span, values))
    return found


def _add_frame(scope: Scope, found: list[Setting], before: Setting, more: Setting) -> None:
    """Several headers and trailers may stand side by side."""
    if "packet" in before.values or "packet" in more.values:
        scope.diagnostics.error(
            "E0208",
            "a message cuts the stream alone",
            more.span,
            labels=(Label(before.span, "the stream is cut here already"),),
            help="keep one of them",
        )
        return
    frames = (*before.values["frames"], *more.values["frames"])
    found[found.index(before)] = Setting(before.word, before.span, {"frames": frames})


def unfit(setting: Setting, link: model.Link) -> str:
    """Why a link cannot have a setting; empty when it can."""
    if setting.word in _DATAGRAMS and link.kind != "udp":
        return "only UDP has datagrams"
    if setting.word in _SERVERS and link.role != "server":
        return "only a server is connected to"
    if setting.word == "reconnect" and link.role == "server":
        return "a server waits to be connected to"
    if "idle_characters" in setting.values and link.kind != "serial":
        return "only a serial link knows how long a character takes"
    if setting.word in ("local_port", "address") and (
        link.kind == "serial" or link.role == "server"
    ):
        return "only a client of TCP or UDP connects to somebody"
    if setting.word in _PORTS and link.kind != "serial":
        return "only a serial port has it"
    if link.name in (setting.values.get("queue"), setting.values.get("spare_of")):
        return "it names another link"
    if setting.word == "spare_of" and link.role == "server":
        return "a server is connected to, it cannot do the work of another link"
    if setting.word == "peer_header" and link.kind == "serial":
        return "on a serial link nobody has an address"
    return ""


_DATAGRAMS = frozenset(("datagram",))
_PORTS = frozenset(("flow", "rts", "dtr"))
_SERVERS = frozenset(("max_connections", "allow", "connected", "disconnected", "reply"))


# ------------------------------------------------------------------ kinds of values


def _value(scope: Scope, setting: tree.LinkSetting, example: str) -> tree.Expression:
    """The one value of a setting."""
    if len(setting.values) != 1:
        raise _lacking(scope, setting, "one value", example)
    return setting.values[0]


def _lacking(scope: Scope, setting: tree.LinkSetting, what: str, example: str) -> Unresolved:
    word = setting.word.text
    return scope.fail(
        "E0208",
        f"`{word}` needs {what}",
        setting.span,
        help=f"write it behind: `{word} {example}`",
    )


Reader = Callable[[Scope, tree.LinkSetting], Mapping[str, Any]]


def _flag(attribute: str) -> Reader:
    """A word alone."""

    def read_flag(scope: Scope, setting: tree.LinkSetting) -> Mapping[str, Any]:
        if setting.values:
            raise scope.fail(
                "E0208",
                f"`{setting.word.text}` stands alone",
                setting.values[0].span,
                help=f"write `{setting.word.text}`",
            )
        return {attribute: True}

    return read_flag


def _duration(attribute: str, example: str) -> Reader:
    """A time."""
    return lambda scope, setting: {attribute: seconds(scope, _value(scope, setting, example))}


def _number(attribute: str, example: str, least: int = 0) -> Reader:
    """A whole number."""
    return lambda scope, setting: {attribute: whole(scope, _value(scope, setting, example), least)}


def _end(scope: Scope, setting: tree.LinkSetting) -> Mapping[str, Any]:
    ends = tuple(octets(scope, alternative) for alternative in setting.alternatives)
    if not ends or not all(ends):
        raise _lacking(scope, setting, "the bytes that end a message", "CRLF | LF")
    return {"ends": ends}


def _idle(scope: Scope, setting: tree.LinkSetting) -> Mapping[str, Any]:
    """A pause, in seconds or in characters."""
    value = _value(scope, setting, "3.5char")
    characters = isinstance(value, tree.Duration) and value.unit == "char"
    amount = value.amount if isinstance(value, tree.Duration) and characters else 0.0
    pause = amount or seconds(scope, value)
    if pause <= 0:
        raise scope.fail(
            "E0208",
            "`idle` needs a pause",
            value.span,
            "every byte would be a message",
            help="write `idle 20ms`, or `idle 3.5char` on a serial link",
        )
    return {"idle_characters": float(pause)} if characters else {"idle": pause}


def _slow_poll(scope: Scope, setting: tree.LinkSetting) -> Mapping[str, Any]:
    """How often to ping, and when to begin: after a time, or after so many timeouts."""
    if not 1 <= len(setting.values) <= 2:
        raise _lacking(scope, setting, "a time, and may have when it begins", "30s, 5")
    every, *begin = setting.values
    found: dict[str, Any] = {"slow_poll": seconds(scope, every)}
    for value in begin:
        if isinstance(value, tree.Duration):
            found["slow_after"] = seconds(scope, value)
        else:
            found["slow_timeouts"] = whole(scope, value, 1)
    if found["slow_poll"] <= 0:
        raise _lacking(scope, setting, "a time between two pings", "30s")
    return found


def _reconnect(scope: Scope, setting: tree.LinkSetting) -> Mapping[str, Any]:
    """The first wait and the longest."""
    if not 1 <= len(setting.values) <= 2:
        raise _lacking(scope, setting, "the first wait, and may have the longest", "1s, 1min")
    first, *rest = (seconds(scope, value) for value in setting.values)
    longest = rest[0] if rest else max(first, 60.0)
    if not 0 < first <= longest:
        raise scope.fail(
            "E0208",
            "`reconnect` waits longer each time",
            setting.span,
            help="write the first wait and a longer one: `reconnect 1s, 1min`",
        )
    return {"reconnect": first, "reconnect_longest": longest}


def _choice(attribute: str, *words: str) -> Reader:
    """One of some words."""

    def read_choice(scope: Scope, setting: tree.LinkSetting) -> Mapping[str, Any]:
        value = _value(scope, setting, words[0])
        word = value.path[0].text if isinstance(value, tree.Reference) else value.span.text
        if word not in words:
            known = " or ".join(f"`{setting.word.text} {each}`" for each in words)
            raise scope.fail(
                "E0208",
                f"`{setting.word.text}` does not know `{word}`",
                value.span,
                help=f"write {known}",
            )
        return {attribute: word}

    return read_choice


def _networks(scope: Scope, setting: tree.LinkSetting) -> Mapping[str, Any]:
    """Addresses and networks."""
    if not setting.values:
        raise _lacking(scope, setting, "an address or network", '"10.0.0.0/8"')
    found = []
    for value in setting.values:
        text = value.value if isinstance(value, tree.String) else value.span.text
        try:
            found.append(str(ip_network(text, strict=False)))
        except ValueError:
            raise scope.fail(
                "E0208",
                f"`{text}` is no address and no network",
                value.span,
                help='write it in quotes: "10.0.0.7", "10.0.0.0/8", "fe80::/10"',
            ) from None
    return {"allow": tuple(found)}


def _peer_param(attribute: str) -> Reader:
    """The param that is told a peer."""

    def read_param(scope: Scope, setting: tree.LinkSetting) -> Mapping[str, Any]:
        if setting.target is None:
            raise scope.fail(
                "E0208",
                f"`{attribute}` needs a param",
                setting.span,
                help=f"write it behind an arrow: `{attribute} -> peer`",
            )
        name = setting.target.text
        if name not in scope.params:
            raise scope.unknown("param", setting.target, scope.params)
        param = scope.params[name]
        if param.constant or not (param.wire is None or isinstance(param.wire, model.Text)):
            raise scope.fail(
                "E0208",
                f"`{name}` cannot hold a peer",
                setting.target.span,
                "a peer is text: 10.0.0.7:4001",
                help=f"declare it as `param {name} : text`",
            )
        return {attribute: name}

    return read_param


def _frame(scope: Scope, setting: tree.LinkSetting) -> Mapping[str, Any]:
    """A header and a trailer, or the message that says how long units are."""
    value = _value(scope, setting, '"<" .. ">"')
    if isinstance(value, tree.Range):
        ends = value.start, value.end
        if all(isinstance(end, tree.String | tree.Octets) for end in ends):
            header, trailer = (octets(scope, (end,)) for end in ends)  # type: ignore[arg-type]
            if trailer:
                return {"frames": ((header, trailer),)}
    elif isinstance(value, tree.Reference) and len(value.path) == 1:
        return {"packet": value.path[0]}
    raise scope.fail(
        "E0208",
        "`frame` needs a header and a trailer, or a message",
        value.span,
        help='write `frame STX .. ETX`, `frame "" .. CR`, or the name of a message with a length',
    )


def _wrap(scope: Scope, setting: tree.LinkSetting) -> Mapping[str, Any]:
    """The frame around every message."""
    value = _value(scope, setting, "rtu")
    if isinstance(value, tree.Reference) and len(value.path) == 1:
        return {"wrap": value.path[0]}
    raise scope.fail(
        "E0208",
        "`wrap` needs a message with a body",
        value.span,
        help="write the name of a message in whose `body` every other stands",
    )


def _link(attribute: str) -> Reader:
    """The name of another link; `links` sees to it that there is one."""

    def read_link(scope: Scope, setting: tree.LinkSetting) -> Mapping[str, Any]:
        value = _value(scope, setting, "main")
        if isinstance(value, tree.Reference) and len(value.path) == 1:
            return {attribute: value.path[0].text}
        raise scope.fail(
            "E0208",
            f"`{setting.word.text}` needs a link",
            value.span,
            help=f"write the name of a link above: `{setting.word.text} main`",
        )

    return read_link


def _local_port(scope: Scope, setting: tree.LinkSetting) -> Mapping[str, Any]:
    """The port that a client connects from."""
    value = _value(scope, setting, "4002")
    port = whole(scope, value, 1)
    if port > 65535:
        raise scope.fail(
            "E0208", f"{port} is no port", value.span, help="write a number from 1 to 65535"
        )
    return {"local_port": port}


_READERS: dict[str, Reader] = {
    "end": _end,
    "max": _number("largest", "256", 1),
    "datagram": _flag("datagram"),
    "frame": _frame,
    "wrap": _wrap,
    "idle": _idle,
    "hand_over": _number("hand_over", "512", 1),
    "peer_header": _flag("peer_header"),
    "half_duplex": _flag("half_duplex"),
    "idle_close": _duration("idle_close", "30s"),
    "reconnect": _reconnect,
    "flow": _choice("flow", "rtscts", "dsrdtr", "xonxoff"),
    "rts": _choice("rts", "on", "off"),
    "dtr": _choice("dtr", "on", "off"),
    "echo": _choice("echo", "discard"),
    "bystanders": _choice("bystanders", "ignore"),
    "timeout": _duration("timeout", "500ms"),
    "retries": _number("retries", "2"),
    "gap": _duration("gap", "5ms"),
    "compose": _choice("compose", "dequeue", "enqueue"),
    "late": _choice("late", "drop", "match"),
    "ignore_equal": _flag("ignore_equal"),
    "offline": _duration("offline", "30s"),
    "slow_poll": _slow_poll,
    "max_connections": _number("max_connections", "8", 1),
    "allow": _networks,
    "connected": _peer_param("connected"),
    "disconnected": _peer_param("disconnected"),
    "reply": _choice("reply", "asker", "all"),
    "queue": _link("queue"),
    "spare_of": _link("spare_of"),
    "single": _flag("single"),
    "local_port": _local_port,
    "address": _peer_param("address"),
}
