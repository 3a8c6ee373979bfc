"""Endpoints over real sockets and pseudo-terminals of this machine. Nothing here sleeps."""

import contextlib
import os
import selectors
import socket
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from protoc.runtime.errors import TransportError
from protoc.runtime.protocol import Link, Server
from protoc.runtime.transports.admission import Admission
from protoc.runtime.transports.base import (
    LARGEST_BACKLOG,
    READ,
    Closed,
    Endpoint,
    Failed,
    Opened,
    Received,
    Signal,
    TurnedAway,
)
from protoc.runtime.transports.urls import listen_endpoint, open_endpoint

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")


class Bench:
    """Drives any number of endpoints and keeps what they signal."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.signals: dict[Endpoint, list[Signal]] = {}

    def start(self, endpoint: Endpoint) -> Endpoint:
        def watch(file: int, mask: int) -> None:
            if file in self.selector.get_map():
                self.selector.unregister(file)
            if mask:
                self.selector.register(file, mask, endpoint)

        self.signals[endpoint] = []
        endpoint.prepare()
        endpoint.start(watch)
        return endpoint

    def step(self, wait: float) -> bool:
        """One wait; False when nothing came."""
        found = self.selector.select(wait)
        for key, mask in found:
            key.data.ready(key.fd, mask)
        for endpoint, seen in self.signals.items():
            seen.extend(endpoint.signals)
            endpoint.signals.clear()
        return bool(found)

    def until(self, done: Callable[[], bool]) -> None:
        self.step(0)
        limit = time.monotonic() + 5
        while not done():
            assert time.monotonic() < limit, self.signals
            self.step(0.5)

    def drained(self) -> None:
        while self.step(0):
            pass

    def data(self, endpoint: Endpoint, connection: int = 0) -> bytes:
        return b"".join(
            each.data
            for each in self.signals[endpoint]
            if isinstance(each, Received) and each.connection == connection
        )

    def of(self, endpoint: Endpoint, kind: type[Signal]) -> list[Signal]:
        return [each for each in self.signals[endpoint] if isinstance(each, kind)]

    def opened(self, endpoint: Endpoint) -> bool:
        return bool(self.of(endpoint, Opened))

    def received(self, endpoint: Endpoint, data: bytes, connection: int = 0) -> None:
        self.until(lambda: self.data(endpoint, connection) == data)


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    for endpoint in bench.signals:
        endpoint.close()
    assert not list(bench.selector.get_map())  # every file was given back
    bench.selector.close()


LISTENERS = ["tcp://127.0.0.1:0", "tcp://[::1]:0", "tcp://localhost:0", "udp://127.0.0.1:0", "pty:"]


@pytest.mark.parametrize("url", LISTENERS)
def test_what_is_sent_arrives_both_ways(bench: Bench, url: str) -> None:
    with_ipv6_or_skip(url)
    listener = bench.start(listen_endpoint(url))
    client = bench.start(open_endpoint(listener.url))
    bench.until(lambda: bench.opened(client))
    client.send(0, b"{05RA}\r\n\x00\xff\x03\x04\x11\x13")
    bench.received(listener, b"{05RA}\r\n\x00\xff\x03\x04\x11\x13")
    listener.send(0, b"\x7f\x1a\x1cok\n")
    bench.received(client, b"\x7f\x1a\x1cok\n")
    assert client.is_open
    assert listener.is_open
    assert client.unsent == listener.unsent == 0


def with_ipv6_or_skip(url: str) -> None:
    if "::1" in url:
        with contextlib.closing(socket.socket(socket.AF_INET6)) as probe:
            try:
                probe.bind(("::1", 0))
            except OSError:
                pytest.skip("no IPv6 here")


def test_listening_urls_say_what_they_really_are(bench: Bench) -> None:
    tcp = bench.start(listen_endpoint("tcp://127.0.0.1:0"))
    udp = bench.start(listen_endpoint("udp://127.0.0.1:0"))
    pty = bench.start(listen_endpoint("pty:"))
    for url, start in ((tcp.url, "tcp://127.0.0.1:"), (udp.url, "udp://127.0.0.1:")):
        assert url.startswith(start)
        assert int(url.removeprefix(start)) > 0
    assert pty.url.startswith("pty:/dev/")


# --- TCP ---


def test_a_server_numbers_its_clients_and_answers_only_the_one_asked(bench: Bench) -> None:
    server = bench.start(listen_endpoint("tcp://127.0.0.1:0"))
    clients = []
    for _ in range(3):
        clients.append(bench.start(open_endpoint(server.url)))
        bench.until(lambda: bench.opened(clients[-1]))
    bench.until(lambda: len(bench.of(server, Opened)) == 3)
    assert [signal.connection for signal in bench.of(server, Opened)] == [0, 1, 2]
    server.send(1, b"for the second")
    bench.received(clients[1], b"for the second")
    assert bench.data(clients[0]) == bench.data(clients[2]) == b""
    clients[0].close()
    bench.until(lambda: Closed(0) in bench.signals[server])
    server.send(0, b"to one that is gone")
    server.send(2, b"x")
    bench.received(clients[2], b"x")
    assert server.is_open


def test_nobody_listens(bench: Bench) -> None:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    client = bench.start(open_endpoint(f"tcp://127.0.0.1:{port}"))
    bench.until(lambda: bool(bench.signals[client]))
    assert bench.signals[client] == [Failed("Connection refused")]
    assert not client.is_open


@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_a_client_connects_from_its_own_port(bench: Bench, kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    link = Link("main", kind, local_port=port)  # type: ignore[arg-type]
    for _ in range(2):  # it may come back at once
        server = bench.start(listen_endpoint(f"{kind}://127.0.0.1:0"))
        client = bench.start(open_endpoint(server.url, link))
        bench.until(partial(bench.opened, client))
        client.send(0, b"here")
        bench.received(server, b"here")
        assert bench.of(server, Opened) == [Opened(0, f"127.0.0.1:{port}")]
        client.close()


def test_every_address_of_a_name_is_tried(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
        dead = taken.getsockname()
    server = bench.start(listen_endpoint("tcp://127.0.0.1:0"))
    alive = ("127.0.0.1", int(server.url.rpartition(":")[2]))

    def found(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", each) for each in (dead, alive)]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    client = bench.start(open_endpoint("tcp://amp.example:4001"))
    bench.until(lambda: bench.opened(client))
    assert bench.signals[client] == [Opened(0, f"127.0.0.1:{alive[1]}")]


def test_a_name_that_does_not_exist(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    client = open_endpoint("tcp://nowhere.example:1")
    assert client.blocks
    with pytest.raises(TransportError, match=r"nowhere\.example: Name or service not known"):
        bench.start(client)


def test_a_port_that_is_taken(bench: Bench) -> None:
    server = bench.start(listen_endpoint("tcp://127.0.0.1:0"))
    with pytest.raises(TransportError, match=r"cannot listen on tcp://.*: Address already in use"):
        bench.start(listen_endpoint(server.url))


def test_a_reset_says_so(bench: Bench) -> None:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:
        client = bench.start(open_endpoint("tcp://{}:{}".format(*listener.getsockname())))
        link, _ = listener.accept()
        bench.until(lambda: bench.opened(client))
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        link.close()
        bench.until(lambda: bool(bench.of(client, Closed)))
    assert bench.of(client, Closed) == [Closed(0, "Connection reset by peer")]
    assert not client.is_open


def test_an_end_in_order_has_no_reason_and_the_client_can_start_again(bench: Bench) -> None:
    server = bench.start(listen_endpoint("tcp://127.0.0.1:0"))
    client = bench.start(open_endpoint(server.url))
    bench.until(lambda: bench.opened(server))
    server.close()
    bench.until(lambda: bool(bench.of(client, Closed)))
    assert bench.of(client, Closed) == [Closed(0, "")]
    again = bench.start(listen_endpoint(server.url))
    bench.start(client)
    bench.until(lambda: bench.opened(client) and bench.opened(again))


def test_what_cannot_be_written_at_once_is_written_later(bench: Bench) -> None:
    server = bench.start(listen_endpoint("tcp://127.0.0.1:0"))
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as slow:
        bench.until(lambda: bench.opened(server))
        sent = bytearray()
        while not server.unsent:
            piece = os.urandom(65536)
            server.send(0, piece)
            sent += piece
        server.send(0, b"the end")
        sent += b"the end"
        slow.setblocking(False)
        got = bytearray()
        limit = time.monotonic() + 10
        while len(got) < len(sent) and time.monotonic() < limit:
            bench.step(0)
            with contextlib.suppress(BlockingIOError):
                got += slow.recv(1 << 20)
        assert got == sent
        assert server.unsent == 0
        assert not bench.step(0)  # and nothing is waited for any more


def test_a_peer_that_does_not_read_is_closed_before_memory_is_full(bench: Bench) -> None:
    server = bench.start(listen_endpoint("tcp://127.0.0.1:0"))
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))):
        bench.until(lambda: bench.opened(server))
        for _ in range(1000):
            server.send(0, bytes(65536))
            assert server.unsent <= LARGEST_BACKLOG
        bench.step(0)
        (closed,) = bench.of(server, Closed)
        assert "does not read" in closed.reason  # type: ignore[union-attr]
        assert server.is_open


def test_no_files_left_turns_clients_away_and_does_not_spin(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = bench.start(listen_endpoint("tcp://127.0.0.1:0"))
    port = int(server.url.rpartition(":")[2])
    accept = socket.socket.accept
    refusals = 1

    def none_left(self: socket.socket) -> object:
        nonlocal refusals
        if refusals:
            refusals -= 1
            raise OSError(24, "Too many open files")
        return accept(self)

    monkeypatch.setattr(socket.socket, "accept", none_left)
    with socket.create_connection(("127.0.0.1", port)) as turned_away:
        bench.step(5)
        assert turned_away.recv(1) == b""
    with socket.create_connection(("127.0.0.1", port)):
        bench.until(lambda: bench.opened(server))


def test_a_thousand_connects_and_disconnects(bench: Bench) -> None:
    server = bench.start(listen_endpoint("tcp://127.0.0.1:0"))
    port = int(server.url.rpartition(":")[2])
    for _ in range(1000):
        socket.create_connection(("127.0.0.1", port)).close()
        bench.step(0)
    bench.until(lambda: len(bench.of(server, Closed)) == 1000)
    assert len(bench.of(server, Opened)) == 1000
    assert len(bench.selector.get_map()) == 1


# --- who may connect ---


def hub(kind: str, **rules: Any) -> Link:
    return Link("hub", kind, "server", server=Server(**rules))  # type: ignore[arg-type]


def turned_away(bench: Bench, server: Endpoint) -> list[str]:
    return [each.reason for each in bench.of(server, TurnedAway) if isinstance(each, TurnedAway)]


def test_one_too_many_is_turned_away_and_let_in_when_there_is_room(bench: Bench) -> None:
    server = bench.start(listen_endpoint("tcp://127.0.0.1:0", hub("tcp", max_connections=2)))
    first, second, third = (bench.start(open_endpoint(server.url)) for _ in range(3))
    bench.until(lambda: bool(bench.of(third, Closed)))
    assert turned_away(bench, server) == ["2 are connected, which is all there is room for"]
    assert bench.of(server, Opened) == bench.of(server, Opened)[:2]
    first.close()
    bench.until(lambda: bool(bench.of(server, Closed)))
    fourth = bench.start(open_endpoint(server.url))
    bench.until(lambda: len(bench.of(server, Opened)) == 3)
    fourth.send(0, b"in")
    bench.received(server, b"in", 2)
    assert second.is_open


@pytest.mark.parametrize("kind", ["tcp", "udp"])
@pytest.mark.parametrize(
    "allow, let_in",
    [
        (("10.0.0.0/8",), False),
        (("10.0.0.0/8", "127.0.0.1"), True),
        (("::1/128",), False),
        (("127.0.0.0/8",), True),
    ],
)
def test_only_those_who_are_allowed_get_in(
    bench: Bench, kind: str, allow: tuple[str, ...], let_in: bool
) -> None:
    server = bench.start(listen_endpoint(f"{kind}://127.0.0.1:0", hub(kind, allow=allow)))
    client = bench.start(open_endpoint(server.url))
    bench.until(lambda: bench.opened(client))
    for _ in range(2):
        client.send(0, b"hello")
    if let_in:
        bench.received(server, b"hellohello")
    else:
        bench.until(lambda: bool(turned_away(bench, server)))
        bench.drained()
        assert turned_away(bench, server) == ["its address is not allowed"]
        assert not bench.of(server, Opened)
        assert not bench.data(server)


def test_an_address_of_both_families_is_the_older_one() -> None:
    admission = Admission(Server(allow=("10.0.0.0/8",)))
    assert not admission.refusal(("::ffff:10.1.2.3", 4000, 0, 0), 0)
    assert admission.refusal(("::ffff:11.1.2.3", 4000, 0, 0), 0)
    assert admission.refusal(("fe80::1%eth0", 4000, 0, 2), 0)


# --- UDP ---


def test_a_udp_server_remembers_its_peers(bench: Bench) -> None:
    server = bench.start(listen_endpoint("udp://127.0.0.1:0"))
    one, two = (bench.start(open_endpoint(server.url)) for _ in range(2))
    one.send(0, b"a")
    bench.received(server, b"a", 0)
    two.send(0, b"b")
    one.send(0, b"c")
    bench.until(lambda: bench.data(server, 0) == b"ac" and bench.data(server, 1) == b"b")
    server.send(1, b"to two")
    bench.received(two, b"to two")
    assert len(bench.of(server, Opened)) == 2


def test_a_udp_server_forgets_whom_it_has_not_heard_for_longest(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("protoc.runtime.transports.udp.MOST_PEERS", 2)
    server = bench.start(listen_endpoint("udp://127.0.0.1:0"))
    peers = [bench.start(open_endpoint(server.url)) for _ in range(3)]
    for index in (0, 1, 0, 2):
        before = len(bench.of(server, Received))
        peers[index].send(0, b".")
        bench.until(lambda before=before: len(bench.of(server, Received)) > before)  # type: ignore[misc]
    assert bench.of(server, Closed) == [Closed(1)]


def test_datagrams_are_kept_apart(bench: Bench) -> None:
    server = bench.start(listen_endpoint("udp://127.0.0.1:0"))
    client = bench.start(open_endpoint(server.url))
    client.send(0, b"one")
    client.send(0, b"two")
    bench.received(server, b"onetwo")
    assert bench.of(server, Received) == [Received(0, b"one"), Received(0, b"two")]


def test_a_udp_device_that_is_not_there_is_silent(bench: Bench) -> None:
    with contextlib.closing(socket.socket(type=socket.SOCK_DGRAM)) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    client = bench.start(open_endpoint(f"udp://127.0.0.1:{port}"))
    for _ in range(3):
        client.send(0, b"anybody?")
        bench.drained()
    assert bench.signals[client] == [Opened(0, f"127.0.0.1:{port}")]
    assert client.is_open


def test_a_datagram_that_is_too_long_says_so(bench: Bench) -> None:
    server = bench.start(listen_endpoint("udp://127.0.0.1:0"))
    client = bench.start(open_endpoint(server.url))
    client.send(0, bytes(70000))
    bench.drained()
    assert bench.of(client, Closed) == [Closed(0, "Message too long")]


# --- pseudo-terminals and serial ports ---


def test_a_pty_is_raw_and_does_not_echo(bench: Bench) -> None:
    listener = bench.start(listen_endpoint("pty:"))
    other = os.open(listener.url.removeprefix("pty:"), os.O_RDWR | os.O_NOCTTY)
    try:
        os.write(other, b"a\x03\r\n\x04\x7f")
        bench.received(listener, b"a\x03\r\n\x04\x7f")
        listener.send(0, b"b\r\n\x04")
        assert os.read(other, 100) == b"b\r\n\x04"
        bench.drained()
        assert bench.data(listener) == b"a\x03\r\n\x04\x7f"
    finally:
        os.close(other)


def test_a_pty_outlives_those_who_open_it(bench: Bench) -> None:
    listener = bench.start(listen_endpoint("pty:"))
    for round_ in range(3):
        client = bench.start(open_endpoint(listener.url))
        client.send(0, b"%d" % round_)
        bench.until(lambda expected=b"%d" % round_: bench.data(listener).endswith(expected))  # type: ignore[misc]
        client.close()
        bench.drained()
    assert bench.signals[listener][1:] == [Received(0, b"%d" % each) for each in range(3)]
    assert listener.is_open


def test_what_nobody_reads_from_a_pty_is_lost_and_counted(bench: Bench) -> None:
    listener = bench.start(listen_endpoint("pty:"))
    for _ in range(200):
        listener.send(0, bytes(1000))
    assert listener.lost > 0
    assert listener.is_open
    bench.drained()
    client = bench.start(open_endpoint(listener.url))
    client.send(0, b"still there?")
    bench.received(listener, b"still there?")


def test_seven_bits_on_a_pty_are_carried_as_eight(bench: Bench) -> None:
    listener = bench.start(listen_endpoint("pty:"))
    path = listener.url.removeprefix("pty:")
    client = bench.start(open_endpoint(f"serial://{path}?bytesize=7&parity=E&baudrate=4800"))
    client.send(0, b"\x01~")
    bench.received(listener, b"\x01~")


def test_unplugged(bench: Bench) -> None:
    listener = bench.start(listen_endpoint("pty:"))
    client = bench.start(open_endpoint(f"serial://{listener.url.removeprefix('pty:')}"))
    listener.close()
    bench.until(lambda: bool(bench.of(client, Closed)))
    assert bench.of(client, Closed) == [Closed(0, "the port is gone")]
    assert not client.is_open


def test_a_port_belongs_to_one_program(bench: Bench) -> None:
    listener = bench.start(listen_endpoint("pty:"))
    bench.start(open_endpoint(listener.url))
    with pytest.raises(TransportError, match="another program has it open"):
        bench.start(open_endpoint(listener.url))


@pytest.mark.parametrize(
    "path, reason",
    [
        ("/dev/ttyNOPE7", "No such file or directory"),
        (__file__, "it is not a serial port"),
        ("/dev", "Is a directory"),
    ],
)
def test_a_port_that_does_not_open(bench: Bench, path: str, reason: str) -> None:
    with pytest.raises(TransportError, match=f"cannot open serial://{path}: {reason}"):
        bench.start(open_endpoint(f"serial://{path}"))


# --- behind pyserial's URLs: read by a thread ---


def test_pyserials_loop(bench: Bench) -> None:
    loop = bench.start(open_endpoint("serial+loop://"))
    loop.send(0, b"round ")
    loop.send(0, b"and round")
    bench.received(loop, b"round and round")
    bench.until(lambda: loop.unsent == 0)


def test_pyserials_socket(bench: Bench) -> None:
    server = bench.start(listen_endpoint("tcp://127.0.0.1:0"))
    client = bench.start(open_endpoint(server.url.replace("tcp:", "serial+socket:")))
    client.send(0, b"hello")
    bench.received(server, b"hello")
    server.send(0, b"you")
    bench.received(client, b"you")
    server.close()
    bench.until(lambda: bool(bench.of(client, Closed)))
    assert not client.is_open


@pytest.mark.parametrize("url", ["serial+nonsense://x", "serial+socket://127.0.0.1:1"])
def test_pyserial_says_why_not(bench: Bench, url: str) -> None:
    endpoint = open_endpoint(url)
    assert endpoint.blocks
    with pytest.raises(TransportError, match="cannot open serial"):
        bench.start(endpoint)


def test_files_are_watched_for_reading_only_while_nothing_waits(bench: Bench) -> None:
    server = bench.start(listen_endpoint("tcp://127.0.0.1:0"))
    client = bench.start(open_endpoint(server.url))
    bench.until(lambda: bench.opened(client) and bench.opened(server))
    assert {key.events for key in bench.selector.get_map().values()} == {READ}
