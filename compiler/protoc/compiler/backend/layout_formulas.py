"""What a layout computes from the values in front: sizes, conditions, lengths and checks."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.backend.code import (
    Call,
    Code,
    Function,
    chained,
    keyed,
    octets,
    text,
)
from protoc.compiler.backend.context import Context
from protoc.compiler.backend.expressions import Writer, misplaced
from protoc.compiler.backend.places import bits_called, known, members_of

Naming = Callable[[model.Own], str]
"""Writes a name in an expression."""


class Formulas(Struct):
    """Writes functions of the raw values of one message."""

    message: model.Message | model.Record
    context: Context

    def function(self, name: str, expression: model.Expression) -> Code:
        """`name=lambda m: …`, which can be broken where it is a single call."""
        return keyed(name, self.lambda_(expression))

    def lambda_(
        self,
        expression: model.Expression,
        own: Naming | None = None,
        previous: Callable[[model.Previous], str] | None = None,
    ) -> Code:
        """`lambda m: …` over raw values."""
        head = "lambda m: "
        if isinstance(expression, model.Length):
            return Call(f"{head}len", (self._measured(expression),))
        if isinstance(expression, model.Checksum):
            call = self._check(expression)
            return Call(f"{head}{call.head}", call.arguments)
        writer = Writer(
            own=own or self.own,
            joined=lambda e: f"m[{text(e.name)}]",
            told=lambda e: f"m.told[{text(e.name)}]",
            previous=previous or misplaced,
            count=lambda e: f"m.count({known(e.key)})",
            present=lambda e: f"m.present({text(e.name)})",
            function=self.context.function,
            length=lambda e: f"len({self._measured(e)})",
            checksum=lambda e: str(self._check(e)),
            replace=lambda: "wire.replaced",
            link="m.link",
        )
        if isinstance(expression, model.Replaced):
            return Call(f"{head}wire.replaced", writer.arguments(expression))
        return Function(head, writer.rows(expression), writer.finer(expression))

    def own(self, own: model.Own) -> str:
        """The raw value of a field, or of bits in it."""
        if bits := bits_called(own, self.message, lambda key: f"m[{known(key)}]"):
            return bits
        field = next(f for f in self.message.fields() if f.key == own.path[0])
        return f"m[{known(field.key)}]{members_of(own, field)}"

    def _check(self, check: model.Checksum) -> Call:
        """The call that computes a check."""
        data: list[Code] = [self._piece(piece) for piece in check.data]
        # a single one can be broken by itself
        covered = data[0] if len(data) == 1 else chained([str(piece) for piece in data])
        if isinstance(check.algorithm, model.Crc):
            return Call(self.context.crc(check.algorithm), (covered,))
        if isinstance(check.algorithm, model.Fletcher):
            modulus = str(check.algorithm.modulus)
            return Call(f"wire.{check.algorithm.name}", (covered, modulus))
        name = "sum" if check.algorithm == "sum" else f"wire.{check.algorithm}"
        if check.words is None:
            return Call(name, (covered,))
        words = (covered, str(check.words.size), text(check.words.form))
        return Call(name, (Call("wire.words", words),))

    def _measured(self, length: model.Length) -> Code:
        """The bytes that are counted."""
        if length.coded:
            return self._piece(model.Plain(length.extent, length.coded))
        return self._octets(length.extent)

    def _piece(self, piece: model.Octets) -> Code:
        if isinstance(piece, model.Extent):
            return self._octets(piece)
        if isinstance(piece, model.Plain):
            call = self._octets(piece.extent)
            assert isinstance(call, Call)
            return Call(f"m.inner[{known(piece.coded)}].bytes", call.arguments)
        if isinstance(piece, model.Added):
            return Call("wire.added", (self._piece(piece.data), str(piece.number)))
        if isinstance(piece, model.Said):
            return Call("m.said", (text(piece.name),))
        assert isinstance(piece.value, bytes)
        return octets(piece.value)

    def _octets(self, extent: model.Extent) -> Code:
        first = extent.first not in _at_start(self.message.elements) or extent.last == extent.first
        arguments: list[Code] = [known(extent.first)] if first else []
        if extent.until is not None:
            arguments.append(keyed("before", known(extent.until)))
        elif extent.last is not None and extent.last != extent.first:
            last = known(extent.last)
            arguments.append(last if first else keyed("last", last))
        return Call("m.bytes", tuple(arguments))

    def measured(self) -> set[str]:
        """Keys that extents name."""
        found: set[str] = set()
        start = _at_start(self.message.elements)
        for field in self.message.fields():
            if isinstance(field.origin, model.Derived):
                plains = model.plains(field.origin.expression)
                found |= {plain.coded for plain in plains}
                inside = [plain.extent for plain in plains]
                for extent in (*model.extents(field.origin.expression), *inside):
                    found |= {k for k in (extent.last, extent.until) if k is not None}
                    if extent.first not in start or extent.last == extent.first:
                        found.add(extent.first)
        return found


def _at_start(elements: tuple[model.Element, ...]) -> set[str]:
    """Keys of what begins where the message begins."""
    found: set[str] = set()
    while elements:
        first = elements[0]
        found.add(first.key)
        elements = first.elements if isinstance(first, model.Region) else ()
    return found
