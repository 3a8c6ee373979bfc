"""Lists whose items are lists."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protoc.runtime import DecodeError, EncodeError
from tests.compiler.describing import codes
from tests.properties.modules import compiled, outcome

DESCRIPTION = """
protocol tables
link tcp client
message point { x : u8; more : u8; if more > 3 { y : u8 } }
event counted { 0x01; n : u8; rows : [[u8 range 0..9] count 2] count n }
event table { "B"; rows : [[dec] sep ","] sep ";"; LF }
event deep { 0x03; n : u8; m : u8; rows : [[[point] count n] count m] count 2 }
event names { "E"; rows : [[text] sep "," count 2] sep ";" until "."; "." }
event until { 0x06; rows : [[i16 scale 0.5] count 2] until 0xFF; 0xFF }
"""
MODULE = compiled(DESCRIPTION)
assert MODULE is not None
MESSAGES = MODULE.module.PROTOCOL.messages
COUNTED, TABLE, DEEP, NAMES, UNTIL = MESSAGES


@pytest.mark.parametrize(
    "kind, data, rows",
    [
        (COUNTED, b"\1\2\1\2\3\4", [[1, 2], [3, 4]]),
        (COUNTED, b"\1\0", []),
        (TABLE, b"B1,2;3;\n", [[1, 2], [3], []]),
        (TABLE, b"B\n", []),
        (NAMES, b"Ea,b;,c.", [["a", "b"], ["", "c"]]),
        (UNTIL, b"\6\0\1\0\2\0\3\0\4\xff", [[0.5, 1], [1.5, 2]]),
    ],
)
def test_rows_are_lists(kind: Any, data: bytes, rows: list[Any]) -> None:
    read = kind.decode(data)
    assert read.rows == rows
    assert read.encode() == data == kind.construct.declarative.build(read)
    assert kind.construct.declarative.parse(data) == read


def test_objects_stand_in_them() -> None:
    data = bytes([3, 1, 2, *(1, 0, 2, 4, 5), *(3, 0, 4, 0)])
    read = DEEP.decode(data)
    assert [[[p.x for p in r] for r in rows] for rows in read.rows] == [[[1], [2]], [[3], [4]]]
    assert read.rows[0][1][0].y == 5
    assert read.encode() == data == DEEP.construct.declarative.build(read)


def test_errors_say_which_item() -> None:
    for read in (COUNTED.decode, COUNTED.construct.declarative.parse):
        with pytest.raises(DecodeError) as caught:
            read(b"\1\2\1\2\3\x0a")
        assert caught.value.field == "rows[1][1]"
    with pytest.raises(EncodeError):
        COUNTED(n=1, rows=[[1]]).encode()
    with pytest.raises(EncodeError):
        COUNTED.construct.declarative.build(COUNTED(n=1, rows=[[1]]))


def test_what_nobody_could_count_is_refused() -> None:
    with pytest.raises(DecodeError, match="at least one byte"):
        DEEP.decode(bytes([3, 0, 200]))
    with pytest.raises(EncodeError):
        DEEP(n=0, m=1, rows=[[[]], [[]]]).encode()


@given(st.sampled_from(MESSAGES), st.binary(max_size=14) | st.text("12,;.\n", max_size=12))
@settings(max_examples=400)
def test_both_readings_agree(kind: Any, rest: bytes | str) -> None:
    data = kind.STARTS[0] + (rest if isinstance(rest, bytes) else rest.encode())
    straight = outcome(lambda: kind.decode_prefix(data)[0])
    assert outcome(kind.construct.declarative.parse, data) == straight
    if straight[0] == "done":
        read, _ = kind.decode_prefix(data)
        assert outcome(kind.construct.declarative.build, read) == outcome(read.encode)


@pytest.mark.parametrize(
    "field, code",
    [
        ("[[dec] sep ',' count 2] count 2", "E0409"),
        ("[[u8] until 0x00] count 2", "E0404"),
        ("[[u8] while previous > 3] count 2", "E0404"),
        ("[[text?] sep ','] sep ';'", "E0404"),
    ],
)
def test_inner_lists_end_in_few_ways(field: str, code: str) -> None:
    assert code in codes(f"event e {{ 0x01; n : u8; xs : {field}; LF }}")
