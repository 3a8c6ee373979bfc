"""Conditions of a connector as expressions.

expr := or · or := and (' OR ' and)* · and := cmp (' AND ' cmp)* · cmp := bits (== … bits)?
bits := sum (('&' | '|' | '^') sum)* · sum := prod (('+' | '-') prod)* · prod := atom (* / atom)*
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from msgspec import Struct, field

from protoc.compiler.importers.dataminer import nodes
from protoc.compiler.importers.dataminer.elements import Text
from protoc.dsl import tree
from protoc.dsl.source import Span

_TOKEN = re.compile(
    r"""\s*(?: id:(?P<id>\d+) | (?P<text>"[^"]*") | (?P<number>\d+(?:\.\d+)?)
        | (?P<word>[A-Za-z]+) | (?P<mark>==|!=|<=|>=|[<>()&|^+\-*/=]) )""",
    re.VERBOSE | re.IGNORECASE,
)
_COMPARISONS = ("==", "!=", "<=", ">=", "<", ">", "=")
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_LEVELS = (("&", "|", "^"), ("+", "-"), ("*", "/"))


class NoCondition(Exception):
    """The text is no condition; says what stands where."""


class Operand(Struct, frozen=True):
    """What a condition says of a param, or a literal.

    Attributes:
        param: its number, None for anything else.
    """

    expression: tree.Expression
    param: int | None = None
    empty: str = ""


class Kinds(Struct):
    """What conditions need to know of params."""

    name: Callable[[int, Span], str]
    text: Callable[[int], bool]
    zero_is_empty: Callable[[int], bool]


class Reader(Struct):
    """Reads one condition.

    Attributes:
        mixed: `AND` and `OR` stand beside each other without brackets.
    """

    source: Text
    kinds: Kinds
    mixed: bool = False
    _tokens: list[tuple[str, str]] = field(default_factory=list)
    _at: int = 0

    def read(self) -> tree.Expression:
        """The expression.

        Raises:
            NoCondition: it cannot be read.
        """
        self._tokens = _tokens(self.source.value)
        if not self._tokens:
            raise NoCondition("it is empty")
        result = self._or()
        if self._at < len(self._tokens):
            raise NoCondition(f"`{self._tokens[self._at][1]}` is not expected")
        return result

    @property
    def _span(self) -> Span:
        return self.source.span

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "the end")

    def _took(self, *wanted: str) -> str | None:
        kind, text = self._peek()
        if kind in ("word", "mark") and text.lower() in wanted:
            self._at += 1
            return text.lower()
        return None

    def _or(self) -> tree.Expression:
        operands = [self._and()]
        start = self._at
        while self._took("or"):
            operands.append(self._and())
        if len(operands) > 1 and self._bare_and(start):
            self.mixed = True
        return nodes.joined("or", operands, self._span)

    def _bare_and(self, _: int) -> bool:
        """Whether an `AND` stands outside of brackets."""
        depth = 0
        for kind, text in self._tokens:
            depth += (text == "(") - (text == ")") if kind == "mark" else 0
            if depth == 0 and kind == "word" and text.lower() == "and":
                return True
        return False

    def _and(self) -> tree.Expression:
        operands = [self._comparison()]
        while self._took("and"):
            operands.append(self._comparison())
        return nodes.joined("and", operands, self._span)

    def _comparison(self) -> tree.Expression:
        left = self._binary(0)
        operator = self._took(*_COMPARISONS)
        if operator is None:
            if left.empty:
                raise NoCondition(f"`{left.empty}` needs something to be compared with")
            return left.expression
        right = self._binary(0)
        return self._compared("==" if operator == "=" else operator, left, right)

    def _compared(self, operator: str, left: Operand, right: Operand) -> tree.Expression:
        if left.empty and not right.empty:
            left, right, operator = right, left, _MIRRORED.get(operator, operator)
        if right.empty:
            return self._emptiness(operator, left, right.empty)
        for one, other in ((left, right), (right, left)):
            if operator in ("==", "!=") and self._is_text(one) and _is_blank(other):
                return self._emptiness(operator, one, "emptystring")
        first, second = self._alike(left, right), self._alike(right, left)
        return tree.Binary(operator, first, second, span=self._span)

    def _alike(self, operand: Operand, other: Operand) -> tree.Expression:
        """A text as the number it says, beside a param that is one.

        A param that is text is compared with a number as the number it says, by itself.
        """
        value = operand.expression
        if other.param is None or operand.param is not None:
            return value
        if not self.kinds.text(other.param) and isinstance(value, tree.String):
            try:
                return nodes.number(Fraction(value.value.strip()), self._span)
            except (ValueError, ZeroDivisionError):
                return value
        return value

    def _is_text(self, operand: Operand) -> bool:
        return operand.param is not None and self.kinds.text(operand.param)

    def _emptiness(self, operator: str, operand: Operand, word: str) -> tree.Expression:
        span = self._span
        literal = operand.expression
        if isinstance(literal, tree.String | tree.Number) and operator in ("==", "!="):
            empty = word == "emptystring" and getattr(literal, "value", 0) == ""
            one, other = nodes.number(int(empty), span), nodes.number(1, span)
            return tree.Binary(operator, one, other, span=span)
        if operand.param is None:
            raise NoCondition(f"`{word}` can be compared with a param only")
        if operator not in ("==", "!="):
            text = self.kinds.text(operand.param)
            least = nodes.string("", span) if text else nodes.number(0, span)
            return tree.Binary(operator, operand.expression, least, span=span)
        ways: list[tree.Expression] = [
            tree.Unary("not", nodes.call("present", span, operand.expression), span=span)
        ]
        if word == "emptystring":
            empty = nodes.string("", span)
            ways.append(tree.Binary("==", operand.expression, empty, span=span))
        elif self.kinds.zero_is_empty(operand.param):
            zero = nodes.number(0, span)
            ways.append(tree.Binary("==", operand.expression, zero, span=span))
        whole = nodes.joined("or", ways, span)
        return whole if operator == "==" else tree.Unary("not", whole, span=span)

    def _binary(self, level: int) -> Operand:
        if level == len(_LEVELS):
            return self._atom()
        left = self._binary(level + 1)
        while (operator := self._took(*_LEVELS[level])) is not None:
            left = Operand(self._combined(operator, left, self._binary(level + 1)))
        return left

    def _combined(self, operator: str, left: Operand, right: Operand) -> tree.Expression:
        span, a, b = self._span, left.expression, right.expression
        return tree.Binary(operator, a, b, span=span)

    def _atom(self) -> Operand:
        if self._took("("):
            inner = self._or()
            if not self._took(")"):
                raise NoCondition(f"a bracket is open before `{self._peek()[1]}`")
            return Operand(inner)
        if self._took("-"):
            inner = self._atom().expression
            if isinstance(inner, tree.Number):
                return Operand(nodes.number(-inner.value, self._span))
            return Operand(tree.Unary("-", inner, span=self._span))
        kind, text = self._peek()
        self._at += 1
        if kind == "id":
            number = int(text)
            named = self.kinds.name(number, self._span)
            return Operand(nodes.reference(named, self._span), number)
        if kind == "text":
            return Operand(nodes.string(text[1:-1], self._span))
        if kind == "number":
            return Operand(nodes.number(Fraction(text), self._span))
        if kind == "word" and text.lower() in ("empty", "emptystring"):
            return Operand(nodes.number(0, self._span), empty=text.lower())
        raise NoCondition(f"`{text}` is not expected")


def _is_blank(operand: Operand) -> bool:
    """It is `""`: a param without a value has that text too."""
    literal = operand.expression
    return isinstance(literal, tree.String) and not literal.value


def _tokens(text: str) -> list[tuple[str, str]]:
    found = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise NoCondition(f"`{text[at:].strip()[:20]}` is not expected")
        kind = match.lastgroup or ""
        found.append((kind, match[kind]))
        at = match.end()
    return found
