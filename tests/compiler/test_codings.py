"""Coded blocks: which bytes they are, where their errors stand, and what cannot be coded."""

from typing import Any

import pytest

from protoc.compiler.execution import execute
from protoc.runtime import DecodeError, EncodeError
from tests.compiler.describing import codes, module, said


def made(text: str) -> Any:
    """The class of the event `e` of a description, and what is encoded of its fields."""
    protocol = execute(module(f"protocol p\nlink tcp client\n{text}"), "p").PROTOCOL
    return next(each for each in protocol.messages if each.NAME == "e")


@pytest.mark.parametrize(
    "block, octets",
    [
        ("coded slip { a : u16 }", "db dd db dc c0"),
        ("0xC0; coded slip { a : u16 }; 0xC0", "c0 db dd db dc c0"),
        ("coded cobs { a : u16 }", "03 db c0 00"),
        ("coded cobs { a : u16 }; NUL", "03 db c0 00"),
        ("coded dle { 0x10; a : u16 }", "10 02 10 10 db c0 10 03"),
        ("DLE STX; coded dle { 0x10; a : u16 }; DLE ETX", "10 02 10 10 db c0 10 03"),
        ("DLE; 0x41; coded dle { a : u16 }; DLE EOT", "10 41 db c0 10 04"),
        ("STX; coded escape(0xDB, 0xC0 -> 1, 0xDB -> 2) { a : u16 }; ETX", "02 db 02 db 01 03"),
        ("STX; coded escape(ESC, of=x\"02 03\") { ETX; a : u16 }; ETX", "02 1b 03 db c0 03"),
        ("coded hex(lower), xor(0xFF) { a : u16 }; CR", "32 34 33 66 0d"),
        ("coded add(-1) { a : u16 }", "da bf"),
        ('STX; coded stuff(x"DB C0", 0x55) { a : u16 }; ETX', "02 db c0 55 03"),
        ('coded blocks(1, "CRC-8/SMBUS") { a : u16 }', "db 0f c0 4e"),
        ('coded blocks(8, "CRC-16/XMODEM", little) { STX; a : u16 }', "02 db c0 f1 7e"),
        ("coded base64 { a : u16 }; LF", "32 38 41 3d 0a"),
    ],
)  # fmt: skip
def test_what_is_written(block: str, octets: str) -> None:
    cls = made(f"event e {{ {block} }}")
    data = bytes.fromhex(octets)
    assert cls(a=0xDBC0).encode() == data
    assert cls.decode(data) == cls(a=0xDBC0)


def test_an_error_says_both_places() -> None:
    cls = made("event e { STX; coded hex { a : u8; b : u8 range 0..9; check : u8 = sum(..) }; LF }")
    with pytest.raises(DecodeError) as error:
        cls.decode(b"\x020103FF\n")
    assert (error.value.offset, error.value.plain, error.value.reason) == (5, 2, "crc")
    assert "at byte 5 (byte 2 before coding): crc" in str(error.value)
    with pytest.raises(DecodeError) as error:
        cls.decode(b"\x0201x304\n")
    assert (error.value.offset, error.value.plain, error.value.reason) == (3, None, "value")


def test_what_could_not_be_read_back_is_refused() -> None:
    """Empty frames are passed over; the end of a keyed block would be found too early."""
    empty = made("event e { coded slip { a : bytes } }")
    with pytest.raises(EncodeError, match="at least one coded byte"):
        empty(a=b"").encode()
    keyed = made("event e { coded xor(1) { a : bytes }; LF }")
    with pytest.raises(EncodeError, match="inside"):
        keyed(a=b"\x0b").encode()


@pytest.mark.parametrize(
    "block, code",
    [
        ("coded rot13 { a : u8 }", "E0412"),
        ("coded escape { a : u8 }; ETX", "E0412"),
        ("coded escape(1, 2 -> 3, 4 -> 3) { a : u8 }; ETX", "E0412"),
        ("coded escape(1, of=9..2) { a : u8 }; ETX", "E0412"),
        ("coded add { a : u8 }", "E0412"),
        ("coded hex(upper) { a : u8 }", "E0412"),
        ("coded hex {}", "E0412"),
        ("coded double(DLE) { a : bytes }; DLE DLE", "E0413"),
        ("coded double(DLE) { a : bytes }", "E0501"),
        ("coded cobs { a : u8 }; b : u8; c : bytes", "E0501"),
        ("b : u8; coded hex { check : u8 = sum(b..) }; LF", "E0306"),
        ("size : u8 = len(a); coded hex { a : bytes; again : u8 = size }; LF", "E0306"),
        ("size : u8 = len(a..again); coded hex { a : bytes; again : u8 = size }; LF", "E0308"),
        ("skip \"-\" max 1 send 2; \"+\"", "E0405"),
        ("check : u8 = sum(plain(b)); coded hex { a : u8 }; b : u8", "E0306"),
    ],
)  # fmt: skip
def test_what_cannot_be_coded(block: str, code: str) -> None:
    assert codes(f"link tcp client\nevent e {{ {block} }}") == [code]


@pytest.mark.parametrize("value", ["len(a)", "sum(a)", "sum(a..)"])
def test_no_range_goes_out_of_what_is_coded(value: str) -> None:
    (found,) = said(
        f"link tcp client\nevent e {{ a : u8; coded hex {{ b : u8; c : u8 = {value} }}; CR }}"
    )
    assert found.code == "E0306"
    assert "stands outside" in found.message
