"""Connectors of many shapes, put to work: what they send, and what comes of what is answered.

Each is played as it stands, as the description it is imported as, and as the one in which every
trigger is written out: all three behave alike.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers import (
    playing,
    shapes_answers,
    shapes_bits,
    shapes_flow,
    shapes_guide,
    shapes_queue,
    shapes_smart,
    shapes_values,
)
from tests.importers.connectors import description
from tests.importers.shapes import Shape

SHAPES: dict[str, Shape] = {
    **shapes_answers.SHAPES,
    **shapes_bits.SHAPES,
    **shapes_flow.SHAPES,
    **shapes_guide.SHAPES,
    **shapes_queue.SHAPES,
    **shapes_smart.SHAPES,
    **shapes_values.SHAPES,
}
FORMS = ("connector", "description", "literal")
TALKS = [(name, talk) for name, shape in SHAPES.items() for talk in shape.talks]
READS = [(name, i) for name, shape in SHAPES.items() for i in range(len(shape.reads))]
WRITES = [(name, i) for name, shape in SHAPES.items() for i in range(len(shape.writes))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the sources are written to."""
    return tmp_path_factory.mktemp("shapes")


def written(folder: Path, name: str, form: str = "connector") -> Path:
    """The file of a connector in one of its forms."""
    ending = "xml" if form == "connector" else "proto"
    path = folder / f"{form}_{name.replace(' ', '_').replace(',', '')}.{ending}"
    if not path.exists():
        source = SHAPES[name].source
        text = source if ending == "xml" else description(source, lifted=form == "description")
        path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name, talk", TALKS, ids=str)
def test_talks(folder: Path, name: str, talk: str, form: str) -> None:
    playing.Play(written(folder, name, form), SHAPES[name].talks[talk]).play()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name, number", READS, ids=str)
def test_answers_are_read(folder: Path, name: str, number: int, form: str) -> None:
    playing.decodes(written(folder, name, form), SHAPES[name].reads[number])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name, number", WRITES, ids=str)
def test_commands_are_written(folder: Path, name: str, number: int, form: str) -> None:
    playing.encodes(written(folder, name, form), SHAPES[name].writes[number])
