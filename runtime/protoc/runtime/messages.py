"""The base of generated messages: typed values that encode and decode themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum, StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Self, TypeVar

import msgspec

from protoc.runtime.errors import DecodeError

if TYPE_CHECKING:
    from protoc.runtime.declarative import Codec, Layout

Buffer = bytes | bytearray
"""What is decoded from: an indexable run of bytes."""

_ABSTRACT = "only generated messages have a wire form"

Kind = Literal["message", "command", "response", "event"]


class Choice(IntEnum):
    """Base of enumerations whose raw values are numbers.

    A member is written `NAME = value, label` and further raw values that are read as it.

    Attributes:
        label: the name in the description.
        also: further raw values.
    """

    label: str
    also: tuple[int, ...]

    def __new__(cls, value: int, label: str = "", *also: int) -> Self:
        member = int.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.also = also
        return member

    def __str__(self) -> str:
        return self.label

    @classmethod
    def of(cls, value: int) -> Self | int:
        """The member a raw value stands for; the value itself when it has no label."""
        member = cls._value2member_map_.get(value)
        return _other(cls, value) if member is None else member  # type: ignore[return-value]


class TextChoice(StrEnum):
    """Base of enumerations whose raw values are text, as `Choice` for numbers."""

    label: str
    also: tuple[str, ...]

    def __new__(cls, value: str, label: str = "", *also: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.also = also
        return member

    @classmethod
    def of(cls, value: str) -> Self | str:
        """The member a raw value stands for; the value itself when it has no label."""
        member = cls._value2member_map_.get(value)
        return _other(cls, value) if member is None else member  # type: ignore[return-value]


def _other(choices: Iterable[Choice | TextChoice], value: object) -> object:
    """The member that is also read from a value; the value itself when there is none."""
    return next((member for member in choices if value in member.also), value)


class Part(msgspec.Struct):
    """Base of the parts of a message that have fields of their own: bits, repeated groups.

    Those with a wire form of their own have a class method `decode_part(buffer, at, stop, …)`,
    which returns the part and the position behind it, and a method `encode_part(…)`: both take
    what the part is told of the values around it. `stop` is the end of the region, None for what
    has arrived so far.

    Class attributes:
        NAME: empty: errors name the message around.
        HEX: the numbers that people see in hexadecimal digits.
        LETS: the values that are computed from others, and how.
    """

    NAME: ClassVar[str] = ""
    HEX: ClassVar[tuple[str, ...]] = ()
    LETS: ClassVar[Mapping[str, Let]] = {}


class Counter(NamedTuple):
    """Numbers the messages that are made.

    Attributes:
        name: what those share that step together.
        first, last: the numbers it goes through, round and round.
    """

    name: str
    first: int
    last: int


Echo = Callable[[Any, Any], Any]
"""What an answer must hold, by the request and the answer."""
Let = Callable[[Any], Any]
"""Computes a value of an object from its others."""
Decode = Callable[[Buffer, int, str], tuple[Any, int]]
"""Decodes the message that begins somewhere, as `Message.decode_prefix`."""


M = TypeVar("M", bound="Message")


class Known(NamedTuple):
    """What is known around a message: what its bytes do not say, and it may depend on.

    Attributes:
        request: the command it answers.
        params: the value of a param by its name, None when it has none.
    """

    request: Message | None = None
    params: Callable[[str], Any] | None = None

    def tells(self, kind: type[Message], name: str) -> Any:
        """A value the layout of a message depends on; of a param nobody knows, what is usual.

        Raises:
            DecodeError: only a request tells it, and this one does not, or there is none.
        """
        head, *rest = path = kind.TOLD[name]
        if head == "request":
            value: Any = self.request
        else:
            value = self.params(head) if self.params is not None else None
            rest = rest if value is not None else []
            value = usual(kind, name) if value is None else value
        for part in rest:
            value = getattr(value, part, None)
        if value is None:
            called = ".".join(path)
            raise DecodeError("value", kind.NAME, called, 0, "a request that tells it", "none")
        return value

    def all_of(self, kind: type[Message]) -> dict[str, Any]:
        """Everything that a message depends on, by name.

        Raises:
            DecodeError: something is not told.
        """
        return {name: self.tells(kind, name) for name in kind.TOLD}


UNKNOWN = Known()


def usual(kind: type[Message], name: str) -> Any:
    """What a field is when nobody gives it."""
    for field in msgspec.structs.fields(kind):
        if field.name == name and field.default is not msgspec.NODEFAULT:
            return field.default
    return kind.BLANK.get(name)


class _ConstructOf:
    """`Message.construct`: the message as a construct, built when first asked for."""

    def __get__(self, instance: object, owner: type[M]) -> Codec[M]:
        from protoc.runtime.declarative import codec_of

        return codec_of(owner)


class Message(msgspec.Struct):
    """A message of a protocol. Generated classes fill in everything but `decode`.

    Class attributes:
        NAME: name in the description.
        KIND: `command`, `response`, `event` or `message`.
        STARTS: for each of the first bytes the values it can have; empty bytes stand for any.
            Shorter than the shortest message; empty when anything may begin it.
        OPEN: nothing in it says where it ends: it takes all that the line hands over at once; the
            links where that is so, when it is not on all of them.
        LINKS: names of the links it belongs to; empty for all.
        PARAMS: the fields bound to a param of the same name.
        HEX: the numbers that people see in hexadecimal digits.
        BLANK: what a required field is sent as when nobody gave a value.
        ECHOES: the fields that the request tells which is answered, and how. Where it is not known
            they are taken as they come.
        TOLD: the fields without bytes that the layout depends on, and where they are found: in the
            `request`, or a param.
        COUNTERS: the fields that step with every message that is made.
        LETS: the values that are computed from others, and how.
        WANTED: what stands in an answer for fields that nobody gave, as the rest of it wants; None
            for nothing.
    """

    NAME: ClassVar[str] = ""
    KIND: ClassVar[Kind] = "message"
    STARTS: ClassVar[tuple[bytes, ...]] = ()
    OPEN: ClassVar[bool | frozenset[str]] = False
    LINKS: ClassVar[tuple[str, ...]] = ()
    PARAMS: ClassVar[tuple[str, ...]] = ()
    HEX: ClassVar[tuple[str, ...]] = ()
    BLANK: ClassVar[Mapping[str, Any]] = {}
    ECHOES: ClassVar[Mapping[str, Echo]] = {}
    TOLD: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    COUNTERS: ClassVar[Mapping[str, Counter]] = {}
    LETS: ClassVar[Mapping[str, Let]] = {}
    WANTED: ClassVar[Mapping[str, Let]] = {}
    construct: ClassVar[_ConstructOf] = _ConstructOf()

    @classmethod
    def decode_prefix(cls, buffer: Buffer, at: int = 0, link: str = "") -> tuple[Self, int]:
        """Decode the message that begins at `at`; returns it and the position behind it.

        Args:
            buffer: what was received.
            at: where the message begins.
            link: the link it came over; the first one of the description when empty. It matters
                where links end or wrap messages differently.

        Raises:
            Incomplete: more bytes are needed.
            DecodeError: the bytes are another message or a damaged one.
        """
        raise TypeError(_ABSTRACT)

    def encode(self, link: str = "") -> bytes:
        """The message as bytes, derived fields computed.

        Raises:
            EncodeError: a value does not fit its field; nothing was written.
        """
        raise TypeError(_ABSTRACT)

    @classmethod
    def layout(cls) -> Layout[Any]:
        """The message element by element, as a construct: what reviewers read, and slow."""
        raise TypeError(_ABSTRACT)

    @classmethod
    def answering(cls, request: Message | None) -> Decode:
        """`decode_prefix` for the answer to a request."""
        return cls.knowing(Known(request))

    @classmethod
    def knowing(cls, known: Known) -> Decode:
        """`decode_prefix` where it is known what the message answers, and what the params are.

        An answer must repeat of its request what it is told to.
        """
        prefix: Any = cls.decode_prefix
        read: Decode = partial(prefix, known=known) if cls.TOLD else prefix
        request = known.request
        if request is None or not cls.ECHOES:
            return read

        def decode(buffer: Buffer, at: int = 0, link: str = "") -> tuple[Any, int]:
            message, end = read(buffer, at, link)
            for name, rule in cls.ECHOES.items():
                message._repeats(name, rule, known, buffer[at:end], link)
            return message, end

        return decode

    def _repeats(self, name: str, rule: Echo, known: Known, data: Buffer, link: str) -> None:
        """Reject what is not as the request tells; what that does not tell is taken as it is."""
        try:
            expected = rule(known.request, self)
        except (AttributeError, TypeError, ArithmeticError):
            return
        got = getattr(self, name)
        if got != expected:
            at = type(self).construct.declarative.place(name, data, link, known)
            raise DecodeError("value", self.NAME, name, at, expected, got, len(data))

    def echo(self, request: Message) -> None:
        """Take over what the request tells."""
        for name, rule in self.ECHOES.items():
            setattr(self, name, rule(request, self))
        if self.ECHOES and self.LETS:
            for name in self.LETS:
                setattr(self, name, None)
            self.__post_init__()  # type: ignore[attr-defined]

    @classmethod
    def is_open(cls, link: str) -> bool:
        """Whether only the line says on this link where a message ends."""
        return cls.OPEN if isinstance(cls.OPEN, bool) else link in cls.OPEN

    @classmethod
    def decode(
        cls,
        data: Buffer,
        link: str = "",
        request: Message | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Self:
        """Decode exactly one message, the answer to a `request` where that is known.

        `params` are those whose values are others than usual.

        Raises:
            Incomplete: the message is cut off.
            DecodeError: the bytes are not this message, or something stands behind it.
        """
        message: Self
        read: Decode = cls.decode_prefix
        if request is not None or cls.TOLD:
            read = cls.knowing(Known(request, (params or {}).get))
        message, end = read(data, 0, link)
        if end != len(data):
            raise DecodeError("length", cls.NAME, "", end, "the end of the message", data[end:])
        return message
