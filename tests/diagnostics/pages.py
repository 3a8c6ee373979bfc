"""Pages that show what a user sees: prose, a description, and the rendering of what is said of it.

`python -m tests.diagnostics --write` renders all of them anew; whether the outcome is good is for
a reader of the difference to say.
"""

import re
from pathlib import Path

from protoc.compiler.importers import imported
from protoc.compiler.pipeline import compile_source
from protoc.dsl.diagnostics import Diagnostics
from protoc.dsl.renderers import render
from protoc.dsl.source import Source

FOLDER = Path(__file__).parent
SHAPE = re.compile(
    r"(?P<before># (?P<name>[^\n]+)\n\n.+?\n\n```(?:proto|xml)\n(?P<text>.*?)^```\n\n)"
    r"```text\n(?P<shown>.*?)^```\n",
    re.MULTILINE | re.DOTALL,
)


def pages() -> list[Path]:
    return sorted(FOLDER.glob("*.md"))


def parts(page: Path) -> re.Match[str]:
    """A page taken apart: `text` is the description, `shown` what must be said of it."""
    found = SHAPE.fullmatch(page.read_text("utf-8"))
    assert found, f"{page.name}: a heading, prose, the source in ```proto or ```xml, then ```text"
    return found


def rendered(text: str) -> str:
    """What a user sees, byte for byte; of a connector what its import says."""
    if text.startswith("<"):
        diagnostics = Diagnostics()
        imported(Source("protocol.xml", text), diagnostics)
        return render(diagnostics, "full")
    return render(compile_source(Source("device.proto", text)).diagnostics, "full")


def write() -> list[Path]:
    """Render every page anew; those that changed."""
    changed = []
    for page in pages():
        found = parts(page)
        new = f"{found['before']}```text\n{rendered(found['text'])}```\n"
        if new != page.read_text("utf-8"):
            page.write_text(new, "utf-8")
            changed.append(page)
    return changed
