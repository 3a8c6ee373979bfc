"""Triggers, actions and hooks: what a message, a changed param or a timeout sets in motion.

Everything runs at once, depth first, and belongs to what caused it. Nothing that goes wrong in an
expression, an action or a hook stops anything else: it is reported.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Literal, NamedTuple, cast

import msgspec

from protoc.runtime import events
from protoc.runtime.errors import LocalError
from protoc.runtime.messages import Message
from protoc.runtime.params import Change, ParamTable
from protoc.runtime.protocol import (
    Action,
    Clear,
    Do,
    Execute,
    Hook,
    Line,
    On,
    Pause,
    Protocol,
    Run,
    Send,
    Set,
    Time,
    Trigger,
)
from protoc.runtime.queue import Ticket
from protoc.runtime.scope import FAULTS, Scope, holds, value_of

DEEPEST = 32
"""So many triggers may set each other in motion; the next one is cut off and reported."""


class Cause(NamedTuple):
    """What something was set in motion by: who holds the ticket, and which connection."""

    ticket: Ticket | None = None
    own: bool = False
    connection: int | None = None


class Host(ABC):
    """What the machine needs of the session around it."""

    @abstractmethod
    def report(self, event: events.Event) -> None: ...

    @abstractmethod
    def queue(self, target: Execute, scope: Scope, cause: Cause) -> None: ...

    @abstractmethod
    def answer(self, send: Send, scope: Scope, cause: Cause) -> None: ...

    @abstractmethod
    def turn_timer(self, verb: Literal["start", "stop", "restart"], timer: str) -> None: ...

    @abstractmethod
    def ask_line(self, verb: Literal["open", "close"]) -> None: ...

    @abstractmethod
    def pause(self, seconds: float) -> None: ...


class Machine:
    """The triggers of a description at work.

    Args:
        protocol: the description.
        params: its params, which only the machine changes.
        host: the session.
        hooks: implementations by name: a mapping, or an object with them as attributes.
        silent: only params change, nothing is set in motion.
    """

    def __init__(
        self,
        protocol: Protocol,
        params: ParamTable,
        host: Host,
        hooks: object | Mapping[str, Callable[..., Any]] | None,
        *,
        silent: bool,
    ) -> None:
        self._params = params
        self._host = host
        self._hooks = hooks
        self._depth = 0
        self._changed: list[str] | None = None  # while a message is taken in
        self._named = {trigger.name: trigger for trigger in protocol.triggers}
        self._hook_rows = {hook.name: hook for hook in protocol.hooks}
        self._triggers: dict[_Key, list[Trigger]] = {}
        self._hooked: dict[_Key, list[Hook]] = {}
        self._heard: set[str] = set()  # the events that set anything in motion at all
        self.idle_triggers: list[tuple[float, Trigger]] = []
        if not silent:
            self._index(protocol)

    def _index(self, protocol: Protocol) -> None:
        for trigger in protocol.triggers:
            if trigger.on is not None and trigger.on.event == "idle":
                self.idle_triggers.append((trigger.on.seconds, trigger))
            elif trigger.on is not None:
                self._triggers.setdefault(_key(trigger.on), []).append(trigger)
        for hook in protocol.hooks:
            if hook.on is not None:
                self._hooked.setdefault(_key(hook.on), []).append(hook)
        self._heard = {key[0] for key in (*self._triggers, *self._hooked)}

    # --- params ------------------------------------------------------------------------------

    def set(
        self, name: str, value: Any, scope: Scope, cause: Cause, *, by_hand: bool = False
    ) -> None:
        """Give a param a value and run what its change sets in motion.

        Raises:
            LocalError: unknown name, or a constant.
        """
        change = self._params.set(name, value, by_hand=by_hand)
        if change is not None:
            self._changed_to(change, scope, cause)

    def take_in(self, message: Message, scope: Scope, cause: Cause) -> None:
        """Set the params bound to a message's fields, in the order of the fields."""
        outer, self._changed = self._changed, []
        for name in message.PARAMS:
            param = self._params.called(name)
            value = getattr(message, name)
            # An absent optional field leaves the param as it was.
            if param is not None and not param.constant and value is not None:
                self.set(param.name, value, scope, cause)
        changed, self._changed = self._changed, outer
        for name in dict.fromkeys(changed):
            self.fire(On("change", "param", name, after_response=True), scope, cause)

    def _changed_to(self, change: Change, scope: Scope, cause: Cause) -> None:
        param = change.param
        self._host.report(events.ParamChanged(param.name, change.value, change.old, param.id))
        if self._changed is not None:
            self._changed.append(param.name)
        self.fire(On("change", "param", param.name), scope, cause)

    # --- triggers ----------------------------------------------------------------------------

    def listens(self, event: str, message: type[Message]) -> bool:
        """Whether something is set in motion by this event of a message."""
        on = On(event, "message", message.NAME)
        return any(_found(table, on, message.KIND) for table in (self._triggers, self._hooked))

    def fire_message(self, event: str, message: Message, cause: Cause) -> None:
        """Something happened to a message; its fields are what conditions and actions see."""
        if event in self._heard:
            on = On(event, "message", message.NAME)
            self.fire(on, Scope(self._params, message), cause, message.KIND)

    def fire(self, on: On, scope: Scope, cause: Cause, category: str = "") -> None:
        """Something happened: run its triggers, then its hooks, in the order of the description.

        Args:
            on: what happened, to which object.
            scope: what conditions and actions see.
            cause: what they belong to.
            category: of a message: `command`, `response`, `event` or `message`.
        """
        if on.event not in self._heard:
            return
        shown = _shown(on)
        for trigger in _found(self._triggers, on, category):
            self.run(trigger, shown, scope, cause)
        for hook in _found(self._hooked, on, category):
            try:
                arguments = [value_of(attrgetter(name), scope) for name in hook.parameters]
            except FAULTS as error:
                self._host.report(events.ActionFailed(hook.name, shown, error))
            else:
                self._call(hook, arguments)

    def run(self, trigger: Trigger, on: str, scope: Scope, cause: Cause) -> None:
        """Run a trigger: its actions when its condition holds, else those for that case."""
        if self._depth >= DEEPEST:
            error = LocalError(f"{DEEPEST} triggers deep: {trigger.name} sets itself in motion")
            self._host.report(events.ActionFailed(trigger.name, on, error))
            return
        self._depth += 1
        try:
            if self.holds(trigger, scope, trigger.name, on):
                self._host.report(events.TriggerFired(trigger.name, on, trigger.id))
                actions = trigger.actions
            else:
                actions = trigger.otherwise
            for action in actions:
                self.act(action, trigger.name, on, scope, cause)
        finally:
            self._depth -= 1

    def run_named(self, name: str, scope: Scope, cause: Cause, on: str = "") -> None:
        """Run a trigger by its name.

        Raises:
            LocalError: there is none.
        """
        if name not in self._named:
            raise LocalError(f"there is no trigger {name}")
        self.run(self._named[name], on or "called", scope, cause)

    def holds(self, owner: Any, scope: Scope, name: str, on: str) -> bool:
        """Whether the condition `owner.when` holds; one that cannot be computed is reported."""
        return holds(owner.when, scope, self._reporter(name, on))

    def _reporter(self, name: str, on: str) -> Callable[[Exception], None]:
        return lambda error: self._host.report(events.ActionFailed(name, on, error))

    # --- actions -----------------------------------------------------------------------------

    def act(self, action: Action, owner: str, on: str, scope: Scope, cause: Cause) -> None:
        """Carry out one action, when its condition holds."""
        if not self.holds(action, scope, owner, on):
            return
        verb, target = _action_name(action)
        self._host.report(events.ActionRun(verb, target))
        try:
            self._do(action, on, scope, cause)
        except FAULTS as error:
            self._host.report(events.ActionFailed(owner, on, error))

    def _do(self, action: Action, on: str, scope: Scope, cause: Cause) -> None:
        host = self._host
        match action:
            case Execute():
                host.queue(action, scope, cause)
            case Send():
                host.answer(action, scope, cause)
            case Set():
                self._set(action, scope, cause)
            case Clear():
                self._params.clear(action.param)
            case Run():
                arguments = [value_of(each, scope) for each in action.arguments]
                if action.hook not in self._hook_rows:
                    raise LocalError(f"there is no hook {action.hook}")
                self._call(self._hook_rows[action.hook], arguments)
            case Do():
                self.run_named(action.trigger, scope, cause, on)
            case Time():
                host.turn_timer(action.verb, action.timer)
            case Line():
                host.ask_line(action.verb)
            case Pause():
                host.pause(action.seconds)

    def _set(self, action: Set, scope: Scope, cause: Cause) -> None:
        value = value_of(action.value, scope)
        if action.path:
            param = self._params.param(action.param)
            whole = self._params.get(action.param)
            if whole is None:
                whole = param.blank if param.blank is not None else param.type()
            value = _with_part(whole, action.path, value)
        self.set(action.param, value, scope, cause)

    def _call(self, hook: Hook, arguments: Sequence[Any]) -> None:
        function = self._implementation(hook.name)
        if function is None:
            self._host.report(events.HookReached(hook.name, tuple(arguments), hook.id))
            return
        try:
            function(*arguments)
        # The user's code: whatever it raises must not end the session.
        except Exception as error:  # noqa: BLE001
            self._host.report(events.HookFailed(hook.name, error))

    def _implementation(self, name: str) -> Callable[..., Any] | None:
        hooks = self._hooks
        if isinstance(hooks, Mapping):
            return cast(Mapping[str, Callable[..., Any]], hooks).get(name)
        for each in (name, f"{name}_"):  # generated attributes give way to Python's own words
            function: Callable[..., Any] | None = getattr(hooks, each, None)
            if function is not None:
                return function
        return None


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


def _shown(on: On) -> str:
    words = [on.event, on.name]
    words += ["after response"] * on.after_response + ["last"] * on.last
    return " ".join(filter(None, words))


def _action_name(action: Action) -> tuple[str, str]:
    """The verb, and what it is done to."""
    match action:
        case Execute():
            return "execute", action.name
        case Send():
            return "send", action.message.NAME
        case Set():
            return "set", ".".join((action.param, *action.path))
        case Clear():
            return "clear", action.param
        case Run():
            return "run", action.hook
        case Do():
            return "do", action.trigger
        case Time():
            return action.verb, action.timer
        case Line():
            return action.verb, ""
        case Pause():
            return "wait", f"{action.seconds:g}s"


def _with_part(whole: msgspec.Struct, path: tuple[str, ...], value: Any) -> msgspec.Struct:
    """A copy with one of its parts changed."""
    first, *rest = path
    if rest:
        value = _with_part(getattr(whole, first), tuple(rest), value)
    if first not in whole.__struct_fields__:
        raise LocalError(f"there is no {first} in it")
    return msgspec.structs.replace(whole, **{first: value})
