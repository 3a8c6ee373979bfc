"""Values that come in pieces: kept until the last piece is there, then a param."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from protoc.runtime import events
from protoc.runtime.causes import Cause
from protoc.runtime.errors import LocalError
from protoc.runtime.machine import Machine
from protoc.runtime.messages import Message
from protoc.runtime.params import ParamTable
from protoc.runtime.protocol import Join, Protocol
from protoc.runtime.scope import FAULTS, Scope

LARGEST = 64_000_000
"""So many bytes, characters or items are kept of a value that is not whole; then it is dropped."""


class Joiner:
    """Puts pieces together, for each connection by itself.

    Args:
        protocol: the description.
        params: what expressions see.
        machine: sets the params.
        report: told of pieces that belong to nothing.
    """

    def __init__(
        self,
        protocol: Protocol,
        params: ParamTable,
        machine: Machine,
        report: Callable[[events.Event], None],
    ) -> None:
        self._params = params
        self._machine = machine
        self._report = report
        self._joins: dict[type[Message], list[Join]] = {}
        for join in protocol.joins:
            self._joins.setdefault(join.message, []).append(join)
        self._pieces: dict[tuple[str, int | None], list[Any]] = {}

    def take(self, message: Message, cause: Cause) -> None:
        """A message came: it may hold a piece."""
        for join in self._joins.get(type(message), ()):
            name = message.NAME
            scope = Scope(self._params, {name: message, f"{name}_": message})
            try:
                self._add(join, scope, cause)
            except FAULTS as error:
                self._pieces.pop((join.name, cause.connection), None)
                self._report(events.ActionFailed(join.name, "join", error))

    def forget(self, connection: int) -> None:
        """A connection is gone: what it left unfinished will not be finished."""
        for key in [key for key in self._pieces if key[1] == connection]:
            del self._pieces[key]

    def _add(self, join: Join, scope: Scope, cause: Cause) -> None:
        key = join.name, cause.connection
        if join.first(scope):
            if key in self._pieces:
                self._report(events.ActionFailed(join.name, "join", LocalError("begun anew")))
            self._pieces[key] = []
        elif key not in self._pieces:
            raise LocalError("a piece without a beginning")
        pieces = self._pieces[key]
        pieces.append(join.value(scope))
        if sum(map(len, pieces)) > LARGEST:
            raise LocalError(f"more than {LARGEST} and no end")
        if join.last(scope):
            del self._pieces[key]
            self._machine.set(join.name, _whole(pieces), scope, cause)


def _whole(pieces: list[Any]) -> Any:
    """All the pieces as one value of their kind."""
    empty = type(pieces[0])()
    if isinstance(empty, list):
        return [item for piece in pieces for item in piece]
    return empty.join(pieces)
