"""URLs: what they mean, and how a wrong one is refused."""

import subprocess
import sys
from typing import Any

import pytest

from protoc.runtime.errors import LocalError
from protoc.runtime.protocol import Link, Protocol, Serial
from protoc.runtime.transports.serial import SerialPort
from protoc.runtime.transports.tcp import TcpClient
from protoc.runtime.transports.urls import choose_link, listen_endpoint, open_endpoint

SLOW = Link("slow", "serial", serial=Serial(1200, 7, "E", 2))
NET = Link("net", "tcp", port=4001)
CONTROL = Link("control", "tcp", port=4002)
AMPLIFIER = Protocol("amplifier", links=(SLOW, NET, CONTROL))


def port_settings(url: str, link: Link | None = None) -> tuple[str, Serial]:
    endpoint = open_endpoint(url, link)
    assert isinstance(endpoint, SerialPort)
    return endpoint.path, endpoint._settings


def test_a_serial_url_says_it_all() -> None:
    url = "serial:///dev/ttyUSB0?baudrate=19200&bytesize=7&parity=e&stopbits=1.5&rtscts=1&dtr=0"
    expected = "/dev/ttyUSB0", Serial(19200, 7, "E", 1.5, rtscts=True, dtr=False)
    assert port_settings(url) == expected
    assert port_settings(url, SLOW) == expected


@pytest.mark.parametrize(
    "url, path",
    [
        ("serial:///dev/ttyS0", "/dev/ttyS0"),
        ("serial:/dev/ttyS0", "/dev/ttyS0"),
        ("SERIAL://COM3", "COM3"),
        ("serial:///dev/a%3Fb", "/dev/a?b"),
        ("pty:/dev/pts/3", "/dev/pts/3"),
    ],
)
def test_what_a_serial_url_leaves_out_comes_from_the_link(url: str, path: str) -> None:
    assert port_settings(url, SLOW) == (path, Serial(1200, 7, "E", 2))
    assert port_settings(url) == (path, Serial())
    assert port_settings(f"{url}?baudrate=9600", SLOW)[1] == Serial(9600, 7, "E", 2)


@pytest.mark.parametrize(
    "url, address",
    [
        ("tcp://10.0.0.7:4001", ("10.0.0.7", 4001)),
        ("tcp://amp.example:23", ("amp.example", 23)),
        ("tcp://[fe80::1]:5025", ("fe80::1", 5025)),
        ("tcp://10.0.0.7", ("10.0.0.7", 4001)),
        ("tcp://[::1]", ("::1", 4001)),
    ],
)
def test_tcp(url: str, address: tuple[str, int]) -> None:
    endpoint = open_endpoint(url, NET)
    assert isinstance(endpoint, TcpClient)
    assert (endpoint._host, endpoint._port) == address
    assert endpoint.blocks == ("example" in url)


WRONG: list[tuple[str, str]] = [
    ("/dev/ttyUSB0", "write serial:///dev/ttyUSB0"),
    ("COM3", "write serial://COM3"),
    ("10.0.0.7:4001", "write tcp://10.0.0.7:4001"),
    ("", "wrong kind of link"),
    ("http://x", "expected serial:, tcp:, udp:, pty: or serial.*got 'http'"),
    ("tcp:10.0.0.7:4001", "wrong address: expected tcp://host:port"),
    ("tcp://10.0.0.7", "wrong port: expected a number from 1 to 65535, got ''; for example tcp://"),
    ("tcp://10.0.0.7:0", "from 1 to 65535, got '0'"),
    ("tcp://10.0.0.7:x", "wrong port.*got 'x'"),
    ("tcp://10.0.0.7:70000", "wrong port"),
    ("tcp://10.0.0.7:٣", "wrong port"),
    ("tcp://:4001", "wrong host"),
    ("tcp://fe80::1:4001", "an IPv6 address in brackets"),
    ("tcp://[fe80::1:4001", "an IPv6 address in brackets"),
    ("tcp://x:1/path", "wrong port|only host:port"),
    ("tcp://user@x:1", "only host:port"),
    ("udp://x:1?a=b", "wrong (port|address)"),
    ("serial:", "wrong path"),
    ("serial:///dev/x?speed=9600", "expected one of baudrate, bytesize, .*got 'speed'"),
    ("serial:///dev/x?baudrate=fast", "wrong baudrate: expected a number of bits a second"),
    ("serial:///dev/x?baudrate=0", "wrong baudrate"),
    ("serial:///dev/x?bytesize=9", "wrong bytesize: expected 5, 6, 7 or 8, got '9'"),
    ("serial:///dev/x?parity=none", "wrong parity: expected N, E, O, M or S"),
    ("serial:///dev/x?stopbits=3", "wrong stopbits: expected 1, 1.5 or 2"),
    ("serial:///dev/x?rtscts=yes", "wrong rtscts: expected 0 or 1"),
    ("serial:///dev/x?parity=N&parity=E", "parity once"),
    ("serial:///dev/x?parity", "wrong parity.*got ''"),
    ("pty:", "wrong path: expected the path"),
]


@pytest.mark.parametrize("url, message", WRONG)
def test_a_wrong_url_says_what_is_wrong(url: str, message: str) -> None:
    with pytest.raises(LocalError, match=message) as caught:
        open_endpoint(url)
    assert repr(url) in str(caught.value)
    assert any(word in str(caught.value) for word in ("for example", "write"))


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:-1", "pty:/dev/pts/3", "unix:/tmp/x"])
def test_a_wrong_url_to_listen_on(url: str) -> None:
    with pytest.raises(LocalError, match="wrong"):
        listen_endpoint(url)


def test_the_link_of_a_url() -> None:
    def name(url: str, name: str | None = None) -> Any:
        link = choose_link(AMPLIFIER, url, name)
        return link and link.name

    assert name("serial:///dev/x") == name("pty:") == name("serial+loop://") == "slow"
    assert name("tcp://x:1") == "net"
    assert name("tcp://x:1", "control") == "control"
    assert name("udp://x:1") == "slow"  # none of its kind: the first
    hub = Protocol("hub", links=(Link("in", "tcp", role="server"), Link("out", "tcp")))
    found = [choose_link(hub, "tcp://x:1", role=role) for role in ("server", "client")]
    assert [each and each.name for each in found] == ["in", "out"]
    assert choose_link(Protocol("bare"), "tcp://x:1") is None
    there = choose_link(AMPLIFIER, "serial:///dev/x?baudrate=9600")
    assert there is not None
    assert there.serial == Serial(9600, 7, "E", 2)
    with pytest.raises(LocalError, match="no link 'main'; it has slow, net, control"):
        name("tcp://x:1", "main")


def test_importing_the_urls_is_cheap() -> None:
    heavy = {"asyncio", "socket", "serial", "selectors", "construct"}
    code = "import sys, protoc.runtime.transports.urls; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True, env=environment())
    assert not heavy & set(loaded.split())


def environment() -> dict[str, str]:
    return {"PYTHONPATH": ":".join(path for path in sys.path if path)}
