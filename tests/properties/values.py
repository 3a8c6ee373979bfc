"""Values for the messages of a model: mostly such that fit, at the edges as well."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from types import ModuleType
from typing import Any

from hypothesis import strategies as st

from protoc.compiler import model
from protoc.compiler.backend.naming import attribute
from protoc.compiler.resolve.fitting import bits_as_number, raw_limits
from protoc.runtime import Message
from protoc.runtime.messages import Part

_LETTERS = st.characters(min_codepoint=33, max_codepoint=126)
# what the constants of descriptions are made of
_TRICKY = st.sampled_from(";,:<>#@ab!?\r\n\x02\x03\x01")


@dataclass(frozen=True)
class Classes:
    """The classes of a module.

    Attributes:
        protocol: what it was made of.
        module: the module.
    """

    protocol: model.Protocol
    module: ModuleType

    def enum(self, name: str) -> tuple[model.Enum, Any]:
        """An enumeration, and its class."""
        enum = next(enum for enum in self.protocol.enums if enum.name == name)
        return enum, self.called(name, Enum)

    def called(self, name: str, kind: type[Any]) -> Any:
        """The class of what a description calls so."""
        wanted = name.replace("_", "").replace("~", "").lower()
        return next(
            cls
            for name, cls in vars(self.module).items()
            if isinstance(cls, type) and issubclass(cls, kind) and name.lower().strip("_") == wanted
        )


def messages(
    message: model.Message, cls: type[Message], protocol: model.Protocol, module: ModuleType
) -> st.SearchStrategy[Message]:
    """Objects of a message."""
    return _objects(cls, message.elements, Classes(protocol, module))


def _objects(
    cls: type[Any], elements: tuple[model.Element, ...], classes: Classes
) -> st.SearchStrategy[Any]:
    return _given(elements, classes).map(lambda values: cls(**values))


@st.composite
def _given(
    draw: st.DrawFn, elements: tuple[model.Element, ...], classes: Classes
) -> dict[str, Any]:
    """Values for elements by name, for one way of every branch."""
    found: dict[str, Any] = {}
    for element in elements:
        if isinstance(element, model.Region | model.Coded):
            found |= draw(_given(element.elements, classes))
        elif isinstance(element, model.Branch):
            ways = [arm.elements for arm in element.arms]
            if element.how == "optional":
                ways.append(())
            given = draw(_given(draw(st.sampled_from(ways)), classes))
            # a field with `?` that is empty is absent
            empty: tuple[object, ...] = ("", b"", []) if element.key.endswith("?") else ()
            found |= {name: value for name, value in given.items() if value not in empty}
        elif isinstance(element, model.Field) and element.name and _is_given(element):
            found[attribute(element.name)] = draw(values(element, classes))
    return found


def _is_given(field: model.Field) -> bool:
    # what is told from outside is as usual
    given = isinstance(field.origin, model.Given | model.Defaulted)
    return given and not isinstance(field.origin, model.Brought)


def _bits(wire: model.Bits, classes: Classes) -> dict[str, st.SearchStrategy[Any]]:
    """Values of the members of a group."""
    return {
        attribute(part.name): _values(
            bits_as_number(part), part.conversion, part.bounds, None, classes
        )
        for part in wire.parts
        if part.name is not None and part.fixed is None
    }


def values(field: model.Field, classes: Classes) -> st.SearchStrategy[Any]:
    """Values of a field."""
    wire = field.wire
    if isinstance(wire, model.Nested):
        cls = classes.called(wire.record.name, Part)
        return _objects(cls, wire.record.elements, classes)
    if isinstance(wire, model.Items):
        known = wire.count.value if isinstance(wire.count, model.Value) else None
        least, most = (known, known) if isinstance(known, int) else (int(wire.filled), 4)
        each = values(wire.item, classes)
        each = st.none() | each if wire.gaps else each
        return st.lists(each, min_size=least, max_size=most)
    if isinstance(wire, model.Bits):
        return st.builds(classes.called(wire.group or "", Part), **_bits(wire, classes))
    return _values(wire, field.conversion, field.bounds, field.longest, classes)


def _values(
    wire: model.Wire,
    conversion: model.Conversion,
    bounds: tuple[float | None, float | None] | None,
    longest: int | None,
    classes: Classes,
) -> st.SearchStrategy[Any]:
    if conversion.enum is not None:
        enum, cls = classes.enum(conversion.enum)
        return st.sampled_from([cls.of(label.values[0]) for label in enum.labels])
    if conversion.boolean:
        return st.booleans()
    if isinstance(wire, model.Text):
        return _texts(wire, longest)
    if isinstance(wire, model.Raw):
        size = wire.size.bytes if isinstance(wire.size, model.FixedSize) else None
        most = longest or 9
        tricky = st.text(_TRICKY, min_size=size or 0, max_size=size or most).map(str.encode)
        return tricky | st.binary(min_size=size or 0, max_size=size or most)
    raws_ = _raws(wire)
    if conversion.linear:
        return raws_.map(lambda raw: _value(raw, conversion))
    low, high = bounds or (None, None)
    if low is not None or high is not None:
        return st.integers(int(low or 0), int(high if high is not None else 99))
    return raws_


def _value(raw: int, conversion: model.Conversion) -> float:
    value = raw * conversion.scale + conversion.offset
    whole = conversion.scale.denominator == 1 and conversion.offset.denominator == 1
    return int(value) if whole else float(Fraction(value))


def _texts(wire: model.Text, longest: int | None) -> st.SearchStrategy[Any]:
    if wire.encoding == model.DIGITS:
        size = wire.size.bytes if isinstance(wire.size, model.FixedSize) else None
        octets = st.binary(min_size=size or 0, max_size=size or 5)
        return octets.map(lambda data: data.hex().upper())
    if wire.quoted:
        most = wire.size.bytes - 2 if isinstance(wire.size, model.FixedSize) else 6
        return st.text(_LETTERS, min_size=0 if wire.pad else most, max_size=most)
    if wire.trim and not isinstance(wire.size, model.FixedSize):
        return st.text(_LETTERS, max_size=4)
    if not isinstance(wire.size, model.FixedSize):
        return st.text(_TRICKY | st.characters(codec="latin-1"), max_size=4 if longest else 9)
    unit = 2 if wire.encoding.startswith("utf-16") else 1
    most = wire.size.bytes // unit
    return st.text(_LETTERS, min_size=most if wire.pad is None else 0, max_size=most)


def _raws(wire: model.Wire) -> st.SearchStrategy[Any]:
    if isinstance(wire, model.Slice):
        return st.integers(*wire.reach).map(lambda raw: raw & ~wire.holes)
    if isinstance(wire, model.Integer):
        return st.integers(*raw_limits(wire))
    if isinstance(wire, model.Real):
        return st.floats(width=32 if wire.width == 4 else 64, allow_nan=False)
    assert isinstance(wire, model.Digits)
    size = wire.size.bytes if isinstance(wire.size, model.FixedSize) else None
    if wire.notation == "float":
        if wire.decimals is not None:
            return st.integers(-999, 999).map(lambda n: n / 100)
        if size is not None:
            return st.integers(-9999, 9999).map(lambda n: n / 10)
        return st.floats(allow_nan=False, allow_infinity=False)
    if wire.reach is not None:
        return st.integers(*wire.reach)
    most = wire.base**6 - 1
    return st.integers(-most if wire.negative else 0, most)
