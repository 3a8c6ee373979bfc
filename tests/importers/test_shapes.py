"""Connectors of many shapes, put to work: what they send, and what comes of what is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers import (
    playing,
    shapes_answers,
    shapes_flow,
    shapes_guide,
    shapes_smart,
    shapes_values,
)
from tests.importers.shapes import Shape

SHAPES: dict[str, Shape] = {
    **shapes_answers.SHAPES,
    **shapes_flow.SHAPES,
    **shapes_guide.SHAPES,
    **shapes_smart.SHAPES,
    **shapes_values.SHAPES,
}
TALKS = [(name, talk) for name, shape in SHAPES.items() for talk in shape.talks]
READS = [(name, i) for name, shape in SHAPES.items() for i in range(len(shape.reads))]
WRITES = [(name, i) for name, shape in SHAPES.items() for i in range(len(shape.writes))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the connectors are written to."""
    return tmp_path_factory.mktemp("shapes")


def written(folder: Path, name: str) -> Path:
    """The file of a connector."""
    path = folder / f"{name.replace(' ', '_').replace(',', '')}.xml"
    path.write_text(SHAPES[name].source, "utf-8")
    return path


@pytest.mark.parametrize("name, talk", TALKS, ids=str)
def test_talks(folder: Path, name: str, talk: str) -> None:
    playing.Play(written(folder, name), SHAPES[name].talks[talk]).play()


@pytest.mark.parametrize("name, number", READS, ids=str)
def test_answers_are_read(folder: Path, name: str, number: int) -> None:
    playing.decodes(written(folder, name), SHAPES[name].reads[number])


@pytest.mark.parametrize("name, number", WRITES, ids=str)
def test_commands_are_written(folder: Path, name: str, number: int) -> None:
    playing.encodes(written(folder, name), SHAPES[name].writes[number])
