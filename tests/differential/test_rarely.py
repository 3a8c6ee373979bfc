"""What is easily forgotten in one of both forms: nobody's bytes, long integers, copies of text."""

from typing import Any

import pytest

from protoc.compiler.execution import execute
from protoc.runtime import DecodeError, EncodeError
from tests.compiler.describing import module


def made(layout: str, link: str = "udp client { datagram }") -> Any:
    """The class of an event."""
    text = f"protocol p\nlink {link}\nevent e {{ {layout} }}"
    return execute(module(text), "p").PROTOCOL.messages[0]


@pytest.mark.parametrize(
    "layout, fields, octets",
    [
        ("n : u8; _ : bytes[n % 4]; d : u8", {"n": 3, "d": 9}, "03 000000 09"),
        ("a : text; NUL; _ : bytes[(3 - len(a)) % 4]; d : u8", {"a": "ab", "d": 9}, "616200 00 09"),
        ("n : u8 = len(a); a : bytes; _ : bytes[-n % 4]", {"a": b"abc"}, "03 616263 00"),
        ("s : u8 = len(a..d); a : text; NUL; _ : bytes[len(a)]; d : u8", {"a": "a", "d": 9},
         "04 6100 00 09"),
        ("n : u8; if n > 1 { a : text; NUL; _ : bytes[len(a) + n] } d : u8",
         {"n": 2, "a": "a", "d": 9}, "02 6100 000000 09"),
        ("n : u8; _ : text[n]; c : u8 = sum(..)", {"n": 2}, "02 0000 02"),
    ],
)  # fmt: skip
def test_they_are_zeros(layout: str, fields: dict[str, Any], octets: str) -> None:
    cls, data = made(layout.replace("} d", "}; d")), bytes.fromhex(octets)
    both(cls(**fields), cls, data)


@pytest.mark.parametrize(
    "layout, fields, octets",
    [
        ("a : u128", {"a": 0x0102}, "00" * 14 + "0102"),
        ("a : i96le", {"a": -2}, "fe" + "ff" * 11),
        ("_ : u80 { a @79..70, b @69..2, c @1..0 }", {"a": 1, "b": 1 << 67, "c": 3},
         "00 60 00 00 00 00 00 00 00 03"),
        ("_ : u88le { a @10..0, b @87..77 }", {"a": 2047, "b": 1}, "ff07" + "00" * 7 + "2000"),
    ],
)  # fmt: skip
def test_integers_may_be_long(layout: str, fields: dict[str, Any], octets: str) -> None:
    cls, data = made(layout), bytes.fromhex(octets)
    both(cls(**fields), cls, data)


@pytest.mark.parametrize(
    "layout, fields, octets",
    [
        ("a : char; b : char = a", {"a": "x"}, "7878"),
        ("a : text; NUL; b : text = a; NUL", {"a": "xy"}, "787900 787900"),
        ("a : text[3] pad '-'; b : text[3] pad '-' = a", {"a": "x"}, "782d2d 782d2d"),
        ("a : bytes[2]; b : bytes[2] = a", {"a": b"xy"}, "7879 7879"),
        ("a : dec[2]; b : dec[2] = a", {"a": 7}, "3037 3037"),
        ("a : dec[2]; b : u8 = a; c : dec[3] = b + 1", {"a": 7}, "3037 07 303038"),
        ("a : hex[2]; b : hex[2] = 255 - a", {"a": 7}, "3037 4638"),
        ("a : bcd[2]; b : bcd[2] = a", {"a": 1234}, "1234 1234"),
        ("a : u8; if a > 1 { c : dec[2] = a; d : dec[1]; e : u8 = d }", {"a": 2, "d": 5},
         "02 3032 35 05"),
    ],
)  # fmt: skip
def test_copies_are_of_any_type(layout: str, fields: dict[str, Any], octets: str) -> None:
    cls, data = made(layout), bytes.fromhex(octets)
    both(cls(**fields), cls, data)


