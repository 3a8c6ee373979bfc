"""The recipe: source, tree, model, module."""

from __future__ import annotations

from dataclasses import dataclass

from protoc.compiler import model
from protoc.compiler.resolve import resolve
from protoc.dsl.diagnostics import Diagnostics
from protoc.dsl.parser import parse
from protoc.dsl.source import Source


@dataclass(frozen=True)
class Compilation:
    """What became of a source.

    Attributes:
        protocol: the model; None when the source has errors.
        module: the text of the generated module; empty when the source has errors.
    """

    source: Source
    diagnostics: Diagnostics
    protocol: model.Protocol | None
    module: str


def analyse(source: Source) -> tuple[model.Protocol | None, Diagnostics]:
    """The model of a source and everything there is to say about it."""
    diagnostics = Diagnostics()
    document = parse(source, diagnostics)
    protocol = resolve(document, diagnostics)
    return (None if diagnostics.has_errors else protocol), diagnostics


def compile_source(source: Source) -> Compilation:
    """Compile a description to the text of a module."""
    from protoc.compiler.backend.emit import render_module

    protocol, diagnostics = analyse(source)
    text = render_module(protocol) if protocol is not None else ""
    return Compilation(source, diagnostics, protocol, text)
