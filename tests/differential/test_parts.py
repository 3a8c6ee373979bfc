"""Messages as parts of others: what they are given, and the frames they stand in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.compiler.describing import codes
from tests.properties.modules import compiled, outcome

DESCRIPTION = """
protocol parts
link tcp client
message frame(mark=0x3A) {
    mark
    code : u8
    size : u8 = len(data)
    data : body
    check : u8 = sum(..)
}
message inner(wide) in frame(code=3) { x : u8; if wide == 1 { y : u8 } }
message other(kind, size=2) { x : u8; if kind > 1 { y : bytes[size] } }
event given { 0x01; k : u8; o : other(k); p : [other(k, size=1)] count 2; last : other(kind=k * 2) }
event bare { 0x02; k : u8; other(k, 3) }
event framed { 0x03; k : u8; i : inner(k); xs : [inner(1)] count 1 }
event both { 0x04; k : u8; inner(k); if x == 7 { more : u8 } }
"""
MODULE = compiled(DESCRIPTION)
assert MODULE is not None
MESSAGES = MODULE.module.PROTOCOL.messages
GIVEN, BARE, FRAMED, BOTH = MESSAGES


def test_a_part_is_what_it_is_told() -> None:
    read = GIVEN.decode(bytes([1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]))
    assert (read.o.y, [each.y for each in read.p], read.last.y) == (
        b"\6\7",
        [b"\x09", b"\x0b"],
        b"\x0d\x0e",
    )
    assert GIVEN.decode(bytes([1, 0, 5, 6, 7, 8])).o.y is None
    assert BARE.decode(bytes([2, 2, 5, 6, 7, 8])).y == b"\6\7\x08"


def test_a_part_stands_in_its_frame() -> None:
    inner = bytes([0x3A, 3, 1, 7])
    data = bytes([3, 0]) + inner + bytes([sum(inner) & 255])
    wide = bytes([0x3A, 3, 2, 8, 9])
    data += wide + bytes([sum(wide) & 255])
    read = FRAMED.decode(data)
    assert (read.i.x, read.i.y, read.xs[0].x, read.xs[0].y) == (7, None, 8, 9)
    assert read.encode() == data == FRAMED.construct.declarative.build(read)


def test_fields_of_a_framed_part_are_fields_here() -> None:
    inner = bytes([0x3A, 3, 1, 7])
    data = bytes([4, 0]) + inner + bytes([sum(inner), 9])
    read = BOTH.decode(data)
    assert (read.x, read.more) == (7, 9)
    assert read.encode() == data


@given(st.sampled_from(MESSAGES), st.binary(max_size=16))
@settings(max_examples=300)
def test_both_readings_agree(kind: Any, data: bytes) -> None:
    data = kind.STARTS[0] + data
    straight = outcome(lambda: kind.decode_prefix(data)[0])
    assert outcome(kind.construct.declarative.parse, data) == straight
    if straight[0] == "done":
        read, end = kind.decode_prefix(data)
        assert read.encode() == data[:end] == kind.construct.declarative.build(read)


@pytest.mark.parametrize(
    "text, code",
    [
        ("message m(k) { 0x05; x : u8; if k == 1 { y : u8 } }", "E0204"),
        ("message m(k) { x : u8; if k == 1 { y : u8 } }\nevent e { 0x01; m }", "E0204"),
        ("message m(k) { x : u8 }\nevent e { 0x01; a : m }", "E0204"),
        ("message m(k) { x : u8 }\nevent e { 0x01; m(1, 2) }", "E0204"),
        ("message m { x : u8 }\nevent e { 0x01; m(1) }", "E0204"),
    ],
)
def test_what_a_part_is_not_given_is_said(text: str, code: str) -> None:
    assert codes(f"link tcp client\n{text}") == [code]
