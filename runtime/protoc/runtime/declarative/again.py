"""Bytes that are read again as fields."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import fields

from protoc.runtime.codecs.lets import same
from protoc.runtime.declarative.base import Sizing
from protoc.runtime.declarative.bits import spelt
from protoc.runtime.declarative.fields import Field, attribute
from protoc.runtime.declarative.frame import Frame
from protoc.runtime.declarative.records import Record
from protoc.runtime.declarative.texts import Text
from protoc.runtime.errors import DecodeError, EncodeError


class Again(Field):
    """Bytes or text, and the fields they hold, which belong to the message as well.

    Either may be given to write it; where both are, they agree.

    Args:
        name, type_: as in the description.
        record: what the bytes are read again as; it fills them.
        options: as of `Field`; `loose` when bytes that are no such record are not wrong.
    """

    def __init__(
        self, name: str, type_: str, record: Record, *, size: Sizing | None = None, **options: Any
    ) -> None:
        super().__init__(name, type_, size=size, **options)
        self.record = record

    def names(self) -> set[str]:
        return {self.label, *self.record.names()}

    def always(self) -> set[str]:
        return set()

    def asks(self) -> Iterator[Callable[[Frame], Any]]:
        yield from super().asks()
        yield from self.record.told.values()

    # ---------------------------------------------------------------- reading

    def values(self, frame: Frame) -> dict[str, Any]:
        own = super().values(frame)
        start, end = frame.places[self.key]
        try:
            parts = self._read(frame.data[start:end], start, frame)
        except DecodeError:
            if not self.loose:
                raise
            return own | dict.fromkeys(self.record.names())
        return own | {name: attribute(parts, name) for name in self.record.names()}

    def _read(self, data: bytes | bytearray, at: int, frame: Frame) -> Any:
        """What bytes hold that begin there in the message."""
        around = Frame(frame.message, frame.link)
        around.raws, around.readers, around.places = frame.raws, frame.readers, frame.places
        around.bounded, around.origin, around.told = True, at, frame.told
        stream = io.BytesIO(data)
        parts = self.record.part("", stream, around)
        if rest := around.rest(stream):
            raise around.error("length", self.label, at, len(data), len(data) - len(rest))
        return parts

    # ---------------------------------------------------------------- writing

    def prepare(self, message: Any, frame: Frame) -> None:
        given = {name: attribute(message, name) for name in self.record.names()}
        frame.raws[f"{self.key} again"] = given
        if attribute(message, self.label) is not None:
            super().prepare(message, frame)
            return
        if given and all(value is None for value in given.values()):
            raise frame.unfit(self.label, "a value", None)
        frame.readers[self.key] = self
        frame.raws[self.key] = None

    def write(self, frame: Frame) -> bytes:
        given = frame.raws[f"{self.key} again"]
        try:
            if frame.raws[self.key] is None:
                data = self.record.data("", self._parts(given), frame)
                self._allowed(data, frame)
                self._alike(data, frame)
                return data
            data = super().write(frame)
            there = {name: value for name, value in given.items() if value is not None}
            if there:
                self._agree(data, there, frame)
        except EncodeError as error:
            # what it is told may be another value yet
            frame.doubts.append(error)
            return b""
        return data

    def _parts(self, given: dict[str, Any]) -> Any:
        """The object that the bytes are made of; what has a default need not be given."""
        cls = self.record.cls
        usual = {each.name for each in fields(cls) if not each.required}
        values = spelt(cls, given).items()
        return cls(
            **{name: value for name, value in values if not (value is None and name in usual)}
        )

    def _alike(self, data: bytes, frame: Frame) -> None:
        """Text that is made of fields looks like the field."""
        if self._looks and isinstance(self.wire, Text):
            made = self.wire.value(data)
            if not self._looks(made):
                raise frame.unfit(self.label, f"a text like {self.pattern}", made)

    def _agree(self, data: bytes, given: dict[str, Any], frame: Frame) -> None:
        """What is given beside the bytes stands in them."""
        try:
            parts = self._read(data, 0, frame)
        except DecodeError as error:
            words = f"bytes that hold its fields ({error})"
            raise frame.unfit(self.label, words, data) from None
        for name, value in given.items():
            there = attribute(parts, name)
            if not same(value, there):
                raise frame.unfit(name, f"{there!r}, which `{self.label}` holds", value)
