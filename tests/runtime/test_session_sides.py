"""The other side: a server with many peers, and the device made from the same description."""

from __future__ import annotations

from typing import ClassVar

import pytest

from protoc.runtime.actions import Execute, Send
from protoc.runtime.errors import EncodeError, LocalError, TransportError
from protoc.runtime.events import MessageSeen
from protoc.runtime.protocol import Answer, Link, On, Pair, Param, Timer, Trigger
from protoc.runtime.session import Session
from tests.runtime.stage import Stage, dimmer, level
from tests.runtime.toys import MESSAGES, Ack, Framed, GetLevel, Level, Panel, SetLevel

PANEL = Panel(keys=4)
HUB = Link("hub", "tcp", "server", timeout=1.0)


# --- a server ---


def hub() -> Stage:
    thanks = Trigger("t", On("after", "message", "panel"), (Send(Ack),))
    stage = Stage(dimmer(links=(HUB,), triggers=(thanks,)), connect=False)
    for number, peer in enumerate(("ann", "bob", "cid")):
        stage.session.connected(number, peer, 0)
    stage.said()
    return stage


def test_send_answers_the_peer_that_caused_it() -> None:
    stage = hub()
    stage.hear(PANEL, connection=1)
    assert stage.sent() == [(1, b"\x06")]


def test_what_is_sent_by_itself_goes_to_all() -> None:
    stage = hub()
    stage.session.send(Ack(), 0)
    assert [number for number, _ in stage.sent()] == [0, 1, 2]
    stage.session.send(Ack(), 0, connection=2)
    assert [number for number, _ in stage.sent()] == [2]


def test_a_peer_that_is_gone_gets_nothing() -> None:
    stage = hub()
    stage.session.disconnected(1, 0)
    stage.session.send(Ack(), 0)
    assert [number for number, _ in stage.sent()] == [0, 2]
    with pytest.raises(LocalError, match="no connection 1"):
        stage.session.send(Ack(), 0, connection=1)


def test_offsets_count_by_connection_and_direction() -> None:
    stage = hub()
    stage.hear(PANEL, PANEL, connection=0)
    stage.hear(PANEL, connection=2)
    seen = []
    while (event := stage.session.next_event()) is not None:
        if isinstance(event, MessageSeen):
            seen.append((event.connection, event.direction, event.offset, event.peer))
    assert seen == [
        (0, "received", 0, "ann"),
        (0, "sent", 0, "ann"),
        (0, "received", 5, "ann"),
        (0, "sent", 1, "ann"),
        (2, "received", 0, "cid"),
        (2, "sent", 0, "cid"),
    ]


def test_whoever_waits_is_told_when_everybody_who_was_asked_has_left() -> None:
    stage = hub()
    ticket = stage.execute("level", channel=1)
    other = stage.execute("level", channel=2)
    stage.session.connected(3, "dan", 0)
    for number in range(3):
        assert not ticket.done
        stage.session.disconnected(number, 0)
    assert ticket.status == "error"
    stage.hear(level(2), connection=3)
    assert other.status == "ok"


def test_sending_without_anybody_there() -> None:
    stage = Stage(connect=False)
    with pytest.raises(TransportError, match="not connected"):
        stage.session.send(PANEL, 0)


def test_sending_what_does_not_fit() -> None:
    with pytest.raises(EncodeError):
        Stage().session.send(Panel(keys=999), 0)


def test_messages_of_another_link_are_not_read() -> None:
    class Elsewhere(Panel, kw_only=True):
        LINKS = ("serial",)

    class Here(Panel, kw_only=True):
        LINKS = ("main", "serial")

    for kind, told in ((Elsewhere, "garbage"), (Here, "< panel")):
        stage = Stage(dimmer(messages=(kind, Ack)))
        stage.hear(PANEL, Ack())
        assert stage.said()[0].startswith(told)


# --- the device ---


def device(**rows: object) -> Stage:
    return Stage(dimmer(**rows), role="device")


def test_a_command_is_answered_from_the_params() -> None:
    stage = device()
    stage.set("level", 42)
    stage.hear(GetLevel(channel=3))
    assert stage.said() == ["level = 42", "< get_level 3", "> level 3, 42"]


