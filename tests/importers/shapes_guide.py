"""The forms of the platform's guide on commands and responses, on devices of our own.

Where each is shown: fixed fields, variable ones, the GET request, `make` and `read` before each,
lengths in front of data, both checks, bits by position and the entry point in
`tests/conversations/guide.talk`; composing when queued in `shapes_flow` (made when it is queued);
what a wrong length leaves behind, sizes in other params, and what stands inside of params here.
"""

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
    counter,
    ended,
    length,
    param,
    rx,
    silence,
    tx,
    wait,
)


def sized_by(id_: int, name: str, other: int) -> str:
    """A text whose size another param holds."""
    inner = interprete("other", "other param", "string")
    return declared(id_, name, "read", inner.replace("<LengthType>", f'<LengthType id="{other}">'))


LENGTH_NOT_LAST = asked(
    fixed(10, "key", "S"),
    open_text(11, "place"),
    fixed(12, "colon", ":"),
    length(13, "size", 2, 4, raw="numeric text"),
    open_text(14, "data"),
    counter(15, "read"),
    counter(16, "after"),
    answer=(10, 11, 12, 13, 14),
    reading=False,
    triggers=(
        trigger(1, "response", "before", 1, 2, 5, target=1),
        trigger(2, "response", "after", 6, target=1),
    ),
    actions=(
        action(2, "response", "length"),
        action(5, "parameter", "increment", 15),
        action(6, "parameter", "increment", 16),
    ),
)

SHAPES = {
    # only the last action of a trigger cancels: what stands up to the length is taken in
    "a length that is not verified last": Shape(
        LENGTH_NOT_LAST,
        {
            "too large": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"Sx:05ab"),
                events=(param(15, 1), param(11, "x"), param(13, 5), ended("timeout")),
                never=({"event": "param", "id": 14}, param(16, 1)),
                exit_=3,
            ),
            "too small": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"Sx:01ab"),
                events=(param(11, "x"), param(13, 1), ended("timeout")),
                never=({"event": "param", "id": 14}, param(16, 1)),
                exit_=3,
            ),
            "right": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"Sx:02ab"),
                events=(param(15, 1), param(14, "ab"), param(16, 1), ended("ok")),
            ),
        },
    ),
    "a size in another param": Shape(
        asked(
            fixed(10, "key", "COMMAND_E"),
            open_text(11, "variable"),
            fixed(12, "colon", ":"),
            number(13, "size", 2, raw="numeric text"),
            sized_by(14, "data", 13),
            answer=(10, 11, 12, 13, 14),
        ),
        {
            "only when its time is up, the rest cut off": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"COMMAND_EMyTest:02AAmore"),
                silence(390),
                events=(param(11, "MyTest"), param(13, 2), param(14, "AA"), ended("ok")),
            ),
        },
    ),
    "a length of any size": Shape(
        asked(
            fixed(10, "header", "getData", "header"),
            declared(
                11,
                "size",
                "length",
                interprete("numeric text", "next param", "double"),
                "<Length><Content><Param>4</Param></Content></Length>",
            ),
            fixed(12, "semicolon", ";"),
            fixed(13, "trailer", ":", "trailer"),
            sized_by(14, "data", 11),
            answer=(10, 11, 12, 13, 14),
        ),
        {
            "early": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"getData2;:AA"),
                {"expect_event": ended("ok"), "within_ms": 50},
                events=(param(11, 2), param(14, "AA")),
            ),
            "with delimiters in the data, in pieces": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"getData12;:a:"),
                wait(50),
                rx(b";b:getData"),
                events=(param(14, "a:;b:getData"), ended("ok")),
            ),
            "too much is cut off": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"getData2;:AAB"),
                events=(param(11, 2), param(14, "AA"), ended("ok")),
            ),
        },
    ),
    # position 7 of a little-endian group is the lowest bit of its first byte
    "a bit of four bytes": Shape(
        asked(
            number(10, "mask", 4, "group"),
            number(20, "mask out", 4, "group"),
            declared(
                21,
                "log",
                'write bit| id="20"',
                interprete("unsigned number", "fixed", "double", StartPosition=7, NbrOfBits=1),
                "<Measurement><Type>togglebutton</Type><Discreets><Discreet><Value>0</Value>"
                "<Display>Disabled</Display></Discreet><Discreet><Value>1</Value>"
                "<Display>Enabled</Display></Discreet></Discreets></Measurement>",
            ),
            answer=(10, 3),
            groups=(group(1, "both", "Pair:1", "Action:12", "Pair:2"),),
            triggers=(
                trigger(10, "parameter", "change", 10, 11, target=10),
                trigger(11, "response", "after", 12, 13, target=1),
            ),
            actions=(
                action(10, "parameter", "clear", 20),
                action(11, "parameter", "append data", 20, ' id="10"'),
                action(12, "parameter", "increment", 21),
                action(13, "group", "execute", 2),
            ),
        )
        .replace("</Commands>", message("Command", 2, "put", 20, 3) + "</Commands>")
        .replace("</Pairs>", pair(2, "put", 2) + "</Pairs>")
        .replace("</Groups>", group(2, "put", "Pair:2") + "</Groups>"),
        {
            "the others stay as they were read": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"\x00\x0f\x00\x80\r"),
                tx(b"\x01\x0f\x00\x80\r"),
                events=(param(21, "Enabled"), ended("ok")),
            ),
        },
    ),
    # `0+++;4`: without the first the next three are missing too; the last may be missing itself
    "a response inside a param": Shape(
        asked(
            fixed(10, "key", "G"),
            declared(
                11, "gain", 'response| id="3000"', interprete("other", "next param", "string")
            ),
            fixed(67, "ch", "CH"),
            fixed(62, "equals", "="),
            declared(68, "channel", "read", interprete("numeric text", "next param", "double")),
            fixed(69, "comma", ","),
            fixed(74, "unit", "dB"),
            answer=(10, 11, 3),
            responses=(message("Response", 3000, "inner", 67, 62, 68, 69, 74, optional="0+++;4"),),
        ),
        {
            "all of it": call(
                "pair:1", tx(b"?\r"), rx(b"GCH=7,dB\r"), events=(param(68, 7), ended("ok"))
            ),
            "without the unit": call(
                "pair:1", tx(b"?\r"), rx(b"GCH=12,\r"), events=(param(68, 12), ended("ok"))
            ),
            "the unit alone": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"GdB\r"),
                events=(param(11, "dB"), ended("ok")),
                never=({"event": "param", "id": 68},),
            ),
        },
    ),
}
