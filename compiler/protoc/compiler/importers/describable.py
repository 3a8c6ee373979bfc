"""Connectors as far as they can be described: what cannot be is left out, and said.

Some messages of connectors cannot be told apart by anybody, such as two texts of any size side by
side. The rest of their connector is worth having all the same.
"""

from __future__ import annotations

from protoc.compiler.checks import check
from protoc.compiler.importers.dataminer import Imported, import_connector
from protoc.compiler.resolve import resolve
from protoc.dsl.diagnostics import Diagnostic, Diagnostics
from protoc.dsl.source import Source


def import_describable(source: Source, diagnostics: Diagnostics) -> Imported:
    """Import a connector without the commands and responses that no description can have."""
    without: dict[tuple[str, int], str] = {}
    while True:
        said = Diagnostics()
        found = import_connector(source, said, without=without)
        wrong = {} if said.has_errors else _undescribable(found)
        if not wrong.keys() - without.keys():
            for each in said:
                diagnostics.add(each)
            return found
        without |= wrong


def _undescribable(found: Imported) -> dict[tuple[str, int], str]:
    """The messages that have mistakes as descriptions, and what these are."""
    if found.document is None:
        return {}
    said = Diagnostics()
    protocol = resolve(found.document, said)
    if protocol is not None and not said.has_errors:
        check(protocol, said)
    wrong: dict[tuple[str, int], str] = {}
    for each in said:
        if each.severity == "error" and (message := _around(found, each)) is not None:
            wrong.setdefault(message, each.message)
    return wrong


def _around(found: Imported, mistake: Diagnostic) -> tuple[str, int] | None:
    """The message in which a mistake stands; None where it stands somewhere else."""
    for message, (start, end) in found.messages.items():
        if start <= mistake.span.start < end:
            return message
    return None
