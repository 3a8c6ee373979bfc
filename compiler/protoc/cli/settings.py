"""Values given to params: `--set limit=7`, `--set id:303=on`, `--set mask.arc=1`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from protoc.cli.assignments import Assignment, split, suggestion, typed
from protoc.cli.failures import Failure

if TYPE_CHECKING:
    from protoc.runtime.protocol import Param, Protocol


def param_values(protocol: Protocol, arguments: Iterable[str]) -> dict[str, Any]:
    """The values of `--set` options by the names of their params.

    Raises:
        Failure: a param that there is not, that is constant, or a value that does not fit.
    """
    return settle(protocol, split(arguments))


def settle(protocol: Protocol, assignments: Iterable[Assignment]) -> dict[str, Any]:
    """The same, for assignments that are taken apart already."""
    found = []
    for each in assignments:
        param = param_of(protocol, each.name)
        if param is None:
            names = [row.name for row in protocol.params if not row.constant]
            hint = suggestion(each.name, names, "it has no params")
            raise Failure(f"{protocol.name} has no param `{each.name}`; {hint}")
        if param.constant:
            raise Failure(f"{protocol.name}: `{each.name}` is a constant: it cannot be set")
        found.append(each._replace(name=param.name))
    types = {param.name: param.type for param in protocol.params}
    return typed(found, types, protocol.name)


def param_of(protocol: Protocol, name: str) -> Param | None:
    """The param of a name or of `id:N`."""
    kind, colon, number = name.partition(":")
    for param in protocol.params:
        if name in (param.name, param.name.removesuffix("_")):
            return param
        if colon and kind == "id" and number.isdecimal() and param.id == int(number):
            return param
    return None
