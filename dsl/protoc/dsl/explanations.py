"""The long texts of the diagnostic codes, one file a code."""

from __future__ import annotations

import re
from importlib import resources

_CODE = re.compile(r"[EW]\d{4}")


def explain(code: str) -> str | None:
    """What a code means, why it is a mistake, and how to mend it; None for an unknown code."""
    name = code.strip().upper()
    if not _CODE.fullmatch(name):
        return None
    page = resources.files("protoc.dsl").joinpath("codes", f"{name}.md")
    return page.read_text("utf-8") if page.is_file() else None


def codes() -> list[str]:
    """All codes there are, in order."""
    pages = resources.files("protoc.dsl").joinpath("codes").iterdir()
    names = (page.name.removesuffix(".md") for page in pages if page.name.endswith(".md"))
    return sorted(name for name in names if _CODE.fullmatch(name))
