"""Bytes that must not stand on the wire as they are, and what is written instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from protoc.runtime.codecs.delimiters import Delimiter
from protoc.runtime.codings.base import Coding, Miscoded
from protoc.runtime.errors import DecodeError, Incomplete
from protoc.runtime.messages import Buffer


class Escape(Coding):
    """A mark, and behind it another byte, in the place of each byte that must not occur.

    Args:
        mark: stands in front of what is written instead; it must not occur itself.
        table: what is written behind the mark for each of these bytes.

    Attributes:
        replaced: these bytes.
    """

    WIDEST = 2

    def __init__(self, mark: int, table: Mapping[int, int]) -> None:
        self.mark = mark
        self.replaced = frozenset(table)
        self._there = {bytes([b]): bytes([mark, code]) for b, code in table.items()}
        self._back = {code: octet for octet, code in self._there.items()}
        self._must = re.compile(_one_of(table))
        marked = _one_of([mark]) + _one_of(table.values())
        self._marked = re.compile(marked, re.DOTALL)
        # what can stand in coded bytes, as far as it goes
        self._sound = re.compile(b"(?:" + _none_of({*table, mark}) + b"++|" + marked + b")*+")

    @classmethod
    def double(cls, mark: int) -> Escape:
        """A byte that is written twice where it occurs."""
        return cls(mark, {mark: mark})

    def encode(self, data: bytes) -> bytes:
        """The bytes with others in the place of those that must not occur."""
        return self._must.sub(lambda found: self._there[found[0]], data)

    def decode(self, data: bytes) -> bytes:
        """The bytes that were there before."""
        sound = self._sound.match(data)
        end = sound.end() if sound is not None else 0
        if end < len(data):
            raise self._unsound(data, end)
        return self._marked.sub(lambda found: self._back[found[0]], data)

    def sound(self, data: bytes) -> int:
        """Up to a byte that must not occur, or a mark with nothing behind it."""
        found = self._sound.match(data)
        return 0 if found is None else found.end()

    def may_go_on(self, rest: bytes) -> bool:
        """A mark alone waits for what stands behind it."""
        return rest in (b"", bytes([self.mark]))

    def _unsound(self, data: bytes, at: int) -> Miscoded:
        """The error for what stands where coded bytes end too soon."""
        if data[at] == self.mark:
            expected = f"what may stand behind 0x{self.mark:02X}"
            return Miscoded(at + 1, expected, data[at + 1 : at + 2] or "nothing")
        return Miscoded(at, f"0x{self.mark:02X} in front of this byte", data[at : at + 1])

    def reach(self, data: bytes, count: int) -> int:
        """Two bytes for each that was replaced, one for each other."""
        at = 0
        while count > 0 and at < len(data):
            at += 2 if data[at] == self.mark else 1
            count -= 1
        return min(at, len(data))

    # ---------------------------------------------------------------- where coded bytes end

    def end(
        self,
        buffer: Buffer,
        start: int,
        at: int,
        message: str,
        ends: Delimiter,
        stop: int | None = None,
    ) -> int:
        """Where the coded bytes end that begin at `start`: at one of these constants.

        A constant that begins with the mark is told from a mark by what stands behind it.

        Raises:
            Incomplete: it is not there yet.
            DecodeError: something that can be neither stands there.
        """
        limit = len(buffer) if stop is None else stop
        found, is_clear = self.search(buffer, start, limit)
        if is_clear or (found < limit and stop is not None):
            if ends.stands(buffer, found, at, stop):
                return found
            error = self._unsound(bytes(buffer[start : found + 2]), found - start)
            place = start + error.offset - at
            raise DecodeError("value", message, "", place, error.expected, error.got)
        if stop is not None:
            raise DecodeError(
                "constant", message, "", found - at, ends.written, "nothing", stop - at
            )
        raise Incomplete(limit - at + 1, scan=self, searched=found - at)

    def search(self, buffer: Buffer, start: int, limit: int) -> tuple[int, bool]:
        """How far the bytes are sound, and whether it is clear by now what stands there.

        A search that was not clear goes on where it came to.
        """
        sound = self._sound.match(buffer, start, limit)
        found = start if sound is None else sound.end()
        return found, found + 1 < limit or (found < limit and buffer[found] != self.mark)


def _one_of(octets: Iterable[int]) -> bytes:
    return b"[" + b"".join(b"\\x%02x" % octet for octet in octets) + b"]"


def _none_of(octets: Iterable[int]) -> bytes:
    return b"[^" + _one_of(sorted(octets))[1:]
