"""Values without bytes: what is decoded, what is made by hand, and both readings agree on them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protoc.runtime import EncodeError
from tests.compiler.describing import codes
from tests.properties.modules import compiled, outcome

DESCRIPTION = """
protocol meter
link tcp client
event reading {
    0x01
    pulses : u16 scale 0.5
    hours  : u8
    flags  : u8 { half @7 as bool, kind @6..0 }
    let kwh   = pulses / 1000
    let power = kwh / hours
    let whole = hours * 2 - 1
    let again = whole > 5 and not flags.half
    let db    = log10(hours) * 20
    if again { extra : bytes[whole] }
}
event kinds {
    0x02
    kind : u8
    match kind {
        0 => value : dec[2]
        1, 2 => { base : i8; exponent : i8; let value = base * 10 ** exponent }
        _ => let value = 17
    }
    optional { ","; note : text; let long = kind == 2 }
    either { "#"; wide : dec[3]; let size = wide * 10 } or { "@"; size : dec[1] }
    "."
}
message point { x : i8; y : i8; let away = (x * x + y * y) ** 0.5 }
event places { 0x03; n : u8 = count(points); points : [point] count n; data : bytes[2] also point }
"""


def first(text: str) -> Any:
    """The first message of a description."""
    found = compiled(f"protocol p\nlink tcp client\n{text}\n")
    assert found is not None, codes(text)
    return found.module.PROTOCOL.messages[0]


MODULE = compiled(DESCRIPTION)
assert MODULE is not None
FLAGS = MODULE.module.ReadingFlags
READING, KINDS, PLACES = MODULE.module.PROTOCOL.messages


def test_they_are_computed_when_the_object_is_made() -> None:
    made = READING(pulses=1000, hours=4, flags=FLAGS(half=True))
    assert (made.kwh, made.power, made.whole, made.again) == (1, 0.25, 7, False)
    assert made.db == pytest.approx(12.0412)
    assert READING.decode(made.encode()) == made


def test_what_has_no_value_is_none() -> None:
    read = READING.decode(bytes([1, 0, 2, 0, 0]))
    assert (read.power, read.db, read.whole) == (None, None, -1)
    assert read.encode() == bytes([1, 0, 2, 0, 0])


def test_one_stands_for_its_formula_in_conditions_and_sizes() -> None:
    read = READING.decode(bytes([1, 0, 2, 4, 0]) + b"sevenby")
    assert (read.again, read.whole, read.extra) == (True, 7, b"sevenby")


def test_one_that_is_given_must_agree() -> None:
    near = READING(pulses=1000, hours=3, power=0.333333333333, flags=FLAGS())
    assert near.encode() == bytes([1, 7, 208, 3, 0])
    for wrong in ({"kwh": 2.0}, {"again": True}, {"whole": 6}):
        given = READING(pulses=1000, hours=3, flags=FLAGS(), **wrong)
        for write in (given.encode, lambda g=given: READING.construct.declarative.build(g)):
            with pytest.raises(EncodeError, match="computed"):
                write()
    near.pulses = 2000
    with pytest.raises(EncodeError, match="which is computed"):
        near.encode()


@pytest.mark.parametrize(
    "values, data",
    [
        ({"kind": 0, "value": 42, "size": 7}, b"\2\00042@7."),
        ({"kind": 1, "base": -3, "exponent": -1, "size": 7}, b"\2\1\xfd\xff@7."),
        ({"kind": 2, "base": 4, "exponent": 2, "note": "a", "wide": 12}, b"\2\2\4\2,a#012."),
        ({"kind": 9, "size": 1}, b"\2\x09@1."),
    ],
)
def test_ways_have_a_name_together(values: dict[str, Any], data: bytes) -> None:
    made = KINDS(**values)
    assert made.encode() == KINDS.construct.declarative.build(made) == data
    assert KINDS.decode(data) == KINDS.construct.declarative.parse(data) == made
    tells = {0: 42, 1: -0.3, 2: 400, 9: 17}
    assert made.value == pytest.approx(tells[made.kind])
    assert made.long == (None if made.note is None else made.kind == 2)
    assert made.size == (120 if made.wide is not None else values["size"])


@pytest.mark.parametrize("wrong", [{"long": True}, {"kind": 9, "value": 3}])
def test_one_of_a_way_that_is_not_gone_is_refused(wrong: dict[str, Any]) -> None:
    made = KINDS(**({"kind": 0, "value": 1, "size": 1} | wrong))
    for write in (made.encode, lambda: KINDS.construct.declarative.build(made)):
        with pytest.raises(EncodeError):
            write()


def test_objects_have_them_wherever_they_stand() -> None:
    read = PLACES.decode(bytes([3, 1, 3, 4, 6, 8]))
    assert ([each.away for each in read.points], read.away) == ([5.0], 10.0)
    assert read.encode() == bytes([3, 1, 3, 4, 6, 8])


@given(st.binary(max_size=14), st.sampled_from([1, 2, 3]))
@settings(max_examples=300)
def test_both_readings_agree(data: bytes, first: int) -> None:
    kind = (READING, KINDS, PLACES)[first - 1]
    data = bytes([first]) + data
    straight = outcome(lambda: kind.decode_prefix(data)[0])
    assert outcome(kind.construct.declarative.parse, data) == straight
    if straight[0] == "done":
        read, _ = kind.decode_prefix(data)
        assert outcome(kind.construct.declarative.build, read) == outcome(read.encode)


@pytest.mark.parametrize(
    "body, code",
    [
        ("size : u8 = len(d); d : bytes; let n = size - 1", "E0312"),
        ("f : u8; repeat xs until end { raw : u8; let v = raw * f }", "E0312"),
        ("a : u8; b : u8; let c = a / b; if c > 3 { d : u8 }", "E0312"),
        ("a : u8; let b = a / 0", "E0312"),
        ('a : u8; let b = a + "x"', "E0605"),
        ("a : f32; let b = a & 3", "E0605"),
        ("a : u8; b : u8; let c = a << b", "E0312"),
        ('a : char; let b = a * "x"', "E0312"),
        ("a : bytes[2]; let c = a * 2", "E0312"),
        ("a : u8 via log10(x); let c = a * 2", "E0312"),
        ("a : u8; let c = a / 2; d : bytes[c]", "E0301"),
        ("a : u8; let a = 3", "E0201"),
        ("a : u8; let b = nothing * 2", "E0202"),
        ("a : u8; let b = b + 1", "E0202"),
        ('optional { ","; let b = 3; note : text }; LF', "E0312"),
        ("a : u8; match a { 0 => let b = 1; _ => let b = 2 }; if b == 1 { c : u8 }", "E0312"),
    ],
)
def test_what_cannot_be_computed_says_so(body: str, code: str) -> None:
    assert codes(f"event e {{ 0x01; {body} }}") == [code]


def test_a_param_of_its_name_is_set() -> None:
    text = "param kwh : float\nevent e { 0x01; pulses : u16; let kwh = pulses / 1000 }"
    assert first(text).PARAMS == ("kwh",)


def test_nothing_overflows() -> None:
    kind = first("event e { 0x01; n : u32; let x = 2 ** n; let y = n * 1e308 * 10 }")
    read = kind.decode(b"\1\xff\xff\xff\xff")
    assert read.x is None
    assert math.isinf(read.y)
    assert read.encode() == b"\1\xff\xff\xff\xff"
