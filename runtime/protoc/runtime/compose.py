"""Messages made from what is known: who gave a field its value, and who comes before whom."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET

from protoc.runtime.errors import DecodeError, EncodeError
from protoc.runtime.messages import Known, Message
from protoc.runtime.params import ParamTable


def compose(
    kind: type[Message],
    params: ParamTable,
    *given: Mapping[str, Any],
    request: Message | None = None,
) -> Message:
    """Make a message; for each field the first of these that has a value counts.

    What was `given`, in that order; the param of its name; the field of its name in the
    `request`; its counter, which goes on when the message is sent (`ParamTable.step`); the default
    of the class, unless it is that of a param which was cleared; the blank of the param; `BLANK`.
    What the request tells (`ECHOES`) is as it says, and what the others tell (`LETS`) is computed.
    In an answer, what nobody gave is as the rest of it wants (`WANTED`).

    Raises:
        EncodeError: a field has no value at all.
    """
    values = {}
    wanted: list[str] = []
    for name, required in _fields(kind):
        for source in given:
            value = source.get(name)
            if value is not None and value is not UNSET:
                break
        else:
            value = _known(kind, name, params, request)
            if value is None and name in kind.WANTED:
                wanted.append(name)
            if value is None and (required or _is_cleared(name, params)):
                value = _blank(kind, name, params)
            if value is None:
                continue
        values[name] = value
    message = kind(**values)
    if request is not None:
        message.echo(request)
        _want(message, wanted)
    return message


def _want(message: Message, names: list[str]) -> None:
    """Give fields that nobody gave the values that the others want."""
    for name in names:
        # what cannot be told is as it is
        with suppress(TypeError, ArithmeticError):
            value = message.WANTED[name](message)
            if value is not None:
                setattr(message, name, value)


def _known(kind: type[Message], name: str, params: ParamTable, request: Message | None) -> Any:
    """The value of a field that was not given; None where nothing tells it."""
    value = _told(kind, name, params, request)
    if value is None and name in kind.COUNTERS:
        value = params.count(kind.COUNTERS[name])
    return value


def _told(kind: type[Message], name: str, params: ParamTable, request: Message | None) -> Any:
    if name in kind.LETS:
        return None
    if name in kind.TOLD:
        with suppress(DecodeError):
            return Known(request, params.value).tells(kind, name)
        return None
    param = params.called(name)
    if param is not None and (value := params.get(param.name)) is not None:
        return value
    return getattr(request, name, None) if request is not None else None


def _is_cleared(name: str, params: ParamTable) -> bool:
    """Whether a param had a value to begin with, and has none any more."""
    param = params.called(name)
    return param is not None and param.default is not UNSET and params.get(param.name) is None


def _blank(kind: type[Message], name: str, params: ParamTable) -> Any:
    if name in kind.BLANK:
        return kind.BLANK[name]
    param = params.called(name)
    if param is None or param.blank is None:
        raise EncodeError(kind.NAME, name, "a value", None)
    return param.blank


@lru_cache(maxsize=4096)
def _fields(kind: type[Message]) -> tuple[tuple[str, bool], ...]:
    return tuple((field.name, field.required) for field in msgspec.structs.fields(kind))
