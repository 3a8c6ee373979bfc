"""Every command of the protocol, with its notes, on ports that are pseudo-terminals."""

from __future__ import annotations

import asyncio
import time

from tests.examples.serial_server.rig import Rig, rigged


@rigged("one", "two", "the third")
async def test_ports_are_listed_with_or_without_one_open(rig: Rig) -> None:
    client = await rig.client()
    assert await client.asks("L") == "L,0017,one,two,the third"
    await client.asks("O", "two")
    assert await client.asks("L") == "L,0017,one,two,the third"


@rigged("one", "two")
async def test_a_port_is_opened_by_name(rig: Rig) -> None:
    client = await rig.client()
    assert await client.asks("O", "three") == (
        "E,0044,there is no port 'three', there are one, two"
    )
    assert await client.asks("O", "one") == "O,0010,9600,8,N,1"
    assert await client.asks("O", "one") == "E,0027,one is open: close it first"
    assert await client.asks("O", "two") == "E,0027,one is open: close it first"


@rigged("one", "x" * 1400)
async def test_a_refusal_is_no_longer_than_a_response_may_be(rig: Rig) -> None:
    client = await rig.client()
    for name in ("y" * 1500, "\x00" * 1500):
        answer = await client.asks("O", name)
        assert answer.startswith("E,1")
        assert ", there are one, xxxx" in answer
        assert len(answer) <= 1507
    assert await client.asks("L") == f"L,1404,one,{'x' * 1400}"


@rigged("one", "two")
async def test_a_port_belongs_to_one_client_until_it_is_closed(rig: Rig) -> None:
    first, second = await rig.client("one"), await rig.client()
    assert await second.asks("O", "one") == "E,0013,one is in use"
    assert await second.asks("O", "two") == "O,0010,9600,8,N,1"
    assert await first.asks("C") == "C,0000,"
    assert await first.asks("C") == "E,0015,no port is open"
    assert await second.asks("C") == "C,0000,"
    assert await second.asks("O", "one") == "O,0010,9600,8,N,1"


@rigged()
async def test_what_needs_an_open_port_says_so(rig: Rig) -> None:
    client = await rig.client()
    for command in ("C", "Q", "P:x", "G:1", "D:1", "I:T", "R:TTT", "T:T;T", "S:9600,8,N,1"):
        code, _, value = command.partition(":")
        assert await client.asks(code, value) == "E,0015,no port is open"


@rigged()
async def test_text_goes_to_the_host_and_comes_from_it(rig: Rig) -> None:
    client = await rig.client("one")
    everything = bytes(range(256))
    assert await client.ask(b"P,0256," + everything) == "P,0000,"
    assert await rig.host.hears(256) == everything
    assert await client.asks("P") == "P,0000,"
    assert await client.asks("G", "1500") == "G,0000,"
    await rig.host.says(everything)
    await client.awaits(256)
    assert await client.asks("G", "100") == "G,0100," + everything[:100].decode("latin-1")
    assert await client.asks("G", "0") == "G,0000,"
    assert await client.asks("G", "9999999999") == "G,0156," + everything[100:].decode("latin-1")


@rigged()
async def test_no_response_has_more_than_1500_bytes(rig: Rig) -> None:
    client = await rig.client("one")
    await rig.host.says(b"x" * 2000)
    await client.awaits(2000)
    assert await client.asks("G", "2000") == "G,1500," + "x" * 1500
    assert await client.asks("G", "2000") == "G,0500," + "x" * 500


@rigged()
async def test_note_1_a_port_is_closed_by_force(rig: Rig) -> None:
    for force in ("T", "t", "1", "true", "Take it", "100"):
        client = await rig.client("one")
        await rig.host.says(b"12345")
        await client.awaits(5)
        for other in ("", "F", "f", "0", "no", " T", "\xff"):
            assert await client.asks("C", other) == (
                "E,0055,5 bytes are in the input buffer, 0 in the output buffer"
            )
        assert await client.asks("C", force) == "C,0000,"
        assert await client.asks("O", "one") == "O,0010,9600,8,N,1"
        assert await client.asks("G", "100") == "G,0000,"
        assert await client.asks("C") == "C,0000,"


@rigged()
async def test_note_1_a_port_that_sends_stays_open(rig: Rig) -> None:
    client = await rig.client("one")
    await client.asks("D", "60000")
    await client.asks("P", "abc")
    assert await rig.host.hears(1) == b"a"
    assert await client.asks("C") == (
        "E,0055,0 bytes are in the input buffer, 2 in the output buffer"
    )
    assert await client.asks("C", "T") == "C,0000,"
    await client.asks("O", "one")
    await client.asks("P", "d")
    assert await rig.host.hears(1) == b"d"


@rigged()
async def test_note_2_how_much_is_in_the_buffers(rig: Rig) -> None:
    client = await rig.client("one")
    assert await client.asks("Q") == "Q,0010,0,0,262144"
    await client.asks("D", "60000")
    assert await client.ask("P,0005,helloQ,0000,") == "P,0000,"
    assert await client.hears() == "Q,0010,0,5,262144"
    await rig.host.hears(1)
    assert await client.asks("Q") == "Q,0010,0,4,262144"
    await rig.host.says(b"hi")
    await client.awaits(2)
    assert await client.asks("Q") == "Q,0010,2,4,262144"


