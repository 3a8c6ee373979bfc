"""Regions: how far bytes may be read, and what is said where they end too soon."""

from __future__ import annotations

from protoc.runtime.errors import DecodeError, Incomplete, RemoteError
from protoc.runtime.messages import Buffer

WITHIN = (DecodeError, Incomplete)
"""What a part of a message raises, for the message to say where it stands."""


def short(
    stop: int | None, message: str, field: str, offset: int, needed: int, left: int
) -> RemoteError:
    """The error for bytes that are not there: more may come, unless a region ends at `stop`."""
    if stop is None:
        return Incomplete(offset + needed)
    return DecodeError("length", message, field, offset, f"{needed} bytes", left)


def missing(
    stop: int | None, message: str, offset: int, there: int, constant: bytes
) -> RemoteError:
    """The error for a constant that nothing ends with: it may come, unless a region ends."""
    if stop is None:
        return Incomplete(there + 1, constant)
    return DecodeError("constant", message, "", offset, constant, "nothing")


def unlike(
    buffer: Buffer, start: int, at: int, message: str, field: str, constant: bytes, size: int = 0
) -> RemoteError:
    """The error where a constant does not stand: it may come, unless something else is there."""
    count = 1
    while constant.startswith(there := bytes(buffer[start : start + count])):
        if len(there) < count:
            return Incomplete(start - at + count)
        count += 1
    return DecodeError("constant", message, field, start - at, constant, there, size)


def cut(
    stop: int | None,
    buffer: Buffer,
    start: int,
    at: int,
    message: str,
    field: str,
    constant: bytes,
) -> RemoteError:
    """The error for a constant cut off: more may come, unless a region ends at `stop`."""
    if stop is None:
        return unlike(buffer, start, at, message, field, constant)
    return short(stop, message, field, start - at, len(constant), stop - start)


def among(buffer: Buffer, start: int, at: int, stop: int | None, values: bytes) -> bool:
    """Whether the byte at `start` is one of these; there is none at the end of a region.

    Raises:
        Incomplete: it has not come yet.
    """
    limit = len(buffer) if stop is None else stop
    if start < limit:
        return buffer[start] in values
    if stop is None:
        raise Incomplete(start - at + 1)
    return False
