"""What holds for any bytes at any time: no foreign exception, nobody waits for ever."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from protoc.runtime import events
from protoc.runtime.actions import Execute, Send, Set
from protoc.runtime.protocol import Answer, On, Pair, Param, Protocol, Timer, Trigger
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
