"""Messages of a description: found by name or number, and made from what was given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from protoc.cli.assignments import Assignment, suggestion, typed
from protoc.cli.failures import Failure

if TYPE_CHECKING:
    from protoc.compiler import model
    from protoc.runtime.messages import Message
    from protoc.runtime.protocol import Protocol

KINDS = ("message", "command", "response", "event")


def find_message(described: model.Protocol, protocol: Protocol, name: str) -> type[Message]:
    """A message by `name`, `kind:name` or `kind:id`.

    Raises:
        Failure: there is none.
    """
    kind, colon, rest = name.rpartition(":")
    wanted = rest.strip()
    for row in described.messages:
        if row.part or (colon and kind != row.kind):
            continue
        if row.name == wanted or (colon and wanted.isdecimal() and row.id == int(wanted)):
            return next(each for each in protocol.messages if row.name == each.NAME)
    if any(row.part and row.name == wanted for row in described.messages):
        raise Failure(f"`{wanted}` is a part of other messages, and never on the wire by itself")
    names = [each.NAME for each in protocol.messages if not colon or kind == each.KIND]
    article = kind if colon and kind in KINDS else "message"
    raise Failure(
        f"{described.name} has no {article} `{wanted}`; {suggestion(wanted, names, 'it has none')}"
    )


def given_fields(
    described: model.Protocol, cls: type[Message], assignments: Iterable[Assignment]
) -> dict[str, Any]:
    """The values given for fields of a message, by attribute.

    Raises:
        Failure: a field that is unknown, not yours to give, or a value that does not fit.
    """
    from protoc.runtime.values import fields_of

    fields = {field.name: field for field in fields_of(cls)}
    chosen = list(assignments)
    for each in chosen:
        if each.name not in fields:
            raise Failure(unknown_field(described, cls, each.name, fields))
    values = typed(chosen, {name: field.type for name, field in fields.items()}, cls.NAME)
    return {fields[name].attribute: value for name, value in values.items()}


def unknown_field(
    described: model.Protocol, cls: type[Message], name: str, known: Iterable[str]
) -> str:
    """Why a name is no field that can be given."""
    for field in described.message(cls.NAME).fields():
        if field.name == name:
            how = type(field.origin).__name__
            why = "always the same" if how == "Fixed" else "computed"
            return f"{cls.NAME}: `{name}` is {why} in this message: leave it out"
    return (
        f"{cls.NAME} has no field `{name}`; "
        f"{suggestion(name, known, 'it has no fields to give: leave it out')}"
    )


def build(
    protocol: Protocol, cls: type[Message], given: Mapping[str, Any], fixed: Iterable[str] = ()
) -> Message:
    """Make a message from the given fields; params of the same name stand in for missing ones.

    Where steps are explicit, as in connectors, all fields are params: one without a value is sent
    filled up, here as everywhere.

    Args:
        protocol: the description, for the params.
        cls: class of the message.
        given: values by attribute.
        fixed: fields that somebody else will give, and that have a place holder here.

    Raises:
        Failure: a field is missing.
    """
    from protoc.runtime.params import ParamTable
    from protoc.runtime.values import describe, fields_of

    params = ParamTable(protocol.params)
    values = dict(given)
    for field in fields_of(cls):
        if field.attribute in values:
            continue
        if field.attribute in cls.LETS:
            continue
        param = params.called(field.attribute)
        known = params.get(param.name) if param is not None else None
        if known is not None:
            values[field.attribute] = known
        elif field.required and (
            field.attribute in fixed or (protocol.explicit and field.attribute in cls.BLANK)
        ):
            values[field.attribute] = cls.BLANK.get(field.attribute)
        elif field.required:
            raise Failure(
                f"{cls.NAME}: `{field.name}` is missing: expected {field.name}=VALUE with "
                f"{describe(field.type)}, got nothing"
            )
    return cls(**values)


def encoded(protocol: Protocol, message: Message) -> bytes:
    """The bytes of a message as they are sent.

    Raises:
        Failure: a value does not fit its field.
    """
    from protoc.runtime.errors import EncodeError
    from protoc.runtime.session import Session

    try:
        return Session(protocol).encode(message)
    except EncodeError as error:
        raise Failure(unfit(error)) from None


def unfit(error: Any) -> str:
    """Field, what fits and what came, of an `EncodeError`."""
    from protoc.runtime.values import shown

    where = f"{error.message}: {error.field}" if error.field else error.message
    return f"{where}: expected {error.expected}, got {shown(error.got)}"
