"""Elements as they are read: every look at a part of a connector is written down.

What nobody has looked at in the end is what was not imported; so nothing gets lost silently.
Names of elements and attributes, and words that are values, count in any case.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import NamedTuple

from msgspec import Struct, field

from protoc.compiler.importers.dataminer.reading import Element
from protoc.dsl.diagnostics import Diagnostics
from protoc.dsl.source import Span

_WHOLE = re.compile(r"[+-]?\d{1,18}")
_DECIMAL = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?")


def finite(text: str) -> float | None:
    """The number a text says, with a point or a comma; None when it says none."""
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return None
    return found if isfinite(found) else None


class Text(NamedTuple):
    """A value and where it stands."""

    value: str
    span: Span

    @property
    def word(self) -> str:
        """The value as a word of a fixed set: stripped, in lower case, single blanks."""
        return " ".join(self.value.lower().split())


class Reference(NamedTuple):
    """The number of another object and where it stands."""

    id: int
    span: Span


class Account(Struct, eq=False):
    """What has been looked at, and what is to be said of single places.

    Attributes:
        notes: by element and attribute (None for the element): outcome and reason.
    """

    diagnostics: Diagnostics
    notes: dict[tuple[int, str | None], tuple[str, str]] = field(default_factory=dict)
    _seen: set[tuple[int, str | None]] = field(default_factory=set)

    def look(self, element: Element, attribute: str | None = None) -> None:
        """Somebody knows what to do with this part."""
        self._seen.add((id(element), attribute))

    def seen(self, element: Element, attribute: str | None = None) -> bool:
        """Whether somebody has looked at this part."""
        return (id(element), attribute) in self._seen

    def note(
        self, element: Element, outcome: str, reason: str, attribute: str | None = None
    ) -> None:
        """Say what became of a part; the first that is said counts."""
        if attribute is not None:
            written = (name for name in element.attributes if name.lower() == attribute.lower())
            attribute = next(written, attribute)
        self.look(element, attribute)
        self.notes.setdefault((id(element), attribute), (outcome, reason))


class View:
    """An element through which parts are looked at."""

    __slots__ = ("account", "element")

    def __init__(self, element: Element, account: Account) -> None:
        self.element = element
        self.account = account
        account.look(element)

    @property
    def span(self) -> Span:
        """Where it stands, on one line."""
        return self.element.span

    @property
    def text(self) -> Text:
        """Its own characters."""
        return Text(self.element.text, self.element.span)

    @property
    def word(self) -> str:
        """Its own characters as a word of a fixed set."""
        return self.text.word

    def child(self, name: str) -> View | None:
        """The first child of that name."""
        wanted = name.lower()
        for child in self.element.children:
            if child.name.lower() == wanted:
                return View(child, self.account)
        return None

    def every(self, name: str) -> list[View]:
        """The children of that name."""
        wanted = name.lower()
        found = (child for child in self.element.children if child.name.lower() == wanted)
        return [View(child, self.account) for child in found]

    def inside(self, *names: str) -> list[View]:
        """The elements of the last name in those of the ones before it."""
        views: list[View] = [self]
        for name in names:
            views = [inner for view in views for inner in view.every(name)]
        return views

    def content(self, name: str) -> Text | None:
        """The characters of the child of that name; None when it is not there, or blank."""
        child = self.child(name)
        return child.text if child is not None and child.text.value.strip() else None

    def wording(self, name: str) -> str:
        """The same as a word of a fixed set, empty when it is not there."""
        found = self.content(name)
        return found.word if found else ""

    def attribute(self, name: str) -> Text | None:
        """An attribute; None when it is not there."""
        wanted = name.lower()
        for each, value in self.element.attributes.items():
            if each.lower() == wanted:
                self.account.look(self.element, each)
                return Text(value, self.element.place(each))
        return None

    def flag(self, name: str) -> bool:
        """Whether an attribute says `true`."""
        found = self.attribute(name)
        return found is not None and found.word == "true"

    def number(self, name: str, most: int | None = None) -> int | None:
        """The whole number a child holds, from 0 to `most` where that is said."""
        text = self.content(name)
        found = self.whole(text)
        if found is None or most is None or 0 <= found <= most:
            return found
        assert text is not None
        self._no_number(text, f"a number from 0 to {most}")
        return None

    def counted(self, name: str) -> int | None:
        """The whole number an attribute holds."""
        return self.whole(self.attribute(name))

    def reference(self, name: str = "id") -> Reference | None:
        """The number of another object in an attribute."""
        found = self.attribute(name)
        number = self.whole(found)
        return None if number is None or found is None else Reference(number, found.span)

    def references(self, name: str = "id") -> tuple[Reference, ...]:
        """The numbers of other objects in an attribute, separated by `;`."""
        found = self.attribute(name)
        if found is None:
            return ()
        parts = (Text(part, found.span) for part in found.value.split(";") if part.strip())
        numbers = ((self.whole(part), part.span) for part in parts)
        return tuple(Reference(number, span) for number, span in numbers if number is not None)

    def whole(self, text: Text | None) -> int | None:
        """A whole number; anything else is an error."""
        if text is None or not text.value.strip():
            return None
        if _WHOLE.fullmatch(text.value.strip()):
            return int(text.value)
        decimal = self.decimal(text, "a whole number")
        if decimal is None or decimal == int(decimal):
            return None if decimal is None else int(decimal)
        self._no_number(text, "a whole number")
        return None

    def decimal(self, text: Text | None, wanted: str = "a number") -> float | None:
        """A number; anything else is an error."""
        if text is None or not text.value.strip():
            return None
        found = finite(text.value.strip()) if _DECIMAL.fullmatch(text.value.strip()) else None
        if found is None:
            self._no_number(text, wanted)
        return found

    def _no_number(self, text: Text, wanted: str) -> None:
        self.account.diagnostics.error(
            "E0806",
            f"`{text.value.strip()[:40]}` is no number for this",
            text.span,
            f"{wanted} is expected here",
            help=f"write {wanted}, or take it away",
        )

    def note(self, outcome: str, reason: str, attribute: str | None = None) -> None:
        """Say what became of it."""
        self.account.note(self.element, outcome, reason, attribute)


def options(text: Text | None) -> list[Text]:
    """The parts of a list of options separated by `;`."""
    if text is None:
        return []
    return [Text(part.strip(), text.span) for part in text.value.split(";") if part.strip()]
