"""Links and their settings."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Literal

from protoc.compiler import model
from protoc.compiler.resolve.constants import octets, seconds, whole
from protoc.compiler.resolve.scope import Scope, Unresolved, suggestion
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label

_NOW = ("timeout", "retries", "gap", "end", "max")
_LATER = frozenset(
    ("idle", "wrap", "frame", "datagram", "hand_over", "where", "no_reply", "await", "late",
     "compose", "ignore_equal", "offline", "slow_poll", "idle_close", "half_duplex", "echo",
     "bystanders", "max_connections", "allow", "connected", "disconnected", "reply",
     "peer_header")
)  # fmt: skip
_KINDS: dict[str, Literal["serial", "tcp", "udp"]] = {
    "serial": "serial",
    "tcp": "tcp",
    "udp": "udp",
}
_ROLES: dict[str, Literal["client", "server"]] = {"client": "client", "server": "server"}
_FORMAT = re.compile(r"[5-8][NEOMS](1|1\.5|2)", re.IGNORECASE)


def resolve_links(
    scope: Scope, links: list[tree.Link], framings: list[tree.Framing]
) -> dict[str, model.Link]:
    """Every link by name, with the settings of `framing` under its own."""
    shared = [setting for framing in framings for setting in framing.settings]
    found: dict[str, model.Link] = {}
    spans: dict[str, tree.Link] = {}
    for link in links:
        try:
            resolved = _link(scope, link, shared)
        except Unresolved:
            continue
        if resolved.name in found:
            scope.diagnostics.error(
                "E0201",
                f"there are two links named `{resolved.name}`",
                link.span,
                labels=(Label(spans[resolved.name].span, "the other one"),),
                help="give them names: `link main : serial …`",
            )
            continue
        found[resolved.name] = resolved
        spans[resolved.name] = link
    return found


def _link(scope: Scope, link: tree.Link, shared: list[tree.LinkSetting]) -> model.Link:
    kind = _KINDS.get(link.kind.text)
    if kind is None:
        raise scope.fail(
            "E0208",
            f"there is no link of kind `{link.kind.text}`",
            link.kind.span,
            help=suggestion(link.kind.text, _KINDS, "link"),
        )
    if kind == "udp":
        raise scope.unsupported("a UDP link", link.kind.span, "use `link tcp` or `link serial`")
    role = _ROLES.get(link.role.text if link.role else "client")
    if role is None:
        assert link.role is not None
        raise scope.fail(
            "E0208",
            f"`{link.role.text}` is no role of a link",
            link.role.span,
            help="write `client` or `server`",
        )
    if link.format is not None and not _FORMAT.fullmatch(link.format):
        raise scope.fail(
            "E0208",
            f"`{link.format}` is no serial format",
            link.span,
            help="write data bits, parity and stop bits: 8N1, 7E1, 8N2",
        )
    if link.port is not None and not 0 < link.port < 65536:
        raise scope.fail(
            "E0208", f"{link.port} is no port", link.span, help="write a number from 1 to 65535"
        )
    format = link.format.upper() if link.format else None
    name = link.name.text if link.name else kind
    resolved = model.Link(name, kind, role, link.span, link.port, link.baud, format)
    return replace(resolved, **{**_settings(scope, shared), **_settings(scope, link.settings)})


def _settings(
    scope: Scope, settings: tuple[tree.LinkSetting, ...] | list[tree.LinkSetting]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for setting in settings:
        try:
            name, value = _setting(scope, setting)
        except Unresolved:
            continue
        found[name] = value
    return found


def _setting(scope: Scope, setting: tree.LinkSetting) -> tuple[str, Any]:
    word = setting.word.text
    if word == "end":
        ends = tuple(octets(scope, alternative) for alternative in setting.alternatives)
        if not ends or not all(ends):
            raise scope.fail(
                "E0208",
                "`end` needs the bytes that end a message",
                setting.span,
                help="write them: `end CRLF | LF`",
            )
        return "ends", ends
    if word in _LATER:
        raise scope.unsupported(f"the link setting `{word}`", setting.span, "leave it out")
    if word not in _NOW:
        raise scope.fail(
            "E0208",
            f"there is no link setting `{word}`",
            setting.word.span,
            help=suggestion(word, (*_NOW, *_LATER), "setting"),
        )
    if len(setting.values) != 1:
        examples = {"timeout": "500ms", "gap": "5ms", "retries": "2", "max": "256"}
        raise scope.fail(
            "E0208",
            f"`{word}` needs one value",
            setting.span,
            help=f"write it behind: `{word} {examples[word]}`",
        )
    value = setting.values[0]
    if word in ("timeout", "gap"):
        return word, seconds(scope, value)
    if word == "retries":
        return word, whole(scope, value)
    return "largest", whole(scope, value, 1)
