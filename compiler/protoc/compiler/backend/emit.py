"""Rendering: the only place that knows the template engine."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from protoc.compiler import model
from protoc.compiler.backend.document import document
from protoc.compiler.backend.played import PlayedExample, tests
from protoc.compiler.backend.view import module


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("protoc.compiler.backend"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def render_module(protocol: model.Protocol) -> str:
    """The text of the generated module; the same for the same model, always."""
    text = _environment().get_template("module.py.j2").render(view=module(protocol))
    return text.rstrip("\n") + "\n"


def render_tests(protocol: model.Protocol, module: str, examples: Sequence[PlayedExample]) -> str:
    """The text of the module that tests a generated one by the examples of its description.

    Args:
        protocol: the description.
        module: the generated module as the tests import it; `.name` inside a package.
        examples: what they play.
    """
    view = tests(protocol, module, examples)
    return _environment().get_template("tests.py.j2").render(view=view)


def render_document(protocol: model.Protocol, drawing: str) -> str:
    """The protocol as a manual in Markdown.

    Args:
        protocol: the description.
        drawing: its conversation in Mermaid.
    """
    view = document(protocol, drawing)
    return _environment().get_template("document.md.j2").render(view=view)
