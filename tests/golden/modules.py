"""Generated modules that a person can read, each beside its description; those of the examples."""

from __future__ import annotations

from pathlib import Path

from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source

GOLDEN = Path(__file__).parent
EXAMPLES = GOLDEN.parents[1] / "examples"
AMPLIFIER = EXAMPLES / "amplifier/amplifier.proto"
FEATURES = sorted(path.parent.name for path in GOLDEN.glob("*/device.proto"))
DESCRIPTIONS = sorted([*GOLDEN.glob("*/device.proto"), *EXAMPLES.glob("*/*.proto")])


def generated(description: Path) -> str:
    """The module of a description as it is generated today."""
    compilation = compile_source(Source.read(description))
    assert compilation.module, list(compilation.diagnostics)
    return compilation.module
