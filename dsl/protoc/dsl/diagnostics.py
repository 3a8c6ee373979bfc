"""What went wrong in a source, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

from protoc.dsl.source import Span

Severity = Literal["error", "warning", "note"]


class Label(Struct, frozen=True):
    """A remark on a place related to a diagnostic."""

    span: Span
    text: str


class Diagnostic(Struct, frozen=True):
    """One mistake of the user's.

    Attributes:
        code: stable code, `E0207`; its long text is what `protoc explain` prints.
        message: one line, without a full stop.
        span: the most specific place.
        label: what stands beside the carets; may be empty.
        labels: related places.
        help: what to do, an instruction that can be followed.
        severity: an `error` stops compilation.
    """

    code: str
    message: str
    span: Span
    label: str = ""
    labels: tuple[Label, ...] = ()
    help: str = ""
    severity: Severity = "error"


class Diagnostics:
    """The diagnostics of one run, in the order of their places, each place and code once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, int, str], Diagnostic] = {}

    def add(self, diagnostic: Diagnostic) -> None:
        """Take one in; the first of the same code at the same place wins."""
        span = diagnostic.span
        key = (span.source.name, span.start, span.end, diagnostic.code)
        self._found.setdefault(key, diagnostic)

    def error(
        self,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        *,
        labels: tuple[Label, ...] = (),
        help: str = "",
    ) -> None:
        """Take in an error."""
        self.add(Diagnostic(code, message, span, label, labels, help))

    def warning(
        self,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        *,
        labels: tuple[Label, ...] = (),
        help: str = "",
    ) -> None:
        """Take in a warning."""
        self.add(Diagnostic(code, message, span, label, labels, help, "warning"))

    def forget(self, unwanted: Callable[[Diagnostic], bool]) -> None:
        """Leave out those that nobody wants to hear of."""
        self._found = {key: each for key, each in self._found.items() if not unwanted(each)}

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(sorted(self._found.values(), key=lambda d: (d.span.source.name, d.span.start)))

    def __len__(self) -> int:
        return len(self._found)

    @property
    def has_errors(self) -> bool:
        """Whether one of them stops compilation."""
        return any(d.severity == "error" for d in self._found.values())


class SourceError(Exception):
    """A source that cannot be used; carries its diagnostics."""

    def __init__(self, diagnostics: Diagnostics) -> None:
        self.diagnostics = diagnostics
        super().__init__("; ".join(f"{d.span!r}: {d.code}: {d.message}" for d in diagnostics))
