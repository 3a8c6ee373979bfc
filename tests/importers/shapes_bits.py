"""Bits of groups and checks of every kind."""

from __future__ import annotations

from tests.importers.connectors import (
    action,
    fixed,
    group,
    interprete,
    message,
    number,
    open_text,
    pair,
    trigger,
)
from tests.importers.connectors import param as declared
from tests.importers.shapes import (
    Shape,
    asked,
    call,
    check,
    decode,
    device,
    encode,
    ended,
    got,
    named,
    param,
    rx,
    sent,
    tx,
)


def bit(
    id_: int,
    name: str,
    kind: str,
    of: int,
    start: int,
    count: int = 1,
    more: str = "",
    **given: object,
) -> str:
    """Bits of a group."""
    whole = interprete(
        "unsigned number", "fixed", "double", StartPosition=start, NbrOfBits=count, **given
    )
    return declared(id_, name, f'{kind}| id="{of}"', whole, more)


SHAPES = {
    "bits of a group": Shape(
        asked(
            number(10, "flags", 2, "group", Endian="big"),
            bit(11, "ready", "read bit", 10, 8),
            bit(12, "alarm", "read bit", 10, 7, more=named(Fine=0, Alarm=1)),
            bit(13, "mode", "read bit", 10, 9, 3),
            bit(14, "slot", "read bit", 10, 0, 4),
            number(15, "little", 2, "group"),
            bit(16, "first", "read bit", 15, 0),
            bit(17, "upper", "read bit", 15, 8, 4),
            answer=(10, 15),
        ),
        # big: 0xC5 is positions 8..15, 0xA1 0..7; little: 0x80 0..7, 0x70 8..15
        talks={
            "it": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"\xc5\xa1\x80\x70"),
                events=(
                    param(11, 1),
                    param(12, "Alarm"),
                    param(13, 4),
                    param(14, 10),
                    param(16, 1),
                    param(17, 7),
                    ended("ok"),
                ),
            ),
        },
        reads=(
            decode(
                b"\xc5\xa1\x80\x70",
                got(
                    "answer",
                    fields={
                        "flags": {"ready": 1, "alarm": "Alarm", "mode": 4, "slot": 10},
                        "little": {"first": 1, "upper": 7},
                    },
                ),
            ),
        ),
    ),
    "bits that share": Shape(
        asked(
            number(10, "status", 1, "group"),
            bit(11, "all", "read bit", 10, 0, 8),
            bit(12, "top", "read bit", 10, 0),
            bit(13, "low", "read bit", 10, 4, 4, more=named(Six=6, Seven=7)),
            bit(14, "inner", "read bit", 10, 1, 4),
            answer=(10,),
        ),
        talks={
            # 1011 0110: all B6, top 1, low 0110, inner 0110
            "it": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"\xb6"),
                events=(param(11, 0xB6), param(12, 1), param(13, "Six"), param(14, 6), ended("ok")),
            ),
        },
    ),
    "bits of digits": Shape(
        asked(
            declared(
                10,
                "status",
                "group",
                interprete("unsigned number", "fixed", "double", Length=2, ByteOffset=48, Bits=4),
            ),
            bit(11, "door", "read bit", 10, 0),
            bit(12, "fan", "read bit", 10, 1, 2),
            bit(13, "lamp", "read bit", 10, 7),
            declared(
                20,
                "out",
                "group",
                interprete("unsigned number", "fixed", "double", Length=2, ByteOffset=40, Bits=4),
            ),
            bit(21, "gate", "write bit", 20, 0),
            bit(22, "pump", "write bit", 20, 6, 2),
            answer=(10, 3),
            commands=(message("Command", 2, "put", 20, 3),),
            pairs=(pair(2, "put", 2),),
        ),
        talks={
            # less 0x30 and four bits each: '>' is 1110, '1' is 0001
            "it": call(
                "pair:1",
                tx(b"?\r"),
                rx(b">1\r"),
                events=(param(11, 1), param(12, 3), param(13, 1), ended("ok")),
            ),
            # 8 and 0x28, 3 and 0x28
            "sent": call("pair:2", tx(b"\x30\x2b\r"), args=("gate=1", "pump=3")),
        },
    ),
    "a bit is changed and sent": Shape(
        asked(
            number(10, "mask", 2, "group", Endian="big"),
            bit(11, "lamp", "read bit", 10, 15),
            number(20, "mask out", 2, "group", Endian="big"),
            bit(21, "lamp", "write bit", 20, 15, more=named(Dark=0, Lit=1)),
            bit(22, "speed", "write bit", 20, 4, 3),
            fixed(30, "set", "S"),
            answer=(10, 3),
            commands=(message("Command", 2, "put", 30, 20, 3),),
            pairs=(pair(2, "put", 2),),
            groups=(group(1, "ask", "Pair:1"), group(2, "put", "Pair:2")),
            triggers=(
                trigger(10, "parameter", "change", 10, 11, target=10),
                trigger(11, "parameter", "change", 12, target=21),
                trigger(12, "parameter", "change", 12, target=22),
                trigger(14, "", "", 13),
            ),
            actions=(
                action(10, "parameter", "clear", 20),
                action(11, "parameter", "append data", 20, ' id="10"'),
                action(12, "group", "execute", 2),
                action(13, "group", "execute", 1),
            ),
        ),
        talks={
            # set by a user before the call: the group is all 0 but for it
            "from nothing": call(
                "trigger:14",
                tx(b"S\x01\x00\r"),
                tx(b"?\r"),
                rx(b"\x00\x00\r"),
                args=("lamp_write=Lit",),
                events=(sent("put"), ended("ok")),
            ),
            "read first": call(
                "trigger:14",
                tx(b"?\r"),
                rx(b"\xf0\x0f\r"),
                events=(param(10, {"lamp": 0}), ended("ok")),
            ),
        },
    ),
    "upper halves, digits in bits": Shape(
        asked(
            declared(
                10, "high", "read", interprete("unsigned number", "fixed", "high nibble", Length=1)
            ),
            number(11, "date", 3, raw="bcd"),
            number(
                12,
                "sum",
                1,
                "crc",
                more="<CRC><Type>sum</Type><Content><Param>0</Param><Param>1</Param></Content></CRC>",
            ),
            answer=(10, 11),
        ),
        # little: the last byte is the first two digits
        reads=(decode(b"\x7f\x56\x34\x12", got("answer", fields={"high": 7, "date": 123456})),),
    ),
    "checks of every kind": Shape(
        device(
            params=(
                open_text(10, "data", "write", DefaultValue="AB12"),
                check(11, "sum95", 1, "sum", 0, given=' mod="95" off="-32" totaloffset="32"'),
                check(12, "lsb", 1, "lsb after sum", 0, given=' byteoffset="-48"'),
                check(13, "pairs", 1, "exor", 0, given=' groupbytes="2"'),
                check(14, "words", 2, "sum", 0, given=' groupbytes="2;binary"'),
                check(15, "two", 1, "2comp", 0),
                check(16, "less", 2, "subtract", 0, Endian="big"),
                check(
                    17,
                    "ored",
                    1,
                    "sum",
                    0,
                    given=' mod="16" totaloffset="64" options="or totaloffset"',
                ),
                check(18, "inverse", 1, "sum", 0, given=' options="ones complement"'),
                check(19, "arc", 2, "CRC-16", 0),
                check(20, "ccitt", 2, "crc-ccitt", 0, Endian="big"),
                check(21, "fletcher", 2, "fletcher", 0, Endian="big"),
                check(22, "decimal", 3, "sum", 0, raw="numeric text"),
                check(23, "digits", 2, "sum", 0, raw="numeric text", Base=16),
            ),
            commands=tuple(message("Command", i, f"c{i}", 10, i) for i in range(11, 24)),
            pairs=tuple(pair(i, f"c{i}", i) for i in range(11, 24)),
            triggers=(trigger(2, "command", "before", 4, 6, target="each"),),
            actions=(action(4, "command", "make"), action(6, "command", "crc")),
        ),
        # AB12 is 41 42 31 32, together 0xE6 = 230
        writes=(
            encode("c11", b"AB12" + bytes([(230 - 32) % 95 + 32])),
            encode("c12", b"AB12" + bytes([(230 - 4 * 48) & 0xFF])),
            encode("c13", b"AB12" + bytes([0xAB ^ 0x12])),
            encode("c14", b"AB12" + (0x4241 + 0x3231).to_bytes(2, "little")),
            encode("c15", b"AB12" + bytes([-230 & 0xFF])),
            encode("c16", b"AB12" + (-230 & 0xFFFF).to_bytes(2, "big")),
            encode("c17", b"AB12" + bytes([230 % 16 | 64])),
            encode("c18", b"AB12" + bytes([~230 & 0xFF])),
            encode("c22", b"AB12230"),
            encode("c23", b"AB12E6"),
            encode("c23", b"zzzz" + b"%02X" % (4 * 0x7A & 0xFF), data="zzzz"),
        ),
    ),
}
