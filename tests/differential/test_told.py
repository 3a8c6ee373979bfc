"""What a layout asks of the request and of params: both readings are told it the same way."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protoc.runtime import DecodeError, EncodeError
from protoc.runtime.messages import Known
from tests.compiler.describing import codes
from tests.properties.modules import compiled, outcome

DESCRIPTION = """
protocol store
link tcp client
param wide : bool default 0
param key  : u8 default 7
param mode : text default "a"
param bits : u8 { half @7, kind @1..0 as kinds { none = 0, some = 1 } }
param secret : text default "pw"
command read { 0x01; count : u8; unit : u8 scale 0.5; tag : text[2]; LF }
command keep { 0x02; key : u8; if wide { level : u16 } else { level : u8 } }
response told {
    0x81
    values : [u8] count request.count
    if request.unit > 1 { note : char } else { small : u8 }
    if wide { level : u16 } else { level : u8 }
    repeat rows count 2 { a : u8; if request.count == 2 { b : u8 } }
    let total = request.count * 2
    check : u8 = sum(..) + key + request.count
}
response sized { 0x82; size : u8 = len(data) + key; data : bytes; tail : bytes[request.count - 1] }
response salted {
    0x84; a : u8; optional { "#"; tag : text; ";"; own : u8 = sum(a..tag, request.tag) }
    check : u16 = crc("CRC-16/X-25", .., secret, add(request.count, 1))
}
message point { x : u8; if wide { y : u8 } }
event located {
    0x83
    at : point
    match mode { "a" => more : u8; _ => {} }
    if bits.kind == some { last : u8 }
}
pair read = read -> told | sized | salted
pair keep = keep -> none
"""
MODULE = compiled(DESCRIPTION)
assert MODULE is not None
BITS = MODULE.module.ParamBits
READ, KEEP, TOLD, SIZED, SALTED, LOCATED = MODULE.module.PROTOCOL.messages
REQUEST = READ(count=2, unit=1.5, tag="ab")
DATA = bytes([0x81, 1, 2, 65, 9, 1, 2, 3, 4])


def known(**params: Any) -> Known:
    return Known(REQUEST, params.get)


def test_a_request_and_params_tell_how_to_read() -> None:
    data = DATA + bytes([sum(DATA) + 9 & 255])
    read = TOLD.decode(data, request=REQUEST)
    assert (read.values, read.note, read.level) == ([1, 2], "A", 9)
    assert [row.b for row in read.rows] == [2, 4]
    assert (read.request_count, read.request_unit, read.wide, read.total) == (2, 1.5, False, 4)
    assert read.encode() == data
    wide = DATA[:5] + DATA[4:]
    data = wide + bytes([sum(wide) + 9 & 255])
    assert TOLD.decode(data, request=REQUEST, params={"wide": True}).level == 0x0909
    with pytest.raises(DecodeError):
        TOLD.decode(data, request=REQUEST)


def test_nothing_is_read_that_only_an_unknown_request_tells() -> None:
    with pytest.raises(DecodeError, match=r"request\.count.*a request that tells it"):
        TOLD.decode(DATA)
    with pytest.raises(DecodeError, match=r"request\.count"):
        TOLD.decode(DATA, request=KEEP(key=1, level=2))


def test_what_is_made_by_hand_says_it() -> None:
    made = SIZED(request_count=3, key=5, data=b"abc", tail=b"xy")
    assert made.encode() == b"\x82\x08abcxy" == SIZED.construct.declarative.build(made)
    with pytest.raises(EncodeError, match="tail"):
        SIZED(request_count=2, data=b"abc", tail=b"xy").encode()


def test_checks_cover_what_is_told() -> None:
    """A secret that never goes over the line, and bytes of the request."""
    made = SALTED(secret="pw", request_count=2, request_tag="ab", a=5, tag="x")
    data = made.encode()
    assert data == SALTED.construct.declarative.build(made)
    assert data[:6] == b"\x84\x05#x;" + bytes([sum(b"\x05#xab") & 0xFF])
    assert SALTED.decode(data, request=REQUEST) == made
    with pytest.raises(DecodeError, match="crc"):
        SALTED.decode(data, request=REQUEST, params={"secret": "other"})
    with pytest.raises(DecodeError, match="crc"):
        SALTED.decode(data, request=READ(count=3, unit=1.5, tag="ab"))
    with pytest.raises(EncodeError, match="request_count"):
        SALTED(request_count=300, request_tag="ab", a=5).encode()


def test_params_tell_parts_and_labels() -> None:
    params = {"wide": True, "mode": "b", "bits": BITS(kind=1)}
    read = LOCATED.decode(bytes([0x83, 1, 2, 3]), params=params)
    assert (read.at.x, read.at.y, read.more, read.last) == (1, 2, None, 3)
    assert LOCATED.decode(bytes([0x83, 1, 2])).more == 2


@given(
    st.sampled_from([TOLD, SIZED, SALTED, LOCATED, KEEP]),
    st.binary(max_size=12),
    st.sampled_from([known(), known(wide=True), known(key=1, mode="x", secret="é"), Known()]),
)
@settings(max_examples=400)
def test_both_readings_agree(kind: Any, data: bytes, around: Known) -> None:
    data = kind.STARTS[0] + data
    straight = outcome(lambda: kind.knowing(around)(data, 0, "")[0])
    assert outcome(lambda: kind.construct.declarative.parse(data, known=around)) == straight
    assert outcome(lambda: kind.construct.parse(data, known=around)) == straight
    if straight[0] == "done":
        read, end = kind.knowing(around)(data, 0, "")
        assert read.encode() == data[:end] == kind.construct.declarative.build(read)


SALTY = """
command c { n : u8 }
response r { 0x02; x : u8 = sum(.., request.n) }
pair p = c -> r
"""


@pytest.mark.parametrize(
    "text, code",
    [
        ("event e { 0x01; x : bytes[request.n] }", "E0310"),
        ("command c { 0x01 }\nresponse r { 0x02; x : bytes[request.n] }\npair p = c -> r", "E0310"),
        ("param w : u8\nevent e { 0x01; if w == 1 { x : u8 }; w : u8 }", "E0201"),
        ("response r { 0x01; if request { x : u8 } }", "E0605"),
        ("param w : u8 { a @0 }\nevent e { 0x01; if w == 1 { x : u8 } }", "E0605"),
        ("response r { 0x01; x : u8 = sum(.., request.n) }", "E0310"),
        (SALTY.replace("n : u8", "n : [u8] count 2"), "E0310"),
        ("message m { x : u8 = sum(x, request.n) }\nevent e { 0x02; m : m }", "E0304"),
        ("message m { y : u8; x : u8 = sum(y, request.n) }\nevent e { 0x02; m : m }", "E0303"),
        ("param w\nevent e { 0x01; x : u8 = sum(.., w) }", "E0303"),
        ("event e { 0x01; if nobody == 1 { x : u8 } }", "E0202"),
        ("param w : u8 { a @0 }\nevent e { 0x01; if w.b == 1 { x : u8 } }", "E0202"),
    ],
)
def test_what_nobody_tells_is_said(text: str, code: str) -> None:
    assert code in codes(f"link tcp client\n{text}")
