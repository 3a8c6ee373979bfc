"""Declarations as text."""

from __future__ import annotations

from protoc.dsl import tree
from protoc.dsl.printing.conversation import Conversation, numbered
from protoc.dsl.printing.expressions import constant, constants, expression
from protoc.dsl.printing.lines import Lines, Part, assemble, spaced

_Assembled = (
    tree.Protocol
    | tree.Use
    | tree.Setting
    | tree.Enum
    | tree.Param
    | tree.Link
    | tree.Framing
    | tree.Layout
    | tree.Group
    | tree.Timer
    | tree.Trigger
    | tree.Join
    | tree.Hook
    | tree.Example
)


class Declarations(Conversation):
    """Everything that stands at the margin."""

    def declaration(self, node: tree.Declaration, room: int) -> Lines:
        """A declaration."""
        if isinstance(node, tree.Pair):
            return self.pair(node, room)
        return assemble(self._declaration(node, room), room)

    def _declaration(self, node: _Assembled, room: int) -> list[Part]:
        match node:
            case tree.Protocol():
                title = None if node.title is None else expression(node.title)
                return spaced("protocol", node.name.text, title)
            case tree.Use():
                target = node.target
                name = target.text if isinstance(target, tree.Name) else expression(target)
                return ["use ", name]
            case tree.Setting():
                return spaced(node.word, *(name.text for name in node.names))
            case tree.Enum():
                return spaced("enum", node.name.text, self.labels(node.labels, room))
            case tree.Param():
                return self._param(node, room)
            case tree.Link():
                return self._link(node, room)
            case tree.Framing():
                return spaced("framing", self.braces(node.settings, self._setting, room))
            case tree.Layout():
                return self.layout(node, room)
            case tree.Example():
                return self.example(node, room)
            case _:
                return self.spoken(node, room)

    def _param(self, node: tree.Param, room: int) -> list[Part]:
        head = f"param {node.name.text}{numbered(node.id)}"
        return [head] if node.typed is None else [f"{head} : ", *self.typed(node.typed, room)]

    def _link(self, node: tree.Link, room: int) -> list[Part]:
        settings = self.braces(node.settings, self._setting, room) if node.settings else None
        return spaced(
            "link" if node.name is None else f"link {node.name.text} :",
            node.kind.text,
            None if node.role is None else node.role.text,
            None if node.port is None else f":{node.port}",
            None if node.baud is None else str(node.baud),
            node.format,
            settings,
        )

    def _setting(self, node: tree.LinkSetting, room: int) -> Lines:
        word = node.word.text
        if node.target is not None:
            return [f"{word} -> {node.target.text}"]
        if node.alternatives:
            return [f"{word} {' | '.join(map(constants, node.alternatives))}"]
        if word == "frame" and isinstance(node.values[0], tree.Range):
            return [f"frame {_stretch(node.values[0])}"]
        return [f"{word} {', '.join(map(expression, node.values))}".rstrip()]


def _stretch(node: tree.Range) -> str:
    ends = (node.start, node.end)
    return " .. ".join(constant(end) if isinstance(end, tree.Constant) else "" for end in ends)
