"""The descriptions that ship with the program: for `use "library:…"` and `protoc new`."""

from __future__ import annotations

from importlib import resources

_SUFFIX = ".proto"


def entries() -> list[str]:
    """The names of all of them, in alphabetical order."""
    files = resources.files("protoc.grammars").iterdir()
    return sorted(f.name.removesuffix(_SUFFIX) for f in files if f.name.endswith(_SUFFIX))


def text(entry: str) -> str:
    """The description of a name, which is one of `entries`."""
    return resources.files("protoc.grammars").joinpath(entry + _SUFFIX).read_text("utf-8")
