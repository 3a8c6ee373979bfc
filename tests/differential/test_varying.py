"""Numbers that tell how many bytes they have: what is written, read, refused, and waited for."""

from __future__ import annotations

import random

import pytest

from protoc.runtime import DecodeError, EncodeError, Incomplete
from protoc.runtime.framing import Framer
from tests.properties.modules import compiled, outcome

FORMS = ("varint", "vlq", "ber_length", "u7_15", "u6_14_30_62", "varint max 2", "ber_length max 3")
KINDS = [
    f"response a{i} {{ 0x{i:02X}; x : {form}; y : [{form}] count 2; "
    f'n : {form} = len(z); z : bytes; ";" }}'
    for i, form in enumerate(FORMS)
]
MODULE = compiled("\n".join(["protocol varying", "link tcp client :4000", *KINDS]))
assert MODULE is not None
CLASSES = {kind.NAME: kind for kind in MODULE.module.PROTOCOL.messages}
OF = {form: CLASSES[f"a{i}"] for i, form in enumerate(FORMS)}

WRITTEN = [
    ("varint", 0, "00"), ("varint", 127, "7F"), ("varint", 128, "80 01"), ("varint", 300, "AC 02"),
    ("varint", 268435455, "FF FF FF 7F"), ("varint", 2**64 - 1, "FF FF FF FF FF FF FF FF FF 01"),
    ("vlq", 127, "7F"), ("vlq", 128, "81 00"), ("vlq", 0x1FFFFF, "FF FF 7F"),
    ("ber_length", 127, "7F"), ("ber_length", 128, "81 80"), ("ber_length", 256, "82 01 00"),
    ("u7_15", 127, "7F"), ("u7_15", 128, "80 80"), ("u7_15", 32767, "FF FF"),
    ("u6_14_30_62", 37, "25"), ("u6_14_30_62", 15293, "7B BD"),
    ("u6_14_30_62", 494878333, "9D 7F 3E 7D"),
    ("u6_14_30_62", 151288809941952652, "C2 19 7C 5E FF 14 E8 8C"),
]  # fmt: skip
"""Numbers and their bytes: those of the standards (RFC 9000, MIDI, MQTT, X.690) among them."""


@pytest.mark.parametrize("form, number, octets", WRITTEN)
def test_as_few_bytes_are_written_as_will_do(form: str, number: int, octets: str) -> None:
    kind, there = OF[form], bytes.fromhex(octets)
    whole = kind(x=number, y=[0, 0], z=b"").encode()
    assert whole[1:-4] == there
    assert kind.decode(whole).x == number


@pytest.mark.parametrize(
    "form, octets, number",
    [("varint", "85 80 00", 5), ("vlq", "80 80 05", 5), ("ber_length", "82 00 05", 5),
     ("u7_15", "80 05", 5), ("u6_14_30_62", "80 00 00 05", 5)],
)  # fmt: skip
def test_more_bytes_than_needed_are_read(form: str, octets: str, number: int) -> None:
    kind = OF[form]
    start = kind(x=1, y=[0, 0], z=b"").encode()[:1]
    message = kind.decode(start + bytes.fromhex(octets) + b"\0\0\0;")
    assert message.x == number
    assert len(message.encode()) < len(octets) + 1 + 4


@pytest.mark.parametrize(
    "form, octets, reason",
    [("varint", "FF" * 10, "too long"), ("varint max 2", "80 80", "too long"),
     ("ber_length", "80", "value"), ("ber_length max 3", "83", "too long"),
     ("ber_length", "FF", "too long")],
)  # fmt: skip
def test_what_is_no_number_is_rejected_at_once(form: str, octets: str, reason: str) -> None:
    kind = OF[form]
    start = kind(x=1, y=[0, 0], z=b"").encode()[:1]
    with pytest.raises(DecodeError) as caught:
        kind.decode_prefix(start + bytes.fromhex(octets))
    assert (caught.value.reason, caught.value.field, caught.value.offset) == (reason, "x", 1)


@pytest.mark.parametrize(
    "form, number",
    [("varint max 2", 1 << 14), ("ber_length max 3", 1 << 16), ("u7_15", 1 << 15), ("vlq", -1)],
)
def test_what_does_not_fit_is_refused(form: str, number: int) -> None:
    with pytest.raises(EncodeError, match=r"x: expected 0\.\."):
        OF[form](x=number, y=[0, 0], z=b"").encode()


def test_both_codecs_agree_on_everything() -> None:
    chosen = random.Random(8)
    for i, kind in enumerate(OF.values()):
        for _ in range(300):
            alphabet = bytes((0, 1, 2, 3, 0x3B, 0x40, 0x7F, 0x80, 0x81, 0x82, 0x83, 0xC0, 0xFF))
            data = bytes([i, *chosen.choices(alphabet, k=chosen.randrange(12))])
            straight = outcome(lambda d=data, k=kind: k.decode_prefix(d)[0])
            assert outcome(kind.construct.declarative.parse, data) == straight, data
        for _ in range(60):
            values = [chosen.randrange(1 << chosen.randrange(1, 80)) for _ in range(3)]
            message = kind(x=values[0], y=values[1:], z=bytes(values[0] % 300))
            straight = outcome(message.encode)
            assert outcome(kind.construct.declarative.build, message) == straight, message


def test_a_length_is_awaited_byte_by_byte() -> None:
    kind = OF["varint"]
    octets = kind(x=300, y=[1, 200], z=bytes(200)).encode()
    for end in range(1, len(octets)):
        with pytest.raises(Incomplete) as caught:
            kind.decode_prefix(octets[:end])
        assert end < caught.value.needed <= len(octets)
    framer = Framer([kind])
    found = [e for i in range(len(octets)) for e in framer.feed(octets[i : i + 1])]
    assert len(found) == 1
