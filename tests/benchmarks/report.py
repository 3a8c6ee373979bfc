"""What was measured, and the page that tells it."""

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

INTRODUCTION = (
    "Written by `make bench` (`python -m tests.benchmarks`), not by hand. Whatever is compared "
    "runs in turns in one process; a ratio is the median of the ratios of the turns."
)


class Row(NamedTuple):
    """A measure: what it came to, and what it was to reach; `limit` is None for a detail.

    `more` says that more is better.
    """

    what: str
    value: float
    unit: str
    limit: float | None = None
    more: bool = False
    note: str = ""

    @property
    def reached(self) -> bool:
        if self.limit is None:
            return True
        return self.value >= self.limit if self.more else self.value <= self.limit

    @property
    def shown(self) -> str:
        digits = 0 if self.value >= 100 else 1 if self.value >= 10 else 2
        return f"{self.value:.{digits}f}{self.unit}"

    @property
    def target(self) -> str:
        if self.limit is None:
            return ""
        return f"{'at least' if self.more else 'at most'} {self.limit:g}{self.unit}"


class Section(NamedTuple):
    title: str
    text: str
    rows: list[Row]


def page(sections: list[Section], took: float) -> str:
    """docs/performance.md."""
    lines = [
        "# Performance",
        "",
        INTRODUCTION,
        "",
        f"{_machine()}; {', '.join(_versions())}. It took {took:.0f} s.",
        "",
        *_missed(sections),
    ]
    for section in sections:
        lines += ["", f"## {section.title}", "", section.text, ""]
        lines += ["| measure | measured | to reach | |", "|---|---|---|---|"]
        lines += [
            f"| {row.what} | {row.shown} | {row.target} | {_verdict(row)} |" for row in section.rows
        ]
    return "\n".join(lines) + "\n"


def _verdict(row: Row) -> str:
    reached = "" if row.limit is None else "reached" if row.reached else "**not reached**"
    return "; ".join(part for part in (reached, row.note) if part)


def _missed(sections: list[Section]) -> list[str]:
    measured = [row for section in sections for row in section.rows if row.limit is not None]
    missed = [row for row in measured if not row.reached]
    if not missed:
        return [f"All {len(measured)} targets were reached."]
    return [
        f"{len(measured) - len(missed)} of {len(measured)} targets were reached. Not reached:",
        "",
        *(f"- {row.what}: {row.shown}, {row.target}" for row in missed),
    ]


def _machine() -> str:
    cpu = platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [n for n in info.read_text("utf-8").splitlines() if n.startswith("model name")]
        cpu = names[0].partition(":")[2].strip() if names else cpu
    return f"{cpu}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"


def _versions() -> list[str]:
    names = ("construct", "msgspec", "fastcrc", "anycrc", "pyserial", "lark", "jinja2")
    return [f"Python {sys.version.split()[0]}", *(f"{name} {version(name)}" for name in names)]
