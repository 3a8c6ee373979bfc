"""For every described device: messages, their fields, and the bytes they must be."""

import struct
from dataclasses import dataclass, field

from tests.acceptance import wire

STX, ETX, ACK, NAK = b"\x02", b"\x03", b"\x06", b"\x15"


@dataclass(frozen=True)
class Sample:
    """One message on the wire; `given` is what `encode` is told when that is not all the fields."""

    message: str
    fields: dict[str, object]
    frame: bytes
    given: dict[str, object] | None = None
    also: tuple[bytes, ...] = ()  # other ways to write the same, where a reader has a choice

    @property
    def arguments(self) -> list[str]:
        given = self.fields if self.given is None else self.given
        return [f"{name}={value}" for name, value in given.items()]


@dataclass(frozen=True)
class Device:
    """What the device says, what it is told, and bytes that begin nothing."""

    received: list[Sample]
    sent: list[Sample]
    noise: bytes = b"\x00\xfe\x00"
    checked: list[Sample] = field(default_factory=list)  # whose last byte is a check


def device(
    received: list[Sample],
    sent: list[Sample],
    noise: bytes = b"\x00\xfe\x00",
    checked: bool = False,
) -> Device:
    return Device(received, sent, noise, received if checked else [])


BIG = struct.pack(">BbHhIiQqfd", 200, -3, 513, -513, 70000, -70000, 2**63 + 1, -(2**62), 1.5, -0.1)
LITTLE = struct.pack(
    "<BbHhIiQqfd", 200, -3, 513, -513, 70000, -70000, 2**63 + 1, -(2**62), 1.5, -0.1
)
NUMBERS: dict[str, object] = {
    "a": 200,
    "b": -3,
    "c": 513,
    "d": -513,
    "e": 70000,
    "f": -70000,
    "g": 2**63 + 1,
    "h": -(2**62),
    "x": 1.5,
    "y": -0.1,
}
STORE = b"\xb3" + b"".join(
    [
        struct.pack(">BbHh", 200, -3, 513, -513),
        struct.pack("<Ii", 70000, -70000),
        struct.pack(">Q", 2**63 + 1),
        struct.pack("<q", -(2**62)),
        struct.pack(">f", 1.5),
        struct.pack("<d", -0.1),
    ]
)

