"""Streams that a link cuts into units: by header and trailer, or by a message with a length."""

from __future__ import annotations

from typing import ClassVar, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protoc.runtime.errors import DecodeError, Incomplete
from protoc.runtime.found import Found
from protoc.runtime.messages import Buffer, Message
from protoc.runtime.protocol import Between, Link, Packets
from protoc.runtime.units import UnitFramer, framer_of


class Note(Message, kw_only=True):
    NAME: ClassVar[str] = "note"
    STARTS: ClassVar = (b"<",)
    text: bytes

    @classmethod
    def decode_prefix(cls, buffer: Buffer, at: int = 0, link: str = "") -> tuple[Self, int]:
        if buffer[at] != 0x3C:
            raise DecodeError("constant", "note", "", 0, b"<", bytes(buffer[at : at + 1]))
        end = buffer.find(b">", at)
        if end < 0:
            raise Incomplete(len(buffer) - at + 1, b">")
        return cls(text=bytes(buffer[at + 1 : end])), end + 1


class Packet(Message, kw_only=True):
    """A length, then so many bytes; 0xFF is no length."""

    NAME: ClassVar[str] = "packet"
    data: bytes

    @classmethod
    def decode_prefix(cls, buffer: Buffer, at: int = 0, link: str = "") -> tuple[Self, int]:
        size = buffer[at]
        if size == 0xFF:
            raise DecodeError("value", "packet", "size", 0, "a length", size)
        if len(buffer) < at + 1 + size:
            raise Incomplete(1 + size)
        return cls(data=bytes(buffer[at + 1 : at + 1 + size])), at + 1 + size


class Three(Message, kw_only=True):
    NAME: ClassVar[str] = "three"
    STARTS: ClassVar = (b"\x03",)
    data: bytes

    @classmethod
    def decode_prefix(cls, buffer: Buffer, at: int = 0, link: str = "") -> tuple[Self, int]:
        if len(buffer) < at + 4:
            raise Incomplete(4)
        if sum(buffer[at + 1 : at + 4]) & 1:
            raise DecodeError("crc", "three", "", 3, 0, 1, 4)
        return cls(data=bytes(buffer[at + 1 : at + 4])), at + 4


ANGLES = (Between(b"<", b">"),)
SHARP = (Between(b"<", b">"), Between(b"##", b"\r\n"))
NESTED = (Between(b"<<", b">>"), Between(b"<", b">"))
LINES = (Between(b"", b"\n"),)
MIXED = (Between(b"<", b">"), Between(b"", b"\n"))
PACKETS = (Packets(Packet),)


def framer(*units: Between | Packets, largest: int = 64) -> UnitFramer:
    made = framer_of(Link("main", "tcp", units=units, largest=largest), [Note, Three])
    assert isinstance(made, UnitFramer)
    return made


def told(*found: Found) -> list[str]:
    lines = []
    for one in found:
        error, message = getattr(one, "error", None), getattr(one, "message", None)
        name = message.NAME if message else error.message if error else ""
        reason = error.reason if error else ""
        kind = type(one).__name__.removeprefix("Found").lower()
        lines.append(" ".join(filter(None, (kind, name, reason, repr(one.data)[2:-1]))))
    return lines


def heard(data: bytes, *units: Between | Packets, largest: int = 64) -> list[str]:
    made = framer(*units, largest=largest)
    return told(*made.feed(data), *made.end())


def test_units_are_cut_out_and_what_stands_between_them_is_garbage() -> None:
    assert heard(b"xy<a>z<b><c>", *ANGLES) == [
        "garbage xy",
        "message note <a>",
        "garbage z",
        "message note <b>",
        "message note <c>",
    ]


def test_a_unit_that_no_message_takes_is_dropped_whole() -> None:
    assert heard(b"##<a>\r\n<b>", *SHARP) == [r"garbage ##<a>\r\n", "message note <b>"]


def test_a_message_must_take_all_of_a_unit() -> None:
    assert heard(b"<<a>b>>", *NESTED) == ["rejected note length <<a>b>>"]


def test_a_damaged_unit_is_dropped_whole() -> None:
    assert heard(b"\x03<a>\x03abd", *PACKETS) == [
        r"rejected three crc \x03<a>",
        r"rejected three crc \x03abd",
    ]


def test_a_unit_that_is_too_short_for_its_message() -> None:
    made = framer(Between(b"\x03", b"."))
    assert told(*made.feed(b"\x03a.")) == [r"rejected three length \x03a."]
    assert made.failed == ()  # it was not whole: whoever waits for it goes on waiting


def test_units_without_headers_follow_each_other() -> None:
    assert heard(b"a\n<b>\n<c>", *LINES) == [
        r"garbage a\n",
        r"rejected note length <b>\n",
        "incomplete <c>",
    ]


def test_with_and_without_headers() -> None:
    assert heard(b"<a>b\n<c>", *MIXED) == ["message note <a>", r"garbage b\n", "message note <c>"]


def test_packets_may_hold_anything() -> None:
    assert heard(b"\x03\x02bb\x00\x03cce", *PACKETS) == [
        r"message three \x03\x02bb",
        r"garbage \x00",
        r"rejected three crc \x03cce",
    ]


def test_no_packet_begins_where_its_length_is_none() -> None:
    assert heard(b"\xff\xff\x03\x00ab", *PACKETS) == [
        r"garbage \xff\xff",
        r"rejected three crc \x03\x00ab",
    ]


def test_what_is_cut_off_yields_to_what_is_whole_inside() -> None:
    assert heard(b"##<a><b>", *SHARP) == ["garbage ##", "message note <a>", "message note <b>"]
    assert heard(b"x##a<b", *SHARP) == ["garbage x", "incomplete ##a<b"]


def test_a_unit_that_never_ends() -> None:
    made = framer(*ANGLES, largest=8)
    assert told(*made.feed(b"<23456789abc<ok>")) == [
        "rejected note too long <2345678",
        "garbage 9abc",
        "message note <ok>",
    ]


@pytest.mark.parametrize("units", [ANGLES, PACKETS])
def test_the_end_is_not_the_last_word(units: tuple[Between | Packets, ...]) -> None:
    made = framer(*units)
    first = b"<a>" if units == ANGLES else b"\x03\x02bb"
    made.feed(first[:2])
    assert made.pending
    assert len(made.end()) == 1
    assert not made.pending
    assert [one.offset for one in made.feed(first)] == [2]


ALL = [ANGLES, SHARP, NESTED, LINES, MIXED, PACKETS]
STREAMS = st.lists(
    st.sampled_from(
        [b"<", b">", b"<a>", b"#", b"##", b"\r", b"\n", b"\r\n", b"\x03\x02bb", b"\xff", b"\x02"]
    )
    | st.binary(max_size=3)
    | st.just(b"x" * 9),
    max_size=20,
).map(b"".join)


@settings(max_examples=500, deadline=None)
@given(STREAMS, st.sampled_from(ALL), st.integers(1, 5))
def test_reports_do_not_depend_on_chunks_and_leave_nothing_out(
    data: bytes, units: tuple[Between | Packets, ...], size: int
) -> None:
    whole, pieces = framer(*units, largest=8), framer(*units, largest=8)
    at_once = [*whole.feed(data), *whole.end()]
    in_pieces = [
        one for at in range(0, len(data), size) for one in pieces.feed(data[at : at + size])
    ]
    in_pieces += pieces.end()
    assert [(one.offset, *told(one)) for one in in_pieces] == [
        (one.offset, *told(one)) for one in at_once
    ]
    assert b"".join(one.data for one in at_once) == data
