"""The four frames as somebody who knows how would write them."""

from dataclasses import dataclass
from functools import reduce
from operator import xor
from struct import Struct
from typing import Self

from fastcrc import crc16

Bytes = bytes | bytearray


class Damaged(ValueError):
    pass


class Short(ValueError):
    pass


@dataclass(slots=True)
class Flags:
    alarm: int
    level: int
    mode: int
    ready: int


_SAMPLE = Struct(">2sBHhhhhH2s")
_SAMPLE_HEAD = Struct(">2sBHhhhhH")


@dataclass(slots=True)
class Sample:
    unit: int
    flags: Flags
    a: int
    b: int
    c: int
    d: int
    counter: int

    @classmethod
    def decode_prefix(cls, data: Bytes, at: int = 0) -> tuple[Self, int]:
        if len(data) < at + 17:
            raise Short
        sync, unit, flags, a, b, c, d, counter, check = _SAMPLE.unpack_from(data, at)
        if sync != b"\xaa\x55":
            raise Damaged("sync")
        if crc16.modbus(bytes(data[at : at + 15])) != int.from_bytes(check, "little"):
            raise Damaged("check")
        bits = Flags(flags >> 15, flags >> 12 & 7, flags >> 8 & 15, flags & 1)
        return cls(unit, bits, a, b, c, d, counter), at + 17

    def encode(self) -> bytes:
        f = self.flags
        frame = _SAMPLE_HEAD.pack(
            b"\xaa\x55",
            self.unit,
            f.alarm << 15 | f.level << 12 | f.mode << 8 | f.ready,
            self.a,
            self.b,
            self.c,
            self.d,
            self.counter,
        )
        return frame + crc16.modbus(frame).to_bytes(2, "little")


_BLOCK = Struct(">BBBH")


@dataclass(slots=True)
class Block:
    kind: int
    sequence: int
    payload: bytes

    @classmethod
    def decode_prefix(cls, data: Bytes, at: int = 0) -> tuple[Self, int]:
        if len(data) < at + 7:
            raise Short
        start, kind, sequence, size = _BLOCK.unpack_from(data, at)
        if start != 0x7E:
            raise Damaged("start")
        if size > 1024:
            raise Damaged("size")
        end = at + 5 + size
        if len(data) < end + 2:
            raise Short
        if crc16.xmodem(bytes(data[at + 1 : end])) != int.from_bytes(data[end : end + 2], "big"):
            raise Damaged("check")
        return cls(kind, sequence, bytes(data[at + 5 : end])), end + 2

    def encode(self) -> bytes:
        size = len(self.payload)
        if size > 1024:
            raise ValueError("size")
        frame = _BLOCK.pack(0x7E, self.kind, self.sequence, size) + self.payload
        return frame + crc16.xmodem(frame[1:]).to_bytes(2, "big")


@dataclass(slots=True)
class Reading:
    address: int
    mode: int
    current: float
    heat: float

    @classmethod
    def decode_prefix(cls, data: Bytes, at: int = 0) -> tuple[Self, int]:
        if len(data) < at + 18:
            raise Short
        if data[at] != 0x7B or data[at + 3 : at + 5] != b"RS" or data[at + 16 : at + 18] != b"}\r":
            raise Damaged("constant")
        if reduce(xor, data[at : at + 14]) != int(data[at + 14 : at + 16], 16):
            raise Damaged("check")
        address, mode, current = (
            data[at + 1 : at + 3],
            data[at + 5 : at + 6],
            data[at + 6 : at + 10],
        )
        if not (address.isdigit() and mode.isdigit() and current.isdigit()):
            raise Damaged("digits")
        heat = int(data[at + 10 : at + 14])
        return cls(int(address), int(mode), int(current) / 100, heat / 10), at + 18

    def encode(self) -> bytes:
        current, heat = round(self.current * 100), round(self.heat * 10)
        frame = b"{%02dRS%d%04d%04d" % (self.address, self.mode, current, heat)
        if len(frame) != 14:
            raise ValueError("a number is too long")
        return b"%b%02X}\r" % (frame, reduce(xor, frame))


@dataclass(slots=True)
class Line:
    value: str

    @classmethod
    def decode_prefix(cls, data: Bytes, at: int = 0) -> tuple[Self, int]:
        if len(data) < at + 7:
            raise Short
        digits = data[at + 2 : at + 6]
        if data[at : at + 2] != b"C," or data[at + 6] != 0x2C or not digits.isdigit():
            raise Damaged("head")
        size = int(digits)
        if size > 1500:
            raise Damaged("size")
        end = at + 7 + size
        if len(data) < end:
            raise Short
        return cls(data[at + 7 : end].decode()), end

    def encode(self) -> bytes:
        value = self.value.encode()
        if len(value) > 1500:
            raise ValueError("size")
        return b"C,%04d,%b" % (len(value), value)
