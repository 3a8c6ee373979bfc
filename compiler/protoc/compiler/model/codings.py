"""How plain bytes look on the wire where they are not written as they are."""

from __future__ import annotations

from dataclasses import dataclass

from protoc.compiler.model.expressions import Crc


@dataclass(frozen=True)
class Escape:
    """A mark and another byte in the place of each byte that must not occur.

    Attributes:
        table: each of these bytes and what stands behind the mark for it.
    """

    mark: int
    table: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Cobs:
    """Distances in the place of zeros."""


@dataclass(frozen=True)
class HexDigits:
    """Two digits a byte."""

    lower: bool = False


@dataclass(frozen=True)
class Base64:
    """Four characters for three bytes."""


@dataclass(frozen=True)
class EachAdded:
    """A number added to each byte."""

    number: int


@dataclass(frozen=True)
class EachXored:
    """Exclusive or with a key, which is repeated."""

    key: bytes


@dataclass(frozen=True)
class Stuffed:
    """A byte behind each sequence that must not occur alone."""

    sequence: bytes
    stuffing: int


@dataclass(frozen=True)
class Blocks:
    """A check behind so many bytes at a time.

    Attributes:
        size: the bytes of a block; `first` those of the first one.
        little: the lowest byte of the check stands first.
    """

    size: int
    first: int
    check: Crc
    little: bool


@dataclass(frozen=True)
class Truncated:
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
