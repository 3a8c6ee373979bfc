"""Types, modifiers, bits and labels."""

from __future__ import annotations

from msgspec.structs import replace

from protoc.dsl.building.base import Child, Part, is_token, value_of
from protoc.dsl.building.expressions import Expressions
from protoc.dsl.tree import (
    Bit,
    EnumLabel,
    ListType,
    Modifier,
    NamedType,
    Number,
    Parameter,
    Typed,
)


class Types(Expressions):
    """The rules from `typed` to `repetition`."""

    def typed(self, children: list[Child]) -> Typed:
        head, *modifiers = children
        return Typed(type=head, modifiers=tuple(modifiers), span=self.span(children))

    def of_type(self, children: list[Child]) -> Typed:
        typed: Typed = children[0]
        return typed

    def type(self, children: list[Child]) -> NamedType:
        name, dimension, bits, question = children
        sized = isinstance(dimension, Part) and isinstance(dimension.value, list)
        return NamedType(
            name=self.name(name),
            size=dimension.value[0] if sized else None,
            arguments=() if sized else value_of(dimension),
            bits=value_of(bits, None),
            optional=question is not None,
            span=self.span(children),
        )

    def list_type(self, children: list[Child]) -> ListType:
        _, item, _, question = children
        return ListType(item=item, optional=question is not None, span=self.span(children))

    def size(self, children: list[Child]) -> Part:
        return self.part([children[1]], children)

    # ------------------------------------------------------------------ bits and labels

    def bits(self, children: list[Child]) -> Part:
        return self.part(self.attached(children, Bit), children)

    def bit(self, children: list[Child]) -> Bit:
        name, piece, positions, *modifiers = children
        high, low = positions.value
        return Bit(
            name=self.name(name),
            piece=value_of(piece, None),
            high=high,
            low=low,
            modifiers=tuple(modifiers),
            span=self.span(children),
        )

    def piece(self, children: list[Child]) -> Part:
        part: Part = children[0]
        return part

    def positions(self, children: list[Child]) -> Part:
        high, low = children
        first = self.whole(high)
        return self.part((first, first if low is None else self.whole(low)), children)

    def labels(self, children: list[Child]) -> Part:
        return self.part(self.attached(children, EnumLabel), children)

    def label(self, children: list[Child]) -> EnumLabel:
        name, *values = children
        first = self.string([name]) if name.type == "STRING" else self.name(name)
        return EnumLabel(name=first, values=tuple(values), span=self.span(children))

    # ------------------------------------------------------------------ modifiers

    def modifier(self, children: list[Child]) -> Modifier:
        """A word with its operands; each kind of child has one possible meaning."""
        word, *rest = children
        made = Modifier(word=str(word), span=self.span(children))
        if word.type == "DECIMALS":
            return replace(made, word=".", values=(self._decimals(word),))
        for child in rest:
            if is_token(child, "NAME"):
                made = replace(made, name=self.name(child))
            elif is_token(child, "LEFT", "LAST", "END"):
                made = replace(made, flag=str(child))
            elif is_token(child, "STRING"):
                made = replace(made, values=(self.string([child]),))
            elif isinstance(child, Part):
                made = replace(made, labels=child.value)
            elif child is not None:
                made = replace(made, values=(*made.values, child))
        return made

    repetition = modifier

    def _decimals(self, token: Child) -> Number:
        """The number in `.1`."""
        start, end = token.start_pos, token.end_pos
        if len(token) > 3:
            self.error("E0107", "nobody writes that many decimals", start, end)
            return Number(value=0, text="0", span=self.place(start, end))
        return Number(value=int(token[1:]), text=token[1:], span=self.place(start + 1, end))

    # ------------------------------------------------------------------ parameters

    def parameters(self, children: list[Child]) -> Part | None:
        if not children:
            return None
        *parameters, close = children
        start = parameters[0].span.start if parameters else close.start_pos
        return Part(tuple(parameters), start, close.end_pos)

    def plain_parameter(self, children: list[Child]) -> Parameter:
        name, default = children
        return Parameter(name=self.name(name), default=default, span=self.span(children))

    def typed_parameter(self, children: list[Child]) -> Parameter:
        name, typed = children
        return Parameter(name=self.name(name), typed=typed, span=self.span(children))
