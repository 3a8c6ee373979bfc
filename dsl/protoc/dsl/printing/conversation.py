"""Pairs, groups, timers, triggers, actions, examples as text."""

from __future__ import annotations

from collections.abc import Iterable

from protoc.dsl import tree
from protoc.dsl.printing.expressions import call, constant, constants, duration, expression
from protoc.dsl.printing.layouts import Layouts
from protoc.dsl.printing.lines import INDENT, Braces, Lines, Part, assemble, spaced

_PIECE_VERBS = frozenset(("append", "stuff", "unstuff", "replace"))


class Conversation(Layouts):
    """What is said when, and examples of it."""

    def pair(self, node: tree.Pair, room: int) -> Lines:
        """A pair, on several lines when it is too long for one."""
        steps = [" | ".join(map(_answer, step)) for step in node.steps] or ["none"]
        clauses = [f"pair {node.name.text}{numbered(node.id)} = {call(node.command)}"]
        clauses.append(f"-> {steps[0]}")
        clauses += [f"then {step}" for step in steps[1:]]
        if node.refusals:
            clauses.append(f"else {' | '.join(map(_answer, node.refusals))}")
        for option in _options(node.options):
            if option.startswith("where "):
                clauses.append(option)
            else:
                clauses[-1] += f" {option}"
        line = " ".join(clauses)
        if len(line) <= room:
            return [line]
        return [clauses[0], *(INDENT + clause for clause in clauses[1:])]

    def spoken(
        self, node: tree.Group | tree.Timer | tree.Trigger | tree.Join | tree.Hook, room: int
    ) -> list[Part]:
        """The other declarations of a conversation."""
        match node:
            case tree.Group():
                return self._group(node, room)
            case tree.Timer():
                return [" ".join(_timer(node))]
            case tree.Trigger():
                return self._trigger(node, room)
            case tree.Join():
                first, last = expression(node.first), expression(node.last)
                return [f"join {node.name.text} = {node.path.text} from {first} to {last}"]
            case tree.Hook():
                head = f"hook {node.name.text}{numbered(node.id)}"
                if node.id is not None and node.parameters:
                    head += " "
                behind = [f" {_event(event)}" for event in node.events]
                if node.condition is not None:
                    behind.append(f" {_condition(node.condition)}")
                return [head, *self.parameters(node.parameters, room), *behind]

    def _group(self, node: tree.Group, room: int) -> list[Part]:
        return spaced(
            f"group {node.name.text}{numbered(node.id)}",
            "immediate" if node.immediate else None,
            None if node.link is None else f"on {node.link.text}",
            _condition(node.condition),
            self.actions(node.actions, room),
        )

    def _trigger(self, node: tree.Trigger, room: int) -> list[Part]:
        head = None if node.name is None else f"trigger {node.name.text}{numbered(node.id)}"
        event = None if node.event is None else _event(node.event)
        parts = spaced(head, event, _condition(node.condition), self.actions(node.actions, room))
        if node.otherwise is not None:
            parts += [" else ", self.actions(node.otherwise, room)]
        return parts

    def actions(self, node: tree.Actions, room: int) -> Braces:
        """Actions in braces."""
        return self.braces(node.actions, self._action, room, closing=node.closing)

    def _action(self, node: tree.Action, room: int) -> Lines:
        pieces = node.verb in _PIECE_VERBS
        targets = ", ".join(map(expression, node.targets))
        value = None if node.value is None else _piece(node.value, pieces=pieces)
        if node.verb == "set":
            said = spaced("set", targets, "=", value)
        else:
            operands = (
                f"{word} {', '.join(_piece(v, pieces=pieces) for v in values)}"
                for word, values in node.operands
            )
            verb = " ".join(node.words) if node.verb == "item" else node.verb
            words = () if node.verb == "item" else node.words
            said = spaced(verb or None, targets, value, *words, *operands)
        return assemble(spaced("".join(map(str, said)), _condition(node.condition)), room)

    def example(self, node: tree.Example, room: int) -> list[Part]:
        """An example."""
        return spaced(
            "example",
            None if node.title is None else expression(node.title),
            None if node.link is None else f"on {node.link.text}",
            self.braces(node.frames, self._frame, room, closing=node.closing),
        )

    def _frame(self, node: tree.Frame, room: int) -> Lines:
        words: list[str] = [node.word, node.way] if node.way else [node.word]
        if node.pause is not None:
            words.append(duration(node.pause))
        if node.constants:
            words.append(constants(node.constants))
        if node.message is not None:
            words.append(f"== {expression(node.message)}")
        if node.reason:
            words.append(node.reason)
        return [" ".join(words)]


def numbered(number: int | None) -> str:
    """` id 43`, or nothing."""
    return "" if number is None else f" id {number}"


def _answer(node: tree.Answer) -> str:
    return node.name.text + ("*" if node.many else "")


def _condition(node: tree.Expression | None) -> str | None:
    return None if node is None else f"if {expression(node)}"


def _piece(node: tree.Expression, *, pieces: bool) -> str:
    """An operand; where only a constant or a name can stand, bytes keep their notation."""
    return constant(node) if pieces and isinstance(node, tree.Octets) else expression(node)


def _options(nodes: Iterable[tree.Option]) -> list[str]:
    """Options of a pair; links that follow each other share an `on`."""
    written: list[str] = []
    for node in nodes:
        value = "" if node.value is None else expression(node.value)
        if node.word == "on" and written and written[-1].startswith("on "):
            written[-1] += f", {value}"
        else:
            written.append(f"{node.word} {value}".rstrip())
    return written


def _timer(node: tree.Timer) -> Iterable[str]:
    yield "timer" if node.name is None else f"timer {node.name.text}"
    if node.id is not None:
        yield f"id {node.id}"
    yield f"every {'loop' if node.every is None else duration(node.every)}"
    if node.after is not None:
        low, high = map(duration, node.after)
        yield f"after {low}" if low == high else f"after {low}..{high}"
    if node.stopped:
        yield "stopped"
    yield f"do {', '.join(map(call, node.targets))}"
    if node.gap is not None:
        yield f"gap {duration(node.gap)}"
    if node.condition is not None:
        yield f"if {expression(node.condition)}"


def _event(node: tree.Event) -> str:
    words = ["on", node.word]
    if node.each:
        words.append("each")
    if node.kind:
        words.append(node.kind)
    if node.name is not None:
        words.append(node.name.text)
    if node.after_response:
        words.append("after response")
    if node.last:
        words.append("last")
    if node.value is not None:
        words.append(expression(node.value))
    return " ".join(words)
