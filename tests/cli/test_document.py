"""The manual that is made of a description."""

import re
from pathlib import Path

import pytest

from protoc.compiler.backend.emit import render_document
from protoc.compiler.pipeline import analyse
from protoc.dsl.source import Source
from tests.cli.conftest import Run
from tests.golden.modules import AMPLIFIER

ROOT = Path(__file__).parents[2]
DESCRIPTIONS = sorted(
    path
    for folder in ("grammars/protoc/grammars", "tests/golden", "tests/conversations")
    for path in (ROOT / folder).rglob("*.proto")
)


def test_the_manual_of_the_amplifier_is_as_it_was(run: Run) -> None:
    ended = run("document", str(AMPLIFIER))
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == AMPLIFIER.with_suffix(".md").read_text("utf-8"), (
        "if the difference is wanted: python -m tests.golden, and read what git shows"
    )


def test_it_is_written_to_a_file(run: Run) -> None:
    assert run("document", "lamp.proto", "-o", "lamp.md").out == ""
    text = Path("lamp.md").read_text("utf-8")
    assert text.startswith("# Lamp\n")
    assert "| after `answer` `if level > 100` | `tell` |" in text
    assert "| 1 | 1 | `keys` | `u8`, bits |" in text
    assert "| bits 6…4 |  | · `page` |" in text


def test_nothing_is_written_of_what_has_mistakes(run: Run) -> None:
    Path("wrong.proto").write_text("protocol wrong\ncommand a { b : nothing }\n", "utf-8")
    ended = run("document", "wrong.proto", "-o", "wrong.md")
    assert ended.code == 1
    assert not Path("wrong.md").exists()


@pytest.mark.parametrize("path", DESCRIPTIONS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_tables_are_whole_and_links_lead_somewhere(path: Path) -> None:
    protocol, _ = analyse(Source.read(path))
    assert protocol is not None
    text = render_document(protocol, "")
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in block.splitlines()}) == 1, block
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w-]", "", each.lower().replace(" ", "-")) for each in headings}
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= anchors
    messages = [message.name for message in protocol.messages if not message.part]
    assert [h.split("`")[1] for h in headings if h.startswith(_KINDS)] == messages


_KINDS = ("Message `", "Command `", "Response `", "Event `")
