"""Whole conversations, line by line as they are written down."""

from __future__ import annotations

import pytest

from tests.conversations.playing import DEVICES, HERE, described, played


@pytest.mark.parametrize("device", DEVICES)
def test_the_conversation_goes_as_written(device: str) -> None:
    talk = (HERE / f"{device}.talk").read_text("utf-8")
    assert played(described(device), talk) == talk, (
        "if the difference is wanted: python -m tests.conversations, and read what git shows"
    )
