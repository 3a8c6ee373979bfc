"""Numbers whose first bytes tell how many they have; as few as will do are written.

`varint` and `vlq` have seven bits in each byte, and the highest bit set in all but the last one:
the lowest seven stand first (Protocol Buffers, MQTT, LEB128), or the highest (MIDI, tags of BER).
`ber_length` is one byte below 0x80, else 0x80 and how many bytes follow. `u7_15` has its size in
the highest bit, of one or two bytes; `u6_14_30_62` in the two highest, of one, two, four or eight.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from protoc.runtime.codecs.regions import short
from protoc.runtime.errors import DecodeError, EncodeError
from protoc.runtime.messages import Buffer


class Scan(Protocol):
    """Finds the end of a number that has at most `longest` bytes."""

    def __call__(
        self, buffer: Buffer, start: int, at: int, message: str, field: str,
        stop: int | None = None, *, longest: int = ...,
    ) -> int: ...  # fmt: skip


def _too_long(message: str, field: str, offset: int, longest: int, there: Buffer) -> DecodeError:
    return DecodeError("too long", message, field, offset, f"at most {longest} bytes", bytes(there))


def _scan_groups(
    buffer: Buffer, start: int, at: int, message: str, field: str,
    stop: int | None = None, *, longest: int = 10,
) -> int:  # fmt: skip
    """Where groups of seven bits end: behind the first byte below 0x80."""
    limit = len(buffer) if stop is None else stop
    end = start
    while end < limit:
        end += 1
        if buffer[end - 1] < 0x80:
            return end
        if end - start == longest:
            raise _too_long(message, field, start - at, longest, buffer[start:end])
    raise short(stop, message, field, start - at, end - start + 1, end - start)


scan_varint: Scan = _scan_groups
scan_vlq: Scan = _scan_groups


def _scanner(size_of: Callable[[int], int], most: int) -> Scan:
    """What finds the end where the first byte tells the size; 0 for a byte that tells none."""

    def scan(
        buffer: Buffer, start: int, at: int, message: str, field: str,
        stop: int | None = None, *, longest: int = most,
    ) -> int:  # fmt: skip
        limit = len(buffer) if stop is None else stop
        if start >= limit:
            raise short(stop, message, field, start - at, 1, 0)
        size = size_of(buffer[start])
        if not size:
            first = bytes(buffer[start : start + 1])
            raise DecodeError("value", message, field, start - at, "a definite length", first)
        if size > longest:
            raise _too_long(message, field, start - at, longest, buffer[start : start + 1])
        if start + size > limit:
            raise short(stop, message, field, start - at, size, limit - start)
        return start + size

    return scan


scan_ber_length = _scanner(lambda first: 1 if first < 0x80 else (first & 0x7F) and first - 0x7F, 9)
scan_u7_15 = _scanner(lambda first: 1 + (first >> 7), 2)
scan_u6_14_30_62 = _scanner(lambda first: 1 << (first >> 6), 8)


def read_varint(raw: Buffer) -> int:
    """The number in groups of seven bits, the lowest first."""
    number = 0
    for octet in reversed(raw):
        number = number << 7 | octet & 0x7F
    return number


def read_vlq(raw: Buffer) -> int:
    """The number in groups of seven bits, the highest first."""
    number = 0
    for octet in raw:
        number = number << 7 | octet & 0x7F
    return number


def read_ber_length(raw: Buffer) -> int:
    """The number behind how many bytes it has, or the one byte that it is."""
    return raw[0] if len(raw) == 1 else int.from_bytes(raw[1:], "big")


def _read_tagged(raw: Buffer, tag: int) -> int:
    """The number in all bits but so many in front."""
    return int.from_bytes(raw, "big") & (1 << 8 * len(raw) - tag) - 1


def read_u7_15(raw: Buffer) -> int:
    """The number of 7 or 15 bits."""
    return _read_tagged(raw, 1)


def read_u6_14_30_62(raw: Buffer) -> int:
    """The number of 6, 14, 30 or 62 bits."""
    return _read_tagged(raw, 2)


def _written(value: Any, most: int, message: str, field: str) -> int:
    """A number that fits."""
    if not isinstance(value, int):
        raise EncodeError(message, field, "a whole number", value)
    if not 0 <= value <= most:
        raise EncodeError(message, field, f"0..{most}", value)
    return value


def write_varint(value: Any, message: str, field: str, *, longest: int = 10) -> bytes:
    """Groups of seven bits, the lowest first."""
    number = _written(value, (1 << 7 * longest) - 1, message, field)
    octets = bytearray()
    while number > 0x7F:
        octets.append(number & 0x7F | 0x80)
        number >>= 7
    octets.append(number)
    return bytes(octets)


def write_vlq(value: Any, message: str, field: str, *, longest: int = 10) -> bytes:
    """Groups of seven bits, the highest first."""
    number = _written(value, (1 << 7 * longest) - 1, message, field)
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(number & 0x7F | 0x80)
    return bytes(reversed(octets))


def write_ber_length(value: Any, message: str, field: str, *, longest: int = 9) -> bytes:
    """One byte below 0x80; else how many bytes follow, and these."""
    number = _written(value, max(0x7F, (1 << 8 * (longest - 1)) - 1), message, field)
    if number < 0x80:
        return bytes((number,))
    size = number.bit_length() + 7 >> 3
    return bytes((0x80 | size,)) + number.to_bytes(size, "big")


def _writer(widths: Sequence[int]) -> Callable[..., bytes]:
    """What writes numbers of one of these widths, and which of them it is in the highest bits."""
    tag = 8 - widths[0] % 8

    def write(
        value: Any, message: str, field: str, *, longest: int = (widths[-1] + tag) // 8
    ) -> bytes:
        fitting = [width for width in widths if width < 8 * longest]
        number = _written(value, (1 << fitting[-1]) - 1, message, field)
        which = next(i for i, width in enumerate(fitting) if not number >> width)
        size = (widths[which] + tag) // 8
        return (number | which << widths[which]).to_bytes(size, "big")

    return write


write_u7_15 = _writer((7, 15))
write_u6_14_30_62 = _writer((6, 14, 30, 62))