@rigged()
async def test_note_3_what_is_reset(rig: Rig) -> None:
    client = await rig.client("one")
    assert await client.asks("T", "T;T") == "T,0000,"
    assert await client.asks("D", "60000") == "D,0000,"
    assert await client.asks("S", "115200,8,N,2") == "S,0000,"
    assert await client.asks("R", "Ff0") == "R,0000,"
    await client.asks("P", "ab")
    assert await rig.host.hears(1) == b"a"
    assert await client.asks("R", "tFF") == "R,0000,"
    assert await client.asks("Q") == "Q,0010,0,2,262144"
    assert await client.asks("R", "0T0") == "R,0000,"
    assert await rig.host.hears(2) == b"b;"
    assert await client.asks("R", "FF1") == "R,0000,"
    await client.asks("P", "cd")
    assert await rig.host.hears(2) == b"cd"
    await rig.host.says(b"e;f")
    await client.awaits(3)
    assert await client.asks("G", "9") == "G,0003,e;f"


@rigged()
async def test_note_4_internal_separators_are_part_of_the_values(rig: Rig) -> None:
    client = await rig.client("one")
    await client.asks("T", "T;F")
    await client.asks("P", "ab")
    await client.asks("P", "c;d;")
    assert await rig.host.hears(6) == b"abc;d;"
    await rig.host.says(b"one;;two")
    await client.awaits(8)
    for value in ("one;", ";", "two", ""):
        assert await client.asks("G", "99") == f"G,{len(value):04},{value}"


@rigged()
async def test_note_4_external_separators_are_none(rig: Rig) -> None:
    client = await rig.client("one")
    await client.asks("T", "1,t")  # any character may be one
    await client.asks("P", "ab")
    await client.asks("P", "c,d")
    await client.asks("P", "")
    assert await rig.host.hears(8) == b"ab,c,d,,"
    await rig.host.says(b"one,,two,three")
    await client.awaits(14)
    for value in ("one", "", "two", "three"):
        assert await client.asks("G", "99") == f"G,{len(value):04},{value}"


@rigged()
async def test_note_4_separators_that_are_not_active_separate_nothing(rig: Rig) -> None:
    client = await rig.client("one")
    await client.asks("T", "F;T")
    await client.asks("P", "ab")
    assert await rig.host.hears(2) == b"ab"
    await rig.host.says(b"one;two")
    await client.awaits(7)
    assert await client.asks("G", "99") == "G,0007,one;two"


@rigged()
async def test_a_separator_behind_the_maximum_is_left_for_the_next_value(rig: Rig) -> None:
    client = await rig.client("one")
    await client.asks("T", "T\0T")
    await rig.host.says(b"abcdef\0gh")
    await client.awaits(9)
    for limit, value in (("4", "abcd"), ("2", "ef"), ("2", ""), ("2", "gh")):
        assert await client.asks("G", limit) == f"G,{len(value):04},{value}"


@rigged()
async def test_the_delay_is_a_pause_behind_each_character(rig: Rig) -> None:
    client = await rig.client("one")
    assert await client.asks("D", "20") == "D,0000,"
    started = time.monotonic()
    assert await client.asks("P", "abcdef") == "P,0000,"
    assert time.monotonic() - started < 0.1  # nobody waits for it
    for number, expected in enumerate(b"abcdef"):
        assert await rig.host.hears(1) == bytes([expected])
        assert time.monotonic() - started >= 0.02 * number


@rigged()
async def test_another_delay_holds_at_once(rig: Rig) -> None:
    client = await rig.client("one")
    await client.asks("D", "999999999")
    await client.asks("P", "abcdef")
    assert await rig.host.hears(1) == b"a"
    await client.asks("D", "0")
    assert await rig.host.hears(5) == b"bcdef"


@rigged()
async def test_with_echo_the_host_sees_what_it_sends(rig: Rig) -> None:
    client = await rig.client("one")
    assert await client.asks("I", "T") == "I,0000,"
    await rig.host.says(b"typed")
    assert await rig.host.hears(5) == b"typed"
    assert await client.asks("G", "99") == "G,0005,typed"
    assert await client.asks("I", "0") == "I,0000,"
    await rig.host.says(b"secret")
    await client.awaits(6)
    await asyncio.sleep(0)
    assert rig.host.silent


@rigged()
async def test_parameters_of_the_line(rig: Rig) -> None:
    client = await rig.client("one")
    for line in ("300,8,N,1", "115200,7,e,2", "9600,5,N,1.5", "12345,8,M,1"):
        assert await client.asks("S", line) == "S,0000,"
    assert await client.asks("S", "9600,9,N,1") == (
        "E,0071,S takes baud,dbits,par,sbits, for example 9600,8,N,1; '9600,9,N,1' came"
    )
    await client.asks("P", "still here")
    assert await rig.host.hears(10) == b"still here"


@rigged()
async def test_a_port_is_as_new_when_it_is_opened_again(rig: Rig) -> None:
    client = await rig.client("one")
    for code, value in (("S", "300,8,N,1"), ("D", "60000"), ("T", "T;T"), ("I", "T")):
        await client.asks(code, value)
    assert await client.asks("C") == "C,0000,"
    assert await client.asks("O", "one") == "O,0010,9600,8,N,1"
    await client.asks("P", "ab")
    assert await rig.host.hears(2) == b"ab"
    await rig.host.says(b"c;d")
    await client.awaits(3)
    assert rig.host.silent
    assert await client.asks("G", "9") == "G,0003,c;d"
