"""Commands and their answers: timeouts, resends, refusals, late and foreign answers."""

from __future__ import annotations

import pytest

from protoc.runtime.errors import EncodeError, LocalError, Refused, Timeout, TransportError
from protoc.runtime.protocol import Answer, Link, Pair, Param, Protocol
from tests.runtime.stage import LINE, LINK, Stage, damaged, dimmer, level
from tests.runtime.toys import Ack, GetLevel, Level, Line, Panel, SetLevel
from tests.runtime.toys import Refused as Refusal

PANEL = Panel(keys=4)


def pair(**how: object) -> Protocol:
    """The dimmer whose pair `level` is different."""
    usual: dict[str, object] = {"steps": ((Answer(Level),),), "refusals": (Refusal,)}
    return dimmer(pairs=(Pair("level", GetLevel, **(usual | how)),))  # type: ignore[arg-type]


# --- the plain case ---


def test_a_command_is_sent_and_answered() -> None:
    stage = Stage()
    ticket = stage.execute("level", channel=3)
    assert stage.sent() == [(0, GetLevel(channel=3).encode())]
    assert not ticket.done
    assert not stage.session.idle
    stage.hear(level(3, 50))
    assert ticket.done
    assert ticket.result() == level(3, 50)
    assert (ticket.status, ticket.replies) == ("ok", [level(3, 50)])
    assert stage.session.idle
    assert stage.said() == ["> get_level 3", "< level 3, 50", "level = 50"]
    assert stage.session.next_deadline() is None


def test_the_answer_may_come_byte_by_byte() -> None:
    stage = Stage()
    ticket = stage.execute("level", channel=3)
    for byte in level().encode():
        assert not ticket.done
        stage.wait(0.01)
        stage.hear(bytes([byte]))
    assert ticket.result() == level()


def test_fire_and_forget_is_done_when_written() -> None:
    stage = Stage()
    ticket = stage.execute("tell", channel=1, level=2)
    assert ticket.done
    assert ticket.result() is None
    assert not stage.session.idle
    assert stage.sent()
    assert stage.session.idle


def test_a_command_alone_awaits_nothing() -> None:
    stage = Stage()
    assert stage.execute("get_level", "command", channel=1).done
    assert stage.said() == ["> get_level 1"]


def test_one_command_at_a_time() -> None:
    stage = Stage()
    first, second = stage.execute("level", channel=1), stage.execute("level", channel=2)
    assert stage.said() == ["> get_level 1"]
    stage.hear(level(1))
    assert (first.done, second.done) == (True, False)
    assert stage.said() == ["< level 1, 50", "level = 50", "> get_level 2"]


def test_a_gap_between_an_answer_and_the_next_command() -> None:
    stage = Stage(pair(gap=0.2))
    stage.execute("level", channel=1)
    second = stage.execute("level", channel=2)
    stage.hear(level(1))
    stage.said()
    stage.wait(0.19)
    assert stage.said() == []
    stage.wait(0.02)
    assert stage.said() == ["> get_level 2"]
    assert not second.done


# --- where the fields of a command come from ---


def test_a_field_named_like_a_param_takes_its_value() -> None:
    stage = Stage()
    stage.set("level", 9)
    stage.execute("tell", channel=1)
    stage.execute("tell", channel=1, level=2)
    assert stage.said() == ["level = 9", "> set_level 1, 9", "> set_level 1, 2"]


def test_what_nobody_gave_is_blank() -> None:
    stage = Stage()
    stage.execute("tell")
    assert stage.said() == ["> set_level 0, 0"]


def test_a_command_is_composed_when_it_leaves_the_queue() -> None:
    stage = Stage()
    stage.execute("level")
    stage.set("level", 1)
    stage.execute("tell", channel=0)
    stage.set("level", 2)
    stage.hear(Refusal(fault=1))
    assert stage.said()[-1] == "> set_level 0, 2"


def test_what_the_pair_fixes_comes_first() -> None:
    stage = Stage(pair(arguments={"channel": lambda x: 7}))
    stage.execute("level", channel=1)
    assert stage.said() == ["> get_level 7"]


def test_a_value_that_does_not_fit_is_told_and_stops_nothing() -> None:
    stage = Stage()
    ticket = stage.execute("level", channel=999)
    assert (ticket.done, ticket.status) == (True, "error")
    with pytest.raises(EncodeError, match=r"get_level\.channel: expected 0\.\.255, got 999"):
        ticket.result()
    assert stage.said() == ["not sent level: get_level.channel: expected 0..255, got 999"]
    assert stage.execute("tell").status == "ok"


