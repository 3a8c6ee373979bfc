"""The interface programs use, against the server and a remote host."""

from __future__ import annotations

from asyncio import to_thread

import pytest

from examples.serial_server.serial_port import SerialPort
from examples.serial_server.serial_server import Buffers, Parity, StopBits
from protoc.runtime import EncodeError, Refused
from tests.examples.serial_server.rig import Rig, rigged


async def at(rig: Rig, name: str = "one") -> tuple[SerialPort, list[float]]:
    """A port that is open, and how long it waited each time."""
    waits: list[float] = []
    port = await to_thread(SerialPort, rig.server.url, waits.append)
    opened = await to_thread(port.open, name)
    assert (opened.baud, opened.dbits, opened.par, opened.sbits) == (9600, 8, "N", "1")
    return port, waits


@rigged("one", "two")
async def test_ports_are_lent_and_given_back(rig: Rig) -> None:
    port, _ = await at(rig, "two")
    assert await to_thread(port.ports) == ["one", "two"]
    with pytest.raises(Refused) as caught:
        await to_thread(port.open, "one")
    assert caught.value.reply.reason == "two is open: close it first"  # type: ignore[attr-defined]
    await to_thread(port.close)
    await to_thread(port.open, "one")
    await to_thread(port.hang_up)
    client = await rig.client()
    while await client.asks("O", "one") == "E,0013,one is in use":
        pass


@rigged()
async def test_bytes_go_out_and_come_in(rig: Rig) -> None:
    port, waits = await at(rig)
    data = bytes(range(256)) * 20  # more than a message holds
    await to_thread(port.write, data)
    assert await rig.host.hears(len(data)) == data
    assert await to_thread(port.read) == b""
    await rig.host.says(b"answer")
    while (await to_thread(port.buffers)).input < 6:
        pass
    assert await to_thread(port.buffers) == Buffers(input=6, output=0, buffsize=262144)
    assert [await to_thread(port.read, 4), await to_thread(port.read)] == [b"answ", b"er"]
    assert waits == []
    await to_thread(port.hang_up)


@rigged()
async def test_waiting_times_follow_from_line_and_delay(rig: Rig) -> None:
    port, waits = await at(rig)
    assert port.transfer_time(96) == port.reply_time(96) == pytest.approx(0.1)
    await to_thread(port.set_delay, 10)
    assert port.transfer_time(96) == pytest.approx(0.1 + 0.96)
    assert port.reply_time(96) == pytest.approx(0.1)
    await to_thread(port.set_params, 1200, 7, Parity.E, StopBits.TWO)
    assert port.reply_time(100) == pytest.approx(100 * 11 / 1200)
    port.wait_for_transfer(10)
    port.wait_for_reply(1000)
    assert waits == [port.transfer_time(10), port.reply_time(1000)]
    await to_thread(lambda: port.reset(line=True, delay=True))
    assert port.transfer_time(96) == pytest.approx(0.1)
    await to_thread(port.hang_up)


@rigged()
async def test_an_exchange_waits_for_both_ways(rig: Rig) -> None:
    port, waits = await at(rig)
    await rig.host.says(b"there already")
    while (await to_thread(port.buffers)).input < 13:
        pass
    assert await to_thread(port.exchange, b"question", 13) == b"there already"
    assert waits == [port.transfer_time(8), port.reply_time(13)]
    await to_thread(port.hang_up)


@rigged()
async def test_values_with_separators(rig: Rig) -> None:
    port, _ = await at(rig)
    await to_thread(lambda: port.set_separator("\n", external=True))
    await to_thread(port.write, b"one")
    assert await rig.host.hears(4) == b"one\n"
    with pytest.raises(EncodeError):  # in two values it would be something else
        await to_thread(port.write, bytes(1501))
    await to_thread(lambda: port.reset(separator=True))
    await to_thread(port.write, b"one")
    assert await rig.host.hears(3) == b"one"
    await to_thread(lambda: port.set_echo(True))
    await rig.host.says(b"echo")
    assert await rig.host.hears(4) == b"echo"
    with pytest.raises(Refused):
        await to_thread(port.close)
    await to_thread(lambda: port.close(force=True))
    await to_thread(port.hang_up)


@rigged()
async def test_a_full_buffer_is_waited_for(rig: Rig) -> None:
    port, waits = await at(rig)
    data = bytes(400_000)  # more than the buffer and the pseudo-terminal hold
    with pytest.raises(TimeoutError, match="none leave it"):
        await to_thread(port.write, data)
    assert sum(waits) > 10
    buffered = await to_thread(port.buffers)
    assert buffered.buffsize - buffered.output < 1500
    await to_thread(lambda: port.close(force=True))
    await to_thread(port.hang_up)
