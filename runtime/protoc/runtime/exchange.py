"""One command and its answers: which message belongs to it, and when it is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from protoc.runtime.events import ActionFailed, Event
from protoc.runtime.messages import Message
from protoc.runtime.params import ParamTable
from protoc.runtime.protocol import Answer, Pair
from protoc.runtime.queue import Entry
from protoc.runtime.scope import FAULTS, Scope
from protoc.runtime.wire import Wire

Verdict = Literal["stranger", "part", "whole", "refused"]
"""A message belongs to somebody else, is one of the answers, the last one, or refuses."""


class Exchange:
    """A pair that waits for its answers.

    Attributes:
        wire: the link it goes over.
        request, data: the command and its bytes; resends repeat them.
        compose: composes them anew for each resend; None where they are repeated.
        connections: where it was sent; who answers first there is the one that counts.
        entry: whom it is done for.
        attempt: how often it was sent; `attempts` how often it may be.
        timeout, gap: seconds, of the pair or else of the link.
        until: when it is given up.
        replies: the answers so far.
    """

    def __init__(
        self,
        pair: Pair,
        request: Message,
        data: bytes,
        *,
        wire: Wire,
        entry: Entry,
        connections: Sequence[int],
    ) -> None:
        link = wire.link
        self.pair = pair
        self.wire = wire
        self.request = request
        self.data = data
        self.connections = list(connections)
        self.entry = entry
        self.attempt = 0
        self.attempts = 1 + (link.retries if pair.retries is None else pair.retries)
        self.timeout = link.timeout if pair.timeout is None else pair.timeout
        self.gap = link.gap if pair.gap is None else pair.gap
        self.until = 0.0
        self.replies: list[Message] = []
        self.compose: Callable[[], tuple[Message, bytes]] | None = None
        self._rules = [rule for rule in (link.where, pair.where) if rule is not None]
        self._step = 0

    def begin(self) -> None:
        """It is sent once more: whatever came before does not count.

        Raises:
            any of FAULTS: it is composed anew and cannot be.
        """
        if self.compose is not None and self.attempt:
            self.request, self.data = self.compose()
        self.attempt += 1
        self.replies = []
        self._step = 0

    @property
    def step(self) -> int:
        """How many of the answers in turn are there."""
        return self._step

    def awaited(self) -> tuple[type[Message], ...]:
        """What may come next, replies before refusals."""
        return awaited_at(self.pair, self._step)

    def take(
        self, message: Message, params: ParamTable, report: Callable[[Event], None]
    ) -> Verdict:
        """Say whether a message belongs here, and go on to the next step when it does."""
        kind = type(message)
        found = self._step_of(kind)
        refused = found is None and kind in self.pair.refusals
        if not (refused or found):
            return "stranger"
        if self._rules and not self._belongs(message, params, report):
            return "stranger"
        self.replies.append(message)
        if found is None:
            return "refused"
        step, answer = found
        self._step = step if answer.many else step + 1
        return "whole" if self._step == len(self.pair.steps) else "part"

    def satisfied(self) -> bool:
        """Nothing more has to come: what is left may come any number of times."""
        return all(_may_be_left_out(step) for step in self.pair.steps[self._step :])

    def _step_of(self, kind: type[Message]) -> tuple[int, Answer] | None:
        """The step, from the current one on, that this message answers."""
        for number in range(self._step, len(self.pair.steps)):
            step = self.pair.steps[number]
            for answer in step:
                if answer.message is kind:
                    return number, answer
            if not _may_be_left_out(step):
                break
        return None

    def _belongs(
        self, message: Message, params: ParamTable, report: Callable[[Event], None]
    ) -> bool:
        """Whether each `where` holds, as far as there is what it compares."""
        names = {one.NAME: one for one in self.replies}
        names |= {message.NAME: message, "request": self.request, "reply": message}
        scope = _SoFar(params, names, self.pair)
        for rule in self._rules:
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
    """The messages of an exchange by name, then the params; one to come hides a param."""

    __slots__ = ("_to_come",)

    def __init__(self, params: ParamTable, names: dict[str, Message], pair: Pair) -> None:
        super().__init__(params, names)
        kinds = [answer.message for step in pair.steps for answer in step]
        self._to_come = {kind.NAME for kind in (*kinds, *pair.refusals)} - names.keys()

    def __getattr__(self, name: str) -> Any:
        if name in self._to_come:
            raise AttributeError(f"{name} is not there yet")
        return super().__getattr__(name)


def awaited_at(pair: Pair, step: int) -> tuple[type[Message], ...]:
    """What may come when a pair has got as far as this step, replies before refusals."""
    found: list[type[Message]] = []
    for answers in pair.steps[step:]:
        found += [answer.message for answer in answers]
        if not _may_be_left_out(answers):
            break
    return tuple(dict.fromkeys([*found, *pair.refusals]))


def _may_be_left_out(step: tuple[Answer, ...]) -> bool:
    return any(answer.many for answer in step)