DEVICES = {
    "pump": device(
        [
            Sample(
                "flow",
                {"unit": 5, "channel": 2, "flow": 50.0},
                wire.pump(5, 0x82, bytes([2, 0x01, 0xF4])),
            ),
            Sample(
                "refused",
                {"unit": 5, "reason": "dry run"},
                wire.pump(5, 0xFF, bytes([2])),
            ),
            Sample("refused", {"unit": 9, "reason": 0x33}, wire.pump(9, 0xFF, bytes([0x33]))),
            Sample(
                "leak",
                {"unit": 0xA5, "sensor": 0x5A, "wet": 1},
                wire.pump(0xA5, 0xE0, bytes([0x5A, 1])),
            ),
        ],
        [
            Sample(
                "set_flow",
                {"unit": 5, "channel": 2, "flow": 12.3},
                wire.pump(5, 0x01, bytes([2, 0, 123])),
            ),
            Sample("get_flow", {"unit": 5, "channel": 2}, wire.pump(5, 0x02, bytes([2]))),
            Sample("halt", {"unit": 255}, wire.pump(255, 0x03)),
        ],
        checked=True,
    ),
    "scale": device(
        [
            Sample(
                "weight",
                {"station": 1, "weight": 12.34, "state": "S"},
                wire.scale(1, "w", "001234S"),
            ),
            Sample("shown", {"station": 99}, wire.scale(99, "k")),
            Sample("rejected", {"station": 7, "reason": 0x4F}, wire.scale(7, "n", "4F")),
            Sample("pressed", {"station": 0, "key": "#"}, wire.scale(0, "!", "#")),
        ],
        [
            Sample("read_weight", {"station": 1}, wire.scale(1, "W")),
            Sample("show", {"station": 12, "line": "net 3 kg"}, wire.scale(12, "D", "net 3 kg")),
        ],
        checked=True,
    ),
    "booster": device(
        [
            Sample(
                "alarms",
                {"address": 5, "first": "xyz", "flags": 0x3F},
                wire.booster(5, "Axyz3F"),
            ),
            Sample("accepted", {"address": 42}, wire.booster(42, "K")),
            Sample("denied", {"address": 5, "why": 3}, wire.booster(5, "N03")),
            Sample("fault", {"address": 5, "code": 0xB2}, wire.booster(5, "!B2")),
        ],
        [
            Sample("poll_alarms", {"address": 5}, bytes.fromhex("7B 30 35 52 41 36 44 7D 0D")),
            Sample("set_power", {"address": 5, "power": 27.5}, wire.booster(5, "SP0275")),
        ],
    ),
    "combiner": device(
        [
            Sample("current", {"address": "A", "current": 123.4}, wire.combiner("A", "C01234")),
            Sample("named", {"address": "z", "name": "attic 2"}, wire.combiner("z", "Nattic 2")),
            Sample("trip", {"address": "A", "stage": 7}, wire.combiner("A", "T07")),
        ],
        [
            Sample("get_current", {"address": "A"}, bytes.fromhex("7B 41 30 7D 4C")),
            Sample("rename", {"address": "B", "name": "hall"}, wire.combiner("B", "nhall")),
        ],
        checked=True,
    ),
    "switchbox": device(
        [
            Sample("routed", {"input": 3, "output": 7}, b"ROUT 03,07\n"),
            Sample("routed", {"input": 3, "output": 8}, b"ROUT 03,08\r\n", also=(b"ROUT 03,08\n",)),
            Sample(
                "identity",
                {"maker": "Acme", "model": "SX-8", "serial": 0x1A2B},
                b"ID Acme,SX-8,1A2B\n",
            ),
            Sample("labelled", {"output": 4, "name": "stage left"}, b"LAB 04 stage left\n"),
            Sample("failure", {"code": 12}, b"ERR 012\n"),
            Sample("pressed", {"key": 9, "how": "long"}, b"KEY 09 {long}\n"),
        ],
        [
            Sample("route", {"input": 1, "output": 16}, b"ROUT 01,16\n"),
            Sample("route_of", {"output": 16}, b"ROUT? 16\n"),
            Sample("label", {"output": 16, "name": "wc"}, b"LAB 16 wc\n"),
            Sample("identify", {}, b"*IDN?\n"),
        ],
    ),
    "meter": device(
        [
            Sample(
                "power", {"channel": 2, "power": 815}, b"POW 2 00815\n", also=(b"POW 2 00815\r\n",)
            )
        ],
        [Sample("get_power", {"channel": 2}, b"POW? 2\n", also=(b"POW? 2\r\n",))],
    ),
    "panel": device(
        [
            Sample(
                "status",
                {
                    "mode": "stand by",
                    "keys": {"blackout": 1, "page": 5, "flash": 0},
                    "heat": 9,
                    "socket": 6,
                    "temperature": -12.5,
                    "voltage": 110.0,
                },
                wire.summed(bytes([0xC3, 2, 0xD0, 0x96, 0xFF, 0x83, 200])),
                given={
                    "mode": "stand by",
                    "keys": '{"blackout": 1, "page": 5, "flash": 0}',
                    "heat": 9,
                    "socket": 6,
                    "temperature": -12.5,
                    "voltage": 110,
                },
            ),
            Sample("mode_set", {"mode": "on"}, wire.summed(bytes([0xC5, 0x10]))),
            Sample("mode_set", {"mode": 0x77}, wire.summed(bytes([0xC5, 0x77]))),
        ],
        [
            Sample(
                "set_mode",
                {"mode": "warm", "heat": 15, "socket": 1, "level": 100},
                wire.negated(bytes([0xC4, 1, 0xF1, 100])),
            ),
        ],
        checked=True,
    ),
    "figures": device(
        [Sample("big", NUMBERS, b"\xb1" + BIG), Sample("little", NUMBERS, b"\xb2" + LITTLE)],
        [Sample("store", NUMBERS, STORE)],
    ),
    "ledger": device(
        [
            Sample("crc32", {"value": 0x1234}, (b := b"\xd1\x34\x12") + wire.crc32(b)),
            Sample("crc8", {"value": 0x1234}, (b := b"\xd2\x34\x12") + wire.crc8(b)),
            Sample("twos", {"value": 0x1234}, wire.negated(b"\xd3\x34\x12")),
            Sample(
                "ones",
                {"value": 0xFFEE},
                (b := b"\xd4\xee\xff") + bytes([(0xFF - sum(b)) & 0xFF]),
            ),
            Sample("wide", {"value": 0xFFEE}, (b := b"\xd5\xee\xff") + struct.pack("<H", sum(b))),
            Sample("ccitt", {"value": 0x1234}, b"\xd6\x34\x12" + wire.crc16_xmodem(b"\x34\x12")),
            Sample("seven", {"value": 0x80F1}, b"\xd7\xf1\x80\x71"),
            Sample(
                "digit",
                {"value": 0xFFEE},
                (b := b"\xd8\xee\xff") + b"%03d" % (sum(b) % 1000),
            ),
        ],
        [],
        checked=True,
    ),
    "badge": device(
        [
            Sample("fixed", {"name": "abcdef", "raw": "00ff10"}, b"\x11abcdef\x00\xff\x10"),
            Sample(
                "sized",
                {"name": "Zoë", "raw": "c0ffee"},
                b"\x12\x04Zo\xc3\xab\x03\x00\xc0\xff\xee",
            ),
            Sample("sized", {"name": "", "raw": ""}, b"\x12\x00\x00\x00"),
            Sample("driven", {"size": 3, "name": "xyz"}, b"\x13\x03xyz"),
            Sample("ended", {"name": "one", "note": "two; three"}, b"\x14one;two; three\r\n"),
            Sample("hello", {"version": 7}, b"\x16\x07"),
            Sample("hello", {"version": 2}, b"\x16\x02", given={}),
        ],
        [
            Sample("print", {"copies": 3, "line": "hi"}, b"\x15\x03\x02hi"),
            Sample("print", {"copies": 1, "line": "hi"}, b"\x15\x01\x02hi", given={"line": "hi"}),
            Sample("hello", {"version": 9}, b"\x16\x09"),
        ],
    ),
    "beacon": device(
        [
            Sample(
                "report",
                {"lamp_current": 410, "burning": 1},
                wire.summed(bytes([0x3C, 1, 0x9A, 1])),
            ),
            Sample("started", {}, wire.summed(b"\x3e")),
        ],
        [
            Sample("restart", {"limit": 9}, wire.summed(b"\x3d\x09")),
            Sample("restart", {"limit": 3}, wire.summed(b"\x3d\x03"), given={}),
        ],
        checked=True,
    ),
    "shutter": device(
        [
            Sample(
                "place",
                {"unit": 5, "slat": 3, "height": 50.0},
                wire.shutter(5, 0xA1, bytes([3, 1, 0xF4])),
            ),
            Sample("no", {"unit": 5, "fault": "motor hot"}, wire.shutter(5, 0xEE, b"\x02")),
            Sample(
                "wall",
                {"unit": 5, "keys": {"stop": 1, "scene": 4, "up": 0}},
                wire.shutter(5, 0xB0, b"\xc0"),
                given={"unit": 5, "keys": '{"stop": 1, "scene": 4, "up": 0}'},
            ),
        ],
        [
            Sample(
                "move",
                {"unit": 5, "slat": 3, "height": 100.0},
                wire.shutter(5, 0x20, bytes([3, 3, 0xE8])),
            ),
            Sample("look", {"unit": 5, "slat": 3}, wire.shutter(5, 0x21, b"\x03")),
        ],
        checked=True,
    ),
    "thermostat": device(
        [
            Sample("answer", {"temperature": -7.5}, wire.summed(b"\x52\xff\xb5")),
            Sample("stored", {}, wire.summed(b"\x54")),
            Sample("knob", {"setpoint": 23.5}, wire.summed(b"\x55\x00\xeb")),
        ],
        [
            Sample("ask", {}, wire.summed(b"\x51\x00")),
            Sample("store", {"setpoint": 19.5}, wire.summed(b"\x53\x00\xc3")),
            Sample("store", {"setpoint": 21.0}, wire.summed(b"\x53\x00\xd2"), given={}),
        ],
        checked=True,
    ),
    "valve": device(
        [
            Sample("ack", {}, ACK),
            Sample("nak", {}, NAK),
            Sample("turned", {"turns": 42}, b"T42\r"),
        ],
        [
            Sample("open_it", {"turns": 3}, b"O03\r"),
            Sample("look", {}, b"?\r"),
        ],
    ),
    "tank": device(
        [
            Sample("level_is", {"level": 40}, b"LEVEL 0040\r\n"),
            Sample("label_is", {"label": "south"}, b"LABEL south\r\n"),
            Sample("stored", {}, b"OK\r\n"),
        ],
        [
            Sample("get_level", {}, b"LEVEL?\r\n"),
            Sample("set_level", {"level": 815}, b"LEVEL 0815\r\n"),
        ],
    ),
}


def sample(source: str, message: str) -> Sample:
    known = DEVICES[source]
    return next(each for each in [*known.received, *known.sent] if each.message == message)
