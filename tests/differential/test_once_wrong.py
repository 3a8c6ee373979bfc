"""Small descriptions that the two readings once disagreed about, found by random ones."""

from __future__ import annotations

from typing import Any

import pytest

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

READ = [
    (DIGITS_LATE, b"x00\x05", "incomplete"),
    (DIGITS_LATE, b"x00\x00", "rejected"),
    (FIXED_ASKED, b"0007\x05\r", "done"),
    (FIXED_ASKED, b"0008\x05\r", "rejected"),
    (FIXED_SIZE, b"03abc\r", "done"),
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
