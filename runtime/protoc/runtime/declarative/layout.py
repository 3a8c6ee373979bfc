"""A whole message: read in wire order, then verified, then turned into values."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any, Generic

import construct

from protoc.runtime.declarative.base import Element
from protoc.runtime.declarative.bits import spelt
from protoc.runtime.declarative.fields import Field
from protoc.runtime.declarative.frame import Frame
from protoc.runtime.declarative.sequence import Body, Row
from protoc.runtime.messages import M

if TYPE_CHECKING:

    class MessageConstruct(construct.Construct[M, M | Mapping[str, Any]]):
        """A construct of messages; builds from a message or from its fields by name."""
else:

    class MessageConstruct(construct.Construct, Generic[M]):
        """A construct of messages; builds from a message or from its fields by name."""


_ROUNDS = 16


class Layout(MessageConstruct[M]):
    """What stands on the wire, in order.

    Reading takes the elements one after the other, then verifies what is derived, then turns raw
    values into values. Writing puts placeholders where values are derived, computes them over what
    stands there, and goes on until nothing changes.

    The link of a message is the context's: `layout.parse(data, link="serial")`.
    """

    def __init__(self, cls: type[M], *elements: Element) -> None:
        super().__init__()
        self.name = cls.NAME
        self.cls = cls
        self.row = Row(elements, bounded=cls.OPEN)
        self.elements = list(self.row.every())
        asked = _Asked()
        for element in self.elements:
            if isinstance(element, Field | Body) and element.sizing is not None:
                element.sizing(asked)
        fields = {e.key: e for e in self.elements if isinstance(e, Field)}
        for field in fields.values():
            field.early = field.key in asked.names
            # a copy differs for the reason its original differs
            if field.copied in fields:
                field.reason = fields[field.copied].reason

    def place(self, name: str, data: bytes | bytearray, link: str = "") -> int:
        """Where a field begins in a message that can be decoded; 0 when it has no bytes."""
        frame = Frame(self.cls.NAME, link)
        self.row.take(io.BytesIO(data), frame)
        return frame.places.get(name, (0, 0))[0]

    def _parse(self, stream: IO[bytes], context: Any, path: Any) -> M:
        start = stream.tell()
        frame = Frame(self.cls.NAME, link_of(context))
        frame.origin = -start
        frame.whole = self.cls.OPEN
        self.row.take(stream, frame)
        end = stream.tell()
        stream.seek(start)
        frame.data = stream.read(end - start)
        for element in self.elements:
            element.verify(frame)
        values: dict[str, Any] = {}
        for element in self.elements:
            values |= element.values(frame)
        return self.cls(**spelt(self.cls, values))

    def _build(self, obj: M | Mapping[str, Any], stream: IO[bytes], context: Any, path: Any) -> Any:
        message = obj if isinstance(obj, self.cls) else self.cls(**obj)  # type: ignore[arg-type]
        frame = Frame(self.cls.NAME, link_of(context))
        for element in self.elements:
            element.prepare(message, frame)
        for _ in range(_ROUNDS):
            if not self._derive(frame):
                break
        else:
            raise frame.unfit("", "derived values that agree with each other", message)
        if frame.doubts:
            raise frame.doubts[0]
        self._sizes_agree(frame)
        stream.write(frame.data)
        return obj

    def _derive(self, frame: Frame) -> bool:
        """Lay the message out and compute what is derived; whether something changed."""
        output = io.BytesIO()
        frame.doubts.clear()
        self.row.give(output, frame)
        frame.data = output.getvalue()
        changed = False
        for element in self.elements:
            if isinstance(element, Field) and element.derivation is not None:
                raw = element.derived(frame)
                changed |= raw != frame.raws[element.key]
                frame.raws[element.key] = raw
        return changed

    def _sizes_agree(self, frame: Frame) -> None:
        """Refuse values that do not have the size that fields in front of them tell."""
        for element in self.elements:
            if isinstance(element, Field | Body) and element.sizing is not None:
                start, end = frame.places[element.key]
                if element.sizing(frame) != end - start:
                    raise frame.unfit(element.label, "as many bytes as its size tells", end - start)

    def _sizeof(self, context: Any, path: Any) -> int:
        return sum(element.sizeof() for element in self.row.elements)


class _Asked(Frame):
    """Takes down which fields a size is computed from."""

    def __init__(self) -> None:
        super().__init__("")
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return 1


def link_of(context: Any) -> str:
    """The link named where parsing or building began."""
    link = context.get("_params", context).get("link", "")
    return link if isinstance(link, str) else ""
