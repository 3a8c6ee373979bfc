"""Bytes that are known beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

from protoc.runtime.declarative.base import Element
from protoc.runtime.declarative.frame import Frame
from protoc.runtime.errors import Incomplete


class Constant(Element):
    """Constant bytes: the first alternative is written, each is accepted."""

    def __init__(self, *alternatives: bytes, key: str | None = None) -> None:
        super().__init__(key)
        self.alternatives = alternatives
        sizes = {len(alternative) for alternative in alternatives}
        self.fixed = sizes.pop() if len(sizes) == 1 else None

    def read(self, stream: IO[bytes], frame: Frame) -> bytes:
        """One of the alternatives, the longest that stands here."""
        return expect(self.alternatives, stream, frame)

    def write(self, frame: Frame) -> bytes:
        return self.alternatives[0]

    def constants(self, frame: Frame) -> tuple[bytes, ...]:
        """The alternatives."""
        return self.alternatives

    def begins(self) -> frozenset[int] | None:
        return frozenset(alternative[0] for alternative in self.alternatives)

    def at_end(self, frame: Frame) -> tuple[bytes, ...]:
        """What ends a field in front of it."""
        return self.alternatives

    def anywhere(self) -> tuple[bytes, ...]:
        """What it can be on any link."""
        return self.alternatives

    def every(self) -> tuple[bytes, ...]:
        """The alternatives."""
        return self.alternatives

    def hides_in(self, data: bytes, apart: bool) -> bool:
        """Whether it would be found before the end of a field."""
        return _hidden(self.alternatives, data, apart)


class Ends(Element):
    """What ends a message: other constants on other links, none where a link has no end."""

    def __init__(self, by_link: Mapping[str, tuple[bytes, ...]], *, key: str | None = None) -> None:
        super().__init__(key)
        self.by_link = by_link

    @property
    def extent(self) -> int | None:
        """The bytes it has on every link."""
        sizes = {len(end) for ends in self.by_link.values() for end in ends or (b"",)}
        return sizes.pop() if len(sizes) == 1 else None

    def read(self, stream: IO[bytes], frame: Frame) -> bytes:
        """One of the ends of the link."""
        return expect(self.at_end(frame), stream, frame)

    def write(self, frame: Frame) -> bytes:
        alternatives = self.at_end(frame)
        return alternatives[0] if alternatives else b""

    def at_end(self, frame: Frame) -> tuple[bytes, ...]:
        """The ends of the link; those of the first one when none is named."""
        return self.by_link[frame.link or next(iter(self.by_link))]

    def anywhere(self) -> tuple[bytes, ...]:
        """What it can be on any link."""
        return tuple(end for ends in self.by_link.values() for end in ends)

    def every(self) -> tuple[bytes, ...]:
        """The ends of all links."""
        return tuple(end for ends in self.by_link.values() for end in ends)

    def hides_in(self, data: bytes, apart: bool) -> bool:
        """Whether it would be found before the end of a field, on any link."""
        return any(_hidden(alternatives, data, apart) for alternatives in self.by_link.values())


class Filler(Element):
    """Bytes that may be repeated and mean nothing.

    Args:
        octets: that may be repeated.
        most: at most so often; None for any number.
        send: so often they are written.
    """

    def __init__(
        self, octets: bytes, *, most: int | None = None, send: int = 0, key: str | None = None
    ) -> None:
        super().__init__(key)
        self.octets = octets
        self.most = most
        self.send = send

    @property
    def extent(self) -> int | None:
        """Any number of them."""
        return None

    def read(self, stream: IO[bytes], frame: Frame) -> bytes:
        """As many as there are."""
        return stream.read(self.passed(frame.rest(stream), frame.at(stream), frame.bounded))

    def passed(self, rest: bytes, at: int, bounded: bool) -> int:
        """How many bytes are passed over.

        Raises:
            Incomplete: more of them may come.
        """
        size, count = len(self.octets), 0
        while rest.startswith(self.octets, count * size) and count != self.most:
            count += 1
        left = rest[count * size : (count + 1) * size]
        if not bounded and count != self.most and self.octets.startswith(left):
            raise Incomplete(at + len(rest) + 1)
        return count * size

    def write(self, frame: Frame) -> bytes:
        return self.octets * self.send

    def agree(self, frame: Frame) -> None:
        start, end = frame.places[self.key]
        if self.passed(frame.data[start:], start, True) != end - start:
            words = "what does not begin like what is passed over"
            raise frame.unfit("", words, frame.data[end:])


def expect(alternatives: tuple[bytes, ...], stream: IO[bytes], frame: Frame) -> bytes:
    """The longest of several constants that stands here.

    Raises:
        Incomplete: what is there may become one of them.
        DecodeError: something else stands here.
    """
    if not alternatives:
        return b""
    rest = frame.rest(stream)
    fitting = [a for a in alternatives if rest.startswith(a)]
    if fitting:
        return stream.read(max(len(a) for a in fitting))
    if not frame.bounded and any(a.startswith(rest) for a in alternatives):
        raise Incomplete(frame.at(stream) + len(rest) + 1)
    got = rest[: max(len(a) for a in alternatives)]
    raise frame.error("constant", "", frame.at(stream), alternatives[0], got)


def stands(alternatives: tuple[bytes, ...], stream: IO[bytes], frame: Frame) -> bool:
    """Whether one of several constants stands here.

    Raises:
        Incomplete: what is there may become one of them.
    """
    rest = frame.rest(stream)
    if any(rest.startswith(a) for a in alternatives):
        return True
    if not frame.bounded and any(a.startswith(rest) for a in alternatives):
        raise Incomplete(frame.at(stream) + len(rest) + 1)
    return False


def find(
    alternatives: tuple[bytes, ...],
    stream: IO[bytes],
    frame: Frame,
    skipped: int,
    or_end: bool = False,
) -> int:
    """The bytes up to the first of several constants, at least `skipped` of them.

    With `or_end` the end of the region does as well.

    Raises:
        Incomplete: none of them is there yet.
        DecodeError: none of them is there, and the region ends.
    """
    rest = frame.rest(stream)
    if not alternatives:
        return len(rest)
    found: list[int] = [at for a in alternatives if (at := rest.find(a, skipped)) >= 0]
    if found:
        return min(found)
    if or_end:
        return len(rest)
    if not frame.bounded:
        raise Incomplete(frame.at(stream) + len(rest) + 1)
    raise frame.error("constant", "", frame.at(stream), alternatives[0], "nothing")


def _hidden(alternatives: tuple[bytes, ...], data: bytes, apart: bool) -> bool:
    """Whether one of several constants begins in data, which the first of them follows.

    `apart` when something stands between the data and the constant.
    """
    whole = data if apart or not alternatives else data + alternatives[0]
    return any(0 <= whole.find(a) < len(data) for a in alternatives)
