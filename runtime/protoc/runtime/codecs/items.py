"""Lists that arrive bit by bit: what is there of them is looked at once, not at every byte."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from protoc.runtime.codecs.delimiters import Delimiter
from protoc.runtime.errors import DecodeError, Incomplete
from protoc.runtime.messages import Buffer

Ends = Callable[[Buffer, int], int]
"""Where an item ends that begins at a place."""


class ItemScan:
    """Passes over the items of a list that is not whole yet.

    It tells when another look at the message is worth it: when the list may have ended, or an item
    is wrong. What it is not sure about is worth a look.

    Args:
        ends: finds the end of an item.
        left: so many items are still to come; None where a constant ends the list.
        separator: between two items.
        until: constants that end the list.
    """

    __slots__ = ("_behind", "_ends", "_left", "_separator", "_until")

    def __init__(
        self, ends: Ends, left: int | None, separator: bytes = b"", until: tuple[bytes, ...] = ()
    ) -> None:
        self._ends = ends
        self._left = left
        self._separator = separator
        self._until = until
        self._behind = False  # an item ended there, and what separates it from the next may come

    def search(self, buffer: Buffer, start: int, limit: int) -> tuple[int, bool]:
        """How far whole items reach, and whether another look is worth it."""
        at = start
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
                    return at, True
                begin, at = at, self._ends(buffer, at)
                if at == begin and not self._separator:
                    break
                self._behind = True
                self._left = None if self._left is None else self._left - 1
        except Incomplete:
            return at, False
        except DecodeError:
            pass
        return at, True

    def _is_cut(self, buffer: Buffer, at: int, constants: tuple[bytes, ...]) -> bool:
        """Whether the bytes end before they tell which of several constants stands there."""
        there = bytes(buffer[at : at + max(map(len, constants))])
        return any(there != constant and constant.startswith(there) for constant in constants)


def sized(size: int) -> Ends:
    """Items that are all as long."""

    def ends(buffer: Buffer, at: int) -> int:
        if len(buffer) < at + size:
            raise Incomplete(at + size)
        return at + size

    return ends


def scanned(scan: Callable[..., int], **options: int) -> Ends:
    """Items that end where their bytes say; `options` are those of what finds that."""
    return lambda buffer, at: scan(buffer, at, at, "", "", **options)


def delimited(delimiter: Delimiter) -> Ends:
    """Items that end at a constant."""
    return lambda buffer, at: delimiter.find(buffer, at, at, "")


def objects(decode: Callable[..., tuple[Any, int]], *told: Any) -> Ends:
    """Items that are objects; `told` is what they are told of what stands around."""
    return lambda buffer, at: decode(buffer, at, None, *told)[1]
