"""Values whose bits stand in two integers: both readings write, refuse and read them alike."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from tests.properties.modules import compiled, outcome

SAID = [
    "", "signed", "scale 0.1", "default 512", "range 2..900", "signed scale -0.5", "= 512",
    "as bool", "as { a = 32, b = 64 }",
]  # fmt: skip
LOW = ["[7..0] @11..4", "[7..4] @15..12", "[6..1] @11..6"]
AROUND = [
    "{}", "if kind == 1 {{ {} }}", "coded hex {{ {} }}; CR", "repeat list count 1 {{ {} }}"
]  # fmt: skip
GIVEN: list[Any] = [
    None, 0, 1, 2, 32, 64, 96, 512, 1024, -32, 3.2, 25.6, 0.5, True, "x", b"x", [1], float("nan"),
]  # fmt: skip


@pytest.mark.parametrize("low", LOW)
@pytest.mark.parametrize("said", SAID)
def test_pieces_of_one_value(said: str, low: str) -> None:
    pieces = f"_ : u8 {{ level[9..8] @1..0 {said} }}; _ : u16 {{ level{low} }}"
    for around in AROUND:
        text = f"event m {{ STX; kind : u8; {around.format(pieces)} }}"
        found = compiled(f"protocol pieces\nlink tcp client\n{text}")
        assert found is not None
        cls = found.messages()[0][1]
        for given, kind in product(GIVEN, (0, 1)):
            values = dict(cls.BLANK) | {"kind": kind}
            if "level" in cls.__struct_fields__:
                values["level"] = given
            message = cls(**values)
            straight = outcome(message.encode)
            assert straight == outcome(cls.construct.declarative.build, message), (text, values)
            if straight[0] == "done":
                octets = message.encode()
                read = outcome(cls.decode, octets)
                assert read == outcome(cls.construct.declarative.parse, octets)
                assert read[0] == "done", (text, values)


@pytest.mark.parametrize("bits", ["_ : u8 { on @1..0 as bool }", "flags : u8 { on @1..0 as bool }"])
def test_what_is_true_or_false_is_nothing_else(bits: str) -> None:
    found = compiled(f"protocol pieces\nlink tcp client\nevent m {{ {bits}; CR }}")
    assert found is not None
    cls = found.messages()[0][1]
    for value, kind in ((True, "done"), (1, "done"), (2, "refused"), (-1, "refused")):
        group = cls.BLANK.get("flags")
        values: dict[str, Any] = {"on": value}
        message = cls(**(values if group is None else {"flags": type(group)(**values)}))
        assert outcome(message.encode)[0] == kind
        assert outcome(cls.construct.declarative.build, message)[0] == kind
