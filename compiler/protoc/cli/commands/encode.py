"""`protoc encode`."""

from __future__ import annotations

import click

from protoc.cli.assignments import split
from protoc.cli.messages import build, encoded, find_message, given_fields
from protoc.cli.sources import compiled, loaded


@click.command("encode", context_settings={"ignore_unknown_options": True})
@click.argument("source")
@click.argument("message")
@click.argument("fields", nargs=-1, metavar="[FIELD=VALUE]...")
def command(source: str, message: str, fields: tuple[str, ...]) -> None:
    """Show the bytes of a message in hexadecimal.

    A value is a number in any base (0x1f), a text, bytes in hexadecimal, a label, or bits:
    keys.blackout=1 or keys={"blackout": 1}.
    """
    assignments = split(fields)
    compilation = compiled(source)
    described = compilation.protocol
    assert described is not None
    protocol = loaded(compilation).PROTOCOL
    cls = find_message(described, protocol, message)
    made = build(protocol, cls, given_fields(described, cls, assignments))
    click.echo(encoded(protocol, made).hex())
