"""Examples: bytes from the manual and what they mean."""

from __future__ import annotations

from protoc.compiler import model
from protoc.compiler.resolve.constants import octets, plain, seconds
from protoc.compiler.resolve.expressions import free_fields
from protoc.compiler.resolve.scope import Scope, Unresolved
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label


def resolve_example(scope: Scope, example: tree.Example) -> model.Example:
    """One example block; lines that fail are left out."""
    link = next(iter(scope.links), "")
    if example.link is not None:
        if example.link.text not in scope.links:
            raise scope.unknown("link", example.link, scope.links)
        link = example.link.text
    exchanges = []
    for frame in example.frames:
        try:
            exchanges.append(_exchange(scope, frame))
        except Unresolved:
            continue
    title = example.title.value if example.title else ""
    return model.Example(title, link, tuple(exchanges), example.span)


def _exchange(scope: Scope, frame: tree.Frame) -> model.Exchange:
    if frame.word == "idle":
        return model.Exchange("idle", b"", frame.span, pause=seconds(scope, frame.pause))
    data = octets(scope, frame.constants)
    if frame.message is None:
        return model.Exchange(frame.word, data, frame.span, reason=frame.reason, way=frame.way)
    name = frame.message.name
    message = scope.messages.get(name.text)
    if message is None:
        known = [m.name for m in scope.messages.values() if not m.part]
        raise scope.unknown("message", name, known)
    if message.part:
        raise scope.fail(
            "E0602",
            f"`{name.text}` is never on the wire by itself",
            name.span,
            "a part of other messages",
            labels=(Label(message.span, "declared here"),),
            help="name a message that stands in it",
        )
    fields = free_fields(message)
    found: list[tuple[str, model.Expression]] = []
    for argument in frame.message.arguments:
        if argument.name is None:
            raise scope.fail(
                "E0204",
                "an argument here needs the name of its field",
                argument.span,
                help=f"write it as `{next(iter(fields), 'field')}=…`",
            )
        if argument.name.text not in fields:
            raise scope.unknown("field to give", argument.name, fields)
        found.append((argument.name.text, _value(scope, argument.value)))
    return model.Exchange(frame.word, data, frame.span, message.name, tuple(found), frame.reason)


def _value(scope: Scope, expression: tree.Expression) -> model.Expression:
    """A value as it is written: labels are names, objects hold bits and items."""
    if isinstance(expression, tree.ObjectLiteral):
        return model.Object(
            tuple(
                (entry.name.text, _value(scope, entry.value))
                for entry in expression.entries
                if entry.name is not None
            )
        )
    if isinstance(expression, tree.ListLiteral):
        return model.Listed(tuple(_value(scope, item) for item in expression.items))
    if isinstance(expression, tree.Reference):
        name = expression.text
        return model.Value(name == "true" if name in ("true", "false") else name)
    return model.Value(plain(scope, expression))
