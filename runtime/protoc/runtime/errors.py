"""What can go wrong, sorted by whose fault it is.

`LocalError` is the caller's, `RemoteError` the device's, `TransportError` the line's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, cast

if TYPE_CHECKING:
    from protoc.runtime.messages import Buffer, Message

Reason = Literal["length", "crc", "constant", "value", "too long", "optional"]


class ProtocolError(Exception):
    """Base of everything this runtime raises."""


class LocalError(ProtocolError):
    """The caller asked for something that cannot be."""


class EncodeError(LocalError, ValueError):
    """A value that does not fit its field.

    Attributes:
        message: name of the message.
        field: path of the field.
        expected: what fits, in words.
        got: the value given.
        part: the part of the message whose field it is, until the message has named it.
    """

    part: object = None

    def __init__(self, message: str, field: str, expected: str, got: object) -> None:
        self.message = message
        self.field = field
        self.expected = expected
        self.got = got
        super().__init__(f"{message}.{field}: expected {expected}, got {_shortened(got)}")


class RemoteError(ProtocolError):
    """The device sent something that cannot be."""


class DecodeError(RemoteError, ValueError):
    """Bytes that are not the message they begin as.

    Attributes:
        reason: `length`, `crc`, `constant`, `value`, `too long` or `optional`.
        message: name of the message tried.
        field: path of the field, empty for the frame itself.
        offset: where in the frame the field stands, in bytes from its start.
        expected, got: what the field had to hold and what it holds, in words.
        at: where the frame starts in the buffer; `size` how far it reaches, when that is known.
        plain: where the field stands among the plain bytes, when it is coded on the wire.
    """

    plain: int | None = None

    def __init__(
        self,
        reason: Reason,
        message: str,
        field: str,
        offset: int,
        expected: object,
        got: object,
        size: int = 0,
    ) -> None:
        self.reason: Reason = reason
        self.message = message
        self.field = field
        self.offset = offset
        self.expected = expected
        self.got = got
        self.size = size
        super().__init__(reason, message, field, offset, expected, got)

    def furthest(self, *others: DecodeError) -> DecodeError:
        """Of this and the errors of other ways the one that came furthest; of equals the first."""
        return max((self, *others), key=lambda error: error.offset)

    def __str__(self) -> str:
        where = f"{self.message}.{self.field}" if self.field else self.message
        plain = "" if self.plain is None else f" (byte {self.plain} before coding)"
        return (
            f"{where} at byte {self.offset}{plain}: {self.reason}: "
            f"expected {self._shown(self.expected)}, got {self._shown(self.got)}"
        )

    def within(self, message: str, path: str, offset: int) -> DecodeError:
        """The same error, of the message a part stands in.

        Args:
            message: name of that message.
            path: where the part stands in it, `records[3]`.
            offset: where the part begins, in bytes from the start of the message.
        """
        field = ".".join(filter(None, (path, self.field)))
        place = self.offset + offset
        error = DecodeError(self.reason, message, field, place, self.expected, self.got)
        error.plain = self.plain
        return error

    def coded(self, offset: int, size: int) -> DecodeError:
        """The same error of plain bytes, told of the message that holds them coded.

        Args:
            offset: where on the wire, in bytes from the start of the message.
            size: how far the message reaches, when that is known.
        """
        error = DecodeError(
            self.reason, self.message, self.field, offset, self.expected, self.got, size
        )
        error.plain = self.offset
        return error

    def _shown(self, value: object) -> str:
        if isinstance(value, bytes | bytearray | memoryview):
            octets = bytes(cast(bytes, value))
            return octets[:_SHOWN].hex(" ") + _more(len(octets)) or "nothing"
        if self.reason == "crc" and isinstance(value, int):
            return f"0x{value:02X}"
        return str(value)


_SHOWN = 1000
"""Bytes or characters of a value that an error shows."""


def _shortened(value: object) -> str:
    """A value as it is written in Python; of bytes and text that are long the beginning."""
    if isinstance(value, bytes | bytearray | str):
        return repr(value[:_SHOWN]) + _more(len(value))
    return repr(value)


def _more(size: int) -> str:
    return f" and {size - _SHOWN} more" if size > _SHOWN else ""


class Scan(Protocol):
    """Looks for the end of what is coded, without beginning anew with every byte."""

    def search(self, buffer: Buffer, start: int, limit: int) -> tuple[int, bool]:
        """How far a search has come, and whether it has found something."""
        ...


class Incomplete(RemoteError):
    """A message that is not whole yet.

    Attributes:
        needed: bytes from its start that must be there before another try can tell more.
        until: a delimiter that must be there first; what is there was searched for it, at most
            `needed` bytes.
        scan: what must find something first; `searched` how far from the start it has come.
    """

    def __init__(
        self, needed: int, until: bytes = b"", scan: Scan | None = None, searched: int = 0
    ) -> None:
        self.needed = needed
        self.until = until
        self.scan = scan
        self.searched = searched
        super().__init__(needed, until)

    def within(self, message: str, path: str, offset: int) -> Incomplete:
        """The same, counted from the message a part stands in; see `DecodeError.within`."""
        return Incomplete(self.needed + offset, self.until, self.scan, self.searched + offset)

    def behind(self, scan: Scan, searched: int) -> Incomplete:
        """The same, and not before `scan` has found something, which has come so far."""
        return Incomplete(self.needed, scan=scan, searched=searched)

    def __str__(self) -> str:
        if self.until:
            return f"the frame is cut off: no {self.until.hex(' ')} yet"
        return f"the frame is cut off: at least {self.needed} bytes belong to it"


class Refused(RemoteError):
    """The device answered with one of the messages behind `else`.

    Attributes:
        reply: that message.
    """

    def __init__(self, pair: str, reply: Message) -> None:
        self.pair = pair
        self.reply = reply
        super().__init__(f"{pair}: refused with {reply!r}")


class TransportError(ProtocolError, OSError):
    """The line failed: it could not be opened, broke, or was closed."""


class Timeout(TransportError, TimeoutError):
    """No answer in time, after the last retry.

    Attributes:
        pair: name of the pair.
        attempts: how often the command was sent.
    """

    def __init__(self, pair: str, attempts: int) -> None:
        self.pair = pair
        self.attempts = attempts
        super().__init__(f"{pair}: no answer after {attempts} attempt{'s' * (attempts != 1)}")
