"""`Advanced@stuffing`: what stands between the ends of a message is coded."""

from __future__ import annotations

from collections.abc import Sequence

from protoc.compiler.importers.dataminer import nodes, types
from protoc.compiler.importers.dataminer.connections import Stuffing
from protoc.compiler.importers.dataminer.params import Param
from protoc.dsl import tree

Elements = list[tuple[tree.Element, ...]]


def fits(stuffing: Stuffing, params: Sequence[Param]) -> bool:
    """Whether a message can be written with a coding between its ends."""
    single = len(stuffing.marker) == len(stuffing.escape) == 1 and not stuffing.allowed
    plain = not any(param.kind in ("length", "crc") for param in params)
    return single and plain and _inside(stuffing, params) is not None


def stuffed(stuffing: Stuffing, params: Sequence[Param], elements: Elements) -> Elements:
    """The elements of a message with the coding around those that it counts for."""
    inside = _inside(stuffing, params)
    assert inside is not None
    start, end = inside
    inner = tuple(element for each in elements[start:end] for element in each)
    if not inner:
        return elements
    span = stuffing.span
    mark, escape = (tree.Number(b[0], f"0x{b[0]:02X}", span=span) for b in _bytes(stuffing))
    if stuffing.marker == stuffing.escape:
        coding = nodes.call("double", span, mark)
    else:
        change = tree.Substitution(mark, mark, span=span)
        coding = nodes.call("escape", span, escape, change)
    block = tree.Coded((coding,), tree.Block(inner, span=span), span=span)
    return [*elements[:start], (block,), *elements[end:]]


def _bytes(stuffing: Stuffing) -> tuple[bytes, bytes]:
    return stuffing.marker, stuffing.escape


def _inside(stuffing: Stuffing, params: Sequence[Param]) -> tuple[int, int] | None:
    """The positions between the bytes at either end that are left as they are.

    None where those bytes do not end with a param.
    """
    front = _count(params, stuffing.skip[0])
    back = _count(params[::-1], stuffing.skip[1])
    if front is None or back is None or front + back > len(params):
        return None
    return front, len(params) - back


def _count(params: Sequence[Param], size: int) -> int | None:
    """How many params have so many bytes together."""
    found = 0
    while size > 0 and found < len(params):
        own = types.fixed_size(params[found])
        if own is None:
            return None
        size -= own
        found += 1
    return found if size == 0 else None
