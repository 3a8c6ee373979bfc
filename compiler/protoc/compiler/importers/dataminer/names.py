"""Names of the language for the objects of a connector."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Mapping
from typing import Protocol, TypeVar

from protoc.compiler.importers.dataminer.connector import Connector

K = TypeVar("K", bound=Hashable)

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake(text: str) -> str:
    """A name in snake_case: letters, digits and `_`; a leading `p_` where it is no identifier."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.split(r"[^A-Za-z0-9]+", _HUMP.sub("_", plain))
    name = "_".join(word.lower() for word in words if word)
    return f"p_{name}" if name[:1].isdigit() else name


class Names:
    """Names by kind and number, each unique within its kind."""

    def __init__(self, connector: Connector) -> None:
        self.protocol = snake(connector.name) or "connector"
        self.params = _params(connector)
        messages = [("command", n, m.name) for n, m in connector.commands.items()]
        messages += [("response", n, m.name) for n, m in connector.responses.items()]
        named = _unique(((kind, n), n, name, kind) for kind, n, name in messages)
        self.commands = {n: name for (kind, n), name in named.items() if kind == "command"}
        self.responses = {n: name for (kind, n), name in named.items() if kind == "response"}
        self.pairs = _each("pair", connector.pairs)
        self.groups = _each("group", connector.groups)
        self.timers = _each("timer", connector.timers)
        self.triggers = _each("trigger", connector.triggers)
        self.hooks = {number: f"qaction_{number}" for number in connector.qactions}
        wired = connector.wired
        self.links = {each.number: "main" if each.number == 0 else "" for each in wired}
        for each in wired:
            taken = set(self.links.values())
            name = snake(each.name) if each.number else "main"
            if each.number and (not name or name in taken):
                name = f"link_{each.number}"
            self.links[each.number] = name


class _Named(Protocol):
    @property
    def name(self) -> str: ...


def _each(kind: str, objects: Mapping[int, _Named]) -> dict[int, str]:
    return _unique((number, number, each.name, kind) for number, each in objects.items())


def _unique(named: Iterable[tuple[K, int, str, str]]) -> dict[K, str]:
    """Names for keys, each with a number, a name and a kind; a second of a name gets its number."""
    found: dict[K, str] = {}
    taken: set[str] = set()
    for key, number, given, kind in named:
        name = snake(given) or f"{kind}_{number}"
        if name in taken:
            name = f"{name}_{number}"
        while name in taken:
            name += "_"
        found[key] = name
        taken.add(name)
    return found


def _params(connector: Connector) -> dict[int, str]:
    """Names of params: of a read and a write param of one name the write one ends in `_write`."""
    plain = {n: snake(p.name) or f"param_{n}" for n, p in connector.params.items()}
    written = ("write", "write bit")
    read = {plain[n] for n, p in connector.params.items() if p.kind not in written}
    named = {
        n: f"{plain[n]}_write" if p.kind in written and plain[n] in read else plain[n]
        for n, p in connector.params.items()
    }
    # a name as it stands goes before one that was made up
    order = sorted(named, key=lambda n: named[n] != plain[n])
    unique = _unique((n, n, named[n], "param") for n in order)
    return {n: unique[n] for n in connector.params}
