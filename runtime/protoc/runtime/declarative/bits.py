"""Integers whose bits are named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import IO, Any

from protoc.runtime.codecs.via import Via
from protoc.runtime.declarative.base import Element
from protoc.runtime.declarative.fields import Field, attribute
from protoc.runtime.declarative.frame import Frame
from protoc.runtime.declarative.types import wire_of
from protoc.runtime.declarative.values import Bounds, Meaning, Number
from protoc.runtime.declarative.wires import Binary, Digits, Slice
from protoc.runtime.messages import Choice, Part, TextChoice


class Bit:
    """Bits of an integer, counted from the least significant.

    Args:
        name: as in the description; `_` for bits without a name. Where a value has several pieces,
            each has its name.
        high, low: the highest and the lowest; one bit where `low` is left out.
        shift: which bit of the value the lowest is.
        equal: what they always hold.
        signed, bcd, scale, offset, enum, strict, boolean, range, via: from raw to value; said of
            the last piece.
    """

    def __init__(
        self,
        name: str,
        high: int,
        low: int | None = None,
        *,
        shift: int = 0,
        equal: int | None = None,
        signed: bool = False,
        bcd: bool = False,
        scale: Number = 1,
        offset: Number = 0,
        unit: str = "",
        enum: type[Choice | TextChoice] | None = None,
        strict: bool = False,
        boolean: bool = False,
        range: Bounds = (None, None),
        via: Via | None = None,
    ) -> None:
        self.name = name
        self.low = high if low is None else low
        self.size = high - self.low + 1
        self.shift = shift
        self.equal = equal
        self.signed = signed
        self.bcd = bcd
        self.meaning = Meaning(scale, offset, enum, strict, boolean, range, via=via)

    def of(self, number: int) -> int:
        """What these bits of an integer give to the value."""
        return (number >> self.low) % (1 << self.size) << self.shift

    def placed(self, raw: int) -> int:
        """What the value gives to the integer."""
        return (raw >> self.shift) % (1 << self.size) << self.low


class Bits(Element):
    """An integer whose bits are named.

    Args:
        name: of the group; `_` where the bits belong to the message itself: each name is then that
            of a field of the type `bits[n]` behind it.
        type_: the integer, as in the description: `u16le`, `hex[2]`.
        group: the class of the group; None where the bits belong to the message itself.
        key: under which others measure it, where it has no name.
        lower: lower-case digits are written.
    """

    def __init__(
        self,
        name: str,
        type_: str,
        group: type[Part] | None,
        *parts: Bit,
        key: str | None = None,
        lower: bool = False,
    ) -> None:
        super().__init__(name if key is None and name != "_" else key)
        self.label = name
        self.wire = wire = wire_of(type_, lower=lower)
        self.fixed = wire.fixed
        self.group = group
        self.parts = parts
        # bits that always hold the same, and what they hold in the integer
        self.known = self._certain({})
        # the fields of the message that have bits in it
        self.slices: dict[str, Slice] = {}

    def _path(self, part: Bit) -> str:
        names = [name for name in (self.label, part.name) if name != "_"]
        return ".".join(names)

    def _members(self) -> list[tuple[Slice, list[Bit]]]:
        """The values of the group, each as a number with all of its pieces."""
        by_name: dict[str, list[Bit]] = {}
        for part in self.parts:
            if part.name != "_" and part.equal is None:
                by_name.setdefault(part.name, []).append(part)
        return [(_number(pieces), pieces) for pieces in by_name.values()]

    def read(self, stream: IO[bytes], frame: Frame) -> int:
        """The integer; bits that always hold the same must do so."""
        assert self.fixed is not None
        at = frame.at(stream)
        data = stream.read(self.fixed)
        try:
            number: int = self.wire.raw(data)
        except ValueError:
            name = "" if self.label == "_" else self.label
            raise frame.error("value", name, at, "digits of a number", data) from None
        for part in self.parts:
            if part.equal is not None and part.of(number) != part.equal:
                raise frame.error("constant", self._path(part), at, part.equal, part.of(number))
            if self.group is None and part.name != "_":
                frame.bits[part.name] = frame.bits.get(part.name, 0) | part.of(number)
                frame.begun.setdefault(part.name, at)
        return number

    def _certain(self, equal: dict[str, int]) -> list[tuple[Bit, int]]:
        """Bits that always hold the same; `equal` are such values of the message."""
        held = [(part, equal.get(part.name, part.equal)) for part in self.parts]
        return [(part, part.placed(value)) for part, value in held if value is not None]

    def settle(self, following: Sequence[Element], bounded: bool) -> None:
        names = {part.name for part in self.parts} if self.group is None else set[str]()
        equal: dict[str, int] = {}
        for element in following:
            # the ways of a branch that follow may have fields of these names as well
            if (
                isinstance(element, Field)
                and element.label in names
                and isinstance(element.wire, Slice)
            ):
                self.slices[element.label] = element.wire
                element.wire.carried |= _carried(p for p in self.parts if p.name == element.label)
                if element.equal is not None:
                    equal[element.label] = element.wire.bits(element.equal)
        self.known = self._certain(equal)

    def begins(self) -> frozenset[int] | None:
        """A single byte some bits of which always hold the same."""
        if isinstance(self.wire, Digits):
            return self.wire.characters()
        if self.fixed != 1 or not self.known or not isinstance(self.wire, Binary):
            return None
        return frozenset(
            n for n in range(256) if all(p.placed(p.of(n)) == held for p, held in self.known)
        )

    def names(self) -> set[str]:
        return set() if self.group is None else {self.label}

    def values(self, frame: Frame) -> dict[str, Any]:
        if self.group is None:
            return {}
        at, _ = frame.places[self.key]
        number: int = frame.raws[self.key]
        found: dict[str, Any] = {}
        for wire, pieces in self._members():
            last, bits = pieces[-1], sum(piece.of(number) for piece in pieces)
            try:
                raw = wire.raw(bits.to_bytes(-(-wire.width // 8), "big"))
            except ValueError:
                raise frame.error("value", self._path(last), at, "decimal digits", bits) from None
            found[last.name] = last.meaning.value(raw, self._path(last), at, frame)
        return {self.label: self.group(**spelt(self.group, found))}

    def prepare(self, message: Any, frame: Frame) -> None:
        if self.group is not None:
            self.accept(attribute(message, self.label), frame)
        else:
            frame.raws[self.key] = self._constants()

    def accept(self, value: Any, frame: Frame) -> None:
        number = self._constants()
        for wire, pieces in self._members():
            bits = wire.bits(self._given(wire, pieces[-1], value, frame))
            number |= sum(piece.placed(bits) for piece in pieces)
        frame.raws[self.key] = number

    def _constants(self) -> int:
        """The integer, only with the bits that always hold the same."""
        return sum(held for _, held in self.known)

    def _given(self, wire: Slice, last: Bit, owner: Any, frame: Frame) -> int:
        path = self._path(last)
        try:
            value = attribute(owner, last.name)
        except AttributeError:
            raise frame.unfit(self.label, "an object of bits", owner) from None
        if last.meaning.boolean and value not in (0, 1):
            raise frame.unfit(path, "True or False", value)
        raw: int = last.meaning.raw(value, path, frame)
        try:
            wire.data(raw)
        except (TypeError, ValueError) as error:
            raise frame.unfit(path, str(error), value) from None
        return raw

    def write(self, frame: Frame) -> bytes:
        number: int = frame.raws[self.key]
        if self.group is None:
            for part in self.parts:
                if part.name != "_" and part.equal is None:
                    raw: Any = frame.raws[part.name]
                    # what is no whole number is refused by its own field
                    bits = self.slices[part.name].bits(raw) if isinstance(raw, int) else 0
                    number |= part.placed(bits)
        return self.wire.data(number)


def _number(pieces: list[Bit]) -> Slice:
    """The number that pieces make up."""
    width = max(piece.shift + piece.size for piece in pieces)
    wire = Slice(width, pieces[-1].signed, pieces[-1].bcd)
    wire.carried = _carried(pieces)
    return wire


def _carried(pieces: Iterable[Bit]) -> int:
    """The bits of a number that pieces hold."""
    return sum((1 << piece.size) - 1 << piece.shift for piece in pieces)


def spelt(cls: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Values by the names Python has for them."""
    known = cls.__struct_fields__
    return {name if name in known else f"{name}_": value for name, value in values.items()}
