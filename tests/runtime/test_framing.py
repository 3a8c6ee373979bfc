"""What the framer makes of a stream: top down, from the plain case to the hostile one."""

from __future__ import annotations

from typing import Self

import pytest

from protoc.runtime.errors import DecodeError, Incomplete
from protoc.runtime.found import Found, FoundGarbage, FoundIncomplete, FoundMessage, FoundRejected
from protoc.runtime.framing import Framer
from protoc.runtime.messages import Buffer, Message
from tests.runtime.toys import EVENTS, REPLIES, Ack, Level, Line, Panel, Twins

LEVEL = Level(channel=3, level=50)
PANEL = Panel(keys=4)
LINE = Line(text="hello")


def told(found: list[Found]) -> list[str]:
    """Reports as short lines: `offset kind what`."""
    return [f"{one.offset} {_what(one)}" for one in found]


def _what(one: Found) -> str:
    match one:
        case FoundMessage(message=message):
            return repr(message)
        case FoundRejected(data=data, error=error):
            return f"rejected {data.hex(' ')} {error.message} {error.reason}"
        case FoundGarbage(data=data):
            return f"garbage {data.hex(' ')}"
        case FoundIncomplete(data=data):
            return f"incomplete {data.hex(' ')}"


def read(data: bytes, *messages: type[Message]) -> list[str]:
    framer = Framer(messages or (*REPLIES, *EVENTS))
    return told(framer.feed(data) + framer.end())


# --- in sync ---


def test_messages_back_to_back() -> None:
    data = LEVEL.encode() + PANEL.encode() + b"\x06" + LINE.encode()
    assert read(data) == [
        "0 Level(channel=3, level=50)",
        "6 Panel(keys=4)",
        "11 Ack()",
        "12 Line(text='hello')",
    ]


def test_a_message_is_there_with_its_last_byte_and_not_before() -> None:
    framer = Framer(REPLIES)
    *some, last = LEVEL.encode()
    assert framer.feed(bytes(some)) == []
    assert framer.pending
    assert told(framer.feed(bytes([last]))) == ["0 Level(channel=3, level=50)"]
    assert not framer.pending


def test_the_bytes_of_a_message_come_with_it() -> None:
    framer = Framer(REPLIES)
    framer.feed(b"\xff\x06")
    (found,) = framer.feed(LEVEL.encode())
    assert isinstance(found, FoundMessage)
    assert (found.offset, found.data) == (2, LEVEL.encode())


def test_garbage_is_reported_once_for_a_run() -> None:
    assert read(b"\xff\xfe\xfd" + b"\x06" + b"\xff") == [
        "0 garbage ff fe fd",
        "3 Ack()",
        "4 garbage ff",
    ]


def test_a_first_byte_with_a_wrong_second_is_garbage() -> None:
    """`02` begins frames, but none whose code is 55: nothing can begin there."""
    assert read(b"\x02\x55\x06") == ["0 garbage 02 55", "2 Ack()"]


# --- rejected ---


def test_a_wrong_check_rejects_the_frame() -> None:
    bad = bytes([*LEVEL.encode()[:-1], 0])
    assert read(bad + PANEL.encode()) == [
        "0 rejected 02 91 02 03 32 00 level crc",
        "6 Panel(keys=4)",
    ]


def test_the_error_says_where() -> None:
    framer = Framer((Level,))
    (found,) = framer.feed(bytes([*LEVEL.encode()[:-1], 0]) + b"\xff")
    assert isinstance(found, FoundRejected)
    assert str(found.error) == "level.check at byte 5: crc: expected 0xA0, got 0x00"


def test_a_message_inside_a_rejected_frame_is_found() -> None:
    """The size swallowed what came behind: only the bytes before it stay rejected."""
    lying = b"\x02\x91\x09"
    assert read(lying + PANEL.encode() + b"\x06" + b"\xff" * 4) == [
        "0 rejected 02 91 09 level length",
        "3 Panel(keys=4)",
        "8 Ack()",
        "9 garbage ff ff ff ff",
    ]


def test_what_fails_inside_a_rejected_frame_is_not_told_again() -> None:
    inner = b"\x02\x91\x02\x00\x00\x00"
    assert read(b"\x02\x91\x07" + inner + b"\x00\x00") == [
        "0 rejected 02 91 07 02 91 02 00 00 00 00 00 level length",
    ]


