"""The command or response at hand, and the steps that make, fill, read and check it.

By itself a command is made and filled in one go, a response read and checked in one go, by the
straight-line code of its class. Where a trigger names steps, they are taken one by one; only what
differs from the whole way goes through the layout of the message.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from protoc.runtime.contents import Contents
from protoc.runtime.errors import DecodeError, Incomplete, LocalError, Reason
from protoc.runtime.messages import UNKNOWN, Buffer, Known, Message
from protoc.runtime.params import ParamTable

if TYPE_CHECKING:
    from protoc.runtime.declarative.layout import Layout

Part = Literal["length", "crc"]
Edit = Callable[[bytes], bytes]


def layout_of(kind: type[Message]) -> Layout[Any]:
    """The layout of a message, made when it is first asked for."""
    from protoc.runtime.declarative.codec import codec_of

    return codec_of(kind).declarative


class Work(ABC):
    """What steps work on."""

    kind: type[Message]
    link: str

    @property
    @abstractmethod
    def data(self) -> bytes:
        """Its bytes, as far as they are made or came."""

    @abstractmethod
    def edit(self, change: Edit) -> None:
        """Change the bytes."""

    def make(self) -> None:
        """Compose it from the params.

        Raises:
            LocalError: it is none that is made.
            EncodeError: a value does not fit.
        """
        raise LocalError(f"{self.kind.NAME} is not made, it came")

    def fill(self, part: Part) -> None:
        """Compute its lengths or checks.

        Raises:
            LocalError: it is none that is made.
        """
        raise LocalError(f"{self.kind.NAME} came as it is, there is nothing to fill")

    def read(self) -> bool:
        """Find its fields; False when they cannot be told apart.

        Raises:
            LocalError: it is none that came.
        """
        raise LocalError(f"{self.kind.NAME} is made here, there is nothing to read")

    def check(self, part: Part) -> bool:
        """Verify its lengths or checks; False when one is wrong.

        Raises:
            LocalError: it is none that came.
        """
        raise LocalError(f"{self.kind.NAME} is made here, there is nothing to check")


class Making(Work):
    """A command on its way out.

    Args:
        kind: its class.
        link: where it goes.
        params: hold what lengths and checks are before they are filled.
        compose: gives it with the fields it has now.

    Attributes:
        message: as it was made last.
    """

    def __init__(
        self, kind: type[Message], link: str, params: ParamTable, compose: Callable[[], Message]
    ) -> None:
        self.kind = kind
        self.link = link
        self._params = params
        self._compose = compose
        self._filled: set[Reason] = set()
        self._edits: list[Edit] = []
        self.message = compose()

    def make(self) -> None:
        self.message = self._compose()
        self._filled.clear()
        self._edits.clear()

    def fill(self, part: Part) -> None:
        self._filled.add(part)

    def edit(self, change: Edit) -> None:
        self._edits.append(change)

    @property
    def data(self) -> bytes:
        """Its bytes, as far as they are made.

        Raises:
            EncodeError: a value does not fit.
        """
        layout = layout_of(self.kind)
        swapped = self._params.swapped.get(self.kind.NAME, {})
        reasons: set[Reason] = {field.reason for field in layout.derived.values()}
        unfilled = reasons - self._filled
        if not swapped and not unfilled:
            data = self.message.encode(self.link)
        else:
            contents = Contents(self._params)
            data = layout.compose(
                self.message,
                self.link,
                held={reason: _held(layout, self._params) for reason in unfilled},
                instead={place: contents.data(name) for place, name in swapped.items()},
            )
        for change in self._edits:
            data = change(data)
        return data


def _held(layout: Layout[Any], params: ParamTable) -> dict[str, Any]:
    """What the params of derived fields hold."""
    found = {name: params.called(name) for name in layout.derived}
    return {name: params.get(param.name) for name, param in found.items() if param is not None}


class Reading(Work):
    """A response on its way in.

    Args:
        kind: its class.
        link: where it came from.
        data: its bytes.
        message: what they mean as they are, None when that is not known.

    Attributes:
        arrived: its bytes, as they came.
        flaws: the lengths and checks that are wrong, as far as it is read.
        failed: the step that failed last; empty while none did.
    """

    def __init__(
        self,
        kind: type[Message],
        link: str,
        data: bytes,
        message: Message | None = None,
    ) -> None:
        self.kind = kind
        self.link = link
        self.arrived = data
        self._data = data
        self._surplus = b""
        self._message = message
        self._values: dict[str, Any] | None = None
        self._is_read = False
        self.failed: Literal["", "read", "length", "crc"] = ""
        self.flaws: tuple[DecodeError, ...] = ()

    @property
    def data(self) -> bytes:
        return self._data

    def edit(self, change: Edit) -> None:
        self._data = change(self._data)
        self._message = None

    def read(self) -> bool:
        self._is_read = True
        found = self.look()
        if not found:
            self.failed = "read"
        return found

    def look(self) -> bool:
        """Find its fields, though no step has asked for them; False when it has none."""
        layout = layout_of(self.kind)
        if self._message is not None and not layout.derived and not self._surplus:
            return True
        try:
            found = layout.dissect(self._data + self._surplus, self.link)
        except (DecodeError, Incomplete):
            self._message = None
            return False
        self._values, self.flaws = found.values, found.flaws
        names = set(self.kind.__struct_fields__)
        given = {_spelt(name, names): value for name, value in found.values.items()}
        self._message = self.kind(**{k: v for k, v in given.items() if k in names})
        return True

    def check(self, part: Part) -> bool:
        if not self._is_read:
            self.read()
        if self._message is None:
            return False
        wrong = any(flaw.reason == part for flaw in self.flaws)
        self.failed = part if wrong else self.failed
        return not wrong

    def whole(self) -> bool:
        """Take every step it has; how the last of them ended."""
        done = self.read()
        reasons = {field.reason for field in layout_of(self.kind).derived.values()}
        parts: tuple[Part, ...] = ("length", "crc")
        for part in parts:
            done = self.check(part) if part in reasons else done
        return done

    # --- what came of it ---------------------------------------------------------------------

    @property
    def message(self) -> Message | None:
        """What it means; None when its fields were not found."""
        return self._message

    @property
    def is_read(self) -> bool:
        """A step has looked for its fields."""
        return self._is_read

    def add_surplus(self, data: bytes) -> None:
        """Bytes came with it that may be its own."""
        self._surplus = data

    def settle(self) -> bool:
        """Read and check it as a whole, as no step did; False when it is not what it seems."""
        if not self.read():
            return False
        if self.flaws:
            self.failed = "crc" if self.flaws[0].reason == "crc" else "length"
        return not self.flaws

    def values(self) -> dict[str, Any]:
        """Its fields by name, in wire order, lengths and checks among them where it has some.

        Without a step that reads it, only those that have a size of their own.
        """
        if self._values is None and self._message is not None:
            names = self._message.__struct_fields__
            self._values = {name: getattr(self._message, name) for name in names}
        values = self._values or {}
        if self._is_read:
            return values
        fixed = {e.key for e in layout_of(self.kind).elements() if e.fixed is not None}
        return {name: value for name, value in values.items() if name in fixed}

    def error(self) -> DecodeError:
        """Why it is none."""
        if self.flaws:
            wanted = [flaw for flaw in self.flaws if flaw.reason == self.failed]
            return (wanted or list(self.flaws))[0]
        data = self._data
        expected = "what its steps can read"
        return DecodeError("value", self.kind.NAME, "", 0, expected, data, len(data))

    def kept_of_failure(self, cancelled: bool) -> dict[str, Any]:
        """The fields that are taken in although a step failed.

        Args:
            cancelled: the step was the last one: then only lengths that are wrong count. Else all
                fields up to the first of them do.
        """
        wrong = [flaw.field for flaw in self.flaws if flaw.reason == "length"]
        if cancelled:
            if self.failed != "length":
                return {}
            return {name: value for name, value in self.values().items() if name in wrong}
        kept: dict[str, Any] = {}
        for name, value in self.values().items():
            kept[name] = value
            if name in wrong:
                break
        return kept


def found_in(
    kind: type[Message],
    buffer: Buffer,
    at: int = 0,
    link: str = "",
    known: Known = UNKNOWN,
) -> tuple[Reading, int]:
    """The response that begins at `at`, whatever its lengths and checks say; see `decode_prefix`.

    Raises:
        Incomplete: more bytes are needed.
        DecodeError: the bytes are another message.
    """
    try:
        message, end = kind.knowing(known)(buffer, at, link)
    except DecodeError as error:
        if error.reason not in ("length", "crc") or not error.size:
            raise
        end = at + error.size
        if end > len(buffer):
            raise Incomplete(error.size) from None  # it is known to be wrong before it is whole
        return Reading(kind, link, bytes(buffer[at:end])), end
    return Reading(kind, link, bytes(buffer[at:end]), message), end


def stuffed(data: bytes, mark: bytes, unless: bytes, skip: tuple[int, int]) -> bytes:
    """Bytes with every mark doubled that none of the bytes `unless` follows."""
    return _marks(data, mark, skip, lambda rest: 2 if rest[:1] not in _each(unless) else 1, 1)


def unstuffed(data: bytes, mark: bytes, unless: bytes, skip: tuple[int, int]) -> bytes:
    """Bytes with every doubled mark single again."""
    return _marks(data, mark, skip, lambda rest: 1, 2)


def _each(data: bytes) -> set[bytes]:
    return {bytes([byte]) for byte in data}


def _marks(
    data: bytes, mark: bytes, skip: tuple[int, int], written: Callable[[bytes], int], read: int
) -> bytes:
    """Bytes with each run of so many marks read as one and written as often as it must be."""
    head, tail = skip
    if not mark or len(data) < head + tail:
        return data
    end = len(data) - tail
    out = bytearray(data[:head])
    at = head
    while at < end:
        if data.startswith(mark, at, end):
            size = len(mark) * (read if data.startswith(mark * read, at, end) else 1)
            out += mark * written(data[at + size :])
            at += size
        else:
            out.append(data[at])
            at += 1
    return bytes(out) + data[end:]


def _spelt(name: str, names: set[str]) -> str:
    return name if name in names else f"{name}_"
