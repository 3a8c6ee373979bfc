"""What is found in a stream of bytes; the reports of a framer are these, one behind the other."""

from __future__ import annotations

from typing import Any

import msgspec

from protoc.runtime.errors import DecodeError

LARGEST_GARBAGE = 65536
"""Garbage is reported in pieces of this size at most, so that memory stays bounded."""


class FoundMessage(msgspec.Struct, frozen=True):
    """A whole message; `offset` counts from the start of the stream.

    Attributes:
        message: what the decoder of the candidate makes of it: a `Message`, if it says no other.
    """

    message: Any
    offset: int
    data: bytes


class FoundGarbage(msgspec.Struct, frozen=True):
    """Bytes where no message can begin."""

    data: bytes
    offset: int


class FoundRejected(msgspec.Struct, frozen=True):
    """Bytes that began as a message and are none, up to the next message found in them."""

    data: bytes
    offset: int
    error: DecodeError


class FoundIncomplete(msgspec.Struct, frozen=True):
    """A message cut off by the end."""

    data: bytes
    offset: int


Found = FoundMessage | FoundGarbage | FoundRejected | FoundIncomplete
