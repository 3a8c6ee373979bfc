"""Carries out actions: what each of them means, in one table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, ClassVar, Literal

from protoc.runtime import actions as do
from protoc.runtime.actions import Action
from protoc.runtime.causes import Cause
from protoc.runtime.contents import Contents, replace
from protoc.runtime.errors import LocalError
from protoc.runtime.events import Event
from protoc.runtime.params import ParamTable
from protoc.runtime.scope import Scope, value_of
from protoc.runtime.work import Work, stuffed, unstuffed

MILLISECOND = 0.001


class Host(ABC):
    """What the machine needs of the session around it."""

    @abstractmethod
    def report(self, event: Event) -> None: ...

    @abstractmethod
    def queue(self, target: do.Execute, scope: Scope, cause: Cause) -> None: ...

    @abstractmethod
    def answer(self, send: do.Send, scope: Scope, cause: Cause) -> None: ...

    @abstractmethod
    def turn_timer(self, action: do.Time) -> None: ...

    @abstractmethod
    def ask_line(self, verb: Literal["open", "close"], link: str, cause: Cause) -> None: ...

    @abstractmethod
    def lead(self, param: str) -> None:
        """A param that says where lines lead has another value."""

    @abstractmethod
    def hang_up(self, peer: str) -> None:
        """Close the connection of a peer."""

    @abstractmethod
    def pause(self, seconds: float, cause: Cause, then: Callable[[], None] | None = None) -> None:
        """Begin nothing more for so long, then go on with `then`."""

    @abstractmethod
    def leave_group(self, cause: Cause) -> None:
        """Execute no more of the running group."""

    @abstractmethod
    def set_timeout(self, pair: str, seconds: float) -> None: ...

    @abstractmethod
    def finish_hook(self, hook: str, work: Awaitable[Any]) -> None:
        """An async hook was called: have it go on beside the conversation."""

    @abstractmethod
    def forget(self, message: str) -> None:
        """Forget what a response was like the last time."""

    @abstractmethod
    def save(self, param: str) -> None:
        """Keep the value of a param."""

    @abstractmethod
    def set_wait(self, group: str, item: int, seconds: float) -> None: ...


class Triggers(ABC):
    """What actions need of the triggers they belong to."""

    @abstractmethod
    def set(
        self, name: str, value: Any, scope: Scope, cause: Cause, *, by_hand: bool = False
    ) -> None: ...

    @abstractmethod
    def run_named(self, name: str, scope: Scope, cause: Cause, on: str = "") -> bool: ...

    @abstractmethod
    def run_hook(self, name: str, arguments: list[Any]) -> None: ...


class Actor:
    """Does what an action says.

    Args:
        params, triggers, host: what it works with.
    """

    def __init__(self, params: ParamTable, triggers: Triggers, host: Host) -> None:
        self._params = params
        self._triggers = triggers
        self._host = host
        self._contents = Contents(params)

    def carry_out(self, action: Action, on: str, scope: Scope, cause: Cause) -> bool:
        """Carry out an action; False when it is a step that failed.

        Raises:
            any of FAULTS: it cannot be carried out.
        """
        value = self._VALUES.get(type(action))
        if value is not None:
            self._triggers.set(action.param, value(self, action, scope), scope, cause)  # type: ignore[attr-defined]
            return True
        return self._DEEDS[type(action)](self, action, on, scope, cause) is not False

    # --- what follows ------------------------------------------------------------------------

    def _execute(self, action: do.Execute, on: str, scope: Scope, cause: Cause) -> None:
        self._host.queue(action, scope, cause)

    def _send(self, action: do.Send, on: str, scope: Scope, cause: Cause) -> None:
        self._host.answer(action, scope, cause)

    def _run(self, action: do.Run, on: str, scope: Scope, cause: Cause) -> None:
        arguments = [value_of(each, scope) for each in action.arguments]
        self._triggers.run_hook(action.hook, arguments)

    def _do(self, action: do.Do, on: str, scope: Scope, cause: Cause) -> bool:
        return self._triggers.run_named(action.trigger, scope, cause, on)

    def _time(self, action: do.Time, on: str, scope: Scope, cause: Cause) -> None:
        self._host.turn_timer(action)

    def _line(self, action: do.Line, on: str, scope: Scope, cause: Cause) -> None:
        # Nobody else can use the link of a session: there is nothing to lock.
        if action.verb == "open" or action.verb == "close":
            self._host.ask_line(action.verb, action.link, cause)

    def _hang_up(self, action: do.HangUp, on: str, scope: Scope, cause: Cause) -> None:
        self._host.hang_up(str(self._params.get(action.param)))

    def _pause(self, action: do.Pause, on: str, scope: Scope, cause: Cause) -> None:
        self._host.pause(action.seconds, cause)

    def _leave(self, action: do.Leave, on: str, scope: Scope, cause: Cause) -> None:
        self._host.leave_group(cause)

    def _set_timeout(self, action: do.SetTimeout, on: str, scope: Scope, cause: Cause) -> None:
        self._host.set_timeout(action.pair, _seconds(action.value(scope)))

    def _set_wait(self, action: do.SetWait, on: str, scope: Scope, cause: Cause) -> None:
        self._host.set_wait(action.group, action.item, _seconds(action.value(scope)))

    # --- params ------------------------------------------------------------------------------

    def _clear(self, action: do.Clear, on: str, scope: Scope, cause: Cause) -> None:
        if not action.display:  # what users see of it is theirs to clear
            self._params.clear(action.param)

    def _enter(self, action: do.Enter, on: str, scope: Scope, cause: Cause) -> None:
        value = self._params.get(action.param)
        if value is not None:
            self._triggers.set(action.param, value, scope, cause, by_hand=True)

    def _value_set(self, action: do.Set, scope: Scope) -> Any:
        value = value_of(action.value, scope)
        if action.path:
            return self._contents.with_part(action.param, action.path, value)
        return value

    def _value_copied(self, action: do.Copy, scope: Scope) -> Any:
        return self._contents.copied(action)

    def _value_appended(self, action: do.Append, scope: Scope) -> Any:
        return self._contents.appended(action)

    def _value_reversed(self, action: do.Reverse, scope: Scope) -> Any:
        return self._contents.reversed(action.param)

    def _value_resized(self, action: do.Resize, scope: Scope) -> Any:
        return self._contents.resized(action.param, int(action.size(scope)))

    # --- the bytes at hand -------------------------------------------------------------------

    def _make(self, action: do.Make, on: str, scope: Scope, cause: Cause) -> None:
        _work(cause).make()

    def _read(self, action: do.Read, on: str, scope: Scope, cause: Cause) -> bool:
        return _work(cause).read()

    def _fill(self, action: do.Fill, on: str, scope: Scope, cause: Cause) -> None:
        _work(cause).fill(action.what)

    def _check(self, action: do.Check, on: str, scope: Scope, cause: Cause) -> bool:
        return _work(cause).check(action.what)

    def _stuff(self, action: do.Stuff, on: str, scope: Scope, cause: Cause) -> None:
        data = self._contents.data
        change = unstuffed if isinstance(action, do.Unstuff) else stuffed
        mark, unless = data(action.mark), data(action.unless)
        _work(cause).edit(partial(change, mark=mark, unless=unless, skip=action.skip))

    def _replace(self, action: do.Replace, on: str, scope: Scope, cause: Cause) -> None:
        if action.param:
            value = self._contents.replaced(action)
            self._triggers.set(action.param, value, scope, cause)
            return
        old, new = self._contents.data(action.old), self._contents.data(action.new)
        _work(cause).edit(partial(replace, old=old, new=new, action=action))

    def _swap(self, action: do.Swap, on: str, scope: Scope, cause: Cause) -> None:
        self._params.swap(action.message.NAME, action.position, action.param)

    def _forget(self, action: do.Forget, on: str, scope: Scope, cause: Cause) -> None:
        if not action.framing:  # how it is framed is worked out anew each time
            self._host.forget(action.message.NAME)

    def _save(self, action: do.Save, on: str, scope: Scope, cause: Cause) -> None:
        self._host.save(action.param)

    # --- the tables: of the class, as there may be a thousand actors ---------------------------

    _VALUES: ClassVar[Mapping[type[Action], Callable[..., Any]]] = {
        do.Set: _value_set,
        do.Copy: _value_copied,
        do.Append: _value_appended,
        do.Reverse: _value_reversed,
        do.Resize: _value_resized,
    }
    _DEEDS: ClassVar[Mapping[type[Action], Callable[..., bool | None]]] = {
        do.Execute: _execute,
        do.Send: _send,
        do.Run: _run,
        do.Do: _do,
        do.Time: _time,
        do.Line: _line,
        do.HangUp: _hang_up,
        do.Pause: _pause,
        do.Leave: _leave,
        do.SetTimeout: _set_timeout,
        do.SetWait: _set_wait,
        do.Clear: _clear,
        do.Enter: _enter,
        do.Save: _save,
        do.Forget: _forget,
        do.Make: _make,
        do.Read: _read,
        do.Fill: _fill,
        do.Check: _check,
        do.Stuff: _stuff,
        do.Unstuff: _stuff,
        do.Replace: _replace,
        do.Swap: _swap,
    }


def _work(cause: Cause) -> Work:
    if cause.work is None:
        raise LocalError("there is no command or response at hand")
    return cause.work


def _seconds(milliseconds: Any) -> float:
    if not isinstance(milliseconds, int | float) or milliseconds < 0:
        raise LocalError(f"{milliseconds} is no time in milliseconds")
    return milliseconds * MILLISECOND
