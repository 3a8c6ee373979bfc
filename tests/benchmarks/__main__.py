"""Measures everything and writes docs/performance.md."""

import sys
import time
from pathlib import Path

from tests.benchmarks import building, codecs, lines, many, serving, streams
from tests.benchmarks.report import page

PAGE = Path(__file__).parent.parent.parent / "docs" / "performance.md"


def main() -> int:
    started = time.monotonic()
    sections = []
    for part in (codecs, streams, building, lines, many, serving):
        section = part.measure()
        sections.append(section)
        print(section.title)
        for row in section.rows:
            verdict = "" if row.limit is None else "" if row.reached else "NOT REACHED"
            print(f"  {row.what:<66} {row.shown:>9}  {row.target:<16} {verdict} {row.note}")
    PAGE.write_text(page(sections, time.monotonic() - started), "utf-8")
    print(f"written: {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
