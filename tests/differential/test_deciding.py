"""What is wrong is told as soon as the bytes are there that show it, by both readings alike."""

from __future__ import annotations

import pytest

from protoc.runtime import Incomplete, Message
from protoc.runtime.found import FoundRejected
from protoc.runtime.framing import Framer
from protoc.runtime.work import found_in
from tests.properties.modules import compiled, outcome

HEAD = "protocol deciding\nlink tcp client\n"
LETTERED = 'event m { "R,"; size : dec[4] = len(value); ","; value : text[3] }'
COUNTED = "event m { STX; _ : u8 { n @3..0 = len(a..b) }; a : u16; b : u8; again : u8 = n; ETX }"
MEASURED = "event m { STX; size : u8 = len(value); value : bytes; again : u8 = size; tail : u32 }"
CHECKED = "event m { STX; a : u16; check : u8 = sum(..); b : u32; CR }"
CLOSED = "event m { STX; a : u16; check : u8 = sum(..); CR }"
ENDED = 'event m { "V="; value : text; "," ; size : dec[2] = len(value); unit : text[4]; CR }'
CHOSEN = "event m { kind : u8; if kind == 1 { size : u8 = len(a); a : u16; b : u32 } else { ETX } }"
CODED = "event m { STX; coded hex { size : u8 = len(a); a : u16; b : u8 }; CR }"

CASES = [
    (LETTERED, b"R,0002", "length", "size", 2),
    (LETTERED, b"R,000x", "value", "size", 2),
    (COUNTED, b"\x02\x02", "length", "n", 1),
    (COUNTED, b"\x02\x03\0\0\0\4", "length", "again", 5),
    (MEASURED, b"\x02\x01a\x02", "length", "again", 3),
    (CHECKED, b"\x02\0\1\4", "crc", "check", 3),
    (CLOSED, b"\x02\0\1\4\r", "crc", "check", 3),
    (CLOSED, b"\x02\0\1\4\n", "constant", "", 4),
    (ENDED, b"V=abc,04", "length", "size", 6),
    (CHOSEN, b"\1\3", "length", "size", 1),
    (CHOSEN, b"\2\2", "constant", "", 1),
    (CODED, b"\x0203000000\r", "length", "size", 1),
]


def event(text: str) -> type[Message]:
    found = compiled(HEAD + text)
    assert found is not None
    return found.messages()[0][1]


@pytest.mark.parametrize("text, data, reason, field, at", CASES)
def test_the_last_byte_shows_it(text: str, data: bytes, reason: str, field: str, at: int) -> None:
    cls = event(text)
    told = ("rejected", reason, field, str(at))
    for behind in (b"", b"\0", bytes(20)):
        assert outcome(lambda: cls.decode_prefix(data + behind)) == told  # noqa: B023
        assert outcome(cls.construct.declarative.parse, data + behind) == told
    for end in range(len(data)):
        assert outcome(lambda: cls.decode_prefix(data[:end])) == ("incomplete",)  # noqa: B023
        assert outcome(cls.construct.declarative.parse, data[:end]) == ("incomplete",)


def test_a_framer_holds_no_message_that_is_none() -> None:
    (rejected, *_) = Framer([event(LETTERED)]).feed(b"R,0002,TT")
    assert isinstance(rejected, FoundRejected)
    assert rejected.error.reason == "length"
    assert rejected.data == b"R,0002"


@pytest.mark.parametrize(
    "kind, text, end",
    [
        ("float", b"0.5.9", 4), ("float", b"1.98E+0.", 8), ("float", b"..5", 2), ("int", b"+5+", 3),
        ("int", b"+-", 2), ("dec", b"12-", 3), ("hex", b"1G", 2),
    ],
)  # fmt: skip
def test_a_number_ends_where_nothing_can_go_on(kind: str, text: bytes, end: int) -> None:
    cls = event(f'event m {{ value : {kind}; ";" }}')
    for there in range(1, len(text) + 1):
        straight = outcome(lambda: cls.decode_prefix(text[:there]))  # noqa: B023
        assert straight == outcome(cls.construct.declarative.parse, text[:there])
        assert straight[0] == ("incomplete" if there < end else "rejected")


def test_what_ends_a_message_is_compared_as_far_as_it_is_there() -> None:
    cls = event('event m { n : u8; text : bytes[n]; "END" }')
    for data, kind in ((b"\1aEN", "incomplete"), (b"\1aEX", "rejected"), (b"\1aX", "rejected")):
        assert outcome(lambda: cls.decode_prefix(data))[0] == kind  # noqa: B023
        assert outcome(cls.construct.declarative.parse, data)[0] == kind


def test_what_is_known_to_be_wrong_is_a_response_only_as_a_whole() -> None:
    kind = event("response r { answer : text[2]; a : u8 = sum(answer); b : u8 = sum(answer) }")
    with pytest.raises(Incomplete) as more:
        found_in(kind, b"ab\x00")
    assert more.value.needed == 4
    reading, end = found_in(kind, b"ab\x00\x00\x00")
    assert (reading.data, end) == (b"ab\x00\x00", 4)
