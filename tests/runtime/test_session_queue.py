"""The queue: who comes first, groups, pauses, timers."""

from __future__ import annotations

from typing import Any

import pytest

from protoc.runtime.actions import Clear, Execute, Item, Pause, Set, Time
from protoc.runtime.errors import TransportError
from protoc.runtime.executor import BURST
from protoc.runtime.protocol import Answer, Group, On, Pair, Param, Timer, Trigger
from tests.runtime.stage import Stage, dimmer, level
from tests.runtime.toys import GetLevel, Level, Panel, SetLevel

PANEL = Panel(keys=4)


def numbered(number: int) -> Pair:
    """A pair whose command carries its number."""
    steps = ((Answer(Level),),)
    return Pair(f"p{number}", GetLevel, steps, arguments={"channel": lambda x: number})


NUMBERED = tuple(numbered(number) for number in range(10))
TELL = Pair("tell", SetLevel)


def stage_with(**rows: Any) -> Stage:
    return Stage(dimmer(**({"pairs": (*NUMBERED, TELL)} | rows)))


def pair(number: int, **how: Any) -> Execute:
    return Execute("pair", f"p{number}", **how)


def item(number: int) -> Item:
    return Item("pair", f"p{number}")


def answered(stage: Stage, count: int) -> str:
    """The numbers of the next commands, each of them answered."""
    numbers = ""
    for _ in range(count):
        for _, data in stage.sent():
            numbers += str(data[3])
        stage.hear(level())
    return numbers


# --- priorities ---


def test_normal_ones_in_order() -> None:
    stage = stage_with()
    for number in (1, 2, 3):
        stage.queue(f"p{number}")
    assert answered(stage, 3) == "123"


def test_first_goes_to_the_very_front_newest_first() -> None:
    stage = stage_with()
    for number, priority in ((1, "normal"), (2, "normal"), (3, "first"), (4, "first")):
        stage.queue(f"p{number}", priority=priority)
    assert answered(stage, 4) == "1432"


def test_normal_ones_go_before_last_ones() -> None:
    stage = stage_with()
    for number, priority in ((1, "normal"), (2, "last"), (3, "normal"), (4, "last"), (5, "first")):
        stage.queue(f"p{number}", priority=priority)
    assert answered(stage, 5) == "15324"


@pytest.mark.parametrize("priority", ["first", "normal", "last"])
def test_once_is_left_out_when_it_is_queued_already(priority: str) -> None:
    stage = stage_with()
    stage.queue("p1")
    stage.queue("p2")
    again = stage.queue("p2", priority=priority, once=True)
    assert (again.done, again.status) == (True, "ok")
    assert answered(stage, 2) == "12"
    assert stage.session.idle


def test_what_runs_is_not_queued_any_more() -> None:
    stage = stage_with()
    stage.queue("p1")
    stage.queue("p1", once=True)
    assert answered(stage, 2) == "11"


def test_now_interrupts_a_group_between_its_items() -> None:
    stage = stage_with(
        groups=(
            Group("slow", (item(1), item(2), item(3))),
            Group("urgent", (item(7), item(8))),
        )
    )
    stage.queue("slow", "group")
    stage.queue("p5")
    stage.queue("urgent", "group", priority="now")
    stage.queue("p9", priority="now")
    assert answered(stage, 7) == "1789235"


def test_now_on_an_idle_session_is_at_once() -> None:
    stage = stage_with()
    stage.queue("p4", priority="now")
    assert answered(stage, 1) == "4"


# --- groups ---


def test_a_group_runs_its_items_one_after_the_other() -> None:
    stage = stage_with(
        groups=(Group("g", (item(1), Set("count", lambda x: 5), Item("pair", "tell"), item(2))),)
    )
    ticket = stage.queue("g", "group")
    stage.hear(level(1, 1))
    assert not ticket.done
    stage.hear(level(2, 2))
    assert ticket.done
    assert ticket.reply == level(2, 2)
    assert stage.outline() == [
        "> get_level 1",
        "< level 1, 1",
        "level = 1",
        "count = 5",
        "> set_level 0, 1",
        "> get_level 2",
        "< level 2, 2",
        "level = 2",
    ]


