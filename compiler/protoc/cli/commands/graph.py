"""`protoc graph`."""

from __future__ import annotations

import click

from protoc.cli.files import write_text
from protoc.cli.sources import compiled


@click.command("graph")
@click.argument("source")
@click.option("-o", "output", metavar="FILE", help="Write it there; without it, to stdout.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["mermaid", "svg"]),
    help="What to draw with; without it, what FILE ends in, else mermaid.",
)
def command(source: str, output: str | None, format_: str | None) -> None:
    """Draw what sets what in motion: timers, triggers, groups, pairs, hooks.

    It is the table of the generated module that is drawn, the one that runs.
    """
    from protoc.cli.graphs.flow import flow_of
    from protoc.cli.graphs.mermaid import mermaid
    from protoc.cli.graphs.svg import svg

    compilation = compiled(source)
    assert compilation.protocol is not None
    title = compilation.protocol.title or compilation.protocol.name
    wanted = format_ or ("svg" if output and output.lower().endswith(".svg") else "mermaid")
    drawn = (svg if wanted == "svg" else mermaid)(flow_of(compilation), title)
    write_text(drawn, output)
