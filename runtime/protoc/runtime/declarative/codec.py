"""`Message.construct`: the straight-line codec as a construct."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import IO, TYPE_CHECKING, Any

from protoc.runtime.declarative.layout import Layout, MessageConstruct, known_of, link_of
from protoc.runtime.errors import Incomplete
from protoc.runtime.messages import M

if TYPE_CHECKING:
    from typing_extensions import Buffer


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
        self._decode: Callable[[bytes, int, str], tuple[M, int]] = cls.decode_prefix
        self._depends = bool(cls.TOLD)

    @cached_property
    def declarative(self) -> Layout[M]:
        """The same message element by element, as a reviewer reads it."""
        layout: Layout[M] = self.cls.layout()
        return layout

    # whole messages in memory need no stream

    def parse(self, data: Buffer, **contextkw: Any) -> M:
        """The message at the beginning of some bytes.

        Raises:
            Incomplete: it is cut off.
            DecodeError: it is another one, or damaged.
        """
        if type(data) is not bytes:
            data = bytes(data)
        link = link_of(contextkw) if contextkw else ""
        if self._depends:
            message: M = self.cls.knowing(known_of(contextkw))(data, 0, link)[0]
            return message
        return self._decode(data, 0, link)[0]

    def build(self, obj: M | Mapping[str, Any], **contextkw: Any) -> bytes:
        """The bytes of a message, or of the message with these fields.

        Raises:
            EncodeError: a value does not fit its field.
        """
        message = obj if isinstance(obj, self.cls) else self._message(obj)
        return message.encode(link_of(contextkw)) if contextkw else message.encode()

    def _message(self, obj: M | Mapping[str, Any]) -> M:
        return obj if isinstance(obj, self.cls) else self.cls(**obj)  # type: ignore[arg-type]

    # inside other constructs

    def _parse(self, stream: IO[bytes], context: Any, path: Any) -> M:
        link = link_of(context)
        decode: Callable[[bytes, int, str], tuple[M, int]]
        decode = self.cls.knowing(known_of(context))
        if stream.seekable():
            start = stream.tell()
            message, end = decode(stream.read(), 0, link)
            stream.seek(start + end)
            return message
        data = b""
        while True:
            try:
                return decode(data, 0, link)[0]
            except Incomplete as incomplete:
                more = stream.read(max(1, incomplete.needed - len(data)))
                if not more:
                    raise
                data += more

    def _build(self, obj: M | Mapping[str, Any], stream: IO[bytes], context: Any, path: Any) -> Any:
        message = self._message(obj)
        stream.write(message.encode(link_of(context)))
        return message

    def _sizeof(self, context: Any, path: Any) -> int:
        return self.declarative.sizeof()


@cache
def codec_of(cls: type[M]) -> Codec[M]:
    """The codec of a message class, always the same one."""
    return Codec(cls)
