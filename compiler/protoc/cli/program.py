"""The program: finds the command, runs it, and says what went wrong in one sentence.

Nothing but click is imported here: each command brings what it needs.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from protoc.cli.failures import DONE, OUR_FAULT, WRONG_USAGE, Failure

COMMANDS = {
    "compile": ("compile", "Write the Python module of a description."),
    "check": ("check", "Say what is wrong with descriptions."),
    "fmt": ("fmt", "Bring descriptions into their canonical form."),
    "explain": ("explain", "Explain a diagnostic at length."),
    "import": ("import_", "Turn a DataMiner connector into a description."),
    "decode": ("decode", "Show the messages in bytes, one JSON object a line."),
    "encode": ("encode", "Show the bytes of a message in hexadecimal."),
    "call": ("call", "Ask a device something, and show what it answers."),
    "run": ("run", "Run the whole conversation with a device."),
    "simulate": ("simulate", "Be the device that a description describes."),
    "document": ("document", "Write the protocol as a manual in Markdown."),
    "graph": ("graph", "Draw what sets what in motion."),
    "new": ("new", "Write a description to begin with."),
}


class _Commands(click.Group):
    """The commands, each imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"protoc.cli.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List them without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="A SOURCE is a device description; `protoc new NAME` writes one to begin with.",
)
@click.version_option(
    None, "--version", package_name="protoc-devices", message="protoc %(version)s"
)
def program() -> None:
    """Describe a device's protocol once; get a driver, a simulator and a decoder."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns what the process exits with."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = program.main(given or ["--help"], prog_name=_name(), standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else DONE
    except Failure as failure:
        _say(str(failure))
        return failure.code
    except click.ClickException as error:
        # show() names the usage and where to find help
        with contextlib.suppress(OSError):
            error.show()
        return WRONG_USAGE
    except (click.Abort, KeyboardInterrupt):
        return 130
    except (BrokenPipeError, SystemExit):  # the latter is how click takes the former
        _forget_output()
        return DONE
    except Exception as error:  # noqa: BLE001 - whatever it is, it is ours
        _say(_report(error, given))
        return OUR_FAULT


def _name() -> str:
    name = os.path.basename(sys.argv[0])  # noqa: PTH119 - pathlib is not imported for this
    return name if name in ("protoc", "devproto") else "protoc"


def _say(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        click.echo(f"protoc: {text}", err=True)


def _forget_output() -> None:
    """Whoever read the output has gone: what is left of it is not worth a word."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _report(error: Exception, arguments: Sequence[str]) -> str:
    """What somebody needs who is to mend it."""
    from traceback import extract_tb

    frames = extract_tb(error.__traceback__)[-4:]
    places = "\n".join(f"    {each.filename}:{each.lineno} in {each.name}" for each in frames)
    words = str(error).replace("\n", " ")[:500]
    return (
        f"this is a fault of protoc itself: {type(error).__name__}: {words}\n{places}\n"
        f"Please report it, with these lines, the command ({' '.join(arguments)[:500]}) "
        "and the description it was given."
    )
