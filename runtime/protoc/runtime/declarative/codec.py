"""`Message.construct`: the straight-line codec as a construct."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from typing import IO, Any

from protoc.runtime.declarative.layout import Layout, MessageConstruct, link_of
from protoc.runtime.errors import Incomplete
from protoc.runtime.messages import M


class Codec(MessageConstruct[M]):
    """A message inside other constructs: `construct.Struct("reply" / Level.construct, …)`.

    It reads exactly the bytes of the message. The link is the context's:
    `Level.construct.parse(data, link="serial")`.

    Attributes:
        cls: the class of the message.
    """

    def __init__(self, cls: type[M]) -> None:
        super().__init__()
        self.name = cls.NAME
        self.cls = cls

    @cached_property
    def declarative(self) -> Layout[M]:
        """The same message element by element, as a reviewer reads it."""
        layout: Layout[M] = self.cls.layout()
        return layout

    def _parse(self, stream: IO[bytes], context: Any, path: Any) -> M:
        link = link_of(context)
        if stream.seekable():
            start = stream.tell()
            message, end = self.cls.decode_prefix(stream.read(), 0, link)
            stream.seek(start + end)
            return message
        data = b""
        while True:
            try:
                return self.cls.decode_prefix(data, 0, link)[0]
            except Incomplete as incomplete:
                more = stream.read(max(1, incomplete.needed - len(data)))
                if not more:
                    raise
                data += more

    def _build(self, obj: M | Mapping[str, Any], stream: IO[bytes], context: Any, path: Any) -> Any:
        message = obj if isinstance(obj, self.cls) else self.cls(**obj)  # type: ignore[arg-type]
        stream.write(message.encode(link_of(context)))
        return message

    def _sizeof(self, context: Any, path: Any) -> int:
        return self.declarative.sizeof()


@cache
def codec_of(cls: type[M]) -> Codec[M]:
    """The codec of a message class, always the same one."""
    return Codec(cls)
