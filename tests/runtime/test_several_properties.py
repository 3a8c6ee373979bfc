"""Whatever happens on several links at once: nothing hangs, and nothing is lost in silence."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from protoc.runtime import events
from protoc.runtime.actions import Execute, Item, Pause
from protoc.runtime.protocol import Answer, Group, Link, On, Pair, Protocol, Timer, Trigger
from tests.runtime.stage import Stage, damaged, dimmer, level
from tests.runtime.toys import Ack, GetLevel, Level, Refused, SetLevel

NAMES = ("a", "b", "c")


def item(name: str) -> Item:
    return Item("pair", name)


PAIRS = (
    *(
        Pair(f"on_{name}", GetLevel, ((Answer(Level),),), (Refused,), links=(name,))
        for name in NAMES
    ),
    Pair("any", SetLevel, ((Answer(Ack),),)),
    Pair("tell", SetLevel, links=("b",)),
)
GROUPS = (
    Group("mixed", (item("on_a"), item("on_b"), item("any"), item("on_c"), item("tell"))),
    Group("nested", (item("any"), Item("group", "mixed"), Pause(0.05), item("on_b"))),
    Group("second", (item("any"), item("on_b")), links=("b",)),
)
PROTOCOL: Protocol = dimmer(
    pairs=PAIRS,
    groups=GROUPS,
    timers=(Timer("beat", 0.7, (Execute("group", "mixed", priority="last", once=True),)),),
    triggers=(
        Trigger("again", On("timeout", "pair", "on_a", last=True), (Execute("pair", "on_c"),)),
        Trigger("now", On("disconnect"), (Execute("pair", "any", priority="now"),)),
    ),
)


def _links(queues: tuple[str, str], spare: bool, half: bool) -> tuple[Link, ...]:
    plain = {"timeout": 0.4, "retries": 1, "offline": 3.0}
    return (
        Link("a", "tcp", **plain),  # type: ignore[arg-type]
        Link("b", "serial", queue=queues[0], half_duplex=half, **plain),  # type: ignore[arg-type]
        Link("c", "tcp", queue=queues[1], spare_of="a" if spare else "", idle_close=1.5, **plain),  # type: ignore[arg-type]
    )


LINKS = st.builds(
    _links,
    st.tuples(st.sampled_from(["", "a"]), st.sampled_from(["", "a", "b"])),
    st.booleans(),
    st.booleans(),
)
HEARD = st.sampled_from([
    level().encode(),
    Ack().encode(),
    level().encode() + Ack().encode(),
    damaged(level()),
    level().encode()[:2],
    b"\xff",
])  # fmt: skip
PLACE = st.integers(0, 2)
TARGETS = [("pair", pair.name) for pair in PAIRS] + [("group", group.name) for group in GROUPS]
MOVE = st.one_of(
    st.tuples(st.just("hear"), PLACE, HEARD),
    st.tuples(st.just("go"), PLACE, st.none()),
    st.tuples(st.just("come"), PLACE, st.none()),
    st.tuples(st.just("wait"), PLACE, st.sampled_from([0.01, 0.3, 0.5, 2.0])),
    st.tuples(st.just("execute"), PLACE, st.sampled_from(TARGETS)),
    st.tuples(st.just("cancel"), PLACE, st.none()),
)


class Several(Stage):
    """A session over three links, whose connections have their places as numbers."""

    def __init__(self, links: tuple[Link, ...], **rows: Any) -> None:
        protocol = msgspec.structs.replace(PROTOCOL, links=links, **rows)
        super().__init__(protocol, connect=False, link=links)
        self.there: set[int] = set()
        self.happened: list[events.Event] = []
        for place in range(len(NAMES)):
            self.come(place)

    def come(self, place: int) -> None:
        self.session.connected(place, NAMES[place], self.now, NAMES[place])
        self.there.add(place)

    def go(self, place: int) -> None:
        self.session.disconnected(place, self.now, "gone")
        self.there.remove(place)

    def obey(self) -> None:
        """Do what the session wants of its lines."""
        while self.session.requests:
            request = self.session.requests.popleft()
            place = NAMES.index(request.link) if request.link else request.connection
            if request.verb == "hang up" and place in self.there:
                self.go(place)
            elif request.verb == "open" and place not in self.there:
                self.come(place)

    def move(self, what: str, place: int, how: Any, tickets: list[Any]) -> None:
        match what:
            case "hear" if place in self.there:
                self.hear(how, connection=place)
            case "go" if place in self.there:
                self.go(place)
            case "come" if place not in self.there:
                self.come(place)
            case "wait":
                self.wait(how)
            case "execute":
                kind, name = how
                tickets.append(self.execute(name, kind))
            case "cancel" if tickets:
                self.session.cancel(tickets[-1 - place % len(tickets)], self.now)
            case _:
                pass
        self.obey()


@settings(max_examples=200, deadline=None)
@given(LINKS, st.lists(MOVE, max_size=30))
def test_everybody_is_told_how_it_ended(links: tuple[Link, ...], story: list[Any]) -> None:
    stage = Several(links)
    stage.session.start(0)
    tickets: list[Any] = []
    for what, place, how in story:
        stage.move(what, place, how, tickets)
    for place in set(range(3)) - stage.there:
        stage.come(place)
    for _ in range(2 * len(story) + 20):
        stage.wait(1.0)
        stage.obey()
    for ticket in tickets:
        assert ticket.done
        assert (ticket.status == "ok") == (ticket.error is None)


@settings(max_examples=100, deadline=None)
@given(
    LINKS, st.lists(st.sampled_from(TARGETS), min_size=1, max_size=6), st.lists(PLACE, max_size=3)
)
def test_what_is_asked_is_sent_or_told_of(
    links: tuple[Link, ...], targets: list[Any], gone: list[int]
) -> None:
    """Each item of each target: a command on the wire, or an event that it was not sent."""
    lasting = tuple(msgspec.structs.replace(link, idle_close=0.0) for link in links)
    stage = Several(lasting, triggers=())
    for place in set(gone):
        stage.go(place)
    stage.session.happened.clear()
    tickets = [stage.execute(name, kind) for kind, name in targets]
    stage.wait(50)
    happened = stage.session.happened
    sent = sum(isinstance(each, events.MessageSeen) for each in happened)
    again = sum(isinstance(each, events.AttemptFailed) and not each.last for each in happened)
    refused = [each.name for each in happened if isinstance(each, events.NotSent)]
    items = {"mixed": 5, "nested": 7, "second": 2}
    wanted = sum(items.get(name, 1) for _, name in targets)
    # a group that was refused as a whole is one event
    wanted -= sum(items[name] - 1 for name in refused if name in items)
    assert all(ticket.done for ticket in tickets)
    assert sent - again + len(refused) == wanted
