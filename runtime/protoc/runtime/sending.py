"""What a queue sends: pairs and commands, composed as they leave it or as they enter it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NoReturn

from protoc.runtime import events
from protoc.runtime.actions import Expression, Item
from protoc.runtime.asker import Asker
from protoc.runtime.causes import Cause
from protoc.runtime.channel import Channel
from protoc.runtime.errors import LocalError, ProtocolError, TransportError
from protoc.runtime.exchange import Exchange
from protoc.runtime.machine import Machine
from protoc.runtime.messages import Message
from protoc.runtime.protocol import On, Pair
from protoc.runtime.queue import Entry
from protoc.runtime.routing import Routing
from protoc.runtime.scope import FAULTS, Scope, value_of
from protoc.runtime.shared import Shared
from protoc.runtime.targets import Targets

Made = tuple[Message, bytes]


class Sender:
    """Composes commands and sends them.

    Args:
        shared, targets, routing, machine: what it works with.
        asker: awaits the answers.
        rest: told how many seconds to pause when nothing is awaited.
    """

    def __init__(
        self,
        shared: Shared,
        targets: Targets,
        routing: Routing,
        machine: Machine,
        *,
        asker: Asker,
        rest: Callable[[Entry, float, float], None],
    ) -> None:
        self._shared = shared
        self._params = shared.params
        self._targets = targets
        self._routing = routing
        self._machine = machine
        self._asker = asker
        self._rest = rest
        assumed = shared.protocol.assumed
        self._composes_again = assumed.get("retry_before_command") == "yes"

    def send(self, item: Item, entry: Entry, channel: Channel, now: float) -> None:
        """Send a pair's command, or a command alone."""
        pair = self._pair(item)
        if pair and pair.when and not self._machine.holds(pair, entry.scope, pair.name, "pair"):
            return
        try:
            made = entry.made.get(id(item)) if entry.made else None
            message, data = made() if made else self._compose(item, pair, entry, channel)
        except FAULTS as error:
            failure = error if isinstance(error, ProtocolError) else LocalError(str(error))
            self.not_sent(item.name, entry, channel, failure)
            self._rest(entry, 0.0, now)
            return
        routes = channel.routes(entry.connection)
        if not routes:
            gone = TransportError("whoever asked for it is gone")
            self.not_sent(item.name, entry, channel, gone)
            return
        no_reply = channel.link.no_reply
        if pair and pair.steps and not (no_reply and self._gets_none(no_reply, message, channel)):
            terms = channel.terms(pair)
            timeout = self._shared.timeouts.get(pair.name, terms.timeout)
            exchange = Exchange(terms, channel, message, data, entry, routes, timeout)
            if self._composes_again:
                exchange.compose = partial(self._compose, item, pair, entry, channel)
            self._asker.ask(exchange, now)
            return
        sent = channel.write(routes, message, data, pair.bytewise if pair else 0.0)
        cause = caused_by(entry)
        self._machine.fire_sent(message, cause)
        if pair and self._machine.listeners.hears("success"):
            on = On("success", "pair", pair.name)
            self._machine.fire(on, Scope(self._params, message), cause)
        gap = pair.gap if pair and pair.gap is not None else channel.link.gap
        self._rest(entry, gap, sent)

    def compose_early(self, entry: Entry) -> None:
        """Compose every command of an entry as it is queued; what goes wrong shows in its turn."""
        early: dict[int, Callable[[], Made]] = {}
        for item in self._targets.sent_by(entry.target):
            channel = self._routing.within(item, entry.channel)
            if channel is None:
                continue
            made: Callable[[], Made]
            try:
                message, data = self._compose(item, self._pair(item), entry, channel)
            except FAULTS as error:
                made = partial(_again, error)
            else:
                made = partial(tuple[Message, bytes], (message, data))
                entry.size += len(data)
            early[id(item)] = made
        entry.made = early

    def _pair(self, item: Item) -> Pair | None:
        """The pair that an item names; None when it names a command."""
        return self._targets.pairs[item.name] if item.kind == "pair" else None

    def _compose(self, item: Item, pair: Pair | None, entry: Entry, channel: Channel) -> Made:
        command = pair.command if pair else self._targets.commands[item.name]
        given = [entry.fields]
        if item.arguments:
            given.insert(0, _computed(item.arguments, entry.scope))
        if pair and pair.arguments:
            given.insert(0, _computed(pair.arguments, entry.scope))
        return channel.maker.make(command, given, lambda: caused_by(entry))

    def _gets_none(self, rule: Expression, request: Message, channel: Channel) -> bool:
        """Whether the link says that nobody answers this request."""
        try:
            return bool(rule(Scope(self._params, {"request": request})))
        except AttributeError:  # what it asks for is not in this request
            return False
        except FAULTS as error:
            channel.report(events.ActionFailed(request.NAME, "no_reply", error))
            return False

    def not_sent(
        self, name: str, entry: Entry, channel: Channel | None, error: ProtocolError
    ) -> None:
        """Something that was queued is not sent: who waits for it is told why."""
        link = "" if channel is None else channel.link.name
        self._shared.events.append(events.NotSent(name, error, link))
        entry.failed("error", error)

    def ping_on(self, channel: Channel) -> Pair | None:
        """What the device of a link is asked to see whether it is there."""
        pairs = [
            pair
            for pair in self._targets.pairs.values()
            if pair.steps and self._routing.belongs(Item("pair", pair.name), channel)
        ]
        pings = [pair for pair in pairs if pair.ping]
        return next(iter(pings or pairs), None)


def caused_by(entry: Entry, own: bool = False) -> Cause:
    """What comes of an entry belongs to its ticket, though seldom as the ticket's own work."""
    link = entry.link if entry.channel is None else entry.channel.link.name
    return Cause(entry.ticket, own, entry.connection, link)


def _again(error: Exception) -> NoReturn:
    raise error


def _computed(arguments: Mapping[str, Expression], scope: Scope) -> dict[str, Any]:
    return {name: value_of(expression, scope) for name, expression in arguments.items()}
