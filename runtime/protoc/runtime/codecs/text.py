"""Text and bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

from protoc.runtime.errors import DecodeError, EncodeError, Incomplete
from protoc.runtime.messages import Buffer

BLANKS = " \t\r\n\v\f"
"""What `trim` takes off; a space that does not break, and the like, are text."""

_is_quoted = re.compile(r'"(?:[^"]|"")*"', re.DOTALL).fullmatch
_quoted = re.compile(rb'"(?:[^"]|"")*+"', re.DOTALL).match


class _Closing:
    """Looks for the quote that ends a text, behind the one that begins it."""

    def search(self, buffer: Buffer, start: int, limit: int) -> tuple[int, bool]:
        """How far there is none, and whether another byte stands behind one."""
        at = start
        while (quote := buffer.find(b'"', at, limit)) >= 0:
            if quote + 1 >= limit:
                return quote, False
            if buffer[quote + 1] != ord('"'):
                return quote, True
            at = quote + 2
        return max(at, limit), False


_CLOSING = _Closing()


def scan_quoted(
    buffer: Buffer, start: int, at: int, message: str, field: str, stop: int | None = None
) -> int:
    """Where text in double quotes ends; a quote that is doubled belongs to the text.

    Raises:
        Incomplete: the quote that ends it is not there yet, or may be the first of two.
        DecodeError: there is none at `start`, or no second one before `stop`.
    """
    limit = len(buffer) if stop is None else stop
    found = _quoted(buffer, start, limit)
    if found is not None and (stop is not None or found.end() < limit):
        return found.end()
    begun = bytes(buffer[start : start + 1])
    if stop is None and begun in (b"", b'"'):
        if not begun:
            raise Incomplete(limit - at + 1)
        raise Incomplete(limit - at + 1, scan=_CLOSING, searched=start + 1 - at)
    got = begun if begun != b'"' else bytes(buffer[start:limit])
    raise DecodeError("value", message, field, start - at, "text in quotes", got)


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
    trim: str = "",
    quoted: bool = False,
) -> str:
    """Text from its bytes: padding and quotes taken off, NUL padding cut at the first one."""
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
    if quoted:
        if _is_quoted(text) is None:
            raise DecodeError("value", message, field, offset, "text in quotes", raw, size)
        text = text[1:-1].replace('""', '"')
    if trim in ("both", "left"):
        text = text.lstrip(BLANKS)
    return text.rstrip(BLANKS) if trim in ("both", "right") else text


def not_text(
    error: UnicodeDecodeError, encoding: str, message: str, field: str, offset: int, size: int
) -> DecodeError:
    """The error for bytes that are no characters of an encoding."""
    place, expected = offset + error.start, f"text in {encoding}"
    return DecodeError("value", message, field, place, expected, error.object, size)


def like(pattern: str) -> Callable[[str], object]:
    """Whether a text looks like a pattern.

    `*` stands for any characters, `?` for one, `[A-Z]` for one of a range, `[A-Za-z]` of several.
    """
    parts = (_ONE.get(each) or _one_of(each) for each in _PATTERN.findall(pattern))
    return re.compile("".join(parts), re.DOTALL).fullmatch


_PATTERN = re.compile(r"\[(?:[^]]-[^]])+\]|.", re.DOTALL)
_ONE = {"*": ".*", "?": "."}


def _one_of(part: str) -> str:
    if len(part) == 1:
        return re.escape(part)
    ranges = (part[at : at + 3] for at in range(1, len(part) - 1, 3))
    return f"[{''.join(f'{re.escape(r[0])}-{re.escape(r[2])}' for r in ranges)}]"


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
    quoted: bool = False,
) -> bytes:
    """Text as bytes, filled up to `size` where there is padding."""
    if not isinstance(value, str):
        raise EncodeError(message, field, "text", value)
    text = '"' + value.replace('"', '""') + '"' if quoted else value
    try:
        raw = text.encode(encoding)
    except UnicodeEncodeError as error:
        raise EncodeError(
            message, field, f"characters of {encoding}, not {text[error.start]!r}", value
        ) from None
    if size is not None and pad and len(raw) < size:
        filling = pad * ((size - len(raw)) // len(pad))
        raw = filling + raw if left else raw + filling
    return fitting(raw, size, longest, message, field, value)


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
    return fitting(raw, size, longest, message, field, raw)


def fitting(
    raw: bytes, size: int | None, longest: int | None, message: str, field: str, value: object
) -> bytes:
    """The bytes, refused unless they have the right size."""
    if size is not None and len(raw) != size:
        raise EncodeError(message, field, f"exactly {size} bytes", value)
    if longest is not None and len(raw) > longest:
        raise EncodeError(message, field, f"at most {longest} bytes", value)
    return raw
