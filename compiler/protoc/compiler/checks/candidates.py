"""Whether every message can be told from the others, in the order they are tried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from protoc.compiler import model
from protoc.compiler.checks.atoms import ANY, Byte, Pattern
from protoc.compiler.checks.covering import covers
from protoc.compiler.checks.patterns import pattern
from protoc.compiler.checks.samples import sample
from protoc.dsl.diagnostics import Diagnostics, Label

_MOST_COMPARED = 50
"""Candidates looked at for one message; who writes more that begin alike is not helped further."""
_SHOWN = 20


def same_or_hidden(protocol: model.Protocol, diagnostics: Diagnostics) -> None:
    """E0502, E0503: messages that never win, or that nobody can tell from another.

    Where steps are explicit, they tell: what a trigger before it says may make either of them fail.
    """
    if protocol.explicit:
        return
    for side in (_sent(protocol), _received(protocol)):
        for hidden, by, same in side.hidden():
            data = sample(hidden)
            shown = f": {_hex(data)}" if data is not None else ""
            if same:
                diagnostics.error(
                    "E0503",
                    f"`{hidden.name}` and `{by.name}` are the same bytes{shown}",
                    hidden.span,
                    "cannot be told from the other",
                    labels=(Label(by.span, "the other"),),
                    help="keep one of them, or give each a constant of its own",
                )
            else:
                diagnostics.error(
                    "E0502",
                    f"`{hidden.name}` can never win: `{by.name}` takes its bytes{shown}",
                    hidden.span,
                    "tried too late",
                    labels=(Label(by.span, "tried first, and takes whatever this is"),),
                    help=f"write `{hidden.name}` before `{by.name}`: the general one goes last",
                )


def _hex(data: bytes) -> str:
    text = data[:_SHOWN].hex(" ").upper()
    return text if len(data) <= _SHOWN else f"{text} …"


def _of(protocol: model.Protocol, *kinds: str) -> list[model.Message]:
    return [m for m in protocol.messages if m.kind in kinds and not m.part and m.elements]


def _sent(protocol: model.Protocol) -> _Side:
    """Commands, then messages; what answers them is chosen by the pair."""
    order = [*_of(protocol, "command"), *_of(protocol, "message")]
    asked = {pair.command: {pair.name} for pair in protocol.pairs}
    return _Side(protocol, order, [[m.name for m in order]], asked, whole=True)


def _received(protocol: model.Protocol) -> _Side:
    """What a device sends: alone, in a conversation, and while each step of a pair waits."""
    responses, events = _of(protocol, "response"), _of(protocol, "event", "message")
    decoding = [*responses, *_of(protocol, "event"), *_of(protocol, "message")]
    contexts = [[m.name for m in decoding], [m.name for m in (*events, *responses)]]
    asked: dict[str, set[str]] = {}
    for pair in protocol.pairs:
        steps = pair.steps or ((),)
        for step in steps:
            names = [*(answer.message for answer in step), *pair.refusals]
            # with `where` an answer may be passed over, so each of them can win
            contexts += [[name] for name in names] if pair.where is not None else [names]
            for name in names:
                asked.setdefault(name, set()).add(pair.name)
    return _Side(protocol, decoding, contexts, asked, whole=False)


class _Side(Struct):
    """The candidates of one direction.

    Attributes:
        order: all of them.
        contexts: names in the order they are tried, for each situation; a message that stands in
            none but the first two is tried in those.
        asked: the pairs that ask for a message.
        whole: only what takes all the bytes of another hides it, not what takes their beginning.
    """

    protocol: model.Protocol
    order: list[model.Message]
    contexts: list[list[str]]
    asked: dict[str, set[str]]
    whole: bool
    _ranks: list[dict[str, int]] = []
    _standing: dict[str, list[dict[str, int]]] = {}

    def __post_init__(self) -> None:
        self._ranks = [{name: i for i, name in enumerate(names)} for names in self.contexts]
        for rank in self._ranks:
            for name in rank:
                self._standing.setdefault(name, []).append(rank)

    def hidden(self) -> Iterator[tuple[model.Message, model.Message, bool]]:
        """Each message that never wins, what hides it, and whether the two are the same."""
        enums = {enum.name: enum for enum in self.protocol.enums}
        patterns = {m.name: pattern(m, enums) for m in self.order}
        tree = _Prefixes()
        for number, message in enumerate(self.order):
            tree.add(patterns[message.name], number)
        told: set[frozenset[str]] = set()
        for number, message in enumerate(self.order):
            own = patterns[message.name]
            found = []
            for other in tree.candidates(own):
                general = self.order[other]
                if other == number or general.links != message.links:
                    continue
                if not covers(patterns[general.name], own, whole=self.whole):
                    continue
                found.append(general)
                pair = frozenset((general.name, message.name))
                if pair not in told and self._same(patterns, general, message, other < number):
                    told.add(pair)
                    yield message, general, True
                    break
                if found and self._never_wins(message, found):
                    if not any(frozenset((g.name, message.name)) in told for g in found):
                        yield message, found[0], False
                    break

    def _same(
        self,
        patterns: dict[str, Pattern],
        general: model.Message,
        message: model.Message,
        earlier: bool,
    ) -> bool:
        """Whether two accept the same, and no two pairs ask for them."""
        if not earlier or not covers(patterns[message.name], patterns[general.name], whole=True):
            return False
        if not covers(patterns[general.name], patterns[message.name], whole=True):
            return False
        mine, others = self.asked.get(message.name, set()), self.asked.get(general.name, set())
        return not mine or not others or mine == others

    def _never_wins(self, message: model.Message, found: Iterable[model.Message]) -> bool:
        """Whether in every situation something that takes its bytes is tried first."""
        names = [general.name for general in found]
        return all(
            any(name in rank and rank[name] < rank[message.name] for name in names)
            for rank in self._standing[message.name]
        )


class _Node(Struct):
    here: list[int] = field(default_factory=list)
    single: dict[int, _Node] = field(default_factory=dict)
    several: dict[int, _Node] = field(default_factory=dict)


class _Prefixes:
    """Finds what may take the first bytes of a message, without comparing all with all."""

    DEPTH = 24

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, known: Pattern, number: int) -> None:
        """Take a pattern in."""
        node = self._root
        for atom in known.atoms[: self.DEPTH]:
            if not isinstance(atom, Byte):
                break
            nodes = node.single if atom.only is not None else node.several
            node = nodes.setdefault(atom.values, _Node())
        node.here.append(number)

    def candidates(self, asked: Pattern) -> list[int]:
        """Numbers of the patterns whose beginning takes that of this one, in order."""
        found: list[int] = []
        nodes = [self._root]
        for atom in [*asked.atoms[: self.DEPTH], None]:
            found += [number for node in nodes for number in node.here]
            values = atom.values if isinstance(atom, Byte) else None
            if values is None or len(nodes) > _MOST_COMPARED:
                # behind a stretch of its own only patterns with a stretch there can follow
                break
            nodes = [child for node in nodes for child in _children(node, values)]
        return sorted(found)[:_MOST_COMPARED]


def _children(node: _Node, values: int) -> Iterator[_Node]:
    if values in node.single:
        yield node.single[values]
    yield from (child for mask, child in node.several.items() if not values & ~mask & ANY)
