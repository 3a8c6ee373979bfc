"""Types, modifiers, bits and labels as text."""

from __future__ import annotations

from protoc.dsl import tree
from protoc.dsl.printing.expressions import arguments, constants, expression
from protoc.dsl.printing.items import Items
from protoc.dsl.printing.lines import Braces, Lines, Part, assemble, spaced

_CONSTANT_WORDS = frozenset(("pad", "except", "until", "sep"))


class Types(Items):
    """The nodes around `Typed`."""

    def typed(self, node: tree.Typed, room: int) -> list[Part]:
        """A type with its modifiers."""
        parts = self.type(node.type, room)
        for modifier in node.modifiers:
            parts += [" ", *self.modifier(modifier, room)]
        return parts

    def type(self, node: tree.NamedType | tree.ListType, room: int) -> list[Part]:
        """A type without them."""
        mark = "?" if node.optional else ""
        if isinstance(node, tree.ListType):
            return ["[", *self.typed(node.item, room), f"]{mark}"]
        parts: list[Part] = [node.name.text]
        if node.size is not None:
            parts.append(f"[{expression(node.size)}]")
        elif node.arguments:
            parts.append(f"({arguments(node.arguments)})")
        if node.bits is not None:
            parts += [" ", self.braces(node.bits, self._bit, room, comma=True)]
        return [*parts, mark]

    def _bit(self, node: tree.Bit, room: int) -> Lines:
        name = node.name.text
        if node.piece is not None:
            name += f"[{_positions(*node.piece)}]"
        parts: list[Part] = [f"{name} @{_positions(node.high, node.low)}"]
        for modifier in node.modifiers:
            parts += [" ", *self.modifier(modifier, room)]
        return assemble(parts, room)

    def labels(self, nodes: tuple[tree.EnumLabel, ...], room: int) -> Braces:
        """Labels in braces."""
        return self.braces(nodes, self._label, room, comma=True)

    def _label(self, node: tree.EnumLabel, room: int) -> Lines:
        name = node.name
        written = name.text if isinstance(name, tree.Name) else expression(name)
        return [f"{written} = {' | '.join(map(expression, node.values))}"]

    def modifier(self, node: tree.Modifier, room: int) -> list[Part]:
        """A word with its operands."""
        if node.word == ".":
            return ["." + expression(node.values[0])]
        if node.word == "range":
            low, high = node.values
            return [f"range {expression(low)}..{expression(high)}"]
        flag = node.flag or None
        name = None if node.name is None else node.name.text
        if node.word in _CONSTANT_WORDS:
            written = constants(v for v in node.values if isinstance(v, tree.Constant))
        else:
            written = ", ".join(map(expression, node.values))
        labels = self.labels(node.labels, room) if _has_labels(node) else None
        return spaced(node.word, flag, name, written, labels)


def _has_labels(node: tree.Modifier) -> bool:
    return bool(node.labels) or (node.word == "as" and node.name is None)


def _positions(high: int, low: int) -> str:
    return str(high) if high == low else f"{high}..{low}"
