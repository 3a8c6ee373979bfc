"""Codings undo themselves, refuse what they have not written, and know where everything came from.

Check values are from the documents that define them.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protoc.runtime.codecs import Delimiter
from protoc.runtime.codings import (
    Add,
    Base64,
    Blocks,
    Chain,
    Cobs,
    Coding,
    Escape,
    Hex,
    Miscoded,
    Stuff,
    Truncate,
    Xor,
)
from protoc.runtime.errors import DecodeError, Incomplete

SLIP = Escape(0xDB, {0xC0: 0xDC, 0xDB: 0xDD})
DLE = Escape(0x10, {0x10: 0x10})
S101 = Escape(0xFD, {octet: octet ^ 0x20 for octet in range(0xF8, 0x100)})
PLAIN = Escape(0x1B, {0x02: 0x02, 0x03: 0x03, 0x1B: 0x1B})
CODINGS: dict[str, Coding] = {
    "slip": SLIP,
    "dle": DLE,
    "s101": S101,
    "as it is behind a mark": PLAIN,
    "cobs": Cobs(),
    "hex": Hex(),
    "lower hex": Hex(lower=True),
    "base64": Base64(),
    "add": Add(0x33),
    "xor": Xor(b"\x5a"),
    "long key": Xor(b"\x5a\xc3\x0f"),
    "blocks": Blocks(4, sum, 2, "little"),
    "blocks behind a header": Blocks(4, sum, 2, "big", first=7),
    "stuff": Stuff(b"\x10\x02", 0x02),
    "stuff with itself": Stuff(b"\x10\x10", 0x10),
    "hex of xor": Chain(Hex(), Xor(b"\x5a")),
    "slip of cobs of hex": Chain(SLIP, Cobs(), Hex()),
}
NAMES = pytest.mark.parametrize("name", CODINGS)

# bytes that codings make something of come often, and long stretches without zeros
OCTETS = st.one_of(
    st.binary(max_size=20),
    st.lists(st.sampled_from(b"\x00\x02\x03\x10\x1b\xc0\xdb\xdc\xdd\xfd\xdfA"), max_size=20).map(
        bytes
    ),
    st.integers(250, 260).map(lambda size: b"\x01" * size),
    st.integers(505, 512).map(lambda size: b"\x00" + b"\xff" * size + b"\x00\x01"),
)


@pytest.mark.parametrize(
    "name, plain, coded",
    [
        ("slip", b"\x01\xc0\x02\xdb", b"\x01\xdb\xdc\x02\xdb\xdd"),
        ("dle", b"\x10\x01\x10\x10", b"\x10\x10\x01\x10\x10\x10\x10"),
        ("s101", b"\xf7\xf8\xff\xfd", b"\xf7\xfd\xd8\xfd\xdf\xfd\xdd"),
        ("as it is behind a mark", b"\x02\x41\x1b", b"\x1b\x02\x41\x1b\x1b"),
        ("cobs", b"", b"\x01"),
        ("cobs", b"\x00", b"\x01\x01"),
        ("cobs", b"\x11\x22\x00\x33", b"\x03\x11\x22\x02\x33"),
        ("cobs", b"\x11\x00\x00\x00", b"\x02\x11\x01\x01\x01"),
        ("cobs", bytes(range(1, 255)), b"\xff" + bytes(range(1, 255))),
        ("cobs", bytes(range(256)), b"\x01\xff" + bytes(range(1, 255)) + b"\x02\xff"),
        ("hex", b"\x00\xab", b"00AB"),
        ("lower hex", b"\x00\xab", b"00ab"),
        ("base64", b"any carnal pleas", b"YW55IGNhcm5hbCBwbGVhcw=="),
        ("add", b"\x00\xff", b"\x33\x32"),
        ("xor", b"\x5a\x00", b"\x00\x5a"),
        ("long key", b"\x00\x00\x00\x00", b"\x5a\xc3\x0f\x5a"),
        ("hex of xor", b"\x5a", b"00"),
    ],
)
def test_known_values(name: str, plain: bytes, coded: bytes) -> None:
    assert CODINGS[name].encode(plain) == coded
    assert CODINGS[name].decode(coded) == plain


@NAMES
@given(plain=OCTETS)
def test_what_is_coded_is_decoded(name: str, plain: bytes) -> None:
    assert CODINGS[name].decode(CODINGS[name].encode(plain)) == plain


@NAMES
@given(data=OCTETS)
def test_any_bytes_are_decoded_or_refused(name: str, data: bytes) -> None:
    coding = CODINGS[name]
    try:
        plain = coding.decode(data)
    except Miscoded as error:
        place = error.offset
    else:
        assert coding.decode(coding.encode(plain)) == plain
        place = coding.reach(data, len(plain))
    assert 0 <= place <= len(data)


@NAMES
@given(plain=OCTETS, data=st.data())
def test_reach_leads_to_the_byte(name: str, plain: bytes, data: st.DataObject) -> None:
    """What stands behind it has no say in the bytes in front."""
    coding = CODINGS[name]
    coded = coding.encode(plain)
    places = [coding.reach(coded, count) for count in range(len(plain) + 1)]
    assert places == sorted(places)
    assert places[-1] <= len(coded)
    if plain and "64" not in name:
        at = data.draw(st.integers(0, len(plain) - 1))
        changed = plain[:at] + bytes([plain[at] ^ 0xFF]) + plain[at + 1 :]
        same = coding.encode(changed)
        assert "cobs" in name or same[: places[at]] == coded[: places[at]]


def test_zeros_at_the_end_come_back() -> None:
    coding = Truncate(6, keep=1)
    assert coding.encode(b"\x01\x00\x02\x00\x00\x00") == b"\x01\x00\x02"
    assert coding.decode(b"\x01\x00\x02") == b"\x01\x00\x02\x00\x00\x00"
    assert coding.encode(bytes(6)) == b"\x00"
    with pytest.raises(Miscoded) as error:
        coding.decode(bytes(7))
    assert error.value.reason == "length"


@pytest.mark.parametrize(
    "name, data, offset",
    [
        ("slip", b"\x01\xc0", 1),
        ("slip", b"\x01\xdb\x02", 2),
        ("slip", b"\x01\xdb", 2),
        ("dle", b"\x10\x02", 1),
        ("s101", b"\x01\xf9\x02", 1),
        ("blocks", b"\x01\x02\x03\x00\x01\x02", 4),
        ("blocks", b"\x01\x01\x01\x01\x04\x00\x01", 6),
        ("stuff", b"\x01\x10\x02\x03", 3),
        ("stuff", b"\x01\x10\x02", 3),
        ("cobs", b"", 0),
        ("cobs", b"\x02\x01\x00", 2),
        ("cobs", b"\x01\x05\x01", 1),
        ("hex", b"0A0", 3),
        ("hex", b"0x", 1),
        ("hex", b"0 ", 1),
        ("base64", b"YQ=", 2),
        ("base64", b"YR==", 2),
        ("base64", b"Y\n==", 1),
        ("hex of xor", b"0g", 1),
        ("slip of cobs of hex", b"\x04\x41\x47\x00", 3),
    ],
)
def test_what_was_never_coded_is_refused_at_its_place(name: str, data: bytes, offset: int) -> None:
    with pytest.raises(Miscoded) as error:
        CODINGS[name].decode(data)
    assert error.value.offset == offset


# ------------------------------------------------------------------ where coded bytes end


@pytest.mark.parametrize(
    "name, end",
    [
        ("slip", b"\xc0"),
        ("dle", b"\x10\x03"),
        ("s101", b"\xff"),
        ("as it is behind a mark", b"\x03"),
    ],
)
@given(plain=OCTETS, rest=st.binary(max_size=3))
def test_the_end_is_found_at_any_split(name: str, end: bytes, plain: bytes, rest: bytes) -> None:
    coding = CODINGS[name]
    assert isinstance(coding, Escape)
    ends = Delimiter(end)
    coded = coding.encode(plain)
    whole = coded + end + rest
    assert coding.end(whole, 0, 0, "m", ends) == len(coded)
    assert coding.end(whole, 0, 0, "m", ends, len(coded + end)) == len(coded)
    for size in range(len(coded + end)):
        with pytest.raises(Incomplete) as more:
            coding.end(whole[:size], 0, 0, "m", ends)
        if more.value.scan is not None:
            searched, _ = more.value.scan.search(whole, more.value.searched, len(whole))
            assert searched == len(coded)


def test_a_mark_that_cannot_occur_inside_is_seen_at_once() -> None:
    with pytest.raises(DecodeError) as error:
        DLE.end(b"\x01\x02\x10\x02\x05", 0, 0, "m", Delimiter(b"\x10\x03"))
    assert (error.value.reason, error.value.offset) == ("value", 3)
    with pytest.raises(DecodeError) as error:
        S101.end(b"\xfe\x01\xfe", 1, 0, "m", Delimiter(b"\xff"))
    assert (error.value.reason, error.value.offset) == ("value", 2)
