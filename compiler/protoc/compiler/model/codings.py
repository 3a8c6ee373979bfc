"""How plain bytes look on the wire where they are not written as they are."""

from __future__ import annotations

from msgspec import Struct

from protoc.compiler.model.expressions import Crc


class Escape(Struct, frozen=True):
    """A mark and another byte in the place of each byte that must not occur.

    Attributes:
        table: each of these bytes and what stands behind the mark for it.
    """

    mark: int
    table: tuple[tuple[int, int], ...]


class Cobs(Struct, frozen=True):
    """Distances in the place of zeros."""


class HexDigits(Struct, frozen=True):
    """Two digits a byte."""

    lower: bool = False


class Base64(Struct, frozen=True):
    """Four characters for three bytes."""


class EachAdded(Struct, frozen=True):
    """A number added to each byte."""

    number: int


class EachXored(Struct, frozen=True):
    """Exclusive or with a key, which is repeated."""

    key: bytes


class Stuffed(Struct, frozen=True):
    """A byte behind each sequence that must not occur alone."""

    sequence: bytes
    stuffing: int


class Blocks(Struct, frozen=True):
    """A check behind so many bytes at a time.

    Attributes:
        size: the bytes of a block; `first` those of the first one.
        little: the lowest byte of the check stands first.
    """

    size: int
    first: int
    check: Crc
    little: bool


class Truncated(Struct, frozen=True):
    """Zeros at the end left out.

    Attributes:
        size: the plain bytes with them; None where that is not known, and so nothing is left out.
        keep: so many bytes stand there in any case.
    """

    keep: int
    size: int | None = None


Coding = Escape | Cobs | HexDigits | Base64 | EachAdded | EachXored | Stuffed | Blocks | Truncated


Streamed = Escape | HexDigits | EachAdded | EachXored | Blocks
"""Those whose plain bytes are known as far as the coded ones are there."""


def ratio(codings: tuple[Coding, ...]) -> int | None:
    """How many coded bytes stand for a plain one; None when that varies."""
    found = 1
    for coding in codings:
        if isinstance(coding, HexDigits):
            found *= 2
        elif not isinstance(coding, EachAdded | EachXored):
            return None
    return found
