"""`protoc run`: timers, unsolicited messages, changes, hooks and timeouts, until told to stop."""

import signal
import time

import pytest

from tests.acceptance import wire
from tests.acceptance.conftest import Stage
from tests.acceptance.player import (
    Device,
    garbage,
    in_order,
    like,
    listing,
    named,
)

ASK = wire.summed(b"\x51\x00")


def answer(tenths: int) -> bytes:
    return wire.summed(b"\x52" + tenths.to_bytes(2, "big", signed=True))


def knob(tenths: int) -> bytes:
    return wire.summed(b"\x55" + tenths.to_bytes(2, "big"))


def store(tenths: int) -> bytes:
    return wire.summed(b"\x53" + tenths.to_bytes(2, "big"))


STORED = wire.summed(b"\x54")


def report(current: int, burning: int) -> bytes:
    return wire.summed(b"\x3c" + current.to_bytes(2, "big") + bytes([burning]))


RESTART = wire.summed(b"\x3d\x03")
STARTED = wire.summed(b"\x3e")


# --- timers ---


def test_timer_asks_again_and_again(stage: Stage, device: Device) -> None:
    program = stage.run("thermostat", device)
    peer = device.accept()
    for tenths in (205, 206, -15):
        peer.expect(ASK)
        peer.send(answer(tenths))
        program.wait_for({"event": "message", "direction": "sent", "name": "ask"})
        program.wait_for({"event": "message", "direction": "received", "name": "answer"})
        program.wait_for({"event": "param", "name": "temperature", "value": tenths / 10})
    outcome = program.interrupted(signal.SIGINT).ends(0)
    in_order(
        outcome.events,
        {"event": "connected"},
        {"event": "param", "name": "temperature", "value": 20.5},
        {"event": "param", "name": "temperature", "value": 20.6, "old": 20.5},
        {"event": "param", "name": "temperature", "value": -1.5, "old": 20.6},
    )
    if device.kind == "tcp":
        peer.quiet()
        assert peer.closed_by_other


def test_timer_keeps_its_pace(stage: Stage) -> None:
    """So far apart as it says, whenever the answers come; never in a burst."""
    device = stage.device()
    stage.run("thermostat", device)
    peer = device.accept()
    moments = []
    for _ in range(4):
        peer.expect(ASK)
        moments.append(time.monotonic())
        peer.send(answer(200))
    assert moments[-1] - moments[0] >= 1.8, moments


# --- messages nobody asked for ---


def test_unsolicited_message_sets_params(stage: Stage, device: Device) -> None:
    program = stage.run("beacon", device)
    peer = device.accept()
    program.wait_for({"event": "connected"})
    peer.send(report(410, 0))
    program.wait_for(
        {
            "event": "message",
            "direction": "received",
            "name": "report",
            "fields": {"lamp_current": 410, "burning": 0},
        }
    )
    program.wait_for({"event": "param", "name": "lamp_current", "value": 410})
    peer.send(report(411, 0))
    program.wait_for({"event": "param", "name": "lamp_current", "value": 411, "old": 410})
    outcome = program.interrupted().ends(0)
    assert not named(outcome.events, "param", name="burning"), "its value did not change"
    peer.expect_nothing()


def test_noise_and_pieces(stage: Stage, device: Device) -> None:
    program = stage.run("beacon", device)
    peer = device.accept()
    program.wait_for({"event": "connected"})
    peer.send_bytewise(b"\x00\x01" + report(1, 0) + b"\xff")
    peer.send(wire.spoiled(report(2, 0)) + report(3, 0))
    program.wait_for({"event": "param", "name": "lamp_current", "value": 3})
    events = program.interrupted().ends(0).events
    before, between = garbage(events)[:2]
    assert before == (0, "0001")
    assert between[0] == 7
    assert between[1].startswith("ff")
    in_order(
        events,
        {"event": "message", "name": "report", "offset": 2},
        {"event": "rejected", "name": "report", "offset": 8, "error": "crc"},
        {"event": "message", "name": "report", "offset": 13},
    )
    assert not named(events, "param", value=2)


# --- what is set in motion ---


def test_hook_without_an_implementation_is_reported(stage: Stage) -> None:
    device = stage.device()
    program = stage.run("beacon", device)
    peer = device.accept()
    peer.send(report(100, 1))
    program.wait_for({"event": "hook", "name": "lamp_changed"})
    peer.send(report(100, 1) + report(101, 1) + report(102, 0))
    program.wait_for({"event": "hook", "name": "lamp_changed"})
    events = program.interrupted().ends(0).events
    assert len(named(events, "hook")) == 2, "once for each change"


def test_condition_of_a_trigger(stage: Stage, device: Device) -> None:
    program = stage.run("beacon", device)
    peer = device.accept()
    program.wait_for({"event": "connected"})
    peer.send(report(500, 0))
    program.wait_for({"event": "message", "name": "report"})
    peer.expect_nothing()
    peer.send(report(501, 0))
    peer.expect(RESTART)
    peer.send(STARTED)
    program.wait_for({"event": "message", "name": "started"})
    program.interrupted().ends(0)
    peer.expect_nothing()


def test_change_executes_a_pair(stage: Stage, device: Device) -> None:
    program = stage.run("thermostat", device)
    peer = device.accept()
    peer.expect(ASK)
    peer.send(answer(200) + knob(235))
    peer.expect(store(235))
    peer.send(STORED)
    program.wait_for({"event": "param", "name": "setpoint", "value": 23.5})
    program.wait_for({"event": "message", "name": "stored"})
    peer.expect(ASK)
    peer.send(knob(235) + answer(200))  # turned to where it was: no change
    peer.expect(ASK)
    program.interrupted().ends(0)


