"""Python source, laid out as its formatter would.

Generated modules are clean under `ruff format` with its defaults: what fits in a line stands in
one; what does not is broken at its bracket, with a trailing comma when every item needs a line.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable

from msgspec import Struct, field

WIDTH = 88


class Call(Struct, frozen=True):
    """`head(arguments)`, or any other bracketed list: the brackets belong to it."""

    head: str
    arguments: tuple[Code, ...]
    brackets: str = "()"

    def __str__(self) -> str:
        opening, closing = self.brackets[0], self.brackets[1]
        inner = ", ".join(str(a) for a in self.arguments)
        # a tuple of one needs its comma
        single = not self.head and self.brackets == "()" and len(self.arguments) == 1
        return f"{self.head}{opening}{inner}{',' if single else ''}{closing}"


class Named(Struct, frozen=True):
    """`name=value` or `key: value`."""

    name: str
    value: Code

    def __str__(self) -> str:
        return f"{self.name}{self.value}"


class Function(Struct, frozen=True):
    """`lambda m: value`: the rows of the value stand in brackets of their own when it is long.

    Attributes:
        finer: more rows, where the first of them is too long as well.
    """

    head: str
    rows: tuple[str, ...]
    finer: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.head}{' '.join(self.rows)}"


class Chain(Struct, frozen=True):
    """An argument of several terms, a row for each of them when it is long."""

    rows: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(self.rows)


Code = str | Call | Named | Function | Chain


def chained(terms: list[str], operator: str = "+") -> Chain:
    """Terms with an operator between them."""
    first, *others = terms
    return Chain((first, *(f"{operator} {term}" for term in others)))


def keyed(name: str, value: Code) -> Named:
    """A keyword argument."""
    return Named(f"{name}=", value)


def tupled(items: list[Code] | tuple[Code, ...]) -> Call:
    """A tuple."""
    return Call("", tuple(items))


def laid_out(prefix: str, code: Code, suffix: str = "", indent: int = 0) -> list[str]:
    """The lines of `prefix code suffix` at an indentation of so many spaces."""
    pad = " " * indent
    flat = f"{pad}{prefix}{code}{suffix}"
    if len(flat) <= WIDTH:
        return [flat]
    if isinstance(code, Named):
        return laid_out(prefix + code.name, code.value, suffix, indent)
    if isinstance(code, Function):
        value = f"{pad}    {' '.join(code.rows)}"
        rows = [value]
        if len(value) > WIDTH:
            is_long = bool(code.finer) and indent + 4 + len(code.rows[0]) > WIDTH
            broken = code.finer if is_long else code.rows
            rows = [line for row in broken for line in _unfolded(row, indent + 4)]
        return [f"{pad}{prefix}{code.head}(", *rows, f"{pad}){suffix}"]
    if isinstance(code, Chain):
        rows = [f"{pad}{row}" for row in code.rows]
        return [*rows[:-1], f"{rows[-1]}{suffix}"]
    if isinstance(code, str) and not prefix and _SUM.fullmatch(code):
        *first, last = _summed(code)
        return [*(f"{pad}{row}" for row in first), f"{pad}{last}{suffix}"]
    if isinstance(code, str) or not code.arguments:
        return [flat]
    if not prefix and code.head.endswith(" % "):
        # among other items, it is broken at its operator
        rest = laid_out("% ", Call("", code.arguments), suffix, indent)
        return [f"{pad}{code.head.removesuffix(' % ')}", *rest]
    if code.head.endswith(" % ") and len(pad) + len(prefix) + len(code.head) + 1 > WIDTH:
        rows = laid_out("", code, "", indent + 4)
        return [f"{pad}{prefix}(", *rows, f"{pad}){suffix}"]
    opening, closing = code.brackets[0], code.brackets[1]
    head = f"{pad}{prefix}{code.head}{opening}"
    single = not code.head and code.brackets == "()" and len(code.arguments) == 1
    inner = f"{pad}    {', '.join(str(a) for a in code.arguments)}"
    # the formatter gives every item of a literal its own line, but keeps arguments together
    is_call = code.head and not code.head.endswith("% ")
    if len(inner) <= WIDTH and not single and is_call:
        return [head, inner, f"{pad}{closing}{suffix}"]
    lines = [head]
    for argument in code.arguments:
        lines.extend(laid_out("", argument, ",", indent + 4))
    return [*lines, f"{pad}{closing}{suffix}"]


def _unfolded(row: str, indent: int) -> list[str]:
    """The lines of an expression; a call that is too long has its argument on lines of its own."""
    pad = " " * indent
    called = _CALL.fullmatch(row)
    if len(pad) + len(row) <= WIDTH or called is None or len(_terms(called[2], ", ")) > 1:
        return [pad + row]
    flat = f"{pad}    {called[2]}"
    rows = [flat] if len(flat) <= WIDTH else [f"{pad}    {row}" for row in _summed(called[2])]
    return [f"{pad}{called[1]}(", *rows, f"{pad})"]


_CALL = re.compile(r"((?:[^\w\s]+ )?[\w.]+)\((.*)\)")
_STATEMENT = re.compile(r"(\w+ \+?= |return )(.+)")
_SUM = re.compile(r"[\w.()\[\]\", :+-]+")


def _summed(expression: str) -> list[str]:
    """The terms of a sum, each but the first behind its sign; one for anything else."""
    rows: list[str] = []
    for added in _terms(expression, " + "):
        first, *others = _terms(added, " - ")
        rows.append(f"+ {first}" if rows else first)
        rows += [f"- {other}" for other in others]
    return rows


def text(value: str) -> str:
    """A string literal in the quotes the formatter prefers."""
    return _quoted(repr(value))


def octets(value: bytes) -> str:
    """A bytes literal in the quotes the formatter prefers."""
    return "b" + _quoted(repr(value)[1:])


def _quoted(literal: str) -> str:
    inner = literal[1:-1]
    if literal[0] == '"':
        return literal
    plain = inner.replace("\\'", "'")
    if '"' not in inner:
        return f'"{plain}"'
    if "'" in plain and plain.count('"') <= plain.count("'"):
        return '"' + plain.replace('"', '\\"') + '"'
    return literal


def number(value: float) -> str:
    """A number literal."""
    return repr(value)


def literal(value: object) -> str:
    """Any plain value."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bytes):
        return octets(value)
    # as the formatter has it
    return repr(value).replace("e+", "e") if isinstance(value, float | tuple) else repr(value)


