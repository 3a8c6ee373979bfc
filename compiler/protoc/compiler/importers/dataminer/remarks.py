"""What of a connector is understood, but has no counterpart: said of each where it stands."""

from __future__ import annotations

from protoc.compiler.importers.dataminer.context import Context
from protoc.compiler.importers.dataminer.elements import View
from protoc.compiler.importers.dataminer.known import is_word
from protoc.compiler.importers.dataminer.links import leads_elsewhere
from protoc.compiler.importers.dataminer.params import KINDS, SYSTEM_KINDS, Param
from protoc.compiler.importers.dataminer.reading import Element
from protoc.compiler.importers.dataminer.report import Report

_SIMPLER = {
    "Decimals": "numbers keep all their digits",
}


def remark(context: Context) -> None:
    """Note what is read but has no effect."""
    for param in context.connector.params.values():
        _param(context, param)
    _connections(context)


def _param(context: Context, param: Param) -> None:
    view = View(param.element, context.account)
    interprete = view.child("Interprete")
    if param.kind not in KINDS:
        what = f"the type `{param.kind}` is not known" if param.kind else "it has no type"
        context.simplified(view, f"{what}: it is kept as a value without a place on the line")
    if param.kind in SYSTEM_KINDS:
        context.simplified(view, f"the platform fills `{param.kind}`; here it is set by hand")
    line = context.connector.on(param.target)
    leads = line is not None and leads_elsewhere(context, line) is param
    if param.target is not None and not leads:
        kind = view.child("Type")
        assert kind is not None
        context.dropped(kind, "a param that changes the address of a line", "options")
    if interprete is None:
        return
    own = param.interprete
    for name, reason in _SIMPLER.items():
        if (child := interprete.child(name)) is not None:
            context.simplified(child, reason)
    left_out = {
        "ByteOffset": (own.byte_offset and param.kind != "group", "a number added to each byte"),
        "Bits": (
            own.bits not in (None, 8) and param.kind != "group",
            "bytes of which only the low bits count",
        ),
        "Others": (interprete.child("Others") is not None, "values of another raw type"),
    }
    for name, (given, reason) in left_out.items():
        child = interprete.child(name)
        if given and child is not None:
            context.dropped(child, reason)
    if own.loop is not None and (sequence := interprete.child("Sequence")) is not None:
        context.dropped(sequence, "a counter that begins anew", "loop")


def strange(context: Context, element: Element, path: tuple[str, ...] = ()) -> None:
    """Warn of words that are none of those an element or attribute may hold."""
    path = (*path, element.name.lower())
    given = [(None, element.text)] if element.text.strip() else []
    for attribute, value in [*given, *element.attributes.items()]:
        looked = context.account.seen(element, attribute)
        if not looked or is_word(path, value, attribute):
            continue
        word = " ".join(value.split())[:40]
        what = f"`{word}` is none of the words that stand here"
        context.account.note(element, "not imported", what, attribute)
        context.diagnostics.warning(
            "W0802",
            f"the word `{word}` of `{attribute or element.name}` is not known",
            element.place(attribute) if attribute else element.head,
            "not imported",
            help="write one of those that are known, in any case",
        )
    for child in element.children:
        strange(context, child, path)


def _connections(context: Context) -> None:
    root = context.connector.root
    type_ = root.child("Type")
    for option, reason in context.connector.communication.stray:
        if type_ is not None:
            written = "communicationOptions" if _among(type_, option.value) else "options"
            context.simplified(type_, f"the option `{option.value}` {reason}", written)
    for connection in context.connector.connections:
        if not connection.wired and type_ is not None:
            attribute = "advanced" if connection.number else None
            view = type_
            what = f"the connection `{connection.type}`: only its serial part is imported"
            context.account.note(view.element, "not imported", what, attribute)
            context.diagnostics.warning(
                "W0801",
                f"connection {connection.number}, `{connection.type}`, is no line",
                connection.span,
                "what uses it is not imported",
                help="only serial and smart-serial connections are imported",
            )


def _among(view: View, option: str) -> bool:
    found = view.attribute("communicationOptions")
    return found is not None and option in found.value


def unknown(context: Context, report: Report, root: Element) -> None:
    """Warn of elements and attributes that nobody knows, each kind of them once."""
    told = set()
    by_line = {row.line: row for row in report.rows if not row.known}
    for element in root.walk():
        row = by_line.get(element.line)
        if row is None or row.path in told:
            continue
        path, _, attribute = row.path.partition("@")
        if path.rpartition("/")[2] != element.name:
            continue
        told.add(row.path)
        span = element.place(attribute) if attribute else element.head
        kind = "attribute" if attribute else "element"
        name = attribute or element.name
        context.diagnostics.warning(
            "W0802",
            f"the {kind} `{name}` is not known",
            span,
            "not imported",
            help="see whether it matters on the line; if it does, add it to the description",
        )
