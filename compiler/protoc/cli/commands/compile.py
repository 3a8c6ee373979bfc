"""`protoc compile`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from protoc.cli.failures import Failure, UsageFailure, reason
from protoc.cli.files import write_text, write_whole
from protoc.cli.output import log
from protoc.cli.sources import compiled

if TYPE_CHECKING:
    from protoc.compiler.pipeline import Compilation


@click.command("compile")
@click.argument("source")
@click.option("-o", "--output", metavar="FILE", help="Write to this file.")
@click.option("-d", "--directory", metavar="DIR", help="Write into this folder.")
@click.option("--stdout", "to_stdout", is_flag=True, help="Write to standard output.")
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; fail when the file differs."
)
@click.option("--tests", "with_tests", is_flag=True, help="Write test_<module>.py beside it, too.")
def command(
    source: str,
    output: str | None,
    directory: str | None,
    to_stdout: bool,
    only_check: bool,
    with_tests: bool,
) -> None:
    """Write the Python module of a description.

    Without -o and -d it goes into the current folder, under the name of the protocol. The tests
    play the examples of the description whole, in pieces, with noise around and damaged.
    """
    if sum((output is not None, directory is not None, to_stdout)) > 1:
        raise UsageFailure("compile: give one of -o, -d and --stdout")
    if only_check and to_stdout:
        raise UsageFailure("compile: --check compares with a file: leave out --stdout")
    if with_tests and to_stdout:
        raise UsageFailure("compile: --tests writes a second file: leave out --stdout")
    compilation = compiled(source, warnings=True)
    assert compilation.protocol is not None
    if to_stdout:
        write_text(compilation.module, None)
        return
    target = _target(compilation.protocol.name, output, directory)
    files = {target: compilation.module.encode()}
    if with_tests:
        files[target.with_name(f"test_{target.name}")] = _tests(compilation, target).encode()
    for path, data in files.items():
        if only_check:
            _compare(path, data, source)
            log(f"{path} is up to date")
        else:
            write_whole(path, data)
            log(f"wrote {path}")
    if not only_check and target.stem in sys.stdlib_module_names:
        log(f"Python has a module `{target.stem}` too: import this one from a package, or use -o")


def _tests(compilation: Compilation, target: Path) -> str:
    """The module that tests the one written to `target`."""
    from protoc.cli.played import played
    from protoc.compiler.backend.code import is_name
    from protoc.compiler.backend.emit import render_tests

    assert compilation.protocol is not None
    if not is_name(target.stem):
        raise UsageFailure(f"compile: tests cannot import {target.name}: take another name for it")
    examples = played(compilation)
    if not examples:
        raise Failure(
            f"{compilation.source.name}: there are no examples to test: write an `example` block"
        )
    packaged = target.with_name("__init__.py").exists()
    return render_tests(compilation.protocol, "." * packaged + target.stem, examples)


def _target(protocol: str, output: str | None, directory: str | None) -> Path:
    from protoc.compiler.backend.naming import attribute

    if output is not None:
        return Path(output)
    name = f"{attribute(protocol, frozenset())}.py"
    if directory is None:
        return Path(name)
    folder = Path(directory)
    if not folder.is_dir():
        there = "is no folder" if folder.exists() else "does not exist: make the folder first"
        raise Failure(f"{directory}: {there}")
    return folder / name


def _compare(target: Path, data: bytes, source: str) -> None:
    try:
        there = target.read_bytes()
    except FileNotFoundError:
        raise Failure(f"{target} is not there: `protoc compile {source}` writes it") from None
    except OSError as error:
        raise Failure(f"{target}: cannot be read: {reason(error)}") from None
    if there != data:
        raise Failure(f"{target} is not what {source} compiles to: compile it again")
