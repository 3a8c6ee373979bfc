"""Generated modules that a person can read, each beside its description."""

from __future__ import annotations

from pathlib import Path

from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source

GOLDEN = Path(__file__).parent
FEATURES = sorted(path.parent.name for path in GOLDEN.glob("*/device.proto"))


def generated(feature: str) -> str:
    """The module of a description as it is generated today."""
    compilation = compile_source(Source.read(GOLDEN / feature / "device.proto"))
    assert compilation.module, list(compilation.diagnostics)
    return compilation.module
