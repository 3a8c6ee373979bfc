"""What can be executed: the pairs, groups, commands and triggers of a description, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from protoc.runtime.actions import Execute, Item
from protoc.runtime.errors import LocalError
from protoc.runtime.messages import Message
from protoc.runtime.protocol import Group, Pair, Protocol, Trigger

Row = Pair | Group | Trigger | type[Message]

DEEPEST = 32
"""So many groups may stand in each other."""


class Targets:
    """The tables of a description that hold what can be executed.

    Args:
        protocol: the description.

    Attributes:
        pairs, groups, commands: by name.
    """

    def __init__(self, protocol: Protocol) -> None:
        self.pairs = {pair.name: pair for pair in protocol.pairs}
        self.groups = {group.name: group for group in protocol.groups}
        self.commands = {message.NAME: message for message in protocol.messages}
        self._rows: dict[str, Mapping[str, Row]] = {
            "pair": self.pairs,
            "group": self.groups,
            "command": self.commands,
            "trigger": {trigger.name: trigger for trigger in protocol.triggers},
        }

    def row(self, target: Item) -> Row:
        """What is to be executed.

        Raises:
            LocalError: there is no such target.
        """
        row = self._rows[target.kind].get(target.name)
        if row is None:
            raise LocalError(f"there is no {target.kind} {target.name}")
        return row

    def check_fields(self, target: Item, fields: Mapping[str, Any]) -> None:
        """Refuse fields that the command of a target does not have.

        Raises:
            LocalError: there is no such target or field.
        """
        row = self.row(target)
        command = row.command if isinstance(row, Pair) else row
        if isinstance(command, type):
            for name in fields:
                if name not in command.__struct_fields__:
                    raise LocalError(f"{command.NAME} has no field {name}")

    def items(self, group: Group) -> list[Item]:
        """What a group executes in turn, as far as it is there."""
        return [
            item
            for item in group.items
            if isinstance(item, Item)
            and not isinstance(item, Execute)
            and item.name in self._rows[item.kind]
        ]

    def sent_by(self, target: Item, depth: int = 0) -> Iterator[Item]:
        """The pairs and commands that a target sends by itself."""
        if target.kind in ("pair", "command"):
            yield target
        elif target.kind == "group" and depth < DEEPEST:
            for item in self.items(self.groups[target.name]):
                yield from self.sent_by(item, depth + 1)


@lru_cache(maxsize=256)
def targets(protocol: Protocol) -> Targets:
    """The tables of a description: a thousand sessions share them."""
    return Targets(protocol)
