"""Diagnostics as text: for reading, for editors, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Literal

from protoc.dsl.diagnostics import Diagnostic, Label
from protoc.dsl.excerpts import Excerpt, Mark
from protoc.dsl.source import Source, Span

Format = Literal["full", "concise", "json"]

_RESET = "\x1b[0m"
_STYLES = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "note": "\x1b[1;36m",
    "gutter": "\x1b[1;34m",
    "strong": "\x1b[1m",
}


def render(
    diagnostics: Iterable[Diagnostic], format: Format = "full", *, colour: bool = False
) -> str:
    """Diagnostics in one of three forms.

    Args:
        diagnostics: what to show, in the order wanted.
        format: `full` with the lines of the source, `concise` with one line each, or `json` with
            one object a line.
        colour: with escape sequences for a terminal; `json` never has any.
    """
    if format == "json":
        return "".join(json.dumps(_record(each)) + "\n" for each in diagnostics)
    paint = _Paint(colour)
    if format == "concise":
        return "".join(_concise(each, paint) + "\n" for each in diagnostics)
    return "\n".join(_full(each, paint) for each in diagnostics)


class _Paint:
    """Colours, or none."""

    def __init__(self, colour: bool) -> None:
        self._colour = colour

    def __call__(self, style: str, text: str) -> str:
        return f"{_STYLES[style]}{text}{_RESET}" if self._colour and text else text


# ------------------------------------------------------------------ for programs and editors


def _record(diagnostic: Diagnostic) -> dict[str, object]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        **_place(diagnostic.span),
        "label": diagnostic.label,
        "help": diagnostic.help,
        "labels": [{**_place(label.span), "text": label.text} for label in diagnostic.labels],
    }


def _place(span: Span) -> dict[str, object]:
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    return {
        "file": span.source.name,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }


def _concise(diagnostic: Diagnostic, paint: _Paint) -> str:
    severity = paint(diagnostic.severity, f"{diagnostic.severity}[{diagnostic.code}]")
    return f"{_where(diagnostic.span)}: {severity}: {diagnostic.message}"


def _where(span: Span) -> str:
    line, column = span.source.position(span.start)
    return f"{span.source.name}:{line}:{column}"


# ------------------------------------------------------------------ for reading


def _full(diagnostic: Diagnostic, paint: _Paint) -> str:
    severity = paint(diagnostic.severity, f"{diagnostic.severity}[{diagnostic.code}]")
    lines = [f"{severity}{paint('strong', f': {diagnostic.message}')}"]
    sources = _by_source(diagnostic)
    width = max(len(str(label.span.line)) for labels in sources.values() for label in labels)
    blank = " " * width
    for source, labels in sources.items():
        first = diagnostic.span if source is diagnostic.span.source else labels[0].span
        arrow = "-->" if source is diagnostic.span.source else ":::"
        lines.append(f"{blank}{paint('gutter', arrow)} {_where(first)}")
        lines.append(f"{blank} {paint('gutter', '|')}")
        lines += _excerpts(source, labels, diagnostic, width, paint)
    if diagnostic.help:
        first_line, *more = diagnostic.help.split("\n")
        mark = paint("gutter", "=")
        lines.append(f"{blank} {mark} {paint('strong', 'help')}: {first_line}")
        lines += [f"{blank}         {line}" for line in more]
    return "\n".join(lines) + "\n"


def _by_source(diagnostic: Diagnostic) -> dict[Source, list[Label]]:
    """The primary place and the related ones, the source of the primary first."""
    found: dict[Source, list[Label]] = {}
    for label in (Label(diagnostic.span, diagnostic.label), *diagnostic.labels):
        found.setdefault(label.span.source, []).append(label)
    return found


def _excerpts(
    source: Source, labels: list[Label], diagnostic: Diagnostic, width: int, paint: _Paint
) -> list[str]:
    """The lines the labels stand on, in their order, each with its marks."""
    by_line: dict[int, list[Mark]] = {}
    for label in labels:
        line, column = source.position(label.span.start)
        primary = label.span is diagnostic.span
        length = max(1, min(label.span.end, _line_end(source, line)) - label.span.start)
        mark = Mark(column - 1, column - 1 + length, label.text, primary=primary)
        by_line.setdefault(line, []).append(mark)
    lines: list[str] = []
    last = 0
    bar = paint("gutter", "|")
    for number, marks in sorted(by_line.items()):
        if last and number == last + 2:
            between = Excerpt(source.line(last + 1), []).shown
            lines.append(f"{paint('gutter', str(last + 1).rjust(width))} {bar} {between}".rstrip())
        elif last and number > last + 1:
            lines.append(paint("gutter", "..."))
        last = number
        excerpt = Excerpt(source.line(number), marks)
        shown = f"{paint('gutter', str(number).rjust(width))} {bar} {excerpt.shown}"
        lines.append(shown.rstrip())
        styles = {True: diagnostic.severity, False: "gutter"}
        for row in excerpt.rows():
            text = "".join(paint(styles[primary], piece) for piece, primary in row)
            lines.append(f"{' ' * width} {bar} {text}")
    return lines


def _line_end(source: Source, line: int) -> int:
    """The offset where the text of a line ends."""
    text = source.line(line)
    start = source.start_of(line)
    return start + len(text)