def test_the_candidate_that_explained_most_gives_the_error() -> None:
    class Other(Level, kw_only=True):
        NAME = "other"
        CODE = 0x91

        @classmethod
        def decode_prefix(cls, buffer: Buffer, at: int = 0, link: str = "") -> tuple[Self, int]:
            raise DecodeError("constant", cls.NAME, "code", 1, 0, 1)

    bad = bytes([*LEVEL.encode()[:-1], 0])
    assert read(bad, Other, Level) == ["0 rejected 02 91 02 03 32 00 level crc"]


def test_a_failed_frame_is_known_before_its_report() -> None:
    """Its report waits for what follows, but whoever awaits the reply need not."""
    framer = Framer(REPLIES)
    assert framer.feed(bytes([*LEVEL.encode()[:-1], 0x02])) == []
    assert [(error.message, error.reason) for error in framer.failed] == [("level", "crc")]


# --- waiting ---


def test_an_earlier_candidate_that_may_become_whole_is_waited_for() -> None:
    class Long(Ack):
        NAME = "long"

        @classmethod
        def decode_prefix(cls, buffer: Buffer, at: int = 0, link: str = "") -> tuple[Self, int]:
            if len(buffer) < at + 2:
                raise Incomplete(2)
            raise DecodeError("constant", cls.NAME, "", 1, 0, buffer[at + 1])

    framer = Framer((Long, Ack))
    assert framer.feed(b"\x06") == []
    assert told(framer.feed(b"\xff")) == ["0 Ack()"]
    assert told(framer.end()) == ["1 garbage ff"]
    assert framer.feed(b"\x06") == []
    assert told(framer.end()) == ["2 Ack()"]


def test_the_end_cuts_a_frame_off() -> None:
    assert read(b"\xff" + LEVEL.encode()[:4]) == ["0 garbage ff", "1 incomplete 02 91 02 03"]


def test_the_end_finds_messages_inside_an_unfinished_frame() -> None:
    assert read(b"\x02\x91\xf0" + PANEL.encode() + b"\xff\x02\x91") == [
        "0 garbage 02 91 f0",
        "3 Panel(keys=4)",
        "8 garbage ff",
        "9 incomplete 02 91",
    ]


def test_after_the_end_the_stream_goes_on() -> None:
    framer = Framer(REPLIES)
    framer.feed(b"\x02\x91")
    assert told(framer.end()) == ["0 incomplete 02 91"]
    assert told(framer.feed(b"\x06")) == ["2 Ack()"]
    assert framer.end() == []


def test_candidates_can_change_between_two_messages() -> None:
    framer = Framer((Ack,))
    framer.push(b"\x06" + PANEL.encode())
    first = framer.next()
    framer.expect((Panel,))
    second = framer.next()
    assert first
    assert second
    assert told([first, second]) == ["0 Ack()", "1 Panel(keys=4)"]
    assert framer.next() is None


def test_what_waits_may_become_an_event_or_not() -> None:
    framer = Framer((*REPLIES, *EVENTS))
    framer.feed(b"\x02")
    assert framer.may_become(EVENTS)
    framer.feed(b"\x91")
    assert not framer.may_become(EVENTS)
    framer.feed(b"\x00")
    assert not framer.may_become(EVENTS)


# --- bounds ---


def test_a_frame_larger_than_allowed_is_too_long_at_once() -> None:
    framer = Framer((Level, Ack), largest=16)
    assert told(framer.feed(b"\x02\x91\xff\x06")) == [
        "0 rejected 02 91 ff level too long",
        "3 Ack()",
    ]


def test_a_text_without_end_is_too_long() -> None:
    assert told(Framer((Line,), largest=16).feed(b"{" + b"x" * 16)) == [
        "0 rejected " + (b"{" + b"x" * 15).hex(" ") + " line too long",
    ]


def test_endless_garbage_is_handed_over_in_pieces() -> None:
    framer = Framer((Ack,))
    sizes = [len(one.data) for _ in range(300) for one in framer.feed(b"\xff" * 1000)]
    assert sizes == [65536] * 4
    assert len(framer._buffer) < 65536


def test_messages_that_may_begin_anywhere() -> None:
    assert read(b"\x01\x01\x02\x03\x03", Twins) == [
        "0 Twins(value=1)",
        "2 rejected 02 twins value",
        "3 Twins(value=3)",
    ]


@pytest.mark.parametrize("count", [1, 100])
def test_nothing_is_left_after_the_end(count: int) -> None:
    framer = Framer(REPLIES)
    for _ in range(count):
        framer.feed(b"\x02\x91\x02")
        framer.end()
    assert (len(framer._buffer), framer.pending) == (0, False)
