"""Many clients, rude ones, slow ones, and much to carry: nothing is lost, leaked or held up."""

from __future__ import annotations

import asyncio
import os
from hashlib import sha256
from pathlib import Path

import pytest

from tests.examples.serial_server.rig import Client, Host, Rig, rigged

TWENTY = [f"port{number}" for number in range(20)]
DESCRIPTORS = Path("/proc/self/fd")


@rigged(*TWENTY)
async def test_200_clients_on_20_ports(rig: Rig) -> None:
    async def answers(host: Host) -> None:
        for _ in range(10):
            await host.says((await host.hears(4))[::-1])

    async def visits(number: int) -> None:
        client = await rig.client()
        while not (await client.asks("O", TWENTY[number % 20])).startswith("O,"):
            await asyncio.sleep(0)
        assert await client.asks("P", f"{number:04}") == "P,0000,"
        await client.awaits(4)
        assert await client.asks("G", "9") == f"G,0004,{number:04}"[:7] + f"{number:04}"[::-1]
        assert await client.asks("C") == "C,0000,"
        await client.hang_up()

    hosts = (answers(host) for host in rig.hosts.values())
    await asyncio.gather(*hosts, *map(visits, range(200)))


@rigged()
async def test_a_client_that_vanishes_in_the_middle_frees_its_port(rig: Rig) -> None:
    first, second = await rig.client("one"), await rig.client()
    data = os.urandom(1500)
    for _ in range(100):  # more than a pseudo-terminal holds
        assert await first.ask(b"P,1500," + data) == "P,0000,"
    first.say(b"P,1500," + data[:700])
    await first.flush()
    first.vanish()
    while (await second.asks("O", "one")).startswith("E"):
        await asyncio.sleep(0)
    assert await second.asks("Q") == "Q,0010,0,0,262144"
    came = rig.host.hears_all()
    assert came == (data * 100)[: len(came)]
    assert 0 < len(came) < 150_000
    assert await second.asks("P", "mine") == "P,0000,"
    assert await rig.host.hears(4) == b"mine"


@rigged()
async def test_who_hangs_up_in_order_is_answered_first(rig: Rig) -> None:
    client = await rig.client()
    client.say("O,0003,oneP,0002,hiC,0000,X,0000,")
    client.say_no_more()
    assert await client.hears() == "O,0010,9600,8,N,1"
    assert await client.hears() == "P,0000,"
    assert (await client.hears())[0] == "E"  # two bytes are still in the output buffer
    assert (await client.hears())[0] == "E"
    assert (await (await rig.client()).asks("L")) == "L,0003,one"


@pytest.mark.skipif(not DESCRIPTORS.is_dir(), reason=f"{DESCRIPTORS} is not there")
@rigged("one", "two")
async def test_no_descriptor_is_left_behind(rig: Rig) -> None:
    async def rounds(number: int) -> int:
        for _ in range(number):
            polite, rude = await rig.client("one"), await rig.client("two")
            await polite.asks("P", "x")
            await rude.asks("O", "none")
            await polite.asks("C", "T")
            await polite.hang_up()
            rude.vanish()
            await rude.hang_up()
            other = await rig.client()
            while not (await other.asks("O", "two")).startswith("O,"):
                await asyncio.sleep(0)
            await other.hang_up()
            while not (await rig.free("two")):
                await asyncio.sleep(0)
        return len(list(DESCRIPTORS.iterdir()))

    assert await rounds(1) == await rounds(20)


@rigged()
async def test_a_host_that_talks_much_is_stopped_and_nothing_lost(rig: Rig) -> None:
    client = await rig.client("one")
    data = os.urandom(1_000_000)
    talking = asyncio.create_task(rig.host.says(data))
    size = 0
    while size < 250_000:
        size = int((await client.asks("Q"))[7:].split(",")[0])
        assert size <= 262_144
    assert not talking.done()
    came = bytearray()
    while len(came) < len(data):
        came += (await client.asks("G", "1500")).encode("latin-1")[7:]
    assert came == data
    await talking


@rigged()
async def test_a_host_that_does_not_listen_fills_the_buffer(rig: Rig) -> None:
    client = await rig.client("one")
    data, sent = os.urandom(1500), 0
    while (answer := await client.ask(b"P,1500," + data)) == "P,0000,":
        sent += 1500
    assert "the output buffer has room for" in answer
    assert 262_144 - 1500 < int((await client.asks("Q"))[7:].split(",")[1]) <= 262_144
    assert (await client.asks("C")).startswith("E,")
    assert await rig.host.hears(sent) == data * (sent // 1500)
    assert await client.asks("C") == "C,0000,"


@rigged()
async def test_a_client_that_does_not_read_holds_up_nobody(rig: Rig) -> None:
    slow, other = await rig.client("one"), await rig.client()
    number = 30_000
    slow.say("L,0000," * number + "G,0001,1")
    for _ in range(100):
        assert await other.asks("L") == "L,0003,one"
    for _ in range(number):
        assert await slow.hears() == "L,0003,one"
    assert await slow.hears() == "G,0000,"


@rigged()
async def test_the_end_waits_for_nobody(rig: Rig) -> None:
    client = await rig.client("one")
    client.say("L,0000," * 1_000_000)
    await client.hears()
    async with asyncio.timeout(5):
        await rig.server.__aexit__()


@rigged()
async def test_a_device_that_goes_away(rig: Rig) -> None:
    client = await rig.client("one")
    await rig.host.says(b"last words")
    await client.awaits(10)
    rig.host.close()
    while await client.asks("P", "x") == "P,0000,":
        await asyncio.sleep(0)
    assert await client.asks("P", "x") == "E,0021,one: the port is gone"
    assert await client.asks("G", "99") == "G,0010,last words"
    assert await client.asks("G", "99") == "E,0021,one: the port is gone"
    assert await client.asks("C", "T") == "C,0000,"
    assert "No such file" in await client.asks("O", "one")


@rigged()
async def test_a_megabyte_each_way_arrives_as_it_was(rig: Rig) -> None:
    there, back = os.urandom(1_000_000), os.urandom(1_000_000)
    client = await rig.client("one")
    heard, came, _ = await asyncio.gather(
        rig.host.hears(len(there)), carried(client, there, len(back)), rig.host.says(back)
    )
    assert sha256(heard).digest() == sha256(there).digest()
    assert sha256(came).digest() == sha256(back).digest()


async def carried(client: Client, data: bytes, size: int) -> bytes:
    """Send bytes and get as many as are to come, a value each at a time."""
    came, at = bytearray(), 0
    while at < len(data) or len(came) < size:
        piece = data[at : at + 1500]
        client.say(b"P,%04d,%b" % (len(piece), piece) + b"G,0004,1500")
        if await client.hears() == "P,0000,":
            at += len(piece)
        came += (await client.hears()).encode("latin-1")[7:]
    return bytes(came)
