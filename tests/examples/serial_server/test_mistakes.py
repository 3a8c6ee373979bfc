"""What is no command gets one `E` that says why, and what stands behind it is understood again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.serial_server.reading import CONFUSED, STALLED, Reading, Unreadable
from examples.serial_server.serial_server import (
    Close,
    Get,
    Other,
    PortList,
    Put,
    Query,
    Separator,
    Truth,
)
from protoc.runtime import Message
from tests.examples.serial_server.rig import Rig, rigged

UNKNOWN = "unknown command {}, known are C D G I L O P Q R S T"
TOO_LONG = "the value has {} bytes, at most 1500 may be"
NO_MESSAGE = (
    "is no message: expected a command, a comma, four digits of length, a comma and as many bytes"
)
TAKES = {
    "D": "a number of milliseconds, up to nine digits",
    "G": "the largest number of bytes to get",
    "I": "T or F",
    "L": "nothing",
    "Q": "nothing",
    "R": "three of T or F, for line settings, delay and separator",
    "S": "baud,dbits,par,sbits, for example 9600,8,N,1",
    "T": "T or F, a character of ASCII, and T or F: active, marker, external",
}


def wrong(code: str, value: str, came: str = "") -> tuple[str, str]:
    """A command with a value it cannot have, and what is said of it."""
    reason = f"{code} takes {TAKES[code]}; {came or ascii(value)} came"
    return f"{code},{len(value):04},{value}", reason


@pytest.mark.parametrize(
    "message, reason",
    [
        ("X,0000,", UNKNOWN.format("'X'")),
        ("q,0000,", UNKNOWN.format("'q'")),
        ("E,0002,no", UNKNOWN.format("'E'")),
        ("\xff,0000,", UNKNOWN.format("'\\xff'")),
        ("X,0007,Q,0000,", UNKNOWN.format("'X'")),
        ("P,1501," + "L,0000," * 214 + "xyz", TOO_LONG.format(1501)),
        ("G,9999," + "x" * 9999, TOO_LONG.format(9999)),
        wrong("L", "x"),
        wrong("Q", "what"),
        wrong("G", "", "nothing"),
        wrong("G", "-1"),
        wrong("G", " 10"),
        wrong("D", "1.5"),
        wrong("D", "1000000000"),
        wrong("I", "y"),
        wrong("I", "TT"),
        wrong("I", "", "nothing"),
        wrong("R", "TT"),
        wrong("R", "TxT"),
        wrong("R", "TTTT"),
        wrong("T", "T"),
        wrong("T", "T\x80T"),
        wrong("S", "9600,8,N"),
        wrong("S", "9600,8,N,3"),
        wrong("S", "0,8,N,1"),
    ],
    ids=lambda text: str(text)[:12],
)
@rigged("one")
async def test_one_message_that_is_no_command(rig: Rig, message: str, reason: str) -> None:
    client = await rig.client()
    assert await client.ask(message) == f"E,{len(reason):04},{reason}"
    assert await client.ask(message + "L,0000,") == f"E,{len(reason):04},{reason}"
    assert await client.hears() == "L,0003,one"


@pytest.mark.parametrize(
    "mess",
    ["hello", "P,00x5,hello", "P,5,hello", "P,00005,x", "P;0005;hello", "P,-001,x", ",,,", "Q,0,"],
)
@rigged("one")
async def test_bytes_that_are_no_message(rig: Rig, mess: str) -> None:
    client = await rig.client()
    reason = f"{mess!a} {NO_MESSAGE}"
    assert await client.ask(mess + "L,0000,") == f"E,{len(reason):04},{reason}"
    assert await client.hears() == "L,0003,one"
    for _ in range(2):  # a pause ends it as well
        assert await client.ask(mess) == f"E,{len(reason):04},{reason}"
    assert await client.asks("L") == "L,0003,one"


@rigged("one")
async def test_a_wrong_length_costs_one_message_at_most(rig: Rig) -> None:
    client = await rig.client("one")
    assert await client.ask("P,0003,helloL,0000,") == "P,0000,"
    assert (await client.hears()).endswith(f"'lo' {NO_MESSAGE}")
    assert await client.hears() == "L,0003,one"
    assert await client.ask("P,0008,helloL,0000,L,0000,") == "P,0000,"
    assert (await client.hears()).endswith(f"'000,' {NO_MESSAGE}")
    assert await client.hears() == "L,0003,one"
    assert await rig.host.hears(11) == b"helhelloL,0"


@rigged("one")
async def test_messages_in_any_pieces(rig: Rig) -> None:
    client = await rig.client()
    for byte in "O,0003,oneP,0005,helloL,0000,":
        client.say(byte)
        await client.flush()
    assert await client.hears() == "O,0010,9600,8,N,1"
    assert await client.hears() == "P,0000,"
    assert await client.hears() == "L,0003,one"
    assert await rig.host.hears(5) == b"hello"


@rigged("one")
async def test_many_messages_at_once_are_answered_in_order(rig: Rig) -> None:
    client = await rig.client("one")
    client.say("".join(f"P,0004,{i:04}Q,0000,X,0000,L,0000," for i in range(1000)))
    for _ in range(1000):
        assert await client.hears() == "P,0000,"
        assert (await client.hears()).startswith("Q,")
        assert (await client.hears()).startswith("E,")
        assert await client.hears() == "L,0003,one"
    assert await rig.host.hears(4000) == b"".join(b"%04d" % i for i in range(1000))


@rigged("one")
async def test_who_types_may_end_the_line(rig: Rig) -> None:
    client = await rig.client()
    assert await client.ask("L,0000,\n") == "L,0003,one"
    assert await client.ask("L,0000,\r\n\r\n") == "L,0003,one"
    assert await client.ask("O,0003,one\n") == "O,0010,9600,8,N,1"


def played(*pieces: bytes | float) -> list[Message | Unreadable]:
    """What is read of pieces and pauses; every pause is as long as was asked for."""
    reading = Reading()
    found: list[Message | Unreadable] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            reading.push(piece)
        else:
            assert reading.patience == piece
            reading.silence()
        while (one := reading.next()) is not None:
            found.append(one)
    return found


@pytest.mark.parametrize(
    "pieces, found",
    [
        ([b"Q,00", b"00,"], [Query()]),
        ([b"Q,0000,L,00", b"00,"], [Query(), PortList()]),
        ([b"hello", CONFUSED, b"Q,0000,"], [Unreadable(b"hello"), Query()]),
        ([b"hel", b"lo", CONFUSED, CONFUSED], [Unreadable(b"hello")]),
        ([b"P,0002,abc", CONFUSED, b"Q,0000,"], [Put(data=b"ab"), Unreadable(b"c"), Query()]),
        ([b"X,0005,hel", STALLED], [Unreadable(b"X,0005,hel")]),
        ([b"hello", CONFUSED, b"hello", CONFUSED], [Unreadable(b"hello")] * 2),
        ([b"Q,0,", CONFUSED, b"Q,0000,"], [Unreadable(b"Q,0,"), Query()]),
        ([b"xxQ,00", CONFUSED, b"00,"], [Unreadable(b"xxQ,00"), Query()]),
        ([b"xxQ,0000,yy", CONFUSED], [Unreadable(b"xx"), Query(), Unreadable(b"yy")]),
        ([b"Q,00", STALLED, b"Q,0000,"], [Unreadable(b"Q,00"), Query()]),
        ([b"P,0010,Q,0000,", STALLED], [Unreadable(b"P,0010,"), Query()]),
        ([b"P,1501,xL,0000,", STALLED], [Unreadable(b"P,1501,x"), PortList()]),
        ([b"P,0002,a", b"bQ,0000,"], [Put(data=b"ab"), Query()]),
        ([b"X,0007,Q,0000,"], [Other(code="X", value=b"Q,0000,")]),
        ([b"\n", CONFUSED, b"Q,0000,"], [Query()]),
    ],
    ids=str,
)
def test_reading(pieces: list[bytes | float], found: list[Message | Unreadable]) -> None:
    assert played(*pieces) == found


COMMANDS: st.SearchStrategy[Message] = st.one_of(
    st.builds(Put, data=st.binary(max_size=30)),
    st.builds(Get, limit=st.integers(0, 10**12)),
    st.builds(Close, force=st.none() | st.text("T1fn,0", min_size=1)),
    st.builds(Separator, active=st.sampled_from(Truth), marker=st.characters(max_codepoint=127),
              external=st.sampled_from(Truth)),
    st.builds(Other, code=st.sampled_from("XZ\xff"), value=st.binary(max_size=30)),
    st.just(Query()),
)  # fmt: skip


@given(st.lists(COMMANDS), st.lists(st.integers(0, 400)))
def test_however_commands_are_cut_they_are_the_same(
    commands: list[Message], cuts: list[int]
) -> None:
    stream = b"".join(command.encode() for command in commands)
    places = sorted({0, *cuts, len(stream)})
    pieces = [stream[start:end] for start, end in pairwise(places)]
    assert played(*pieces) == commands


@given(st.lists(st.binary() | st.sampled_from([b"P,", b"0003,", b"Q,0000,"])))
def test_whatever_came_before_a_pause_order_is_back(pieces: list[bytes]) -> None:
    reading = Reading()
    reading.push(b"".join(pieces))
    while True:
        while reading.next() is not None:
            pass
        if reading.patience is None:
            break
        reading.silence()
    reading.push(b"L,0000,")
    assert reading.next() == PortList()


def test_of_endless_nonsense_little_is_kept() -> None:
    reading = Reading()
    for _ in range(100):
        reading.push(b"nonsense" * 4096)
        assert reading.next() is None
    reading.push(b"Q,0000,")
    mistake = reading.next()
    assert isinstance(mistake, Unreadable)
    assert len(mistake.data) < 200
    assert reading.next() == Query()
