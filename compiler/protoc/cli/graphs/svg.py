"""Drawings as SVG, without anything a browser has to fetch."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import pairwise
from xml.sax.saxutils import escape as escaped

from protoc.cli.graphs.flow import Arrow, Box, Flow
from protoc.cli.graphs.layers import Placed, Size, place

Point = tuple[float, float]

_CHARACTER = 6.7  # width of a character of the font, on average
_LINE = 16.0
_PADDING = 10.0
_MARGIN = 16.0
_APART = 18.0
_TITLE = 34.0
_BETWEEN = 56.0
_WIDEST = 60  # characters of a line in a box
_PORT = 13.0  # between two arrows that leave a box

_TIP = (
    '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
    'orient="auto"><path d="M0 0L8 4L0 8z" fill="#7b8794"/></marker>'
)
_STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #1c2430; }
  .title { font-weight: 600; font-size: 15px; }
  .name { font-weight: 600; }
  .kind { fill: #6a7583; font-weight: 400; }
  .words { fill: #44505e; }
  .way { fill: none; stroke: #7b8794; stroke-width: 1.2; marker-end: url(#tip); }
  .otherwise { stroke-dasharray: 5 4; }
  .label { font-size: 10.5px; fill: #56616e; paint-order: stroke; stroke: #fff; stroke-width: 3px; }
  rect { stroke: #9aa5b1; fill: #f6f8fa; }
  .event rect, .timer rect { fill: #fff4d6; stroke: #d1a53a; }
  .trigger rect { fill: #e7f0ff; stroke: #6f94d6; }
  .group rect, .pair rect { fill: #e6f5ea; stroke: #6cae7e; }
  .message rect, .param rect { fill: #f3ecfb; stroke: #a58acb; }
  .hook rect, .link rect { fill: #fdebe7; stroke: #d68a76; }
"""


def svg(flow: Flow, title: str) -> str:
    """A drawing as a document; every box says where the description has it."""
    return _Drawing(flow, title).document()


class _Drawing:
    def __init__(self, flow: Flow, title: str) -> None:
        self.title = title
        self.arrows = _bundled(flow)
        leaving = Counter(arrow.source for arrow in self.arrows)
        self.sizes = {box: _size(box, leaving[box]) for box in flow.boxes}
        between = _BETWEEN + max((_wide(arrow.words) for arrow in self.arrows), default=0.0)
        ends = [(arrow.source, arrow.target) for arrow in self.arrows]
        self.placed: Placed[Box] = place(self.sizes, ends, apart=_APART, between=between)
        self.ports = self._ports()

    def document(self) -> str:
        """All of it."""
        width = max(self.placed.size.width, _wide(self.title) * 1.3) + 2 * _MARGIN
        height = self.placed.size.height + 2 * _MARGIN + _TITLE
        extent = f'width="{width:.0f}" height="{height:.0f}"'
        view = f"0 0 {width:.0f} {height:.0f}"
        title = escape(self.title)
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" {extent} viewBox="{view}" role="img">',
            f"<title>{title}</title>",
            f"<style>{_STYLE}</style>",
            f"<defs>{_TIP}</defs>",
            f'<rect {extent} style="fill:#fff;stroke:none"/>',
            f'<text class="title" x="{_MARGIN}" y="{_MARGIN + 12}">{title}</text>',
            f'<g transform="translate({_MARGIN} {_MARGIN + _TITLE})">',
        ]
        lines += [self._way(arrow) for arrow in self.arrows]
        lines += [_drawn(box, self.placed.middles[box], size) for box, size in self.sizes.items()]
        lines += [self._label(arrow) for arrow in self.arrows if arrow.words]
        return "\n".join((*lines, "</g>", "</svg>", ""))

    def _ports(self) -> dict[Arrow, float]:
        """How far from the middle of its box each arrow leaves it: in the order of their ways."""
        found: dict[Arrow, float] = {}
        by_source: dict[Box, list[Arrow]] = defaultdict(list)
        for arrow in self.arrows:
            by_source[arrow.source].append(arrow)
        for arrows in by_source.values():
            arrows.sort(key=lambda arrow: self._next(arrow)[1])
            for number, arrow in enumerate(arrows):
                found[arrow] = (number - (len(arrows) - 1) / 2) * _PORT
        return found

    def _next(self, arrow: Arrow) -> Point:
        """The first point an arrow comes to."""
        ways = self.placed.ways.get((arrow.source, arrow.target))
        return ways[0] if ways else self.placed.middles[arrow.target]

    def _points(self, arrow: Arrow) -> list[Point]:
        """The points an arrow passes, from the side of one box to the side of the other."""
        start, end = self.placed.middles[arrow.source], self.placed.middles[arrow.target]
        at = start[1] + self.ports[arrow]
        if arrow.source is arrow.target:
            half = self.sizes[arrow.source]
            right, top = start[0] + half.width / 2, start[1] - half.height / 2
            return [(right, at), (right + 18, top - 8), (start[0], top)]
        side = 1 if start[0] <= end[0] else -1
        first = (start[0] + side * self.sizes[arrow.source].width / 2, at)
        last = (end[0] - side * self.sizes[arrow.target].width / 2, end[1])
        return [first, *self.placed.ways[arrow.source, arrow.target], last]

    def _way(self, arrow: Arrow) -> str:
        points = self._points(arrow)
        drawn = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
        for (x, y), (to_x, to_y) in pairwise(points):
            bend = (x + to_x) / 2
            drawn.append(f"C{bend:.1f} {y:.1f} {bend:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}")
        style = "way otherwise" if arrow.otherwise else "way"
        return f'<path class="{style}" d="{"".join(drawn)}"/>'

    def _label(self, arrow: Arrow) -> str:
        """The words of an arrow, where it begins."""
        (x, y), (to_x, _), *_ = self._points(arrow)
        forward = to_x >= x
        anchor = "start" if forward else "end"
        return (
            f'<text class="label" x="{x + (6 if forward else -6):.1f}" y="{y - 2:.1f}" '
            f'text-anchor="{anchor}">{escape(arrow.words)}</text>'
        )


