"""Lists that arrive bit by bit: what is there of them is looked at once, not at every byte."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from protoc.runtime.codecs.delimiters import Delimiter
from protoc.runtime.errors import DecodeError, Incomplete
from protoc.runtime.messages import Buffer
from protoc.runtime.waiting import Waiting

Ends = Callable[[Buffer, int], tuple[Any, int]]
"""The item that begins at a place, an object or its bytes, and where it ends."""


class ItemScan:
    """Passes over the items of a list that is not whole yet.

    It tells when another look at the message is worth it: when the list may have ended, or an item
    is wrong. What it is not sure about is worth a look. An item that is not whole itself is waited
    for as it says.

    Args:
        ends: finds the end of an item.
        left: so many items are still to come; None where something else ends the list.
        separator: between two items.
        until: constants that end the list.
        goes_on: whether another item follows one; None where the items do not tell.

    Attributes:
        ended: the list has ended where the search has come to.
    """

    __slots__ = (
        "_behind", "_ends", "_goes_on", "_left", "_separator", "_until", "_waiting", "ended",
    )  # fmt: skip

    def __init__(
        self,
        ends: Ends,
        left: int | None,
        separator: bytes = b"",
        until: tuple[bytes, ...] = (),
        *,
        goes_on: Callable[[Any], object] | None = None,
    ) -> None:
        self._ends = ends
        self._left = left
        self._separator = separator
        self._until = until
        self._goes_on = goes_on
        self._behind = False  # an item ended there, and what separates it from the next may come
        self._waiting: Waiting | None = None  # for the item that begins there
        self.ended = False

    def search(self, buffer: Buffer, start: int, limit: int) -> tuple[int, bool]:
        """How far whole items reach, and whether another look is worth it."""
        at = start
        if self._waiting is not None and not self._waiting.is_over(buffer, at, limit):
            return at, False
        self._waiting = None
        try:
            while self._left != 0:
                if self._behind and self._separator:
                    if self._is_cut(buffer, at, (self._separator, *self._until)):
                        return at, False
                    if not buffer.startswith(self._separator, at):
                        return at, True
                    at += len(self._separator)
                    self._behind = False
                if self._until and self._is_cut(buffer, at, self._until):
                    return at, False
                if self._until and buffer.startswith(self._until, at):
                    break
                begin = at
                item, at = self._ends(buffer, at)
                if at == begin and not self._separator:
                    return at, True
                self._behind = True
                self._left = None if self._left is None else self._left - 1
                if self._goes_on is not None and not self._goes_on(item):
                    break
        except Incomplete as more:
            self._waiting = Waiting(more)
            return at, False
        except (DecodeError, ValueError):
            return at, True
        self.ended = True
        return at, True

    def _is_cut(self, buffer: Buffer, at: int, constants: tuple[bytes, ...]) -> bool:
        """Whether the bytes end before they tell which of several constants stands there."""
        there = bytes(buffer[at : at + max(map(len, constants))])
        return any(there != constant and constant.startswith(there) for constant in constants)


def sized(size: int) -> Ends:
    """Items that are all as long."""

    def ends(buffer: Buffer, at: int) -> tuple[bytes, int]:
        if len(buffer) < at + size:
            raise Incomplete(size)
        return bytes(buffer[at : at + size]), at + size

    return ends


def scanned(scan: Callable[..., int], **options: int) -> Ends:
    """Items that end where their bytes say; `options` are those of what finds that."""

    def ends(buffer: Buffer, at: int) -> tuple[bytes, int]:
        end = scan(buffer, at, at, "", "", **options)
        return bytes(buffer[at:end]), end

    return ends


def perhaps(ends: Ends, first: bytes) -> Ends:
    """Items that may be absent: one begins with one of these bytes."""

    def ends_or_not(buffer: Buffer, at: int) -> tuple[Any, int]:
        if at >= len(buffer):
            raise Incomplete(1)
        return ends(buffer, at) if buffer[at] in first else (None, at)

    return ends_or_not


def delimited(delimiter: Delimiter) -> Ends:
    """Items that end at a constant."""

    def ends(buffer: Buffer, at: int) -> tuple[bytes, int]:
        end = delimiter.find(buffer, at, at, "")
        return bytes(buffer[at:end]), end

    return ends


def objects(decode: Callable[..., tuple[Any, int]], *told: Any) -> Ends:
    """Items that are objects; `told` is what they are told of what stands around."""
    return lambda buffer, at: decode(buffer, at, None, *told)


def lists(scan: Callable[[], ItemScan]) -> Ends:
    """Items that are lists, each passed over by a scan of its own."""

    def ends(buffer: Buffer, at: int) -> tuple[None, int]:
        inner = scan()
        reached, found = inner.search(buffer, at, len(buffer))
        if not found:
            raise Incomplete(reached - at + 1, scan=inner, searched=reached - at)
        if not inner.ended:
            raise ValueError
        return None, reached

    return ends
