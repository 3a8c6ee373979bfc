"""Generated modules made usable without writing them to disk."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

from protoc.compiler.execution import execute
from protoc.compiler.pipeline import Compilation, compile_source
from protoc.dsl.diagnostics import SourceError
from protoc.dsl.source import Source


def load(path: str | Path) -> Any:
    """The device class of a description: what its generated module defines.

    Raises:
        OSError: the file cannot be read.
        UnicodeDecodeError: it is not UTF-8.
        SourceError: it has mistakes.
    """
    compilation = compile_source(Source.read(path))
    return device_class(load_module(compilation))


def load_module(compilation: Compilation) -> ModuleType:
    """The generated module of a compilation; the same one for the same text.

    Raises:
        SourceError: the source has mistakes, so that there is none.
    """
    if compilation.protocol is None or not compilation.module:
        raise SourceError(compilation.diagnostics)
    return execute(compilation.module, compilation.protocol.name)


def device_class(module: ModuleType) -> Any:
    """The blocking device class of a generated module."""
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and value.__module__ == module.__name__
        and hasattr(value, "PROTOCOL")
        and hasattr(value, "simulate")
    ]
    return found[0]
