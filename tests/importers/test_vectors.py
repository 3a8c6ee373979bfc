"""The vectors that lie beside the checkout, in virtual time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.importers import playing
from tests.importers.connectors import OWN

KINDS: dict[str, Callable[[Path, Any], None]] = {
    "decode": playing.decodes,
    "encode": playing.encodes,
    "conversation": lambda source, case: playing.Play(source, case).play(),
}
CASES = [
    pytest.param(path, kind, number, id=f"{path.name.partition('.')[0]} {kind} {number}")
    for path in sorted(OWN.glob("*.vectors.json"))
    for kind in KINDS
    for number in range(len(json.loads(path.read_text("utf-8")).get(kind, [])))
]


@pytest.mark.skipif(not OWN.is_dir(), reason=f"there are no vectors in {OWN}")
def test_there_are_some() -> None:
    assert CASES


@pytest.mark.parametrize("path, kind, number", CASES)
def test_vectors(path: Path, kind: str, number: int) -> None:
    vectors = json.loads(path.read_text("utf-8"))
    KINDS[kind](path.parent / vectors["source"], vectors[kind][number])
