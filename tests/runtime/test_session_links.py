"""What the settings of links do, from description to conversation, in virtual time."""

from __future__ import annotations

from typing import Any

import pytest

from protoc.compiler.loading import load_module
from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source
from protoc.runtime.transports.urls import choose_link
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


def test_what_somebody_asked_for_who_is_gone_goes_to_nobody() -> None:
    """Not even to the one who has its number now; each is told."""
    hub = stage(HUB, peers=2)
    hub.hear(b"K1;K2;", connection=0)
    assert hub.sent() == [(0, b"ok"), (0, b"ok"), (0, b"?")]
    hub.session.disconnected(0, hub.now)
    hub.session.connected(0, "10.0.0.9:4000", hub.now)
    assert hub.sent() == []
    assert [line for line in hub.outline() if line.startswith("not sent")] == [
        "not sent ask: the line is gone",
        "not sent ask: whoever asked for it is gone",
    ]
    hub.hear(b"K3;", connection=0)
    assert hub.sent() == [(0, b"ok"), (0, b"?")]


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


# --- pauses ---

RTU = """
link bus : serial 9600 8N1 { idle 3.5char; timeout 500ms }
message frame { unit : u8; pdu : body max 253; check : u8 = sum(..) }
event any in frame
"""
CHARACTER = 10 / 9600


def test_a_pause_ends_what_runs_on() -> None:
    bus = stage(RTU)
    bus.hear(b"\x01ab")
    bus.wait(3 * CHARACTER)
    bus.hear(b"\xc4")
    bus.wait(3 * CHARACTER)
    assert bus.outline() == []
    bus.wait(1 * CHARACTER)
    bus.hear(b"\x02\x02")
    bus.wait(4 * CHARACTER)
    assert bus.outline() == ["< any 1, b'ab'", "< any 2, b''"]


def test_the_pause_follows_the_speed_of_the_url() -> None:
    device = load_module(compile_source(Source("device.proto", f"protocol device\n{RTU}")))
    link = choose_link(device.PROTOCOL, "serial:///dev/x?baudrate=1200&parity=E")
    assert link is not None
    assert link.pause == pytest.approx(3.5 * 11 / 1200)


def test_what_a_pause_cuts_off_is_searched_again() -> None:
    bus = stage(
        """
link serial 9600 8N1 { idle 5ms }
event long { 0x01; data : bytes[8] }
event short { 0x02; value : u8 }
"""
    )
    bus.hear(b"\x01\x00\x02\x07")
    bus.wait(0.005)
    assert bus.outline() == ["garbage 0100", "< short 7"]


# --- hand-over ---


def test_what_came_is_handed_over_each_time_so_much_is_there() -> None:
    feed = stage("link tcp client { hand_over 4 }\nevent chunk { data : bytes }")
    feed.hear(b"123456789")
    assert feed.outline() == ["< chunk b'1234'", "< chunk b'5678'"]
    feed.wait(0.015)
    assert feed.outline() == ["< chunk b'9'"]
    feed.hear(b"abcd")
    assert feed.outline() == ["< chunk b'abcd'"]


def test_each_piece_begins_with_who_sent_it() -> None:
    hub = stage(
        """
link tcp server :4000 { peer_header; hand_over 2 }
event chunk { port : u16; host : u32; number : u64le; data : bytes }
"""
    )
    hub.hear(b"abc")
    hub.wait(0.02)
    hub.hear(b"d")
    hub.wait(0.02)
    assert hub.outline() == [
        "< chunk 4000, 167772161, 0, b'ab'",
        "< chunk 4000, 167772161, 1, b'c'",
        "< chunk 4000, 167772161, 2, b'd'",
    ]


def test_each_datagram_begins_with_who_sent_it() -> None:
    hub = stage(
        """
link udp server :4000 { peer_header; datagram }
event chunk { host : u32; port : u16; data : bytes }
""",
        peers=2,
    )
    hub.hear(b"a", connection=1)
    hub.hear(b"b", connection=0)
    assert hub.outline() == ["< chunk 167772162, 4000, b'a'", "< chunk 167772161, 4000, b'b'"]


# --- lines that are shared ---

SHARED = """
link bus : serial 9600 8N1 { %s timeout 200ms }
param value : u8
command ask { "?"; unit : u8; CR }
response told { "="; unit : u8; value; CR }
event alarm { "!"; unit : u8; CR }
command quiet { "#"; unit : u8; CR }
pair ask = ask -> told where reply.unit == request.unit
on after alarm { send quiet(unit=unit) }
"""


