"""The frames of the described devices, put together by hand, to measure the program against."""

import binascii
import functools
import operator


def crc16_modbus(data: bytes) -> bytes:
    """Low byte first, the way it stands on the wire."""
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ (0xA001 if register & 1 else 0)
    return register.to_bytes(2, "little")


def crc8(data: bytes) -> bytes:
    register = 0
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = ((register << 1) ^ (0x07 if register & 0x80 else 0)) & 0xFF
    return bytes([register])


def crc32(data: bytes) -> bytes:
    return binascii.crc32(data).to_bytes(4, "little")


def crc16_xmodem(data: bytes) -> bytes:
    return binascii.crc_hqx(data, 0).to_bytes(2, "big")


def xor(data: bytes) -> int:
    return functools.reduce(operator.xor, data, 0)


def pump(unit: int, code: int, data: bytes = b"") -> bytes:
    inner = bytes([unit, code, len(data)]) + data
    return b"\xa5\x5a" + inner + crc16_modbus(inner)


def scale(station: int, verb: str, data: str = "") -> bytes:
    inner = f"{station:02d}{verb}{data}\x03".encode()
    return b"\x02" + inner + bytes([xor(inner)])


def booster(address: int, data: str) -> bytes:
    start = f"{{{address:02d}{data}".encode()
    return start + b"%02X}\r" % xor(start)


def combiner(address: str, data: str) -> bytes:
    text = f"{{{address}{data}}}".encode()
    return text + bytes([(sum(text) - 32) % 95 + 32])


def shutter(unit: int, code: int, data: bytes) -> bytes:
    inner = bytes([unit, code, len(data)]) + data
    return b"\x01" + inner + bytes([sum(inner) & 0xFF])


def summed(data: bytes) -> bytes:
    """With the low byte of the sum of all of it behind."""
    return data + bytes([sum(data) & 0xFF])


def negated(data: bytes) -> bytes:
    """With the two's complement of the sum of all of it behind."""
    return data + bytes([-sum(data) & 0xFF])


def spoiled(frame: bytes, at: int = -1) -> bytes:
    """The same frame with one bit turned over, in its last byte unless said otherwise."""
    copy = bytearray(frame)
    copy[at] ^= 0x01
    return bytes(copy)
