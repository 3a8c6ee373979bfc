"""`protoc call`: one question to a device that behaves, and to one that does not."""

import socket
import time
from typing import cast

import pytest

from tests.acceptance import wire
from tests.acceptance.conftest import Stage
from tests.acceptance.player import (
    Device,
    Outcome,
    PtyDevice,
    TcpDevice,
    description,
    garbage,
    in_order,
    like,
    listing,
    named,
    one_of,
    protoc,
)

ASK = wire.pump(5, 0x02, b"\x02")
FLOW = wire.pump(5, 0x82, b"\x02\x01\xf4")
BUSY = wire.pump(5, 0xFF, b"\x01")
ASKED = ("pair:ask", "unit=5", "channel=2")


def result(outcome: Outcome) -> dict[str, object]:
    """The last line."""
    assert outcome.events, outcome.everything
    assert outcome.events[-1]["event"] == "result", listing(outcome.events)
    assert len(named(outcome.events, "result")) == 1
    return outcome.events[-1]


def assert_ok(outcome: Outcome, reply: str | None, **fields: object) -> None:
    assert like({"status": "ok", "reply": reply}, result(outcome.ends(0))), outcome.text
    assert like(fields, result(outcome)["fields"] or {}), outcome.text


# --- a device that behaves ---


def test_question_and_answer(stage: Stage, device: Device) -> None:
    program = stage.call("pump", device, *ASKED)
    peer = device.accept()
    peer.expect(ASK)
    peer.send(FLOW)
    outcome = program.ended()
    assert_ok(outcome, "flow", unit=5, channel=2, flow=50.0)
    in_order(
        outcome.events,
        {"event": "connected"},
        {
            "event": "message",
            "direction": "sent",
            "name": "get_flow",
            "hex": ASK.hex(),
            "fields": {"unit": 5, "channel": 2},
        },
        {
            "event": "message",
            "direction": "received",
            "name": "flow",
            "hex": FLOW.hex(),
            "offset": 0,
            "size": len(FLOW),
            "fields": {"unit": 5, "channel": 2, "flow": 50.0},
        },
    )
    assert all("connection" in event for event in named(outcome.events, "message"))
    peer.expect_nothing()
    if device.kind == "tcp":
        assert peer.closed_by_other


def test_bare_name_that_is_unique(stage: Stage) -> None:
    device = stage.device()
    program = stage.call("pump", device, "dose", "unit=5", "channel=2", "flow=50")
    peer = device.accept()
    peer.expect(wire.pump(5, 0x01, b"\x02\x01\xf4"))
    peer.send(FLOW)
    assert_ok(program.ended(), "flow", flow=50.0)


@pytest.mark.parametrize("target", ["pair:rest", "command:halt", "halt"])
def test_fire_and_forget(stage: Stage, target: str) -> None:
    """It is done when it is written."""
    device = stage.device()
    program = stage.call("pump", device, target, "unit=5")
    device.accept().expect(wire.pump(5, 0x03))
    assert_ok(program.ended(), None)


def test_one_byte_answers(stage: Stage, device: Device) -> None:
    """An acknowledgement, and what it sets off, are both part of the call."""
    program = stage.call("valve", device, "turn", "turns=7")
    peer = device.accept()
    peer.expect(b"O07\r")
    peer.send(b"\x06")
    peer.expect(b"?\r")
    peer.send(b"T07\r")
    assert_ok(program.ended(), "turned", turns=7)


def test_text_device(stage: Stage) -> None:
    device = stage.device()
    program = stage.call("switchbox", device, "pair:route", "input=3", "output=7")
    peer = device.accept()
    peer.expect(b"ROUT 03,07\n")
    peer.send(b"ROUT 03,07\r\n")
    assert_ok(program.ended(), "routed", input=3, output=7)


def test_text_in_braces(stage: Stage) -> None:
    device = stage.device("pty")
    program = stage.call("booster", device, "power", "address=5", "power=27.5")
    peer = device.accept()
    peer.expect(wire.booster(5, "SP0275"))
    peer.send(wire.booster(5, "K"))
    assert_ok(program.ended(), "accepted", address=5)


