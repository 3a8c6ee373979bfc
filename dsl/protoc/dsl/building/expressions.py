"""Expressions: literals, references, calls, and operators by their precedence."""

from __future__ import annotations

import itertools
from typing import Literal, cast

from msgspec.structs import replace

from protoc.dsl import literals
from protoc.dsl.building.base import Base, Child, Part, end_of, is_token, start_of, value_of
from protoc.dsl.source import Span
from protoc.dsl.tree import (
    Argument,
    Binary,
    Constant,
    Duration,
    Expression,
    Invocation,
    ListLiteral,
    Number,
    ObjectLiteral,
    Octets,
    Range,
    Reference,
    String,
    Substitution,
    Unary,
)
from protoc.dsl.words import CONTROLS

DEEPEST_EXPRESSION = 64
_LONGEST_EXPRESSION = 200

PRECEDENCE: dict[str, int] = {
    "or": 1,
    "and": 2,
    "not": 3,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), 4),
    "|": 5,
    "^": 6,
    "&": 7,
    **dict.fromkeys(("<<", ">>"), 8),
    **dict.fromkeys(("+", "-"), 9),
    **dict.fromkeys(("*", "/", "%"), 10),
    "**": 11,
}
"""How tightly an operator binds; `-` and `~` before an operand bind tighter than all."""

COMPARISON = PRECEDENCE["=="]
PREFIX = 12


