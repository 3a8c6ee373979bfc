"""What those share who make actions of the language of those of a connector."""

from __future__ import annotations

from msgspec import Struct

from protoc.compiler.importers.dataminer import nodes
from protoc.compiler.importers.dataminer.context import Context, Missing
from protoc.compiler.importers.dataminer.elements import Reference, Text
from protoc.compiler.importers.dataminer.objects import Action
from protoc.compiler.importers.dataminer.values import pattern
from protoc.dsl import tree
from protoc.dsl.source import Span

Made = list[tree.Action]

OTHER_DOMAINS = {
    "parameter": (
        "set",
        "set with wait",
        "set and get with wait",
        "normalize",
        "aggregate",
        "set info",
        "read",
    ),
    "group": ("set", "set with wait"),
    "protocol": ("read file", "merge", "swap column", "wmi", "create element"),
}
"""What belongs to tables, SNMP or the platform, by what it works on."""


class Around(Struct, frozen=True):
    """What an action stands in.

    Attributes:
        kind: the kind of object whose event runs it, empty without one.
        target: that object, None for each of its kind.
        group: the group it stands in.
    """

    kind: str = ""
    target: Reference | None = None
    group: Reference | None = None


class Maker(Struct, frozen=True):
    """Makes actions of one of a connector.

    Attributes:
        condition: under which it runs.
    """

    context: Context
    action: Action
    around: Around
    condition: tree.Expression | None

    @property
    def span(self) -> Span:
        """Where the connector says it."""
        return self.action.type.span

    @property
    def verb(self) -> str:
        """What the action does."""
        return self.action.type.word

    def make(self) -> Made:
        """The actions; nothing, and said so, where none do the same."""
        return self.unknown()

    def unknown(self) -> Made:
        """Nothing, and said so."""
        action = self.action
        on, verb = action.on.value.strip(), action.type.value.strip()
        other = action.type.word in OTHER_DOMAINS.get(action.on.word, ())
        reason = "belongs to tables, SNMP or the platform" if other else "is not known"
        self.context.dropped(action.view, f"the action `{verb}` on `{on}` {reason}")
        return []

    def made(
        self,
        verb: str,
        *targets: str | tree.Invocation,
        value: tree.Expression | None = None,
        words: tuple[str, ...] = (),
        operands: tuple[tuple[str, tuple[tree.Expression, ...]], ...] = (),
    ) -> Made:
        """One action."""
        return [
            nodes.action(
                verb,
                self.span,
                *targets,
                value=value,
                words=words,
                operands=operands,
                condition=self.condition,
            )
        ]

    def targets(self, kind: str) -> tuple[Reference, ...]:
        """What an action works on: what it names, else what its trigger is about."""
        if self.action.targets:
            return self.action.targets
        if self.around.kind == kind and self.around.target is not None:
            return (self.around.target,)
        if kind == "group" and self.around.group is not None:
            return (self.around.group,)
        self.context.dropped(
            self.action.view, f"this action names no {kind}, and nothing that runs it does"
        )
        raise Missing(0)

    def number(self, name: str, default: int) -> int:
        """A number that is given for the action."""
        found = self.action.number(name)
        return default if found is None else found

    def window(self, word: str) -> tuple[tuple[str, tuple[tree.Expression, ...]], ...]:
        """The bytes it keeps to, or leaves out."""
        ends = (self.number("startoffset", 0), self.number("endoffset", 0))
        if word == "skip" and ends == (0, 0):
            return ()
        return ((word, tuple(nodes.number(end, self.span) for end in ends)),)

    def replace_data(self, param: str | None) -> Made:
        """Bytes of a param replaced, or of the message at hand."""
        given = self.action.given.get("options", Text("", self.span))
        parts = [part.strip() for part in given.value.split(";")]
        inverted = "use_offset" in [part.lower() for part in parts[2:]]
        pairs = [[pattern(each) for each in part.split("-")] for part in parts[:2]]
        wrong = len(pairs) < 2 or len(pairs[0]) != len(pairs[1])
        if wrong or any(each is None for part in pairs for each in part) or b"" in pairs[0]:
            self.context.simplified(self.action.view, "replaces nothing: its options do not match")
            return []
        where = self.window("only" if inverted else "skip")
        if param is not None:
            where += (("in", (nodes.reference(param, self.span),)),)
        found: Made = []
        for old, new in zip(*pairs, strict=True):
            assert old is not None
            assert new is not None
            by = (("by", (nodes.octets(new, self.span),)),)
            found += self.made("replace", value=nodes.octets(old, self.span), operands=by + where)
        return found
