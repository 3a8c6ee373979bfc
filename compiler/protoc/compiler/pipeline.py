"""The recipe: source, tree, model, module, proof by example."""

from __future__ import annotations

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.checks import check
from protoc.compiler.importers import imported, is_connector
from protoc.compiler.resolve import resolve
from protoc.compiler.uses import with_uses
from protoc.dsl import tree
from protoc.dsl.diagnostics import Diagnostics
from protoc.dsl.parser import parse
from protoc.dsl.source import Source


class Compilation(Struct, frozen=True):
    """What became of a source.

    Attributes:
        protocol: the model; None when the source has errors.
        module: the text of the generated module; empty when the source has errors.
    """

    source: Source
    diagnostics: Diagnostics
    protocol: model.Protocol | None
    module: str


def read_tree(source: Source, diagnostics: Diagnostics) -> tree.Document | None:
    """The syntax tree of a description or a connector; None when there is nothing to go on with."""
    if is_connector(source.text):
        return imported(source, diagnostics)
    return with_uses(parse(source, diagnostics), diagnostics)


def analyse(source: Source) -> tuple[model.Protocol | None, Diagnostics]:
    """The model of a source and everything there is to say about it.

    Warnings about a file it uses are left to who checks that file.
    """
    diagnostics = Diagnostics()
    protocol = _resolved(read_tree(source, diagnostics), diagnostics)
    if diagnostics.has_errors and is_connector(source.text):
        diagnostics = Diagnostics()
        document = imported(source, diagnostics, describable=True)
        protocol = _resolved(document, diagnostics)
    diagnostics.forget(lambda d: d.severity != "error" and d.span.source is not source)
    return (None if diagnostics.has_errors else protocol), diagnostics


def _resolved(document: tree.Document | None, diagnostics: Diagnostics) -> model.Protocol | None:
    protocol = resolve(document, diagnostics) if document is not None else None
    if protocol is not None and not diagnostics.has_errors:
        check(protocol, diagnostics)
    return protocol


def compile_source(source: Source) -> Compilation:
    """Compile a description to the text of a module."""
    from protoc.compiler.backend.emit import render_module

    protocol, diagnostics = analyse(source)
    if protocol is None:
        return Compilation(source, diagnostics, None, "")
    text = render_module(protocol)
    _prove(protocol, text, diagnostics)
    if diagnostics.has_errors:
        return Compilation(source, diagnostics, None, "")
    return Compilation(source, diagnostics, protocol, text)


def _prove(protocol: model.Protocol, text: str, diagnostics: Diagnostics) -> None:
    """Run the examples of a description through its module."""
    if any(example.exchanges for example in protocol.examples):
        from protoc.compiler.examples import check_examples
        from protoc.compiler.execution import execute

        check_examples(protocol, execute(text, protocol.name), diagnostics)
