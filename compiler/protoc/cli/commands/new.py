"""`protoc new`."""

from __future__ import annotations

import re
from pathlib import Path

import click

from protoc.cli.assignments import suggestion
from protoc.cli.failures import Failure, UsageFailure, reason
from protoc.cli.output import log

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PROTOCOL = re.compile(r"^protocol[ \t]+\w+", re.MULTILINE)


@click.command("new")
@click.argument("name")
@click.option(
    "--from", "entry", metavar="LIBRARY_ENTRY", help="Begin with a description of the library."
)
def command(name: str, entry: str | None) -> None:
    """Write NAME.proto, a description to begin with.

    It compiles, can be simulated, and says what to change.
    """
    if not _NAME.fullmatch(name):
        raise UsageFailure(
            f"{name!r}: expected the name of a protocol (letters, digits and _, no digit first)"
        )
    text = _template() if entry is None else _library(entry)
    target = Path(f"{name}.proto")
    try:
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(_PROTOCOL.sub(f"protocol {name}", text, count=1))
    except FileExistsError:
        raise Failure(f"{target} is there already, and stays as it is: take another name") from None
    except OSError as error:
        raise Failure(f"{target}: cannot be written: {reason(error)}") from None
    log(f"wrote {target}; next: protoc check {target}")


def _template() -> str:
    from importlib import resources

    return resources.files("protoc.cli").joinpath("templates", "device.proto").read_text("utf-8")


def _library(entry: str) -> str:
    from protoc.compiler import library

    names = library.entries()
    if entry not in names:
        raise UsageFailure(
            f"the library has no {entry!r}; {suggestion(entry, names, 'it is empty')}"
        )
    return library.text(entry)
