"""Encoding what is coded on the wire: put together as it is, then coded in one piece."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.backend.code import Call
from protoc.compiler.backend.decode_coded import is_found_by_coding
from protoc.compiler.backend.encode_values import ends_by_target
from protoc.compiler.backend.expressions import named
from protoc.compiler.backend.places import Place
from protoc.compiler.backend.plan import asks, least_size, steps
from protoc.compiler.resolve.coded import is_clear

if TYPE_CHECKING:
    from protoc.compiler.backend.encode import Encoder


class CodedBlocks(Struct):
    """Writes the coded blocks of one encoder."""

    encoder: Encoder

    def early(self, coded: model.Coded) -> None:
        """The coded bytes in a variable, so that lengths in front can count them."""
        encoder = self.encoder
        row = steps(coded.elements)
        measures = _measures(coded, encoder.message)
        for field in _asked(coded, encoder.message):
            if field not in measures:
                encoder.derived(field)
        name = encoder.fresh("plain")
        with encoder.apart(name):
            encoder.ready(row, Place(0))
            encoder.opened_up.add(coded.key)
            for field in measures:
                encoder.derived(field)
            encoder.lengths(row)
            encoder.agreed(coded.elements)
            for step in row:
                encoder.emit(step)
            plain = encoder.whole()
        if any(plain.coded == coded.key for plain in _plains(encoder.message)):
            encoder.plains[coded.key] = name
            if str(plain) != name:
                encoder.lines.add(f"{name} = ", plain)
                plain = name
        variable = encoder.raws[coded.key]
        coding = encoder.context.codings(coded.codings)
        encoder.lines.add(f"{variable} = ", Call(f"{coding}.encode", (plain,)))
        if is_filled(coded, encoder.message):
            with encoder.lines.block(f"if not {variable}:"):
                encoder.refuse("", "at least one coded byte", "self")
        size = coded.size
        if isinstance(size, model.UntilNext) and not _is_safe(coded, size):
            encoder.kept_out(variable, "", "self", ends_by_target(size), size.between)


def _asked(coded: model.Coded, message: model.Message | model.Record) -> list[model.Field]:
    """The derived values outside of a block that something in it follows from."""
    inside = model.walk(coded.elements)
    names: set[str] = set()
    for element in inside:
        expressions = asks(element)
        if isinstance(element, model.Field) and isinstance(element.origin, model.Derived):
            expressions.append(element.origin.expression)
        names |= {name for expression in expressions for name in named(expression)}
    derived = [f for f in message.fields() if isinstance(f.origin, model.Derived)]
    return [field for field in derived if field.key in names and field not in inside]


def _measures(coded: model.Coded, message: model.Message | model.Record) -> list[model.Field]:
    """The lengths outside of a block of the plain bytes in it."""
    return [
        field
        for field in message.fields()
        if isinstance(field.origin, model.Derived)
        and not model.checksums(field.origin.expression)
        and any(plain.coded == coded.key for plain in model.plains(field.origin.expression))
    ]


def is_filled(coded: model.Coded, message: model.Message | model.Record) -> bool:
    """Whether a block that may hold nothing must hold something.

    Its end would be taken for one of those that may stand in front of it.
    """
    if least_size(coded.elements):
        return False
    rows = [message.elements, *(row for e in message.walk() for row in model.parts(e))]
    pairs = [pair for row in rows for pair in pairwise(row)]
    return any(isinstance(a, model.Filler) and b.key == coded.key for a, b in pairs)


def _plains(message: model.Message | model.Record) -> list[model.Plain]:
    """Every run of plain bytes that a check of the message covers."""
    return [
        plain
        for field in message.fields()
        if isinstance(field.origin, model.Derived)
        for plain in model.plains(field.origin.expression)
    ]


def _is_safe(coded: model.Coded, size: model.UntilNext) -> bool:
    """Whether the constant that ends coded bytes is never found too early."""
    if isinstance(coded.codings[0], model.Escape):
        return is_found_by_coding(coded)
    return is_clear(coded.codings[0], size.targets)
