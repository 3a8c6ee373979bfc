"""The bytes of one value by itself, as a field of its type has them on the wire."""

from __future__ import annotations

import io
from typing import Any

from protoc.runtime.declarative.base import Element
from protoc.runtime.declarative.bits import Bits
from protoc.runtime.declarative.fields import Field
from protoc.runtime.declarative.frame import Frame


class Form:
    """From a value to its bytes and back.

    Args:
        element: a field, or bits with a name.
    """

    def __init__(self, element: Element) -> None:
        assert isinstance(element, Field | Bits)
        element.settle((), bounded=True)
        self._element = element
        self.name = element.label

    @property
    def fixed(self) -> int | None:
        """How many bytes every value has; None when that varies."""
        return self._element.fixed

    def data(self, value: Any) -> bytes:
        """The bytes of a value.

        Raises:
            EncodeError: it does not fit.
        """
        frame = Frame(self.name)
        self._element.accept(value, frame)
        return self._element.write(frame)

    def value(self, data: bytes) -> Any:
        """The value that bytes stand for.

        Raises:
            DecodeError: they stand for none.
        """
        frame = Frame(self.name, data=data)
        frame.bounded = True
        stream = io.BytesIO(data)
        frame.need(stream, self._element.fixed or 0, self.name)
        self._element.take(stream, frame)
        if rest := frame.rest(stream):
            raise frame.error("length", self.name, len(data) - len(rest), "its end", rest)
        return self._element.values(frame)[self.name]
