"""Reading descriptions, and showing what is wrong with them."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protoc.cli.failures import Failure, reason

if TYPE_CHECKING:
    from protoc.compiler.pipeline import Compilation
    from protoc.dsl.diagnostics import Diagnostics
    from protoc.dsl.renderers import Format
    from protoc.dsl.source import Source

_DECLARATION = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_NARROW = re.compile(r"iso-8859-\d{1,2}|latin-?1|windows-125\d|cp125\d")
LARGEST = 64 * 1024 * 1024
"""Bytes of a file that is worth being looked at."""


class Rejected(Failure):
    """The source has mistakes, and they have been shown."""

    def __init__(self, name: str, diagnostics: Diagnostics) -> None:
        count = sum(each.severity == "error" for each in diagnostics)
        super().__init__(f"{name}: {count} mistake{'s' * (count != 1)}, nothing was done")


def read_source(name: str) -> Source:
    """Read a file as text; one in XML may say its encoding.

    Raises:
        Failure: it cannot be read, or is no text in UTF-8.
    """
    from protoc.dsl.source import Source

    data = read_file(name)
    try:
        return Source(name, data.decode(_encoding(data)))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Failure(
            f"{name}:{line}: this is not a text in UTF-8: byte 0x{data[error.start]:02x} at offset "
            f"{error.start}; a description is a text file, save it as UTF-8"
        ) from None


def _encoding(data: bytes) -> str:
    """What a text is encoded in: UTF-8, unless it is XML that says something else."""
    if data.startswith((b"\xff\xfe<\0", b"\xfe\xff\0<")):
        return "utf-16"
    declared = _DECLARATION.match(data)
    name = declared[1].decode("ascii").lower() if declared else ""
    return name if _NARROW.fullmatch(name) else "utf-8-sig"


def read_file(name: str) -> bytes:
    """Read a whole file.

    Raises:
        Failure: it cannot be read, or is too large.
    """
    try:
        with Path(name).open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        raise Failure(f"{name}: cannot be read: {why}") from None
    if len(data) > LARGEST:
        raise Failure(f"{name}: too large: at most {LARGEST} bytes are read")
    return data


def compiled(name: str, *, warnings: bool = False) -> Compilation:
    """Compile a source; errors go to stderr, and warnings where they are wanted.

    Raises:
        Failure: it cannot be read, or has mistakes.
    """
    from protoc.compiler.pipeline import compile_source

    compilation = compile_source(read_source(name))
    diagnostics = compilation.diagnostics
    if warnings or diagnostics.has_errors:
        show(diagnostics)
    if diagnostics.has_errors:
        raise Rejected(name, diagnostics)
    return compilation


def loaded(compilation: Compilation) -> Any:
    """The generated module of a compilation."""
    from protoc.compiler.loading import load_module

    return load_module(compilation)


def show(diagnostics: Diagnostics, form: Format = "full") -> None:
    """Diagnostics for people on stderr, those for programs on stdout."""
    from protoc.dsl.renderers import render

    found = list(diagnostics)
    if not found:
        return
    stream = sys.stdout if form == "json" else sys.stderr
    text = render(found, form, colour=_coloured(stream))
    separated = form == "full" and not text.endswith("\n\n")
    stream.write(_writable(text, stream) + ("\n" if separated else ""))
    stream.flush()


def _coloured(stream: Any) -> bool:
    return bool(stream.isatty()) and not os.environ.get("NO_COLOR")


def _writable(text: str, stream: Any) -> str:
    """The text with what the stream cannot hold escaped."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
