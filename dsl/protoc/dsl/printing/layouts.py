"""Messages and what stands in them as text."""

from __future__ import annotations

from protoc.dsl import tree
from protoc.dsl.printing.expressions import arguments, call, constant, constants, expression
from protoc.dsl.printing.lines import Braces, Lines, Part, assemble, spaced
from protoc.dsl.printing.types import Types

_Short = tree.Field | tree.Bare | tree.Constants | tree.Template | tree.Let | tree.Skip
_SHORT = (tree.Field, tree.Bare, tree.Constants, tree.Template, tree.Let, tree.Skip)


class Layouts(Types):
    """Layouts and their elements."""

    def layout(self, node: tree.Layout, room: int) -> list[Part]:
        """A message, command, response or event."""
        head = f"{node.kind} {node.name.text}"
        if node.id is not None:
            head += f" id {node.id}" + (" " if node.parameters else "")
        parts: list[Part] = [head, *self.parameters(node.parameters, room)]
        if node.frames:
            parts.append(f" in {' | '.join(map(call, node.frames))}")
        if node.links:
            parts.append(f" on {', '.join(link.text for link in node.links)}")
        if node.body is not None:
            parts += [" ", self.body(node.body, room)]
        return parts

    def parameters(self, nodes: tuple[tree.Parameter, ...], room: int) -> list[Part]:
        """Parameters in parentheses, or nothing."""
        parts: list[Part] = []
        for node in nodes:
            parts.append(", " if parts else "(")
            parts.append(node.name.text)
            if node.typed is not None:
                parts += [" : ", *self.typed(node.typed, room)]
            elif node.default is not None:
                parts.append(f"={expression(node.default)}")
        return [*parts, ")"] if parts else []

    def body(self, node: tree.Body, room: int) -> Part:
        """A block or a template."""
        return self.block(node, room) if isinstance(node, tree.Block) else template(node)

    def block(self, node: tree.Block, room: int) -> Braces:
        """Statements in braces."""
        return self.braces(node.statements, self.element, room, closing=node.closing)

    def element(self, node: tree.Element, room: int) -> Lines:
        """A statement of a layout."""
        return assemble(self._element(node, room), room)

    def _element(self, node: tree.Element, room: int) -> list[Part]:
        if isinstance(node, _SHORT):
            return self._short(node, room)
        match node:
            case tree.If():
                return self._if(node, room)
            case tree.Match():
                arms = self.braces(node.arms, self._arm, room)
                return spaced(f"match {expression(node.subject)}", arms)
            case tree.Repeat():
                return self._repeat(node, room)
            case tree.Optional():
                return spaced("optional", self.body(node.body, room))
            case tree.Either():
                return self._either(node, room)
            case tree.Coded():
                codings = ", ".join(map(call, node.codings))
                return spaced(f"coded {codings}", self.block(node.body, room))
            case tree.Lines():
                strict = "strict" if node.strict else None
                end = constants(node.end)
                return spaced("lines", end, strict, self.block(node.body, room))

    def _short(self, node: _Short, room: int) -> list[Part]:
        """A statement that holds no others, or hardly ever."""
        match node:
            case tree.Field():
                return self._field(node, room)
            case tree.Bare():
                given = f"({arguments(node.arguments)})" if node.arguments else ""
                return [f"{node.name.text}{given}{'?' if node.optional else ''}"]
            case tree.Constants():
                alternatives = (constants(each, braces=True) for each in node.alternatives)
                return [" | ".join(alternatives)]
            case tree.Template():
                return [template(node)]
            case tree.Let():
                return [f"let {node.name.text} = {expression(node.value)}"]
            case tree.Skip():
                most = None if node.most is None else f"max {node.most}"
                send = None if node.send is None else f"send {node.send}"
                return spaced("skip", constant(node.filler), most, send)

    def _field(self, node: tree.Field, room: int) -> list[Part]:
        parts: list[Part] = [f"{node.name.text} : ", *self.typed(node.typed, room)]
        if isinstance(node.also, tree.Block):
            parts += [" also ", self.block(node.also, room)]
        elif node.also is not None:
            parts.append(f" also {call(node.also)}")
        return parts

    def _if(self, node: tree.If, room: int) -> list[Part]:
        parts = spaced(f"if {expression(node.condition)}", self.block(node.then, room))
        if node.otherwise is None:
            return parts
        if (following := _else_if(node.otherwise)) is not None:
            return [*parts, " else ", *self._if(following, room)]
        return [*parts, " else ", self.block(node.otherwise, room)]

    def _arm(self, node: tree.Arm, room: int) -> Lines:
        values = ", ".join(map(expression, node.values)) or "_"
        statements = node.body.statements
        if len(statements) == 1 and isinstance(statements[0], _SHORT) and _plain(node.body):
            lines = assemble([f"{values} => ", *self._element(statements[0], room)], room)
            if len(lines) == 1:
                return lines
        return assemble([f"{values} => ", self.block(node.body, room)], room)

    def _repeat(self, node: tree.Repeat, room: int) -> list[Part]:
        parts: list[Part] = [f"repeat {node.name.text}"]
        for modifier in node.how:
            parts += [" ", *self.modifier(modifier, room)]
        return [*parts, " ", self.body(node.body, room)]

    def _either(self, node: tree.Either, room: int) -> list[Part]:
        first, *rest = node.alternatives
        parts = spaced("either", self.body(first, room))
        for other in rest:
            parts += [" or ", self.body(other, room)]
        return parts


def template(node: tree.Template) -> str:
    """A template as it was written."""
    return f"{node.quote}{node.text}{node.quote}"


def _plain(block: tree.Block) -> bool:
    """Whether nothing is said about what is in the block."""
    noted = any(s.doc or any(s.trivia.above) or s.trivia.behind for s in block.statements)
    return not noted and not block.closing


def _else_if(block: tree.Block) -> tree.If | None:
    """The `if` that is all a block holds."""
    if len(block.statements) == 1 and _plain(block):
        (only,) = block.statements
        return only if isinstance(only, tree.If) else None
    return None
