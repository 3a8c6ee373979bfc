"""Generated codecs against those written by hand, and against plain construct."""

from typing import Any

from tests.benchmarks import by_hand, generated, with_construct
from tests.benchmarks.measuring import compare, geometric_mean
from tests.benchmarks.report import Row, Section

NAMES = {
    "sample": "17 bytes, bits, CRC-16/MODBUS",
    "block": "71 bytes, length, CRC",
    "reading": "text, XOR as hex",
    "line": "`C,nnnn,value`",
}


def measure() -> Section:
    details: list[Row] = []
    ratios: dict[str, list[float]] = {"hand": [], "codec": [], "decode": [], "encode": []}
    for name in NAMES:
        _one(name, details, ratios)
    means = {key: geometric_mean(values) for key, values in ratios.items()}
    rows = [
        Row("decode and encode, geometric mean, to hand-written", means["hand"], "", 0.95),
        Row(
            "through `parse` and `build` of the construct, to hand-written", means["codec"], "", 1.2
        ),
        Row("decode, times faster than construct", means["decode"], "", 30, more=True),
        Row("encode, times faster than construct", means["encode"], "", 40, more=True),
        *details,
    ]
    return Section(
        "Codecs",
        "Time of generated codecs as a part of that of codecs written by hand: a precompiled "
        "`struct.Struct`, dataclasses with slots, checksums verified; and how many times faster "
        "they are than plain construct. Constructs are measured as they are, not compiled: "
        "compiled ones leave checks out.",
        rows,
    )


def _one(name: str, details: list[Row], ratios: dict[str, list[float]]) -> None:
    plain = with_construct.CONSTRUCTS[name]
    frame: bytes = plain.build(with_construct.VALUES[name])
    ours: Any = {each.NAME: each for each in generated.classes(generated.frames())}[name]
    hand: Any = getattr(by_hand, name.capitalize())
    our_message, hand_message = ours.decode_prefix(frame)[0], hand.decode_prefix(frame)[0]
    parsed = plain.parse(frame)
    codec = ours.construct
    for data in (our_message.encode(), hand_message.encode(), codec.build(our_message)):
        assert data == frame, (name, data, frame)
    assert codec.parse(frame) == our_message

    cases = {
        "decode": (
            lambda: ours.decode_prefix(frame, 0),
            lambda: hand.decode_prefix(frame, 0),
            lambda: codec.parse(frame),
            lambda: plain.parse(frame),
        ),
        "encode": (
            our_message.encode,
            hand_message.encode,
            lambda: codec.build(our_message),
            lambda: plain.build(parsed),
        ),
    }
    for direction, (own, by_hand_, through, slow) in cases.items():
        to_hand = compare(own, by_hand_)
        ratios["hand"].append(to_hand.ratio)
        ratios["codec"].append(compare(through, by_hand_).ratio)
        ratios[direction].append(1 / compare(own, slow, rounds=7).ratio)
        note = f"{to_hand.ours * 1e6:.2f} µs; {ratios[direction][-1]:.0f} times construct"
        details.append(Row(f"{direction}, {NAMES[name]}", to_hand.ratio, "", 1.1, note=note))
