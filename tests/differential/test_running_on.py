"""What ends where something else begins, and what follows that may look like more of it."""

from __future__ import annotations

from typing import Any

import pytest

from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source
from tests.properties.modules import compiled, outcome

HEAD = "protocol running_on\nlink tcp client\n"

NEVER = [
    "x : dec; y : dec[2]; CR",
    "x : hex; y : hex[2]; CR",
    "x : float; y : dec; CR",
    'STX; xs : [dec] sep "1"; CR',
    "kind : u8; if kind == 1 { x : dec; y : u8 }; CR",
    "STX; coded hex { x : dec; y : u8 }; CR",
    'STX; skip "/"; "/+"; y : u8; CR',
    'STX; xs : [u8] until ";"; CR',
    'STX; x : text until ";"; CR',
    'STX; x : text until ";" times 2; "="; CR',
]
Cases = list[tuple[str, list[dict[str, Any]]]]
WRITTEN: Cases = [
    ("n : dec; check : u16", [{"n": 5, "check": 1}, {"n": 5, "check": 0x0130}]),
    ("x : float; y : hex[2]", [{"x": 1.5, "y": 0xA5}, {"x": -0.25, "y": 0xF1}]),
    ("x : dec; y : int; CR", [{"x": 1, "y": -2}]),
    ("STX; n : dec; t : text; CR", [{"n": 1, "t": "a"}, {"n": 1, "t": ""}]),
    ('STX; skip "/"; y : u8; CR', [{"y": 1}]),
    ('STX; skip "/" max 4 send 4; y : u8; CR', [{"y": 1}, {"y": 0x2F}]),
    ('STX; xs : [u8] until ";"; y : text; CR', [{"xs": [], "y": ";"}, {"xs": [1], "y": ";;"}]),
    ('STX; xs : [text] sep LF until x"0A 0A"; LF LF', [{"xs": []}, {"xs": ["a", "b"]}]),
    ('STX; x : text until ";"; y : u8; CR', [{"x": "", "y": 0x3B}, {"x": "a", "y": 0x3B}]),
    ('STX; x : text until ";"; y : u8; ";"; CR', [{"x": "ab", "y": 1}]),
]
REFUSED: Cases = [
    ("n : dec; check : u16", [{"n": 5, "check": 0x3031}]),
    ("n : dec; check : u8 = sum(..); m : u8", [{"n": 5, "m": 1}]),
    ("x : float; y : hex[2]", [{"x": 1.5, "y": 0xE5}, {"x": 1.5, "y": 0x15}]),
    ("x : dec; y : int; CR", [{"x": 1, "y": 2}]),
    ("STX; n : dec; t : text; CR", [{"n": 1, "t": "0"}]),
    ('STX; skip "/"; y : u8; CR', [{"y": 0x2F}]),
    ('STX; skip "/" max 4 send 3; y : u8; CR', [{"y": 0x2F}]),
    ('STX; xs : [u8] until ";"; y : text; CR', [{"xs": [], "y": ""}, {"xs": [1], "y": "a;"}]),
    ('STX; x : text until ";"; y : u8; CR', [{"x": "", "y": 1}]),
]


@pytest.mark.parametrize("body", NEVER)
def test_what_can_never_be_told_apart_is_not_compiled(body: str) -> None:
    compilation = compile_source(Source("running_on.proto", f"{HEAD}event m {{ {body} }}"))
    assert [diagnostic.code for diagnostic in compilation.diagnostics] == ["E0409"]


def written(body: str, values: dict[str, Any]) -> tuple[str, ...]:
    """What both readings make of a message, which is read back as it was."""
    found = compiled(f"{HEAD}event m {{ {body} }}")
    assert found is not None
    cls = found.messages()[0][1]
    message = cls(**values)
    straight = outcome(message.encode)
    assert straight == outcome(cls.construct.declarative.build, message)
    if straight[0] == "done":
        assert cls.decode(message.encode()) == message
    return straight


@pytest.mark.parametrize("body, values", [(body, one) for body, row in WRITTEN for one in row])
def test_what_is_told_apart_is_written(body: str, values: dict[str, Any]) -> None:
    assert written(body, values)[0] == "done"


@pytest.mark.parametrize("body, values", [(body, one) for body, row in REFUSED for one in row])
def test_what_would_be_read_as_something_else_is_refused(body: str, values: dict[str, Any]) -> None:
    assert written(body, values) == ("refused",)
