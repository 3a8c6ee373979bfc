"""Generated modules, byte for byte."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from protoc.runtime import Known, Message

from tests.golden.modules import DESCRIPTIONS, FEATURES, generated


@pytest.mark.parametrize("description", DESCRIPTIONS, ids=lambda path: path.parent.name)
def test_module_is_as_it_was(description: Path) -> None:
    written = description.with_suffix(".py").read_text(encoding="utf-8")
    assert generated(description) == written, (
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
        read, end = cls.knowing(asked(message))(data, 0, "")
        assert end == len(data)
        assert layout.parse(data, known=asked(message)) == read
        assert read.encode() == data


def asked(answer: Message) -> Known:
    """What a message says of the request that it answers, as one."""
    asks = {path[1]: name for name, path in answer.TOLD.items() if path[0] == "request"}
    request: Any = SimpleNamespace(
        **{name: getattr(answer, at) for name, at in asks.items()}
    )
    return Known(request)
