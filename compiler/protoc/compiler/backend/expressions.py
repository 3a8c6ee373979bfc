"""Expressions of the model as Python expressions."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.backend.code import Function, bracketed, literal, octets, text, unbracketed
from protoc.compiler.backend.linear import from_raw
from protoc.compiler.backend.naming import attribute

_PRECEDENCE = {
    "or": 1, "and": 2, "not": 3, "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "|": 5,
    "^": 6, "&": 7, "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "÷": 10, "%": 10,
    "~": 12, "**": 13,
}  # fmt: skip
_LOGIC = ("or", "and")
_SIMPLE = re.compile(r"-?[\w.]+")
_ATOM = 14
_NEGATIVE = 11
FUNCTIONS = "fn"
"""What generated modules call `protoc.runtime.functions`."""


def written(value: object) -> str:
    """A plain value as descriptions write it."""
    if isinstance(value, bytes):
        return f'x"{value.hex(" ").upper()}"'
    return str(value).lower() if isinstance(value, bool) else literal(value)


def misplaced(expression: object) -> str:
    """Writes nothing: what is not meant to stand there was let through before."""
    raise AssertionError(f"{expression!r} cannot stand here")


class Writer(Struct, frozen=True):
    """Writes expressions; what the leaves become depends on where they stand.

    Attributes:
        own: a field of the message; `joined` one that several ways of a branch have.
        told: a value that a record is told.
        previous: the item of a list before.
        asked: a field of the request.
        scoped: a name of the conversation.
        length, count, present, checksum: what measures the message.
        replace: the function that replaces bytes of a number.
        function: the name of a function of numbers; empty where it goes without saying.
        literal: a value as it is.
        link: what holds the link a message comes or goes over.
        divide: the operator for `/`: whole numbers stay whole inside messages. Where they do not
            have to, the operator is `÷`.
    """

    own: Callable[[model.Own], str] = misplaced
    joined: Callable[[model.Joined], str] = misplaced
    told: Callable[[model.Told], str] = misplaced
    previous: Callable[[model.Previous], str] = misplaced
    asked: Callable[[model.Asked], str] = misplaced
    scoped: Callable[[model.Scoped], str] = misplaced
    length: Callable[[model.Length], str] = misplaced
    count: Callable[[model.Count], str] = misplaced
    present: Callable[[model.Present], str] = misplaced
    checksum: Callable[[model.Checksum], str] = misplaced
    replace: Callable[[], str] = lambda: "replaced"
    function: Callable[[str], str] = str
    literal: Callable[[object], str] = literal
    link: str = "link"
    divide: str = "//"

    def write(self, expression: model.Expression, outer: int = 0) -> str:
        """The expression, in brackets when it binds weaker than what stands around it."""
        if isinstance(expression, model.Operation):
            return self._operation(expression, outer)
        written = self._leaf(expression)
        binding = _ATOM
        # sums of lengths and bits of an integer come back as they are and may need brackets
        if isinstance(expression, model.Length) and (" + " in written or " - " in written):
            binding = _PRECEDENCE["+"]
        elif isinstance(expression, model.Own | model.Previous) and " & " in written:
            binding = _PRECEDENCE["&"]
        return f"({written})" if binding < outer else written

    def rows(self, expression: model.Expression) -> tuple[str, ...]:
        """The expression, where the formatter would break it: before its weakest operators."""
        if not isinstance(expression, model.Operation) or len(expression.operands) == 1:
            first, *others = self.write(expression).split(" + ")
            is_sum = isinstance(expression, model.Length)
            return (first, *(f"+ {o}" for o in others)) if is_sum else (self.write(expression),)
        if expression.operator == "**":
            return (self.write(expression),)
        mine = _PRECEDENCE[expression.operator]
        if expression.operator in _LOGIC:
            return self._logic(expression)
        left = expression.operands[0]
        before: tuple[str, ...] = (self.write(left, mine),)
        if isinstance(left, model.Operation) and len(left.operands) == 2:
            before = self.rows(left) if _PRECEDENCE[left.operator] == mine else before
        operator = self._operator(expression)
        return (*before, f"{operator} {self._right(expression, mine + 1)}")

    def _logic(self, expression: model.Operation) -> tuple[str, ...]:
        """Conditions, each in a row of its own; those that need brackets stay together."""
        mine = _PRECEDENCE[expression.operator]
        found: list[str] = []
        for operand in expression.operands:
            inner: tuple[str, ...] = (self.write(operand, mine),)
            if isinstance(operand, model.Operation) and operand.operator in _LOGIC:
                inner = self.rows(operand) if _PRECEDENCE[operand.operator] >= mine else inner
            first, *others = inner
            found += [f"{expression.operator} {first}" if found else first, *others]
        return tuple(found)

    def finer(self, expression: model.Expression) -> tuple[str, ...]:
        """The same, broken at the operators of the left operand as well."""
        rows = self.rows(expression)
        left = expression.operands[0] if isinstance(expression, model.Operation) else None
        if len(rows) != 2 or not isinstance(left, model.Operation) or len(left.operands) != 2:
            return ()
        whole = unbracketed(rows[0]) != rows[0]
        return () if whole else (*self.rows(left), rows[1])

    def _right(self, expression: model.Operation, outer: int) -> str:
        """The right operand; masks are easier to read in hexadecimal."""
        right = expression.operands[1]
        mask = right.value if isinstance(right, model.Value) else None
        if expression.operator in ("&", "|", "^") and isinstance(mask, int) and mask > 9:
            return f"0x{mask:X}"
        return self.write(right, outer)

    def _leaf(self, expression: model.Expression) -> str:
        if isinstance(expression, model.Value):
            return self.literal(expression.value)
        if isinstance(expression, model.Replaced):
            return self._replaced(expression)
        if isinstance(expression, model.Scaled):
            conversion = model.Conversion(expression.scale, expression.offset)
            return f"({from_raw(bracketed(self.write(expression.operand)), conversion)})"
        if isinstance(expression, model.Applied):
            name, operand = self.function(expression.function), self.write(expression.operand)
            return f"{name}({operand})" if name else bracketed(operand)
        if isinstance(expression, model.Listed):
            return f"[{', '.join(self.write(item) for item in expression.items)}]"
        return self._placed(expression)

    def _placed(self, expression: model.Expression) -> str:
        """What becomes something else wherever it stands."""
        if isinstance(expression, model.Own):
            return self.own(expression)
        if isinstance(expression, model.Joined):
            return self.joined(expression)
        if isinstance(expression, model.Told):
            return self.told(expression)
        if isinstance(expression, model.Previous):
            return self.previous(expression)
        if isinstance(expression, model.Asked):
            return self.asked(expression)
        if isinstance(expression, model.Scoped):
            return self.scoped(expression)
        if isinstance(expression, model.Length):
            return self.length(expression)
        if isinstance(expression, model.Count):
            return self.count(expression)
        if isinstance(expression, model.Present):
            return self.present(expression)
        if isinstance(expression, model.Checksum):
            return self.checksum(expression)
        if isinstance(expression, model.OnLink):
            return self._on_link(expression)
        return misplaced(expression)

    def _operator(self, expression: model.Operation) -> str:
        return {"/": self.divide, "÷": "/"}.get(expression.operator, expression.operator)

    def _on_link(self, expression: model.OnLink) -> str:
        links = [text(link) for link in expression.links]
        if len(links) == 1:
            return f"{self.link} == {links[0]}"
        return f"{self.link} in ({', '.join(links)})"

    def _replaced(self, expression: model.Replaced) -> str:
        return f"{self.replace()}({', '.join(self.arguments(expression))})"

    def arguments(self, expression: model.Replaced) -> tuple[str, ...]:
        """What the function that replaces bytes is called with."""
        old, new = (octets(bytes(side)) for side in zip(*expression.pairs, strict=True))
        return self.write(expression.value), str(expression.width), old, new

    def _operation(self, expression: model.Operation, outer: int) -> str:
        operator = self._operator(expression)
        if len(expression.operands) == 1:
            mine = _NEGATIVE if operator == "-" else _PRECEDENCE[operator]
            space = " " if operator == "not" else ""
            written = f"{operator}{space}{self.write(expression.operands[0], mine)}"
        else:
            mine = _PRECEDENCE[expression.operator]
            left = expression.operands[0]
            # comparisons chain in Python and do not in the language
            left_mine = mine + 1 if mine == _PRECEDENCE["=="] or operator == "**" else mine
            right_mine = mine if operator == "**" else mine + 1
            sides = self.write(left, left_mine), self._right(expression, right_mine)
            # as the formatter has it
            tight = operator == "**" and all(map(_SIMPLE.fullmatch, sides))
            written = (operator if tight else f" {operator} ").join(sides)
        return f"({written})" if mine < outer else written


def scoped(expression: model.Scoped) -> str:
    """A name of the conversation: an attribute of the scope `x`."""
    return ".".join(("x", *(attribute(part) for part in expression.path)))


CONVERSATION = Writer(
    scoped=scoped,
    divide="/",
    function=lambda name: f"{FUNCTIONS}.{'length' if name == 'len' else name}",
)
READABLE = Writer(
    scoped=lambda expression: ".".join(expression.path),
    literal=written,
    divide="/",
    function=lambda name: "" if name in ("places", "real", "whole") else name,
)
"""Writes an expression of the conversation as a reader of the description knows it."""


ECHO = Writer(
    own=lambda own: ".".join(("message", *map(attribute, own.path))),
    asked=lambda asked: ".".join(("request", *map(attribute, asked.path))),
)
"""Writes what a request and the values of its answer tell."""


def function(expression: model.Expression) -> Function:
    """A function of the scope, as the tables hold it."""
    return Function("lambda x: ", CONVERSATION.rows(expression))


def named(expression: model.Expression) -> set[str]:
    """Keys of the fields an expression is computed from."""
    return {part.path[0] for part in model.every(expression) if isinstance(part, model.Own)}


def mentions(expression: model.Expression, key: str) -> bool:
    """Whether an expression is computed from a field."""
    return key in named(expression)


def divides(expression: model.Expression) -> bool:
    """Whether an expression divides, so that it cannot be turned round exactly."""
    return any(
        isinstance(part, model.Operation) and part.operator == "/"
        for part in model.every(expression)
    )


def apart(expression: model.Expression) -> tuple[model.Expression, int]:
    """An expression without the number added to it, and that number."""
    if isinstance(expression, model.Operation) and expression.operator in ("+", "-"):
        value, *rest = expression.operands
        if rest and isinstance(rest[0], model.Value) and isinstance(rest[0].value, int):
            number = rest[0].value
            return value, number if expression.operator == "+" else -number
    return expression, 0
