"""Plays lines of examples against generated modules: what generated tests stand on.

A line is a frame and what becomes of it. It is played through the framer that reads the real
device, in any pieces and with anything around it; what the framer says of every byte is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec

from protoc.runtime.dispatch import Candidates, candidates
from protoc.runtime.errors import DecodeError, Incomplete
from protoc.runtime.found import Found, FoundGarbage, FoundMessage, FoundRejected
from protoc.runtime.framing import Framer
from protoc.runtime.messages import Kind, Message
from protoc.runtime.protocol import Protocol
from protoc.runtime.values import plain_fields

_TOWARDS: tuple[Kind, ...] = ("command", "message")
_FROM: tuple[Kind, ...] = ("response", "event", "message")


class Good(msgspec.Struct, frozen=True):
    """A frame that is a message.

    Class attributes:
        KINDS: what goes that way.

    Attributes:
        data: its bytes.
        message: the name of the message.
        fields: what it says, as `protoc decode` prints it; others may be anything.
        link: the link it is on; the first one when empty.
        unnoticed: how many of its bits can be changed so that it is the same message with other
            content: those that no checksum, constant or range watches over.
    """

    KINDS: ClassVar[tuple[Kind, ...]] = ()

    data: bytes
    message: str
    fields: Mapping[str, Any]
    link: str = ""
    unnoticed: int = 0

    def candidates(self, protocol: Protocol) -> list[type[Message]]:
        """The messages that the frame is held against, in their order."""
        return _of_kinds(protocol, self.KINDS, self.link)

    def asked(self, protocol: Protocol) -> Message | None:
        """The command this frame answers, where it depends on it."""
        return None

    def tried(self, protocol: Protocol) -> Candidates:
        """The candidates, each decoded as what it answers tells."""
        asked = self.asked(protocol)
        messages = self.candidates(protocol)
        if asked is None:
            return candidates(tuple(messages))
        return Candidates(messages, lambda message, _: message.answering(asked))

    def play(self, protocol: Protocol, pieces: Sequence[bytes], at: int = 0) -> None:
        """Read it in pieces; what stands around it begins and ends with no message.

        Args:
            protocol: that of the generated module.
            pieces: the frame, with what stands around it.
            at: where in them it begins.

        Raises:
            AssertionError: something else came out.
        """
        whole, found = _read(protocol, self.tried(protocol), self.link, pieces)
        messages = [each for each in found if isinstance(each, FoundMessage)]
        assert [(m.message.NAME, m.offset) for m in messages] == [(self.message, at)], found
        assert messages[0].data == self.data
        said = plain_fields(messages[0].message)
        assert {name: said.get(name) for name in self.fields} == self.fields
        _assert_partition(whole, found)

    def noise(self, protocol: Protocol) -> bytes:
        """Bytes that begin no message here; empty when any byte may begin one."""
        table = self.tried(protocol)
        for value in range(256):
            byte = bytes([value])
            if table.next_start(byte, 0) and not any(m.OPEN for m in table.messages):
                return byte * 3
        return b""

    def flipped(self, protocol: Protocol) -> int:
        """Change one bit after the other; how often it is the same message with other content.

        Raises:
            AssertionError: bytes got lost on the way.
        """
        tried = self.tried(protocol)
        (own,) = (each for each in tried.messages if self.message == each.NAME)
        asked = self.asked(protocol)
        message = own.decode(self.data, self.link, asked)
        unnoticed = 0
        for bit in range(8 * len(self.data)):
            changed = bytearray(self.data)
            changed[bit // 8] ^= 1 << bit % 8
            _assert_partition(*_read(protocol, tried, self.link, [bytes(changed)]))
            try:
                unnoticed += own.decode(changed, self.link, asked) != message
            except (DecodeError, Incomplete):
                continue
        return unnoticed


class Sent(Good, frozen=True):
    """A frame that goes to the device: a command, or a message that goes both ways."""

    KINDS: ClassVar = _TOWARDS

    def __str__(self) -> str:
        return f"tx {self.message}"


class Received(Good, frozen=True):
    """A frame that comes from the device.

    Attributes:
        after: the command it answers; its answers are tried before everything else.
        request: the bytes of that command, where the answer depends on it.
    """

    KINDS: ClassVar = _FROM

    after: str = ""
    request: bytes = b""

    def candidates(self, protocol: Protocol) -> list[type[Message]]:
        """The answers to `after`, then what comes unasked, then all other answers.

        On a line where others are asked, too, commands are the last ones.
        """
        usual = super().candidates(protocol)
        if any(link.bystanders for link in protocol.links if link.name == self.link):
            usual += _of_kinds(protocol, _TOWARDS[:1], self.link)
        answers = [
            message
            for pair in protocol.pairs
            if self.after == pair.command.NAME
            for message in (*(a.message for step in pair.steps for a in step), *pair.refusals)
        ]
        if not answers:
            return usual
        unasked = [each for each in usual if each.KIND != "response"]
        return list(dict.fromkeys([*answers, *unasked, *usual]))

    def asked(self, protocol: Protocol) -> Message | None:
        if not self.request:
            return None
        kind = next(each for each in protocol.messages if self.after == each.NAME)
        return kind.decode(self.request, self.link)

    def __str__(self) -> str:
        return f"rx {self.message}"


class Bad(msgspec.Struct, frozen=True):
    """A frame that is no message.

    Attributes:
        data: its bytes.
        reason: why it is rejected; any reason will do when empty.
        way: `tx` when it is no message to the device, `rx` from it; neither when empty.
        link: the link it is on; the first one when empty.
    """

    data: bytes
    reason: str = ""
    way: str = ""
    link: str = ""

    def play(self, protocol: Protocol, pieces: Sequence[bytes]) -> None:
        """Read it in pieces.

        Raises:
            AssertionError: it was taken for a message, or rejected for another reason.
        """
        reasons: list[str] = []
        for way, kinds in (("rx", _FROM), ("tx", _TOWARDS)):
            if self.way not in ("", way):
                continue
            tried = candidates(tuple(_of_kinds(protocol, kinds, self.link)))
            whole, found = _read(protocol, tried, self.link, pieces)
            assert not isinstance(found[0], FoundMessage), found
            if isinstance(found[0], FoundRejected):
                reasons.append(found[0].error.reason)
            elif isinstance(found[0], FoundGarbage):
                reasons.append("constant")  # of what every message begins with
            _assert_partition(whole, found)
        assert not self.reason or self.reason in reasons

    def __str__(self) -> str:
        return f"bad {self.reason}".strip()


Line = Sent | Received | Bad


def _of_kinds(protocol: Protocol, kinds: Sequence[str], link: str) -> list[type[Message]]:
    """Messages that may be on a link, those of the first kind first."""
    there = [each for each in protocol.messages if not link or not each.LINKS or link in each.LINKS]
    return [each for kind in kinds for each in there if kind == each.KIND]


def _read(
    protocol: Protocol, tried: Candidates, link: str, pieces: Sequence[bytes]
) -> tuple[bytes, list[Found]]:
    """What a framer says of bytes that come in pieces, and the bytes."""
    settings = next((each for each in protocol.links if each.name == link), None)
    settings = settings or next(iter(protocol.links), None)
    largest = settings.largest if settings else 65536
    framer = Framer(tried, settings.name if settings else "", largest)
    found = [each for piece in pieces for each in framer.feed(piece)]
    return b"".join(pieces), [*found, *framer.end()]


def _assert_partition(whole: bytes, found: Sequence[Found]) -> None:
    """Every byte was told of once, in its place."""
    assert b"".join(each.data for each in found) == whole, found
