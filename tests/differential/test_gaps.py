"""Items that may be absent: nothing stands between two separators."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protoc.runtime import EncodeError
from protoc.runtime.values import plain_fields
from tests.compiler.describing import codes
from tests.properties.modules import compiled, outcome

DESCRIPTION = """
protocol gaps
link tcp client
event texts { "T"; xs : [text?] sep ","; LF }
event counted { "C"; xs : [dec?] sep "," count 3; "*" }
event until { "U"; xs : [float?] sep "," until ";"; ";" }
event fixed { "F"; xs : [hex[2]?] sep "," count 2; LF }
event labels { "L"; xs : [text? as state { on = "1", off = "0" }] sep "," until ";"; ";" }
"""
MODULE = compiled(DESCRIPTION)
assert MODULE is not None
MESSAGES = MODULE.module.PROTOCOL.messages
TEXTS, COUNTED, UNTIL, FIXED, LABELS = MESSAGES


@pytest.mark.parametrize(
    "kind, data, values",
    [
        (TEXTS, b"Ta,,b,\n", ["a", None, "b", None]),
        (TEXTS, b"T,a\n", [None, "a"]),
        (TEXTS, b"T\n", []),
        (COUNTED, b"C1,,03*", [1, None, 3]),
        (COUNTED, b"C,,*", [None, None, None]),
        (UNTIL, b"U1.5,,-2;", [1.5, None, -2]),
        (FIXED, b"F0A,\n", [10, None]),
        (LABELS, b"L1,,0;", ["1", None, "0"]),
    ],
)
def test_nothing_is_none(kind: Any, data: bytes, values: list[Any]) -> None:
    read = kind.decode(data)
    assert read.xs == values
    assert kind.decode(read.encode()) == read == kind.construct.declarative.parse(data)
    assert kind.construct.declarative.build(read) == read.encode()


def test_a_text_of_no_characters_is_none() -> None:
    for write in (TEXTS(xs=["", "a"]).encode, lambda: TEXTS.construct.build(TEXTS(xs=[""]))):
        with pytest.raises(EncodeError):
            write()
    with pytest.raises(EncodeError, match="not a single empty item"):
        TEXTS(xs=[None]).encode()


@given(st.sampled_from(MESSAGES), st.text("019.,;*\n-aF", max_size=12))
@settings(max_examples=300)
def test_both_readings_agree(kind: Any, rest: str) -> None:
    data = kind.STARTS[0] + rest.encode()
    straight = outcome(lambda: kind.decode_prefix(data)[0])
    assert outcome(kind.construct.declarative.parse, data) == straight
    if straight[0] == "done":
        read, _ = kind.decode_prefix(data)
        assert outcome(kind.construct.declarative.build, read) == outcome(read.encode)


def test_what_cannot_be_absent_says_so() -> None:
    for field in ("[u8?] sep ','", "[text?] count 2", "[dec?]"):
        assert "E0409" in codes(f"event e {{ 0x01; xs : {field}; LF }}")


def test_people_see_numbers_in_lists_in_hexadecimal() -> None:
    found = compiled(
        """protocol p
link tcp client
param serial : u16 as hex
event e {
    "E"
    xs : [hex[2]? as hex] sep "," until ";"; ";"
    serial
    rows : [[u8 as hex] count 2] count 1
}
"""
    )
    assert found is not None
    (kind,) = found.module.PROTOCOL.messages
    shown = plain_fields(kind.decode(b"E1F,;\x01\x02\x0a\x0b"))
    assert shown == {"xs": ["0x1f", None], "serial": "0x102", "rows": [["0xa", "0xb"]]}
    assert found.module.PROTOCOL.params[0].hex
