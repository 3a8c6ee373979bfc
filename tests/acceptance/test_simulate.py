"""`protoc simulate`: the device's side of the same description."""

import signal
import time

import pytest

from tests.acceptance import wire
from tests.acceptance.conftest import Stage
from tests.acceptance.player import description, garbage, like, named, protoc
from tests.acceptance.samples import DEVICES, sample

FREE = "tcp://127.0.0.1:0"


@pytest.mark.parametrize("url", [FREE, "pty:"], ids=["tcp", "pty"])
def test_answers_come_from_the_params(stage: Stage, url: str) -> None:
    program, listening = stage.simulate(
        "tank", url, "--set", "level=815", "--set", "label=south tower"
    )
    assert program.events[0] == listening, "it is the first line"
    client = stage.client(listening["url"])
    client.send(b"LEVEL?\r\n")
    client.expect(b"LEVEL 0815\r\n")
    client.send(b"LABEL?\r\n")
    client.expect(b"LABEL south tower\r\n")
    client.send(b"LEVEL 0007\r\n")
    client.expect(b"OK\r\n")
    program.interrupted().ends(0)


def test_port_is_the_real_one(stage: Stage) -> None:
    _, first = stage.simulate("tank", FREE)
    _, second = stage.simulate("tank", FREE)
    assert first["url"] != second["url"]
    assert not first["url"].endswith(":0")


def test_defaults_where_nothing_is_set(stage: Stage) -> None:
    _, listening = stage.simulate("tank", FREE)
    client = stage.client(listening["url"])
    client.send(b"LEVEL?\r\nLABEL?\r\n")
    client.expect(b"LEVEL 0040\r\nLABEL north\r\n")


def test_unknown_bytes_and_pieces(stage: Stage) -> None:
    program, listening = stage.simulate("tank", FREE)
    client = stage.client(listening["url"])
    client.send(b"\x00\xff\x00")
    client.send_bytewise(b"LEVEL?\r\n")
    client.expect(b"LEVEL 0040\r\n")
    client.expect_nothing()
    assert garbage(program.interrupted().ends(0).events) in ([], [(0, "00ff00")])


def test_wrong_check_has_no_answer(stage: Stage) -> None:
    _, listening = stage.simulate("shutter", FREE)
    client = stage.client(listening["url"])
    question = wire.shutter(0, 0x21, b"\x00")
    client.send(wire.spoiled(question))
    client.expect_nothing()
    client.send(question)
    assert client.take(4)[2] == 0xA1


@pytest.mark.parametrize(
    "source, question, answer",
    [
        ("pump", wire.pump(0, 0x02, b"\x00"), "flow"),
        ("shutter", wire.shutter(0, 0x21, b"\x00"), "place"),
        ("booster", wire.booster(0, "SP0000"), "accepted"),
        ("combiner", wire.combiner("A", "0"), "current"),
        ("thermostat", wire.summed(b"\x51\x00"), "answer"),
    ],
)
def test_lengths_and_checks_are_right(
    stage: Stage, source: str, question: bytes, answer: str
) -> None:
    """What it answers, whatever the values, decodes without a fault."""
    _, listening = stage.simulate(source, FREE)
    client = stage.client(listening["url"])
    client.send(question)
    frame = client.take(len(sample(source, answer).frame))
    (event,) = protoc("decode", description(source), "--hex", frame.hex()).ends(0).events
    assert event["name"] == answer
    client.expect_nothing()


def test_first_response_of_the_pair(stage: Stage) -> None:
    program, listening = stage.simulate("valve", FREE)
    client = stage.client(listening["url"])
    client.send(b"O07\r")
    client.expect(b"\x06")
    client.send(b"?\r")
    client.expect(b"T00\r")
    program.interrupted(signal.SIGTERM).ends(0)


def test_nothing_is_said_to_a_command_without_an_answer(stage: Stage) -> None:
    _, listening = stage.simulate("pump", FREE)
    client = stage.client(listening["url"])
    client.send(wire.pump(0, 0x03))
    client.expect_nothing()
    client.send(wire.pump(0, 0x02, b"\x00"))
    assert client.take(4)[3] == 0x82


@pytest.mark.parametrize("url", [FREE, "pty:"], ids=["tcp", "pty"])
def test_called_by_the_program_itself(stage: Stage, url: str) -> None:
    _, listening = stage.simulate("tank", url, "--set", "level=77")
    target = listening["url"]
    if target.startswith("pty:"):
        target = f"serial://{target.removeprefix('pty:')}?baudrate=9600"
    outcome = protoc("call", description("tank"), "--connect", target, "pair:level").ends(0)
    assert like({"status": "ok", "reply": "level_is", "fields": {"level": 77}}, outcome.events[-1])
    again = protoc("call", description("tank"), "--connect", target, "pair:label").ends(0)
    assert like({"status": "ok", "fields": {"label": "north"}}, again.events[-1])


def test_client_after_client(stage: Stage) -> None:
    program, listening = stage.simulate("tank", FREE)
    for _ in range(3):
        client = stage.client(listening["url"])
        client.send(b"LEV")
        client.close()
    client = stage.client(listening["url"])
    client.send(b"LEVEL?\r\n")
    client.expect(b"LEVEL 0040\r\n")
    program.interrupted().ends(0)


def test_ends_after_its_time(stage: Stage) -> None:
    start = time.monotonic()
    program, listening = stage.simulate("tank", FREE, "--for", "500ms")
    client = stage.client(listening["url"])
    program.ended().ends(0)
    assert time.monotonic() - start < 10
    client.expect_end()


@pytest.mark.parametrize("url", [FREE, "pty:"], ids=["tcp", "pty"])
def test_ends_cleanly_when_told(stage: Stage, url: str) -> None:
    program, _ = stage.simulate("tank", url)
    outcome = program.interrupted().ends(0)
    assert "KeyboardInterrupt" not in outcome.err


def test_port_that_is_taken(stage: Stage) -> None:
    _, listening = stage.simulate("tank", FREE)
    outcome = protoc(
        "simulate", description("tank"), "--listen", listening["url"], "--for", "1s"
    ).ends(1, 2, 3)
    assert outcome.err.strip() or outcome.events
    assert not named(outcome.events, "listening")


@pytest.mark.parametrize("source", [name for name in sorted(DEVICES) if DEVICES[name].sent])
def test_every_device_can_be_simulated(stage: Stage, source: str) -> None:
    """Nothing that is sent to it brings it down."""
    program, listening = stage.simulate(source, FREE)
    client = stage.client(listening["url"])
    told = b"".join(each.frame for each in DEVICES[source].sent)
    client.send(bytes(range(256)) + told + b"\xff" * 300)
    client.quiet(0.3)
    program.interrupted().ends(0)
