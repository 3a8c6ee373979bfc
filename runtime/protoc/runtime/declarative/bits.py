"""Integers whose bits are named."""

from __future__ import annotations

from typing import IO, Any

from protoc.runtime.declarative.base import Element
from protoc.runtime.declarative.fields import attribute
from protoc.runtime.declarative.frame import Frame
from protoc.runtime.declarative.values import Bounds, Meaning, Number
from protoc.runtime.declarative.wires import Binary, wire_of
from protoc.runtime.messages import Choice, Part, TextChoice


class Bit:
    """Bits of an integer, counted from the least significant.

    Args:
        name: as in the description; `_` for bits without a name.
        high, low: the highest and the lowest; one bit where `low` is left out.
        equal: what they always hold.
        scale, offset, enum, strict, boolean, range: from raw to value.
    """

    def __init__(
        self,
        name: str,
        high: int,
        low: int | None = None,
        *,
        equal: int | None = None,
        scale: Number = 1,
        offset: Number = 0,
        unit: str = "",
        enum: type[Choice | TextChoice] | None = None,
        strict: bool = False,
        boolean: bool = False,
        range: Bounds = (None, None),
    ) -> None:
        self.name = name
        self.low = high if low is None else low
        self.size = high - self.low + 1
        self.equal = equal
        self.meaning = Meaning(scale, offset, enum, strict, boolean, range)

    @property
    def given(self) -> bool:
        """Whether the message holds it."""
        return self.name != "_" and self.equal is None

    def of(self, number: int) -> int:
        """What the bits of an integer hold."""
        return (number >> self.low) % (1 << self.size)

    def placed(self, raw: Any, name: str, frame: Frame) -> int:
        """The integer that holds so much in these bits."""
        if not isinstance(raw, int) or not 0 <= raw < 1 << self.size:
            raise frame.unfit(name, f"0..{(1 << self.size) - 1}", raw)
        return raw << self.low


class Bits(Element):
    """An integer whose bits are named.

    Args:
        name: of the group; `_` where the bits belong to the message itself.
        type_: the integer, as in the description: `u16le`.
        group: the class of the group; None where the bits belong to the message itself.
        key: under which others measure it, where it has no name.
    """

    def __init__(
        self,
        name: str,
        type_: str,
        group: type[Part] | None,
        *parts: Bit,
        key: str | None = None,
    ) -> None:
        super().__init__(name if key is None and name != "_" else key)
        self.label = name
        wire = wire_of(
            type_, encoding="", pad=None, left=False, trim=False, decimals=None, lower=False
        )
        assert isinstance(wire, Binary)
        self.wire = wire
        self.fixed = wire.fixed
        self.group = group
        self.parts = parts

    def _path(self, part: Bit) -> str:
        return part.name if self.group is None else f"{self.label}.{part.name}"

    def read(self, stream: IO[bytes], frame: Frame) -> int:
        """The integer; bits that always hold the same must do so."""
        assert self.fixed is not None
        at = frame.at(stream)
        number: int = self.wire.raw(stream.read(self.fixed))
        for part in self.parts:
            if part.equal is not None and part.of(number) != part.equal:
                raise frame.error("constant", self._path(part), at, part.equal, part.of(number))
        return number

    def begins(self) -> frozenset[int] | None:
        """A single byte some bits of which always hold the same."""
        known = [part for part in self.parts if part.equal is not None]
        if self.fixed != 1 or not known:
            return None
        return frozenset(n for n in range(256) if all(p.of(n) == p.equal for p in known))

    def names(self) -> set[str]:
        if self.group is not None:
            return {self.label}
        return {part.name for part in self.parts if part.given}

    def values(self, frame: Frame) -> dict[str, Any]:
        at, _ = frame.places[self.key]
        number: int = frame.raws[self.key]
        found = {
            part.name: part.meaning.value(part.of(number), self._path(part), at, frame)
            for part in self.parts
            if part.given
        }
        if self.group is None:
            return found
        return {self.label: self.group(**spelt(self.group, found))}

    def prepare(self, message: Any, frame: Frame) -> None:
        self.accept(message if self.group is None else attribute(message, self.label), frame)

    def accept(self, value: Any, frame: Frame) -> None:
        number = 0
        for part in self.parts:
            if part.equal is not None:
                number |= part.placed(part.equal, self._path(part), frame)
            elif part.name != "_":
                number |= self._given(part, value, frame)
        frame.raws[self.key] = number

    def _given(self, part: Bit, owner: Any, frame: Frame) -> int:
        path = self._path(part)
        try:
            value = attribute(owner, part.name)
        except AttributeError:
            raise frame.unfit(self.label, "an object of bits", owner) from None
        if part.meaning.boolean and value not in (0, 1):
            raise frame.unfit(path, "True or False", value)
        return part.placed(part.meaning.raw(value, path, frame), path, frame)

    def write(self, frame: Frame) -> bytes:
        return self.wire.data(frame.raws[self.key])


def spelt(cls: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Values by the names Python has for them."""
    known = cls.__struct_fields__
    return {name if name in known else f"{name}_": value for name, value in values.items()}
