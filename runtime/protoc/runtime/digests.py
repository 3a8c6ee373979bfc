"""Digests of texts, as the hexadecimal digits that devices ask for."""

from __future__ import annotations

import hashlib


def md5(data: str | bytes) -> str:
    """The MD5 of a text in UTF-8, or of bytes, in lower-case hexadecimal digits."""
    return hashlib.md5(_octets(data), usedforsecurity=False).hexdigest()


def sha1(data: str | bytes) -> str:
    """The SHA-1, in lower-case hexadecimal digits."""
    return hashlib.sha1(_octets(data), usedforsecurity=False).hexdigest()


def sha256(data: str | bytes) -> str:
    """The SHA-256, in lower-case hexadecimal digits."""
    return hashlib.sha256(_octets(data)).hexdigest()


def _octets(data: object) -> bytes:
    if isinstance(data, str):
        return data.encode()
    if isinstance(data, bytes | bytearray):
        return bytes(data)
    raise TypeError(f"a digest is of a text or of bytes, not of {data!r}")
