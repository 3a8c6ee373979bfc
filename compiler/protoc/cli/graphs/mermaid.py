"""Drawings as Mermaid, which many viewers of Markdown draw by themselves."""

from __future__ import annotations

import json

from protoc.cli.graphs.flow import Box, Flow, Kind

_SHAPES: dict[Kind, tuple[str, str]] = {
    "event": ("([", "])"),
    "timer": ("((", "))"),
    "trigger": ("{{", "}}"),
    "group": ("[[", "]]"),
    "pair": ("[", "]"),
    "message": (">", "]"),
    "param": ("[/", "/]"),
    "hook": ("[\\", "\\]"),
    "link": ("[(", ")]"),
}


def mermaid(flow: Flow, title: str) -> str:
    """A drawing as text."""
    numbers = {box: f"n{number}" for number, box in enumerate(flow.boxes, 1)}
    lines = ["---", f"title: {json.dumps(title, ensure_ascii=False)}", "---", "flowchart LR"]
    for box, number in numbers.items():
        opening, closing = _SHAPES[box.kind]
        lines.append(f"    {number}{opening}{_label(box)}{closing}:::{box.kind}")
    for arrow in flow.arrows:
        line = "-.->" if arrow.otherwise else "-->"
        words = f"|{_quoted(arrow.words)}|" if arrow.words else ""
        lines.append(f"    {numbers[arrow.source]} {line}{words} {numbers[arrow.target]}")
    lines += [f"    classDef {kind} stroke-width:1px" for kind in _SHAPES]
    return "\n".join(lines) + "\n"


def _label(box: Box) -> str:
    return _quoted("<br>".join((f"{box.kind} {box.name}", *box.words)))


def _quoted(text: str) -> str:
    """Text as Mermaid takes it: a quote is a character entity."""
    return '"' + text.replace("#", "#35;").replace('"', "#quot;").replace("\n", " ") + '"'
