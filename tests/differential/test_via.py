"""Conversions by a formula: both codecs agree on them, and turn round what can be."""

from __future__ import annotations

import pytest

from protoc.runtime import DecodeError, EncodeError
from tests.properties.modules import compiled, outcome

DESCRIPTION = """
protocol via
link tcp client :4000
response meter {
    level : u8 via log10(x) * 20
    share : u8 via 100 / (x + 1)
    step  : i8 via (x - 5) / 2 range -60..60
    area  : u8 via x ** 2
    text  : dec[1] via x / 2
}
response odd { rest : u8 via (x % 7) ** 2 }
event steep { power : u32 via 2 ** x }
"""
MODULE = compiled(DESCRIPTION)
assert MODULE is not None
METER, ODD, STEEP = MODULE.module.PROTOCOL.messages


def test_values_are_what_the_formula_says() -> None:
    data = bytes([100, 1, 25, 3]) + b"7"
    read = METER.decode(data)
    assert (read.level, read.share, read.step, read.area, read.text) == (40, 50, 10, 9, 3.5)
    assert read.encode() == data


def test_a_number_without_a_value_is_rejected() -> None:
    with pytest.raises(DecodeError, match="has a value"):
        METER.decode(bytes([0, 1, 25, 3]) + b"7")


def test_what_cannot_be_turned_round_is_only_read() -> None:
    assert ODD.decode(b"\x0a").rest == 9
    assert ODD(rest=0).encode() == b"\0"
    with pytest.raises(EncodeError):
        ODD(rest=9).encode()


def test_both_codecs_agree_on_every_byte() -> None:
    for octet in range(256):
        for data in (bytes([octet] * 4) + b"7", bytes([octet])):
            kind = METER if len(data) == 5 else ODD
            straight = outcome(lambda d=data, k=kind: k.decode(d))
            assert outcome(kind.construct.declarative.parse, data) == straight, data
            if straight[0] == "done":
                read = kind.decode(data)
                written = outcome(read.encode)
                assert outcome(kind.construct.declarative.build, read) == written, data


def test_a_power_beyond_all_numbers_is_no_value() -> None:
    assert STEEP.decode(b"\0\0\0\x0a").power == 1024
    for data in (b"\0\0\x10\0", b"\xff\xff\xff\xff"):
        straight = outcome(lambda d=data: STEEP.decode(d))
        assert straight[0] == "rejected"
        assert outcome(STEEP.construct.declarative.parse, data) == straight
