"""A whole message: read in wire order, then verified, then turned into values."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, Generic, NamedTuple

import construct

from protoc.runtime.declarative.base import Element, names_in
from protoc.runtime.declarative.constants import Constant, Ends
from protoc.runtime.declarative.endings import Ending, next_of
from protoc.runtime.declarative.fields import Field
from protoc.runtime.declarative.frame import Frame
from protoc.runtime.declarative.records import Record
from protoc.runtime.declarative.sequence import every
from protoc.runtime.errors import DecodeError, Reason
from protoc.runtime.messages import UNKNOWN, Known, M

if TYPE_CHECKING:

    class MessageConstruct(construct.Construct[M, M | Mapping[str, Any]]):
        """A construct of messages; builds from a message or from its fields by name."""
else:

    class MessageConstruct(construct.Construct, Generic[M]):
        """A construct of messages; builds from a message or from its fields by name."""


class Dissected(NamedTuple):
    """A message as it came.

    Attributes:
        values: of its fields, lengths and checks among them, in wire order.
        flaws: the lengths and checks that are wrong.
        surplus: bytes behind its end.
    """

    values: dict[str, Any]
    flaws: tuple[DecodeError, ...]
    surplus: int


class Layout(MessageConstruct[M]):
    """What stands on the wire for a message, in order; see `Record`.

    The link of a message is the context's, and so is what is known around it:
    `layout.parse(data, link="serial", known=Known(request))`.
    """

    def __init__(self, cls: type[M], *elements: Element) -> None:
        super().__init__()
        self.name = cls.NAME
        self.cls = cls
        self.record = Record(cls, *elements, bounded=bool(cls.OPEN))

    def place(
        self, name: str, data: bytes | bytearray, link: str = "", known: Known = UNKNOWN
    ) -> int:
        """Where a field begins in a message that can be decoded; 0 when it has no bytes."""
        frame = Frame(self.cls.NAME, link)
        frame.told = known.all_of(self.cls)
        self.record.row.take(io.BytesIO(data), frame)
        return frame.places.get(name, (0, 0))[0]

    def _parse(self, stream: IO[bytes], context: Any, path: Any) -> M:
        frame = Frame(self.cls.NAME, link_of(context))
        frame.told = known_of(context).all_of(self.cls)
        # the line ends the message: all that is there belongs to it
        frame.bounded = self.cls.is_open(frame.link)
        message: M = self.record.read(stream, frame)
        return message

    def _build(self, obj: M | Mapping[str, Any], stream: IO[bytes], context: Any, path: Any) -> Any:
        message = obj if isinstance(obj, self.cls) else self.cls(**obj)  # type: ignore[arg-type]
        stream.write(self.record.write(message, Frame(self.cls.NAME, link_of(context))))
        return obj

    # ---------------------------------------------------------------- step by step

    @cached_property
    def derived(self) -> dict[str, Field]:
        """The lengths and checks, by name, in wire order."""
        return {
            element.label: element
            for element in self.elements()
            if isinstance(element, Field)
            and element.derivation is not None
            and element.reason in ("length", "crc")
        }

    @property
    def closed(self) -> bool:
        """A constant stands at its end."""
        return isinstance(self.record.row.elements[-1], Constant | Ends)

    def elements(self) -> Iterator[Element]:
        """Its elements; a branch answers for what is in it."""
        return every(self.record.row.elements)

    @cached_property
    def _driven(self) -> dict[str, Ending]:
        """What else ends the fields that a derived length sizes."""
        derived = {field.key for field in self.derived.values()}
        found: dict[str, Ending] = {}
        row = self.record.row.elements
        for i, element in enumerate(row):
            if isinstance(element, Field) and element.sizing is not None and not element.exact:
                ending = next_of(row[i + 1 :])
                if names_in(element.sizing) & derived and ending is not None:
                    found[element.key] = ending
        return found

    def dissect(self, data: bytes, link: str = "", known: Known = UNKNOWN) -> Dissected:
        """The fields of a whole message, whatever its lengths and checks say.

        Raises:
            DecodeError: the fields cannot be told apart.
        """
        frame = Frame(self.cls.NAME, link, data)
        frame.told = known.all_of(self.cls)
        frame.bounded = True
        frame.flaws = []
        frame.driven = self._driven
        stream = io.BytesIO(data)
        frame.source = (stream, 0)
        row = self.record.row
        row.take(stream, frame)
        values = row.held(frame)
        return Dissected(values, tuple(frame.flaws), len(data) - stream.tell())

    def compose(
        self,
        message: M,
        link: str = "",
        *,
        held: Mapping[Reason, Mapping[str, Any]] | None = None,
        instead: Mapping[int, bytes] | None = None,
    ) -> bytes:
        """The bytes of a message, some of which are told.

        Args:
            message: its fields.
            link: where it goes out.
            held: what stands for derived values that are not computed: by reason, `length` and
                `crc`, then by name; 0 for one that is not named.
            instead: what stands in the places of elements, counted from 0.

        Raises:
            EncodeError: a value does not fit.
        """
        frame = Frame(self.cls.NAME, link)
        frame.held = held or {}
        row = self.record.row.elements
        frame.instead = {row[place].key: data for place, data in (instead or {}).items()}
        return self.record.write(message, frame)

    def _sizeof(self, context: Any, path: Any) -> int:
        return sum(element.sizeof() for element in self.record.row.elements)


def link_of(context: Any) -> str:
    """The link named where parsing or building began."""
    link = context.get("_params", context).get("link", "")
    return link if isinstance(link, str) else ""


def known_of(context: Any) -> Known:
    """What is known around the message where parsing began."""
    known = context.get("_params", context).get("known", UNKNOWN)
    return known if isinstance(known, Known) else UNKNOWN