def test_the_echo_is_discarded() -> None:
    bus = stage(SHARED % "echo discard;")
    ticket = bus.execute("ask", unit=1)
    for piece in (b"?", b"\x01\r=\x01", b"\x07\r"):
        bus.hear(piece)
    assert ticket.status == "ok"
    assert bus.outline() == ["> ask 1", "< told 1, 7", "value = 7"]


def test_what_is_no_echo_is_taken_as_it_is() -> None:
    bus = stage(SHARED % "echo discard;")
    ticket = bus.execute("ask", unit=1)
    bus.hear(b"?\x02\r")  # a collision
    bus.hear(b"=\x01\x07\r")
    assert ticket.status == "ok"
    assert "garbage 3f020d" in bus.outline()


def test_an_answer_that_begins_like_its_request_is_no_echo() -> None:
    bus = stage("""
        link bus : serial 9600 8N1 { echo discard; timeout 200ms }
        command ask { 0xFE; to : u8; of : u8; 0xFD }
        response told { 0xFE; to : u8; of : u8; level : u8; 0xFD }
        pair ask = ask -> told
    """)
    for answer in (b"\xfe\x01\x02\x07\xfd", b"\xfe\x01\x07\x02\xfd"):
        ticket = bus.execute("ask", to=1, of=2)
        for byte in answer:
            bus.hear(bytes([byte]))
        assert ticket.status == "ok"


def test_an_echo_that_does_not_come_is_not_awaited_for_ever() -> None:
    bus = stage(SHARED % "echo discard;")
    bus.execute("ask", unit=1)
    bus.wait(0.3)
    bus.hear(b"?\x01\r=\x01\x07\r")
    assert "garbage 3f010d" in bus.outline()


def test_what_others_ask_and_answer_is_seen_and_ignored() -> None:
    bus = stage(SHARED % "bystanders ignore;")
    bus.hear(b"?\x02\r=\x02\x09\r")
    assert bus.outline() == ["< ask 2", "< told 2, 9"]
    without = stage(SHARED % "")
    without.hear(b"?\x02\r=\x02\x09\r")
    assert without.outline() == ["garbage 3f020d", "< told 2, 9"]


def test_on_half_a_duplex_nothing_is_sent_while_an_answer_is_awaited() -> None:
    bus = stage(SHARED % "half_duplex;")
    ticket = bus.execute("ask", unit=1)
    bus.hear(b"!\x05\r")
    assert bus.sent() == [(0, b"?\x01\r")]
    bus.wait(0.1)
    bus.hear(b"=\x01\x07\r")
    assert ticket.status == "ok"
    assert bus.sent() == [(0, b"#\x05\r")]


def test_what_is_sent_takes_its_time() -> None:
    bus = stage(SHARED % "half_duplex; idle 2ms;")
    bus.execute("quiet", "command", unit=1)
    bus.execute("quiet", "command", unit=2)
    assert len(bus.sent()) == 1
    bus.wait(3 * CHARACTER + 0.0019)
    assert bus.sent() == []
    bus.wait(0.0002)
    assert bus.sent() == [(0, b"#\x02\r")]


def test_nothing_is_sent_while_somebody_talks() -> None:
    bus = stage(SHARED % "half_duplex; idle 10ms;")
    bus.hear(b"=\x02")
    ticket = bus.execute("ask", unit=1)
    assert bus.sent() == []
    bus.wait(0.009)
    bus.hear(b"\x09\r")
    bus.wait(0.009)
    assert bus.sent() == []
    bus.wait(0.001)
    assert bus.sent() == [(0, b"?\x01\r")]
    bus.hear(b"=\x01\x07\r")
    assert ticket.status == "ok"


def test_whoever_never_stops_talking_is_cut_off_by_the_timeout() -> None:
    bus = stage(SHARED % "half_duplex;")
    bus.hear(b"=\x02")
    bus.execute("ask", unit=1)
    bus.wait(0.2)
    assert bus.sent() == [(0, b"?\x01\r")]


# --- lines that break ---


def test_what_timers_ask_while_the_line_is_away_waits_for_it() -> None:
    """What was asked when it broke is told to have no answer."""
    line = stage(
        """
link line : tcp client { reconnect 1s; end LF }
command get "G"
command put "P"
response got "V{value:dec}"
pair get = get -> got
pair put = put -> none
timer poll every 1s after 1s do get, put
"""
    )
    line.session.start(0)
    line.wait(1)
    assert line.sent() == [(0, b"G\n")]
    line.session.disconnected(0, line.now, "reset")
    line.wait(3)
    for _ in range(3):
        line.session.not_opened("refused", line.now)
    lost = [each for each in line.outline() if each.startswith("not sent")]
    assert lost == ["not sent get: the line is gone: reset"]
    line.session.connected(0, "10.0.0.1:4000", line.now)
    assert line.sent() == [(0, b"P\n"), (0, b"G\n")]