def test_a_group_with_a_failed_item_goes_on_and_the_worst_counts() -> None:
    stage = stage_with(groups=(Group("g", (item(1), item(2), item(3))),))
    ticket = stage.queue("g", "group")
    stage.hear(level())
    stage.wait(1.5)
    stage.hear(level())
    assert (ticket.done, ticket.status, str(ticket.error)) == (
        True,
        "timeout",
        "p2: no answer after 1 attempt",
    )


def test_a_pause_delays_the_next_item() -> None:
    stage = stage_with(groups=(Group("g", (item(1), Pause(0.05), item(2))),))
    stage.queue("g", "group")
    assert answered(stage, 1) == "1"
    stage.wait(0.04)
    assert stage.sent() == []
    stage.wait(0.02)
    assert answered(stage, 1) == "2"


def test_a_pause_at_the_end_delays_the_next_group() -> None:
    stage = stage_with(groups=(Group("g", (item(1), Pause(0.05))),))
    ticket = stage.queue("g", "group")
    stage.queue("p2")
    assert answered(stage, 1) == "1"
    assert ticket.done
    assert stage.sent() == []
    stage.wait(0.06)
    assert answered(stage, 1) == "2"


def test_before_and_after_a_group() -> None:
    stage = stage_with(
        groups=(Group("g", (item(1),), when=lambda x: x.count == 1),),
        triggers=(
            Trigger("b", On("before", "group", "g"), (Set("fault", lambda x: 1),)),
            Trigger("a", On("after", "group", "g"), (Set("fault", lambda x: 2),)),
        ),
    )
    assert stage.queue("g", "group").done
    assert stage.said() == []
    stage.set("count", 1)
    stage.queue("g", "group")
    stage.hear(level())
    assert stage.outline() == [
        "count = 1",
        "fault = 1",
        "> get_level 1",
        "< level 3, 50",
        "level = 50",
        "fault = 2",
    ]


def test_groups_in_groups() -> None:
    stage = stage_with(
        groups=(
            Group("outer", (item(1), Item("group", "inner"), item(4))),
            Group("inner", (item(2), item(3))),
        )
    )
    ticket = stage.queue("outer", "group")
    assert answered(stage, 4) == "1234"
    assert ticket.done


def test_a_group_action_that_queues_is_the_tickets_own_work() -> None:
    stage = stage_with(groups=(Group("g", (pair(1, priority="last"),)),))
    ticket = stage.queue("g", "group")
    assert not ticket.done
    assert answered(stage, 1) == "1"
    assert ticket.done


def test_a_trigger_can_be_executed() -> None:
    stage = stage_with(triggers=(Trigger("t", None, (pair(1), pair(2))),))
    ticket = stage.queue("t", "trigger")
    assert not ticket.done
    assert answered(stage, 2) == "12"
    assert ticket.result() == level()


def test_a_command_that_executes_itself_forever_leaves_others_a_turn() -> None:
    again = Trigger("t", On("after", "message", "set_level"), (Execute("pair", "tell"),))
    stage = stage_with(triggers=(again,))
    stage.queue("tell")
    assert 0 < len(stage.sent()) <= BURST
    assert stage.session.next_deadline() == stage.now


def test_what_runs_ends_with_the_line_and_what_waits_is_kept() -> None:
    """Tickets fail; what a trigger or timer queued has nobody to tell, and waits."""
    stage = stage_with(
        groups=(Group("g", (item(1), item(2))),),
        triggers=(Trigger("t", On("after", "message", "panel"), (pair(5),)),),
    )
    group, queued = stage.queue("g", "group"), stage.queue("p3")
    stage.hear(PANEL)
    stage.said()
    stage.session.disconnected(0, stage.now)
    for ticket in (group, queued):
        with pytest.raises(TransportError):
            ticket.result()
    assert stage.said() == [
        "disconnected peer",
        "not sent g: the line is gone",
        "not sent p3: the line is gone",
    ]
    stage.session.connected(0, "peer", stage.now)
    assert answered(stage, 1) == "5"


# --- timers ---


def test_a_timer_queues_its_targets_every_period() -> None:
    stage = stage_with(timers=(Timer("poll", 1.0, (pair(1), pair(2))),))
    stage.session.start(0)
    stage.wait(0.9)
    assert stage.sent() == []
    stage.wait(0.2)
    assert answered(stage, 2) == "12"
    stage.wait(1)
    assert answered(stage, 2) == "12"