def test_bits_of_an_event_execute_a_pair(stage: Stage) -> None:
    """Of a frame's fields that nobody gave, no more is asked than that this ends in no crash."""
    device = stage.device()
    program = stage.run("shutter", device)
    peer = device.accept()
    peer.send(wire.shutter(5, 0xB0, b"\x40"))
    program.wait_for({"event": "message", "name": "wall"})
    peer.expect_nothing()
    peer.send(wire.shutter(5, 0xB0, b"\xc0"))
    program.wait_for({"event": "message", "name": "wall"})
    if peer.quiet():
        assert peer.take(3)[2] == 0x21
    program.interrupted().ends(0)


# --- timeouts ---


def test_timeouts_and_recovery(stage: Stage, device: Device) -> None:
    program = stage.run("thermostat", device)
    peer = device.accept()
    peer.expect(ASK)
    peer.send(answer(200))
    program.wait_for({"event": "param", "name": "online", "value": 1, "old": 0})
    peer.expect(ASK)
    program.wait_for({"event": "timeout", "pair": "ask", "attempt": 1, "last": False})
    peer.expect(ASK)
    program.wait_for({"event": "timeout", "pair": "ask", "attempt": 2, "last": True})
    program.wait_for({"event": "param", "name": "online", "value": 0, "old": 1})
    peer.expect(ASK)
    peer.send(answer(201))
    program.wait_for({"event": "param", "name": "online", "value": 1, "old": 0})
    program.interrupted().ends(0)


def test_late_answer_sets_nothing(stage: Stage) -> None:
    """It is recognised and shown, but it answers nobody."""
    device = stage.device()
    program = stage.run("thermostat", device)
    peer = device.accept()
    peer.expect(ASK)
    peer.expect(ASK)
    program.wait_for({"event": "timeout", "pair": "ask", "last": True})
    peer.send(answer(333))
    program.wait_for({"event": "message", "name": "answer", "fields": {"temperature": 33.3}})
    peer.expect(ASK)
    peer.send(answer(200))
    program.wait_for({"event": "param", "name": "temperature", "value": 20.0})
    events = program.interrupted().ends(0).events
    assert not any(like(33.3, event["value"]) for event in named(events, "param"))


# --- beginning and end ---


def test_saved_values_are_set_before_anything_happens(stage: Stage) -> None:
    """They are sent, but that they differ from the defaults is no change."""
    device = stage.device()
    program = stage.run("beacon", device, "--set", "limit=7", "--set", "burning=1")
    peer = device.accept()
    peer.send(report(501, 1))
    peer.expect(wire.summed(b"\x3d\x07"))
    peer.send(STARTED)
    program.wait_for({"event": "message", "name": "started"})
    events = program.interrupted().ends(0).events
    assert not named(events, "hook"), listing(events)


def test_saved_value_fires_no_trigger(stage: Stage) -> None:
    device = stage.device()
    program = stage.run("thermostat", device, "--set", "setpoint=30")
    peer = device.accept()
    peer.expect(ASK)
    peer.send(answer(200))
    peer.expect(ASK)
    program.interrupted().ends(0)


@pytest.mark.parametrize("duration", ["600ms", "0.6s", "1s"])
def test_ends_after_its_time(stage: Stage, duration: str) -> None:
    device = stage.device()
    program = stage.run("beacon", device, "--for", duration)
    peer = device.accept()
    start = time.monotonic()
    program.ended().ends(0)
    assert time.monotonic() - start < 10
    peer.expect_end()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ends_cleanly_when_told(stage: Stage, device: Device, number: signal.Signals) -> None:
    program = stage.run("beacon", device)
    peer = device.accept()
    program.wait_for({"event": "connected"})
    peer.send(report(1, 0))
    program.wait_for({"event": "message"})
    outcome = program.interrupted(number).ends(0)
    assert "KeyboardInterrupt" not in outcome.err
    if device.kind == "tcp":
        peer.expect_end()


def test_ends_cleanly_while_it_waits_for_an_answer(stage: Stage) -> None:
    device = stage.device()
    program = stage.run("thermostat", device)
    device.accept().expect(ASK)
    program.interrupted().ends(0)


def test_device_hangs_up(stage: Stage) -> None:
    """It says so, and does not hang: it ends, or tries again until its time is over."""
    device = stage.device()
    program = stage.run("beacon", device, "--for", "2s")
    device.accept().close()
    program.wait_for({"event": "disconnected"})
    program.ended().ends(0, 3)


def test_trace(stage: Stage) -> None:
    device = stage.device()
    program = stage.run("beacon", device, "--trace")
    peer = device.accept()
    peer.send(report(501, 1))
    peer.expect(RESTART)
    program.wait_for({"event": "trigger"})
    program.wait_for({"event": "action"})
    events = program.interrupted().ends(0).events
    for event in [*named(events, "trigger"), *named(events, "action")]:
        assert "name" in event or "id" in event, event
        assert "on" in event, event
        assert "time" in event, event


def test_every_line_comes_at_once(stage: Stage) -> None:
    """Though its output is a pipe, an event is there before the next byte is sent."""
    device = stage.device()
    program = stage.run("beacon", device)
    peer = device.accept()
    program.wait_for({"event": "connected"})
    for number in range(1, 6):
        peer.send(report(number, 0))
        program.wait_for({"event": "param", "name": "lamp_current", "value": number})
    program.interrupted().ends(0)
