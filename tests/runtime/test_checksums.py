"""Checks: the values of the catalogue, and the fast ways against the plain ones."""

from __future__ import annotations

from typing import Literal

import anycrc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protoc.compiler.resolve.catalogue import catalogued, names
from protoc.runtime import checksums
from protoc.runtime.declarative import checks

NUMBERS = b"123456789"
BYTES = st.binary(max_size=600)
FORMS: st.SearchStrategy[Literal["big", "little", "hex"]] = st.sampled_from(
    ["big", "little", "hex"]
)


def computed(name: str, data: bytes) -> int:
    crc = catalogued(name)
    assert crc is not None, name
    return checksums.crc(crc.width, crc.poly, crc.init, crc.refin, crc.refout, crc.xorout)(data)


@pytest.mark.parametrize("name", sorted(anycrc.models))
def test_catalogue(name: str) -> None:
    assert computed(name, NUMBERS) == anycrc.models[name].check


def test_names_are_those_of_the_catalogue() -> None:
    known = names()
    assert {"CRC-16/MODBUS", "CRC-3/GSM", "CRC-32C", "X-25", "CRC-82/DARC"} <= set(known)
    assert len(known) == len(anycrc.models) + len(anycrc.aliases) + 1
    for name, value in {
        "CRC-16/MODBUS": 0x4B37,
        "crc16 modbus": 0x4B37,
        "CRC-16/CCITT-FALSE": 0x29B1,
        "X-25": 0x906E,
        "CRC-8": 0xF4,
        "CRC-32": 0xCBF43926,
        "CRC-32C": 0xE3069283,
        "CRC-82/DARC": 0x09EA83F625023801FD612,
    }.items():
        assert computed(name, NUMBERS) == value, name


def test_sums_of_the_literature() -> None:
    assert checksums.fletcher16(b"abcde") == 0xC8F0
    assert checksums.fletcher8(bytes.fromhex("050102000601")) == 0x0F38  # u-blox, UBX-ACK-ACK
    assert checksums.md5(b"abc") == 0x900150983CD24FB0D6963F7D28E17F72
    assert checksums.sha1(b"abc") == 0xA9993E364706816ABA3E25717850C26C9CD0D89D
    assert checksums.sha256(b"abc") >> 224 == 0xBA7816BF


@given(BYTES)
def test_bytes(data: bytes) -> None:
    assert checksums.byte_sum(data) == sum(data)
    assert checksums.xor(data) == checks.xor(data)
    for modulus in (255, 256):
        assert checksums.fletcher8(data, modulus) == checks.fletcher8(data, modulus)
        assert checksums.fletcher16(data, modulus) == checks.fletcher16(data, modulus)
    assert checksums.byte_sum(bytearray(data)) == sum(data)
    assert checksums.xor(bytearray(data)) == checks.xor(data)


@given(BYTES | st.text("0123456789abcdefABCDEFg -").map(str.encode), st.integers(1, 8), FORMS)
def test_words(data: bytes, size: int, form: Literal["big", "little", "hex"]) -> None:
    assert checksums.words(data, size, form) == checks.words(data, size, form)
    assert checksums.word_sum(data, size, form) == sum(checks.words(data, size, form))
    assert checksums.word_xor(data, size, form) == checks.xor(checks.words(data, size, form))


@given(BYTES, st.integers(-255, 255))
def test_added(data: bytes, number: int) -> None:
    assert checksums.added(data, number) == checks.added(data, number)


@given(st.integers(-(1 << 40), 1 << 40), st.integers(1, 4))
def test_replaced(number: int, width: int) -> None:
    old, new = b"\x00\x7e", b"\x01\x7f"
    value = checksums.replaced(number, width, old, new)
    assert value == checks.replaced(number, width, old, new)
    assert not set(value.to_bytes(width)) & set(old)
