"""Triggers, actions and hooks: what a message, a changed param or a timeout sets in motion.

Everything runs at once, depth first, and belongs to what caused it. Nothing that goes wrong in an
expression, an action or a hook stops anything else: it is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, Literal

from protoc.runtime import events
from protoc.runtime.actions import Action, Pause
from protoc.runtime.actor import Actor, Host, Triggers
from protoc.runtime.causes import Cause
from protoc.runtime.errors import LocalError
from protoc.runtime.hooking import HookCaller, Hooks
from protoc.runtime.listening import listeners
from protoc.runtime.messages import Message
from protoc.runtime.params import Change
from protoc.runtime.protocol import On, Trigger
from protoc.runtime.scope import FAULTS, Scope, holds, value_of
from protoc.runtime.shared import Shared

DEEPEST = 32
"""So many triggers may set each other in motion; the next one is cut off and reported."""
MOST = 10_000
"""So many of them run from one cause."""


class Machine(Triggers):
    """The triggers of a description at work.

    Args:
        shared: the description, and its params, which only the machine changes; as the device
            nothing is set in motion.
        host: the session.
        hooks: implementations by name: a mapping, or an object with them as attributes.

    Attributes:
        listeners: what is set in motion by what.
    """

    def __init__(
        self,
        shared: Shared,
        host: Host,
        hooks: Hooks,
    ) -> None:
        params = shared.params
        self._shared = shared
        self._params = params
        self._host = host
        self._hooks = HookCaller(hooks, host.report, host.finish_hook)
        self._actor = Actor(params, self, host)
        self._depth = 0
        self._ran = 0  # triggers since the cause they belong to
        self._changed: list[str] | None = None  # while a message is taken in
        self.listeners = listeners(shared.protocol, silent=shared.device)
        addresses = {link.address for link in shared.protocol.links}
        self._addresses = frozenset(() if shared.device else addresses - {""})

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

    def take_in(self, values: Iterable[tuple[str, Any]], scope: Scope, cause: Cause) -> None:
        """Set the params bound to a message's fields, in the order of the fields.

        Args:
            values: fields by name; those without a param, and absent ones, are passed over.
            scope: what triggers see.
            cause: what changes belong to.
        """
        outer, self._changed = self._changed, []
        for name, value in values:
            param = self._params.called(name)
            # An absent optional field leaves the param as it was.
            if param is None or param.constant or value is None:
                continue
            if param.is_taken(value):
                self.set(param.name, value, scope, cause)
        changed, self._changed = self._changed, outer
        for name in dict.fromkeys(changed):
            self.fire(On("change", "param", name, after_response=True), scope, cause)

    def _changed_to(self, change: Change, scope: Scope, cause: Cause) -> None:
        param = change.param
        if self._shared.watched:
            told = events.ParamChanged(param.name, change.value, change.old, param.id)
            self._shared.events.append(told)
        if self._changed is not None:
            self._changed.append(param.name)
        on = On("change", "param", param.name)
        heard = self.listeners.hears("change")
        if heard:
            self._run_triggers(on, scope, cause)
        if self._addresses and param.name in self._addresses:
            self._host.lead(param.name)
        if param.save:
            self._host.save(param.name)
        if param.sets:
            self.set(param.sets, change.value, scope, cause)
        if heard:
            self._call_hooks(on, scope, cause)

    # --- triggers ----------------------------------------------------------------------------

    def fire_message(
        self, event: Literal["before", "after"], message: Message, cause: Cause
    ) -> bool:
        """Something happened to a message; its fields are what conditions and actions see."""
        attention = self.listeners.of(type(message))
        if not (attention.before if event == "before" else attention.after):
            return True
        on = On(event, "message", message.NAME)
        return self.fire(on, Scope(self._params, message), cause, message.KIND)

    def fire_sent(self, message: Message, cause: Cause) -> None:
        """A message was sent; what goes both ways is `after` only when it came."""
        if message.KIND == "command":
            self.fire_message("after", message, cause)

    def fire(self, on: On, scope: Scope, cause: Cause, category: str = "") -> bool:
        """Something happened: run its triggers, then its hooks, in the order of the description.

        Args:
            on: what happened, to which object.
            scope: what conditions and actions see.
            cause: what they belong to.
            category: of a message: `command`, `response`, `event` or `message`.

        Returns:
            False when the last action of one of the triggers is a step that failed.
        """
        if not self.listeners.hears(on.event):
            return True
        done = self._run_triggers(on, scope, cause, category)
        self._call_hooks(on, scope, cause, category)
        return done

    def _run_triggers(self, on: On, scope: Scope, cause: Cause, category: str = "") -> bool:
        done = True
        for trigger in self.listeners.triggers_on(on, category):
            done = self.run(trigger, _shown(on), scope, cause) and done
        return done

    def _call_hooks(self, on: On, scope: Scope, cause: Cause, category: str = "") -> None:
        for hook in self.listeners.hooks_on(on, category):
            if hook.when is not None and not self.holds(hook, scope, hook.name, _shown(on)):
                continue
            try:
                arguments = [value_of(attrgetter(name), scope) for name in hook.parameters]
            except FAULTS as error:
                self._host.report(events.ActionFailed(hook.name, _shown(on), error))
            else:
                self._hooks.call(hook, arguments)

    def run(self, trigger: Trigger, on: str, scope: Scope, cause: Cause) -> bool:
        """Run a trigger: its actions when its condition holds, else those for that case.

        Returns:
            how the last of them ended: False when it is a step that failed.
        """
        self._ran = self._ran + 1 if self._depth else 1
        if self._depth >= DEEPEST or self._ran > MOST:
            self._give_up(trigger, on)
            return False
        if trigger.when is None or self.holds(trigger, scope, trigger.name, on):
            if self._shared.watched:
                self._shared.events.append(events.TriggerFired(trigger.name, on, trigger.id))
            actions = trigger.actions
        else:
            actions = trigger.otherwise
        return self._act_all(actions, trigger.name, on, scope, cause)

    def _give_up(self, trigger: Trigger, on: str) -> None:
        """Triggers that set each other in motion come to an end; too many of them are told once."""
        if self._ran > MOST + 1:
            return
        many = f"{MOST} triggers from one cause" if self._ran > MOST else f"{DEEPEST} triggers deep"
        error = LocalError(f"{many}: {trigger.name} sets itself in motion")
        self._host.report(events.ActionFailed(trigger.name, on, error))

    def _act_all(
        self, actions: Sequence[Action], owner: str, on: str, scope: Scope, cause: Cause
    ) -> bool:
        done = True
        self._depth += 1
        try:
            for number, action in enumerate(actions, 1):
                if isinstance(action, Pause) and action.sleep:
                    self._sleep(action, actions[number:], owner, on, scope, cause)
                    break
                done = self.act(action, owner, on, scope, cause)
        finally:
            self._depth -= 1
        return done

    def _sleep(
        self,
        pause: Pause,
        rest: Sequence[Action],
        owner: str,
        on: str,
        scope: Scope,
        cause: Cause,
    ) -> None:
        """Go on with the rest of the actions after a while; nothing else is begun meanwhile."""
        ticket = cause.ticket
        if ticket is not None:
            ticket.opened(cause.own)

        def wake() -> None:
            self._act_all(rest, owner, on, scope, cause)
            if ticket is not None:
                ticket.closed(cause.own)

        if self._shared.watched:
            self._shared.events.append(events.ActionRun(*pause.told()))
        self._host.pause(pause.seconds, cause, wake)

    def run_named(self, name: str, scope: Scope, cause: Cause, on: str = "") -> bool:
        """Run a trigger by its name, as `run`.

        Raises:
            LocalError: there is none.
        """
        if name not in self.listeners.named:
            raise LocalError(f"there is no trigger {name}")
        return self.run(self.listeners.named[name], on or "called", scope, cause)

    def holds(self, owner: Any, scope: Scope, name: str, on: str) -> bool:
        """Whether the condition `owner.when` holds; one that cannot be computed is reported."""
        return holds(owner.when, scope, self._reporter(name, on))

    def _reporter(self, name: str, on: str) -> Callable[[Exception], None]:
        return lambda error: self._host.report(events.ActionFailed(name, on, error))

    # --- actions -----------------------------------------------------------------------------

    def act(self, action: Action, owner: str, on: str, scope: Scope, cause: Cause) -> bool:
        """Carry out one action, when its condition holds; False when it is a step that failed."""
        if action.when is not None and not self.holds(action, scope, owner, on):
            return True
        if self._shared.watched:
            self._shared.events.append(events.ActionRun(*action.told()))
        try:
            return self._actor.carry_out(action, on, scope, cause)
        except FAULTS as error:
            self._host.report(events.ActionFailed(owner, on, error))
            return False

    def run_hook(self, name: str, arguments: Sequence[Any]) -> None:
        """Call a hook by its name.

        Raises:
            LocalError: there is none.
        """
        if name not in self.listeners.hooks:
            raise LocalError(f"there is no hook {name}")
        self._hooks.call(self.listeners.hooks[name], arguments)


@lru_cache(maxsize=4096)
def _shown(on: On) -> str:
    words = [on.event, on.name]
    words += ["after response"] * on.after_response + ["last"] * on.last
    return " ".join(filter(None, words))
