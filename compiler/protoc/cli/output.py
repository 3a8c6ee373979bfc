"""What goes to stdout: JSON lines, each there at once."""

from __future__ import annotations

import json
import sys
from typing import Any

import click


def emit(event: dict[str, Any]) -> None:
    """Print one object on a line of its own."""
    line = json.dumps(event, ensure_ascii=False, allow_nan=False)
    try:
        line.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        line = json.dumps(event, allow_nan=False)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def log(text: str) -> None:
    """Tell the person at the terminal."""
    click.echo(f"protoc: {text}", err=True)
