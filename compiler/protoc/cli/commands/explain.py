"""`protoc explain`."""

from __future__ import annotations

from difflib import get_close_matches

import click

from protoc.cli.failures import Failure


@click.command("explain")
@click.argument("code")
def command(code: str) -> None:
    """Explain a diagnostic at length: what it means, a wrong and a right example."""
    from protoc.dsl.explanations import codes, explain

    text = explain(code)
    if text is None:
        close = get_close_matches(code.strip().upper(), codes(), n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else "they look like E0207"
        raise Failure(f"there is no diagnostic {code!r}; {hint}")
    click.echo(text.rstrip())
