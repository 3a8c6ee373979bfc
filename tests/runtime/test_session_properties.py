"""What holds for any bytes at any time: no foreign exception, nobody waits for ever."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from protoc.runtime import events
from protoc.runtime.actions import Execute, Send, Set
from protoc.runtime.protocol import (
    Answer,
    Link,
    On,
    Pair,
    Param,
    Protocol,
    Serial,
    Server,
    SlowPoll,
    Timer,
    Trigger,
)
from tests.runtime.stage import Stage, damaged, dimmer, level, shown
from tests.runtime.toys import Ack, GetLevel, Level, Line, Panel, Refused, SetLevel

RICH: Protocol = dimmer(
    params=(Param("level"), Param("fault"), Param("keys"), Param("count", default=0)),
    pairs=(
        Pair("level", GetLevel, ((Answer(Level),),), (Refused,), retries=1, timeout=0.3),
        Pair("both", SetLevel, ((Answer(Ack),), (Answer(Level),)), timeout=0.5),
        Pair("all", GetLevel, ((Answer(Level, many=True),),), timeout=0.2, gap=0.1),
        Pair("tell", SetLevel),
    ),
    timers=(Timer("poll", 0.7, (Execute("pair", "level", priority="last", once=True),)),),
    triggers=(
        Trigger("1", On("after", "message", "panel"), (Set("count", lambda x: x.count + x.keys),)),
        Trigger("2", On("change", "param", "count"), (Execute("pair", "both", priority="first"),)),
        Trigger("3", On("timeout", "pair", "level", last=True), (Set("level", lambda x: 0),)),
        Trigger("4", On("after", "message", "line"), (Send(SetLevel),), when=lambda x: x.level > 3),
    ),
)

PIECES = [
    level(1, 2).encode(),
    damaged(level(1, 2)),
    Ack().encode(),
    Panel(keys=1).encode(),
    Refused(fault=1).encode(),
    Line(text="ok").encode(),
    b"{",
    b"\x02\x91",
]
HEARD = st.sampled_from(PIECES) | st.binary(max_size=5)
EVENT = st.one_of(
    st.tuples(st.just("hear"), HEARD),
    st.tuples(st.just("wait"), st.sampled_from([0.0, 0.05, 0.3, 1.1])),
    st.tuples(st.just("execute"), st.sampled_from(["level", "both", "all", "tell"])),
    st.tuples(st.just("set"), st.integers(0, 300)),
    st.tuples(st.just("lose"), st.just(0)),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(EVENT, max_size=30))
def test_whatever_happens_every_ticket_is_done_in_time(story: list[tuple[str, object]]) -> None:
    stage = Stage(RICH)
    stage.session.start(0)
    tickets = []
    for what, how in story:
        match what, how:
            case "hear", bytes(data):
                stage.hear(data)
            case "wait", float(seconds):
                stage.wait(seconds)
            case "execute", str(name):
                tickets.append(stage.execute(name))
            case "set", int(value):
                stage.set("level", value)
            case _:
                stage.session.disconnected(0, stage.now)
                stage.session.connected(0, "peer", stage.now)
    # Each pair takes two attempts of 0.3 s at most, beside it those that were set in motion.
    stage.wait(2.0 * len(story) + 5)
    for ticket in tickets:
        assert ticket.done
        assert (ticket.status == "ok") == (ticket.error is None)
    assert len(stage.session.data_to_send()) < 10_000


@settings(max_examples=200, deadline=None)
@given(st.lists(HEARD, max_size=15), st.lists(st.integers(1, 7), max_size=60))
def test_the_conversation_does_not_depend_on_chunks(pieces: list[bytes], sizes: list[int]) -> None:
    """Without a resend in between, what is said is the same however it was cut."""
    data = b"".join(pieces)
    told = []
    for cuts in ([len(data)], sizes):
        stage = Stage(dimmer())
        at = 0
        for size in [*cuts, len(data)]:
            stage.hear(data[at : at + size])
            at += size
        stage.wait(5)
        stage.session.disconnected(0, stage.now)
        told.append(_all(stage))
    assert told[0] == told[1]


def _all(stage: Stage) -> list[str]:
    lines = []
    while (event := stage.session.next_event()) is not None:
        if not isinstance(event, events.MessageSeen) or event.direction == "received":
            lines.append(shown(event))
    return lines


# --- every setting of a link, several peers ---

LINKS = st.builds(
    lambda **how: Link("main", "serial", serial=Serial(9600), timeout=0.4, retries=1, **how),
    compose=st.sampled_from(["dequeue", "enqueue"]),
    late=st.sampled_from(["drop", "match"]),
    greeting=st.sampled_from([None, Line]),
    ignore_equal=st.booleans(),
    half_duplex=st.booleans(),
    echo=st.sampled_from(["", "discard"]),
    bystanders=st.sampled_from(["", "ignore"]),
    datagram=st.booleans(),
    hand_over=st.sampled_from([0, 3]),
    idle=st.sampled_from([0.0, 0.02]),
    idle_close=st.sampled_from([0.0, 0.9]),
    offline=st.sampled_from([0.0, 0.6]),
    slow_poll=st.sampled_from([None, SlowPoll(0.5), SlowPoll(0.5, timeouts=2)]),
    role=st.sampled_from(["client", "server"]),
    server=st.sampled_from([None, Server(reply="all")]),
)
PEER = st.integers(0, 2)
MOVE = st.one_of(
    st.tuples(st.just("hear"), PEER, HEARD),
    st.tuples(st.just("come"), PEER, st.none()),
    st.tuples(st.just("go"), PEER, st.none()),
    st.tuples(st.just("wait"), PEER, st.sampled_from([0.01, 0.1, 0.3, 1.1])),
    st.tuples(st.just("execute"), PEER, st.sampled_from(["level", "both", "all", "tell", "slow"])),
    st.tuples(st.just("cancel"), PEER, st.none()),
    st.tuples(st.just("set"), PEER, st.integers(0, 300)),
)
SLOW = Pair("slow", SetLevel, ((Answer(Ack),),), bytewise=0.01, after_idle=0.05)


@settings(max_examples=150, deadline=None)
@given(LINKS, st.lists(MOVE, max_size=30))
def test_whatever_the_link_says_and_the_peers_do(
    link: Link, story: list[tuple[str, int, object]]
) -> None:
    rich = msgspec.structs.replace(RICH, links=(link,), pairs=(*RICH.pairs, SLOW))
    stage = Stage(rich)
    stage.session.start(0)
    there, tickets = {0}, [stage.execute("level")]
    for what, peer, how in story:
        match what, how:
            case "hear", bytes(data) if peer in there:
                stage.hear(data, connection=peer)
            case "come", _ if peer not in there:
                stage.session.connected(peer, f"10.0.0.{peer}:4000", stage.now)
                there.add(peer)
            case "go", _ if peer in there:
                stage.session.disconnected(peer, stage.now, "gone")
                there.remove(peer)
            case "wait", float(seconds):
                stage.wait(seconds)
            case "execute", str(name):
                tickets.append(stage.execute(name))
            case "cancel", _:
                stage.session.cancel(tickets[-1 - peer % len(tickets)], stage.now)
            case "set", int(value):
                stage.set("level", value)
            case _:
                pass
    stage.wait(2.0 * len(story) + 10)
    for ticket in tickets:
        assert ticket.done or (stage.session.is_dormant() and not there)
        assert (ticket.status == "ok") == (ticket.error is None)
    for peer in there:
        stage.session.disconnected(peer, stage.now)
    assert all(ticket.done for ticket in tickets) or stage.session.is_dormant()
