"""Bytes as characters that every line lets through."""

from __future__ import annotations

import binascii
import re

from protoc.runtime.codings.base import Coding, Miscoded

_NO_DIGIT = re.compile(rb"[^0-9A-Fa-f]")
_NO_CHARACTER = re.compile(rb"[^0-9A-Za-z+/]")


class Hex(Coding):
    """Two digits for each byte; upper case is written, either is read."""

    WIDEST = 2

    def __init__(self, *, lower: bool = False) -> None:
        self._lower = lower

    def encode(self, data: bytes) -> bytes:
        """The digits."""
        digits = binascii.hexlify(data)
        return digits if self._lower else digits.upper()

    def decode(self, data: bytes) -> bytes:
        """What the digits stand for."""
        try:
            return binascii.unhexlify(data)
        except ValueError:
            wrong = _NO_DIGIT.search(data)
            if wrong is not None:
                at = wrong.start()
                raise Miscoded(at, "a digit, 0-9 or A-F", data[at : at + 1]) from None
            raise Miscoded(len(data), "two digits for each byte", "one") from None

    def sound(self, data: bytes) -> int:
        """Up to what is no digit."""
        wrong = _NO_DIGIT.search(data)
        return (len(data) if wrong is None else wrong.start()) // 2 * 2

    def may_go_on(self, rest: bytes) -> bool:
        """One digit waits for the other."""
        return len(rest) < 2 and not _NO_DIGIT.search(rest)

    def reach(self, data: bytes, count: int) -> int:
        """Two digits a byte."""
        return min(2 * count, len(data))


class Base64(Coding):
    """Four characters for three bytes, filled up with `=`."""

    def encode(self, data: bytes) -> bytes:
        """The characters."""
        return binascii.b2a_base64(data, newline=False)

    def decode(self, data: bytes) -> bytes:
        """What the characters stand for."""
        wrong = _NO_CHARACTER.search(data)
        end = len(data) if wrong is None else wrong.start()
        if data[end:] not in (b"", b"=", b"=="):
            raise Miscoded(end, "a character of base64", data[end : end + 1])
        try:
            plain = binascii.a2b_base64(data)
        except ValueError:
            raise Miscoded(end, "four characters for three bytes", f"{len(data)}") from None
        if self.encode(plain) != data:
            raise Miscoded(end, "characters that base64 writes", data[-4:])
        return plain

    def reach(self, data: bytes, count: int) -> int:
        """The character that holds the first bits of the next byte."""
        return min(count * 4 // 3, len(data))