@pytest.mark.parametrize(
    "kind, name, fields",
    [("pair", "lvel", {}), ("group", "level", {}), ("pair", "level", {"chanel": 1})],
)
def test_what_is_not_there_is_refused_at_once(kind: str, name: str, fields: dict[str, int]) -> None:
    stage = Stage()
    with pytest.raises(LocalError, match=r"there is no|has no field"):
        stage.execute(name, kind, **fields)  # type: ignore[arg-type]
    assert stage.session.idle


# --- timeouts ---


def test_no_answer_in_time() -> None:
    stage = Stage()
    ticket = stage.execute("level", channel=1)
    stage.wait(0.99)
    assert not ticket.done
    stage.wait(0.02)
    assert (ticket.done, ticket.status, ticket.reply) == (True, "timeout", None)
    with pytest.raises(Timeout, match=r"level: no answer after 1 attempt$"):
        ticket.result()
    assert stage.said() == ["> get_level 1", "no answer to level 1 last"]


def test_a_resend_repeats_the_same_bytes() -> None:
    stage = Stage(pair(timeout=0.5, retries=2))
    ticket = stage.execute("level", channel=1)
    (first,) = stage.sent()
    stage.wait(0.6)
    assert stage.sent() == [first]
    stage.wait(0.5)
    assert stage.sent() == [first]
    assert not ticket.done
    stage.wait(0.5)
    assert stage.sent() == []
    assert ticket.status == "timeout"
    assert [line for line in stage.said() if line.startswith("no")] == [
        "no answer to level 1",
        "no answer to level 2",
        "no answer to level 3 last",
    ]


def test_the_link_says_what_the_pair_does_not() -> None:
    links = (Link("main", "tcp", timeout=0.25, retries=1),)
    stage = Stage(dimmer(links=links))
    ticket = stage.execute("level", channel=1)
    stage.wait(0.49)
    assert not ticket.done
    stage.wait(0.02)
    assert str(ticket.error) == "level: no answer after 2 attempts"


def test_an_answer_after_a_resend_is_good() -> None:
    stage = Stage(pair(retries=1))
    ticket = stage.execute("level", channel=1)
    stage.wait(1.5)
    stage.hear(level(1))
    assert ticket.status == "ok"


def test_a_damaged_answer_fails_the_attempt_at_once() -> None:
    stage = Stage(pair(retries=1))
    ticket = stage.execute("level", channel=3)
    stage.hear(damaged(level()))
    assert stage.outline() == [
        "> get_level 3",
        f"rejected {damaged(level()).hex()} crc",
        "no answer to level 1",
        "> get_level 3",
    ]
    stage.hear(level())
    assert ticket.status == "ok"


def test_a_good_answer_right_behind_a_damaged_one_is_taken() -> None:
    stage = Stage(pair(retries=1))
    ticket = stage.execute("level", channel=3)
    stage.hear(damaged(level()), level())
    assert ticket.status == "ok"


def test_noise_does_not_end_an_attempt() -> None:
    stage = Stage()
    ticket = stage.execute("level", channel=3)
    stage.hear(b"\xff\xfe", damaged(PANEL), b"{\xff}\r", level())
    assert ticket.status == "ok"


# --- late, early and foreign ---


def test_a_late_answer_is_seen_and_sets_nothing() -> None:
    stage = Stage()
    stage.execute("level", channel=1)
    stage.wait(1.1)
    stage.said()
    stage.hear(level(1, 77))
    assert stage.said() == ["< level 1, 77"]


def test_an_answer_nobody_asked_for_sets_nothing() -> None:
    stage = Stage()
    stage.execute("set", channel=1, level=2)
    stage.said()
    stage.hear(level(1, 77), Ack())
    assert stage.said() == ["< level 1, 77", "< ack"]


def test_half_an_answer_does_not_meet_the_next_command() -> None:
    """Half of a late answer is dropped before the next command; its rest is garbage then."""
    stage = Stage(pair(timeout=0.2))
    stage.execute("level", channel=1)
    data = level(1, 9).encode()
    stage.hear(data[:3])
    stage.wait(0.3)
    second = stage.execute("level", channel=2)
    stage.hear(data[3:])
    assert not second.done
    stage.hear(level(2, 8))
    assert second.result() == level(2, 8)
    assert stage.outline() == [
        "> get_level 1",
        f"incomplete {data[:3].hex()}",
        "no answer to level 1 last",
        "> get_level 2",
        f"garbage {data[3:].hex()}",
        "< level 2, 8",
        "level = 8",
    ]


def test_half_an_event_survives_the_next_command() -> None:
    stage = Stage()
    data = PANEL.encode()
    stage.hear(data[:3])
    stage.execute("level", channel=1)
    stage.hear(data[3:], level(1))
    assert stage.said() == [
        "> get_level 1",
        "< panel 4",
        "keys = 4",
        "< level 1, 50",
        "level = 50",
    ]


