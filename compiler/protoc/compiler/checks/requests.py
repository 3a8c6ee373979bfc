"""What answers repeat of their requests must be there."""

from __future__ import annotations

from protoc.compiler import model
from protoc.compiler.resolve.expressions import fields_of
from protoc.compiler.resolve.names import REQUEST
from protoc.compiler.resolve.scope import suggestion
from protoc.dsl.diagnostics import Diagnostics, Label


def requested_fields(protocol: model.Protocol, diagnostics: Diagnostics) -> None:
    """E0310: every command that is answered has the field; only answers ask for it."""
    for message in protocol.messages:
        for field in () if message.part else message.fields():
            asked = _asked(field.origin)
            if not asked:
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
                _compare(message, field, asked, command, diagnostics)
        for field in message.fields():
            _covered(message, field, diagnostics)


def _covered(message: model.Message, field: model.Field, diagnostics: Diagnostics) -> None:
    """What a check covers of the request must have bytes by itself."""
    if not isinstance(field.origin, model.Derived):
        return
    for told in model.told_bytes(field.origin.expression):
        if told.wire is None:
            name = told.name.removeprefix(f"{REQUEST}_")
            diagnostics.error(
                "E0310",
                f"nothing says what the bytes of `{REQUEST}.{name}` are",
                field.span,
                f"`{message.name}` checks them",
                help=f"a pair tells which command is answered; its `{name}` is a number, text or "
                "bytes",
            )


def _asked(origin: model.Origin) -> list[str]:
    """The fields of the request that a value is told by."""
    if isinstance(origin, model.Brought):
        return [origin.path[1]] if origin.path[0] == REQUEST and len(origin.path) > 1 else []
    if not isinstance(origin, model.Echoed):
        return []
    parts = model.every(origin.expression)
    return [part.path[0] for part in parts if isinstance(part, model.Asked)]


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
    asked: list[str],
    command: model.Message,
    diagnostics: Diagnostics,
) -> None:
    known = fields_of(command)
    for name in asked:
        if name not in known:
            diagnostics.error(
                "E0310",
                f"`{command.name}` has no field `{name}`",
                field.span,
                f"`{message.name}` answers it",
                labels=(Label(command.span, "the request"),),
                help=suggestion(name, known, "field"),
            )
            return
