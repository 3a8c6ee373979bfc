"""`protoc decode`: bytes to messages, and what becomes of the bytes that are none."""

from pathlib import Path

import pytest

from tests.acceptance import wire
from tests.acceptance.player import (
    Event,
    Outcome,
    description,
    garbage,
    in_order,
    like,
    listing,
    named,
    one_of,
    protoc,
)
from tests.acceptance.samples import DEVICES, Sample, sample

SOURCES = sorted(DEVICES)


def decode(source: str, data: bytes, *options: str) -> Outcome:
    return protoc("decode", description(source), *options, "--hex", data.hex())


def message(expected: Sample, offset: int) -> Event:
    return {
        "event": "message",
        "name": expected.message,
        "offset": offset,
        "size": len(expected.frame),
        "fields": expected.fields,
    }


def placed(samples: list[Sample], noise: bytes = b"") -> tuple[bytes, list[Event]]:
    """The samples with noise before, between and behind them, and the events of the samples."""
    stream, events = noise, []
    for each in samples:
        events.append(message(each, len(stream)))
        stream += each.frame + noise
    return stream, events


def assert_same(events: list[Event], expected: list[Event]) -> None:
    assert len(events) == len(expected), f"{len(expected)} expected:\n{listing(events)}"
    for event, pattern in zip(events, expected, strict=True):
        assert like(pattern, event), f"expected {pattern}\ngot {event}"


# --- whole messages ---


@pytest.mark.parametrize("source", SOURCES)
def test_everything_a_device_says(source: str) -> None:
    stream, expected = placed(DEVICES[source].received)
    assert_same(decode(source, stream).ends(0).events, expected)


@pytest.mark.parametrize("source", [name for name in SOURCES if DEVICES[name].sent])
def test_everything_a_device_is_told(source: str) -> None:
    stream, expected = placed(DEVICES[source].sent)
    assert_same(decode(source, stream, "--sent").ends(0).events, expected)


def test_without_sent_a_command_is_none_of_the_device() -> None:
    events = decode("switchbox", b"*IDN?\n").ends(1).events
    assert not named(events, "message"), listing(events)


@pytest.mark.parametrize(
    "source, name",
    [("pump", "get_flow"), ("panel", "mode_set"), ("badge", "print"), ("switchbox", "routed")],
)
def test_one_message_by_name(source: str, name: str) -> None:
    """By name it is tried whichever way it goes."""
    asked = sample(source, name)
    assert_same(decode(source, asked.frame, "--message", name).ends(0).events, [message(asked, 0)])


def test_by_name_nothing_else_is_tried() -> None:
    events = decode("tank", b"OK\r\nLEVEL 0001\r\n", "--message", "stored").ends(1).events
    assert [event["name"] for event in named(events, "message")] == ["stored"]


def test_message_that_is_not_declared() -> None:
    protoc("decode", description("tank"), "--message", "levle", "--hex", "00").ends(1, 2).mentions(
        "levle"
    )


def test_enum_bits_and_numbers_keep_their_kinds() -> None:
    """Whole numbers stay whole, labels are text, unknown values are numbers, bits an object."""
    known, unknown = DEVICES["panel"].received[0], DEVICES["panel"].received[2]
    first, second = decode("panel", known.frame + unknown.frame).ends(0).events
    assert first["fields"]["mode"] == "stand by"
    assert first["fields"]["keys"] == {"blackout": 1, "page": 5, "flash": 0}
    assert first["fields"]["heat"] == 9
    assert second["fields"]["mode"] == 0x77


# --- where the bytes come from ---


def test_standard_input_is_taken_as_it_is() -> None:
    stream, expected = placed(DEVICES["pump"].received)
    assert_same(protoc("decode", description("pump"), stdin=stream).ends(0).events, expected)


def test_file_is_taken_as_it_is(tmp_path: Path) -> None:
    stream, expected = placed(DEVICES["ledger"].received)
    capture = tmp_path / "capture.bin"
    capture.write_bytes(stream)
    outcome = protoc("decode", description("ledger"), "--file", capture)
    assert_same(outcome.ends(0).events, expected)


def test_hexadecimal_in_capitals() -> None:
    known = sample("booster", "alarms")
    outcome = protoc("decode", description("booster"), "--hex", known.frame.hex().upper())
    assert_same(outcome.ends(0).events, [message(known, 0)])


def test_no_bytes_at_all() -> None:
    assert protoc("decode", description("pump"), stdin=b"").ends(0).events == []


@pytest.mark.parametrize("wrong", ["0", "zz", "12 3"])
def test_hexadecimal_that_is_none(wrong: str) -> None:
    protoc("decode", description("pump"), "--hex", wrong).ends(1, 2)


# --- noise ---


@pytest.mark.parametrize("source", SOURCES)
def test_noise_around_messages_is_told_apart(source: str) -> None:
    noise = DEVICES[source].noise
    stream, expected = placed(DEVICES[source].received, noise)
    events = decode(source, stream).ends(1).events
    assert_same(named(events, "message"), expected)
    gaps = [0, *(event["offset"] + event["size"] for event in expected)]
    assert garbage(events) == [(gap, noise.hex()) for gap in gaps], listing(events)


def test_only_noise() -> None:
    events = decode("pump", b"\x00" * 100).ends(1).events
    assert garbage(events) == [(0, "00" * 100)]


def test_unknown_kind_of_frame_does_not_hide_the_next() -> None:
    stranger, known = wire.pump(5, 0x77, b"abc"), sample("pump", "flow")
    events = decode("pump", stranger + known.frame).ends(1).events
    assert_same(named(events, "message"), [message(known, len(stranger))])
    assert events[0]["offset"] == 0
    assert events[0]["event"] in {"rejected", "garbage"}