def test_events_come_between_a_command_and_its_answer() -> None:
    stage = Stage()
    ticket = stage.execute("level", channel=1)
    stage.hear(PANEL, LINE, level(1), LINE)
    assert ticket.result() == level(1)
    assert stage.said() == [
        "> get_level 1",
        "< panel 4",
        "keys = 4",
        "< line hello",
        "< level 1, 50",
        "level = 50",
        "< line hello",
    ]


def test_an_answer_that_fails_where_belongs_to_somebody_else() -> None:
    stage = Stage(pair(where=lambda x: x.reply.channel == x.request.channel))
    ticket = stage.execute("level", channel=3)
    stage.hear(level(4, 40))
    assert not ticket.done
    stage.hear(level(3, 30))
    assert ticket.result() == level(3, 30)
    assert stage.said() == ["> get_level 3", "< level 4, 40", "< level 3, 30", "level = 30"]


def test_where_may_call_the_request_by_its_name() -> None:
    stage = Stage(pair(where=lambda x: x.level.channel == x.get_level.channel))
    ticket = stage.execute("level", channel=3)
    stage.hear(level(4, 40))
    assert not ticket.done
    stage.hear(level(3, 30))
    assert ticket.result() == level(3, 30)


def test_where_says_nothing_of_what_a_refusal_does_not_have() -> None:
    stage = Stage(pair(where=lambda x: x.reply.channel == x.request.channel))
    ticket = stage.execute("level", channel=3)
    stage.hear(Refusal(fault=1))
    assert ticket.status == "refused"


# --- refusals ---


def test_a_refusal_ends_the_pair_without_resend() -> None:
    stage = Stage(pair(retries=3))
    ticket = stage.execute("level", channel=1)
    stage.hear(Refusal(fault=2))
    assert (ticket.done, ticket.status, ticket.reply) == (True, "refused", Refusal(fault=2))
    with pytest.raises(Refused) as caught:
        ticket.result()
    assert caught.value.reply == Refusal(fault=2)
    stage.wait(5)
    assert stage.said() == ["> get_level 1", "< refused 2", "fault = 2"]


# --- several answers ---


def test_alternatives() -> None:
    stage = Stage(pair(steps=((Answer(Level), Answer(Ack)),)))
    ticket = stage.execute("level", channel=1)
    stage.hear(Ack())
    assert ticket.result() == Ack()


def test_an_acknowledgement_then_the_completion() -> None:
    stage = Stage(pair(steps=((Answer(Ack),), (Answer(Level),))))
    ticket = stage.execute("level", channel=1)
    stage.hear(level(1))
    assert not ticket.done
    stage.hear(Ack())
    stage.wait(0.9)
    stage.hear(PANEL)
    stage.hear(level(1))
    assert ticket.result() == level(1)
    assert ticket.replies == [Ack(), level(1)]


def test_each_answer_has_the_whole_timeout() -> None:
    stage = Stage(pair(steps=((Answer(Ack),), (Answer(Level),))))
    ticket = stage.execute("level", channel=1)
    stage.wait(0.9)
    stage.hear(Ack())
    stage.wait(0.9)
    assert not ticket.done
    stage.wait(0.2)
    assert ticket.status == "timeout"


def test_where_may_compare_the_answers_with_each_other() -> None:
    stage = Stage(
        pair(
            steps=((Answer(Line),), (Answer(Level),)),
            where=lambda x: x.level.channel == len(x.line.text),
        )
    )
    ticket = stage.execute("level", channel=1)
    stage.hear(LINE, level(4), level(5))
    assert ticket.result() == level(5)


def test_any_number_of_answers_until_the_next_kind() -> None:
    stage = Stage(pair(steps=((Answer(Level, many=True),), (Answer(Ack),))))
    none = stage.execute("level", channel=1)
    stage.hear(Ack())
    assert none.replies == [Ack()]
    some = stage.execute("level", channel=1)
    stage.hear(level(1), level(2), level(3))
    assert not some.done
    stage.hear(Ack())
    assert some.replies == [level(1), level(2), level(3), Ack()]


def test_any_number_at_the_end_is_over_at_the_timeout() -> None:
    stage = Stage(pair(steps=((Answer(Level, many=True),),)))
    ticket = stage.execute("level", channel=1)
    stage.hear(level(1), level(2))
    stage.wait(0.9)
    assert not ticket.done
    stage.wait(0.2)
    assert (ticket.status, ticket.replies) == ("ok", [level(1), level(2)])


