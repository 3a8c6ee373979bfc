"""Small descriptions that the two readings once disagreed about, found by random ones."""

from __future__ import annotations

from typing import Any

import pytest

from protoc.runtime import DecodeError
from tests.properties.modules import compiled, outcome

HEAD = "protocol once_wrong\nlink tcp client\n"
DIGITS_LATE = "event m { a : dec[3]; let b = a / 10; n : u8 = len(t); t : text }"
FIXED_ASKED = "event m { a : int[4] = 7; let b = a == 7; if b { n : u8 }; CR }"
FIXED_SIZE = "event m { a : dec[2] = 3; t : text[a]; CR }"
FROM_THE_START = """event m {
    a : u8; kind : u8
    if kind == 1 { size : u8 = len(t); t : bytes; n : i16 = len(..) } else { u : u8 }
    CR
}"""
ITEMS_ENDED = (
    "event m { n : u8 = count(xs); repeat xs count n { a : u8; b : dec[2]?; CRLF }; c : u8 }"
)
WIDE_LENGTH = "event m { a : u8; size : bytes[3] = len(..); b : u8 }"
SIZES_ANOTHER = "event m { size : u8 = len(a); a : text[2]; b : text[size]; CR }"
COUNTS_CODED = "event m { STX; n : u8 = count(xs); coded hex { xs : [u8] count n }; CR }"
SIZES_CODED = "event m { size : dec[2] = len(a); a : text; coded hex { t : text[size] }; CR }"
KEPT_CODED = """event m {
    size : u8 = len(a) + 1; again : u8 = size; a : text
    coded cobs { third : u8 = again; if size == 2 { d : u8 } }
}"""
DEFAULT_ASKED = "event m { a : bin[8] default 5; if a { n : u8 }; CR }"
TOLD_DEEPER = """event m {
    kind : u8; n : u8 = count(xs)
    repeat xs count n { k : u8 = count(ys); repeat ys count k { a : u8; if kind == 1 { b : u8 } } }
}"""

READ = [
    (DIGITS_LATE, b"x00\x05", "incomplete"),
    (DIGITS_LATE, b"x00\x00", "rejected"),
    (FIXED_ASKED, b"0007\x05\r", "done"),
    (FIXED_ASKED, b"0008\x05\r", "rejected"),
    (FIXED_SIZE, b"03abc\r", "done"),
    (TOLD_DEEPER, b"\x01\x01\x02\x01\x02\x03\x04", "done"),
    (TOLD_DEEPER, b"\x01\x01\x02\x01\x02\x03", "incomplete"),
    (SIZES_ANOTHER, b"\x02xyab\r", "done"),
    (SIZES_ANOTHER, b"\x03xyabc\r", "rejected"),
    (COUNTS_CODED, b"\x02\x020102\r", "done"),
    (COUNTS_CODED, b"\x02\x030102\r", "rejected"),
    (KEPT_CODED, b"\x02\x02x\x03\x01\x05\0", "rejected"),
    (ITEMS_ENDED, b"\x02\x01\r", "incomplete"),
    (ITEMS_ENDED, b"\x02\x01 ", "rejected"),
    (ITEMS_ENDED, b"\x01\x0112\r\n\x07", "done"),
    (WIDE_LENGTH, b"\x01\0\0\1", "incomplete"),
    (WIDE_LENGTH, b"\x01\0\0\5", "rejected"),
    (WIDE_LENGTH, b"\x01\0\0\5\0", "rejected"),
]
WRITTEN: list[tuple[str, dict[str, Any], bytes]] = [
    (FIXED_ASKED, {"n": 5}, b"0007\x05\r"),
    (FIXED_SIZE, {"t": "abc"}, b"03abc\r"),
    (DEFAULT_ASKED, {"a": 0}, b"00000000\r"),
    (DEFAULT_ASKED, {"n": 7}, b"00000101\x07\r"),
    (SIZES_ANOTHER, {"a": "xy", "b": "ab"}, b"\x02xyab\r"),
    (COUNTS_CODED, {"xs": [1, 2]}, b"\x02\x020102\r"),
    (SIZES_CODED, {"a": "xy", "t": "ab"}, b"02xy6162\r"),
    (KEPT_CODED, {"a": "x", "d": 5}, b"\x02\x02x\x03\x02\x05\0"),
    (FROM_THE_START, {"a": 1, "kind": 1, "t": b"xy"}, b"\x01\x01\x02xy\x00\x05\r"),
]


@pytest.mark.parametrize("text, data, kind", READ)
def test_both_read_alike(text: str, data: bytes, kind: str) -> None:
    found = compiled(HEAD + text)
    assert found is not None
    cls = found.messages()[0][1]
    straight = outcome(lambda: cls.decode_prefix(data, 0, "")[0])
    assert straight == outcome(cls.construct.declarative.parse, data)
    assert straight[0] == kind


@pytest.mark.parametrize("text, values, data", WRITTEN)
def test_both_write_alike(text: str, values: dict[str, Any], data: bytes) -> None:
    found = compiled(HEAD + text)
    assert found is not None
    cls = found.messages()[0][1]
    message = cls(**values)
    assert message.encode() == data == cls.construct.declarative.build(message)
    assert cls.decode(data) == message


@pytest.mark.parametrize("text", [SIZES_ANOTHER, SIZES_CODED])
def test_what_has_another_size_than_is_told_is_refused(text: str) -> None:
    found = compiled(HEAD + text)
    assert found is not None
    cls = found.messages()[0][1]
    message = cls(**dict.fromkeys(cls.BLANK, "abc") | {"a": "xy"})
    assert outcome(message.encode) == ("refused",)
    assert outcome(cls.construct.declarative.build, message) == ("refused",)


def test_an_error_says_the_same_however_the_bytes_came() -> None:
    found = compiled(HEAD + ITEMS_ENDED)
    assert found is not None
    cls = found.messages()[0][1]
    data = b"\x01\x0100:;"
    with pytest.raises(DecodeError) as whole:
        cls.decode_prefix(data)
    with pytest.raises(DecodeError) as cut:
        cls.decode_prefix(data[:5])
    assert str(whole.value) == str(cut.value)
