"""What became of every element of a connector: for people as a table, for programs as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler.importers.dataminer.context import Context
from protoc.compiler.importers.dataminer.elements import Account
from protoc.compiler.importers.dataminer.known import attribute_reason, element_reason
from protoc.compiler.importers.dataminer.reading import Element
from protoc.dsl.diagnostics import Diagnostics

OUTCOMES = ("imported", "lifted", "simplified", "not imported")
_NOTATION = ("xmlns", "xsi:")
"""Attributes that belong to XML itself."""
_OBJECTS = frozenset(
    (
        ("params", "param"),
        ("commands", "command"),
        ("responses", "response"),
        ("pairs", "pair"),
        ("groups", "group"),
        ("timers", "timer"),
        ("triggers", "trigger"),
        ("actions", "action"),
        ("qactions", "qaction"),
    )
)


class Row(Struct, frozen=True):
    """One element or attribute.

    Attributes:
        path: names of the elements around it and its own, `@name` for an attribute.
        number: its `id`, or that of the object it belongs to.
        becomes: what it is in the description.
        known: the importer knows what it is for.
    """

    line: int
    path: str
    number: int | None
    name: str
    outcome: str
    reason: str = ""
    becomes: str = ""
    known: bool = True


class Report(Struct, frozen=True):
    """Every object of a connector, and every part of it that did not come over as it is."""

    source: str
    protocol: str
    version: str
    rows: tuple[Row, ...]

    def summary(self) -> dict[str, int]:
        """How many rows have each outcome."""
        counts = Counter(row.outcome for row in self.rows)
        return {outcome: counts[outcome] for outcome in OUTCOMES}

    def data(self, diagnostics: Diagnostics) -> dict[str, Any]:
        """All of it for `json.dumps`."""
        return {
            "source": self.source,
            "protocol": self.protocol,
            "version": self.version,
            "summary": self.summary(),
            "elements": [_plain(row) for row in self.rows],
            "diagnostics": [
                {
                    "code": each.code,
                    "severity": each.severity,
                    "line": each.span.line,
                    "message": each.message,
                }
                for each in diagnostics
            ],
        }

    def table(self) -> str:
        """What was not imported as it is, alike things together, and the summary."""
        found = [row for row in self.rows if row.outcome != "imported"]
        lines = []
        for outcome in OUTCOMES[1:]:
            alike: dict[tuple[str, str], list[Row]] = {}
            for row in found:
                if row.outcome == outcome:
                    alike.setdefault((row.path, row.reason), []).append(row)
            if alike:
                lines += [
                    f"{outcome}:",
                    *_columns([_shown(*key, rows) for key, rows in alike.items()]),
                ]
        counts = self.summary()
        lines.append(", ".join(f"{counts[each]} {each}" for each in OUTCOMES if counts[each]))
        return "\n".join(lines) + "\n"


def _plain(row: Row) -> dict[str, Any]:
    plain: dict[str, Any] = {"line": row.line, "element": row.path, "outcome": row.outcome}
    if row.number is not None:
        plain["id"] = row.number
    more = {"name": row.name, "reason": row.reason, "becomes": row.becomes}
    return plain | {key: value for key, value in more.items() if value}


_MOST_LINES = 3


def _shown(path: str, reason: str, rows: Sequence[Row]) -> tuple[str, str, str]:
    lines = [str(row.line) for row in rows[:_MOST_LINES]]
    more = f" and {len(rows) - _MOST_LINES} more" if len(rows) > _MOST_LINES else ""
    word = "line" if len(rows) == 1 else "lines"
    return path, f"{word} {', '.join(lines)}{more}", reason


def _columns(rows: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(2)]
    for path, lines, reason in rows:
        yield f"  {path:<{widths[0]}}  {lines:<{widths[1]}}  {reason}".rstrip()


def report_of(context: Context) -> Report:
    """What became of the connector."""
    root = context.connector.root.element
    rows = _Rows(context.account, context.became).below(root)
    return Report(root.source.name, context.names.protocol, context.connector.version, tuple(rows))


def refused(account: Account, root: Element | None, name: str) -> Report:
    """The report of a connector that is not imported at all."""
    row = [] if root is None else [Row(root.line, root.name, None, "", "not imported")]
    reasons = [each.message for each in account.diagnostics if each.severity == "error"]
    return Report(name, "", "", tuple(replace(each, reason="; ".join(reasons)) for each in row))


class _Rows(Struct, frozen=True):
    account: Account
    became: dict[int, str]

    def below(
        self,
        element: Element,
        path: tuple[str, ...] = (),
        owner: tuple[int | None, str] = (None, ""),
    ) -> Iterator[Row]:
        """The rows of an element and all in it."""
        path = (*path, element.name)
        low = tuple(part.lower() for part in path)
        known_object = len(low) == 3 and low[1:] in _OBJECTS
        if known_object:
            owner = _identity(element)
            row = self._object(element, path, owner)
            yield row
            if row.outcome == "not imported":
                return
        elif (note := self.account.notes.get((id(element), None))) is not None:
            yield Row(element.line, "/".join(path), *owner, note[0], note[1])
        elif not self.account.seen(element) and not _holds_objects(low):
            reason = element_reason(low)
            yield Row(
                element.line,
                "/".join(path),
                *owner,
                "not imported",
                reason or "this element is not known",
                known=reason is not None,
            )
            return
        yield from self._attributes(element, path, owner)
        for child in element.children:
            yield from self.below(child, path, owner)

    def _object(
        self, element: Element, path: tuple[str, ...], owner: tuple[int | None, str]
    ) -> Row:
        becomes = self.became.get(id(element), "")
        outcome, reason = self.account.notes.get((id(element), None), ("imported", ""))
        if outcome == "imported" and not becomes:
            outcome, reason = "not imported", "nothing refers to it"
        return Row(element.line, "/".join(path), *owner, outcome, reason, becomes)

    def _attributes(
        self, element: Element, path: tuple[str, ...], owner: tuple[int | None, str]
    ) -> Iterator[Row]:
        low = tuple(part.lower() for part in path)
        for attribute in element.attributes:
            if attribute.lower().startswith(_NOTATION):
                continue
            note = self.account.notes.get((id(element), attribute))
            where = f"{'/'.join(path)}@{attribute}"
            if note is not None:
                yield Row(element.line, where, *owner, note[0], note[1])
            elif not self.account.seen(element, attribute):
                reason = attribute_reason(low, attribute)
                yield Row(
                    element.line,
                    where,
                    *owner,
                    "not imported",
                    reason or "this attribute is not known",
                    known=reason is not None,
                )


def _holds_objects(path: tuple[str, ...]) -> bool:
    """Whether an element does nothing but hold the objects of a kind."""
    return len(path) == 2 and any(path[1] == section for section, _ in _OBJECTS)


def _identity(element: Element) -> tuple[int | None, str]:
    number = next((v for k, v in element.attributes.items() if k.lower() == "id"), "")
    name = next((c.text.strip() for c in element.children if c.name.lower() == "name"), "")
    return (int(number) if number.strip().isdigit() else None), name
