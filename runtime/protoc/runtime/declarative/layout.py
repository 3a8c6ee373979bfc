"""A whole message: read in wire order, then verified, then turned into values."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any, Generic

import construct

from protoc.runtime.declarative.base import Element
from protoc.runtime.declarative.frame import Frame
from protoc.runtime.declarative.records import Record
from protoc.runtime.messages import M

if TYPE_CHECKING:

    class MessageConstruct(construct.Construct[M, M | Mapping[str, Any]]):
        """A construct of messages; builds from a message or from its fields by name."""
else:

    class MessageConstruct(construct.Construct, Generic[M]):
        """A construct of messages; builds from a message or from its fields by name."""


class Layout(MessageConstruct[M]):
    """What stands on the wire for a message, in order; see `Record`.

    The link of a message is the context's: `layout.parse(data, link="serial")`.
    """

    def __init__(self, cls: type[M], *elements: Element) -> None:
        super().__init__()
        self.name = cls.NAME
        self.cls = cls
        self.record = Record(cls, *elements, bounded=cls.OPEN)

    def place(self, name: str, data: bytes | bytearray, link: str = "") -> int:
        """Where a field begins in a message that can be decoded; 0 when it has no bytes."""
        frame = Frame(self.cls.NAME, link)
        self.record.row.take(io.BytesIO(data), frame)
        return frame.places.get(name, (0, 0))[0]

    def _parse(self, stream: IO[bytes], context: Any, path: Any) -> M:
        frame = Frame(self.cls.NAME, link_of(context))
        # the line ends the message: all that is there belongs to it
        frame.bounded = self.cls.OPEN
        message: M = self.record.read(stream, frame)
        return message

    def _build(self, obj: M | Mapping[str, Any], stream: IO[bytes], context: Any, path: Any) -> Any:
        message = obj if isinstance(obj, self.cls) else self.cls(**obj)  # type: ignore[arg-type]
        stream.write(self.record.write(message, Frame(self.cls.NAME, link_of(context))))
        return obj

    def _sizeof(self, context: Any, path: Any) -> int:
        return sum(element.sizeof() for element in self.record.row.elements)


def link_of(context: Any) -> str:
    """The link named where parsing or building began."""
    link = context.get("_params", context).get("link", "")
    return link if isinstance(link, str) else ""
