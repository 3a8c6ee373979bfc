"""Bytes that are read again as fields: given as either, they hold the same."""

from __future__ import annotations

from typing import Any

from protoc.runtime.codecs.lets import same
from protoc.runtime.errors import DecodeError, EncodeError, Incomplete
from protoc.runtime.messages import Message, Part


def composed(owner: Message | Part, parts: Any, *told: Any) -> bytes:
    """The bytes made of fields that belong to the owner; errors are the owner's."""
    try:
        data: bytes = parts.encode_part(*told)
    except EncodeError as error:
        raise EncodeError(owner.NAME, error.field, error.expected, error.got) from None
    return data


def agree(
    owner: Message | Part, field: str, data: bytes, cls: Any, names: tuple[str, ...], *told: Any
) -> None:
    """Fields that are given beside their bytes are what stands there.

    Raises:
        EncodeError: one of them is not.
    """
    given = {name: value for name in names if (value := getattr(owner, name)) is not None}
    if not given:
        return
    try:
        parts, end = cls.decode_part(data, 0, len(data), *told)
    except (DecodeError, Incomplete) as error:
        raise EncodeError(
            owner.NAME, field, f"bytes that hold its fields ({error})", data
        ) from None
    if end != len(data):
        raise EncodeError(owner.NAME, field, "bytes that hold nothing but its fields", data)
    for name, value in given.items():
        there = getattr(parts, name)
        if not same(value, there):
            raise EncodeError(owner.NAME, name, f"{there!r}, which `{field}` holds", value)
