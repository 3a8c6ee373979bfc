"""Which messages can begin with the bytes at hand: tables made once, asked at every frame.

The cost of a question hardly depends on the number of candidates: bytes that tell them apart are
looked up one after the other, and what is not in the tables cannot begin there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import final

from protoc.runtime.messages import Buffer, Decode, Known, Message

Decoder = Callable[[type[Message], Message | None], Decode]
"""Tells how a message is decoded, as the answer to a request where there is one."""


@final
class Candidate:
    """A message and what its first bytes can be.

    Args:
        message: the message.
        decoder: how it is decoded, where that is not by itself.
        checked: positions of first bytes that do not tell whether it begins.
    """

    __slots__ = ("_match", "_starts", "decode", "message", "open", "size")

    def __init__(
        self,
        message: type[Message],
        decoder: Decoder | None = None,
        checked: Container[int] = (),
    ) -> None:
        self.message = message
        self.decode = message.decode_prefix if decoder is None else decoder(message, None)
        self.open = message.OPEN
        starts = [b"" if at in checked else s for at, s in enumerate(message.STARTS)]
        self._starts = starts
        self.size = len(starts)
        self._match = re.compile(b"".join(map(_one_of, starts)), re.DOTALL).match

    def fits(self, data: Buffer, at: int) -> bool:
        """Whether the bytes at `at`, as far as they are there, can begin this message."""
        if len(data) - at >= self.size:
            return self._match(data, at) is not None
        return all(
            not allowed or byte in allowed
            for byte, allowed in zip(data[at:], self._starts, strict=False)
        )

    def allowed(self, position: int) -> bytes:
        """The values the byte at a position can have; empty for any."""
        return self._starts[position] if position < self.size else b""


@final
@dataclass(slots=True)
class Branch:
    """Candidates told apart by one byte; `other` are those that it says nothing about.

    Attributes:
        position: of the byte, from where they begin.
        by_value: what is left by its value.
        undecided: all of them.
    """

    position: int
    by_value: dict[int, Node]
    other: Node
    undecided: Row


Row = tuple[Candidate, ...]
Node = Branch | Row | Candidate
"""What tells candidates apart; those left, in order; or the only one left, which is not open."""


class Candidates:
    """Messages in the order in which they are tried, with the tables to choose among them.

    Args:
        messages: in that order.
        decoder: how each is decoded, where that is not by itself.

    Attributes:
        messages: as given.
        entries: the candidates.
        first: what begins with a byte, by that byte. Whoever is in a hurry looks there himself.
    """

    def __init__(self, messages: Sequence[type[Message]], decoder: Decoder | None = None) -> None:
        self.messages = tuple(messages)
        checked = _checked([message.STARTS for message in self.messages])
        self.entries = entries = tuple(
            Candidate(message, decoder, positions)
            for message, positions in zip(self.messages, checked, strict=True)
        )
        rows = [
            tuple(e for e in entries if not e.allowed(0) or value in e.allowed(0))
            for value in range(256)
        ]
        nodes = {row: _node(row, {0}) for row in dict.fromkeys(rows)}
        self.first = [nodes[row] for row in rows]
        self._find_start = re.compile(_starts_pattern(entries), re.DOTALL).search

    def at(self, data: Buffer, at: int) -> Row:
        """The candidates that may begin at `at`, in order; those left are to be asked `fits`."""
        node = self._left(data, at)
        return (node,) if type(node) is Candidate else node

    def likely(self, data: Buffer, at: int) -> Candidate | None:
        """The only candidate that may begin at `at`; None when there are several, or it is open."""
        node = self._left(data, at)
        return node if type(node) is Candidate else None

    def _left(self, data: Buffer, at: int) -> Row | Candidate:
        node = self.first[data[at]]
        while type(node) is Branch:
            place = at + node.position
            if place >= len(data):
                return node.undecided
            node = node.by_value.get(data[place], node.other)
        return node

    def by_first(self, value: int) -> Row | None:
        """The candidates that may begin with a byte; None when more bytes tell them apart."""
        node = self.first[value]
        if type(node) is Branch:
            return None
        return (node,) if type(node) is Candidate else node

    def next_start(self, data: Buffer, at: int) -> int:
        """Where, from `at` on, a candidate may begin; the end of the data when nowhere."""
        found = self._find_start(data, at)
        return found.start() if found else len(data)


@lru_cache(maxsize=1024)
def candidates(messages: tuple[type[Message], ...]) -> Candidates:
    """The tables for messages that decode themselves; a thousand connections share them."""
    return Candidates(messages)


class Preferred:
    """Some candidates before all others, for as long as a reply is awaited.

    Args:
        first: the messages that are tried first.
        rest: the others; those that are in `first` too are not tried again.
        decoder: as of `Candidates`.

    Attributes:
        first: as of `Candidates`; None: one has to ask.
    """

    first: Sequence[None] = (None,) * 256

    def __init__(
        self,
        first: tuple[type[Message], ...],
        rest: Candidates,
        decoder: Decoder | None = None,
    ) -> None:
        self._first = Candidates(first, decoder) if _is_own(first, decoder) else candidates(first)
        self._rest = rest
        self._decoder = decoder
        self._known = frozenset(first)
        self._asking = [
            each for each in self._first.entries if each.message.ECHOES or each.message.TOLD
        ]
        self._contained = self._known <= frozenset(rest.messages)
        self._by_first: dict[int, Row | None] = {}  # by the first byte, as it is asked for
        self._merged: dict[tuple[Row, Row], Row] = {}  # by what the two say

    def answer(self, request: Message) -> bool:
        """The first messages are answers to this request from now on; whether that matters."""
        for candidate in self._asking:
            message = candidate.message
            decoder = self._decoder
            candidate.decode = (
                decoder(message, request) if decoder else message.knowing(Known(request))
            )
        return bool(self._asking)

    def at(self, data: Buffer, at: int) -> Row:
        """As `Candidates.at`."""
        value = data[at]
        if value in self._by_first:
            row = self._by_first[value]
        else:
            row = self._by_first[value] = self._told_by(value)
        if row is not None:
            return row
        key = self._first.at(data, at), self._rest.at(data, at)
        merged = self._merged.get(key)
        return self._merge(*key) if merged is None else merged

    def likely(self, data: Buffer, at: int) -> Candidate | None:
        """As `Candidates.likely`, of those that are in front of the rest."""
        return self._first.likely(data, at)

    def _told_by(self, value: int) -> Row | None:
        """The candidates that may begin with a byte; None when more bytes tell them apart."""
        first, rest = self._first.by_first(value), self._rest.by_first(value)
        return None if first is None or rest is None else self._merge(first, rest)

    def _merge(self, first: Row, rest: Row) -> Row:
        others = (each for each in rest if each.message not in self._known)
        merged = self._merged[first, rest] = (*first, *others)
        return merged

    def next_start(self, data: Buffer, at: int) -> int:
        """As `Candidates.next_start`."""
        start = self._rest.next_start(data, at)
        return start if self._contained else min(start, self._first.next_start(data, at))


def preferred(
    first: tuple[type[Message], ...], rest: Candidates, decoder: Decoder | None = None
) -> Preferred:
    """Some candidates before all others; a thousand sessions share those that are alike for all."""
    if _is_own(first, decoder):
        return Preferred(first, rest, decoder)
    return _shared(first, rest)


@lru_cache(maxsize=1024)
def _shared(first: tuple[type[Message], ...], rest: Candidates) -> Preferred:
    return Preferred(first, rest)


def _is_own(first: Sequence[type[Message]], decoder: Decoder | None) -> bool:
    """How these are decoded depends on the session, or on what it asked."""
    return decoder is not None or any(message.ECHOES or message.TOLD for message in first)


def _checked(starts: Sequence[Sequence[bytes]]) -> list[frozenset[int]]:
    """For each message the positions that do not tell whether it begins, although they are known.

    What all that begin alike have in common behind bytes that can be anything tells nothing apart:
    a frame that is damaged there has begun, and is rejected. One that may begin with any byte has
    begun only where no other messages are: else every byte in front of those would begin it.
    """
    alike: dict[tuple[bytes, ...], list[Sequence[bytes]]] = {}
    for first in starts:
        alike.setdefault(_certain(first), []).append(first)
    common = {
        key: _common(key, group) if key or len(alike) == 1 else frozenset[int]()
        for key, group in alike.items()
    }
    return [common[_certain(first)] for first in starts]


def _certain(first: Sequence[bytes]) -> tuple[bytes, ...]:
    """The first bytes in front of the one that can be anything."""
    return tuple(first[: first.index(b"")] if b"" in first else first)


def _common(certain: tuple[bytes, ...], group: list[Sequence[bytes]]) -> frozenset[int]:
    behind = range(len(certain), min(map(len, group)))
    return frozenset(at for at in behind if len({first[at] for first in group}) == 1)


def _node(entries: Row, used: set[int]) -> Node:
    """The tables for these entries, whose bytes at the positions in `used` are looked at."""
    if len(entries) == 1 and not entries[0].open:
        return entries[0]
    if len(entries) <= 1:
        return entries
    best: dict[int, Row] = {}
    best_position, best_worst = -1, len(entries) * 3 // 4
    for position in range(max(entry.size for entry in entries)):
        if position not in used:
            buckets = _buckets(entries, position)
            worst = max(map(len, buckets.values()), default=len(entries))
            if worst <= best_worst:
                best, best_position, best_worst = buckets, position, worst - 1
    if best_position < 0:
        return entries
    inner = used | {best_position}
    return Branch(
        best_position,
        {value: _node(bucket, inner) for value, bucket in best.items()},
        _node(tuple(e for e in entries if not e.allowed(best_position)), inner),
        entries,
    )


def _buckets(entries: Row, position: int) -> dict[int, Row]:
    """The entries by the value of one byte, in order; those that allow any are in each."""
    found: dict[int, list[Candidate]] = {
        value: [] for entry in entries for value in entry.allowed(position)
    }
    for entry in entries:
        for value in entry.allowed(position) or found:
            found[value].append(entry)
    return {value: tuple(bucket) for value, bucket in found.items()}


def _starts_pattern(entries: Row) -> bytes:
    """A pattern that finds the next possible start by its first bytes.

    At the end of the data those that are there will do: the others are still to come.
    """
    by_first: dict[int, list[Candidate]] = {}
    for entry in entries:
        for value in entry.allowed(0) or range(256):
            by_first.setdefault(value, []).append(entry)
    behind = {value: _behind_first(alike) for value, alike in by_first.items()}
    if len(behind) == 256 and not any(behind.values()):
        return _one_of(b"")
    # each begins with a byte of its own: the search passes over all others at once
    return b"|".join(re.escape(bytes((v,))) + rest for v, rest in behind.items()) or b"(?!)"


def _behind_first(entries: list[Candidate]) -> bytes:
    """A pattern for what all of these allow behind their first byte, as far as it is there."""
    pattern = b""
    for position in range(min(entry.size for entry in entries) - 1, 0, -1):
        allowed = [entry.allowed(position) for entry in entries]
        value = _one_of(bytes(sorted(set(b"".join(allowed)))) if all(allowed) else b"")
        if pattern or value != _one_of(b""):
            pattern = b"(?:" + value + pattern + b"|\\Z)"
    return pattern


def _one_of(values: bytes) -> bytes:
    if not values or len(values) == 256:
        return b"."
    return b"[" + b"".join(b"\\x%02x" % value for value in values) + b"]"
