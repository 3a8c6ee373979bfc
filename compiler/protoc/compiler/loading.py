"""Generated modules made usable without writing them to disk."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

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


def execute(text: str, name: str) -> ModuleType:
    """Run the text of a generated module.

    It is registered: annotations are looked up where their class says it was made.
    """
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    full_name = f"protoc.loaded.{name}_{digest}"
    known = sys.modules.get(full_name)
    if known is not None:
        return known
    module = ModuleType(full_name)
    module.__file__ = f"<{name}>"
    sys.modules[full_name] = module
    try:
        exec(compile(text, f"<{name}>", "exec"), module.__dict__)  # noqa: S102 - our own text
    except BaseException:
        del sys.modules[full_name]
        raise
    return module


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
