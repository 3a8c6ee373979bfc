"""`protoc import`."""

from __future__ import annotations

import click

from protoc.cli.failures import Failure
from protoc.cli.sources import read_file


@click.command("import")
@click.argument("connector", metavar="CONNECTOR.xml")
@click.option("-o", "--output", metavar="FILE.proto", help="Write the description to this file.")
@click.option("--report", metavar="FILE", help="Write what was not imported to this file.")
def command(connector: str, output: str | None, report: str | None) -> None:
    """Turn a DataMiner connector into a description. Not in this version yet."""
    data = read_file(connector)
    if not data.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").startswith(b"<"):
        raise Failure(
            f"{connector}: this is not XML, so it is no DataMiner connector; "
            "a description is compiled without being imported: `protoc compile SOURCE`"
        )
    raise Failure(
        f"{connector}: this version cannot import DataMiner connectors yet; "
        "until it can, write the device down as a description: `protoc new NAME` begins one"
    )
