"""The vectors that lie beside the project: frames of real devices and what they mean.

A file for each protocol, a list of objects: `direction`, `hex`, `message` and `fields`; `corrupt`
ones deliver nothing, `garbage` ones what `expect` says. Only fields that are listed count.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from protoc.compiler import library
from protoc.compiler.loading import load_module
from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source
from protoc.runtime import Message, Protocol
from protoc.runtime.found import Found
from protoc.runtime.framing import Framer
from protoc.runtime.playing import Good, Received, Sent
from protoc.runtime.values import fields_of, from_plain

FOLDER = Path(__file__).parent.parent.parent.parent / "shared" / "corpus" / "devices"


class Vector(NamedTuple):
    """A frame of a device; `said` is everything the file says of it."""

    device: str
    said: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.device}-{self.said['name']}"

    @property
    def data(self) -> bytes:
        return bytes.fromhex(self.said["hex"])

    @property
    def link(self) -> str:
        return str(self.said.get("link", ""))

    @property
    def kind(self) -> str:
        """`corrupt`, `garbage` or `good`."""
        return next((kind for kind in ("corrupt", "garbage") if self.said.get(kind)), "good")

    def frame(self) -> Good:
        """It as a line of an example, with the candidates of its direction."""
        name = self.said["message"] or ""
        if self.said["direction"] == "to_device":
            return Sent(self.data, name, self.said["fields"], self.link)
        after = self.said.get("needs_request", "")
        return Received(self.data, name, self.said["fields"], self.link, after=after)

    def found(self) -> list[Found]:
        """What the framer of the description says."""
        protocol = described(self.device)
        link = next((each for each in protocol.links if each.name == self.link), protocol.links[0])
        framer = Framer(self.frame().candidates(protocol), link.name, link.largest)
        return [*framer.feed(self.data), *framer.end()]


def vectors(kind: str) -> list[Vector]:
    """All vectors of a kind, in the order of the files."""
    every = (
        Vector(path.stem, said)
        for path in sorted(FOLDER.glob("*.json"))
        for said in json.loads(path.read_text("utf-8"))
        if path.stem in library.entries()
    )
    return [vector for vector in every if vector.kind == kind]


@cache
def described(entry: str) -> Protocol:
    """The protocol of an entry of the library."""
    source = Source(f"{entry}.proto", library.text(entry))
    protocol: Protocol = load_module(compile_source(source)).PROTOCOL
    return protocol


def built(vector: Vector) -> Message:
    """The message of a vector, made from its fields."""
    messages = {each.NAME: each for each in described(vector.device).messages}
    cls = messages[vector.said["message"]]
    types = {field.name: field for field in fields_of(cls)}
    given = {
        types[name].attribute: from_plain(value, types[name].type)
        for name, value in vector.said["fields"].items()
    }
    return cls(**given)


def holds(pattern: Any, value: Any) -> bool:
    """Whether what is listed is there; numbers as near as eight digits are."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            name in value and holds(each, value[name]) for name, each in pattern.items()
        )
    if isinstance(pattern, list):
        return (
            isinstance(value, list)
            and len(pattern) == len(value)
            and all(map(holds, pattern, value))
        )
    if isinstance(pattern, float) and isinstance(value, int | float):
        return math.isclose(pattern, value, rel_tol=1e-8, abs_tol=1e-12)
    return type(pattern) is type(value) and bool(pattern == value)
