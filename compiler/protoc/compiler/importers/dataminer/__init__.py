"""Connectors of the DataMiner platform, `protocol.xml`, as descriptions.

XML is read with the places of everything in it (`reading`), looked at through typed views that
remember what was looked at (`elements`, `connector`), and turned into the syntax tree of the
language (`document`). What did not come over as it is stands in the `report`.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from protoc.compiler.importers.dataminer.connector import Connector, read_connector
from protoc.compiler.importers.dataminer.document import description
from protoc.compiler.importers.dataminer.elements import Account
from protoc.compiler.importers.dataminer.reading import read
from protoc.compiler.importers.dataminer.remarks import remark, strange, unknown
from protoc.compiler.importers.dataminer.report import Report, refused, report_of
from protoc.compiler.importers.dataminer.skeleton import skeleton
from protoc.compiler.importers.dataminer.structure import inspect
from protoc.dsl import tree
from protoc.dsl.diagnostics import Diagnostics
from protoc.dsl.source import Source


class Imported(Struct, frozen=True):
    """What became of a connector.

    Attributes:
        document: its syntax tree; None when it cannot be imported, and the diagnostics say why.
        hooks: a Python module for its QActions, to be filled in; empty when it has none.
        messages: where commands and responses begin and end in the source, by kind and number.
    """

    document: tree.Document | None
    report: Report
    hooks: str = ""
    messages: Mapping[tuple[str, int], tuple[int, int]] = field(default_factory=dict)


def import_connector(
    source: Source,
    diagnostics: Diagnostics,
    *,
    lifted: bool = True,
    without: Mapping[tuple[str, int], str] | None = None,
) -> Imported:
    """Import a connector.

    Args:
        source: the XML.
        diagnostics: where it is said what is wrong.
        lifted: triggers that only say the usual are left out; else all is written out.
        without: commands and responses that are left out, by kind and number, and why.
    """
    root = read(source, diagnostics)
    account = Account(diagnostics)
    connector = read_connector(root, account) if root is not None else None
    if root is None or connector is None:
        return Imported(None, refused(account, root, source.name))
    document, context = description(connector, account, lifted=lifted, without=without or {})
    remark(context)
    strange(context, root)
    inspect(context)
    report = report_of(context)
    unknown(context, report, root)
    hooks = skeleton(context) if connector.qactions else ""
    return Imported(document, report, hooks, _messages(connector))


def _messages(connector: Connector) -> dict[tuple[str, int], tuple[int, int]]:
    """Where commands and responses are written."""
    kinds = {"Command": connector.commands, "Response": connector.responses}
    return {
        (kind, number): (message.element.start, message.element.end)
        for kind, messages in kinds.items()
        for number, message in messages.items()
    }
