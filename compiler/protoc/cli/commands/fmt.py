"""`protoc fmt`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from protoc.cli.failures import DONE, WRONG_INPUT, Failure, UsageFailure
from protoc.cli.files import write_whole
from protoc.cli.output import log
from protoc.cli.sources import read_source, show


@click.command("fmt")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; name what differs.")
@click.option("--stdout", "to_stdout", is_flag=True, help="Print it, and leave the file alone.")
def command(sources: tuple[str, ...], only_check: bool, to_stdout: bool) -> int:
    """Bring descriptions into their canonical form, in place."""
    if only_check and to_stdout:
        raise UsageFailure("fmt: give one of --check and --stdout")
    wrong = False
    for name in sources:
        try:
            wrong = not _format(name, only_check, to_stdout) or wrong
        except Failure as failure:
            log(str(failure))
            wrong = True
    return WRONG_INPUT if wrong else DONE


def _format(name: str, only_check: bool, to_stdout: bool) -> bool:
    """Format one file; False when it is not as it should be."""
    source = read_source(name)
    formatted = _formatted(name)
    if to_stdout:
        sys.stdout.flush()
        sys.stdout.buffer.write(formatted.encode())
        sys.stdout.buffer.flush()
    elif formatted != source.text:
        if only_check:
            log(f"{name} is not in canonical form: `protoc fmt {name}` writes it")
            return False
        write_whole(Path(name), formatted.encode())
        log(f"formatted {name}")
    return True


def _formatted(name: str) -> str:
    """The canonical form, with the line ends that the file has most of."""
    from protoc.dsl.diagnostics import Diagnostics
    from protoc.dsl.parser import parse
    from protoc.dsl.printer import print_document
    from protoc.dsl.source import Source

    source = read_source(name)
    diagnostics = Diagnostics()
    document = parse(source, diagnostics)
    if diagnostics.has_errors:
        show(diagnostics)
        raise Failure(f"{name} is left as it is: it cannot be read")
    text = print_document(document)
    again = Diagnostics()
    parse(Source(name, text), again)
    if again.has_errors:
        raise AssertionError(f"the canonical form of {name} cannot be read again")
    crlf = source.text.count("\r\n")
    return text.replace("\n", "\r\n") if crlf * 2 > source.text.count("\n") else text