def test_end_of_line_is_that_of_the_link(stage: Stage, device: Device) -> None:
    program = stage.call("meter", device, "pair:power", "channel=3")
    peer = device.accept()
    end = {"tcp": b"\n", "pty": b"\r\n"}[device.kind]
    peer.expect(b"POW? 3" + end)
    peer.send(b"POW 3 00042\r\n")
    assert_ok(program.ended(), "power", channel=3, power=42)


def test_value_of_a_param_is_sent_unless_another_is_given(stage: Stage) -> None:
    for given, limit in (([], 3), (["limit=9"], 9)):
        device = stage.device()
        program = stage.call("beacon", device, "pair:restart", *given)
        peer = device.accept()
        peer.expect(wire.summed(bytes([0x3D, limit])))
        peer.send(wire.summed(b"\x3e"))
        assert_ok(program.ended(), "started")


def test_answer_sets_params(stage: Stage) -> None:
    device = stage.device()
    program = stage.call("tank", device, "pair:level")
    peer = device.accept()
    peer.expect(b"LEVEL?\r\n")
    peer.send(b"LEVEL 0815\r\n")
    outcome = program.ended()
    assert_ok(outcome, "level_is", level=815)
    in_order(outcome.events, {"event": "param", "name": "level", "value": 815, "old": 40})


def test_call_starts_no_timer(stage: Stage) -> None:
    device = stage.device()
    program = stage.call("thermostat", device, "pair:store", "setpoint=21")
    peer = device.accept()
    peer.expect(wire.summed(b"\x53\x00\xd2"))
    peer.send(wire.summed(b"\x54"))
    program.ended().ends(0)
    peer.expect_nothing()


def test_trace_shows_triggers_and_actions_and_only_then(stage: Stage) -> None:
    for options, expected in ((["--trace"], True), ([], False)):
        device = stage.device()
        program = stage.call("valve", device, "turn", "turns=7", *options)
        peer = device.accept()
        peer.expect(b"O07\r")
        peer.send(b"\x06")
        peer.expect(b"?\r")
        peer.send(b"T07\r")
        events = program.ended().ends(0).events
        assert bool(named(events, "trigger")) == expected, listing(events)
        assert bool(named(events, "action")) == expected, listing(events)


# --- bytes in pieces, and more than were asked for ---


@pytest.mark.parametrize("size", [1, 3, 7])
def test_answer_in_pieces(stage: Stage, device: Device, size: int) -> None:
    program = stage.call("pump", device, *ASKED)
    peer = device.accept()
    peer.expect(ASK)
    for start in range(0, len(FLOW), size):
        peer.send(FLOW[start : start + size])
        peer.quiet(0.01)
    outcome = program.ended()
    assert_ok(outcome, "flow", flow=50.0)
    assert len(named(outcome.events, "message", direction="received")) == 1


def test_noise_in_front_of_the_answer(stage: Stage, device: Device) -> None:
    program = stage.call("pump", device, *ASKED)
    peer = device.accept()
    peer.expect(ASK)
    peer.send(b"\x00\x11\x22" + FLOW)
    outcome = program.ended()
    assert_ok(outcome, "flow", flow=50.0)
    assert garbage(outcome.events) == [(0, "001122")]
    in_order(outcome.events, {"event": "message", "name": "flow", "offset": 3})


def test_unsolicited_message_in_front_of_the_answer(stage: Stage) -> None:
    device = stage.device()
    program = stage.call("pump", device, *ASKED)
    peer = device.accept()
    peer.expect(ASK)
    peer.send(wire.pump(5, 0xE0, b"\x01\x01") + FLOW)
    outcome = program.ended()
    assert_ok(outcome, "flow", flow=50.0)
    in_order(
        outcome.events,
        {"event": "message", "name": "leak", "direction": "received", "fields": {"wet": 1}},
        {"event": "message", "name": "flow", "direction": "received"},
    )


def test_answer_of_another_unit_is_somebody_elses(stage: Stage) -> None:
    device = stage.device()
    program = stage.call("pump", device, *ASKED)
    peer = device.accept()
    peer.expect(ASK)
    peer.send(wire.pump(6, 0x82, b"\x02\x00\x01") + FLOW)
    assert_ok(program.ended(), "flow", unit=5, flow=50.0)
    peer.expect_nothing()


