"""The names of one description, and how the resolver complains about them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from msgspec import Struct, field

from protoc.compiler import model
from protoc.dsl import tree
from protoc.dsl.diagnostics import Diagnostics, Label
from protoc.dsl.source import Source, Span

T = TypeVar("T", bound=tree.Statement)
_MOST_SUGGESTIONS = 100
"""Looking for similar names takes time; behind so many mistakes nobody reads them."""


class Unresolved(Exception):
    """A part of the description cannot be given a meaning; its diagnostic is written."""


class Settings(Struct):
    """What one file says of all its declarations.

    Attributes:
        little: the least significant byte of a number comes first.
        encoding: of texts, by the name Python has for it.
        fletcher: the modulus of Fletcher's sums, where something is said of it.
    """

    little: bool = False
    encoding: str = "utf-8"
    fletcher: int | None = None


class Scope(Struct):
    """What has been declared so far, by kind of name.

    `settings` are those of each file: a description in use keeps its own. `layouts` hold the syntax
    trees of every message, `messages` those already resolved. Names in `broken` were declared, or
    may have been, but have no meaning: missing them is no second mistake.
    """

    diagnostics: Diagnostics
    settings: dict[Source, Settings] = field(default_factory=dict)
    explicit: bool = False
    implied: bool = False
    assumed: dict[str, str] = field(default_factory=dict)
    enums: dict[str, model.Enum] = field(default_factory=dict)
    params: dict[str, model.Param] = field(default_factory=dict)
    links: dict[str, model.Link] = field(default_factory=dict)
    layouts: dict[str, tree.Layout] = field(default_factory=dict)
    messages: dict[str, model.Message] = field(default_factory=dict)
    pairs: dict[str, model.Pair] = field(default_factory=dict)
    groups: dict[str, tree.Group] = field(default_factory=dict)
    timers: dict[str, tree.Timer] = field(default_factory=dict)
    triggers: dict[str, tree.Trigger] = field(default_factory=dict)
    hooks: dict[str, model.Hook] = field(default_factory=dict)
    param_trees: dict[str, tree.Param] = field(default_factory=dict)
    pair_trees: dict[str, tree.Pair] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    _parts: dict[str, object] = field(default_factory=dict)
    _unknown: int = 0

    def settings_at(self, span: Span) -> Settings:
        """Those of the file something stands in."""
        return self.settings.setdefault(span.source, Settings())

    def part(self, name: str, made: object) -> str:
        """The name of a part of a message that has a class: numbered where another one has it.

        What is resolved again, on another link, or is the same in another way, is the same part.
        """
        found, n = name, 2
        while found in self.layouts or self._parts.get(found, made) != made:
            found, n = f"{name}~{n}", n + 1
        self._parts[found] = made
        return found

    def fail(
        self,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        *,
        labels: tuple[Label, ...] = (),
        help: str = "",
    ) -> Unresolved:
        """Write an error and return what to raise for it."""
        self.diagnostics.error(code, message, span, label, labels=labels, help=help)
        return Unresolved(code)

    def unknown(self, noun: str, name: tree.Name, known: Iterable[str]) -> Unresolved:
        """A name that nothing declares."""
        if name.text in self.broken:
            return Unresolved(name.text)
        self._unknown += 1
        help = _declare(noun)
        if self._unknown <= _MOST_SUGGESTIONS:
            help = suggestion(name.text, known, noun)
        return self.fail(
            "E0202", f"there is no {noun} named `{name.text}`", name.span, "not declared", help=help
        )


def suggestion(name: str, known: Iterable[str], noun: str) -> str:
    """What to do about a name that nobody knows."""
    names = sorted(set(known))
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    if close:
        return "did you mean " + " or ".join(f"`{c}`" for c in close) + "?"
    if names and len(names) <= 12:
        return f"write one of: {', '.join(names)}"
    return _declare(noun)


def _declare(noun: str) -> str:
    article = "an" if noun[0] in "aeiou" else "a"
    return f"declare {article} {noun} of that name, or correct the name"


def declare(scope: Scope, noun: str, statements: Iterable[tuple[tree.Name, T]]) -> dict[str, T]:
    """Collect declarations by name; the second of a name is an error."""
    found: dict[str, T] = {}
    first: dict[str, tree.Name] = {}
    for name, statement in statements:
        if name.text in found:
            scope.diagnostics.error(
                "E0201",
                f"there are two {noun}s named `{name.text}`",
                name.span,
                "declared again",
                labels=(Label(first[name.text].span, "first declared here"),),
                help="names are unique within their kind: rename one of them",
            )
            continue
        found[name.text] = statement
        first[name.text] = name
    return found


def named_arguments(
    scope: Scope, call: tree.Invocation, fields: Mapping[str, object]
) -> dict[str, tree.Expression]:
    """The arguments of a call that names fields, each checked to be one of them."""
    result: dict[str, tree.Expression] = {}
    for argument in call.arguments:
        name = argument.name
        if name is None:
            scope.fail(
                "E0204",
                "an argument here needs the name of its field",
                argument.span,
                help=f"write it as `{next(iter(fields), 'field')}=…`",
            )
        elif name.text not in fields:
            scope.unknown("field", name, fields)
        elif name.text in result:
            scope.fail("E0204", f"`{name.text}` is given twice", name.span, help="keep one of them")
        else:
            result[name.text] = argument.value
    return result
