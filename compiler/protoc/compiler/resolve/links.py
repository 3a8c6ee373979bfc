"""Links: what they are, where they lead; `link_settings` has what stands in their braces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.link_settings import Setting, read, unfit
from protoc.compiler.resolve.scope import Scope, Unresolved, suggestion
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label

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
    shared = read(scope, [setting for framing in framings for setting in framing.settings])
    found: dict[str, model.Link] = {}
    spans: dict[str, tree.Link] = {}
    for link in links:
        try:
            resolved = _link(scope, link)
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
        own = read(scope, link.settings)
        for setting in own:
            _refuse(scope, setting, [resolved])
        fitting = [setting for setting in (*shared, *own) if not unfit(setting, resolved)]
        fitting = [setting for setting in fitting if _is_above(scope, setting, found)]
        for setting in fitting:
            resolved = replace(resolved, **setting.values)
        found[resolved.name] = resolved
        spans[resolved.name] = link
    for setting in shared:
        _refuse(scope, setting, list(found.values()))
    return found


def _is_above(scope: Scope, setting: Setting, found: Mapping[str, model.Link]) -> bool:
    """Whether the link that a setting names, if it names one, stands above it."""
    name = setting.values.get("queue") or setting.values.get("spare_of")
    if name is None or name in found:
        return True
    scope.diagnostics.error(
        "E0208",
        f"there is no link `{name}` above this one",
        setting.span,
        help=suggestion(name, found, "link")
        if found
        else "write the link that it names in front of it",
    )
    return False


def _refuse(scope: Scope, setting: Setting, links: list[model.Link]) -> None:
    """Complain about a setting that none of the links can have."""
    why = [unfit(setting, link) for link in links]
    if why and all(why):
        scope.diagnostics.error(
            "E0208",
            f"`{setting.word}` has no meaning here",
            setting.span,
            why[0],
            help="leave it out, or set it on another link",
        )


def _link(scope: Scope, link: tree.Link) -> model.Link:
    kind = _KINDS.get(link.kind.text)
    if kind is None:
        raise scope.fail(
            "E0208",
            f"there is no link of kind `{link.kind.text}`",
            link.kind.span,
            help=suggestion(link.kind.text, _KINDS, "link"),
        )
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
    return model.Link(name, kind, role, link.span, link.port, link.baud, format)
