"""Constant content: text as it stands, or a run of `0xNN`."""

from __future__ import annotations

import re

_HEX = re.compile(r"(?:\s*0[xX](?:[0-9A-Fa-f]{2})+)+\s*|\s*0[xX][0-9A-Fa-f]\s*")
_BARE_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")


def octets(text: str, encoding: str = "cp1252") -> bytes:
    """The bytes of an `Interprete/Value`; blanks of text count."""
    if _HEX.fullmatch(text):
        return _from_hex(text)
    return text.replace("\r\n", "\n").encode(encoding, "replace")


def pattern(text: str) -> bytes | None:
    """The bytes of a hexadecimal operand, `0x` or not; None when it is none."""
    text = "".join(text.split())
    if not text:
        return b""
    if _HEX.fullmatch(text):
        return _from_hex(text)
    return bytes.fromhex(text) if _BARE_HEX.fullmatch(text) else None


def _from_hex(text: str) -> bytes:
    parts = re.split("0[xX]", "".join(text.split()))[1:]
    return b"".join(bytes.fromhex(part.rjust(2, "0")) for part in parts)
