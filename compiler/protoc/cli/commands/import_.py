"""`protoc import`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from protoc.cli.failures import Failure
from protoc.cli.files import write_whole
from protoc.cli.output import log
from protoc.cli.sources import Rejected, read_source, show

if TYPE_CHECKING:
    from protoc.compiler.importers.dataminer import Imported
    from protoc.dsl.diagnostics import Diagnostics


@click.command("import")
@click.argument("connector", metavar="CONNECTOR.xml")
@click.option("-o", "--output", metavar="FILE.proto", help="Write the description to this file.")
@click.option("--report", metavar="FILE", help="Write what became of each element, as JSON.")
@click.option("--hooks", metavar="FILE.py", help="Write a module for its QActions, to fill in.")
def command(connector: str, output: str | None, report: str | None, hooks: str | None) -> None:
    """Turn a DataMiner connector into a description.

    Without -o it goes to standard output. What was not imported is listed on standard error.
    """
    from protoc.compiler.importers import is_connector
    from protoc.compiler.importers.describable import import_describable
    from protoc.dsl.diagnostics import Diagnostics

    source = read_source(connector)
    if not is_connector(source.text):
        raise Failure(
            f"{connector}: this is not XML, so it is no DataMiner connector; "
            "a description is compiled without being imported: `protoc compile SOURCE`"
        )
    diagnostics = Diagnostics()
    imported = import_describable(source, diagnostics)
    show(diagnostics)
    if report is not None:
        _write_report(report, imported, diagnostics)
    if imported.document is None or diagnostics.has_errors:
        raise Rejected(connector, diagnostics)
    _write_description(output, imported)
    if hooks is not None:
        _write_hooks(hooks, imported)
    sys.stderr.write(imported.report.table())


def _write_description(output: str | None, imported: Imported) -> None:
    from protoc.dsl.printer import print_document

    assert imported.document is not None
    data = print_document(imported.document).encode()
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    write_whole(Path(output), data)
    log(f"wrote {output}")


def _write_report(file: str, imported: Imported, diagnostics: Diagnostics) -> None:
    data = imported.report.data(diagnostics)
    write_whole(Path(file), (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode())
    log(f"wrote {file}")


def _write_hooks(file: str, imported: Imported) -> None:
    if not imported.hooks:
        log(f"there are no QActions: {file} is not written")
        return
    write_whole(Path(file), imported.hooks.encode())
    log(f"wrote {file}")