def test_a_resend_begins_with_the_first_answer_again() -> None:
    stage = Stage(pair(retries=1, steps=((Answer(Ack),), (Answer(Level),))))
    ticket = stage.execute("level", channel=1)
    stage.hear(Ack())
    stage.wait(1.1)
    stage.hear(level(1))
    assert not ticket.done
    stage.hear(Ack(), level(1))
    assert ticket.replies == [Ack(), level(1)]


def test_an_answer_that_waits_for_an_earlier_candidate_is_taken_at_the_timeout() -> None:
    """A line may still become whole where the acknowledgement stands, until time is up."""

    class Long(Line, kw_only=True):
        NAME = "long"
        STARTS = (b"{",)

    class Short(Ack):
        NAME = "short"
        STARTS = (b"{",)

        @classmethod
        def decode_prefix(cls, data, at=0, link=""):  # type: ignore[no-untyped-def]
            return cls(), at + 1

    steps = ((Answer(Long), Answer(Short)),)
    protocol = dimmer(messages=(GetLevel, Long, Short), pairs=(Pair("p", GetLevel, steps=steps),))
    stage = Stage(protocol)
    ticket = stage.execute("p")
    stage.hear(b"{")
    stage.wait(0.9)
    assert not ticket.done
    stage.wait(0.2)
    assert ticket.result() == Short()


# --- conditions, links, the line ---


def test_a_pair_whose_condition_is_false_did_nothing_wrong() -> None:
    stage = Stage(pair(when=lambda x: x.count > 3))
    ticket = stage.execute("level", channel=1)
    assert (ticket.done, ticket.status, ticket.result()) == (True, "ok", None)
    stage.set("count", 4)
    assert not stage.execute("level", channel=1).done


def test_a_pair_of_another_link() -> None:
    stage = Stage(pair(links=("old",)))
    with pytest.raises(LocalError, match="not on link main"):
        stage.execute("level", channel=1)


def test_before_the_connection_commands_wait() -> None:
    stage = Stage(connect=False)
    ticket = stage.execute("level", channel=1)
    stage.wait(100)
    assert stage.said() == []
    stage.session.connected(0, "peer", stage.now)
    assert stage.said() == ["connected peer", "> get_level 1"]
    assert not ticket.done


def test_whoever_waits_is_told_when_the_line_breaks() -> None:
    stage = Stage()
    waiting, queued = stage.execute("level", channel=1), stage.execute("level", channel=2)
    stage.said()
    stage.session.disconnected(0, stage.now, "reset by peer")
    for ticket in (waiting, queued):
        assert (ticket.done, ticket.status) == (True, "error")
        with pytest.raises(TransportError, match="the line is gone: reset by peer"):
            ticket.result()
    assert stage.said() == [
        "disconnected peer reset by peer",
        "not sent level: the line is gone: reset by peer",
    ]
    assert stage.session.idle
    assert stage.session.next_deadline() is None


def test_afterwards_nobody_waits_in_vain() -> None:
    stage = Stage()
    stage.session.disconnected(0, stage.now)
    assert stage.execute("level", channel=1).status == "error"
    stage.session.connected(0, "peer", stage.now)
    assert not stage.execute("level", channel=1).done


def test_an_unfinished_frame_at_the_end_is_told() -> None:
    stage = Stage()
    stage.hear(b"\xff\x02\x91")
    stage.session.disconnected(0, stage.now)
    assert stage.said() == ["garbage ff", "incomplete 0291", "disconnected peer"]


def test_a_stalled_frame_is_told_after_the_links_timeout() -> None:
    stage = Stage()
    stage.hear(b"\x02\x91")
    stage.wait(0.9)
    stage.hear(b"\x02")
    stage.wait(0.9)
    assert stage.said() == []
    stage.wait(0.2)
    assert stage.said() == ["incomplete 029102"]
    assert stage.session.next_deadline() is None


def test_a_session_for_a_link_that_is_not_there() -> None:
    with pytest.raises(LocalError, match="there is no link hub"):
        Stage(dimmer(), link="hub")


def test_a_session_without_links_and_params() -> None:
    stage = Stage(Protocol("bare", messages=(GetLevel, SetLevel, Level)))
    stage.execute("get_level", "command", channel=1)
    assert stage.said() == ["> get_level 1"]
    assert LINK.timeout == stage.session.link.timeout


def test_a_param_may_be_a_constant() -> None:
    stage = Stage(dimmer(params=(Param("level", default=7, constant=True),)))
    with pytest.raises(LocalError, match="level is a constant"):
        stage.set("level", 8)
    stage.execute("tell", channel=1)
    assert stage.said() == ["> set_level 1, 7"]
