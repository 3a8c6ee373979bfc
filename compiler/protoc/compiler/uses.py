"""`use`: the declarations of other files, put where the statement stands.

What a file says of its own surroundings stays behind: its `protocol`, links and examples. Its
settings (`endian`, `encoding`) go on holding for its own declarations: they come along.
Every node keeps the span it was read from, so that whatever is said of it is said at its place.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from protoc.dsl import tree
from protoc.dsl.diagnostics import Diagnostics, Label
from protoc.dsl.parser import parse
from protoc.dsl.source import Source

LIBRARY = "library:"
LARGEST = 64 * 1024 * 1024
"""Bytes of a file that is worth being read."""
_OWN = (tree.Protocol, tree.Link, tree.Framing, tree.Example)


def with_uses(document: tree.Document, diagnostics: Diagnostics) -> tree.Document:
    """The document with every `use` statement replaced by what it takes in.

    A file that is used in several places is taken in where it is named first.
    """
    if not any(isinstance(each, tree.Use) for each in document.declarations):
        return document
    files = _Files(document.span.source, diagnostics)
    taken: list[tree.Declaration] = []
    lost = set(document.lost)
    open_files: list[Iterator[tree.Declaration]] = [iter(document.declarations)]
    while open_files:
        declaration = next(open_files[-1], None)
        if declaration is None:
            open_files.pop()
            files.close()
        elif isinstance(declaration, tree.Use):
            used = files.open(declaration)
            if used is not None:
                open_files.append(iter(used.declarations))
                lost |= used.lost
        elif len(open_files) == 1 or not isinstance(declaration, _OWN):
            taken.append(declaration)
    return replace(document, declarations=tuple(taken), lost=frozenset(lost))


class _Files:
    """The files that are read: each once, and those being read in the order they were opened."""

    def __init__(self, source: Source, diagnostics: Diagnostics) -> None:
        self._diagnostics = diagnostics
        self._root = source
        self._known = {_identity(source.name)}
        self._open: list[tuple[str, tree.Use | None]] = [(_identity(source.name), None)]

    def open(self, use: tree.Use) -> tree.Document | None:
        """The document a statement names; None when it is known already or cannot be had."""
        target = use.target.text if isinstance(use.target, tree.Name) else use.target.value
        name = _name(use, target)
        identity = _identity(name)
        if any(identity == each for each, _ in self._open):
            self._circle(use, identity)
            return None
        if identity in self._known:
            return None
        self._known.add(identity)
        text = self._library(use, name) if name.startswith(LIBRARY) else self._file(use, name)
        if text is None:
            return None
        self._open.append((identity, use))
        return parse(Source(name, text, self._called(name)), self._diagnostics)

    def close(self) -> None:
        """The file opened last has been taken in."""
        self._open.pop()

    def _called(self, name: str) -> str:
        """A file as the description calls it, wherever the program was started."""
        if name.startswith(LIBRARY):
            return name
        folder = Path(self._root.name).parent
        path = Path(name)
        return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name

    def _library(self, use: tree.Use, name: str) -> str | None:
        from protoc.compiler import library
        from protoc.compiler.resolve.scope import suggestion

        entry = name.removeprefix(LIBRARY)
        names = library.entries()
        if entry in names:
            return library.text(entry)
        self._missing(
            use, f"the library has no description `{entry}`", suggestion(entry, names, "entry")
        )
        return None

    def _file(self, use: tree.Use, name: str) -> str | None:
        try:
            status = Path(name).stat()
            if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
                self._missing(use, f"`{name}` is no file of text", "name another description")
                return None
            return Path(name).read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            self._missing(use, f"`{name}` is not a text in UTF-8", "save it as UTF-8")
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            help = "a path counts from the folder of the file it is written in"
            self._missing(use, f"`{name}` cannot be read: {why}", help)
        return None

    def _missing(self, use: tree.Use, message: str, help: str) -> None:
        self._diagnostics.error("E0209", message, use.target.span, help=help)

    def _circle(self, use: tree.Use, identity: str) -> None:
        start = next(i for i, (each, _) in enumerate(self._open) if each == identity)
        way = tuple(
            Label(between.target.span, "by way of this")
            for _, between in self._open[start + 1 :]
            if between is not None
        )
        self._diagnostics.error(
            "E0210",
            "this description uses itself" if not way else "these descriptions use each other",
            use.target.span,
            "is being read already",
            labels=way,
            help="put what both need into a third file, and use that in each"
            if way
            else "leave the statement out",
        )


def _name(use: tree.Use, target: str) -> str:
    """What a statement means, seen from the file it stands in."""
    if target.startswith(LIBRARY):
        return target
    here = use.span.source.name
    if here.startswith(LIBRARY):
        return LIBRARY + target.removesuffix(".proto")
    file = f"{target}.proto" if isinstance(use.target, tree.Name) else target
    return str(Path(here).parent / file)


def _identity(name: str) -> str:
    """The same for every way of naming one file."""
    if name.startswith(LIBRARY):
        return name
    try:
        return str(Path(name).resolve())
    except (OSError, ValueError, RuntimeError):
        return name
