"""Descriptions in other notations, brought into the syntax tree of the language."""

from __future__ import annotations

from protoc.dsl import tree
from protoc.dsl.diagnostics import Diagnostics
from protoc.dsl.source import Source


def is_connector(text: str) -> bool:
    """Whether a text is XML, of which only connectors are understood."""
    return text[:1000].lstrip("\ufeff \t\r\n").startswith("<")


def imported(
    source: Source, diagnostics: Diagnostics, *, describable: bool = False
) -> tree.Document | None:
    """The syntax tree of a connector; None when it cannot be imported, and it is said why.

    Args:
        source: the XML.
        diagnostics: where it is said what is wrong.
        describable: what no description can have is left out.
    """
    if describable:
        from protoc.compiler.importers.describable import import_describable

        return import_describable(source, diagnostics).document
    from protoc.compiler.importers.dataminer import import_connector

    return import_connector(source, diagnostics).document