@pytest.mark.parametrize(
    "layout, fields, octets",
    [
        ("s : u8 = len(n..b); n : u8 = len(a); a : text; b : bytes", {"a": "xy", "b": b"z"},
         "04 02 7879 7a"),
        ("s : u8 = len(..c) + 1; n : u8 = len(a); a : text; b : bytes; c : u8 = sum(n..b)",
         {"a": "x", "b": b"zz"}, "07 01 78 7a7a 6d"),
        ("_ : u8 { s @6..0 = len(n..b) }; n : u8 = len(a); a : text; b : bytes",
         {"a": "xy", "b": b"z"}, "04 02 7879 7a"),
    ],
)  # fmt: skip
def test_a_length_measures_what_others_measure_inside(
    layout: str, fields: dict[str, Any], octets: str
) -> None:
    cls, data = made(layout), bytes.fromhex(octets)
    both(cls(**fields), cls, data)


@pytest.mark.parametrize(
    "inside, fields, octets",
    [
        ("a : [u16] count 2; b : u8", {"a": [1, 0], "b": 0}, "02 0001 ff"),
        ("a : [u16] count 2; b : u8", {"a": [0, 0], "b": 0}, "01 00 ff"),
        ("a : [u8 sep ':'] count 3; b : u8", {"a": [1, 2, 0], "b": 0}, "04 01 3a 02 3a ff"),
    ],
)
def test_zeros_are_left_out_behind_lists(inside: str, fields: dict[str, Any], octets: str) -> None:
    cls, data = made(f"n : u8 = len(a..b); coded truncate(keep=1) {{ {inside} }}; 0xFF"), octets
    both(cls(**fields), cls, bytes.fromhex(data))


@pytest.mark.parametrize(
    "layout, fields, octets",
    [
        ("a : u8; b : u8?; c : u16", {"a": 1, "c": 2}, "01 0002"),
        ("a : u8; b : u8?; c : u16", {"a": 1, "b": 3, "c": 2}, "01 03 0002"),
        ("n : u8 = len(..c); optional { b : u8; d : text }; c : u8", {"c": 2}, "02 02"),
        ("optional { b : u8; d : text }; c : u8 = sum(..)", {"b": 3, "d": "a"}, "03 61 64"),
        ("a : u16?; b : u8?; c : u8", {"c": 9}, "09"),
        ("a : u16?; b : u8?; c : u8", {"a": 1, "c": 9}, "0001 09"),
        ("a : u16?; b : u8?; c : u8", {"a": 1, "b": 2, "c": 9}, "0001 02 09"),
    ],
)
def test_what_may_be_absent_leaves_room_for_what_may_not(
    layout: str, fields: dict[str, Any], octets: str
) -> None:
    cls, data = made(layout), bytes.fromhex(octets)
    both(cls(**fields), cls, data)


@pytest.mark.parametrize(
    "layout, fields, octets",
    [
        ("a : u8; b : u8 = ~a; c : u8 = -a", {"a": 0}, "00 ff 00"),
        ("a : u8; b : i8 = ~a; c : u16le = a * 300", {"a": 0xFF}, "ff 00 d42a"),
        ("n : u8 = len(d); m : u8 = ~n; d : bytes; e : u8", {"d": b"x", "e": 1}, "01 fe 78 01"),
    ],
)
def test_arithmetic_is_cut_to_the_width(layout: str, fields: dict[str, Any], octets: str) -> None:
    cls, data = made(layout), bytes.fromhex(octets)
    both(cls(**fields), cls, data)


@pytest.mark.parametrize(
    "fields, octets",
    [
        ({"tag": 1, "value": 25}, "01 02 0019 ff"),
        ({"tag": 2, "value": "abc"}, "02 03 616263 ff"),
        ({"tag": 3, "value": b""}, "03 00 ff"),
    ],
)
def test_a_length_measures_whichever_way_is_gone(fields: dict[str, Any], octets: str) -> None:
    ways = "1 => value : u16; 2 => value : text; _ => value : bytes"
    layout = f"tag : u8; size : u8 = len(value); match tag {{ {ways} }}; 0xFF"
    cls = made(layout, link="tcp client")
    both(cls(**fields), cls, bytes.fromhex(octets))
    damaged = bytes.fromhex("01 03 0019 02 ff")
    for read in (cls.decode, cls.construct.declarative.parse):
        with pytest.raises(DecodeError, match="length"):
            read(damaged)


