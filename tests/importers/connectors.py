"""Connectors made for tests, a few lines each, and the ones that others published."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

from protoc.compiler.importers.dataminer import Imported, import_connector
from protoc.dsl import tree
from protoc.dsl.diagnostics import Diagnostics
from protoc.dsl.parser import parse
from protoc.dsl.printer import print_document
from protoc.dsl.source import Source

SHARED = Path(__file__).parents[3] / "shared"
if not SHARED.is_dir():
    SHARED = Path("/work/shared")
OWN = SHARED / "corpus" / "own"
PUBLISHED = SHARED / "corpus" / "dataminer"


def interprete(raw: str, sizing: str, domain: str, **more: object) -> str:
    """An `Interprete`; of a child with attributes the value is written out."""
    children = "".join(f"<{name}>{value}</{name}>" for name, value in more.items())
    return (
        f"<Interprete><RawType>{raw}</RawType><LengthType>{sizing}</LengthType>"
        f"<Type>{domain}</Type>{children}</Interprete>"
    )


def param(
    number: int, name: str, kind: str, inner: str, more: str = "", attributes: str = ""
) -> str:
    """A param; attributes of its type may follow the kind behind a `|`."""
    word, _, given = kind.partition("|")
    return (
        f'<Param id="{number}"{attributes}><Name>{name}</Name><Type{given}>{word}</Type>'
        f"{inner}{more}</Param>"
    )


def fixed(number: int, name: str, value: str, kind: str = "fixed", size: int | None = None) -> str:
    """A constant."""
    length = len(value.split("0x")) - 1 if value.startswith("0x") else len(value)
    size = length if size is None else size
    return param(
        number, name, kind, interprete("other", "fixed", "string", Length=size, Value=escape(value))
    )


def text(number: int, name: str, size: int, kind: str = "read", **more: object) -> str:
    """A text of so many bytes."""
    return param(number, name, kind, interprete("other", "fixed", "string", Length=size, **more))


def open_text(number: int, name: str, kind: str = "read", **more: object) -> str:
    """A text that runs to the next param."""
    return param(number, name, kind, interprete("other", "next param", "string", **more))


def number(
    id_: int, name: str, size: int, kind: str = "read", raw: str = "unsigned number",
    more: str = "", **children: object,
) -> str:  # fmt: skip
    """A number of so many bytes."""
    return param(id_, name, kind, interprete(raw, "fixed", "double", Length=size, **children), more)


def message(
    kind: str, id_: int, name: str, *params: int, optional: str = "", attributes: str = ""
) -> str:
    """A command or response."""
    content = "".join(f"<Param>{each}</Param>" for each in params)
    given = f' optional="{optional}"' if optional else ""
    return (
        f'<{kind} id="{id_}"{attributes}><Name>{name}</Name>'
        f"<Content{given}>{content}</Content></{kind}>"
    )


def pair(
    id_: int, name: str, command: int, *responses: int, attributes: str = "", more: str = ""
) -> str:
    """A pair."""
    answers = "".join(f"<Response>{each}</Response>" for each in responses)
    return (
        f'<Pair id="{id_}"{attributes}><Name>{name}</Name>{more}'
        f"<Content><Command>{command}</Command>{answers}</Content></Pair>"
    )


def trigger(
    id_: int, on: str, time: str, *steps: int, target: object = None, more: str = ""
) -> str:
    """A trigger of actions."""
    given = "" if target is None else f' id="{target}"'
    event = f"<On{given}>{on}</On><Time>{time}</Time>" if on else ""
    content = "".join(f"<Id>{step}</Id>" for step in steps)
    rest = f"<Type>action</Type><Content>{content}</Content>"
    return f'<Trigger id="{id_}">{event}{more}{rest}</Trigger>'


def group(id_: int, name: str, *items: str, kind: str = "poll") -> str:
    """A group; `Pair:1`, or `Pair:1:500` with a delay behind it."""
    content = ""
    for item in items:
        what, number_, *delay = item.split(":")
        given = f' next="{delay[0]}"' if delay else ""
        content += f"<{what}{given}>{number_}</{what}>"
    return (
        f'<Group id="{id_}"><Name>{name}</Name><Type>{kind}</Type>'
        f"<Content>{content}</Content></Group>"
    )


def timer(
    id_: int, name: str, time: object, *groups: int, initial: str = "", more: str = ""
) -> str:
    """A timer."""
    given = f' initial="{initial}"' if initial else ""
    content = "".join(f"<Group>{each}</Group>" for each in groups)
    return (
        f'<Timer id="{id_}"><Name>{name}</Name><Time{given}>{time}</Time>{more}'
        f"<Content>{content}</Content></Timer>"
    )


def action(id_: int, on: str, verb: str, target: object = None, given: str = "") -> str:
    """An action; `given` are attributes of its type."""
    which = "" if target is None else f' id="{target}"'
    return f'<Action id="{id_}"><On{which}>{on}</On><Type{given}>{escape(verb)}</Type></Action>'


def connector(
    *,
    type_: str = "serial",
    type_attributes: str = "",
    params: tuple[str, ...] = (),
    commands: tuple[str, ...] = (),
    responses: tuple[str, ...] = (),
    pairs: tuple[str, ...] = (),
    groups: tuple[str, ...] = (),
    timers: tuple[str, ...] = (),
    triggers: tuple[str, ...] = (),
    actions: tuple[str, ...] = (),
    qactions: tuple[str, ...] = (),
    ports: str = "",
    name: str = "Bench",
) -> str:
    """A whole connector, one object a line."""
    sections = {
        "Params": params,
        "Commands": commands,
        "Responses": responses,
        "Pairs": pairs,
        "Groups": groups,
        "Timers": timers,
        "Triggers": triggers,
        "Actions": actions,
        "QActions": qactions,
    }
    body = "".join(
        f"<{section}>\n" + "".join(f"{each}\n" for each in objects) + f"</{section}>\n"
        for section, objects in sections.items()
        if objects
    )
    return (
        f"<Protocol><Name>{name}</Name><Type{type_attributes}>{type_}</Type>\n"
        f"{body}{ports}</Protocol>\n"
    )


READ_ALL = (trigger(1, "response", "before", 1, target="each"), action(1, "response", "read"))
"""The usual trigger before each response, and its action."""


def imported(text_: str, *, lifted: bool = True) -> tuple[Imported, Diagnostics]:
    """What becomes of a connector, and what is said of it."""
    diagnostics = Diagnostics()
    source = Source("protocol.xml", text_)
    return import_connector(source, diagnostics, lifted=lifted), diagnostics


def codes(text_: str) -> list[str]:
    """The codes of what is said."""
    return [each.code for each in imported(text_)[1]]


def description(text_: str, *, lifted: bool = True) -> str:
    """The description a connector becomes, which reads as the same tree."""
    result, diagnostics = imported(text_, lifted=lifted)
    assert result.document is not None, [each.message for each in diagnostics]
    return printed(result.document)


def printed(document: tree.Document) -> str:
    """A tree as text that is canonical and reads as the same tree."""
    shown = print_document(document)
    diagnostics = Diagnostics()
    again = parse(Source("imported.proto", shown), diagnostics)
    assert [each.message for each in diagnostics] == []
    assert again.declarations == document.declarations
    assert print_document(again) == shown
    return shown


def lines(text_: str, *beginnings: str, lifted: bool = True) -> list[str]:
    """The lines of a description that begin with one of the words."""
    shown = description(text_, lifted=lifted).splitlines()
    return [line for line in shown if line.startswith(beginnings)]
