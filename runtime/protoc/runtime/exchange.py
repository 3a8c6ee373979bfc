"""One command and its answers: which message belongs to it, and when it is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from protoc.runtime.events import ActionFailed, Event
from protoc.runtime.messages import Message
from protoc.runtime.params import ParamTable
from protoc.runtime.protocol import Answer, Link, Pair
from protoc.runtime.queue import Entry
from protoc.runtime.scope import FAULTS, Scope
from protoc.runtime.wire import Wire

Verdict = Literal["stranger", "part", "whole", "refused"]
"""A message belongs to somebody else, is one of the answers, the last one, or refuses."""

REFUSED = -1
"""Where a refusal leads to."""


class Terms:
    """How a pair is asked over a link: all that is known before it is.

    Attributes:
        pair: the pair.
        heard: something is set in motion when its command was sent.
        attempts: how often its command may be sent.
        timeout, gap: seconds, of the pair or else of the link.
        rules: conditions under which an answer belongs to a request.
        answers: the names of all that may come, refusals among them.
        last: how many answers there are in turn.
        awaited: by how many of them are there: what may come next, replies before refusals.
        behind: likewise to how many each of those leads; `REFUSED` for refusals.
        may_rest: likewise whether nothing more has to come, as what is left may come any number
            of times.
    """

    __slots__ = (
        "answers",
        "attempts",
        "awaited",
        "behind",
        "gap",
        "heard",
        "last",
        "may_rest",
        "pair",
        "rules",
        "timeout",
    )

    def __init__(self, pair: Pair, link: Link, *, heard: bool) -> None:
        self.pair = pair
        self.heard = heard
        self.attempts = 1 + (link.retries if pair.retries is None else pair.retries)
        self.timeout = link.timeout if pair.timeout is None else pair.timeout
        self.gap = link.gap if pair.gap is None else pair.gap
        self.rules = [rule for rule in (link.where, pair.where) if rule is not None]
        kinds = [answer.message for step in pair.steps for answer in step]
        self.answers = frozenset(kind.NAME for kind in (*kinds, *pair.refusals))
        self.last = len(pair.steps)
        steps = range(self.last + 1)
        self.awaited = [_awaited(pair, step) for step in steps]
        self.behind = [_behind(pair, step) for step in steps]
        self.may_rest = [all(map(_may_be_left_out, pair.steps[step:])) for step in steps]


class Exchange(msgspec.Struct, eq=False):
    """A pair that waits for its answers.

    Attributes:
        terms: how its pair is asked.
        wire: the link it goes over.
        request, data: the command and its bytes; resends repeat them.
        entry: whom it is done for.
        connections: where it was sent; who answers first there is the one that counts.
        timeout: seconds for each attempt.
        compose: composes the command anew for each resend; None where it is repeated.
        attempt: how often it was sent.
        step: how many of the answers in turn are there.
        until: when it is given up.
        replies: the answers so far.
    """

    terms: Terms
    wire: Wire
    request: Message
    data: bytes
    entry: Entry
    connections: list[int]
    timeout: float
    compose: Callable[[], tuple[Message, bytes]] | None = None
    attempt: int = 0
    step: int = 0
    until: float = 0.0
    replies: list[Message] = []

    @property
    def pair(self) -> Pair:
        """The pair that is asked."""
        return self.terms.pair

    def begin(self) -> None:
        """It is sent once more: whatever came before does not count.

        Raises:
            any of FAULTS: it is composed anew and cannot be.
        """
        if self.attempt:
            if self.compose is not None:
                self.request, self.data = self.compose()
            self.replies = []
            self.step = 0
        self.attempt += 1

    def awaited(self) -> tuple[type[Message], ...]:
        """What may come next, replies before refusals."""
        return self.terms.awaited[self.step]

    def take(
        self, message: Message, params: ParamTable, report: Callable[[Event], None]
    ) -> Verdict:
        """Say whether a message belongs here, and go on to the next step when it does."""
        terms = self.terms
        step = terms.behind[self.step].get(type(message))
        if step is None or (terms.rules and not self._belongs(message, params, report)):
            return "stranger"
        self.replies.append(message)
        if step == REFUSED:
            return "refused"
        self.step = step
        return "whole" if step == terms.last else "part"

    def satisfied(self) -> bool:
        """Nothing more has to come."""
        return self.terms.may_rest[self.step]

    def _belongs(
        self, message: Message, params: ParamTable, report: Callable[[Event], None]
    ) -> bool:
        """Whether each `where` holds, as far as there is what it compares."""
        there = {one.NAME: one for one in self.replies}
        there[message.NAME] = there["reply"] = message
        there["request"] = self.request
        scope = _SoFar(params, there, self.terms)
        for rule in self.terms.rules:
            try:
                if not rule(scope):
                    return False
            except AttributeError:  # a message that is to come, or without that field
                continue
            except FAULTS as error:
                report(ActionFailed(self.pair.name, "where", error))
                return False
        return True


class _SoFar(Scope):
    """The messages of an exchange by name, then the params; one to come hides a param.

    An answer takes the name from a command that is called like it: that is the `request`.
    """

    __slots__ = ("_answers", "_there")

    def __init__(self, params: ParamTable, there: dict[str, Message], terms: Terms) -> None:
        super().__init__(params, {terms.pair.command.NAME: there["request"], **there})
        self._there = there
        self._answers = terms.answers

    def __getattr__(self, name: str) -> Any:
        if name in self._answers and name not in self._there:
            raise AttributeError(f"{name} is not there yet")
        return super().__getattr__(name)


def _awaited(pair: Pair, step: int) -> tuple[type[Message], ...]:
    """What may come when a pair has got as far as this step, replies before refusals."""
    replies = [answer.message for number in _open(pair, step) for answer in pair.steps[number]]
    return tuple(dict.fromkeys([*replies, *pair.refusals]))


def _behind(pair: Pair, step: int) -> dict[type[Message], int]:
    """The step behind each message that may come when a pair has got as far as this one."""
    found = {
        answer.message: number if answer.many else number + 1
        for number in reversed(_open(pair, step))
        for answer in reversed(pair.steps[number])
    }
    return dict.fromkeys(pair.refusals, REFUSED) | found


def _open(pair: Pair, step: int) -> range:
    """The steps from this one on that may be the next one to be answered."""
    end = step
    while end < len(pair.steps) and _may_be_left_out(pair.steps[end]):
        end += 1
    return range(step, min(end + 1, len(pair.steps)))


def _may_be_left_out(step: tuple[Answer, ...]) -> bool:
    return any(answer.many for answer in step)