@pytest.mark.parametrize(
    "layout, fields, octets",
    [
        ("a : u32 swapped", {"a": 0x12345678}, "5678 1234"),
        ("b : f32 swapped; c : i32 swapped", {"b": 1.5, "c": -2}, "00003fc0 fffeffff"),
        ("a : f32le swapped scale 0.5; b : u16", {"a": 0.75, "b": 2}, "c03f 0000 0002"),
        ("a : u48 swapped", {"a": 1}, "0001 0000 0000"),
        ("a : f64 swapped", {"a": -2.0}, "0000 0000 0000 c000"),
        ("n : u8 = count(a); a : [f32 swapped] count n", {"a": [1.5, 0.0]}, "02 00003fc0 00000000"),
        ("a : u32 swapped = 0x12345678; b : u32 swapped = a + 1", {}, "56781234 56791234"),
    ],
)  # fmt: skip
def test_words_may_be_swapped(layout: str, fields: dict[str, Any], octets: str) -> None:
    cls, data = made(layout), bytes.fromhex(octets)
    both(cls(**fields), cls, data)


@pytest.mark.parametrize(
    "layout", ["coded hex { d : body; c : u8 = sum(..) }; LF", "d : body; c : u8 = sum(..); LF"]
)
def test_a_check_may_cover_nothing(layout: str) -> None:
    text = f"protocol p\nlink tcp client\nmessage m {{ {layout} }}\nevent e in m {{}}"
    cls = execute(module(text), "p").PROTOCOL.messages[0]
    both(cls(), cls, b"00\n" if "hex" in layout else b"\0\n")


@pytest.mark.parametrize(
    "layout, fields, octets",
    [
        ("_ : hex[2] { a @7, b @3..0 }", {"a": 1, "b": 10}, "3841"),
        ("_ : hex[1] { a @3..0 } lower; c : u8", {"a": 15, "c": 1}, "66 01"),
        ("_ : bin[4] { a @3, b @0 }; CR", {"a": 1, "b": 1}, "31303031 0d"),
        ("_ : bin[3] { a @0 } msb0; _ : oct[2] { b @5..3 }", {"a": 1, "b": 7}, "313030 3730"),
        ("_ : dec[3] { a @5, b @2 }", {"a": 1, "b": 1}, "303336"),
        ("_ : nibbles[2] { a @7..4, _ @3..0 = 5 }", {"a": 9}, "0905"),
        ("_ : hex[4] { c @15..12 = -n - 1, n @11..0 = len(d) }; d : text; CR", {"d": "ab"},
         "44303032 6162 0d"),
    ],
)  # fmt: skip
def test_bits_may_stand_in_digits(layout: str, fields: dict[str, Any], octets: str) -> None:
    cls, data = made(layout), bytes.fromhex(octets)
    both(cls(**fields), cls, data)
    with pytest.raises(DecodeError):
        cls.decode(b"\xff" + data[1:])


def test_a_group_of_bits_may_stand_in_digits() -> None:
    text = "event e { s : hex[2] { a @7, b @3..0 default 1 }; l : [bin[2] { c @1 }] count 2 }"
    cls = execute(module(f"protocol p\nlink tcp client\n{text}"), "p").PROTOCOL.messages[0]
    message = cls.decode(b"8A" + b"1001")
    assert (message.s.a, message.s.b, [item.c for item in message.l]) == (1, 10, [1, 0])
    both(message, cls, b"8A1000")


@pytest.mark.parametrize(
    "frame, octets",
    [
        ("n : u8 = len(data); data : body; c : u8 = sum(data)", "03 01 07 02 0a"),
        ("coded hex { data : body }; LF; c : u8 = sum(plain(data))", "303130373032 0a 0a"),
    ],
)
def test_what_fills_a_hole_may_have_its_name(frame: str, octets: str) -> None:
    text = f"message m {{ {frame} }}\nevent e in m {{ a : u8; data : bytes; b : u8 }}"
    cls = execute(module(f"protocol p\nlink tcp client\n{text}"), "p").PROTOCOL.messages[0]
    both(cls(a=1, data=b"\7", b=2), cls, bytes.fromhex(octets))


