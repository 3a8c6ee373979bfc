"""Connectors of the DataMiner platform, `protocol.xml`, as descriptions.

XML is read with the places of everything in it (`reading`), looked at through typed views that
remember what was looked at (`elements`, `connector`), and turned into the syntax tree of the
language (`document`). What did not come over as it is stands in the `report`.
"""

from __future__ import annotations

from dataclasses import dataclass

from protoc.compiler.importers.dataminer.connector import read_connector
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


@dataclass(frozen=True)
class Imported:
    """What became of a connector.

    Attributes:
        document: its syntax tree; None when it cannot be imported, and the diagnostics say why.
        hooks: a Python module for its QActions, to be filled in; empty when it has none.
    """

    document: tree.Document | None
    report: Report
    hooks: str = ""


def import_connector(source: Source, diagnostics: Diagnostics, *, lifted: bool = True) -> Imported:
    """Import a connector; not `lifted` means that every trigger is written out as it is."""
    root = read(source, diagnostics)
    account = Account(diagnostics)
    connector = read_connector(root, account) if root is not None else None
    if root is None or connector is None:
        return Imported(None, refused(account, root, source.name))
    document, context = description(connector, account, lifted=lifted)
    remark(context)
    strange(context, root)
    inspect(context)
    report = report_of(context)
    unknown(context, report, root)
    hooks = skeleton(context) if connector.qactions else ""
    return Imported(document, report, hooks)