class Lines(Struct):
    """Lines of code in the making."""

    indent: int = 8
    lines: list[str] = field(default_factory=list)

    def add(self, prefix: str, code: Code = "", suffix: str = "") -> None:
        """One statement."""
        statement = _STATEMENT.fullmatch(prefix) if code == suffix == "" else None
        if statement is not None and self.indent + len(prefix) > WIDTH:
            rows = _summed(statement[2]) if _SUM.fullmatch(statement[2]) else [statement[2]]
            self.rows(statement[1], tuple(rows))
            return
        self.lines.extend(laid_out(prefix, code, suffix, self.indent))

    def chain(self, prefix: str, terms: list[str], operator: str) -> None:
        """A statement whose value is a chain of terms, in brackets when it is long."""
        self.rows(prefix, chained(terms, operator).rows)

    def rows(self, prefix: str, rows: tuple[str, ...]) -> None:
        """A statement whose value is an expression, in brackets row by row when it is long."""
        pad = " " * self.indent
        flat = " ".join(rows)
        if len(pad) + len(prefix) + len(flat) <= WIDTH or len(rows) == 1:
            self.lines.append(f"{pad}{prefix}{flat}")
        elif len(pad) + 4 + len(flat) <= WIDTH:
            self.lines += [f"{pad}{prefix}(", f"{pad}    {flat}", f"{pad})"]
        else:
            self.lines += [f"{pad}{prefix}(", *(f"{pad}    {row}" for row in rows), f"{pad})"]

    def condition(self, word: str, terms: tuple[str, ...], operator: str) -> None:
        """The head of a block whose condition has several terms."""
        rows = chained(list(terms), operator).rows
        pad = " " * self.indent
        flat = " ".join(rows)
        if len(pad) + len(word) + len(flat) + 1 <= WIDTH:
            self.lines.append(f"{pad}{word}{flat}:")
        elif len(pad) + 4 + len(flat) <= WIDTH:
            self.lines += [f"{pad}{word}(", f"{pad}    {flat}", f"{pad}):"]
        else:
            self.lines += [f"{pad}{word}(", *(f"{pad}    {row}" for row in rows), f"{pad}):"]

    def derived(self, name: str, rows: tuple[str, ...], cut: Callable[[str], str]) -> None:
        """`name = cut(value)`; a long value is computed first and cut behind it."""
        flat = f"{name} = {cut(' '.join(rows))}"
        if len(flat) + self.indent <= WIDTH:
            self.add(flat)
            return
        self.rows(f"{name} = ", rows)
        self.again(name, cut(name))

    def again(self, name: str, value: str) -> None:
        """A variable gets a value made of its own; nothing when it stays as it is."""
        if value.startswith(f"{name} & "):
            self.add(value.replace(" & ", " &= ", 1))
        elif value != name:
            self.add(f"{name} = {value}")

    def block_body(self) -> _Block:
        """The statements under a head written already, as a context."""
        return _Block(self)

    def block(self, head: str) -> _Block:
        """The statements under `head`, as a context; a condition too long for a line is broken."""
        rows = _broken(head, WIDTH - self.indent - 4) if self.indent + len(head) > WIDTH else []
        if rows:
            word = head.partition(" ")[0]
            pad = " " * self.indent
            self.lines += [f"{pad}{word} (", *(f"{pad}    {row}" for row in rows), f"{pad}):"]
        else:
            self.add(head)
        return _Block(self)


