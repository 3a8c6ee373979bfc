"""One message while it is read or written: where its elements stand, and their raw values."""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import IO, Any, Protocol

from protoc.runtime.errors import DecodeError, EncodeError, Incomplete, Reason

Octets = bytes


class Reader(Protocol):
    """A field that knows what its bytes stand for."""

    def number(self, frame: Frame) -> Any:
        """The raw value, as a number where it is one."""
        ...

    def text(self, frame: Frame) -> str:
        """The text."""
        ...


class Verified(Protocol):
    """What may not be as it is derived to be."""

    def verify(self, frame: Frame) -> None:
        """Reject it then."""
        ...


class Bounding(Protocol):
    """What ends a field."""

    def size(self, label: str, stream: IO[Octets], frame: Frame) -> int:
        """The bytes in front of it."""
        ...


class Frame:
    """What the elements of a layout share while one message goes through them.

    Attributes:
        message: its name, for errors.
        link: the link it comes over or goes out on.
        data: its bytes, as soon as all of them are there.
        places: start and end of each element, counted from the start of the message.
        raws: raw values: numbers as numbers, text and bytes as bytes.
        begun: where the first of these integers stands, by the name of the number.
        bits: what integers before held of the numbers that are made of bits.
        bounded: the stream ends where the region ends that is read; more will not come.
        origin: where the stream begins, counted from the start of the message.
        doubts: derived values that do not fit, which may change while others are computed.
        previous: the raw value of the item before, in a list that goes on as its items tell.
        told: what the object at hand is told of the values around it.
        forms: makes bytes of what is told, by its name.
        index: which item of a list is at hand; `[]` in the name of a field stands for it.
        above: which items of the lists around that list.
        readers: elements whose raw values may still be the bytes of a number or of text, by key.
        chosen: the way each branch goes, by key.
        flaws: lengths and checks that are wrong, where those are put up with; else None.
        driven: what ends the fields whose size a length tells, where it is not to be believed.
        held: values of derived fields that are not computed, by reason, then by name.
        instead: what is written in the place of other elements, by their keys.
        inner: what stands in the plain bytes of what is coded, by key.
        revealed: keys of what is coded and has been looked into.
        given: whether a caller gives the value of a name; None while reading.
    """

    def __init__(self, message: str, link: str = "", data: Octets = b"") -> None:
        self.message = message
        self.link = link
        self.data = data
        self.places: dict[str, tuple[int, int]] = {}
        self.raws: dict[str, Any] = {}
        self.bits: dict[str, int] = {}
        self.begun: dict[str, int] = {}
        self.bounded = False
        self.origin = 0
        self.doubts: list[EncodeError] = []
        self.previous: Any = None
        self.told: dict[str, Any] = {}
        self.forms: dict[str, Callable[[Any], Octets]] = {}
        self.index = 0
        self.above: tuple[int, ...] = ()
        self.readers: dict[str, Reader] = {}
        self.chosen: dict[str, Any] = {}
        self.inner: dict[str, Frame] = {}
        self.revealed: set[str] = set()
        self.given: Callable[[str], bool] | None = None
        self.source: tuple[IO[Octets], int] | None = None
        self.flaws: list[DecodeError] | None = None
        self.driven: Mapping[str, Bounding] = {}
        self.held: Mapping[Reason, Mapping[str, Any]] = {}
        self.instead: dict[str, Octets] = {}

    def __getitem__(self, name: str) -> Any:
        """The raw value of a field."""
        reader = self.readers.get(name)
        return self.raws[name] if reader is None else reader.number(self)

    def text(self, name: str) -> str:
        """The text of a field."""
        return self.readers[name].text(self)

    def said(self, name: str) -> Octets:
        """The bytes of a value that is told, as they are where it comes from."""
        try:
            return self.forms[name](self.told[name])
        except EncodeError as error:
            raise self.unfit(name, error.expected, error.got) from None

    def count(self, name: str) -> int:
        """The number of items of a list."""
        items = self.raws[name]
        if not hasattr(items, "__len__"):
            raise self.unfit(name, "a list", items)
        return len(items)

    def present(self, name: str) -> int:
        """1 when a field is there that may be absent, else 0."""
        return int(name in self.raws if self.given is None else self.given(name))

    # ---------------------------------------------------------------- the stream

    def at(self, stream: IO[Octets]) -> int:
        """Where the stream stands, counted from the start of the message."""
        return self.origin + stream.tell()

    def rest(self, stream: IO[Octets]) -> Octets:
        """What is left to read, without reading it."""
        here = stream.tell()
        left = stream.read()
        stream.seek(here)
        return left

    def need(self, stream: IO[Octets], count: int, field: str = "") -> None:
        """Make sure that so many bytes are left."""
        left = len(self.rest(stream))
        if left >= count:
            return
        if self.bounded:
            raise self.error("length", field, self.at(stream), f"{count} bytes", left)
        raise Incomplete(self.at(stream) + count)

    def need_more(self, stream: IO[Octets]) -> None:
        """Nothing is left to read; that is for good where the region ends."""
        if not self.bounded:
            raise Incomplete(self.at(stream) + 1)

    def within(self, stream: IO[Octets], count: int) -> tuple[io.BytesIO, Callable[[], None]]:
        """The next bytes as a stream of their own, and what goes back to the one around them."""
        around = self.origin, self.bounded
        self.origin, self.bounded = self.at(stream), True

        def leave() -> None:
            self.origin, self.bounded = around

        return io.BytesIO(stream.read(count)), leave

    def saved(self, stream: IO[Octets]) -> Callable[[], None]:
        """What goes back to where reading is now."""
        here, around = stream.tell(), (self.origin, self.bounded, self.index, self.above)
        raws, places, readers = dict(self.raws), dict(self.places), dict(self.readers)
        bits, begun = dict(self.bits), dict(self.begun)

        def back() -> None:
            stream.seek(here)
            self.origin, self.bounded, self.index, self.above = around
            self.raws, self.places, self.readers = raws, places, readers
            self.bits, self.begun = bits, begun

        return back

    def so_far(self, stream: IO[Octets]) -> Octets:
        """The bytes of the message up to where the stream stands."""
        assert self.source is not None
        source, start = self.source
        here, size = source.tell(), self.at(stream)
        source.seek(start)
        found = source.read(size)
        source.seek(here)
        return found

    def apart(self) -> Frame:
        """The plain bytes of something coded in this message: places of their own, known values."""
        frame = Frame(self.message, self.link)
        frame.raws, frame.readers = dict(self.raws), dict(self.readers)
        frame.told, frame.forms = self.told, self.forms
        frame.given, frame.held, frame.flaws = self.given, self.held, self.flaws
        frame.index, frame.above = self.index, self.above
        return frame

    @contextmanager
    def seen(self, stream: IO[Octets]) -> Generator[None]:
        """The bytes up to where the stream stands are the data."""
        around = self.data
        if self.source is not None:
            self.data = self.so_far(stream)
        yield
        self.data = around

    # ---------------------------------------------------------------- what went wrong

    def verify(self, element: Verified) -> None:
        """Reject what is not as it is derived to be, or note it where that is put up with."""
        try:
            element.verify(self)
        except DecodeError as error:
            if self.flaws is None or error.reason not in ("length", "crc"):
                raise
            self.flaws.append(error)

    @contextmanager
    def inside(self, name: str, at: int) -> Generator[None]:
        """What goes wrong in a part that begins at `at` is told as what it is in the message."""
        try:
            yield
        except (DecodeError, Incomplete) as error:
            raise error.within(self.message, self._called(name), at) from None

    def error(
        self, reason: Reason, field: str, at: int, expected: object, got: object
    ) -> DecodeError:
        """The error for bytes that are not what they should be."""
        field = self._called(field)
        return DecodeError(reason, self.message, field, at, expected, got, len(self.data))

    def unfit(self, field: str, expected: str, got: object) -> EncodeError:
        """The error for a value that does not fit."""
        return EncodeError(self.message, self._called(field), expected, got)

    def _called(self, field: str) -> str:
        if field == "_":
            return ""
        for index in (*self.above, self.index):
            field = field.replace("[]", f"[{index}]", 1)
        return field

    # ---------------------------------------------------------------- what layouts measure

    def bytes(
        self, first: str | None = None, last: str | None = None, *, before: str | None = None
    ) -> Octets:
        """The bytes of one element, or from one to another.

        Args:
            first: the element they begin with; the start of the message without it.
            last: the element they end with; `first` alone without it.
            before: the element they end in front of.
        """
        start = 0 if first is None else self.places[first][0]
        if before is not None:
            return self.data[start : self.places[before][0]]
        end = last or first
        return self.data[start : None if end is None else self.places[end][1]]
