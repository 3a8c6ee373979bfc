"""A lamp, as the compiler would write it: lines of text, small enough to read on the wire.

`?1` asks for channel 1, `=1,40` is its answer, `!7` a refusal; `*3` says by itself that keys were
pressed. Every line ends with LF.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final, Self

from msgspec import UNSET, UnsetType

from protoc.runtime import (
    Answer,
    AsyncDevice,
    Buffer,
    DecodeError,
    Device,
    EncodeError,
    Hook,
    Hooks,
    Incomplete,
    Link,
    Message,
    On,
    Pair,
    Param,
    Params,
    Protocol,
    Serial,
    Timer,
    Trigger,
)
from protoc.runtime import actions as do


class Text(Message):
    """A sign, numbers separated by commas, LF."""

    SIGN: ClassVar[bytes] = b""

    @classmethod
    def decode_prefix(cls, buffer: Buffer, at: int = 0, link: str = "") -> tuple[Self, int]:
        if buffer[at : at + 1] != cls.SIGN:
            raise DecodeError("constant", cls.NAME, "", 0, cls.SIGN, bytes(buffer[at : at + 1]))
        end = buffer.find(b"\n", at)
        if end < 0:
            raise Incomplete(len(buffer) - at, b"\n")
        body = bytes(buffer[at + 1 : end])
        names = cls.__struct_fields__
        try:
            values = [int(each) for each in body.split(b",")] if names else []
        except ValueError:
            raise DecodeError("value", cls.NAME, names[0], 1, "a number", body) from None
        if len(values) != len(names):
            raise DecodeError("length", cls.NAME, "", 1, len(names), len(values))
        return cls(**dict(zip(names, values, strict=True))), end + 1

    def encode(self, link: str = "") -> bytes:
        values = [getattr(self, name) for name in self.__struct_fields__]
        for name, value in zip(self.__struct_fields__, values, strict=True):
            if not isinstance(value, int) or value < 0:
                raise EncodeError(self.NAME, name, "a whole number", value)
        return self.SIGN + b",".join(b"%d" % value for value in values) + b"\n"


class GetLevel(Text, kw_only=True):
    NAME: ClassVar[str] = "get_level"
    KIND = "command"
    STARTS = (b"?",)
    SIGN: ClassVar[bytes] = b"?"
    PARAMS = ("channel",)
    channel: int = 1


class Level(Text, kw_only=True):
    NAME: ClassVar[str] = "level"
    KIND = "response"
    STARTS = (b"=",)
    SIGN: ClassVar[bytes] = b"="
    PARAMS = ("channel", "level")
    BLANK: ClassVar = {"channel": 1, "level": 0}
    channel: int
    level: int


class Denied(Text, kw_only=True):
    NAME: ClassVar[str] = "denied"
    KIND = "response"
    STARTS = (b"!",)
    SIGN: ClassVar[bytes] = b"!"
    code: int


class Keys(Text, kw_only=True):
    NAME: ClassVar[str] = "keys"
    KIND = "event"
    STARTS = (b"*",)
    SIGN: ClassVar[bytes] = b"*"
    PARAMS = ("pressed",)
    pressed: int


class Blink(Text):
    NAME: ClassVar[str] = "blink"
    KIND = "command"
    STARTS = (b"#",)
    SIGN: ClassVar[bytes] = b"#"


PROTOCOL: Final = Protocol(
    name="lamp",
    title="Desk lamp",
    links=(
        Link("bus", "serial", serial=Serial(19200), timeout=0.5, retries=2),
        Link("net", "tcp", port=4001, timeout=0.5, retries=2),
    ),
    params=(
        Param("channel", int, default=1),
        Param("level", int, blank=0),
        Param("pressed", int, default=0),
    ),
    messages=(GetLevel, Level, Denied, Keys, Blink),
    pairs=(
        Pair("level", GetLevel, steps=((Answer(Level),),), refusals=(Denied,)),
        Pair("blink", Blink),
    ),
    timers=(
        Timer("poll", 1.0, targets=(do.Execute("pair", "level", priority="last", once=True),)),
    ),
    triggers=(
        Trigger(
            "1", On("change", "param", "pressed"), (do.Run("noticed", (lambda x: x.pressed,)),)
        ),
        Trigger("again", None, (do.Line("close"), do.Line("open"))),
        Trigger("bye", None, (do.Line("close"),)),
    ),
    hooks=(Hook("noticed", ("value",)),),
)


class LampParams(Params):
    @property
    def channel(self) -> int:
        value: int = self._get("channel")
        return value

    @channel.setter
    def channel(self, value: int) -> None:
        self._set("channel", value)

    @property
    def level(self) -> int | None:
        value: int | None = self._get("level")
        return value

    @property
    def pressed(self) -> int:
        value: int = self._get("pressed")
        return value


class LampHooks(Hooks):
    noticed: Callable[[int], Any] | None = None


class Lamp(Device[LampParams, LampHooks], protocol=PROTOCOL):
    def level(self, *, channel: int | UnsetType = UNSET, timeout: float | None = None) -> Level:
        reply: Level = self._call("level", {"channel": channel}, timeout)
        return reply

    def blink(self) -> None:
        self._tell("blink", {})

    @classmethod
    def connect(cls, url: str, *, link: str | None = None) -> AsyncLamp:
        return AsyncLamp(url, link=link)


class AsyncLamp(AsyncDevice[LampParams, LampHooks], protocol=PROTOCOL):
    async def level(
        self, *, channel: int | UnsetType = UNSET, timeout: float | None = None
    ) -> Level:
        reply: Level = await self._call("level", {"channel": channel}, timeout)
        return reply

    async def blink(self) -> None:
        await self._tell("blink", {})
