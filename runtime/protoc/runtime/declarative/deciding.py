"""When a derived value can be told right or wrong: as soon as the bytes are there that show it.

A check waits for the constant behind it. Where that does not stand the message ends elsewhere, and
other bytes would have been checked than were meant.

The straight-line code finds out the same when it is compiled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from protoc.runtime.declarative.base import Element, names_in
from protoc.runtime.declarative.constants import Constant, Ends
from protoc.runtime.declarative.fields import Field
from protoc.runtime.declarative.frame import Frame
from protoc.runtime.errors import Reason


def settle(elements: Sequence[Element]) -> None:
    """Tell each element of a row which derived values are decided when it has been read."""
    for element in elements:
        element.decides = ()
    for i, field in enumerate(elements):
        if isinstance(field, Field) and field.derivation is not None:
            last = elements[_place(field, i, elements)]
            last.decides = (*last.decides, field)


def _place(field: Field, own: int, elements: Sequence[Element]) -> int:
    """Behind which element everything is known that the value of a field is derived from."""
    assert field.derivation is not None
    if field.copied is not None:
        needs = {field.copied}
    else:
        field.foretold = _measured(field, elements) if field.reason == "length" else None
        needs = names_in(field.derivation) if field.foretold is None else set[str]()
    place = max(i for i, e in enumerate(elements) if i == own or needs & set(_names(e)))
    return _closed(elements, place) if _reason(field, elements) == "crc" else place


def _reason(field: Field, elements: Sequence[Element]) -> Reason:
    """Why it is rejected: a copy for the reason its original is."""
    for element in elements:
        for inner in (element, *element.inside()):
            if isinstance(inner, Field) and inner.key == field.copied:
                return _reason(inner, elements)
    return field.reason


def _closed(elements: Sequence[Element], at: int) -> int:
    """The last of the constants that stand directly behind an element, or the element itself."""
    for i in range(at + 1, len(elements)):
        element = elements[i]
        if isinstance(element, Constant | Ends) or _is_constant(element):
            at = i
        elif element.fixed != 0:
            break
    return at


def _is_constant(element: Element) -> bool:
    return isinstance(element, Field) and element.equal is not None and element.fixed != 0


def _names(element: Element) -> Iterator[str]:
    """What formulas call an element, and all that is in it."""
    yield element.key
    yield element.label
    for inner in element.inside():
        yield from _names(inner)


def _measured(field: Field, elements: Sequence[Element]) -> int | None:
    """A length over what always has the same size; None for every other."""
    assert field.derivation is not None
    try:
        size: int = field.derivation(Sizes(elements))
    except (NotKnown, KeyError):
        return None
    return size


class NotKnown(Exception):
    """It is not known before the bytes are there."""


class Sizes(Frame):
    """What is known of a message beforehand: how many bytes its elements of fixed size have."""

    def __init__(self, elements: Sequence[Element]) -> None:
        super().__init__("")
        self._elements = elements

    def bytes(
        self, first: str | None = None, last: str | None = None, *, before: str | None = None
    ) -> bytes:
        """As many bytes as there will be."""
        keys = [element.key for element in self._elements]
        end, start = before or last or first, 0 if first is None else self._index(keys, first)
        assert end is not None
        stop = self._index(keys, end)
        if before is None:
            stop = len(keys) - keys[::-1].index(end)
        sizes = [element.fixed for element in self._elements[start:stop]]
        return bytes(sum(self._known(size) for size in sizes))

    def _index(self, keys: Sequence[str], key: str) -> int:
        return self._known(keys.index(key) if key in keys else None)

    def _known(self, number: int | None) -> int:
        if number is None:
            raise NotKnown
        return number

    def __getitem__(self, name: str) -> Any:
        """Values come with the bytes."""
        raise NotKnown

    def count(self, name: str) -> int:
        """Items come with the bytes."""
        raise NotKnown

    def present(self, name: str) -> int:
        """What is there comes with the bytes."""
        raise NotKnown
