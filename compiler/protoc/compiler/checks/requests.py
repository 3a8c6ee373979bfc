"""What answers repeat of their requests must be there."""

from __future__ import annotations

from protoc.compiler import model
from protoc.compiler.resolve.expressions import fields_of
from protoc.compiler.resolve.scope import suggestion
from protoc.dsl.diagnostics import Diagnostics, Label


def requested_fields(protocol: model.Protocol, diagnostics: Diagnostics) -> None:
    """E0310: every command that is answered has the field; only answers ask for it."""
    for message in protocol.messages:
        for field in () if message.part else message.fields():
            if not isinstance(field.origin, model.Echoed):
                continue
            if message.kind not in ("response", "message"):
                article = "an" if message.kind == "event" else "a"
                diagnostics.error(
                    "E0310",
                    f"`{message.name}` answers no request",
                    field.span,
                    f"{article} {message.kind} does not",
                    help="declare it as `response`, or leave `request` out",
                )
                continue
            for command in _commands(protocol, message):
                _compare(message, field, field.origin, command, diagnostics)


def _commands(protocol: model.Protocol, message: model.Message) -> list[model.Message]:
    """The commands a message may answer."""
    names = dict.fromkeys(
        pair.command
        for pair in protocol.pairs
        if message.name in (*(a.message for step in pair.steps for a in step), *pair.refusals)
    )
    return [protocol.message(name) for name in names]


def _compare(
    message: model.Message,
    field: model.Field,
    origin: model.Echoed,
    command: model.Message,
    diagnostics: Diagnostics,
) -> None:
    known = fields_of(command)
    for part in model.every(origin.expression):
        if isinstance(part, model.Asked) and part.path[0] not in known:
            diagnostics.error(
                "E0310",
                f"`{command.name}` has no field `{part.path[0]}`",
                field.span,
                f"`{message.name}` answers it",
                labels=(Label(command.span, "the request"),),
                help=suggestion(part.path[0], known, "field"),
            )
            return