@pytest.mark.parametrize(
    "layout, value, octets",
    [
        ("a : int[5] plus", 12, "+0012"),
        ("a : int[5] plus", -12, "-0012"),
        ("a : int plus; CR", 0, "+0\r"),
        ("a : float[7] .2 plus", 4.5, "+004.50"),
        ("a : float plus; CR", -4.5, "-4.5\r"),
        ("a : float[8] .1 plus pad left ' '", 4.5, "    +4.5"),
        ("a : int[3] plus = 7", None, "+07"),
    ],
)
def test_a_plus_is_written(layout: str, value: float | None, octets: str) -> None:
    cls = made(layout)
    both(cls() if value is None else cls(a=value), cls, octets.encode())
    if layout == "a : int[5] plus":
        with pytest.raises(EncodeError, match="a"):
            cls(a=12345).encode()


def test_a_named_constant_ends_what_nothing_else_ends() -> None:
    cls = made("STX; d : bytes; end : u8 = 3; check : u8 = xor(d..end)", link="tcp client")
    both(cls(d=b"ab"), cls, b"\x02ab\x03\x00")
    with pytest.raises(EncodeError, match="d"):
        cls(d=b"a\x03").encode()


def test_what_is_skipped_at_the_end_ends_with_the_datagram() -> None:
    cls = made("n : u8 = len(d); d : bytes; skip 0xAA max 7")
    data = b"\x02ab"
    both(cls(d=b"ab"), cls, data)
    for more in (b"\xaa", b"\xaa" * 7):
        assert cls.decode(data + more) == cls.construct.declarative.parse(data + more)


def both(message: Any, cls: Any, data: bytes) -> None:
    """Either form writes it as this, and reads it so."""
    assert message.encode() == data
    assert cls.construct.declarative.build(message) == data
    assert cls.decode(data) == cls.construct.declarative.parse(data) == message


@pytest.mark.parametrize(
    "type_",
    ["u8", "dec[1]", "dec[2]", "hex[2]", "dec[4]", "int[2]", "oct[1]", "bcd[1]", "varint", "dec"],
)
def test_a_whole_number_is_no_fraction(type_: str) -> None:
    cls = made(f"x : {type_}; ';'")
    assert cls(x=True).encode() == cls.construct.declarative.build(cls(x=True))
    for value in (5.0, 5.5, "5", -11):
        message = cls(x=value)
        for encode in (message.encode, lambda m=message: cls.construct.declarative.build(m)):
            if value == -11 and type_ == "int[2]":
                continue
            with pytest.raises(EncodeError, match="x: expected"):
                encode()


def test_a_list_says_how_many_items_it_has() -> None:
    for layout, words in (
        ("xs : [u8] count 7", "exactly 7 items"),
        ("n : u8; xs : [u8] count n", "exactly 2 items"),
        ("n : u8; xs : [u8] count n * 2 + 1", "exactly 5 items"),
        ("n : u8 = count(first); first : [u8] count n; xs : [u8] count n", "exactly 2 items"),
    ):
        cls = made(layout)
        message = cls(**{name: {"n": 2, "first": [5, 6], "xs": [1]}[name] for name in cls.BLANK})
        for encode in (message.encode, lambda m=message, c=cls: c.construct.declarative.build(m)):
            with pytest.raises(EncodeError, match=f"xs: expected {words}, got 1"):
                encode()


@pytest.mark.parametrize(
    "layout, fields, words",
    [
        ("n : u8 = len(d); d : bytes", {"d": bytes(300)}, "e.n: expected 0..255, got 300"),
        ("_ : u8 { n @5..0 = len(d) }; d : bytes", {"d": bytes(99)}, "e.n: expected 0..63, got 99"),
        ("n : u8 = count(d); d : [u8]", {"d": [0] * 256}, "e.n: expected 0..255, got 256"),
    ],
)
def test_a_length_that_does_not_fit_is_told(
    layout: str, fields: dict[str, Any], words: str
) -> None:
    with pytest.raises(EncodeError) as caught:
        made(layout)(**fields).encode()
    assert str(caught.value) == words