# --- refused, spoiled, late, never ---


def test_refusal_is_final(stage: Stage, device: Device) -> None:
    program = stage.call("pump", device, *ASKED)
    peer = device.accept()
    peer.expect(ASK)
    peer.send(BUSY)
    outcome = program.ended().ends(3)
    assert like(
        {"status": "refused", "reply": "refused", "fields": {"unit": 5, "reason": "busy"}},
        result(outcome),
    )
    assert not named(outcome.events, "timeout")
    peer.expect_nothing()


def test_one_byte_refusal(stage: Stage) -> None:
    device = stage.device("pty")
    program = stage.call("valve", device, "turn", "turns=7")
    peer = device.accept()
    peer.expect(b"O07\r")
    peer.send(b"\x15")
    outcome = program.ended().ends(3)
    assert like({"status": "refused", "reply": "nak"}, result(outcome))
    peer.expect_nothing()


def test_spoiled_answer_is_asked_for_again(stage: Stage, device: Device) -> None:
    program = stage.call("pump", device, *ASKED)
    peer = device.accept()
    peer.expect(ASK)
    peer.send(wire.spoiled(FLOW))
    peer.expect(ASK)
    peer.send(FLOW)
    outcome = program.ended()
    assert_ok(outcome, "flow", flow=50.0)
    in_order(outcome.events, {"event": "rejected", "name": "flow", "error": "crc"})


def test_only_spoiled_answers(stage: Stage, device: Device) -> None:
    """Sent once and twice again, always the same bytes; then the device has timed out."""
    program = stage.call("pump", device, *ASKED)
    peer = device.accept()
    for _ in range(3):
        peer.expect(ASK)
        peer.send(wire.spoiled(FLOW))
    outcome = program.ended().ends(3)
    assert like({"status": "timeout"}, result(outcome))
    assert len(named(outcome.events, "rejected", error="crc")) == 3
    in_order(outcome.events, {"event": "timeout", "pair": "ask", "attempt": 3, "last": True})
    peer.expect_nothing()


def test_spoiled_text_answer(stage: Stage) -> None:
    device = stage.device("pty")
    program = stage.call("booster", device, "alarms", "address=5")
    peer = device.accept()
    good = wire.booster(5, "Axyz3F")
    for _ in range(2):
        peer.expect(b"{05RA6D}\r")
        peer.send(wire.spoiled(good, -3))
    peer.expect(b"{05RA6D}\r")
    peer.send(good)
    outcome = program.ended()
    assert_ok(outcome, "alarms", first="xyz", flags=0x3F)
    assert len(named(outcome.events, "rejected", error="crc")) == 2


def test_silence(stage: Stage, device: Device) -> None:
    program = stage.call("pump", device, *ASKED)
    peer = device.accept()
    peer.expect(ASK)
    first = time.monotonic()
    peer.expect(ASK)
    peer.expect(ASK)
    between = time.monotonic() - first
    outcome = program.ended().ends(3)
    assert between >= 0.7, "two timeouts of 400 ms"
    assert like({"status": "timeout", "reply": None}, result(outcome))
    timeouts = named(outcome.events, "timeout")
    assert [(event["attempt"], event["last"]) for event in timeouts] == [
        (1, False),
        (2, False),
        (3, True),
    ]
    assert {event["pair"] for event in timeouts} == {"ask"}
    peer.expect_nothing()


def test_answer_to_the_second_attempt(stage: Stage, device: Device) -> None:
    program = stage.call("pump", device, *ASKED)
    peer = device.accept()
    peer.expect(ASK)
    peer.expect(ASK)
    peer.send(FLOW)
    outcome = program.ended()
    assert_ok(outcome, "flow", flow=50.0)
    in_order(outcome.events, {"event": "timeout", "pair": "ask", "attempt": 1, "last": False})
    assert not named(outcome.events, "timeout", last=True)