def _bundled(flow: Flow) -> list[Arrow]:
    """One arrow for all that run alike, with the words of each."""
    words: dict[tuple[Box, Box, bool], list[str]] = defaultdict(list)
    for arrow in flow.arrows:
        words[arrow.source, arrow.target, arrow.otherwise].append(arrow.words)
    return [
        Arrow(source, target, ", ".join(filter(None, each)), otherwise)
        for (source, target, otherwise), each in words.items()
    ]


_UNFIT = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape(text: str) -> str:
    """Text as XML takes it; what it cannot hold is shown as a replacement."""
    return escaped(_UNFIT.sub("\ufffd", text))


def _wide(text: str) -> float:
    return len(text) * _CHARACTER


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def _size(box: Box, leaving: int) -> Size:
    """Room for the words of a box, and for the arrows that leave it."""
    texts = (f"{box.kind} {box.name} ", *box.words)  # the name is bold
    width = max(_wide(_cut(text)) for text in texts) + 2 * _PADDING
    return Size(width, max(len(texts) * _LINE + _PADDING, (leaving + 0.5) * _PORT))


def _drawn(box: Box, middle: Point, size: Size) -> str:
    x, y = middle[0] - size.width / 2, middle[1] - size.height / 2
    left, top = x + _PADDING, y + _LINE
    round_ = min(size.height / 2, 14.0) if box.kind in ("event", "timer") else 4.0
    place = f"<title>line {box.line}</title>" if box.line else ""
    words = "".join(
        f'<text class="words" x="{left:.1f}" y="{top + number * _LINE:.1f}">'
        f"{escape(_cut(line))}</text>"
        for number, line in enumerate(box.words, 1)
    )
    return (
        f'<g class="{box.kind}">{place}<rect x="{x:.1f}" y="{y:.1f}" width="{size.width:.1f}" '
        f'height="{size.height:.1f}" rx="{round_:.1f}"/>'
        f'<text class="name" x="{left:.1f}" y="{top:.1f}"><tspan class="kind">{box.kind}</tspan>'
        f'<tspan dx="4">{escape(_cut(box.name))}</tspan></text>{words}</g>'
    )
