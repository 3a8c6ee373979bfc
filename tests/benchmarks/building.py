"""What it takes to compile a description and to import a module."""

import compileall
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source
from tests.benchmarks import generated
from tests.benchmarks.measuring import seconds
from tests.benchmarks.report import Row, Section

MESSAGES = 500
IMPORT = """
import sys, time
sys.path.insert(0, sys.argv[1])
import few  # with everything that generated modules import
started = time.perf_counter()
import many
print(time.perf_counter() - started)
"""


def measure() -> Section:
    text = generated.long_description(10_000)
    lines = text.count("\n")
    took = seconds(lambda: _compile(text), rounds=1)
    rows = [
        Row("a description of 10 000 lines, compiled", took, " s", 5, note=f"{lines} lines"),
        Row("import of a module, warm, a message", _import() * 1e6, " µs", 40),
        Row("import of `protoc.runtime` and the device class", _runtime() * 1e3, " ms"),
    ]
    return Section(
        "Compiling and importing",
        f"A description with a field in each line, 909 messages. A module of {MESSAGES} messages, "
        "its bytecode cached, in a process that has imported another one before.",
        rows,
    )


def _compile(text: str) -> str:
    compilation = compile_source(Source("long.proto", text))
    assert compilation.module, list(compilation.diagnostics)[:3]
    return compilation.module


def _import() -> float:
    with TemporaryDirectory() as folder:
        for name, count in (("few", 1), ("many", MESSAGES)):
            text = generated.many_responses(count)
            Path(folder, f"{name}.py").write_text(_compile(text), "utf-8")
        compileall.compile_dir(folder, quiet=1)
        times = [_python(IMPORT, folder) for _ in range(7)]
    return statistics.median(times) / MESSAGES


def _runtime() -> float:
    code = (
        "import time; started = time.perf_counter(); "
        "from protoc.runtime import Device, Message; print(time.perf_counter() - started)"
    )
    return statistics.median(_python(code) for _ in range(5))


def _python(code: str, *arguments: str) -> float:
    command = [sys.executable, "-c", code, *arguments]
    return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
