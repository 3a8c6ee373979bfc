"""The protocol as a manual: what a person reads who will never see the description.

Every decision is made here; the templates only write it down.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import compress

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.backend.document import talk
from protoc.compiler.backend.document.formulas import given
from protoc.compiler.backend.document.marks import code, link, octets, plain, sentence
from protoc.compiler.backend.document.tables import table
from protoc.compiler.backend.document.talk import Cells
from protoc.compiler.backend.document.values import bit_numbers, converted, type_of
from protoc.compiler.backend.expressions import written
from protoc.compiler.backend.words import layout_words
from protoc.compiler.resolve.measures import total_size


class Section(Struct, frozen=True):
    """What stands under a heading: paragraphs, and a table.

    Attributes:
        heads: of the columns of the table.
    """

    heading: str
    paragraphs: tuple[str, ...] = ()
    heads: Cells = ()
    rows: tuple[Cells, ...] = ()


class Document(Struct, frozen=True):
    """What the template writes down."""

    name: str
    title: str
    text: str
    digest: str
    sections: list[Section]


def document(protocol: model.Protocol, drawing: str) -> Document:
    """The view of the manual of a protocol; `drawing` is its conversation in Mermaid."""
    messages = [message for message in protocol.messages if not message.part]
    sections = [
        *_lists(protocol, messages),
        Section("What sets what in motion", (drawing and f"```mermaid\n{drawing}```",)),
        *(_message(f"{each.kind.capitalize()} {code(each.name)}", each) for each in messages),
        *(_message(f"Part {code(each.name)}", each) for each in _parts(protocol)),
        *map(_enum, protocol.enums),
        *map(_example, protocol.examples),
    ]
    title = protocol.title or protocol.name
    shown = [section for section in sections if section.rows or any(section.paragraphs)]
    return Document(protocol.name, title, protocol.doc, protocol.digest, shown)


def _lists(protocol: model.Protocol, messages: list[model.Message]) -> list[Section]:
    """What there is, each kind of thing in a table."""
    p = protocol
    pairs = (talk.pair_row(pair, p) for pair in p.pairs)
    return [
        _list("Links", talk.LINKS, map(talk.link_row, p.links)),
        _tabled("Messages", (_OFFSETS,), _MESSAGES, map(_summary, messages)),
        _list("Params", ("Param", "Type", "Meaning"), map(_param, p.params)),
        _list("Requests", talk.PAIRS, pairs),
        _list("Groups", talk.GROUPS, map(talk.group_row, p.groups)),
        _list("Timers", talk.TIMERS, map(talk.timer_row, p.timers)),
        _list("Events", talk.TRIGGERS, map(talk.trigger_row, p.triggers)),
        _list("Hooks", talk.HOOKS, map(talk.hook_row, p.hooks)),
    ]


def _list(heading: str, heads: Cells, rows: Iterable[Cells]) -> Section:
    return _tabled(heading, (), heads, rows)


def _tabled(
    heading: str, paragraphs: tuple[str, ...], heads: Cells, rows: Iterable[Cells]
) -> Section:
    """A section with a table; columns of which nothing is said are left out."""
    found = list(rows)
    said = [any(row[column] for row in found) for column in range(len(heads))]
    cut = [tuple(compress(row, said)) for row in found]
    return Section(heading, paragraphs, tuple(compress(heads, said)), tuple(cut))


_MESSAGES = ("Message", "Sent by", "Bytes", "Meaning")
_OFFSETS = (
    "Below, each of them byte by byte. Offsets count from the first byte of the message; behind "
    "what varies from its end; in the items of a list and in what is coded from their own first "
    "byte."
)
_SENDERS = {"command": "us", "response": "the device", "event": "the device", "message": "both"}


def _summary(message: model.Message) -> Cells:
    size = total_size(message.elements)
    said = plain(message.doc.partition("\n\n")[0])
    long = "varies" if size is None else str(size)
    return link(message.kind, message.name), _SENDERS[message.kind], long, said


def _param(param: model.Param) -> Cells:
    default = f"default {code(written(param.default))}" if param.default is not None else ""
    said = (
        f"always {code(written(param.default))}" if param.constant else default,
        converted(param.conversion, param.bounds),
        *(_bits(param.wire) if isinstance(param.wire, model.Bits) else ()),
        "kept over restarts" if param.save else "",
        f"sets {code(param.sets)}" if param.sets else "",
        plain(param.doc),
    )
    return code(param.name), type_of(param.wire), sentence(said)


def _bits(wire: model.Bits) -> list[str]:
    """The bits of a param."""
    return [f"{bit_numbers(part.pieces)} {code(part.name)}" for part in wire.parts if part.name]


def _parts(protocol: model.Protocol) -> list[model.Record]:
    """The messages that others have as fields."""
    found: dict[str, model.Record] = {}
    owners: list[model.Message | model.Record] = list(protocol.messages)
    while owners:
        for field in owners.pop(0).fields():
            wire = field.also or model.leaf(field.wire)
            if isinstance(wire, model.Nested) and wire.record.name not in found:
                owners.append(wire.record)
                found[wire.record.name] = wire.record
    return [record for record in found.values() if record.message]


def _message(heading: str, owner: model.Message | model.Record) -> Section:
    paragraphs = (owner.doc, " ".join(layout_words(owner)))
    heads = ("Offset", "Bytes", "Field", "Type", "Meaning")
    return _tabled(heading, paragraphs, heads, table(owner))


def _enum(enum: model.Enum) -> Section:
    rows = (
        (", ".join(code(written(v)) for v in label.values), plain(label.name), plain(label.doc))
        for label in enum.labels
    )
    heads = ("Value", "Label", "Meaning")
    return _tabled(f"Enumeration {code(enum.name)}", (enum.doc,), heads, rows)


def _example(example: model.Example) -> Section:
    heading = f"Example: {plain(example.title)}" if example.title else "Example"
    return _tabled(heading, (), ("", "Bytes", "Meaning"), map(_exchange, example.exchanges))


_ARROWS = {"tx": "→", "rx": "←", "bad": "✗", "idle": "…"}


def _exchange(line: model.Exchange) -> Cells:
    if line.word == "idle":
        return "…", "", f"{line.pause:g} s of silence"
    said = f"rejected: {line.reason}".removesuffix(": ") if line.word == "bad" else ""
    if line.message:
        fields = ", ".join(f"{name}={given(value)}" for name, value in line.fields)
        said = code(f"{line.message}({fields})")
    return _ARROWS[line.word], octets(line.data), said
