"""Values: numbers and texts as they stand on the line, and what a connector makes of them."""

from __future__ import annotations

import struct

from tests.importers.connectors import (
    fixed,
    group,
    interprete,
    message,
    number,
    open_text,
    pair,
    text,
)
from tests.importers.connectors import param as declared
from tests.importers.shapes import (
    CR,
    Shape,
    asked,
    call,
    decode,
    device,
    encode,
    ended,
    got,
    named,
    param,
    rx,
    tx,
)


def value(id_: int, name: str, raw: str, size: int, inner: str = "", **more: object) -> str:
    """A number with more in its `Interprete`."""
    whole = interprete(raw, "fixed", "double", Length=size, **more)
    return declared(id_, name, "read", whole.replace("</Interprete>", f"{inner}</Interprete>"))


SEQUENCE = "<Sequence{}>{}</Sequence>"

SHAPES = {
    "numbers in bytes": Shape(
        asked(
            number(10, "small", 2),
            number(11, "large", 4, Endian="big"),
            number(12, "below", 2, raw="signed number", Endian="big"),
            number(13, "lowly", 1, raw="signed number"),
            number(14, "real", 4, raw="double"),
            number(15, "precise", 8, raw="double", Endian="big"),
            number(16, "packed", 2, raw="bcd", Endian="big"),
            number(17, "whole", 8, raw="signed number"),
            answer=(10, 11, 12, 13, 14, 15, 16, 17),
        ),
        reads=(
            decode(
                struct.pack("<H", 513)
                + struct.pack(">I", 70000)
                + struct.pack(">h", -2)
                + b"\x80"
                + struct.pack("<f", 1.5)
                + struct.pack(">d", -0.25)
                + b"\x12\x34"
                + struct.pack("<q", -5),
                got(
                    "answer",
                    fields={
                        "small": 513,
                        "large": 70000,
                        "below": -2,
                        "lowly": -128,
                        "real": 1.5,
                        "precise": -0.25,
                        "packed": 1234,
                        "whole": -5,
                    },
                ),
            ),
        ),
    ),
    "numbers in text": Shape(
        asked(
            number(10, "plain", 5, raw="numeric text"),
            number(11, "hexa", 4, raw="numeric text", Base=16),
            number(12, "bits", 8, raw="numeric text", Base=2),
            declared(13, "open", "read", interprete("numeric text", "next param", "double")),
            number(14, "octal", 3, raw="numeric text", Base=8),
            number(15, "letters", 3, raw="numeric text", Base=36),
            answer=(10, 11, 12, 14, 15, 13, 3),
        ),
        reads=(
            decode(
                b"-12.500fF000001010170zZ+1.5E2\r",
                got(
                    "answer",
                    fields={
                        "plain": -12.5,
                        "hexa": 255,
                        "bits": 5,
                        "octal": 15,
                        "letters": 1295,
                        "open": 150,
                    },
                ),
                name="answer",
            ),
            decode(
                b"   420000000000000000007\r",
                got("answer", fields={"plain": 42, "open": 7}),
                name="answer",
            ),
        ),
    ),
    "numbers that are sent": Shape(
        device(
            params=(
                CR,
                number(10, "level", 4, "write", raw="numeric text", DefaultValue=7),
                number(11, "code", 4, "write", raw="numeric text", Base=16, DefaultValue=171),
                number(12, "word", 2, "write", Endian="big", DefaultValue=258),
                number(13, "low", 4, "write", raw="signed number", DefaultValue=-3),
                number(14, "shown", 2, "write", raw="bcd", Endian="big", DefaultValue=42),
                declared(
                    15,
                    "free",
                    "write",
                    interprete("numeric text", "next param", "double", DefaultValue="2.5"),
                ),
                text(16, "label", 6, "write", DefaultValue="ab"),
                number(17, "empty", 3, "write", raw="numeric text"),
                number(18, "digit", 2, "write", Value=1),
                text(19, "blank", 3, "write"),
            ),
            commands=(message("Command", 1, "put", 10, 11, 12, 13, 14, 16, 17, 18, 19, 15, 3),),
            pairs=(pair(1, "put", 1),),
        ),
        # what has no value is filled up: digits with 0, text with blanks; `Value` is text
        talks={
            "as they are": call(
                "pair:1",
                tx(b"000700AB\x01\x02\xfd\xff\xff\xff\x00\x42ab    0001\x00   2.5\r"),
            ),
            "others": call(
                "pair:1",
                tx(b"-003FFFF\xff\xff\xff\xff\xff\xff\x99\x99abcdef012\x05\x00xyz-1\r"),
                args=(
                    "level=-3",
                    "code=65535",
                    "word=65535",
                    "low=-1",
                    "shown=9999",
                    "label=abcdef",
                    "empty=12",
                    "digit=5",
                    "blank=xyz",
                    "free=-1",
                ),
            ),
        },
    ),
    "converted": Shape(
        asked(
            value(10, "celsius", "unsigned number", 1, SEQUENCE.format("", "factor:2;offset:-40")),
            value(
                11,
                "volt",
                "unsigned number",
                2,
                '<Scale lowData="0" highData="1000" low="0" high="10"/>',
                Endian="big",
            ),
            value(
                12,
                "level",
                "unsigned number",
                2,
                SEQUENCE.format(' noset="true"', "log10"),
                Endian="big",
            ),
            value(13, "third", "unsigned number", 1, SEQUENCE.format("", "div:4;rest:10;^:2")),
            value(
                14,
                "kelvin",
                "numeric text",
                3,
                "<Factor>0.1</Factor>" + SEQUENCE.format("", "+:273.15"),
            ),
            answer=(10, 11, 12, 13, 14),
        ),
        reads=(
            # 100*2-40; 250/1000*10; 10*log10(1000); (88/4 rest 10)^2; 250*0.1+273.15
            decode(
                b"\x64\x00\xfa\x03\xe8\x58250",
                got(
                    "answer",
                    fields={"celsius": 160, "volt": 2.5, "level": 30, "third": 4, "kelvin": 298.15},
                ),
            ),
        ),
    ),
    "converted by another param": Shape(
        asked(
            number(10, "scale", 1, DefaultValue=3),
            number(11, "zero", 1, DefaultValue=1),
            value(
                12,
                "level",
                "unsigned number",
                1,
                SEQUENCE.format("", "factor:id:10;offset:param:11"),
            ),
            answer=(10, 11, 12),
        ),
        talks={
            # the others stand in front, and are taken in first
            "it": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"\x02\x05\x0a"),
                events=(param(10, 2), param(11, 5), param(12, 25), ended("ok")),
            ),
        },
    ),
    "a counter that begins anew": Shape(
        asked(
            value(10, "count", "unsigned number", 1, SEQUENCE.format(' loop="256"', "factor:1")),
            answer=(10,),
            groups=(group(1, "thrice", "Pair:1", "Pair:1", "Pair:1"),),
        ),
        talks={
            "it": call(
                "group:1",
                tx(b"?\r"),
                rx(b"\xfa"),
                tx(b"?\r"),
                rx(b"\x04"),
                tx(b"?\r"),
                rx(b"\x06"),
                events=(param(10, 250), ended("ok")),
            ),
        },
    ),
    "names, exceptions, limits": Shape(
        asked(
            number(10, "mode", 1, more=named(Off=0, On_air=1, Fault=255)),
            value(
                11,
                "power",
                "numeric text",
                3,
                '<Exceptions><Exception id="1" value="999"><Display>No signal</Display>'
                "<Value>-1</Value>"
                "</Exception></Exceptions>",
            ),
            value(
                12,
                "angle",
                "signed number",
                2,
                "<Range><Low>-90</Low><High>90</High></Range>",
                Endian="big",
            ),
            declared(
                13,
                "state",
                "read",
                interprete("other", "fixed", "string", Length=2),
                named(Local="LO", Remote="RE"),
            ),
            answer=(10, 11, 12, 13),
        ),
        reads=(
            decode(
                b"\x01999\x00\x0aLO",
                got(
                    "answer",
                    fields={"mode": "On air", "power": "No signal", "angle": 10, "state": "Local"},
                ),
            ),
            decode(
                b"\x07012\xff\xf6XX",
                got("answer", fields={"mode": 7, "power": 12, "angle": -10, "state": "XX"}),
            ),
        ),
        talks={
            "beyond is not taken": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"\xff012\x00\xc8RE"),
                events=(param(10, "Fault"), param(11, 12), param(13, "Remote"), ended("ok")),
                never=({"event": "param", "id": 12},),
            ),
        },
    ),
    "names that are sent": Shape(
        device(
            params=(
                CR,
                declared(
                    10,
                    "input",
                    "write",
                    interprete("other", "next param", "string"),
                    named(Antenna="ANT1", Off_line="OFF"),
                ),
                number(11, "power", 1, "write", more=named(Low=1, High=9), DefaultValue=1),
                declared(
                    12,
                    "state",
                    "write| ",
                    interprete("numeric text", "fixed", "double", Length=2),
                    named(Idle=0, Busy=17),
                ),
            ),
            commands=(message("Command", 1, "put", 10, 11, 12, 3),),
            pairs=(pair(1, "put", 1),),
        ),
        talks={
            "by name": call(
                "pair:1", tx(b"ANT1\x0917\r"), args=("input=Antenna", "power=High", "state=Busy")
            ),
            "by value": call(
                "pair:1", tx(b"OFF\x0100\r"), args=("input=OFF", "power=1", "state=0")
            ),
        },
    ),
    "wide text": Shape(
        asked(
            fixed(10, "key", "N="),
            open_text(11, "name"),
            fixed(12, "end", ";"),
            number(13, "level", 2, raw="numeric text"),
            answer=(10, 11, 12, 13, 3),
            type_attributes=' options="unicode"',
        ),
        talks={
            # texts are UTF-16, values in hexadecimal and numbers stay as they are
            "it": call(
                "pair:1",
                tx("?".encode("utf-16-le") + b"\r"),
                rx("N=Zürich;".encode("utf-16-le") + b"42\r"),
                events=(param(11, "Zürich"), param(13, 42), ended("ok")),
            ),
        },
    ),
    "the same param twice": Shape(
        device(
            params=(
                CR,
                fixed(10, "comma", ","),
                open_text(11, "name", "write", DefaultValue="ab"),
                text(12, "code", 3, "write", DefaultValue="x"),
                number(13, "level", 2, "write", raw="numeric text", DefaultValue=7),
            ),
            commands=(message("Command", 1, "put", 11, 10, 12, 13, 10, 12, 11, 13, 11, 3),),
            pairs=(pair(1, "put", 1),),
        ),
        writes=(
            encode("put", b"ab,x  07,x  ab07ab\r"),
            encode("put", b"\r,abc42,abc\r42\r\r", name="\r", code="abc", level=42),
        ),
    ),
    "narrow texts in a wide connector": Shape(
        device(
            type_attributes=' options="unicode"',
            params=(
                CR,
                fixed(10, "key", "N="),
                open_text(11, "name", "write", DefaultValue="ab"),
                open_text(12, "note", "write", DefaultValue="c"),
            ),
            commands=(
                message("Command", 1, "all", 10, 11, 12, 3, attributes=' ascii="true"'),
                message("Command", 2, "some", 10, 11, 12, 3, attributes=' ascii="11"'),
                message("Command", 3, "none", 10, 11, 12, 3),
            ),
            pairs=(pair(1, "all", 1), pair(2, "some", 2), pair(3, "none", 3)),
        ),
        writes=(
            encode("all", b"N=abc\r"),
            encode("some", b"N\0=\0abc\0\r"),
            encode("none", b"N\0=\0a\0b\0c\0\r"),
        ),
    ),
}
