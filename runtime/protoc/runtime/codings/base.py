"""What every coding is, and several of them one inside the other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from protoc.runtime.errors import DecodeError, Incomplete, Reason
from protoc.runtime.messages import Buffer
from protoc.runtime.waiting import Waiting


class Miscoded(ValueError):
    """Bytes that no coding has written.

    Attributes:
        offset: where among the coded bytes.
        expected, got: what stands there in coded bytes, and here.
        reason: as of `DecodeError`.
    """

    def __init__(self, offset: int, expected: str, got: object, reason: Reason = "value") -> None:
        super().__init__(offset, expected, got)
        self.offset = offset
        self.expected = expected
        self.got = got
        self.reason: Reason = reason


class Coding(ABC):
    """A way to write bytes as others, and back.

    Attributes:
        WIDEST: a plain byte has at most so many coded ones.
    """

    WIDEST: ClassVar[int] = 1

    @abstractmethod
    def encode(self, data: bytes) -> bytes:
        """The coded bytes."""

    @abstractmethod
    def decode(self, data: bytes) -> bytes:
        """The plain bytes.

        Raises:
            Miscoded: they have not been coded like this.
        """

    @abstractmethod
    def reach(self, data: bytes, count: int) -> int:
        """How many of the coded bytes stand for the first `count` plain ones."""

    def begin(self, buffer: Buffer, start: int, wanted: Incomplete, at: int, message: str) -> bytes:
        """The plain bytes that are `wanted`, where only they themselves tell where they end.

        More are decoded than are asked for, at most as many again: whoever asks for a little more
        each time does not begin anew each time.

        Raises:
            Incomplete: they are not there yet.
            DecodeError: what stands there is not coded like this.
        """
        count = wanted.needed
        data = bytes(buffer[start : start + self.WIDEST * 2 * count])
        end = self.sound(data)
        plain = self.decode(data[:end])
        if len(plain) >= count:
            return plain
        rest = data[end : end + self.WIDEST]
        if self.may_go_on(rest):
            needed = len(buffer) - at + count - len(plain)
            raise Incomplete(needed, scan=PlainScan(self, wanted), searched=start - at)
        while len(rest) > 1 and not self.may_go_on(rest[:-1]):
            rest = rest[:-1]  # the error says the same however much has arrived
        place = start + end - at
        raise DecodeError("value", message, "", place, "more coded bytes", rest)

    def part(self, data: bytes, passed: int) -> tuple[bytes, int, int]:
        """What some coded bytes behind others stand for, as far as that is clear.

        Args:
            data: the coded bytes.
            passed: so many stand in front of them.

        Returns:
            the plain bytes, and how many of the coded and of the plain ones need not be looked at
            again when more have come.

        Raises:
            Miscoded: they are not coded like this.
        """
        end = self.sound(data)
        if not self.may_go_on(data[end:]):
            raise Miscoded(end, "more coded bytes", data[end:])
        plain = self.decode(data[:end])
        return plain, end, len(plain)

    def close(self, buffer: Buffer, start: int, plain: bytes, at: int, message: str) -> int:
        """Where coded bytes end that tell so themselves, all plain ones of which are known.

        Raises:
            Incomplete: what belongs to them is not there yet.
            DecodeError: it is not what it should be.
        """
        return start + len(self.encode(plain))

    def sound(self, data: bytes) -> int:
        """How far bytes can be decoded that may go on with something else."""
        return len(data)

    def may_go_on(self, rest: bytes) -> bool:
        """Whether bytes that cannot be decoded yet may be the beginning of more."""
        return not rest

    def within(self, error: DecodeError, start: int, at: int, plain: bytes) -> DecodeError:
        """The same as `outside`, of plain bytes that tell themselves where they end."""
        place, size = (
            start + len(self.encode(plain[:count])) - at if count else start - at
            for count in (error.offset, error.size)
        )
        return error.coded(place, size if error.size else 0)

    def plain(
        self, buffer: Buffer, start: int, end: int, at: int, message: str, size: int = 0
    ) -> bytes:
        """The plain bytes of a stretch of a message.

        Args:
            buffer: holds the message.
            start: where the coded bytes begin in it.
            end: where they end.
            at: where the message begins.
            message: its name.
            size: how far it reaches, where that is known.

        Raises:
            DecodeError: the stretch is not coded like this.
        """
        try:
            return self.decode(bytes(buffer[start:end]))
        except Miscoded as error:
            place = start + error.offset - at
            raise DecodeError(
                error.reason, message, "", place, error.expected, error.got, size
            ) from None

    def outside(
        self, error: DecodeError, buffer: Buffer, start: int, end: int, at: int, size: int = 0
    ) -> DecodeError:
        """The error of something in the plain bytes, told as of the message; see `plain`."""
        place = start + self.reach(bytes(buffer[start:end]), error.offset) - at
        return error.coded(place, size if error.size else 0)


class PlainScan:
    """Decodes bytes as they come, until what their plain ones wait for is there.

    Args:
        coding: how they are coded.
        wanted: what the plain ones wait for.
    """

    __slots__ = ("_coding", "_kept", "_passed", "_plain", "_waiting")

    def __init__(self, coding: Coding, wanted: Incomplete) -> None:
        self._coding = coding
        self._waiting = Waiting(wanted)
        self._passed = 0  # coded bytes, and how many plain ones of those are there
        self._kept = 0
        self._plain = bytearray()

    def search(self, buffer: Buffer, start: int, limit: int) -> tuple[int, bool]:
        """How far they have been decoded, and whether another look is worth it."""
        try:
            plain, passed, kept = self._coding.part(bytes(buffer[start:limit]), self._passed)
        except Miscoded:
            return start, True
        self._plain[self._kept :] = plain
        self._passed += passed
        self._kept += kept
        return start + passed, self._waiting.is_over(self._plain, 0, len(self._plain))


class Chain(Coding):
    """Several codings, the outermost first."""

    def __init__(self, *codings: Coding) -> None:
        self.codings = codings

    def encode(self, data: bytes) -> bytes:
        """The coded bytes; the last coding comes first."""
        for coding in reversed(self.codings):
            data = coding.encode(data)
        return data

    def decode(self, data: bytes) -> bytes:
        """The plain bytes; the first coding comes first."""
        return self._stages(data)[-1]

    def reach(self, data: bytes, count: int) -> int:
        """How many of the outermost bytes stand for the first `count` plain ones."""
        return self._back(self._stages(data), count)

    def _stages(self, data: bytes) -> list[bytes]:
        """What each coding leaves, the coded bytes first."""
        stages = [data]
        for coding in self.codings:
            try:
                stages.append(coding.decode(stages[-1]))
            except Miscoded as error:
                offset = self._back(stages, error.offset)
                raise Miscoded(offset, error.expected, error.got, error.reason) from None
        return stages

    def _back(self, stages: list[bytes], count: int) -> int:
        """A place in the last of some stages as one among the coded bytes."""
        passed = zip(self.codings, stages[:-1], strict=False)
        for coding, stage in reversed(list(passed)):
            count = coding.reach(stage, count)
        return count
