"""Idioms: triggers that only say what happens by itself where the description has `steps implied`.

A trigger before a response that reads it, and verifies the lengths and checks it has, is the usual
way; so is one before a command that makes it and fills its lengths and checks. Where every message
is handled in the usual way, or by a trigger of its own that names its steps, the usual triggers
need not be written.
"""

from __future__ import annotations

from msgspec import Struct

from protoc.compiler.importers.dataminer.completion import OPEN
from protoc.compiler.importers.dataminer.context import Context
from protoc.compiler.importers.dataminer.objects import Action, Message, Trigger

_STEPS = (
    "make",
    "read",
    "length",
    "crc",
    "replace",
    "replace data",
    "stuffing",
    "read stuffing",
)
_USUAL = ("make", "read", "length", "crc")


def folded(context: Context) -> frozenset[int] | None:
    """The triggers that need not be written; None where some message is handled in no usual way."""
    found: set[int] = set()
    for kind in ("command", "response"):
        own = _Handled(context, kind).folded()
        if own is None:
            return None
        found |= own
    return frozenset(found)


class _Handled(Struct):
    """How the messages of a kind are handled before they go out, or are taken in."""

    context: Context
    kind: str

    def folded(self) -> set[int] | None:
        """The triggers that say nothing but the usual."""
        connector = self.context.connector
        mine = [trigger for trigger in connector.triggers.values() if self._is_before(trigger)]
        each = [trigger for trigger in mine if trigger.each]
        messages = connector.commands if self.kind == "command" else connector.responses
        if any(self._verbs(trigger) is None or self._is_called(trigger) for trigger in each):
            return None
        found = {trigger.id for trigger in each}
        for message in messages.values():
            own = [t for t in mine if t.target is not None and t.target.id == message.id]
            verbs = self._verbs((own or each)[0]) if len(own or each) == 1 else None
            if not (own or each):
                verbs = []
            if verbs is not None and self._is_usual(message, verbs):
                found |= {trigger.id for trigger in own if not self._is_called(trigger)}
                if any(self._is_called(trigger) for trigger in own):
                    return None
            elif not own or not any(map(self._names_a_step, own)):
                return None
        return found

    def _is_before(self, trigger: Trigger) -> bool:
        return (
            trigger.on is not None
            and trigger.on.word == self.kind
            and trigger.time is not None
            and trigger.time.word == "before"
        )

    def _verbs(self, trigger: Trigger) -> list[str] | None:
        """The steps a trigger takes, when it does nothing else and always."""
        if trigger.type == "trigger" or trigger.condition or trigger.legacy:
            return None
        found: list[str] = []
        for step in trigger.steps:
            action = self.context.connector.actions.get(step.target.id)
            if action is None or step.otherwise or not self._is_plain(action, trigger):
                return None
            found.append(action.type.word)
        return found

    def _is_plain(self, action: Action, trigger: Trigger) -> bool:
        """Whether an action is a usual step on the message at hand."""
        here = {target.id for target in action.targets}
        mine = trigger.target.id if trigger.target is not None else None
        return (
            action.on.word == self.kind
            and action.type.word in _USUAL
            and action.condition is None
            and (not here or mine in here)
        )

    def _names_a_step(self, trigger: Trigger) -> bool:
        """Whether a trigger takes the steps of its message over."""
        actions = self.context.connector.actions
        named = [actions[s.target.id] for s in trigger.steps if s.target.id in actions]
        return trigger.type != "trigger" and any(
            action.on.word == self.kind and action.type.word in _STEPS for action in named
        )

    def _is_called(self, trigger: Trigger) -> bool:
        """Whether something runs a trigger by its number."""
        connector = self.context.connector
        by_triggers = any(
            step.target.id == trigger.id
            for other in connector.triggers.values()
            if other.type == "trigger"
            for step in other.steps
        )
        return by_triggers or any(
            item.kind == "trigger" and item.target.id == trigger.id
            for group in connector.groups.values()
            for item in group.items
        )

    def _is_usual(self, message: Message, verbs: list[str]) -> bool:
        """Whether these steps come to what happens by itself."""
        has = self.context.derived.get((self.kind, message.id), set())
        checks = [part for part in ("length", "crc") if part in has]
        taken = [verb for verb in verbs if verb not in ("length", "crc") or verb in has]
        if self.kind == "command":
            made = taken[:1] == ["make"]
            if self.context.connector.communication.enqueue and not made:
                return False
            return taken[made:] == checks
        if not checks and not self._varies(message):
            return all(verb == "read" for verb in taken)
        # the last step decides: nothing may stand behind the last that counts
        return taken == ["read", *checks] and (not checks or verbs[-1] == checks[-1])

    def _varies(self, message: Message) -> bool:
        """Whether it has a field that only `read` can find."""
        params = self.context.connector.params
        sizings = [
            params[each.id].interprete.sizing for each in message.params if each.id in params
        ]
        return any(sizing in OPEN or sizing == "other param" for sizing in sizings)
