"""`protoc document`."""

from __future__ import annotations

import click

from protoc.cli.files import write_text
from protoc.cli.sources import compiled


@click.command("document")
@click.argument("source")
@click.option("-o", "--output", metavar="FILE", help="Write it there; without it, to stdout.")
def command(source: str, output: str | None) -> None:
    """Write the protocol as a manual in Markdown.

    Messages byte by byte, params, links, who asks and answers what, what happens when, and the
    examples: for those who will never see the description.
    """
    from protoc.cli.graphs.flow import flow_of
    from protoc.cli.graphs.mermaid import mermaid
    from protoc.compiler.backend.emit import render_document

    compilation = compiled(source)
    assert compilation.protocol is not None
    flow = flow_of(compilation)
    title = compilation.protocol.title or compilation.protocol.name
    drawing = mermaid(flow, title) if flow.arrows else ""
    write_text(render_document(compilation.protocol, drawing), output)
