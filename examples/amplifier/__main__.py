"""Compiles the description and talks to the device it describes: `make demo`."""

from __future__ import annotations

import asyncio
import sys
from io import TextIOWrapper
from pathlib import Path

from examples.amplifier.telling import Teller
from protoc.cli import main as protoc
from protoc.compiler.pipeline import analyse
from protoc.dsl.source import Source

FOLDER = Path(__file__).parent
DESCRIPTION = FOLDER / "amplifier.proto"
MODULE = FOLDER / "amplifier.py"


def main() -> int:
    """Show it all; returns what the process exits with."""
    if isinstance(sys.stdout, TextIOWrapper):  # no arrows? question marks will do
        sys.stdout.reconfigure(errors="replace")  # pyright: ignore[reportUnknownMemberType]
    code = protoc(["compile", str(DESCRIPTION), "-o", str(MODULE)])
    protocol, _ = analyse(Source.read(DESCRIPTION))
    if code != 0 or protocol is None:
        return code or 1
    tell = Teller(protocol)
    tell.title(protocol.title)
    tell.say(f"{_size(DESCRIPTION)} compiled to {_size(MODULE)}, imported below.")

    from examples.amplifier import scenes  # imports the module just written

    scenes.blocking(tell)
    asyncio.run(scenes.polling(tell))
    scenes.troubled(tell)
    tell.end()
    return 1 if tell.failures else 0


def _size(file: Path) -> str:
    lines = file.read_text(encoding="utf-8").count("\n")
    return f"{file.name} ({lines} lines)"


if __name__ == "__main__":
    sys.exit(main())