class Expressions(Base):
    """The rules from `expression` to `constant`."""

    def __init__(self) -> None:
        self._depths: dict[int, tuple[object, int]] = {}

    # ------------------------------------------------------------------ literals

    def number(self, children: list[Child]) -> Number:
        (token,) = children
        value = literals.number(token)
        if value is None:
            self.error(
                "E0107", "this number is out of all proportion", token.start_pos, token.end_pos,
                "for long constant bytes write `x\"…\"`",
            )  # fmt: skip
            value = 0
        return Number(value=value, text=str(token), span=self.span(children))

    def minus_number(self, children: list[Child]) -> Number:
        return self._negative(children[1], self.span(children))

    @staticmethod
    def _negative(number: Number, span: Span) -> Number:
        return Number(value=-number.value, text=f"-{number.text}", span=span)

    def whole(self, token: Child) -> int:
        """A number that has to be a whole one."""
        value = literals.number(token)
        if isinstance(value, int):
            return value
        self.error(
            "E0107",
            f"expected a whole number, found `{token[:20]}`",
            token.start_pos,
            token.end_pos,
        )
        return 0

    def duration(self, children: list[Child]) -> Duration:
        (token,) = children
        digits = "".join(itertools.takewhile(lambda c: c in ".0123456789", token))
        value = literals.number(digits)
        if value is None:
            self.error(
                "E0107", "this time is out of all proportion", token.start_pos, token.end_pos
            )
            value = 0
        unit = cast(Literal["ms", "s", "min", "h", "char"], token[len(digits) :])
        return Duration(amount=float(value), unit=unit, span=self.span(children))

    def string(self, children: list[Child]) -> String:
        (token,) = children
        return String(
            value=self.unescaped(token[1:-1], token.start_pos + 1), span=self.span(children)
        )

    def unescaped(self, text: str, offset: int) -> str:
        """Resolve escapes, and report wrong ones at their place."""
        value, mistakes = literals.unescape(text)
        for wrong in mistakes:
            self.error("E0106", wrong.message, offset + wrong.start, offset + wrong.end, wrong.help)
        return value

    def octets(self, children: list[Child]) -> Octets:
        (token,) = children
        text = str(token)
        if token.type == "CONTROL":
            return Octets(value=CONTROLS[text], text=text, span=self.span(children))
        value, wrong = literals.octets(text)
        if wrong is not None:
            offset = token.start_pos
            self.error("E0108", wrong.message, offset + wrong.start, offset + wrong.end, wrong.help)
        return Octets(value=value, text=text, span=self.span(children))

    def constant(self, children: list[Child]) -> Constant:
        return self.string(children) if children[0].type == "STRING" else self.octets(children)

    # ------------------------------------------------------------------ compounds

    def path(self, children: list[Child]) -> Reference:
        return Reference(path=self.names(children), span=self.span(children))

    def invocation(self, children: list[Child]) -> Child:
        name, arguments = children
        node = Invocation(
            name=self.name(name), arguments=value_of(arguments), span=self.span(children)
        )
        return self._bounded(node, *(argument.value for argument in node.arguments))

    call = invocation

    def arguments(self, children: list[Child]) -> Part:
        *arguments, close = children
        # the opening parenthesis follows a name and is never the start of anything
        start = start_of(arguments[0]) if arguments else close.start_pos
        return Part(tuple(arguments), start, close.end_pos)

    def argument(self, children: list[Child]) -> Argument:
        name, value = children
        return Argument(name=name, value=value, span=self.span(children))

    def key(self, children: list[Child]) -> Child:
        return self.name(children[0])

    def range(self, children: list[Child]) -> Range:
        low, _, high = children
        return Range(start=low, end=high, span=self.span(children))

    def substitution(self, children: list[Child]) -> Substitution:
        old, new = children
        return Substitution(old=old, new=new, span=self.span(children))

    def list_literal(self, children: list[Child]) -> Child:
        node = ListLiteral(items=tuple(children[1:-1]), span=self.span(children))
        return self._bounded(node, *node.items)

    def object_literal(self, children: list[Child]) -> Child:
        entries = tuple(child for child in children if isinstance(child, Argument))
        node = ObjectLiteral(entries=entries, span=self.span(children))
        return self._bounded(node, *(entry.value for entry in entries))

    def entry(self, children: list[Child]) -> Argument:
        name, value = children
        return Argument(name=self.name(name), value=value, span=self.span(children))

    def grouped(self, children: list[Child]) -> Expression:
        opening, inner, closing = children
        wider = replace(inner, span=self.place(opening.start_pos, closing.end_pos))
        depth = self._depth(inner)
        if depth:
            self._depths[id(wider)] = (wider, depth)
        return cast(Expression, wider)

    # ------------------------------------------------------------------ operators

    def operation(self, children: list[Child]) -> Expression:
        """Build the tree of a flat run of operands and operators."""
        if len(children) > _LONGEST_EXPRESSION:
            return self._too_deep(self.span(children))
        waiting = list(reversed(children))
        tree = self._climb(waiting, 0)
        assert not waiting
        return tree

    def _climb(self, waiting: list[Child], least: int) -> Expression:
        """Read operators that bind at least as tightly as `least`.

        Recursion is bounded by the length of the run.
        """
        left = self._operand(waiting)
        while waiting and PRECEDENCE[waiting[-1]] >= least:
            operator = waiting.pop()
            level = PRECEDENCE[operator]
            right = self._climb(waiting, level if operator == "**" else level + 1)
            if level == COMPARISON and waiting and PRECEDENCE[waiting[-1]] == COMPARISON:
                again = waiting[-1]
                self.error(
                    "E0109", "comparisons cannot be chained", again.start_pos, again.end_pos,
                    "join two comparisons with `and`",
                )  # fmt: skip
            span = self.place(start_of(left), end_of(right))
            node = Binary(operator=str(operator), left=left, right=right, span=span)
            left = self._bounded(node, left, right)
        return left

    def _operand(self, waiting: list[Child]) -> Expression:
        prefixes: list[Child] = []
        while is_token(waiting[-1], "NOT", "MINUS", "TILDE"):
            prefixes.append(waiting.pop())
        if any(token == "not" for token in prefixes):
            cut = max(i for i, token in enumerate(prefixes) if token == "not") + 1
            tight = self._prefixed(prefixes[cut:], waiting.pop())
            waiting.append(tight)
            inner = self._climb(waiting, PRECEDENCE["not"])
            return self._prefixed(prefixes[:cut], inner)
        return self._prefixed(prefixes, waiting.pop())

    def _prefixed(self, prefixes: list[Child], operand: Expression) -> Expression:
        for token in reversed(prefixes):
            span = self.place(token.start_pos, operand.span.end)
            if token == "-" and isinstance(operand, Number) and operand.text[0] != "-":
                operand = self._negative(operand, span)
                continue
            operator = cast(Literal["-", "~", "not"], str(token))
            node = Unary(operator=operator, operand=operand, span=span)
            operand = self._bounded(node, operand)
        return operand

    # ------------------------------------------------------------------ depth

    def _depth(self, node: object) -> int:
        return self._depths.get(id(node), (None, 0))[1]

    def _bounded(self, node: Child, *inner: object) -> Child:
        """The node, unless it is nested deeper than anybody can read."""
        depth = 1 + max(map(self._depth, inner), default=0)
        if depth > DEEPEST_EXPRESSION:
            return self._too_deep(node.span)
        self._depths[id(node)] = (node, depth)
        return node

    def _too_deep(self, span: Span) -> Number:
        help = "name parts of it with `let`, or shorten it"
        self.error("E0006", "this is nested too deeply", span.start, span.end, help)
        return Number(value=0, text="0", span=span)
