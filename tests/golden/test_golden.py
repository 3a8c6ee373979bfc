"""Generated modules, byte for byte."""

from __future__ import annotations

from importlib import import_module

import pytest
from protoc.runtime import Message

from tests.golden.modules import FEATURES, GOLDEN, generated


@pytest.mark.parametrize("feature", FEATURES)
def test_module_is_as_it_was(feature: str) -> None:
    written = (GOLDEN / feature / "device.py").read_text(encoding="utf-8")
    assert generated(feature) == written, (
        "if the difference is wanted: python -m tests.golden, and read what git shows"
    )


@pytest.mark.parametrize("feature", FEATURES)
def test_examples_of_the_manual_hold_in_both_forms(feature: str) -> None:
    """Every message of the module, blank, through the straight-line code and the layout."""
    module = import_module(f"tests.golden.{feature}.device")
    classes: tuple[type[Message], ...] = module.PROTOCOL.messages
    for cls in classes:
        message = cls(**cls.BLANK)
        data = message.encode()
        layout = cls.construct.declarative
        assert layout.build(message) == data
        assert layout.parse(data) == cls.decode(data) == message
