"""Lines in any order: `lines LF { "Version: {version:text}"; repeat labels "{index:dec}" }`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.beginnings import beginning
from protoc.compiler.resolve.bodies import body_of
from protoc.compiler.resolve.constants import octets
from protoc.compiler.resolve.structures import Structures
from protoc.dsl import tree

if TYPE_CHECKING:
    from protoc.compiler.resolve.layouts import Builder
    from protoc.compiler.resolve.place import Place

_Line = tree.Template | tree.Field | tree.Bare | tree.Constants | tree.Repeat | tree.Optional


class Lines(Struct, frozen=True):
    """Builds one block of lines."""

    builder: Builder
    statement: tree.Lines

    def build(self, place: Place) -> model.Lines:
        """The lines, each with what ends it."""
        statement = self.statement
        end = model.Constant(
            self.builder.key(), (octets(self.builder.scope, statement.end),), statement.span
        )
        arms = tuple(model.Arm(self._line(line, place)) for line in statement.body.statements)
        lines = model.Lines(
            self.builder.key(), "lines", arms, statement.span, end=end, strict=statement.strict
        )
        for kind in lines.kinds():
            self._tell_apart(kind)
        return lines

    def _tell_apart(self, kind: tuple[model.Element, ...]) -> None:
        first = kind[0]
        repeated = isinstance(first, model.Field) and isinstance(first.wire, model.Items)
        fields = tuple(e for e in model.walk(kind) if isinstance(e, model.Field))
        if not repeated and not beginning(kind, fields, self.builder.scope.enums):
            raise self.builder.scope.fail(
                "E0409",
                "nothing tells this line from others",
                first.span,
                "any line may begin like that",
                help="begin it with a constant, or read every line with `repeat x`",
            )

    def _line(self, line: tree.Element, place: Place) -> tuple[model.Element, ...]:
        """What stands on one line."""
        structures = Structures(self.builder)
        if isinstance(line, tree.Repeat):
            return (structures.repeated_line(replace(line, body=self._ended(line.body)), place),)
        if not isinstance(line, _Line):
            raise self.builder.scope.fail(
                "E0203",
                "this is no line",
                line.span,
                help="write each line as a template, `optional` or `repeat x` in front of it",
            )
        if isinstance(line, tree.Optional):
            several = line.body.statements if isinstance(line.body, tree.Block) else (line.body,)
            return (structures.optional(self._ended(*several), place, line),)
        present = _present(line)
        if present is not line:
            return (structures.optional(self._ended(present), place, line),)
        return structures.row(self._ended(line), place)

    def _ended(self, *lines: tree.Element | tree.Body) -> tree.Block:
        """Lines as a block, each with what ends it."""
        statements: list[tree.Element] = []
        for line in lines:
            own = body_of(line) if isinstance(line, tree.Block | tree.Template) else (line,)
            statements += [*own, tree.Constants((self.statement.end,), span=line.span)]
        return tree.Block(tuple(statements), span=lines[0].span)


def _present(line: tree.Element) -> tree.Element:
    """A line that may be missing, since all its fields have a `?`, as the line it is else."""
    if not isinstance(line, tree.Template):
        return line
    fields = [e for e in line.elements if isinstance(e, tree.Field)]
    if not fields or not all(field.typed.type.optional for field in fields):
        return line
    elements = tuple(_without_mark(e) if isinstance(e, tree.Field) else e for e in line.elements)
    return replace(line, elements=elements)


def _without_mark(field: tree.Field) -> tree.Field:
    type_ = replace(field.typed.type, optional=False)
    return replace(field, typed=replace(field.typed, type=type_))
