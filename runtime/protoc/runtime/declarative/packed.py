"""Numbers in digits that are no characters."""

from __future__ import annotations

from typing import Any

from protoc.runtime.declarative.wires import LONGEST_NUMBER, TooLong, Wire, complement, complemented
from protoc.runtime.errors import Reason


class Packed(Wire):
    """Digits in the halves of bytes: `bcd` decimal ones in both, `nibbles` four bits in the low."""

    whole = True
    numeric = True

    def __init__(self, notation: str, fixed: int | None, signed: bool) -> None:
        super().__init__(fixed)
        self.notation = notation
        self.decimal = notation == "bcd"
        self.base = 100 if self.decimal else 16
        self.reason: Reason = "value" if self.decimal else "constant"
        self.signed = signed

    def raw(self, data: bytes) -> int:
        number = 0
        if not data:
            raise ValueError(self.notation)
        for byte in data:
            high, low = divmod(byte, 16)
            if max(high, low) > 9 if self.decimal else high:
                raise ValueError(self.notation)
            number = number * self.base + (10 * high + low if self.decimal else low)
        if len(data) > LONGEST_NUMBER:
            raise TooLong
        return complemented(number, self.base ** len(data)) if self.signed else number

    def data(self, raw: Any) -> bytes:
        if not isinstance(raw, int):
            raise TypeError("a whole number")
        if self.signed and self.fixed is not None:
            raw = complement(raw, self.base**self.fixed)
        if raw < 0 or (self.fixed is not None and raw >= self.base**self.fixed):
            raise ValueError(f"a number of at most {self.fixed} bytes")
        found = b""
        while raw or len(found) < (self.fixed or 1):
            raw, last = divmod(raw, self.base)
            found = bytes([last // 10 * 16 + last % 10 if self.decimal else last]) + found
        if self.fixed is None and len(found) > LONGEST_NUMBER:
            raise ValueError(f"at most {LONGEST_NUMBER} bytes")
        return found
