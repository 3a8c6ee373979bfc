"""What a description listens to: the triggers and hooks that an event sets in motion."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from protoc.runtime.actions import STEPS, Action, Do
from protoc.runtime.messages import Message
from protoc.runtime.protocol import Hook, On, Protocol, Trigger


class Attention(msgspec.Struct, frozen=True, eq=False):
    """What is done about a kind of message.

    Attributes:
        before, after: something is set in motion then.
        steps: by which it is made or read; None when that happens by itself.
        moves: something comes of it: a param takes a field, or it is part of a value, or heard.
    """

    before: bool
    after: bool
    steps: frozenset[type[Action]] | None
    moves: bool


class Listeners:
    """The triggers and hooks of a description, by what sets them in motion.

    Args:
        protocol: the description.
        silent: nothing is set in motion.

    Attributes:
        named: every trigger by its name.
        hooks: every hook by its name.
        idle: the triggers for when nothing was said, and after how many seconds.
    """

    __slots__ = (
        "_attention",
        "_explicit",
        "_heard",
        "_hooked",
        "_joined",
        "_triggers",
        "hooks",
        "idle",
        "named",
    )

    def __init__(self, protocol: Protocol, *, silent: bool) -> None:
        self.named = {trigger.name: trigger for trigger in protocol.triggers}
        self.hooks = {hook.name: hook for hook in protocol.hooks}
        self.idle: list[tuple[float, Trigger]] = []
        self._triggers: dict[_Key, list[Trigger]] = {}
        self._hooked: dict[_Key, list[Hook]] = {}
        self._explicit = protocol.explicit and not silent
        self._joined = {join.message for join in protocol.joins}
        self._attention: dict[type[Message], Attention] = {}
        if not silent:
            self._index(protocol)
        self._heard = {key[0] for key in (*self._triggers, *self._hooked)}

    def _index(self, protocol: Protocol) -> None:
        for trigger in protocol.triggers:
            if trigger.on is not None and trigger.on.event == "idle":
                self.idle.append((trigger.on.seconds, trigger))
            elif trigger.on is not None:
                self._triggers.setdefault(_key(trigger.on), []).append(trigger)
        for hook in protocol.hooks:
            for on in hook.events:
                self._hooked.setdefault(_key(on), []).append(hook)

    def hears(self, event: str) -> bool:
        """Whether anything at all is set in motion by such events."""
        return event in self._heard

    def triggers_on(self, on: On, category: str = "") -> list[Trigger]:
        """The triggers of an event; `category` is the kind of a message."""
        return _found(self._triggers, on, category)

    def hooks_on(self, on: On, category: str = "") -> list[Hook]:
        """The hooks of an event; `category` is the kind of a message."""
        return _found(self._hooked, on, category)

    def of(self, message: type[Message]) -> Attention:
        """What is done about messages of a kind."""
        found = self._attention.get(message)
        if found is None:
            found = self._attention[message] = self._look(message)
        return found

    def _look(self, message: type[Message]) -> Attention:
        before, after = (self._listens(event, message) for event in ("before", "after"))
        heard = before or after or message in self._joined
        return Attention(before, after, self._steps(message), bool(message.PARAMS) or heard)

    def _listens(self, event: str, message: type[Message]) -> bool:
        on = On(event, "message", message.NAME)
        return any(_found(table, on, message.KIND) for table in (self._triggers, self._hooked))

    def _steps(self, message: type[Message]) -> frozenset[type[Action]] | None:
        on = On("before", "message", message.NAME)
        found = frozenset(
            step
            for trigger in _found(self._triggers, on, message.KIND)
            for step in self._steps_of(trigger, [])
        )
        return found if found or self._explicit else None

    def _steps_of(self, trigger: Trigger, seen: list[str]) -> Iterator[type[Action]]:
        """The steps a trigger names, and those of the triggers it runs."""
        for action in (*trigger.actions, *trigger.otherwise):
            if isinstance(action, STEPS):
                yield type(action)
            elif isinstance(action, Do) and action.trigger not in seen:
                seen.append(action.trigger)
                if action.trigger in self.named:
                    yield from self._steps_of(self.named[action.trigger], seen)


@lru_cache(maxsize=256)
def listeners(protocol: Protocol, *, silent: bool) -> Listeners:
    """The listeners of a description: a thousand sessions share them."""
    return Listeners(protocol, silent=silent)


_Key = tuple[str, str, str, bool, bool]


def _key(on: On) -> _Key:
    """Under which events are found; a named message is found whatever its kind is called."""
    kind = "message" if on.name and on.kind in _MESSAGE_KINDS else on.kind
    return on.event, kind, on.name, on.last, on.after_response


_MESSAGE_KINDS = ("command", "response", "event", "message")


def _found(table: dict[_Key, list[Any]], on: On, category: str) -> list[Any]:
    """What listens: those for this object, else those for each of its kind."""
    if not table:
        return []
    key = _key(on)
    if dedicated := table.get(key):
        return dedicated
    kinds = dict.fromkeys((category or on.kind, on.kind))
    if not on.name:
        return []
    return [one for kind in kinds for one in table.get((key[0], kind, "", *key[3:]), ())]
