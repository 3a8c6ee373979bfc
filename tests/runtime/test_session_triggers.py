"""Triggers, actions, hooks: what follows from what, and what goes wrong without harm."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from protoc.runtime.actions import Action, Append, Clear, Do, Execute, Line, Resize, Run, Send, Set
from protoc.runtime.errors import LocalError
from protoc.runtime.protocol import Answer, Hook, On, Pair, Param, Trigger
from tests.runtime.stage import PAIRS, Stage, dimmer, level
from tests.runtime.toys import Ack, GetLevel, Level, Panel, SetLevel
from tests.runtime.toys import Line as TextLine

PANEL = Panel(keys=4)


def on(event: str, *actions: Action, **how: Any) -> Trigger:
    """A trigger: `on("after message panel", …)`."""
    what, kind, name = [*event.split(), "", ""][:3]
    when, otherwise = how.pop("when", None), how.pop("otherwise", ())
    return Trigger(event, On(what, kind, name, **how), actions, when=when, otherwise=otherwise)


def stage_with(*triggers: Trigger, **rows: Any) -> Stage:
    hooks = rows.pop("hooks_given", None)
    return Stage(dimmer(triggers=triggers, **rows), hooks=hooks)


def plus_one(param: str) -> Set:
    return Set(param, lambda x: getattr(x, param) + 1)


COUNTED = (Param("level"), Param("fault"), Param("keys"), Param("count", default=0))


# --- what fires when ---


def test_a_message_sets_its_params_then_fires_after() -> None:
    stage = stage_with(
        on("change param keys", Set("count", lambda x: x.keys)),
        on("before message panel", Run("look")),
        on("after message panel", Run("look")),
        hooks=(Hook("look"),),
    )
    stage.hear(PANEL)
    assert stage.said() == [
        "< panel 4",
        "on before panel",
        "  run look",
        "hook look()",
        "keys = 4",
        "on change keys",
        "  set count",
        "count = 4",
        "on after panel",
        "  run look",
        "hook look()",
    ]


def test_an_equal_value_from_the_device_is_no_change() -> None:
    stage = stage_with(on("change param keys", Run("look")), hooks=(Hook("look"),))
    stage.hear(PANEL, PANEL)
    assert stage.said() == [
        "< panel 4",
        "keys = 4",
        "on change keys",
        "  run look",
        "hook look()",
        "< panel 4",
    ]


def test_an_equal_value_from_the_user_is_a_change() -> None:
    stage = stage_with(on("change param keys", Clear("count")))
    stage.set("keys", 1)
    stage.said()
    stage.set("keys", 1)
    assert stage.said() == ["keys = 1", "on change keys", "  clear count"]


def test_after_clear_the_next_value_is_a_change() -> None:
    stage = stage_with(on("after message line", Clear("keys")))
    stage.hear(PANEL, TextLine(text="x"), PANEL)
    assert stage.outline() == ["< panel 4", "keys = 4", "< line x", "< panel 4", "keys = 4"]


def test_changes_chain_depth_first() -> None:
    stage = stage_with(
        on("change param keys", Set("count", lambda x: 1), Set("level", lambda x: 2)),
        on("change param count", Set("fault", lambda x: 3)),
    )
    stage.set("keys", 0)
    assert stage.outline() == ["keys = 0", "count = 1", "fault = 3", "level = 2"]


def test_change_after_response_waits_for_the_whole_message() -> None:
    class Two(Level, kw_only=True):
        NAME = "two"
        PARAMS = ("channel", "level")

    params = (Param("channel"), Param("level"), Param("seen"))
    stage = Stage(
        dimmer(
            params=params,
            messages=(GetLevel, Two),
            pairs=(Pair("level", GetLevel, steps=((Answer(Two),),)),),
            triggers=(
                on("change param channel", Set("seen", lambda x: x.level), after_response=True),
            ),
        )
    )
    stage.execute("level")
    stage.hear(Two(channel=1, level=2))
    assert stage.outline() == [
        "> get_level 0",
        "< two 1, 2",
        "channel = 1",
        "level = 2",
        "seen = 2",
    ]


def test_the_stages_of_a_pair() -> None:
    stage = stage_with(
        on("before message get_level", Run("look")),
        on("after message get_level", Run("look")),
        on("after message level", Run("look")),
        on("success pair level", Run("look")),
        hooks=(Hook("look"),),
    )
    stage.execute("level", channel=1)
    stage.hear(level(1))
    assert [line for line in stage.said() if line[0] in "<>o"] == [
        "on before get_level",
        "> get_level 1",
        "on after get_level",
        "< level 1, 50",
        "on after level",
        "on success level",
    ]


def test_before_a_command_its_params_can_still_be_set() -> None:
    stage = stage_with(on("before message set_level", plus_one("level")))
    stage.set("level", 1)
    stage.execute("tell", channel=0)
    assert stage.outline() == ["level = 1", "level = 2", "> set_level 0, 2"]


def test_timeout_for_each_attempt_and_after_the_last() -> None:
    pairs = (Pair("level", GetLevel, steps=((Answer(Level),),), retries=1),)
    stage = stage_with(
        on("timeout pair level", plus_one("count")),
        on("timeout pair level", Set("level", lambda x: 0), last=True),
        pairs=pairs,
        params=COUNTED,
    )
    stage.execute("level", channel=1)
    stage.wait(3)
    assert stage.outline() == [
        "> get_level 1",
        "no answer to level 1",
        "count = 1",
        "> get_level 1",
        "no answer to level 2 last",
        "count = 2",
        "level = 0",
    ]


def test_a_refused_pair_neither_succeeds_nor_times_out() -> None:
    stage = stage_with(
        on("success pair level", plus_one("count")),
        on("timeout pair level", plus_one("count")),
        on("after message refused", Set("level", lambda x: x.fault)),
        params=COUNTED,
    )
    stage.execute("level", channel=1)
    stage.hear(b"\x02\xee\x01\x09\xe4")
    stage.wait(3)
    assert stage.outline() == ["> get_level 1", "< refused 9", "fault = 9", "level = 9"]


def test_a_pair_without_answers_succeeds_when_written() -> None:
    stage = stage_with(on("success pair tell", Set("count", lambda x: x.channel)))
    stage.execute("tell", channel=8)
    assert stage.outline() == ["> set_level 8, 0", "count = 8"]


def test_connect_disconnect_and_start() -> None:
    stage = stage_with(
        on("connect", Set("count", lambda x: 1)),
        on("disconnect", Set("count", lambda x: 2)),
        on("start", Set("count", lambda x: 3)),
    )
    stage.session.disconnected(0, 0)
    stage.session.connected(1, "again", 0)
    stage.session.start(0)
    assert stage.outline() == [
        "disconnected peer",
        "count = 2",
        "connected again",
        "count = 1",
        "count = 3",
    ]


def test_idle_when_nothing_is_said_for_a_while() -> None:
    stage = stage_with(on("idle", Send(Ack), seconds=5.0))
    stage.wait(4)
    stage.hear(PANEL)
    stage.wait(4.9)
    assert stage.outline() == ["< panel 4", "keys = 4"]
    stage.wait(0.2)
    assert stage.outline() == ["> ack"]
    stage.wait(5)
    assert stage.outline() == ["> ack"]
    stage.session.disconnected(0, stage.now)
    stage.said()
    stage.wait(60)
    assert stage.said() == []


# --- each ---


def test_each_applies_where_no_trigger_of_that_event_is() -> None:
    stage = stage_with(
        on("change param", plus_one("count")),
        on("change param keys", Set("level", lambda x: 1)),
        on("change param count"),
        params=COUNTED,
    )
    stage.set("fault", 1)
    assert stage.outline() == ["fault = 1", "count = 1"]
    stage.set("keys", 1)
    assert stage.outline() == ["keys = 1", "level = 1", "count = 2"]


def test_a_trigger_of_another_event_does_not_suppress_each() -> None:
    stage = stage_with(
        on("after response", plus_one("count")),
        on("before message ack", Clear("level")),
        params=COUNTED,
    )
    stage.execute("set", channel=1, level=2)
    stage.hear(Ack())
    assert stage.outline() == ["> set_level 1, 2", "< ack", "count = 1"]


@pytest.mark.parametrize(
    "kind, expected",
    [("command", [1, 1]), ("response", [0, 1]), ("event", [0, 0]), ("message", [1, 2])],
)
def test_each_kind_of_message(kind: str, expected: list[int]) -> None:
    stage = stage_with(on(f"after {kind}", plus_one("count")), params=COUNTED)
    stage.execute("set")
    counts = [stage.session.params.get("count")]
    stage.hear(Ack())
    counts.append(stage.session.params.get("count"))
    assert counts == expected


# --- conditions and expressions ---


def test_else_runs_when_the_condition_is_false() -> None:
    stage = stage_with(
        on(
            "after message panel",
            Set("count", lambda x: 1),
            when=lambda x: x.keys > 3,
            otherwise=(Set("count", lambda x: 5),),
        )
    )
    stage.hear(Panel(keys=4), Panel(keys=1))
    assert stage.said() == [
        "< panel 4",
        "keys = 4",
        "on after panel",
        "  set count",
        "count = 1",
        "< panel 1",
        "keys = 1",
        "  set count",
        "count = 5",
    ]


def test_no_value_compared_with_a_number_is_false() -> None:
    stage = stage_with(
        on("after message line", Set("count", lambda x: 1), when=lambda x: x.keys > 3),
        on("after message line", Set("count", lambda x: 2), when=lambda x: x.keys.fault == 1),
        on("after message line", Set("count", lambda x: 3), when=lambda x: x.keys + 1 < 3),
        on("after message line", Set("count", lambda x: 4), when=lambda x: x.keys == None),  # noqa: E711
    )
    stage.hear(TextLine(text="x"))
    assert stage.outline() == ["< line x", "count = 4"]


def test_names_are_fields_then_params() -> None:
    stage = stage_with(on("after message panel", Set("count", lambda x: x.keys * 100 + x.level)))
    stage.set("level", 7)
    stage.said()
    stage.hear(PANEL)
    assert stage.outline() == ["< panel 4", "keys = 4", "count = 407"]


def test_what_cannot_be_computed_is_told_and_stops_nothing() -> None:
    stage = stage_with(
        on("after message panel", Set("count", lambda x: 1), when=lambda x: x.keys > "a"),
        on(
            "after message panel",
            Set("count", lambda x: 1 // (x.keys - 4)),
            Set("nothing", lambda x: 1),
            Set("count", lambda x: 2),
        ),
    )
    stage.hear(PANEL)
    assert [line for line in stage.said() if not line.startswith(("on", "  "))] == [
        "< panel 4",
        "keys = 4",
        "failed after message panel: '>' not supported between instances of 'int' and 'str'",
        "failed after message panel: integer division or modulo by zero",
        "failed after message panel: there is no param nothing",
        "count = 2",
    ]


# --- actions ---


class Bits(msgspec.Struct):
    ready: int = 0
    speed: int = 0


def test_a_bit_of_a_param_can_be_set() -> None:
    stage = stage_with(
        on("after message line", Set("mask", lambda x: 3, path=("speed",))),
        on("after message panel", Set("count", lambda x: x.mask.speed)),
        params=(Param("mask", Bits), Param("count"), Param("keys")),
    )
    stage.hear(TextLine(text=""), TextLine(text=""), PANEL)
    assert stage.outline() == [
        "< line",
        "mask = Bits(ready=0, speed=3)",
        "< line",
        "< panel 4",
        "keys = 4",
        "count = 3",
    ]


def test_triggers_call_triggers() -> None:
    stage = stage_with(
        on("after message panel", Do("other")),
        Trigger("other", None, (Set("count", lambda x: x.keys),)),
    )
    stage.hear(PANEL)
    assert stage.said()[2:] == [
        "on after panel",
        "  do other",
        "on after panel",
        "  set count",
        "count = 4",
    ]


def test_a_trigger_that_sets_itself_in_motion_is_cut_off() -> None:
    stage = stage_with(on("change param count", plus_one("count")), params=COUNTED)
    stage.set("count", 1)
    told = stage.outline()
    assert told[-1] == (
        "failed change param count: 32 triggers deep: change param count sets itself in motion"
    )
    assert told[:-1] == [f"count = {number}" for number in range(1, 34)]


def test_triggers_that_multiply_come_to_an_end() -> None:
    stage = stage_with(
        on("change param count", plus_one("count"), plus_one("count")), params=COUNTED
    )
    stage.set("count", 1)
    failures = [line for line in stage.outline() if line.startswith("failed")]
    assert len(failures) < 10_000
    assert failures[-1].startswith("failed change param count: 10000 triggers from one cause")
    stage.set("count", 2)
    assert "count = 3" in stage.outline()


def test_no_param_is_resized_beyond_all_measure() -> None:
    stage = stage_with(
        on("after message panel", Resize("text", lambda x: x.count), Append("text", "text")),
        params=(*COUNTED, Param("text", str, default="ab")),
    )
    for size, failed in ((4, False), (1 << 40, True), (-1, True)):
        stage.set("count", size)
        stage.hear(PANEL)
        found = [line for line in stage.outline() if line.startswith("failed")]
        assert bool(found) is failed, (size, found)


def test_send_goes_past_the_queue() -> None:
    stage = stage_with(
        on("after message panel", Send(SetLevel, {"channel": lambda x: x.keys})),
    )
    stage.execute("level", channel=1)
    stage.hear(PANEL)
    assert stage.outline()[-1] == "> set_level 4, 0"
    assert not stage.session.idle


def test_a_message_that_cannot_be_sent_is_told() -> None:
    stage = stage_with(
        on("after message panel", Send(SetLevel, {"channel": lambda x: 999}), Clear("count"))
    )
    stage.hear(PANEL)
    assert stage.said()[-2:] == [
        "failed after message panel: set_level.channel: expected 0..255, got 999",
        "  clear count",
    ]


def test_execute_sees_the_message_that_caused_it() -> None:
    stage = stage_with(
        on("after message panel", Execute("pair", "level", {"channel": lambda x: x.keys + 1}))
    )
    stage.hear(PANEL)
    assert stage.outline() == ["< panel 4", "keys = 4", "> get_level 5"]


def test_what_a_trigger_executes_belongs_to_the_ticket_too() -> None:
    stage = stage_with(
        on("after message level", Execute("pair", "set", when=lambda x: x.level > 5))
    )
    ticket = stage.execute("level", channel=1)
    stage.hear(level(1, 9))
    assert (ticket.done, ticket.settled, ticket.status) == (True, False, "ok")
    assert ticket.result() == level(1, 9)
    stage.wait(2)
    assert (ticket.settled, ticket.status, ticket.reply) == (True, "timeout", level(1, 9))
    assert ticket.result() == level(1, 9)


def test_the_line_is_asked_for() -> None:
    stage = stage_with(
        on("timeout pair level", Line("close"), Line("open"), last=True), pairs=PAIRS
    )
    stage.execute("level", channel=1)
    stage.wait(2)
    assert [request.verb for request in stage.session.requests] == ["close", "open"]


# --- hooks ---


def test_hooks_are_called_with_values() -> None:
    called = []
    stage = stage_with(
        on("after message panel", Run("notify", (lambda x: x.keys, lambda x: x.level))),
        hooks=(Hook("notify", ("keys", "level")),),
        hooks_given={"notify": lambda *given: called.append(given)},
    )
    stage.hear(PANEL)
    assert called == [(4, None)]
    assert stage.outline() == ["< panel 4", "keys = 4"]


def test_a_hook_that_raises_stops_nothing() -> None:
    def notify() -> None:
        raise RuntimeError("no disk")

    stage = stage_with(
        on("after message panel", Run("notify"), Set("count", lambda x: 1)),
        hooks=(Hook("notify"),),
        hooks_given={"notify": notify},
    )
    stage.hear(PANEL)
    assert stage.outline()[2:] == ["hook notify failed: no disk", "count = 1"]


def test_hooks_may_be_attributes_and_have_events_of_their_own() -> None:
    class Hooks:
        def __init__(self) -> None:
            self.called: list[object] = []

        def changed(self, keys: int) -> None:
            self.called.append(keys)

    given = Hooks()
    stage = stage_with(
        hooks=(Hook("changed", ("keys",), On("change", "param", "keys")),), hooks_given=given
    )
    stage.hear(PANEL, Panel(keys=0))
    assert given.called == [4, 0]


def test_a_hook_may_use_the_session() -> None:
    def react() -> None:
        stage.set("count", 1)
        stage.execute("level", channel=2)

    stage = stage_with(
        on("after message panel", Run("react")),
        hooks=(Hook("react"),),
        hooks_given={"react": react},
    )
    stage.hear(PANEL)
    assert stage.outline() == ["< panel 4", "keys = 4", "count = 1", "> get_level 2"]


# --- params ---


def test_an_unknown_param_names_those_alike() -> None:
    stage = Stage()
    with pytest.raises(LocalError, match=r"no param lvel; did you mean level\?"):
        stage.set("lvel", 1)
    with pytest.raises(LocalError, match="no param nothing"):
        stage.session.params.get("nothing")


def test_params_begin_with_their_defaults_without_a_change() -> None:
    stage = stage_with(params=COUNTED)
    assert stage.session.params.get("count") == 0
    assert stage.session.params.get("level") is None
    assert stage.session.params.values() == {"count": 0}
    assert stage.said() == []
