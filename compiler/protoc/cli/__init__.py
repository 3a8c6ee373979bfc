"""The command line: `protoc`, `devproto`, `python -m protoc`."""

from protoc.cli.program import main

__all__ = ["main"]
