"""`protoc decode`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from protoc.cli.failures import DONE, WRONG_INPUT, Failure, UsageFailure, reason
from protoc.cli.messages import find_message
from protoc.cli.output import emit
from protoc.cli.sources import compiled, loaded

if TYPE_CHECKING:
    from io import BufferedReader

    from protoc.runtime.messages import Message
    from protoc.runtime.protocol import Protocol

PIECE = 65536


@click.command("decode")
@click.argument("source")
@click.option("--message", "name", metavar="NAME", help="Try this message only.")
@click.option("--sent", is_flag=True, help="Try what is sent to the device.")
@click.option("--hex", "digits", metavar="HEX", help="The bytes in hexadecimal.")
@click.option("--file", metavar="FILE", help="The bytes as they are in a file.")
def command(source: str, name: str | None, sent: bool, digits: str | None, file: str | None) -> int:
    """Show the messages in bytes, one JSON object a line.

    Without --hex and --file the bytes come from standard input.
    """
    if digits is not None and file is not None:
        raise UsageFailure("decode: give one of --hex and --file")
    data = None if digits is None else _from_hex(digits)
    compilation = compiled(source)
    assert compilation.protocol is not None
    protocol = loaded(compilation).PROTOCOL
    if name is not None:
        messages = [find_message(compilation.protocol, protocol, name)]
    else:
        messages = candidates(protocol, sent)
    pieces = iter([data]) if data is not None else _pieces(file)
    return DONE if _decode(protocol, messages, pieces) else WRONG_INPUT


def candidates(protocol: Protocol, sent: bool) -> list[type[Message]]:
    """What is tried, in order, in one direction."""
    order = ("command", "message") if sent else ("response", "event", "message")
    return [m for kind in order for m in protocol.messages if kind == m.KIND]


def _decode(protocol: Protocol, messages: list[type[Message]], pieces: Iterator[bytes]) -> bool:
    """Print what is in the bytes; whether it is nothing but messages."""
    from protoc.cli.reports import Fields, found_record
    from protoc.runtime.dispatch import Candidates
    from protoc.runtime.found import FoundMessage
    from protoc.runtime.framing import Framer
    from protoc.runtime.session import Session
    from protoc.runtime.units import framer_of

    tried = Candidates(messages, Session(protocol).decoder)
    framer = framer_of(protocol.links[0], tried) if protocol.links else Framer(tried)
    fields = Fields(protocol)
    whole = True
    for piece in pieces:
        for found in framer.feed(piece):
            whole = whole and isinstance(found, FoundMessage)
            emit(found_record(found, fields))
    for found in framer.end():
        whole = whole and isinstance(found, FoundMessage)
        emit(found_record(found, fields))
    return whole


def _from_hex(digits: str) -> bytes:
    try:
        return bytes.fromhex("".join(digits.split()).removeprefix("0x"))
    except ValueError:
        wrong = next((c for c in digits if not (c.isspace() or c in "0123456789abcdefABCDEF")), "")
        got = f"{wrong!r}" if wrong else "an odd number of digits"
        raise UsageFailure(f"--hex: expected two hexadecimal digits a byte, got {got}") from None


def _pieces(file: str | None) -> Iterator[bytes]:
    """The bytes of a file, or of standard input, as they come."""
    name = "standard input" if file is None else file
    try:
        if file is None:
            # read1 hands over what is there instead of waiting for a full buffer
            stdin = cast("BufferedReader", sys.stdin.buffer)
            yield from iter(lambda: stdin.read1(PIECE), b"")
        else:
            with Path(file).open("rb") as stream:
                yield from iter(lambda: stream.read(PIECE), b"")
    except (OSError, ValueError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        why = reason(error) if isinstance(error, OSError) else str(error)
        raise Failure(f"{name}: cannot be read: {why}") from None
