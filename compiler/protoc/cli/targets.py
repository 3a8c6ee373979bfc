"""What `call` is to execute: `pair:helix`, `command:100`, or a bare name that is unique."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from protoc.cli.assignments import suggestion
from protoc.cli.failures import UsageFailure

if TYPE_CHECKING:
    from protoc.compiler import model
    from protoc.runtime.actions import Execute
    from protoc.runtime.messages import Message
    from protoc.runtime.protocol import Protocol

KINDS = ("pair", "command", "group", "trigger")


class Target(NamedTuple):
    """What to execute, with the command whose fields can be given; None where there is none.

    `fixed` are the fields of the command that the pair gives itself.
    """

    execute: Execute
    command: type[Message] | None
    fixed: tuple[str, ...]


def find_target(described: model.Protocol, protocol: Protocol, name: str) -> Target:
    """The target of a name.

    Raises:
        UsageFailure: there is none, or more than one.
    """
    kind, colon, rest = name.partition(":")
    if colon and kind not in KINDS:
        raise UsageFailure(
            f"{name}: expected a target like pair:NAME, got the kind {kind!r}; "
            f"there are {', '.join(KINDS)}"
        )
    wanted = rest if colon else name
    kinds = (kind,) if colon else KINDS
    found = [
        (each, row.name)
        for each in kinds
        for row in _rows(described, each)
        if row.name == wanted or (colon and wanted.isdecimal() and row.id == int(wanted))
    ]
    if not found:
        known = [row.name for each in kinds for row in _rows(described, each)]
        hint = suggestion(wanted, dict.fromkeys(known), "it has nothing to call")
        raise UsageFailure(
            f"{described.name} has no {kind if colon else 'target'} {wanted!r}; {hint}"
        )
    found = _without_own_commands(described, found)
    if len(found) > 1:
        which = " or ".join(f"{each}:{row}" for each, row in found)
        raise UsageFailure(f"{name}: there is more than one of that name: write {which}")
    return _target(protocol, *found[0])


def _without_own_commands(
    described: model.Protocol, found: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """A command beside the pair that sends it is no other target: the pair is meant."""
    sent = {pair.command for pair in described.pairs if ("pair", pair.name) in found}
    return [(kind, name) for kind, name in found if kind != "command" or name not in sent]


def _rows(described: model.Protocol, kind: str) -> list[Any]:
    if kind == "command":
        return [m for m in described.messages if m.kind == "command" and not m.part]
    rows = {"pair": described.pairs, "group": described.groups, "trigger": described.triggers}
    return list(rows[kind])


def _target(protocol: Protocol, kind: str, name: str) -> Target:
    from protoc.runtime.actions import Execute

    execute = Execute(kind, name)  # type: ignore[arg-type]  # one of KINDS
    if kind == "pair":
        pair = next(each for each in protocol.pairs if each.name == name)
        return Target(execute, pair.command, tuple(pair.arguments))
    if kind == "command":
        command = next(each for each in protocol.messages if name == each.NAME)
        return Target(execute, command, ())
    return Target(execute, None, ())