def test_a_set_command_sets_the_param_and_is_acknowledged() -> None:
    stage = device()
    stage.hear(SetLevel(channel=1, level=9), GetLevel(channel=1))
    assert stage.said() == [
        "< set_level 1, 9",
        "level = 9",
        "> ack",
        "< get_level 1",
        "> level 1, 9",
    ]


def test_what_nobody_set_is_blank() -> None:
    stage = device()
    stage.hear(GetLevel(channel=3))
    assert stage.said() == ["< get_level 3", "> level 3, 0"]


def test_only_commands_are_read() -> None:
    stage = device()
    stage.hear(level(), GetLevel(channel=3))
    assert stage.said()[0] == f"garbage {level().encode().hex()}"


def test_a_pair_without_answer_stays_silent() -> None:
    stage = device(pairs=(Pair("tell", SetLevel),))
    stage.hear(SetLevel(channel=1, level=9), GetLevel(channel=1))
    assert stage.said() == ["< set_level 1, 9", "level = 9", "< get_level 1"]


def test_a_message_of_both_directions_may_be_the_command_and_the_answer() -> None:
    class Hello(Framed, kw_only=True):
        NAME: ClassVar[str] = "hello"
        KIND = "message"
        CODE: ClassVar[int] = 0xA0
        keys: int

    rows = {"messages": (Hello,), "pairs": (Pair("hello", Hello, ((Answer(Hello),),)),)}
    stage = device(**rows)
    stage.hear(Hello(keys=1))
    assert stage.said() == ["< hello 1", "> hello 1"]
    controller = Stage(dimmer(**rows))
    ticket = controller.execute("hello", keys=2)
    controller.hear(Hello(keys=2))
    assert ticket.result() == Hello(keys=2)


def test_each_step_has_its_answer() -> None:
    steps = ((Answer(Ack),), (Answer(Level, many=True),))
    stage = device(pairs=(Pair("level", GetLevel, steps),))
    stage.hear(GetLevel(channel=3))
    assert stage.said() == ["< get_level 3", "> ack", "> level 3, 0"]


def test_an_answer_that_cannot_be_composed_is_told() -> None:
    stage = device()
    stage.set("level", "much")
    stage.hear(GetLevel(channel=3))
    assert stage.said()[-1] == "not sent level: level.level: expected 0..255, got 'much'"


def test_a_damaged_command_is_not_answered() -> None:
    stage = device()
    data = GetLevel(channel=3).encode()
    stage.hear(data[:-1], b"\x00", data)
    assert stage.said() == [f"rejected {data[:-1].hex()}00 crc", "< get_level 3", "> level 3, 0"]


def test_a_device_has_no_timers_and_triggers() -> None:
    """They are the controller's."""
    stage = device(
        timers=(Timer("poll", 1.0, ()),),
        triggers=(Trigger("t", On("after", "message", "get_level"), (Send(Panel),)),),
    )
    stage.session.start(0)
    stage.hear(GetLevel(channel=3))
    assert stage.session.next_deadline() is None
    assert stage.said() == ["< get_level 3", "> level 3, 0"]


def test_a_device_speaks_by_itself() -> None:
    stage = device()
    stage.session.send(PANEL, 0)
    assert stage.sent() == [(0, PANEL.encode())]


def test_the_controller_and_the_device_of_one_description_talk() -> None:
    """Every pair of the description works against the simulator made from it."""
    links = (Link("main", "tcp", timeout=1.0),)
    rows = dimmer(links=links, params=(Param("level", default=7),), messages=MESSAGES)
    controller, simulated = Session(rows), Session(rows, role="device")
    for session in (controller, simulated):
        session.connected(0, "peer", 0)
    for name, fields in (("level", {"channel": 1}), ("set", {"level": 9}), ("level", {})):
        ticket = controller.execute(Execute("pair", name), fields, 0)
        for _, data in controller.data_to_send():
            simulated.receive(0, data, 0)
        for _, data in simulated.data_to_send():
            controller.receive(0, data, 0)
        assert ticket.done
    assert controller.params.get("level") == 9
