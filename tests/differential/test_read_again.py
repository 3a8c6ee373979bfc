"""Bytes that are read again, by the straight-line code and by the declarative layout."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protoc.runtime import EncodeError, Message
from tests.compiler.describing import codes
from tests.golden.read_again.device import Maybe, Reading, Rows, Setting, State, Status
from tests.properties.modules import compiled, outcome

FRAMES = [
    (Reading, bytes.fromhex("0202050100003039 71")),
    (Reading, bytes.fromhex("02020502 0102FFFF 0C")),
    (Reading, bytes.fromhex("020202 09FF 0C")),
    (Setting, b"GAIN CH2=-3dB\r"),
    (Setting, b"GAIN 12dB\r"),
    (Status, b"S\x01\x07"),
    (Rows, b"R2d012xFFF"),
    (Maybe, b"M,CH1=5dB!"),
]


@given(st.sampled_from(FRAMES), st.data())
def test_both_read_the_same(frame: tuple[type[Message], bytes], data: st.DataObject) -> None:
    cls, octets = frame
    at = data.draw(st.integers(0, len(octets) - 1))
    byte = data.draw(st.one_of(st.binary(min_size=1, max_size=1), st.sampled_from([b"=", b"0"])))
    for changed in (octets, octets[:at], octets[:at] + byte + octets[at + 1 :]):
        straight = outcome(lambda changed=changed: cls.decode_prefix(changed, 0)[0])
        assert straight == outcome(cls.construct.declarative.parse, changed), changed


numbers = st.none() | st.integers(-3, 300)
texts = st.none() | st.sampled_from(["CH2=-3dB", "5dB", "x", "", "1dB\r"])
octets = st.none() | st.sampled_from([b"", b"\x01\x07", b"\0\0\x30\x39", b"\x01\x02\xff\xff"])


@given(
    st.builds(Reading, register=st.integers(0, 3), raw=octets, volume=numbers)
    | st.builds(Setting, answer=texts, channel=numbers, gain=numbers)
    | st.builds(Status, word=octets, state=st.none() | st.sampled_from(State), level=numbers)
)
def test_both_write_the_same(message: Message) -> None:
    straight = outcome(message.encode)
    assert straight == outcome(type(message).construct.declarative.build, message)


def test_either_is_enough_and_both_agree() -> None:
    assert Setting(gain=-3, channel=2).encode() == Setting(answer="CH2=-3dB").encode()
    assert Setting(answer="CH2=-3dB", gain=-3).encode() == b"GAIN CH2=-3dB\r"
    with pytest.raises(EncodeError, match="gain: expected -3, which `answer` holds, got 4"):
        Setting(answer="CH2=-3dB", gain=4).encode()
    with pytest.raises(EncodeError, match="gain: expected a value"):
        Setting(channel=2).encode()


@pytest.mark.parametrize(
    "layout, values, octets",
    [
        ('in : text also { n : dec; "!"; x : text }; "5"', {"n": 1, "x": "a"}, b"\x021!a5"),
        ('in : text also { n : dec; "!"; x : text }; "5"', {"n": 1, "x": "5"}, None),
        ('in : text also { n : dec; "!"; x : text }; "5"', {"in_": "5!a"}, None),
        ('in : text like "1*" also { n : dec; "!"; x : text }; ","', {"n": 1, "x": ""}, b"\x021!,"),
        ('in : text like "1*" also { n : dec; "!"; x : text }; ","', {"n": 7, "x": ""}, None),
        ("n : u8 = len(in); in : bytes also { x : u8; y : u8? }", {"x": 1}, b"\x02\x01\x01"),
        ("n : u8 = len(in); in : bytes also { x : u8; y : u8? }", {"x": 1, "y": 2}, b"\x02\2\1\2"),
        ("n : u8 = len(in); in : bytes also { x : u8; y : u8? }", {"y": 2}, None),
        (
            "n : u8 = len(in); in : bytes also { x : u8 default 3; y : u8? }",
            {"y": 2},
            b"\x02\2\3\2",
        ),
        ("n : u8 = len(in); in : bytes also { x : u8 default 3; y : u8? }", {}, None),
    ],
)
def test_both_write_what_is_put_together(
    layout: str, values: dict[str, object], octets: bytes | None
) -> None:
    made = compiled(f"protocol p\nlink tcp client\nevent e {{ STX; {layout} }}")
    assert made is not None
    cls = made.messages()[0][1]
    message = cls(**values)
    declarative: Any = cls.construct.declarative
    for encode in (message.encode, lambda: declarative.build(message)):
        if octets is None:
            with pytest.raises(EncodeError):
                encode()
        else:
            assert encode() == octets
            assert cls.decode(octets).encode() == octets


@pytest.mark.parametrize(
    "layout, code",
    [
        ("n : u8 = len(in); in : bytes also { if n > 1 { y : u8 } else { z : u16 } }", "E0308"),
        ("in : bytes[2] reversed also { y : u16 }", "E0404"),
    ],
)
def test_what_cannot_be_put_together_is_not_compiled(layout: str, code: str) -> None:
    assert codes(f"link tcp client\nevent e {{ STX; {layout} }}") == [code]
