"""What the settings of links do, from description to conversation, in virtual time."""

from __future__ import annotations

from typing import Any

from protoc.compiler.loading import load_module
from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source
from tests.runtime.stage import Stage


def stage(text: str, *, peers: int = 1, link: str | None = None, **how: Any) -> Stage:
    """A session of a description, with so many peers."""
    module = load_module(compile_source(Source("device.proto", f"protocol device\n{text}")))
    played = Stage(module.PROTOCOL, connect=False, link=link, **how)
    for number in range(peers):
        played.session.connected(number, f"10.0.0.{number + 1}:4000", played.now)
    played.said()
    return played


# --- datagrams ---

NOTES = """
link udp server :4000 { datagram }
event note { "!"; text : text }
event pair { "P"; a : u8; b : u8 }
command thanks "ok"
on after note { send thanks }
"""


def test_a_datagram_ends_what_runs_on() -> None:
    hub = stage(NOTES)
    hub.hear(b"!one")
    hub.hear(b"!two")
    assert hub.outline() == ["< note one", "> thanks", "< note two", "> thanks"]


def test_what_a_datagram_leaves_unfinished_stays_so() -> None:
    hub = stage(NOTES)
    hub.hear(b"P\x01\x02P\x03")
    hub.hear(b"\x04")
    assert hub.outline() == ["< pair 1, 2", "incomplete 5003", "garbage 04"]


def test_peers_on_one_socket_do_not_mix_and_get_their_own_answers() -> None:
    hub = stage(
        NOTES.replace("{ datagram }", "").replace("text : text }", 'text : text; "." }'), peers=2
    )
    hub.hear(b"!from a", connection=0)
    hub.hear(b"!from b.", connection=1)
    assert hub.sent() == [(1, b"ok")]
    hub.hear(b".", connection=0)
    assert hub.sent() == [(0, b"ok")]
    assert hub.outline() == ["< note from b", "> thanks", "< note from a", "> thanks"]


def test_what_a_server_says_by_itself_goes_to_every_peer() -> None:
    hub = stage(NOTES, peers=3)
    hub.execute("thanks", "command")
    assert [number for number, _ in hub.sent()] == [0, 1, 2]


def test_a_delimiter_that_comes_alone_ends_its_message() -> None:
    for split in range(1, 6):
        hub = stage('link tcp client\nevent note { "!"; text : text; "." }')
        hub.hear(b"!abc."[:split])
        hub.hear(b"!abc."[split:])
        assert hub.outline() == ["< note abc"]


# --- servers ---

HUB = """
link hub : tcp server :4000 { connected -> came; disconnected -> went }
param came : text
param went : text
event key "K{number:dec};"
command thanks "ok"
command ask "?"
response told "={value:dec};"
pair ask = ask -> told
on after key { send thanks; execute ask }
on change came { run hello(came) }
hook hello(peer : text)
"""


def test_params_are_told_who_came_and_went() -> None:
    hub = stage(HUB, peers=0)
    hub.session.connected(0, "10.0.0.1:5001", 0)
    hub.session.disconnected(0, 1)
    hub.session.connected(1, "10.0.0.1:5001", 2)
    assert hub.outline() == [
        "connected 10.0.0.1:5001",
        "came = 10.0.0.1:5001",
        "hook hello('10.0.0.1:5001',)",
        "disconnected 10.0.0.1:5001",
        "went = 10.0.0.1:5001",
        "connected 10.0.0.1:5001",
        "came = 10.0.0.1:5001",
        "hook hello('10.0.0.1:5001',)",
    ]


def test_what_a_message_causes_goes_to_its_sender() -> None:
    hub = stage(HUB, peers=3)
    hub.hear(b"K1;", connection=1)
    assert hub.sent() == [(1, b"ok"), (1, b"?")]


def test_or_to_all() -> None:
    hub = stage(HUB.replace("went }", "went; reply all }"), peers=3)
    hub.hear(b"K1;", connection=1)
    assert [number for number, _ in hub.sent()] == [0, 1, 2, 0, 1, 2]


def test_all_are_asked_and_the_first_answer_counts() -> None:
    hub = stage(HUB, peers=3)
    ticket = hub.execute("ask")
    assert [number for number, _ in hub.sent()] == [0, 1, 2]
    hub.session.disconnected(0, hub.now)
    hub.hear(b"=7;", connection=2)
    assert ticket.status == "ok"
    hub.hear(b"=8;", connection=1)
    assert ticket.replies == [ticket.result()]
    assert [line for line in hub.outline() if line[0] in "<>"] == [
        "> ask",
        "> ask",
        "> ask",
        "< told 7",
        "< told 8",
    ]


def test_when_all_who_were_asked_are_gone_nobody_answers() -> None:
    hub = stage(HUB, peers=2)
    hub.hear(b"K1;", connection=0)
    ticket = hub.execute("ask")
    hub.session.disconnected(0, hub.now)
    assert hub.sent() == [(1, b"?")]
    hub.session.disconnected(1, hub.now)
    assert ticket.status == "error"


# --- what only the timeout ends ---


def test_an_answer_that_nothing_ends_is_over_at_its_timeout() -> None:
    meter = stage("""
link serial 9600 8N1 { timeout 300ms }
command ask "?"
response told "={value:text}"
pair ask = ask -> told
""")
    ticket = meter.execute("ask")
    meter.hear(b"=12")
    meter.wait(0.1)
    meter.hear(b".5")
    assert not ticket.done
    meter.wait(0.2)
    assert ticket.status == "ok"
    assert meter.outline() == ["> ask", "< told 12.5"]