def test_a_timer_does_not_queue_what_is_queued() -> None:
    poll = Timer("poll", 1.0, (pair(1, priority="last", once=True),))
    stage = stage_with(
        timers=(poll,), pairs=(Pair("p1", GetLevel, ((Answer(Level),),), timeout=9),)
    )
    stage.session.start(0)
    stage.wait(7.5)
    assert stage.outline() == ["> get_level 0"]
    assert answered(stage, 2) == "0"
    assert stage.session.idle


@pytest.mark.parametrize("after, first", [(None, 1.0), ((0.0, 0.0), 0.0), ((0.2, 0.6), 0.4)])
def test_the_first_run_of_a_timer(after: tuple[float, float] | None, first: float) -> None:
    stage = stage_with(timers=(Timer("poll", 1.0, (Execute("pair", "tell"),), after=after),))
    stage.session.start(0)
    assert stage.session.next_deadline() == pytest.approx(first)
    stage.wait(first)
    assert stage.session.next_deadline() == pytest.approx(first + 1)


def test_first_runs_can_be_drawn() -> None:
    timer = Timer("poll", 1.0, (Execute("pair", "tell"),), after=(0.0, 2.0))
    stage = Stage(dimmer(timers=(timer,)), random=lambda low, high: high)
    stage.session.start(0)
    assert stage.session.next_deadline() == 2.0


def test_a_late_timer_leaves_runs_out() -> None:
    stage = stage_with(timers=(Timer("poll", 1.0, (Execute("pair", "tell"),)),))
    stage.session.start(0)
    stage.session.advance(7.5)
    assert len(stage.sent()) == 1
    assert stage.session.next_deadline() == 8.5


def test_a_loop_begins_again_when_its_targets_are_done() -> None:
    stage = stage_with(timers=(Timer("poll", None, (pair(1), pair(2))),))
    stage.session.start(0)
    stage.wait(0)
    for _ in range(3):
        assert answered(stage, 2) == "12"
        assert stage.session.idle
        stage.wait(0.001)


def test_a_loop_with_nothing_to_do_does_not_spin() -> None:
    stage = stage_with(timers=(Timer("poll", None, (pair(1),), when=lambda x: x.count > 1),))
    stage.session.start(0)
    stage.wait(1)
    stage.set("count", 2)
    stage.wait(0.001)
    assert answered(stage, 1) == "1"


def test_timers_are_started_stopped_and_restarted() -> None:
    def on(keys: int, *actions: Any) -> Trigger:
        return Trigger(str(keys), On("after", "message", "panel"), actions, when=_keys(keys))

    stage = stage_with(
        timers=(Timer("poll", 1.0, (Execute("pair", "tell"),), stopped=True),),
        triggers=(
            on(1, Time("start", "poll")),
            on(2, Time("stop", "poll")),
            on(3, Time("restart", "poll")),
            on(4, Time("start", "pol")),
        ),
    )
    stage.session.start(0)
    assert stage.session.next_deadline() is None
    stage.hear(Panel(keys=1))
    stage.wait(0)
    assert len(stage.sent()) == 1
    stage.wait(0.5)
    stage.hear(Panel(keys=1))
    stage.hear(Panel(keys=3))
    assert stage.session.next_deadline() == 1.0
    stage.hear(Panel(keys=2))
    assert stage.session.next_deadline() is None
    stage.said()
    stage.hear(Panel(keys=4))
    assert stage.said()[-1] == "failed 4: there is no timer pol"


def _keys(number: int) -> Any:
    return lambda x: x.keys == number


def test_a_pause_between_the_targets_of_a_timer() -> None:
    stage = stage_with(timers=(Timer("poll", 1.0, (pair(1), pair(2)), gap=0.2),))
    stage.session.start(0)
    stage.wait(1)
    assert answered(stage, 1) == "1"
    assert stage.sent() == []
    stage.wait(0.2)
    assert answered(stage, 1) == "2"


def test_an_immediate_group_runs_beside_the_queue() -> None:
    stage = stage_with(
        groups=(Group("tick", (Set("count", lambda x: 1), Clear("count")), immediate=True),),
        timers=(Timer("poll", 1.0, (Execute("group", "tick"),)),),
    )
    stage.queue("p1")
    stage.session.start(0)
    stage.wait(1)
    assert "count = 1" in stage.said()


