"""Where the statements of a layout stand, and what is known there."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct, field

from protoc.compiler import model
from protoc.compiler.resolve.bits import Pieces
from protoc.compiler.resolve.lets import Way
from protoc.compiler.resolve.names import Names
from protoc.dsl import tree


class Place(Struct):
    """Where statements stand.

    Attributes:
        fixed: what the frame's call gives for its fields.
        filling: builds the elements that fill the hole; None for raw bytes.
        trail: names of the layouts around, to find one that stands inside itself.
        block: keys of the elements of this layout so far; ranges do not leave it.
        names: what expressions may name here.
        pieces: values made of bits, some of which may be still to come.
        ways: what tells that a message has what stands here.
        wrapper: name of the wrapper of a link, whose derived fields leave their names to others.
    """

    fixed: dict[str, tree.Expression]
    filling: Callable[[Names], tuple[model.Element, ...]] | None
    trail: tuple[str, ...]
    block: list[str] = field(default_factory=list)
    names: Names = field(default_factory=Names)
    pieces: Pieces = field(default_factory=Pieces)
    ways: tuple[Way, ...] = ()
    wrapper: str = ""
