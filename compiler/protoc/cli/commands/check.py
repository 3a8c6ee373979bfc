"""`protoc check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from protoc.cli.failures import DONE, WRONG_INPUT, Failure
from protoc.cli.output import log
from protoc.cli.sources import read_source, show

if TYPE_CHECKING:
    from protoc.dsl.renderers import Format


@click.command("check")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["full", "concise", "json"]),
    default="full",
    show_default=True,
    help="With the lines they are about; one line each; one JSON object a line, on stdout.",
)
def command(sources: tuple[str, ...], form: Format) -> int:
    """Say what is wrong with descriptions, their examples included."""
    from protoc.compiler.pipeline import compile_source

    wrong = False
    for name in sources:
        try:
            source = read_source(name)
        except Failure as failure:
            log(str(failure))
            wrong = True
            continue
        diagnostics = compile_source(source).diagnostics
        show(diagnostics, form)
        wrong = wrong or diagnostics.has_errors
    return WRONG_INPUT if wrong else DONE
