"""The framer: on good and bad streams, with many candidates, on input made to hurt."""

import random
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

import construct as c

from protoc.runtime.found import FoundMessage
from protoc.runtime.framing import Framer
from tests.benchmarks import generated, with_construct
from tests.benchmarks.measuring import Work, compare, exponent
from tests.benchmarks.report import Row, Section

CHUNK = 4096


def measure() -> Section:
    clean, dirty = stream(2000, 0.0), stream(2000, 0.25)
    rows = [
        Row("mixed frames, 4 KiB chunks, times faster than construct", _ratio(clean), "", 20, True),
        Row("the same with 25 % garbage", _ratio(dirty), "", 150, True),
        Row("1000 candidates, time to that with 1", _candidates(), "", 1.3),
    ]
    for name, make in HURTING.items():
        for chunk, smallest in ((1, 8192), (CHUNK, 65536)):
            sizes = [smallest << n for n in range(4)]
            grown = exponent(sizes, partial(_hurting, make, chunk))
            rows.append(Row(f"{name}, chunks of {chunk}: exponent of the cost", grown, "", 1.1))
    for name, layout in GROWING.items():
        for chunk, smallest in ((1, 4096), (7, 8192), (CHUNK, 32768)):
            sizes = [smallest << n for n in range(4)]
            grown = exponent(sizes, partial(_growing, *layout, chunk))
            rows.append(Row(f"{name}, chunks of {chunk}: exponent of the cost", grown, "", 1.1))
    return Section(
        "Streams",
        "Framing and decoding. The four frames above in random order, garbage in between them; "
        "naive construct tries a `Select` of the same frames at each byte of what has come. Cost "
        "grows with the size of the input to the power of the exponent: 1 is linear.",
        rows,
    )


def stream(count: int, garbage: float) -> bytes:
    """Frames in random order, random bytes between them."""
    chance = random.Random(7)
    frames = [with_construct.CONSTRUCTS[n].build(v) for n, v in with_construct.VALUES.items()]
    pieces = []
    for _ in range(count):
        frame = chance.choice(frames)
        pieces.append(frame)
        if garbage:
            noise = len(frame) * garbage / (1 - garbage)
            pieces.append(chance.randbytes(int(noise + chance.random())))
    return b"".join(pieces)


def _hurting(make: Callable[[int], bytes], chunk: int, size: int) -> Work:
    return _feeding(make(size), chunk)


def _growing(layout: str, make: Callable[[int], bytes], chunk: int, size: int) -> Work:
    """One message as large as that, whose end only its items tell."""
    text = f"protocol growing\nlink tcp client\nevent growing {{ STX; {layout} }}"
    return _feeding(make(size), chunk, text)


def _feeding(data: bytes, chunk: int, description: str = "") -> Work:
    module = generated.compiled(description) if description else generated.frames()
    messages = generated.classes(module)
    chunks = [data[at : at + chunk] for at in range(0, len(data), chunk)]

    def feed() -> int:
        framer = Framer(messages, largest=1 << 24) if description else Framer(messages)
        return sum(
            isinstance(found, FoundMessage) for part in chunks for found in framer.feed(part)
        ) + sum(isinstance(found, FoundMessage) for found in framer.end())

    return feed


def _naively(data: bytes) -> Work:
    """What is written first: keep what has come, try everything at each byte."""
    select: Any = c.Select(*with_construct.CONSTRUCTS.values())
    chunks = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]

    def feed() -> int:
        held, found = b"", 0
        for chunk in chunks:
            held += chunk
            at = 0
            while len(held) - at > 100:  # the longest frame is there
                source = BytesIO(held[at : at + 100])
                try:
                    select.parse_stream(source)
                except c.ConstructError:
                    at += 1
                else:
                    at += source.tell()
                    found += 1
            held = held[at:]
        return found

    return feed


def _ratio(data: bytes) -> float:
    ours, theirs = _feeding(data, CHUNK), _naively(data[: len(data) // 4])
    quarter = _feeding(data[: len(data) // 4], CHUNK)
    count: Any = ours()
    assert count >= 2000, count
    return 1 / compare(quarter, theirs, rounds=3).ratio


def _candidates() -> float:
    module = generated.compiled(generated.many_responses(1000))
    messages = generated.classes(module)
    wanted = messages[500]
    data = wanted(unit=1, value=2, kind=3).encode() * 2000
    chunks = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]

    def feeding(framer: Framer) -> Callable[[], object]:
        def feed() -> None:
            for chunk in chunks:
                framer.feed(chunk)

        return feed

    return compare(feeding(Framer(messages)), feeding(Framer([wanted]))).ratio


def _headers(size: int) -> bytes:
    """The beginning of a text frame, again and again, and never its end."""
    return (b"{05RS2" * (size // 6 + 1))[:size]


def _endless(size: int) -> bytes:
    """Frames that say they are long and are not."""
    return (b"\x7e\x01\x02\x04\x00" * (size // 5 + 1))[:size]


def _nearly(size: int) -> bytes:
    """Whole frames whose checksum is wrong, holding the beginnings of others."""
    payload = (b"\x7e\x01\x02\x00\x20" * 13)[:64]
    frame = b"\x7e\x03\x4d\x00\x40" + payload + b"\x00\x00" + b"{05RS21234041548}\r"
    return (frame * (size // len(frame) + 1))[:size]


HURTING = {
    "headers without ends": _headers,
    "lengths without data": _endless,
    "near-misses": _nearly,
}

GROWING: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "a list that its items end": (
        "more : u8; items : [u8] while previous & 0x80",
        lambda size: b"\x02\x80" + b"\x81" * size + b"\x00",
    ),
    "a list in an object in a list": (
        "repeat parts until CR { n : u32 = count(items); items : [u16] count n }; CR",
        lambda size: b"\x02" + (size // 2).to_bytes(4, "big") + bytes(size // 2 * 2) + b"\r",
    ),
    "a list that ends what is coded": (
        "coded hex { n : u32 = count(items); items : [u16] count n }",
        lambda size: b"\x02" + (size // 4).to_bytes(4, "big").hex().encode() + b"30" * (size // 2),
    ),
    "quotes in quotes": (
        "words : quoted; CR",
        lambda size: b'\x02"' + b'""' * (size // 2) + b'"\r',
    ),
}
"""Layouts of one message of any size, and its bytes."""
