"""Where things go: over which link a pair, a group or a command is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from protoc.runtime.actions import Item
from protoc.runtime.channel import Channel
from protoc.runtime.errors import LocalError
from protoc.runtime.events import Diverted, Event
from protoc.runtime.protocol import Group, Pair, Trigger
from protoc.runtime.targets import Row, Targets

Ways = tuple[Channel, ...]


class Routing:
    """Knows the links that are open together, and what belongs to which of them.

    A target goes over the link that caused it, where it belongs to that one; else over the first
    one it belongs to. What belongs to a link and to its spare goes over the one that works.

    Args:
        targets: what can be executed.
        report: told when something is diverted.

    Attributes:
        channels: the links, in the order in which they were given.
        spares: whether one is another one's spare.
    """

    def __init__(self, targets: Targets, report: Callable[[Event], None]) -> None:
        self._targets = targets
        self._report = report
        self.channels: Ways = ()
        self._ways: dict[tuple[str, str], Ways] = {}
        self.spares = False
        self._instead: dict[Channel, Channel] = {}  # the spare of a link and the other way round
        self._resting: set[Channel] = set()  # those of a link and its spare that are not used

    def add(self, channel: Channel, spare_of: Channel | None = None) -> None:
        """One more link; the spare of another one rests while that works."""
        self.channels += (channel,)
        if spare_of is not None:
            self.spares = True
            self._instead[channel], self._instead[spare_of] = spare_of, channel
            self._resting.add(channel)

    def called(self, name: str) -> Channel:
        """The link of a name; the first one when it is empty.

        Raises:
            LocalError: it is not open here.
        """
        for channel in self.channels:
            if name in ("", channel.link.name):
                return channel
        here = ", ".join(channel.link.name for channel in self.channels)
        raise LocalError(f"link {name} is not this one: it is on {here}")

    def of(self, connection: int | None) -> Channel | None:
        """The link of a connection; None when it is gone, or none is meant."""
        if connection is not None:
            for channel in self.channels:
                if connection in channel.connections:
                    return channel
        return None

    def choose(self, target: Item, connection: int | None = None, near: str = "") -> Channel | None:
        """The link that a target goes over; None when it belongs to none that is open.

        Args:
            target: a pair, group, command or trigger.
            connection: what caused it.
            near: name of the link that caused it, where no connection did.

        Raises:
            LocalError: there is no such target.
        """
        ways = self._ways.get((target.kind, target.name)) or self._ways_of(target)
        if len(ways) < 2:
            return ways[0] if ways else None
        causing = self.of(connection)
        if causing is None and near:
            causing = self.called(near)
        return self._working(causing if causing is not None and causing in ways else ways[0], ways)

    def within(self, item: Item, channel: Channel | None) -> Channel | None:
        """The link that an item of something goes over that goes over this one itself.

        Raises:
            LocalError: there is no such item.
        """
        ways = self._ways_of(item)
        if channel is not None and channel in ways:
            if channel.connections or not self.spares:
                return channel
            return self._working(channel, ways)
        return self._working(ways[0], ways) if ways else None

    def belongs(self, target: Item, channel: Channel) -> bool:
        """Whether a target goes over this link."""
        return channel in self._ways_of(target)

    def gave_up(self, target: Item, channel: Channel) -> None:
        """Nothing answered: what its spare can do instead goes over that from now on."""
        instead = self._instead.get(channel)
        if instead is None or channel in self._resting or not instead.connections:
            return
        if instead in self._ways_of(target):
            self._divert(channel, instead)

    def _working(self, channel: Channel, ways: Ways) -> Channel:
        """This one, or the one that is used instead of it."""
        instead = self._instead.get(channel)
        if instead is None or instead not in ways:
            return channel
        used, other = (instead, channel) if channel in self._resting else (channel, instead)
        if other.connections and not used.connections:
            self._divert(used, other)
            return other
        return used

    def _divert(self, channel: Channel, instead: Channel) -> None:
        self._resting.discard(instead)
        self._resting.add(channel)
        self._report(Diverted(channel.link.name, instead.link.name))

    def _ways_of(self, target: Item) -> Ways:
        key = target.kind, target.name
        ways = self._ways.get(key)
        if ways is None:
            ways = self._ways[key] = self._find(target)
        return ways

    def _find(self, target: Item) -> Ways:
        row = self._targets.row(target)
        if isinstance(row, Group) and not row.links:
            return self._of_items(target)
        return self._on(*_links(row))

    def _of_items(self, group: Item) -> Ways:
        """A group whose items all belong to certain links goes where all of them do.

        Where they differ, it goes where the first of them does; an item that belongs to all links
        goes over the usual one, and so does its group.
        """
        rows = [self._targets.row(item) for item in self._targets.sent_by(group)]
        found = [self._on(*_links(row)) for row in rows]
        if self.channels in found:
            return self.channels
        common = [each for each in self.channels if all(each in ways for ways in found)]
        return tuple(common) or next(filter(None, found), self.channels)

    def _on(self, *links: tuple[str, ...]) -> Ways:
        """Those whose names are in each of these; an empty one means all."""
        return tuple(
            each
            for each in self.channels
            if all(not names or each.link.name in names for names in links)
        )


def _links(row: Row) -> Iterator[tuple[str, ...]]:
    """The names of the links that something belongs to; what is in all of them counts."""
    if isinstance(row, Pair):
        yield row.links
        yield row.command.LINKS
        for step in row.steps:
            names = [answer.message.LINKS for answer in step]
            yield tuple(name for each in names for name in each) if all(names) else ()
    elif isinstance(row, Group):
        yield row.links
    elif not isinstance(row, Trigger):
        yield row.LINKS
