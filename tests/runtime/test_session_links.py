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
