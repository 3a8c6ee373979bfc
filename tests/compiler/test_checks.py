"""Checks: where they may stand, what they cover, and which of them have no meaning."""

from typing import Any

import pytest

from protoc.compiler.execution import execute
from protoc.runtime import DecodeError
from tests.compiler.describing import codes, module, said


def made(text: str) -> Any:
    """The class of the event `e` of a description."""
    protocol = execute(module(f"protocol p\nlink tcp client\n{text}"), "p").PROTOCOL
    return next(each for each in protocol.messages if each.NAME == "e")


@pytest.mark.parametrize(
    "layout, values, octets",
    [
        ("a : u8; _ : u8 { n @7..4, c @3..0 = sum(a) }", {"a": 0x35, "n": 9}, "35 95"),
        ("_ : u8 { n @7..4, c @3..0 = sum(a..b) }; a : u8; b : u8", {"n": 9, "a": 7, "b": 8},
         "9f 07 08"),
        ("_ : u8 { n @7..4, c @3..0 = sum(a) + n }; a : u8", {"n": 9, "a": 3}, "9c 03"),
        ("a : u16; _ : u8 { c[11..8] @3..0 = sum(a) << 8 }; _ : u8 { c[7..0] @7..0 }",
         {"a": 0x0203}, "02 03 05 00"),
        ("a : u8; _ : u8 { even @0 = crc(width=1, poly=1, data=a) }", {"a": 0x07}, "07 01"),
        ("a : u8; _ : u8 { odd @0 = ~crc(width=1, poly=1, data=a) }", {"a": 0x07}, "07 00"),
        ("a : u8; c : bcd[1] = sum(a) % 100", {"a": 142}, "8e 42"),
        ("a : u8; c : base36[2] = sum(a)", {"a": 71}, "47 31 5a"),
        ("n : u8 = len(k..z); k : u8; optional { '#'; d : bytes; ';'; c : u8 = sum(k..d) }; z : u8",
         {"k": 1, "d": b"\2\3", "z": 9}, "07 01 23 02 03 3b 29 09"),
        ("n : u8 = len(k..z); k : u8; optional { '#'; d : bytes; ';'; c : u8 = sum(k..d) }; z : u8",
         {"k": 1, "z": 9}, "02 01 09"),
        ("c : dec = sum(d); ','; d : bytes; ';'", {"d": b"\x64\x01"}, "31 30 31 2c 64 01 3b"),
        ("n : u8 = len(c..d); c : hex = sum(d); ','; d : bytes", {"d": b"\x64\xa0"},
         "06 31 30 34 2c 64 a0"),
        ("a : u8; c : u8 = sum(a); STX; coded hex { k : u8 = c; d : u8 }; ETX", {"a": 5, "d": 1},
         "05 05 02 30 35 30 31 03"),
        ("STX; n : u8 = len(plain(..)); w : u8 = len(d); coded double(DLE) { d : bytes }; DLE ETX",
         {"d": b"\x10a"}, "02 02 03 10 10 61 10 03"),
        ("n : u8 = len(a..c); a : u8; b : u8?; c : u16", {"a": 1, "c": 2}, "03 01 00 02"),
        ("n : u8 = len(n..b); a : u8; if n > 3 { b : u16 } ", {"a": 1, "b": 5}, "04 01 00 05"),
        ("n : u8 = len(d) | 0x80; d : bytes max 9", {"d": b"ab"}, "82 61 62"),
        ("a : u8; c : u8 = sum(a) ^ 0x55", {"a": 0x0F}, "0f 5a"),
    ],
)  # fmt: skip
def test_what_is_written(layout: str, values: dict[str, Any], octets: str) -> None:
    cls = made(f"event e {{ {layout} }}".replace("'", '"'))
    data = bytes.fromhex(octets)
    message = cls(**values)
    assert message.encode() == data
    assert cls.construct.declarative.build(message) == data
    assert cls.decode(data) == message


@pytest.mark.parametrize(
    "layout, octets, bit",
    [
        ("a : u8; _ : u8 { n @7..4, c @3..0 = sum(a) }", "35 95", 15),
        ("_ : u8 { n @7..4, c @3..0 = sum(a) }; a : u8", "95 35", 15),
        ("a : u8; _ : u8 { even @0 = crc(width=1, poly=1, data=a) }", "07 01", 3),
        ("c : dec = sum(d); ','; d : bytes; ';'", "31 30 31 2c 64 01 3b", 36),
    ],
)
def test_a_bit_that_differs_is_a_wrong_check(layout: str, octets: str, bit: int) -> None:
    cls = made(f"event e {{ {layout} }}".replace("'", '"'))
    data = bytearray.fromhex(octets)
    data[bit // 8] ^= 0x80 >> bit % 8
    for read in (cls.decode, cls.construct.declarative.parse):
        with pytest.raises(DecodeError, match="crc"):
            read(bytes(data))


@pytest.mark.parametrize(
    "layout, code",
    [
        ("_ : u8 { n @7..4, c @3..0 = sum(a..b) }; b : u8", "E0202"),
        ("a : u8; _ : u8 { n @7..4, c @3..0 = sum(a..b) }; b : u8", "E0304"),
        ("a : u8; _ : u8 { c[7..4] @3..0 = sum(a..b) }; b : u8; _ : u8 { c[3..0] @3..0 }", "E0304"),
        ("x : u8 = sum(b); a : u8 = sum(x); b : u8 = sum(a)", "E0308"),
        ("c : hex = sum(n..d); ','; n : dec = len(c..d); ','; d : text; LF", "E0308"),
        ("n : u8 = len(a..k); coded slip { a : bytes; k : u8 = n }", "E0308"),
    ],
)
def test_what_has_no_meaning(layout: str, code: str) -> None:
    assert codes(f"link tcp client\nevent e {{ {layout} }}".replace("'", '"')) == [code]


def test_a_ring_says_where_it_leads() -> None:
    """The labels are the fields in between; the help says what to do."""
    (ring,) = said(
        "link tcp client\n"
        'event e { c : hex = sum(n..d); ","; n : dec = len(c..d); ","; d : text; LF }'
    )
    assert ring.message == "`c` is derived from itself"
    assert [label.span.text for label in ring.labels] == ["n : dec = len(c..d)"]
    assert "say how many it has" in ring.help
