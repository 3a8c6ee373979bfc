"""What every element of a layout is: a construct that notes where it stood and what it held."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dis import get_instructions
from itertools import count
from typing import IO, TYPE_CHECKING, Any

import construct

from protoc.runtime.declarative.frame import Frame

if TYPE_CHECKING:
    _Construct = construct.Construct[Any, Any]
else:
    _Construct = construct.Construct

Sizing = Callable[[Frame], int]
"""Tells how many bytes there are, by the fields in front."""

_numbers = count(1)


class Element(_Construct):
    """Something that stands on the wire.

    Attributes:
        key: what places and raw values are kept under.
        fixed: the bytes it always has; None when that varies.
        behind: the bytes of the fixed elements that follow a sized one, waited for with it.
        label: its name, for errors.
        sizing: tells how many bytes it has; None where nothing in front does.
        decides: derived values that are right or wrong for certain as soon as it has been read.
    """

    decides: tuple[Element, ...] = ()
    fixed: int | None = None
    behind = 0
    label = ""
    sizing: Sizing | None = None

    def __init__(self, key: str | None) -> None:
        super().__init__()
        self.key = f"#{next(_numbers)} " if key is None else key

    # ---------------------------------------------------------------- for elements to fill in

    def read(self, stream: IO[bytes], frame: Frame) -> Any:
        """The raw value, from the stream."""
        raise TypeError(f"{type(self).__name__} has no bytes of its own")

    def write(self, frame: Frame) -> bytes:
        """The bytes of the raw value in the frame."""
        raise TypeError(f"{type(self).__name__} has no bytes of its own")

    def settle(self, following: Sequence[Element], bounded: bool) -> None:
        """Learn what follows, up to the end of the region, and whether that end is known."""

    def prepare(self, message: Any, frame: Frame) -> None:
        """Put the raw value of the message's own value into the frame."""

    def accept(self, value: Any, frame: Frame) -> None:
        """Put the raw value of a value into the frame."""
        raise TypeError(f"{type(self).__name__} has no value of its own")

    def asked(self, frame: Frame) -> Any:
        """What conditions see of it: its raw value; text as text."""
        return frame[self.key]

    def verify(self, frame: Frame) -> None:
        """Reject what is not as it is derived to be."""

    def reveal(self, frame: Frame) -> None:
        """Look into what is coded."""

    def values(self, frame: Frame) -> dict[str, Any]:
        """What the message holds of it, by name."""
        return {}

    def agree(self, frame: Frame) -> None:
        """Refuse a value that does not have the size that fields in front of it tell."""
        if self.sizing is None:
            return
        start, end = frame.places[self.key]
        if self.sizing(frame) != end - start:
            raise frame.unfit(self.label, "as many bytes as its size tells", end - start)

    # ---------------------------------------------------------------- what is known of it

    @property
    def extent(self) -> int | None:
        """The bytes it always has, however it is put together; None when that varies."""
        return self.fixed

    def constants(self, frame: Frame) -> tuple[bytes, ...]:
        """What always stands here, one of several; none for what varies."""
        return ()

    def begins(self) -> frozenset[int] | None:
        """The values its first byte can have; None for any."""
        return None

    def asks(self) -> Iterator[Callable[[Frame], Any]]:
        """What it computes from the fields in front to find out what stands here."""
        if self.sizing is not None:
            yield self.sizing

    def names(self) -> set[str]:
        """Names of the values a message holds of it."""
        return set()

    def always(self) -> set[str]:
        """Those of the names that a message cannot come without."""
        return self.names()

    def lets(self) -> set[str]:
        """Those of the names that may be left out, since they are computed."""
        return set[str]().union(*(element.lets() for element in self.inside()))

    def ways(self) -> list[list[Element]]:
        """The rows of elements that can stand here, where there are several; none for one."""
        return []

    def inside(self) -> Iterator[Element]:
        """The elements in it that belong to the same message, every way it may go."""
        return iter(())

    def written(self, frame: Frame) -> Iterator[Element]:
        """The elements in it that have been written."""
        return self.inside()

    # ---------------------------------------------------------------- as a construct

    def take(self, stream: IO[bytes], frame: Frame) -> Any:
        """Read it, and note where it stood and what it held."""
        start = frame.at(stream)
        raw = self.read(stream, frame)
        frame.places[self.key] = (start, frame.at(stream))
        frame.raws[self.key] = raw
        return raw

    def give(self, stream: IO[bytes], frame: Frame) -> None:
        """Write it, and note where it stands."""
        start = frame.at(stream)
        stream.write(frame.instead[self.key] if self.key in frame.instead else self.write(frame))
        frame.places[self.key] = (start, frame.at(stream))

    def _parse(self, stream: IO[bytes], context: Any, path: Any) -> Any:
        return self.take(stream, context.frame)

    def _build(self, obj: Any, stream: IO[bytes], context: Any, path: Any) -> Any:
        self.give(stream, context.frame)
        return obj

    def _sizeof(self, context: Any, path: Any) -> int:
        if self.fixed is None:
            raise construct.SizeofError(f"the size of {self.key} varies", path=path)
        return self.fixed


def names_in(function: Callable[[Frame], Any]) -> set[str]:
    """The names a function of the fields in front asks for: the texts it is written with."""
    return {name for name in function.__code__.co_consts if isinstance(name, str)}


def values_in(function: Callable[[Frame], Any]) -> set[str]:
    """Those of the names whose values it asks for, and not only where they stand."""
    found: set[str] = set()
    places = False
    for step in get_instructions(function):
        if step.argval == "bytes" and step.opname.startswith("LOAD_"):
            places = True
        elif step.opname.startswith("CALL"):
            places = False
        elif isinstance(step.argval, str) and step.opname.startswith("LOAD_CONST") and not places:
            found.add(step.argval)
    return found


def measured(
    element: Element,
    stream: IO[bytes],
    frame: Frame,
    sizing: Sizing,
    longest: int | None,
    name: str,
) -> int:
    """The bytes a sized element has; they are there, with the fixed ones behind it."""
    # what stands in front may be measured up to here
    here = frame.at(stream)
    frame.places[element.key] = (here, here)
    with frame.seen(stream):
        size = sizing(frame)
    if size < 0:
        raise frame.error("length", name, frame.at(stream), "a size of at least 0", size)
    if longest is not None and size > longest:
        raise frame.error("too long", name, frame.at(stream), f"at most {longest} bytes", size)
    frame.need(stream, size if frame.bounded else size + element.behind, name)
    return size