# --- what is wrong with a frame ---


@pytest.mark.parametrize("source", [name for name in SOURCES if DEVICES[name].checked])
def test_wrong_check(source: str) -> None:
    """Each message with a spoiled check is rejected for it, and the good one behind is found."""
    good = DEVICES[source].checked[0]
    stream, bad_at = b"", []
    good_at = []
    for each in DEVICES[source].checked:
        bad_at.append((len(stream), each.message))
        stream += wire.spoiled(each.frame)
        good_at.append(message(good, len(stream)))
        stream += good.frame
    events = decode(source, stream).ends(1).events
    in_order(
        events,
        *(
            {"event": "rejected", "offset": offset, "name": name, "error": "crc"}
            for offset, name in bad_at
        ),
    )
    assert_same(named(events, "message"), good_at)
    assert all(event.get("detail") for event in named(events, "rejected")), listing(events)


def test_wrong_check_in_hexadecimal_text() -> None:
    known = sample("booster", "alarms")
    bad = wire.spoiled(known.frame, -3)
    events = decode("booster", bad + known.frame).ends(1).events
    in_order(
        events,
        {"event": "rejected", "offset": 0, "name": "alarms", "error": "crc"},
        message(known, len(bad)),
    )


def test_length_that_does_not_suit_the_kind() -> None:
    known = sample("pump", "flow")
    bad = wire.pump(5, 0x82, b"\x02\x01")
    events = decode("pump", bad + known.frame).ends(1).events
    in_order(
        events, {"event": "rejected", "offset": 0, "error": "length"}, message(known, len(bad))
    )


def test_length_over_the_limit() -> None:
    known = sample("pump", "flow")
    bad = wire.pump(5, 0x82, bytes(49))
    events = decode("pump", bad + known.frame).ends(1).events
    in_order(
        events,
        {"event": "rejected", "offset": 0, "error": one_of("too long", "length")},
        message(known, len(bad)),
    )


def test_value_out_of_its_range() -> None:
    known = sample("panel", "mode_set")
    bad = wire.summed(bytes([0xC3, 2, 0xD0, 0x96, 0x7F, 0xFF, 200]))
    events = decode("panel", bad + known.frame).ends(1).events
    in_order(
        events,
        {"event": "rejected", "offset": 0, "name": "status", "error": "value"},
        message(known, len(bad)),
    )


def test_digits_that_are_none() -> None:
    known = sample("scale", "weight")
    bad = wire.scale(1, "w", "00x234S")
    events = decode("scale", bad + known.frame).ends(1).events
    in_order(events, {"event": "rejected", "offset": 0}, message(known, len(bad)))


def test_second_constant_is_missing() -> None:
    """An open brace without its end does not swallow the frames behind it."""
    known = sample("booster", "accepted")
    bad = wire.booster(5, "K")[:-2]
    events = decode("booster", bad + known.frame).ends(1).events
    assert_same(named(events, "message"), [message(known, len(bad))])


# --- cut off ---


@pytest.mark.parametrize("source", [name for name in SOURCES if len(DEVICES[name].received) > 1])
def test_cut_off_at_the_end(source: str) -> None:
    whole = DEVICES[source].received[0]
    cut = max(DEVICES[source].received, key=lambda each: len(each.frame)).frame[:-1]
    events = decode(source, whole.frame + cut).ends(1).events
    assert like(message(whole, 0), events[0]), listing(events)
    at = len(whole.frame)
    in_order(events, {"event": "incomplete", "offset": at, "size": len(cut), "hex": cut.hex()})


def test_cut_off_anywhere() -> None:
    """Every beginning of a frame is incomplete, the whole of it is not."""
    frame = sample("scale", "weight").frame
    for length in (1, 2, 5, len(frame) - 1):
        events = decode("scale", frame[:length]).ends(1).events
        in_order(events, {"event": "incomplete", "offset": 0, "hex": frame[:length].hex()})


# --- searched again from the second byte ---


def test_message_inside_a_rejected_frame() -> None:
    """What looked like a frame fails its check; a real one that began inside it is delivered."""
    known = sample("pump", "flow")
    false_start = b"\xa5\x5a\x05\x82\x20"
    stream = false_start + known.frame + bytes(0x20 - len(known.frame) + 2) + known.frame
    events = decode("pump", stream).ends(1).events
    assert_same(
        named(events, "message"),
        [message(known, len(false_start)), message(known, len(stream) - len(known.frame))],
    )


def test_start_mark_twice() -> None:
    known = sample("pump", "flow")
    events = decode("pump", b"\xa5" + known.frame).ends(1).events
    assert_same(named(events, "message"), [message(known, 1)])


def test_message_inside_an_unfinished_one() -> None:
    """At the end of the input a frame that announced more is given up for what is inside it."""
    known = sample("pump", "flow")
    false_start = b"\xa5\x5a\x05\x82\x30"
    events = decode("pump", false_start + known.frame).ends(1).events
    assert_same(named(events, "message"), [message(known, len(false_start))])
    assert not named(events, "incomplete", offset=0), listing(events)


def test_two_messages_inside_an_unfinished_one() -> None:
    first, second = sample("shutter", "no"), sample("shutter", "place")
    false_start = b"\x01\x05\xa1\x40"
    events = decode("shutter", false_start + first.frame + second.frame).ends(1).events
    at = len(false_start)
    assert_same(
        named(events, "message"), [message(first, at), message(second, at + len(first.frame))]
    )
