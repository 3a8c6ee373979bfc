"""Digits that are no characters, and text in quotes: what is read, and what is refused."""

from __future__ import annotations

import pytest

from protoc.runtime import DecodeError, EncodeError, Incomplete
from protoc.runtime.codecs import (
    read_bcd,
    read_decimal,
    read_hex,
    read_nibbles,
    read_text,
    scan_quoted,
    write_bcd,
    write_dec,
    write_digits,
    write_hex,
    write_nibbles,
    write_text,
)

AT = ("m", "x", 3, 9)
TO = ("m", "x")


def test_decimal_digits_two_in_a_byte() -> None:
    assert read_bcd(b"\x12\x34", *AT) == 1234
    assert write_bcd(1234, 3, *TO) == b"\x00\x12\x34"
    assert write_bcd(123, None, *TO) == b"\x01\x23"


def test_negative_numbers_are_complements() -> None:
    assert read_bcd(b"\x99\x88", *AT, signed=True) == -12
    assert write_bcd(-12, 2, *TO, signed=True) == b"\x99\x88"
    # visca: a pan of -1000 in four nibbles
    assert read_nibbles(b"\x0f\x0c\x01\x08", *AT, signed=True) == -1000
    assert write_nibbles(-1000, 4, *TO, signed=True) == b"\x0f\x0c\x01\x08"
    assert read_hex(b"FFFE", *AT, signed=True) == -2
    assert write_hex(-2, 4, *TO, signed=True) == b"FFFE"


@pytest.mark.parametrize("number", [5000, -5001])
def test_numbers_beyond_the_complement_are_refused(number: int) -> None:
    with pytest.raises(EncodeError, match=r"-5000\.\.4999"):
        write_bcd(number, 2, *TO, signed=True)


def test_what_is_no_digit_is_rejected() -> None:
    with pytest.raises(DecodeError) as letter:
        read_bcd(b"\x1a", *AT)
    assert (letter.value.reason, letter.value.offset) == ("value", 3)
    with pytest.raises(DecodeError) as high:
        read_nibbles(b"\x00\x11", *AT)
    assert high.value.reason == "constant"
    with pytest.raises(DecodeError, match="0x1f"):
        read_decimal(0x1F, *AT)


def test_numbers_have_an_end() -> None:
    for read in (read_bcd, read_nibbles):
        with pytest.raises(DecodeError) as error:
            read(b"\x00" * 65, *AT)
        assert error.value.reason == "too long"


def test_text_of_digits_fills_its_bytes() -> None:
    assert write_digits("012f", 2, *TO) == b"\x01\x2f"
    for text in ("123", "xy", "1 2"):
        with pytest.raises(EncodeError):
            write_digits(text, None, *TO)
    with pytest.raises(EncodeError, match="exactly 2 bytes"):
        write_digits("12", 2, *TO)


def test_numbers_are_padded_on_either_side() -> None:
    assert write_dec(42, 5, *TO, pad=b" ", left=True) == b"   42"
    assert write_dec(42, 5, *TO, pad=b"*") == b"42***"


def test_quotes_end_where_one_stands_alone() -> None:
    data = b'..."say ""hi""",5'
    assert scan_quoted(data, 3, 0, *TO) == 15
    assert read_text(data[3:15], "utf-8", *AT, quoted=True) == 'say "hi"'
    assert write_text('say "hi"', None, "utf-8", *TO, quoted=True) == data[3:15]


@pytest.mark.parametrize("data", [b"", b'"', b'"ab', b'"ab"', b'"ab""'])
def test_quotes_wait_for_what_may_come(data: bytes) -> None:
    with pytest.raises(Incomplete):
        scan_quoted(data, 0, 0, *TO)


@pytest.mark.parametrize("data", [b"", b"x", b'"', b'"ab', b'"ab""'])
def test_quotes_that_never_end_are_rejected(data: bytes) -> None:
    with pytest.raises(DecodeError, match="text in quotes"):
        scan_quoted(data, 0, 0, *TO, len(data))
