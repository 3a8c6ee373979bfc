"""A dimmer with a protocol small enough to read: messages as the compiler would write them.

Frames are `02 code size body check`; beside them there are lines `{text}CR`, an acknowledgement of
one byte, and a bare pair of equal bytes that may begin anywhere.
"""

from __future__ import annotations

from collections import Counter
from functools import reduce
from operator import xor
from typing import ClassVar, Self

from protoc.runtime.errors import DecodeError, EncodeError, Incomplete
from protoc.runtime.messages import Buffer, Message

decodes: Counter[str] = Counter()
"""How often each message was tried, so that cost is measured without a clock."""


class Framed(Message):
    """`02 code size body check`, every field one byte."""

    CODE: ClassVar[int] = 0

    @classmethod
    def decode_prefix(cls, buffer: Buffer, at: int = 0, link: str = "") -> tuple[Self, int]:
        decodes[cls.NAME] += 1
        if len(buffer) < at + 3:
            raise Incomplete(3)
        size = buffer[at + 2] + 4
        end = at + size
        if len(buffer) < end:
            raise Incomplete(size)
        if buffer[at + 1] != cls.CODE:
            raise DecodeError("constant", cls.NAME, "code", 1, cls.CODE, buffer[at + 1], size)
        names = cls.__struct_fields__
        if size != len(names) + 4:
            raise DecodeError("length", cls.NAME, "size", 2, len(names), size - 4, size)
        check = reduce(xor, buffer[at : end - 1])
        if check != buffer[end - 1]:
            raise DecodeError("crc", cls.NAME, "check", size - 1, check, buffer[end - 1], size)
        return cls(**dict(zip(names, buffer[at + 3 : end - 1], strict=True))), end

    def encode(self, link: str = "") -> bytes:
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        for name, value in values.items():
            if not isinstance(value, int) or not 0 <= value < 256:
                raise EncodeError(self.NAME, name, "0..255", value)
        body = bytes([0x02, self.CODE, len(values), *values.values()])
        return body + bytes([reduce(xor, body)])


class GetLevel(Framed, kw_only=True):
    NAME: ClassVar[str] = "get_level"
    KIND = "command"
    STARTS = (b"\x02", b"\x11", b"\x01")
    CODE: ClassVar[int] = 0x11
    BLANK: ClassVar = {"channel": 0}
    channel: int


class SetLevel(Framed, kw_only=True):
    NAME: ClassVar[str] = "set_level"
    KIND = "command"
    STARTS = (b"\x02", b"\x10")
    CODE: ClassVar[int] = 0x10
    PARAMS = ("level",)
    BLANK: ClassVar = {"channel": 0, "level": 0}
    channel: int
    level: int


class Level(Framed, kw_only=True):
    NAME: ClassVar[str] = "level"
    KIND = "response"
    STARTS = (b"\x02", b"\x91")
    CODE: ClassVar[int] = 0x91
    PARAMS: ClassVar[tuple[str, ...]] = ("level",)
    BLANK: ClassVar = {"channel": 0, "level": 0}
    channel: int
    level: int


class Refused(Framed, kw_only=True):
    NAME: ClassVar[str] = "refused"
    KIND = "response"
    STARTS = (b"\x02", b"\xee")
    CODE: ClassVar[int] = 0xEE
    PARAMS = ("fault",)
    fault: int


class Panel(Framed, kw_only=True):
    NAME: ClassVar[str] = "panel"
    KIND = "event"
    STARTS = (b"\x02", b"\xa0")
    CODE: ClassVar[int] = 0xA0
    PARAMS = ("keys",)
    keys: int


class Ack(Message):
    NAME: ClassVar[str] = "ack"
    KIND = "response"
    STARTS = (b"\x06",)

    @classmethod
    def decode_prefix(cls, buffer: Buffer, at: int = 0, link: str = "") -> tuple[Self, int]:
        decodes[cls.NAME] += 1
        if buffer[at] != 0x06:
            raise DecodeError("constant", cls.NAME, "", 0, 6, buffer[at])
        return cls(), at + 1

    def encode(self, link: str = "") -> bytes:
        return b"\x06"


class Line(Message, kw_only=True):
    NAME: ClassVar[str] = "line"
    KIND = "event"
    STARTS = (b"{",)
    text: str

    @classmethod
    def decode_prefix(cls, buffer: Buffer, at: int = 0, link: str = "") -> tuple[Self, int]:
        decodes[cls.NAME] += 1
        if buffer[at : at + 1] != b"{":
            raise DecodeError("constant", cls.NAME, "", 0, b"{", buffer[at : at + 1])
        end = buffer.find(b"}\r", at)
        if end < 0:
            raise Incomplete(len(buffer) - at, b"}\r")
        text = bytes(buffer[at + 1 : end])
        if not text.isascii():
            raise DecodeError("value", cls.NAME, "text", 1, "ASCII", text, end + 2 - at)
        return cls(text=text.decode()), end + 2

    def encode(self, link: str = "") -> bytes:
        return b"{" + self.text.encode() + b"}\r"


class Twins(Message, kw_only=True):
    """Two equal bytes: nothing fixed to search for."""

    NAME: ClassVar[str] = "twins"
    KIND = "event"
    value: int

    @classmethod
    def decode_prefix(cls, buffer: Buffer, at: int = 0, link: str = "") -> tuple[Self, int]:
        decodes[cls.NAME] += 1
        if len(buffer) < at + 2:
            raise Incomplete(2)
        if buffer[at] != buffer[at + 1]:
            raise DecodeError("value", cls.NAME, "value", 1, buffer[at], buffer[at + 1], 2)
        return cls(value=buffer[at]), at + 2

    def encode(self, link: str = "") -> bytes:
        return bytes([self.value, self.value])


REPLIES: tuple[type[Message], ...] = (Level, Refused, Ack)
EVENTS: tuple[type[Message], ...] = (Panel, Line)
MESSAGES: tuple[type[Message], ...] = (GetLevel, SetLevel, *REPLIES, *EVENTS)
