"""Serial lines that are held in the break state."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

import pytest
import serial as pyserial

from protoc.runtime import LocalError, TransportError
from protoc.runtime.protocol import Link, Serial
from protoc.runtime.session import Session
from protoc.runtime.simulator import Simulator
from tests.runtime.lamp import AsyncLamp, Lamp, Level
from tests.runtime.stage import Stage, dimmer

LINE = Link("bus", "serial", serial=Serial(9600))
SHORT = 0.001


def test_no_command_is_begun_while_it_lasts() -> None:
    stage = Stage(dimmer(links=(LINE,)))
    stage.session.send_break(0.25, stage.now)
    ticket = stage.execute("level")
    assert [request.verb for request in stage.session.requests] == ["break"]
    stage.wait(0.2)
    assert stage.sent() == []
    stage.wait(0.1)
    assert [request.verb for request in stage.session.requests] == ["break", "end break"]
    assert len(stage.sent()) == 1
    assert not ticket.done


def test_other_lines_have_none() -> None:
    with pytest.raises(LocalError, match="a break is for serial links"):
        Stage().session.send_break(0.25, 0.0)
    with pytest.raises(TransportError, match="not connected"):
        Session(dimmer(links=(LINE,))).send_break(0.25, 0.0)


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What ports are told."""
    told: list[bool] = []
    monkeypatch.setattr(
        pyserial.Serial, "_update_break_state", lambda port: told.append(port.break_condition)
    )
    return told


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Lamp.simulate("pty:", params={"level": 40}) as sim:
        yield sim


pseudo_terminals = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")


@pseudo_terminals
@pytest.mark.parametrize("scheme", ["serial", "serial+alt"])
def test_a_port_is_held_and_let_go(sim: Simulator, breaks: list[bool], scheme: str) -> None:
    """One that is a file, and one that is read by a thread."""
    with Lamp.open(f"{scheme}://{sim.url.removeprefix('pty:')}") as lamp:
        lamp.send_break(SHORT)
        assert breaks == [True, False]
        assert lamp.level() == Level(channel=1, level=40)


@pseudo_terminals
def test_in_asyncio_as_well(sim: Simulator, breaks: list[bool]) -> None:
    async def main() -> Level:
        async with AsyncLamp(f"serial://{sim.url.removeprefix('pty:')}") as lamp:
            await lamp.send_break(SHORT)
            assert breaks == [True, False]
            return await lamp.level()

    assert asyncio.run(main()) == Level(channel=1, level=40)


@pseudo_terminals
def test_a_port_that_is_gone_says_so(sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    def update(port: pyserial.Serial) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(pyserial.Serial, "_update_break_state", update)
    with Lamp.open(f"serial://{sim.url.removeprefix('pty:')}") as lamp:
        lamp.send_break(SHORT)
        with pytest.raises(TransportError, match="the port is gone"):
            lamp.level()