def _broken(head: str, width: int) -> list[str]:
    """The terms of a condition, as the formatter puts them below each other."""
    word, _, condition = head.removesuffix(":").partition(" ")
    if word not in ("if", "elif", "while"):
        return []
    alternatives = [_terms(each, " and ") for each in _terms(condition, " or ")]
    rows: list[str] = []
    for first, *others in alternatives:
        rows.append(f"or {first}" if rows else first)
        rows += [f"and {other}" for other in others]
    if len(rows) > 1:
        return rows
    compared = re.fullmatch(r"(.+) ([<>=!]=?) ([\w.]+)", condition)
    if compared is None or len(_summed(compared[1])) == 1:
        return []
    left = [compared[1]] if len(compared[1]) <= width else _summed(compared[1])
    return [*left, f"{compared[2]} {compared[3]}"]


def _terms(condition: str, operator: str) -> list[str]:
    """What stands between operators, those in brackets and quotes left alone."""
    terms, start, depth, quote = [], 0, 0, ""
    for at, character in enumerate(condition):
        if quote:
            quote = "" if character == quote and condition[at - 1] != "\\" else quote
        elif character in "\"'":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif not depth and condition.startswith(operator, at):
            terms.append(condition[start:at])
            start = at + len(operator)
    return [*terms, condition[start:]]


class _Block:
    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def __enter__(self) -> None:
        self._lines.indent += 4

    def __exit__(self, *_: object) -> None:
        self._lines.indent -= 4


def docstring(content: str, indent: int) -> list[str]:
    """A docstring of a summary line and what follows it."""
    pad = " " * indent
    content = content.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    lines = [line.rstrip() for line in content.strip().split("\n")]
    if len(lines) == 1:
        closing = ' """' if lines[0].endswith('"') else '"""'
        return [f'{pad}"""{lines[0]}{closing}']
    return [f'{pad}"""{lines[0]}', *(f"{pad}{line}".rstrip() for line in lines[1:]), f'{pad}"""']


def is_name(name: str) -> bool:
    """Whether Python accepts it as an identifier that is no keyword."""
    return name.isidentifier() and not keyword.iskeyword(name)


def bracketed(value: str) -> str:
    """Brackets where an operator that binds stronger may follow."""
    depth = 0
    for i, c in enumerate(value):
        depth += (c in "([") - (c in ")]")
        if depth == 0 and c == " " and i:
            return f"({value})"
    return f"({value})" if value.startswith(("-", "~")) else value


def unbracketed(value: str) -> str:
    """A value without brackets around all of it."""
    if value.startswith("(") and value.endswith(")"):
        depth = 0
        for i, c in enumerate(value):
            depth += (c == "(") - (c == ")")
            if depth == 0 and i < len(value) - 1:
                return value
        return value[1:-1]
    return value
