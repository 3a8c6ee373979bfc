"""When a response is taken: as soon as it is whole, or only when nothing more can come.

A response on a serial line is taken early when it has a header and a trailer, ends in a trailer or
in one check field behind it, has fields of fixed sizes only, or a length at a place that can be
found. Any other is looked at when its time is up.
"""

from __future__ import annotations

from collections.abc import Sequence

from protoc.compiler.importers.dataminer.params import Param
from protoc.compiler.importers.dataminer.types import fixed_size

OPEN = ("next param", "last next param")


def early(params: Sequence[Param]) -> bool:
    """Whether a response of these params tells by itself where it ends."""
    if not params:
        return True
    kinds = [param.kind for param in params]
    if "header" in kinds and "trailer" in kinds:
        return True
    if kinds[-1] == "trailer" or (kinds[-1] == "crc" and "trailer" in kinds[-2:-1]):
        return True
    if all(fixed_size(param) is not None for param in params):
        return True
    return counted(params) is not None


def counted(params: Sequence[Param]) -> int | None:
    """The position of a length that tells the size of the whole response."""
    for position, param in enumerate(params):
        if param.kind != "length":
            continue
        if fixed_size(param) is not None and _found(params[:position]):
            return position
        if _before_a_trailer(params, position):
            return position
    return None


def _found(before: Sequence[Param]) -> bool:
    """Whether what stands behind these params stands at a place that can be found."""
    for param, following in zip(before, [*before, None][1:], strict=True):
        if fixed_size(param) is not None:
            continue
        closed = following is not None and following.constant
        if param.interprete.sizing not in OPEN or not closed:
            return False
    return True


def _before_a_trailer(params: Sequence[Param], position: int) -> bool:
    """A length of any size between two constants, a trailer, and then the data it counts."""
    param = params[position]
    between = position + 1 < len(params) and params[position + 1].constant
    between = between and (position == 0 or params[position - 1].constant)
    trailer = any(each.kind == "trailer" for each in params[position + 1 : -1])
    return between and trailer and param.interprete.sizing == "next param"
