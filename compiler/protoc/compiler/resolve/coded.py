"""What codings must know of what they code, and what ends it."""

from __future__ import annotations

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.measures import fixed_size
from protoc.compiler.resolve.scope import Scope
from protoc.dsl.diagnostics import Label


def measured(
    coding: model.Coding, plain: int | None, inner: tuple[model.Coding, ...]
) -> model.Coding:
    """A coding that needs to know how many bytes it codes, with their number.

    Args:
        coding: the coding.
        plain: the bytes that stand inside all codings; None when that varies.
        inner: the codings inside this one.
    """
    ratio = model.ratio(inner)
    if not isinstance(coding, model.Truncated) or plain is None or ratio is None:
        return coding
    return replace(coding, size=plain * ratio)


def plain_size(elements: tuple[model.Element, ...]) -> int | None:
    """The bytes that elements in a row always have, lists of a fixed number included."""
    total = 0
    for element in elements:
        size = fixed_size(element)
        if isinstance(element, model.Region):
            size = plain_size(element.elements)
        elif isinstance(element, model.Field) and isinstance(element.wire, model.Items):
            size = _size_of_list(element.wire)
        elif isinstance(element, model.Field) and isinstance(element.wire, model.Nested):
            size = plain_size(element.wire.record.elements) if element.wire.size is None else size
        if size is None:
            return None
        total += size
    return total


def _size_of_list(wire: model.Items) -> int | None:
    """The bytes of a list that always has as many items of one size."""
    item, count = plain_size((wire.item,)), wire.count
    if item is None or not isinstance(count, model.Value) or not isinstance(count.value, int):
        return None
    return count.value * item + max(0, count.value - 1) * len(wire.separator)


def require_clear(scope: Scope, coded: model.Coded, size: model.Size) -> None:
    """Complain about an end that cannot be told from what is coded."""
    coding = coded.codings[0]
    if not isinstance(coding, model.Escape) or not isinstance(size, model.UntilNext):
        return
    codes = {code for _, code in coding.table}
    for target in size.targets:
        for end in _constants(target):
            if end[0] == coding.mark and len(end) > 1 and end[1] in codes:
                raise scope.fail(
                    "E0413",
                    "the end could stand among the coded bytes",
                    target.span,
                    f"0x{end[0]:02X} 0x{end[1]:02X} stands there for a byte",
                    labels=(Label(coded.span, "which begin here"),),
                    help="end with the mark and a byte that it is never followed by",
                )


_CHARACTERS = {
    model.HexDigits: b"0123456789ABCDEFabcdef",
    model.Base64: b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/=",
    model.Cobs: bytes(range(1, 256)),
}
"""What coded bytes can be."""


def is_clear(coding: model.Coding, targets: tuple[model.Constant | model.LinkEnd, ...]) -> bool:
    """Whether none of some constants, nor the beginning of one, can stand among coded bytes."""
    first = {end[0] for target in targets for end in _constants(target)}
    if isinstance(coding, model.Escape):
        return first <= {octet for octet, _ in coding.table}
    return type(coding) in _CHARACTERS and not first & set(_CHARACTERS[type(coding)])


def _constants(target: model.Constant | model.LinkEnd) -> tuple[bytes, ...]:
    """The constants that an element can be, on any link."""
    if isinstance(target, model.Constant):
        return target.alternatives
    return tuple(end for _, ends in target.by_link for end in ends)
