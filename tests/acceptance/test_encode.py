"""`protoc encode`: what is given becomes bytes, or the reason why not."""

import itertools

import pytest

from tests.acceptance import wire
from tests.acceptance.player import description, like, protoc
from tests.acceptance.samples import DEVICES, Sample, sample

PLAIN = [
    pytest.param(source, each, id=f"{source}-{each.message}-{number}")
    for source, known in sorted(DEVICES.items())
    for number, each in enumerate([*known.sent, *known.received])
    if not any(isinstance(value, dict) for value in each.fields.values())
]


@pytest.mark.parametrize("source, given", PLAIN)
def test_frame(source: str, given: Sample) -> None:
    """Lower-case hexadecimal without blanks, on one line."""
    outcome = protoc("encode", description(source), given.message, *given.arguments).ends(0)
    assert outcome.text.strip() in {frame.hex() for frame in (given.frame, *given.also)}
    assert len(outcome.text.splitlines()) == 1


def test_bits_of_a_word() -> None:
    """The value of a bit group may be written in any of the usual ways."""
    frame = wire.summed(bytes([0xC6, 0xD0, 0x01])).hex()
    spellings = [
        ['keys={"blackout": 1, "page": 5, "flash": 1}'],
        ["keys={blackout=1, page=5, flash=1}"],
        ["keys.blackout=1", "keys.page=5", "keys.flash=1"],
    ]
    outcomes = [protoc("encode", description("panel"), "press", *given) for given in spellings]
    for outcome in outcomes:
        outcome.ends(0, 1, 2)
    assert any(outcome.text.strip() == frame for outcome in outcomes), [
        outcome.everything for outcome in outcomes
    ]


def test_bits_of_a_message_that_are_not_given_are_0() -> None:
    outcome = protoc("encode", description("panel"), "set_mode", "mode=on", "level=7", "heat=1")
    assert outcome.ends(0).text.strip() == wire.negated(bytes([0xC4, 0x10, 0x10, 7])).hex()


def test_what_was_encoded_decodes_to_the_same() -> None:
    given = {"unit": 17, "channel": 255, "flow": 249.9}
    arguments = itertools.starmap("{}={}".format, given.items())
    frame = protoc("encode", description("pump"), "set_flow", *arguments).ends(0).text.strip()
    (event,) = protoc("decode", description("pump"), "--sent", "--hex", frame).ends(0).events
    assert like(given, event["fields"]), event


@pytest.mark.parametrize("flow, raw", [("0", 0), ("250", 2500), ("0.26", 3), ("99.94", 999)])
def test_scaled_value_is_rounded_to_the_nearest(flow: str, raw: int) -> None:
    given = ["unit=1", "channel=1", f"flow={flow}"]
    outcome = protoc("encode", description("pump"), "set_flow", *given)
    expected = wire.pump(1, 0x01, bytes([1]) + raw.to_bytes(2, "big"))
    assert outcome.ends(0).text.strip() == expected.hex()


REFUSED = {
    "above its range": ("pump", "set_flow", ["unit=1", "channel=1", "flow=250.1"], ["flow", "250"]),
    "below its range": ("pump", "set_flow", ["unit=1", "channel=1", "flow=-0.1"], ["flow", "-0.1"]),
    "wider than its bytes": ("pump", "get_flow", ["unit=256", "channel=1"], ["unit", "256"]),
    "negative but unsigned": ("pump", "get_flow", ["unit=-1", "channel=1"], ["unit", "-1"]),
    "wider than its bits": ("panel", "set_mode", ["mode=on", "level=1", "heat=16"], ["heat", "16"]),
    "more digits than fit": ("switchbox", "route_of", ["output=100"], ["output", "100"]),
    "text where a number is": ("pump", "get_flow", ["unit=five", "channel=1"], ["unit", "five"]),
    "fraction of a whole": ("pump", "get_flow", ["unit=1.5", "channel=1"], ["unit", "1.5"]),
    "no such label": ("panel", "set_mode", ["mode=onn", "level=1"], ["mode", "onn"]),
    "text too long": ("badge", "fixed", ["name=abcdefg", "raw=000000"], ["name"]),
    "too many bytes": ("badge", "fixed", ["name=abcdef", "raw=00000000"], ["raw"]),
    "no bytes": ("badge", "fixed", ["name=abcdef", "raw=xyz"], ["raw", "xyz"]),
    "over its max": ("badge", "print", ["line=" + "x" * 41], ["line", "40"]),
    "a size that is not so": ("badge", "driven", ["size=4", "name=abc"], []),
    "missing": ("pump", "set_flow", ["unit=1", "flow=1"], ["channel"]),
    "missing in the frame": ("pump", "set_flow", ["channel=1", "flow=1"], ["unit"]),
    "unknown": ("pump", "get_flow", ["unit=1", "channel=1", "chanel=1"], ["chanel"]),
    "fixed by the message": ("pump", "get_flow", ["unit=1", "channel=1", "code=3"], ["code"]),
    "its end inside": ("scale", "show", ["station=1", "line=a\x03b"], ["line"]),
    "its separator inside": ("badge", "ended", ["name=a;b", "note=x"], ["name"]),
}


@pytest.mark.parametrize(
    "source, message, given, words", REFUSED.values(), ids=list(map(str, REFUSED))
)
def test_refused(source: str, message: str, given: list[str], words: list[str]) -> None:
    """A value that cannot go out is named, and nothing is printed that looks like a frame."""
    outcome = protoc("encode", description(source), message, *given).ends(1)
    assert outcome.text.strip() == "", outcome.text
    outcome.mentions(*words)


def test_message_that_is_not_declared() -> None:
    protoc("encode", description("pump"), "get_flwo", "unit=1").ends(1, 2).mentions("get_flwo")


def test_argument_without_a_value() -> None:
    protoc("encode", description("pump"), "get_flow", "unit").ends(1, 2).mentions("unit")


def test_real_frame_of_the_amplifier_family() -> None:
    known = sample("booster", "poll_alarms")
    assert known.frame == b"{05RA6D}\r"
    outcome = protoc("encode", description("booster"), "poll_alarms", "address=5").ends(0)
    assert outcome.text.strip() == "7b3035524136447d0d"
