"""The descriptions that ship with the program: whole, clean, and ready to begin from."""

import re
from pathlib import Path

import pytest

from protoc.cli import main
from protoc.compiler import library
from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source


@pytest.mark.parametrize("entry", library.entries())
def test_entry(entry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry is documented, has examples, and compiles without a warning under any name."""
    monkeypatch.chdir(tmp_path)
    assert main(["new", "mine", "--from", entry]) == 0
    assert main(["fmt", "--check", "mine.proto"]) == 0
    compilation = compile_source(Source.read("mine.proto"))
    assert list(compilation.diagnostics) == []
    protocol = compilation.protocol
    assert protocol is not None
    assert protocol.name == "mine"
    assert protocol.title
    assert len(protocol.doc.splitlines()) > 1
    assert protocol.links
    assert protocol.examples


def test_the_page_lists_every_entry() -> None:
    page = (Path(__file__).parents[2] / "docs" / "library.md").read_text("utf-8")
    assert re.findall(r"^\| \[(\w+)\]\(.*/\1\.proto\)", page, re.MULTILINE) == library.entries()
