"""The user's code, called from the conversation; whatever it raises is told and stops nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from inspect import isawaitable
from typing import Any, cast

from protoc.runtime import events
from protoc.runtime.protocol import Hook

Hooks = object | Mapping[str, Callable[..., Any]] | None
"""Implementations by name: a mapping, or an object with them as attributes."""


class HookCaller:
    """Finds and calls implementations.

    Args:
        hooks: where they are found.
        report: told what was reached without one, and what raised.
        finish: given what an async one returns: somebody has to await it.
    """

    def __init__(
        self,
        hooks: Hooks,
        report: Callable[[events.Event], None],
        finish: Callable[[str, Awaitable[Any]], None],
    ) -> None:
        self._hooks = hooks
        self._report = report
        self._finish = finish

    def call(self, hook: Hook, arguments: Sequence[Any]) -> None:
        """Call a hook, or tell that it was reached."""
        function = self._implementation(hook.name)
        if function is None:
            self._report(events.HookReached(hook.name, tuple(arguments), hook.id))
            return
        try:
            result = function(*arguments)
            if isawaitable(result):
                self._finish(hook.name, result)
        # The user's code: whatever it raises must not end the session.
        except Exception as error:  # noqa: BLE001
            self._report(events.HookFailed(hook.name, error))

    def _implementation(self, name: str) -> Callable[..., Any] | None:
        hooks = self._hooks
        if isinstance(hooks, Mapping):
            return cast(Mapping[str, Callable[..., Any]], hooks).get(name)
        for each in (name, f"{name}_"):  # generated attributes give way to Python's own words
            function: Callable[..., Any] | None = getattr(hooks, each, None)
            if function is not None:
                return function
        return None
