"""Text and bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

from protoc.runtime.errors import DecodeError, EncodeError


def read_text(
    raw: bytes,
    encoding: str,
    message: str,
    field: str,
    offset: int,
    size: int,
    *,
    pad: bytes | None = None,
    left: bool = False,
    trim: bool = False,
) -> str:
    """Text from its bytes: padding taken off, NUL padding cut at the first one."""
    if pad == b"\0" and not left:
        raw = raw.partition(pad)[0]
    elif pad == b"\0\0" and not left:
        ends = (at for at in range(0, len(raw), 2) if raw[at : at + 2] == pad)
        raw = raw[: next(ends, None)]
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise not_text(error, encoding, message, field, offset, size) from None
    if pad is not None:
        filler = pad.decode(encoding)
        text = text.lstrip(filler) if left else text.rstrip(filler)
    return text.strip() if trim else text


def not_text(
    error: UnicodeDecodeError, encoding: str, message: str, field: str, offset: int, size: int
) -> DecodeError:
    """The error for bytes that are no characters of an encoding."""
    place, expected = offset + error.start, f"text in {encoding}"
    return DecodeError("value", message, field, place, expected, error.object, size)


def like(pattern: str) -> Callable[[str], object]:
    """Whether a text looks like a pattern: `*` stands for any characters, `?` for one."""
    wild = {"*": ".*", "?": "."}
    parts = (wild.get(c) or re.escape(c) for c in pattern)
    return re.compile("".join(parts), re.DOTALL).fullmatch


def write_text(
    value: Any,
    size: int | None,
    encoding: str,
    message: str,
    field: str,
    *,
    pad: bytes | None = None,
    left: bool = False,
    longest: int | None = None,
) -> bytes:
    """Text as bytes, filled up to `size` where there is padding."""
    if not isinstance(value, str):
        raise EncodeError(message, field, "text", value)
    try:
        raw = value.encode(encoding)
    except UnicodeEncodeError as error:
        raise EncodeError(
            message, field, f"characters of {encoding}, not {value[error.start]!r}", value
        ) from None
    if size is not None and pad and len(raw) < size:
        filling = pad * ((size - len(raw)) // len(pad))
        raw = filling + raw if left else raw + filling
    return _fitting(raw, size, longest, message, field, value)


def write_bytes(
    value: Any,
    size: int | None,
    message: str,
    field: str,
    *,
    longest: int | None = None,
) -> bytes:
    """Bytes as they are, of exactly `size` where there is one."""
    if not isinstance(value, bytes | bytearray | memoryview):
        raise EncodeError(message, field, "bytes", value)
    raw = bytes(cast(bytes, value))
    return _fitting(raw, size, longest, message, field, raw)


def _fitting(
    raw: bytes, size: int | None, longest: int | None, message: str, field: str, value: object
) -> bytes:
    if size is not None and len(raw) != size:
        raise EncodeError(message, field, f"exactly {size} bytes", value)
    if longest is not None and len(raw) > longest:
        raise EncodeError(message, field, f"at most {longest} bytes", value)
    return raw
