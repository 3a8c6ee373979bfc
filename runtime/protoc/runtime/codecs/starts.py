"""What messages can begin with, byte by byte."""

from __future__ import annotations


class OneOf(bytes):
    """The values a byte can have, for `starts`."""


ANY = OneOf(b"")
DEC = OneOf(b"0123456789")
INT = OneOf(b"+-0123456789")
FLOAT = OneOf(b"+-.0123456789")
HEX = OneOf(b"0123456789ABCDEFabcdef")
OCT = OneOf(b"01234567")
BIN = OneOf(b"01")
BASE36 = OneOf(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def starts(*parts: bytes) -> tuple[bytes, ...]:
    """What a message can begin with: certain bytes as they are, others as `OneOf`.

    Returns:
        For each byte the values it can have; empty for any.
    """
    result: list[bytes] = []
    for part in parts:
        if isinstance(part, OneOf):
            result.append(bytes(part))
        else:
            result += [part[i : i + 1] for i in range(len(part))]
    return tuple(result)
