"""What the class of a message says of itself beside its fields: its class variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from protoc.compiler import model
from protoc.compiler.backend import lets, naming, wanting
from protoc.compiler.backend.blanks import blank_of, first_of
from protoc.compiler.backend.checks import echoed
from protoc.compiler.backend.code import (
    Call,
    Code,
    Named,
    keyed,
    laid_out,
    literal,
    octets,
    text,
    tupled,
)
from protoc.compiler.backend.context import Context
from protoc.compiler.backend.plan import starts
from protoc.compiler.resolve.beginnings import CHARACTERS


def hexadecimal(named: Iterable[tuple[str | None, model.Conversion]]) -> list[str]:
    """Which attributes people see in hexadecimal digits."""
    names = dict.fromkeys(naming.attribute(n) for n, c in named if n and c.hexadecimal)
    if not names:
        return []
    return laid_out("HEX: ClassVar = ", Call("", tuple(map(text, names))), "", 4)


def numbers_of(
    owner: model.Message | model.Record,
) -> Iterator[tuple[str | None, model.Conversion]]:
    """The numbers of a class, with those in lists."""
    for field_ in owner.fields():
        item = field_
        while isinstance(item.wire, model.Items):
            item = item.wire.item
        yield field_.name, item.conversion


def facts(message: model.Message, context: Context, protocol: model.Protocol) -> list[str]:
    """The class variables."""
    lines = [f"    NAME: ClassVar = {text(message.name)}"]
    if message.kind != "message":
        lines.append(f"    KIND: ClassVar = {text(message.kind)}")
    if first := starts(message, context.enums):
        call = Call(context.use("starts"), tuple(_characters(first, context)))
        lines += laid_out("STARTS: ClassVar = ", call, "", 4)
    if message.open is True:
        lines.append("    OPEN: ClassVar = True")
    elif message.open:
        opened = Call("frozenset", (Call("", tuple(map(text, message.open)), "{}"),))
        lines += laid_out("OPEN: ClassVar = ", opened, "", 4)
    if len(message.links) < len(protocol.links):
        links: list[Code] = [text(link) for link in message.links]
        lines += laid_out("LINKS: ClassVar = ", tupled(links), "", 4)
    bound = dict.fromkeys(naming.attribute(f.name or "") for f in message.held() if f.param)
    if bound:
        lines += laid_out("PARAMS: ClassVar = ", Call("", tuple(map(text, bound))), "", 4)
    lines += hexadecimal(numbers_of(message))
    blanks: list[Code] = [
        f"{text(name)}: {value}" for name, value in _blanks(message, context).items()
    ]
    if blanks:
        lines += laid_out("BLANK: ClassVar = ", Call("", tuple(blanks), "{}"), "", 4)
    if echoes := _echoes(message):
        lines += laid_out("ECHOES: ClassVar = ", Call(context.use("echoes"), echoes), "", 4)
    if told_by := [_path(f) for f in message.fields() if isinstance(f.origin, model.Brought)]:
        lines += laid_out("TOLD: ClassVar = ", Call("", tuple(told_by), "{}"), "", 4)
    if counters := _counters(message, context):
        lines += laid_out("COUNTERS: ClassVar = ", Call("", counters, "{}"), "", 4)
    lines += wanting.rules(message, context)
    return [*lines, *lets.rules(message, context), *_always_same(message)]


def _always_same(message: model.Message) -> list[str]:
    """The fields that every message has, and with the same value."""
    by_name: dict[str, set[object]] = {}
    for field_ in message.fields():
        origin = field_.origin
        by_name.setdefault(field_.name or "", set()).add(
            origin.value if isinstance(origin, model.Fixed) else None
        )
    absent = model.sometimes(message.elements)
    return [
        f"    {naming.attribute(name)}: ClassVar = {literal(value)}"
        for name, (value, *others) in by_name.items()
        if name and name not in absent and value is not None and not others
    ]


def _counters(message: model.Message, context: Context) -> tuple[Code, ...]:
    """The fields that step with every message that is made."""
    rows: list[Code] = []
    for field_ in message.fields():
        if field_.name and isinstance(field_.origin, model.Counted):
            of = field_.origin
            counter = Call(context.use("Counter"), (text(of.counter), str(of.first), str(of.last)))
            rows.append(Named(f"{text(naming.attribute(field_.name))}: ", counter))
    return tuple(rows)


def _echoes(message: model.Message) -> tuple[Code, ...]:
    """The fields that the request tells."""
    found = {
        naming.attribute(field.name): echoed(field.origin.expression, field.wire)
        for field in message.fields()
        if field.name and isinstance(field.origin, model.Echoed)
    }
    return tuple(keyed(name, echo) for name, echo in found.items())


def _path(field_: model.Field) -> Code:
    """What a message depends on, and where it is found."""
    assert isinstance(field_.origin, model.Brought)
    path: list[Code] = [text(naming.attribute(name)) for name in field_.origin.path]
    return Named(f"{text(naming.attribute(field_.name or ''))}: ", tupled(path))


def _characters(first: list[bytes], context: Context) -> list[Code]:
    """The first bytes: those that are certain as they are, sets by name."""
    parts: list[Code] = []
    certain = b""
    for values in [*first, None]:
        if values is not None and len(values) == 1:
            certain += values
            continue
        if certain:
            parts.append(octets(certain))
            certain = b""
        if values is None:
            break
        known = [n.upper() for n, characters in CHARACTERS.items() if characters == values]
        if known or not values:
            parts.append(context.use(known[0] if known else "ANY"))
        else:
            parts.append(Call(context.use("OneOf"), (octets(values),)))
    return parts


def _blanks(message: model.Message, context: Context) -> dict[str, str]:
    found: dict[str, str] = {}
    for field_ in first_of(message.elements):
        if field_.name and isinstance(field_.origin, model.Given):
            found.setdefault(naming.attribute(field_.name), blank_of(field_, context))
    return found
