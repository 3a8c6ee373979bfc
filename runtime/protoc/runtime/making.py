"""Commands on their way out: composed, changed by the triggers before them, turned into bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from protoc.runtime.actions import Fill, Make
from protoc.runtime.causes import Cause
from protoc.runtime.compose import compose
from protoc.runtime.machine import Machine
from protoc.runtime.messages import Message
from protoc.runtime.params import ParamTable
from protoc.runtime.protocol import Link
from protoc.runtime.work import Making


class Maker:
    """Makes commands.

    Args:
        link: where they go.
        explicit: nothing is filled but by steps.
        implied: where no step is named, everything is made and filled.
        params: what they are made of.
        machine: has the triggers before them.
    """

    def __init__(
        self, link: Link, *, explicit: bool, implied: bool, params: ParamTable, machine: Machine
    ) -> None:
        self._link = link.name
        self._explicit = explicit
        self._implied = implied
        self._early = link.compose == "enqueue"
        self._params = params
        self._machine = machine
        self._listeners = machine.listeners
        self._made: dict[type[Message], Message] = {}  # what is sent again where no step makes it

    def make(
        self, kind: type[Message], given: Sequence[Mapping[str, Any]], cause: Callable[[], Cause]
    ) -> tuple[Message, bytes]:
        """A command and its bytes.

        Args:
            kind: its class.
            given: its fields, as far as they are; of several the first counts.
            cause: what it belongs to, asked when something is set in motion.

        Raises:
            any of FAULTS: it cannot be made.
        """
        attention = self._listeners.of(kind)
        if attention.before or attention.steps is not None:
            return self.make_of(kind, partial(compose, kind, self._params, *given), cause())
        message = compose(kind, self._params, *given)
        data = message.encode(self._link)
        if kind.COUNTERS:
            self._params.step(kind)
        return message, data

    def make_of(
        self, kind: type[Message], compose: Callable[[], Message], cause: Cause
    ) -> tuple[Message, bytes]:
        """A command and its bytes, as `make`; `compose` gives it with the fields it has now."""
        attention = self._listeners.of(kind)
        steps = attention.steps
        by_itself = self._implied and not steps and not attention.before
        by_itself = by_itself and kind.NAME not in self._params.swapped
        if steps is not None and not by_itself:
            return self._by_steps(kind, compose, cause)
        message = compose()
        if attention.before:
            self._machine.fire_message("before", message, cause)
            message = compose()
        data = message.encode(self._link)
        self._params.step(kind)
        return message, data

    def _by_steps(
        self, kind: type[Message], compose: Callable[[], Message], cause: Cause
    ) -> tuple[Message, bytes]:
        work = Making(kind, self._link, self._params, compose)
        steps = self._listeners.of(kind).steps or frozenset()
        whole = not steps & {Make, Fill} and (not self._explicit or (self._implied and not steps))
        if self._explicit and self._early and kind in self._made and not whole:
            work.message = self._made[kind]
        if whole:
            work.fill("length")
            work.fill("crc")
        self._machine.fire_message("before", work.message, cause.at_work(work))
        self._made[kind] = work.message
        data = work.data
        self._params.step(kind)
        return work.message, data
