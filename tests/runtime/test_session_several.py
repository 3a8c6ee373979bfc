"""One conversation over several links at once, in virtual time."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from protoc.compiler.loading import load_module
from protoc.compiler.pipeline import compile_source
from protoc.dsl.renderers import render
from protoc.dsl.source import Source
from protoc.runtime.errors import LocalError, TransportError
from protoc.runtime.protocol import Protocol
from tests.runtime.stage import Stage

BENCH = """
link control : tcp client :4001 { timeout 1s; retries 1; end LF }
link data    : tcp client :4002 { timeout 2s; end LF }
param volts : float
param mark : int default 7
command get "V?"
response got on control "V={volts:float}"
command arm on data "ARM {mark}"
response armed on data "OK {count:dec}"
event sample on data "S{number:dec}"
event alarm on control "!{what:text}"
command note "N{number:dec}"
pair get = get -> got                    on control
pair arm = arm -> armed                  on data
pair tell = note -> none
group both { get; arm; get }
"""


MARK = 'command mark_it "M{mark}"\npair marked = mark_it -> none\n'


@cache
def protocol_of(text: str) -> Protocol:
    """The table of a description."""
    protocol: Protocol = load_module(compile_source(Source("device.proto", text))).PROTOCOL
    return protocol


class Bench(Stage):
    """A session over both links; connection 0 is `control`, connection 1 is `data`."""

    def __init__(self, more: str = "", text: str = BENCH, **how: Any) -> None:
        protocol = protocol_of(f"protocol bench\n{text}{more}")
        links = tuple(each.name for each in protocol.links)
        super().__init__(protocol, connect=False, link=links, **how)
        for number, link in enumerate(links):
            self.session.connected(number, link, self.now, link)
        self.said()


def on_links(bench: Stage) -> list[tuple[str, str]]:
    """What was said and heard, each with its link."""
    found = []
    while (event := bench.session.next_event()) is not None:
        if type(event).__name__ == "MessageSeen":
            found.append((event.link, event.message.NAME))  # type: ignore[union-attr]
    return found


def test_each_pair_goes_over_its_link() -> None:
    bench = Bench()
    first, second = bench.execute("get"), bench.execute("arm")
    assert bench.sent() == [(0, b"V?\n"), (1, b"ARM 7\n")]  # neither waits for the other
    bench.hear(b"OK 3\n", connection=1)
    assert second.done
    assert not first.done
    bench.hear(b"V=1.5\n", connection=0)
    assert first.done
    assert bench.session.params.get("volts") == 1.5
    assert on_links(bench) == [
        ("control", "get"),
        ("data", "arm"),
        ("data", "armed"),
        ("control", "got"),
    ]


def test_an_answer_on_the_wrong_link_is_none() -> None:
    bench = Bench()
    ticket = bench.execute("get")
    bench.hear(b"V=1.5\nS1\n", connection=1)
    assert not ticket.done
    assert bench.outline() == ["> get", "garbage 563d312e350a", "< sample 1"]


def test_a_group_over_both_keeps_its_order() -> None:
    bench = Bench()
    ticket = bench.execute("both", "group")
    assert bench.sent() == [(0, b"V?\n")]
    bench.hear(b"V=1\n", connection=0)
    assert bench.sent() == [(1, b"ARM 7\n")]
    bench.hear(b"OK 3\n", connection=1)
    assert bench.sent() == [(0, b"V?\n")]
    bench.hear(b"V=2\n", connection=0)
    assert ticket.done
    assert ticket.status == "ok"
    assert bench.session.idle


def test_an_item_waits_for_its_turn_on_the_other_link() -> None:
    bench = Bench()
    arm, both = bench.execute("arm"), bench.execute("both", "group")
    bench.hear(b"V=1\n", connection=0)
    assert bench.sent() == [(1, b"ARM 7\n"), (0, b"V?\n")]
    bench.hear(b"OK 1\n", connection=1)
    assert arm.done
    assert bench.sent() == [(1, b"ARM 7\n")]
    bench.hear(b"OK 2\n", connection=1)
    bench.hear(b"V=2\n", connection=0)
    assert both.done


def test_what_a_message_causes_stays_on_its_link() -> None:
    bench = Bench("on after sample { execute tell(number=1); send note(number=2) }\n")
    bench.hear(b"S5\n", connection=1)
    assert bench.sent() == [(1, b"N2\n"), (1, b"N1\n")]  # `send` does not queue


def test_or_goes_where_it_belongs() -> None:
    bench = Bench(
        "on after sample { execute get }\non timeout arm last { execute tell(number=9) }\n"
    )
    bench.hear(b"S5\n", connection=1)
    assert bench.sent() == [(0, b"V?\n")]
    bench.execute("arm")
    bench.sent()
    bench.wait(2)
    assert (1, b"N9\n") in bench.sent()


def test_what_nothing_causes_goes_over_the_first_link() -> None:
    bench = Bench()
    bench.execute("tell", number=4)
    assert bench.sent() == [(0, b"N4\n")]


def test_links_have_their_own_timeouts_and_retries() -> None:
    bench = Bench()
    get, arm = bench.execute("get"), bench.execute("arm")
    bench.wait(1)
    assert bench.outline() == ["> get", "> arm 7", "no answer to get 1", "> get"]
    bench.wait(1)
    assert sorted(bench.outline()) == ["no answer to arm 1 last", "no answer to get 2 last"]
    assert (get.status, arm.status) == ("timeout", "timeout")


def test_one_link_is_lost_while_the_other_goes_on() -> None:
    bench = Bench()
    get, arm = bench.execute("get"), bench.execute("arm")
    bench.session.disconnected(1, bench.now, "reset")
    assert isinstance(arm.error, TransportError)
    assert not get.done
    bench.hear(b"V=3\n", connection=0)
    assert get.status == "ok"
    assert bench.outline() == [
        "> get",
        "> arm 7",
        "disconnected data reset",
        "< got 3.0",
        "volts = 3.0",
    ]
    late = bench.execute("arm")
    assert isinstance(late.error, TransportError)
    assert bench.outline() == ["not sent arm: not connected"]


def test_a_group_passes_over_what_is_lost() -> None:
    bench = Bench()
    ticket = bench.execute("both", "group")
    bench.session.disconnected(1, bench.now, "reset")
    bench.hear(b"V=1\n", connection=0)
    bench.hear(b"V=2\n", connection=0)
    assert ticket.done
    assert ticket.status == "error"
    assert "not sent arm: not connected" in bench.outline()
    assert bench.session.idle


def test_a_link_is_lost_while_a_group_waits_for_it() -> None:
    bench = Bench()
    bench.execute("arm")
    both = bench.execute("both", "group")
    bench.hear(b"V=1\n", connection=0)
    bench.session.disconnected(1, bench.now, "reset")
    bench.hear(b"V=2\n", connection=0)
    assert both.done
    assert both.status == "error"
    bench.sent()
    assert bench.session.idle


def test_timers_wait_for_the_link_that_is_gone_and_for_no_other() -> None:
    bench = Bench("timer every 1s do arm\ntimer every 1s do tell(number=1)\n")
    bench.session.start(bench.now)
    bench.session.disconnected(1, bench.now)
    bench.wait(3)
    assert [line for line in bench.outline() if line == "> note 1"] == ["> note 1"] * 3
    bench.session.connected(1, "data", bench.now, "data")
    assert bench.sent() == [(1, b"ARM 7\n")]  # once, though three were due


def test_triggers_for_one_link() -> None:
    bench = Bench("param seen : int default 0\non connect data { set seen = seen + 1 }\n")
    bench.session.disconnected(0, bench.now)
    bench.session.connected(0, "control", bench.now, "control")
    assert bench.session.params.get("seen") == 1
    bench.session.disconnected(1, bench.now)
    bench.session.connected(1, "data", bench.now, "data")
    assert bench.session.params.get("seen") == 2


def test_actions_open_and_close_their_own_link_or_the_one_they_name() -> None:
    bench = Bench("on after sample { close; open control }\n")
    bench.hear(b"S1\n", connection=1)
    assert [(each.verb, each.link) for each in bench.session.requests] == [
        ("close", "data"),
        ("open", "control"),
    ]


def test_triggers_are_executed_whatever_link_is_gone() -> None:
    bench = Bench("trigger prepare { execute arm }\n")
    bench.session.disconnected(0, bench.now)
    bench.execute("prepare", "trigger")
    assert bench.sent() == [(1, b"ARM 7\n")]
    bench.session.disconnected(1, bench.now)
    assert isinstance(bench.execute("prepare", "trigger").error, TransportError)


def test_a_pair_goes_where_its_answers_can_come() -> None:
    text = 'link a : tcp client\nlink b : tcp client\ncommand ask { "?" }\n'
    text += 'response one on b { "1" }\nresponse two on b { "2" }\npair ask = ask -> one | two\n'
    bench = Bench(text=text)
    bench.execute("ask")
    assert bench.sent() == [(1, b"?")]


def test_a_group_with_an_item_for_all_links_goes_over_the_first() -> None:
    bench = Bench(MARK + "group both_ways { marked; arm }\n")
    bench.execute("both_ways", "group")
    assert bench.sent() == [(0, b"M7\n"), (1, b"ARM 7\n")]


def test_a_pause_holds_up_its_own_link_only() -> None:
    bench = Bench("on after sample { sleep 5s }\n")
    bench.hear(b"S1\n", connection=1)
    bench.execute("arm")
    bench.execute("get")
    assert bench.sent() == [(0, b"V?\n")]
    bench.wait(5)
    assert bench.sent() == [(0, b"V?\n"), (1, b"ARM 7\n")]  # the first is a retry


def test_a_withdrawn_ticket_is_withdrawn_everywhere() -> None:
    bench = Bench()
    bench.execute("arm")
    both = bench.execute("both", "group")
    bench.hear(b"V=1\n", connection=0)
    bench.session.cancel(both, bench.now)
    bench.sent()
    bench.hear(b"OK 1\n", connection=1)
    assert bench.sent() == []
    assert bench.session.idle


def test_links_that_there_are_not() -> None:
    bench = Bench()
    with pytest.raises(LocalError, match="there is no link spare"):
        Stage(bench.session.protocol, connect=False, link=("control", "spare"))
    with pytest.raises(LocalError, match="it is on control, data"):
        bench.session.connected(2, "x", bench.now, "spare")


# --- a queue for several links ---

SHARED = BENCH.replace(
    "link data    : tcp client :4002 {", "link data : tcp client :4002 { queue control;"
)


def test_links_with_one_queue_take_turns() -> None:
    bench = Bench(text=SHARED)
    bench.execute("get")
    bench.execute("arm")
    assert bench.sent() == [(0, b"V?\n")]
    bench.hear(b"S1\n", connection=1)  # events come at any time
    bench.hear(b"V=1\n", connection=0)
    assert bench.sent() == [(1, b"ARM 7\n")]
    bench.hear(b"V=1\n", connection=0)
    assert not bench.session.idle
    bench.hear(b"OK 1\n", connection=1)
    assert bench.session.idle


def test_a_link_that_is_gone_does_not_hold_up_the_others_of_its_queue() -> None:
    bench = Bench("timer every 1s do arm\ntimer every 1s do get\n", text=SHARED)
    bench.session.start(bench.now)
    bench.session.disconnected(1, bench.now, "reset")
    bench.wait(1)
    assert bench.outline() == ["disconnected data reset", "not sent arm: not connected", "> get"]


def test_when_all_are_gone_what_is_queued_waits() -> None:
    bench = Bench("timer every 1s do arm\ntimer every 1s do get\n", text=SHARED)
    bench.session.start(bench.now)
    for number in (0, 1):
        bench.session.disconnected(number, bench.now)
    bench.wait(1)
    bench.said()
    bench.session.connected(1, "data", bench.now, "data")
    bench.wait(0)
    assert bench.outline() == ["connected data", "> arm 7"]


# --- a spare ---

SPARE = """
link main  : tcp client :4001 { timeout 1s; retries 1; end LF; offline 5s }
link spare : tcp client :4002 { timeout 1s; retries 1; end LF; offline 5s; spare_of main }
command ask "?"
response told "={value:dec}"
pair ask = ask -> told
pair here = ask -> told on main
group poll { ask; ask }
timer every 10s do poll
"""


def test_a_spare_is_asked_when_nobody_answers() -> None:
    bench = Bench(text=SPARE)
    bench.execute("poll", "group")
    bench.execute("ask")
    bench.wait(2)  # the first item, and its retry
    assert bench.outline() == [
        "> ask",
        "no answer to ask 1",
        "> ask",
        "no answer to ask 2 last",
        "spare instead of main",
        "> ask",
    ]
    assert [number for number, _ in bench.sent()] == []
    bench.wait(2)  # the group goes on where it began
    bench.said()
    bench.hear(b"=1\n", connection=1)
    assert bench.session.idle


def test_what_is_asked_next_goes_over_the_spare() -> None:
    bench = Bench(text=SPARE)
    bench.execute("ask")
    bench.wait(2)
    bench.sent()
    bench.execute("ask")
    assert bench.sent() == [(1, b"?\n")]
    bench.wait(2)  # nor does that one answer: back again
    bench.sent()
    bench.execute("ask")
    assert bench.sent() == [(0, b"?\n")]


def test_what_says_its_link_is_not_diverted() -> None:
    bench = Bench(text=SPARE)
    bench.execute("here")
    bench.wait(2)
    bench.sent()
    bench.execute("ask")
    assert bench.sent() == [(0, b"?\n")]


def test_a_spare_does_what_a_broken_link_cannot() -> None:
    bench = Bench(text=SPARE)
    bench.execute("ask")
    bench.session.disconnected(0, bench.now, "reset")
    bench.sent()
    assert bench.execute("ask").status == "ok"
    assert bench.sent() == [(1, b"?\n")]
    bench.session.connected(0, "main", bench.now, "main")
    bench.hear(b"=1\n", connection=1)
    bench.execute("ask")
    assert bench.sent() == [(1, b"?\n")]  # it stays where it works


def test_a_device_responds_as_long_as_one_link_does() -> None:
    bench = Bench(text=SPARE)
    for _ in range(8):
        bench.execute("ask")
        bench.hear(b"=1\n", connection=1)  # the first time that is none, it was asked over `main`
        bench.wait(2)
    said = bench.outline()
    assert "spare instead of main" in said
    assert "not responding" not in said
    for _ in range(3):
        bench.execute("ask")
        bench.wait(2)
    assert "not responding" in bench.outline()


def test_without_its_spare_a_link_is_as_any() -> None:
    bench = Bench(text=SPARE)
    bench.session.disconnected(1, bench.now)
    bench.execute("ask")
    bench.wait(2)
    bench.sent()
    bench.execute("ask")
    assert bench.sent() == [(0, b"?\n")]


@pytest.mark.parametrize(
    "text, why",
    [
        ("link a : tcp client { queue b }\nlink b : tcp client", "no link `b` above this one"),
        ("link a : tcp client { spare_of a }", "it names another link"),
        ("link a : tcp client\nlink b : tcp server { spare_of a }", "a server is connected to"),
        ("link a : tcp client\nlink b : tcp client { queue 5 }", "`queue` needs a link"),
    ],
)
def test_a_link_names_one_above_it(text: str, why: str) -> None:
    compilation = compile_source(Source("device.proto", f'protocol x\n{text}\nevent e "E"'))
    assert why in render(list(compilation.diagnostics), "full")
