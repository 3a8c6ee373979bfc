"""What a timer does when it is due."""

from __future__ import annotations

from collections.abc import Callable

from protoc.runtime import events
from protoc.runtime.actions import Execute
from protoc.runtime.causes import Cause
from protoc.runtime.errors import LocalError
from protoc.runtime.machine import Machine
from protoc.runtime.params import ParamTable
from protoc.runtime.protocol import Group, On, Protocol, Timer
from protoc.runtime.queue import Entry
from protoc.runtime.routing import Routing
from protoc.runtime.scope import Scope


class Elapsing:
    """Queues what a timer names, and runs immediate groups at once.

    Args:
        protocol: the description.
        params: what expressions see.
        machine: has the triggers.
        routing: knows over which links things go.
        put: puts an entry into the queue of its link.
        report: told what goes wrong.
    """

    def __init__(
        self,
        protocol: Protocol,
        params: ParamTable,
        machine: Machine,
        routing: Routing,
        put: Callable[[Entry], bool],
        report: Callable[[events.Event], None],
    ) -> None:
        self._params = params
        self._machine = machine
        self._routing = routing
        self._put = put
        self._report = report
        self._immediate = {group.name: group for group in protocol.groups if group.immediate}

    def __call__(self, timer: Timer, then: Callable[[], None], now: float) -> None:
        """A timer is due; `then` is called when its targets are over."""
        scope, cause = Scope(self._params), Cause()
        waiting = 1
        targets = [target for target in timer.targets if not self._is_slow(target)]
        if timer.targets and not targets:  # only pings are of use
            then()
            return

        def over() -> None:
            nonlocal waiting
            waiting -= 1
            if not waiting:
                then()

        if self._machine.holds(timer, scope, timer.name, "timer"):
            self._machine.fire(On("before", "timer", timer.name), scope, cause)
            for target in targets:
                waiting += 1
                self._begin(timer, target, scope, over)
            self._machine.fire(On("after", "timer", timer.name), scope, cause)
        over()

    def _begin(self, timer: Timer, target: Execute, scope: Scope, over: Callable[[], None]) -> None:
        group = self._immediate.get(target.name) if target.kind == "group" else None
        if group is not None:
            self._run_at_once(group, scope)
            over()
            return
        try:
            entry = Entry(target, scope, gap=timer.gap, then=over, timer=timer.name)
            self._put(entry)
        except LocalError as error:
            self._report(events.ActionFailed(timer.name, "timer", error))

    def _is_slow(self, target: Execute) -> bool:
        """Whether the device that a target is for is only pinged."""
        try:
            channel = self._routing.choose(target)
        except LocalError:  # it is said where it is queued
            return False
        return channel is not None and channel.reachability.slow

    def _run_at_once(self, group: Group, scope: Scope) -> None:
        if self._machine.holds(group, scope, group.name, "group"):
            for action in group.items:
                self._machine.act(action, group.name, "timer", scope, Cause())