def test_half_an_answer_and_nothing_more(stage: Stage) -> None:
    """A frame that stalls does not stand in the way of the answer to the next attempt."""
    device = stage.device()
    program = stage.call("pump", device, *ASKED)
    peer = device.accept()
    peer.expect(ASK)
    peer.send(FLOW[:6])
    peer.expect(ASK)
    peer.send(FLOW)
    assert_ok(program.ended(), "flow", flow=50.0)


def test_device_that_only_makes_noise(stage: Stage) -> None:
    device = stage.device()
    program = stage.call("meter", device, "pair:power", "channel=1")
    peer = device.accept()
    peer.expect(b"POW? 1\n")
    peer.send(b"\x00" * 5000)
    outcome = program.ended().ends(3)
    assert like({"status": "timeout"}, result(outcome))
    in_order(outcome.events, {"event": "timeout", "pair": "power", "attempt": 1, "last": True})


def test_device_that_never_stops_talking(stage: Stage) -> None:
    """A stream without an end is no reason to wait longer than the timeouts allow."""
    device = stage.device()
    program = stage.call("pump", device, *ASKED)
    peer = device.accept()
    peer.expect(ASK)
    start, leaks = time.monotonic(), wire.pump(5, 0xE0, b"\x01\x01") * 20
    while not named(program.events, "result"):
        assert time.monotonic() - start < 15, listing(program.events[-5:])
        try:
            peer.send(leaks)
        except OSError:
            break
        peer.quiet(0.02)
        peer.pending = b""
    assert like({"status": "timeout"}, result(program.ended().ends(3)))


# --- no device ---


def test_nobody_listens(stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    outcome = protoc(
        "call", description("pump"), "--connect", f"tcp://127.0.0.1:{port}", *ASKED
    ).ends(3)
    assert not named(outcome.events, "message"), outcome.text
    assert like({"event": "result", "status": one_of("error", "timeout")}, outcome.events[-1])


def test_line_that_is_not_there() -> None:
    url = "serial:///dev/no-such-line?baudrate=9600"
    protoc("call", description("pump"), "--connect", url, *ASKED).ends(1, 2, 3).mentions(
        "no-such-line"
    )


@pytest.mark.parametrize("answer", [b"", FLOW[:6]], ids=["nothing", "half an answer"])
def test_device_hangs_up(stage: Stage, answer: bytes) -> None:
    device = cast(TcpDevice, stage.device())
    program = stage.call("pump", device, *ASKED)
    peer = device.accept()
    peer.expect(ASK)
    if answer:
        peer.send(answer)
    device.close()
    outcome = program.ended().ends(3)
    assert like({"status": one_of("error", "timeout")}, result(outcome))
    assert named(outcome.events, "disconnected"), listing(outcome.events)


def test_answer_and_then_hangs_up(stage: Stage) -> None:
    device = stage.device()
    program = stage.call("pump", device, *ASKED)
    peer = device.accept()
    peer.expect(ASK)
    peer.send(FLOW)
    peer.close()
    assert_ok(program.ended(), "flow", flow=50.0)


def test_line_is_unplugged(stage: Stage) -> None:
    device = cast(PtyDevice, stage.device("pty"))
    program = stage.call("pump", device, *ASKED)
    device.accept().expect(ASK)
    device.close()
    outcome = program.ended().ends(3)
    assert like({"status": one_of("error", "timeout")}, result(outcome))


# --- wrong questions ---

WRONG = {
    "missing field": (["pair:ask", "unit=5"], "channel"),
    "unknown field": ([*ASKED, "chanel=1"], "chanel"),
    "value out of range": (["dose", "unit=5", "channel=1", "flow=251"], "flow"),
    "value of another kind": (["pair:ask", "unit=five", "channel=1"], "unit"),
}


@pytest.mark.parametrize("arguments, name", WRONG.values(), ids=list(WRONG))
def test_wrong_question(stage: Stage, arguments: list[str], name: str) -> None:
    """It is refused with the field's name before a byte leaves."""
    device = cast(TcpDevice, stage.device())
    outcome = stage.call("pump", device, *arguments).ended().ends(1, 2, 3)
    outcome.mentions(name)
    assert not named(outcome.events, "message", direction="sent")