def test_before_a_timer_and_its_condition() -> None:
    stage = stage_with(
        timers=(Timer("poll", 1.0, (Execute("pair", "tell"),), when=lambda x: x.count == 2),),
        triggers=(Trigger("t", On("before", "timer", "poll"), (Set("fault", lambda x: 1),)),),
    )
    stage.session.start(0)
    stage.wait(1)
    assert stage.said() == []
    stage.set("count", 2)
    stage.wait(1)
    assert stage.outline() == ["count = 2", "fault = 1", "> set_level 0, 0"]


def test_no_timer_runs_unless_the_session_is_started() -> None:
    stage = stage_with(timers=(Timer("poll", 1.0, (Execute("pair", "tell"),)),))
    stage.execute("tell")
    assert stage.session.next_deadline() is None


def test_ten_thousand_timers() -> None:
    timers = tuple(
        Timer(f"t{number}", 10.0, (Execute("pair", "tell"),), after=(number / 1000, number / 1000))
        for number in range(10_000)
    )
    stage = stage_with(timers=timers)
    stage.session.start(0)
    stage.wait(9.9999)
    assert len(stage.sent()) == 10_000
    stage.wait(9.9999)
    assert len(stage.sent()) == 10_000


# --- one device among several, and the other side ---


def test_several_peers_each_with_a_stream_of_its_own() -> None:
    stage = Stage(dimmer(params=(Param("keys"),)))
    stage.session.connected(1, "other", 0)
    data = PANEL.encode()
    stage.hear(data[:2], connection=0)
    stage.hear(PANEL, connection=1)
    stage.hear(data[2:], connection=0)
    assert [line for line in stage.said() if line[0] == "<"] == ["< panel 4", "< panel 4"]


def test_an_answer_from_another_peer_is_not_the_answer() -> None:
    stage = Stage()
    ticket = stage.execute("level", channel=1)
    stage.session.connected(1, "other", 0)  # it was not asked
    stage.hear(level(), connection=1)
    assert not ticket.done
    stage.session.disconnected(1, 0)
    assert not ticket.done
    stage.hear(level(), connection=0)
    assert ticket.status == "ok"


# --- what nobody waits for any more ---


def test_a_cancelled_ticket_is_withdrawn_from_the_queue() -> None:
    stage = stage_with()
    first, second = stage.queue("p1"), stage.queue("p2")
    stage.session.cancel(second, stage.now)
    assert answered(stage, 1) == "1"
    assert (first.done, second.done, stage.session.idle) == (True, True, True)


def test_a_cancelled_command_is_not_sent_again_and_its_answer_is_late() -> None:
    stage = stage_with()
    ticket = stage.queue("p1")
    waiting = stage.queue("p2")
    stage.session.cancel(ticket, stage.now)
    assert ticket.done
    assert [data[3] for _, data in stage.sent()] == [1, 2]
    stage.hear(level())
    assert waiting.done


def test_a_cancelled_group_ends_with_its_item() -> None:
    stage = stage_with(groups=(Group("g", (item(1), item(2))),))
    ticket = stage.queue("g", "group")
    stage.queue("p3")
    stage.session.cancel(ticket, stage.now)
    assert [data[3] for _, data in stage.sent()] == [1, 3]


# --- tables that do not hold together ---


def test_a_group_that_contains_itself_is_cut_off() -> None:
    stage = stage_with(groups=(Group("g", (Item("pair", "tell"), Item("group", "g"))),))
    ticket = stage.queue("g", "group")
    assert ticket.done
    assert str(ticket.error) == "32 groups deep: g contains itself"


def test_an_item_that_is_not_there_is_told_and_the_group_goes_on() -> None:
    stage = stage_with(groups=(Group("g", (Item("pair", "lost"), Item("pair", "tell"))),))
    stage.queue("g", "group")
    assert stage.said() == ["not sent lost: there is no pair lost", "> set_level 0, 0"]


def test_what_is_on_another_link_is_passed_over() -> None:
    """One description serves several links: a timer polls what there is on this one."""
    elsewhere = Pair("old", SetLevel, links=("serial",))
    targets = (Execute("pair", "old"), Execute("pair", "tell"))
    stage = stage_with(pairs=(elsewhere, TELL), timers=(Timer("poll", 1.0, targets),))
    stage.session.start(0)
    stage.wait(1)
    assert stage.said() == ["> set_level 0, 0"]
