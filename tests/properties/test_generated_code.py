"""What is generated is clean for those who have no configuration, whatever the description."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings

from protoc.compiler import library
from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source
from tests.differential.checks import DESCRIPTIONS
from tests.properties.descriptions import descriptions
from tests.properties.modules import compiled

HOUSE = Path(__file__).parent.parent.parent
PECULIAR = HOUSE / "tests" / "grammars" / "peculiar"


def written(folder: Path, count: int) -> list[Path]:
    """The modules of some random descriptions, as files; all of them can be imported."""
    files: list[Path] = []

    # nothing fails while they are collected, so there is nothing to shrink
    @settings(max_examples=count, phases=[Phase.generate], database=None)
    @given(descriptions())
    def collect(text: str) -> None:
        found = compiled(text)
        if found is not None:
            files.append(folder / f"device_{len(files)}.py")
            files[-1].write_text(found.code, encoding="utf-8")

    collect()
    return files


def library_modules(folder: Path) -> None:
    """The modules of the library, of the devices with habits of their own, and of checks."""
    sources = [Source(f"{name}.proto", library.text(name)) for name in library.entries()]
    sources += [Source.read(path) for path in sorted(PECULIAR.glob("*.proto"))]
    for source in sources:
        module = compile_source(source).module
        assert module is not None, source.name
        (folder / f"library_{Path(source.name).stem}.py").write_text(module, encoding="utf-8")
    for number, text in enumerate(DESCRIPTIONS.values()):
        source = Source("device.proto", f"protocol checks\nlink tcp client\n{text}")
        module = compile_source(source).module
        (folder / f"checks_{number}.py").write_text(module, encoding="utf-8")


def tool(name: str, *arguments: str | Path) -> str:
    """What a tool complains about; empty when it is content."""
    run = subprocess.run(
        [Path(sys.executable).with_name(name), *arguments],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if run.returncode == 0 else run.stdout + run.stderr


def test_generated_code_is_clean(tmp_path: Path) -> None:
    assert len(written(tmp_path, 80)) > 40
    library_modules(tmp_path)
    options = ("--isolated", "--target-version", "py311")
    assert tool("ruff", "check", *options, "--no-cache", tmp_path) == ""
    assert tool("ruff", "format", *options, "--no-cache", "--diff", tmp_path) == ""


@pytest.mark.slow
def test_generated_code_is_typed(tmp_path: Path) -> None:
    files = written(tmp_path, 12)
    # away from the configuration of the house, which lists its own files
    cache = tmp_path / "cache"
    assert tool("mypy", "--strict", "--cache-dir", cache, *files) == ""
    library_modules(tmp_path)
    roots = [str(HOUSE / root) for root in ("dsl", "compiler", "runtime", "grammars")]
    config = tmp_path / "pyrightconfig.json"
    config.write_text(
        f'{{"typeCheckingMode": "strict", "extraPaths": {roots}, "include": ["."]}}'.replace(
            "'", '"'
        ),
        encoding="utf-8",
    )
    assert tool("pyright", "--project", config, "--pythonpath", Path(sys.executable)) == ""
