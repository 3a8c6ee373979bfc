"""Responses on their way in, where the steps of a trigger read and check them.

What the last step of the trigger says counts: when it fails, the response is none. A step that
failed before it lets the fields up to its place be taken in, and the attempt fails all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from protoc.runtime.causes import Cause
from protoc.runtime.errors import DecodeError, Incomplete
from protoc.runtime.machine import Machine
from protoc.runtime.messages import Message
from protoc.runtime.params import ParamTable
from protoc.runtime.protocol import On, Protocol
from protoc.runtime.scope import Scope
from protoc.runtime.work import Reading, found_in, layout_of


class StepReader:
    """Reads responses step by step.

    Args:
        protocol: the description.
        params: what is set.
        machine: has the steps.
    """

    def __init__(self, protocol: Protocol, params: ParamTable, machine: Machine) -> None:
        self._explicit = protocol.explicit
        self._implied = protocol.implied
        self._surplus_fails = protocol.assumed.get("surplus", "fails") == "fails"
        self._params = params
        self._machine = machine

    def accepts(self, reading: Reading, cause: Cause) -> bool:
        """Take the steps; whether the response is what it seems.

        When it is not, what counts of it all the same is set.
        """
        scope = Scope(self._params, reading.message)
        on = On("before", "message", reading.kind.NAME)
        done = self._machine.fire(on, scope, cause.at_work(reading), reading.kind.KIND)
        if self._implied and not self._machine.listeners.of(reading.kind).steps:
            done = reading.whole()
        elif not reading.is_read:
            done = (reading.look() if self._explicit else reading.settle()) and done
        if done and not reading.failed and reading.message is not None:
            return True
        kept = reading.kept_of_failure(cancelled=not done)
        self._machine.take_in(kept.items(), Scope(self._params, reading.message), cause)
        return False

    def alternatives(self, reading: Reading, awaited: Iterable[type[Message]]) -> Iterator[Reading]:
        """The response itself, then what else is awaited and has the same bytes."""
        yield reading
        others = list(awaited)
        behind = others.index(reading.kind) + 1 if reading.kind in others else len(others)
        for kind in others[behind:]:
            try:
                other, end = found_in(kind, reading.data, 0, reading.link)
            except (DecodeError, Incomplete):
                continue
            if end == len(reading.data):
                yield other

    def unfinished(
        self, data: bytes, link: str, awaited: Iterable[type[Message]]
    ) -> Iterator[Reading]:
        """What bytes may be that nothing follows any more."""
        for kind in awaited:
            if self._machine.listeners.of(kind).steps is not None:
                reading = Reading(kind, link, data)
                if reading.look():
                    yield reading

    def counts_surplus(self, kind: type[Message]) -> bool:
        """Whether bytes that come at once with a response belong to what its length measures."""
        if not (self._explicit and self._surplus_fails):
            return False
        layout = layout_of(kind)
        return any(field.reason == "length" for field in layout.derived.values()) and not (
            layout.closed
        )
