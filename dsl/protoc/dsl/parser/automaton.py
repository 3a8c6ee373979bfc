"""The parser at work: two stacks side by side, states and what was read in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from protoc.dsl.parser.lexing import END, Token
from protoc.dsl.parser.tables import Rule, Tables

Maker = Callable[[list[Any]], Any]
"""Makes of the children of a rule what it stands for."""


class Unexpected(Exception):
    """A token that cannot stand where it does."""

    def __init__(self, token: Token) -> None:
        self.token = token


class Inlined(list[Any]):
    """The children of a rule that belong to the one around it."""


def inlined(children: list[Any]) -> Inlined:
    """The children as they are; those of a list that grows are not copied each time."""
    return children if isinstance(children, Inlined) else Inlined(children)


class Automaton:
    """A parser of one text.

    Attributes:
        states: the one it is in last.
        values: tokens and what was made of them; there is one state more than values.
    """

    def __init__(self, tables: Tables, makers: Sequence[Maker], start: str) -> None:
        self.states = [tables.starts[start]]
        self.values: list[Any] = []
        self._end = tables.ends[start]
        self._tables = tables
        self._makers = makers

    @property
    def state(self) -> int:
        """The state it is in."""
        return self.states[-1]

    def feed(self, token: Token) -> None:
        """Go on over a token.

        Raises:
            Unexpected: it cannot stand here.
        """
        actions, states = self._tables.states, self.states
        while True:
            action = actions[states[-1]].get(token.type)
            if action is None:
                raise Unexpected(token)
            if action >= 0:
                states.append(action)
                self.values.append(token)
                return
            self._reduce(~action)

    def finish(self, at: int) -> Any:
        """What the text is; it ends here.

        Raises:
            Unexpected: it cannot.
        """
        actions, states = self._tables.states, self.states
        while states[-1] != self._end:
            action = actions[states[-1]].get(END)
            if action is None:
                raise Unexpected(Token(END, "", at, at))
            self._reduce(~action)
        return self.values[-1]

    def accepts(self) -> set[str]:
        """The terminals that may stand here."""
        return {name for name in self._tables.states[self.state] if self._takes(name)}

    def _reduce(self, number: int) -> None:
        """Put what a rule stands for in the place of what it consists of."""
        rule = self._tables.rules[number]
        states, values = self.states, self.values
        children: list[Any] = []
        if rule.size:
            children = values[-rule.size :]
            del states[-rule.size :], values[-rule.size :]
        if rule.kept is not None:
            children = _kept(rule, children)
        alone = rule.single and len(children) == 1
        values.append(children[0] if alone else self._makers[number](children))
        states.append(self._tables.states[states[-1]][rule.origin])

    def _takes(self, name: str) -> bool:
        """Whether a symbol is a terminal that may stand here."""
        tables, states = self._tables, self.states.copy()
        while name.isupper():
            action = tables.states[states[-1]].get(name)
            if action is None:
                return False
            if action >= 0:
                return True
            rule = tables.rules[~action]
            del states[len(states) - rule.size :]
            states.append(tables.states[states[-1]][rule.origin])
            if name == END and states[-1] == self._end:
                return True
        return False


def _kept(rule: Rule, values: list[Any]) -> list[Any]:
    """The children of a rule among what it consists of."""
    found: list[Any] = []
    for place, inner, absent in rule.kept or ():
        if absent:
            found += [None] * absent
        if not inner:
            found.append(values[place])
        elif found:
            found += values[place]
        else:
            found = values[place]
    return found + [None] * rule.absent if rule.absent else found
