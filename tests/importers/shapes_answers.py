"""Answers: which of several it is, where they end, what fails them, what they leave behind."""

from __future__ import annotations

from tests.acceptance.wire import crc16_modbus
from tests.importers.connectors import (
    action,
    fixed,
    group,
    interprete,
    message,
    number,
    open_text,
    pair,
    text,
    trigger,
)
from tests.importers.connectors import param as declared
from tests.importers.shapes import (
    CR,
    Shape,
    call,
    check,
    counter,
    decode,
    device,
    encode,
    ended,
    got,
    length,
    param,
    rx,
    silence,
    tx,
    wait,
)

STX, ETX = fixed(1, "stx", "0x02", "header"), fixed(2, "etx", "0x03", "trailer")
FILLED = (
    trigger(2, "command", "before", 4, 5, 6, target="each"),
    action(4, "command", "make"),
    action(5, "command", "length"),
    action(6, "command", "crc"),
)
VERIFIED = (
    trigger(1, "response", "before", 1, 2, 3, target="each"),
    action(2, "response", "length"),
    action(3, "response", "crc"),
)


def sized(**more: object) -> str:
    """`other param` with its attribute."""
    return interprete("other", "other param", "string", **more)


SHAPES = {
    "two answers, cleared": Shape(
        device(
            params=(
                STX,
                ETX,
                fixed(10, "ask", "S"),
                fixed(11, "ok", "K"),
                fixed(12, "busy", "B"),
                open_text(13, "state"),
                open_text(14, "reason"),
                counter(15, "seen"),
            ),
            commands=(message("Command", 1, "status", 1, 10, 2),),
            responses=(
                message("Response", 1, "fine", 1, 11, 13, 2),
                message("Response", 2, "occupied", 1, 12, 14, 2),
            ),
            pairs=(pair(1, "status", 1, 1, 2),),
            groups=(group(1, "thrice", "Pair:1", "Pair:1", "Pair:1"),),
            triggers=(
                trigger(10, "response", "after", 10, target=1),
                trigger(11, "response", "after", 11, target=2),
                trigger(12, "parameter", "change", 12, target=13),
            ),
            actions=(
                action(10, "response", "clear", 2),
                action(11, "response", "clear", 1),
                action(12, "parameter", "increment", 15),
            ),
        ),
        talks={
            "the same answer sets nothing again": call(
                "group:1",
                tx(b"\x02S\x03"),
                rx(b"\x02Kidle\x03"),
                tx(b"\x02S\x03"),
                rx(b"\x02Kidle\x03"),
                tx(b"\x02S\x03"),
                rx(b"\x02Bnow\x03"),
                events=(
                    param(13, "idle"),
                    param(15, 1),
                    param(14, "now"),
                    ended("ok", reply="occupied"),
                ),
                never=(param(15, 2),),
            ),
            # the response is read again, but the param has the value it had
            "another came between": call(
                "group:1",
                tx(b"\x02S\x03"),
                rx(b"\x02Kidle\x03"),
                tx(b"\x02S\x03"),
                rx(b"\x02Bnow\x03"),
                tx(b"\x02S\x03"),
                rx(b"\x02Kidle\x03"),
                events=(param(13, "idle"), param(14, "now"), ended("ok", reply="fine")),
                never=(param(15, 2),),
            ),
            "neither of them": call(
                "pair:1",
                tx(b"\x02S\x03"),
                rx(b"\x02Xidle\x03"),
                events=(
                    {"event": "timeout", "pair": "status", "attempt": 1, "last": True},
                    ended("timeout", reply=None),
                ),
                exit_=3,
            ),
        },
    ),
    "the second delimiter": Shape(
        device(
            params=(
                CR,
                fixed(10, "ask", "?"),
                fixed(11, "colon", ":"),
                declared(
                    12,
                    "path",
                    "read",
                    interprete("other", "next param", "string").replace(
                        "<LengthType>", '<LengthType times="2">'
                    ),
                ),
                open_text(13, "rest"),
            ),
            commands=(message("Command", 1, "ask", 10, 3),),
            responses=(message("Response", 1, "answer", 12, 11, 13, 3),),
            pairs=(pair(1, "ask", 1, 1),),
        ),
        talks={
            "found": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"a:b:c:d\r"),
                events=(param(12, "a:b"), param(13, "c:d"), ended("ok")),
            ),
            "too few": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"a:b\r"),
                events=(ended("timeout"),),
                never=({"event": "param"},),
                exit_=3,
            ),
        },
        reads=(
            decode(b"x::y\r", got("answer", fields={"path": "x:", "rest": "y"}), name="answer"),
        ),
    ),
    # the length counts code, itself and data; the check covers all in front of it
    "length, then modbus": Shape(
        device(
            retries=1,
            params=(
                fixed(10, "code", "0xA5"),
                length(11, "size", 2, 0, 1, 2, Endian="big"),
                open_text(12, "payload", "write", DefaultValue="hey"),
                check(13, "sum", 2, "modbus", 0, 1, 2),
                open_text(14, "answer"),
            ),
            commands=(message("Command", 1, "say", 10, 11, 12, 13),),
            responses=(message("Response", 1, "said", 10, 11, 14, 13),),
            pairs=(pair(1, "say", 1, 1),),
            reading=False,
            triggers=(VERIFIED[0], FILLED[0]),
            actions=(*VERIFIED[1:], *FILLED[1:]),
        ),
        writes=(
            encode("say", b"\xa5\x00\x06hey" + crc16_modbus(b"\xa5\x00\x06hey")),
            encode("say", b"\xa5\x00\x03" + crc16_modbus(b"\xa5\x00\x03"), payload=""),
        ),
        reads=(
            decode(
                b"\xa5\x00\x05ok" + crc16_modbus(b"\xa5\x00\x05ok"),
                got("said", fields={"size": 5, "answer": "ok"}),
                name="said",
            ),
            decode(
                b"\xa5\x00\x05ok" + crc16_modbus(b"\xa5\x00\x05oj"),
                {"event": "rejected", "name": "said", "error": "crc"},
                name="said",
                exit_=1,
            ),
        ),
        talks={
            "verified at once": call(
                "pair:1",
                tx(b"\xa5\x00\x06hey" + crc16_modbus(b"\xa5\x00\x06hey")),
                rx(b"\xa5\x00\x05ok" + crc16_modbus(b"\xa5\x00\x05ok")),
                events=(param(11, 5), param(14, "ok"), ended("ok")),
            ),
            "damaged, asked again": call(
                "pair:1",
                tx(b"\xa5\x00\x04x" + crc16_modbus(b"\xa5\x00\x04x")),
                rx(b"\xa5\x00\x05ok\x00\x00"),
                tx(b"\xa5\x00\x04x" + crc16_modbus(b"\xa5\x00\x04x"), max_ms=100),
                rx(b"\xa5\x00\x05ok" + crc16_modbus(b"\xa5\x00\x05ok")),
                events=(
                    {"event": "timeout", "attempt": 1, "last": False},
                    param(14, "ok"),
                    ended("ok"),
                ),
                args=("payload=x",),
            ),
        },
    ),
    # without `Length` all but lengths counts
    "a length of everything else": Shape(
        device(
            params=(
                STX,
                ETX,
                length(10, "size", 3, raw="numeric text"),
                open_text(11, "data", "write", DefaultValue="abc"),
                open_text(12, "answer"),
            ),
            commands=(message("Command", 1, "say", 1, 10, 11, 2),),
            responses=(message("Response", 1, "said", 1, 10, 12, 2),),
            pairs=(pair(1, "say", 1, 1),),
            reading=False,
            triggers=(trigger(1, "response", "before", 1, 2, target="each"), FILLED[0]),
            actions=(action(2, "response", "length"), *FILLED[1:]),
        ),
        writes=(encode("say", b"\x02005abc\x03"), encode("say", b"\x02002\x03", data="")),
        talks={
            "right": call(
                "pair:1",
                tx(b"\x02005abc\x03"),
                rx(b"\x02004de\x03"),
                events=(param(10, 4), param(12, "de"), ended("ok")),
            ),
            # the length itself is there, what stands behind it is not
            "wrong": call(
                "pair:1",
                tx(b"\x02005abc\x03"),
                rx(b"\x02009de\x03"),
                events=(param(10, 9), ended("timeout")),
                never=(param(12, "de"),),
                exit_=3,
            ),
        },
    ),
    "the last delimiter, blanks taken off": Shape(
        device(
            params=(
                CR,
                fixed(10, "ask", "?"),
                fixed(11, "dot", "."),
                declared(
                    12,
                    "stem",
                    "read",
                    interprete("other", "last next param", "string").replace(
                        "<Type>", '<Type trim="left;right">'
                    ),
                ),
                open_text(13, "ending"),
            ),
            commands=(message("Command", 1, "ask", 10, 3),),
            responses=(message("Response", 1, "answer", 12, 11, 13, 3),),
            pairs=(pair(1, "ask", 1, 1),),
        ),
        talks={
            "it": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"  a.b.tar.gz\r"),
                events=(param(12, "a.b.tar"), param(13, "gz"), ended("ok")),
            ),
        },
    ),
    # the size is no length: nothing tells that the answer is complete
    "sized by another": Shape(
        device(
            params=(
                CR,
                fixed(10, "ask", "?"),
                number(11, "count", 2, raw="numeric text"),
                declared(
                    12, "data", "read", sized().replace("<LengthType>", '<LengthType id="11">')
                ),
            ),
            commands=(message("Command", 1, "ask", 10, 3),),
            responses=(message("Response", 1, "answer", 11, 12),),
            pairs=(pair(1, "ask", 1, 1),),
        ),
        talks={
            "at the end of its time": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"03abc"),
                silence(300),
                events=(param(11, 3), param(12, "abc"), ended("ok")),
            ),
            "what is too much is cut off": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"02abcdef"),
                events=(param(11, 2), param(12, "ab"), ended("ok")),
            ),
            "too little": call(
                "pair:1", tx(b"?\r"), rx(b"05abc"), events=(ended("timeout"),), exit_=3
            ),
        },
    ),
    # the pair takes what came when nothing came for a while
    "an idle gap": Shape(
        device(
            timeout=2000,
            params=(CR, fixed(10, "ask", "?"), open_text(11, "answer"), fixed(12, "eq", "=")),
            commands=(message("Command", 1, "ask", 10, 3),),
            responses=(message("Response", 1, "answer", 12, 11),),
            pairs=(pair(1, "ask", 1, 1, attributes=' options="receiveInterval:100"'),),
        ),
        talks={
            "counts from the last byte": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"=ab"),
                wait(80),
                rx(b"cd"),
                {"expect_event": ended("ok"), "min_ms": 90, "within_ms": 200},
                events=(param(11, "abcd"), ended("ok")),
            ),
        },
    ),
    # a check behind the trailer, in digits, inverted
    "trailer, then a check in digits": Shape(
        device(
            params=(
                fixed(1, "open", "[", "header"),
                fixed(2, "shut", "]", "trailer"),
                fixed(10, "ask", "Q"),
                check(
                    11,
                    "sum",
                    2,
                    "sum",
                    0,
                    1,
                    2,
                    raw="numeric text",
                    Base=16,
                    given=' options="ones complement" mod="256"',
                ),
                open_text(12, "data"),
                check(13, "xor", 2, "exor", 1, raw="numeric text", Base=16),
            ),
            commands=(message("Command", 1, "ask", 1, 10, 2, 11),),
            responses=(message("Response", 1, "answer", 1, 12, 2, 13),),
            pairs=(pair(1, "ask", 1, 1),),
            reading=False,
            triggers=(trigger(1, "response", "before", 1, 3, target="each"), FILLED[0]),
            actions=(*VERIFIED[1:], *FILLED[1:]),
        ),
        # 5B + 51 + 5D = 109, mod 256 = 09, inverted F6
        writes=(encode("ask", b"[Q]F6"),),
        talks={
            # 61 ^ 62 = 03
            "at once": call(
                "pair:1",
                tx(b"[Q]F6"),
                rx(b"[ab]03"),
                events=(param(12, "ab"), ended("ok")),
            ),
            "in small letters, in pieces": call(
                "pair:1",
                tx(b"[Q]F6"),
                rx(b"[a"),
                wait(50),
                rx(b"\x0a]"),
                wait(50),
                rx(b"6"),
                wait(50),
                rx(b"b"),
                events=(param(13, 0x6B), ended("ok")),
            ),
        },
    ),
    "fixed sizes, with a value that must be there": Shape(
        device(
            params=(
                fixed(10, "ask", "?"),
                declared(
                    11, "sign", "read", interprete("other", "fixed", "string", Length=1, Value="#")
                ),
                number(12, "level", 3, raw="numeric text"),
                text(13, "unit", 2),
            ),
            commands=(message("Command", 1, "ask", 10),),
            responses=(message("Response", 1, "answer", 11, 12, 13),),
            pairs=(pair(1, "ask", 1, 1),),
        ),
        talks={
            "complete": call(
                "pair:1",
                tx(b"?"),
                rx(b"#042mV"),
                events=(param(12, 42), param(13, "mV"), ended("ok")),
            ),
            "signed": call("pair:1", tx(b"?"), rx(b"#-07mV"), events=(param(12, -7), ended("ok"))),
            "no number leaves what was there": call(
                "pair:1",
                tx(b"?"),
                rx(b"#x42mV"),
                events=(param(13, "mV"), ended("ok")),
                never=({"event": "param", "id": 12},),
            ),
        },
    ),
    # what one pair is answered looks like the other's, which never takes it away
    "answers of another pair that fit as well": Shape(
        device(
            timeout=300,
            params=(
                STX,
                ETX,
                CR,
                fixed(10, "ask", "?"),
                length(11, "size", 2, 2, raw="numeric text"),
                open_text(12, "data"),
                open_text(13, "line"),
                open_text(14, "rest"),
            ),
            commands=(message("Command", 1, "ask", 10, 3),),
            responses=(
                message("Response", 1, "sized", 1, 11, 12, 2),
                message("Response", 2, "line", 1, 13, 2),
                message("Response", 3, "all", 1, 14),
            ),
            pairs=(pair(1, "sized", 1, 1), pair(2, "line", 1, 2), pair(3, "all", 1, 3)),
            reading=False,
            triggers=(
                trigger(1, "response", "before", 1, target="each"),
                trigger(2, "response", "before", 1, 2, target=1),
            ),
            actions=(action(2, "response", "length"),),
        ),
        talks={
            "a length that is too large": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"\x0205abc\x03"),
                events=(param(11, 5), ended("timeout")),
                never=(got("line"),),
                exit_=3,
            ),
            "up to the end of its time": call(
                "pair:3",
                tx(b"?\r"),
                rx(b"\x02abc\x03"),
                events=(param(14, "abc\x03"), ended("ok", reply="all")),
                never=(got("line"),),
            ),
        },
    ),
    # all of what came at once counts, as far as there is an answer of that size
    "one answer that begins like another": Shape(
        device(
            params=(
                CR,
                fixed(10, "ask", "?"),
                text(11, "value", 4),
                fixed(12, "error", "ERROR"),
                text(13, "pair", 2),
            ),
            commands=(message("Command", 1, "ask", 10, 3),),
            responses=(
                message("Response", 1, "value", 11),
                message("Response", 2, "error", 12),
                message("Response", 3, "long", 11, 13),
            ),
            pairs=(
                pair(1, "ask", 1, 1, 3).replace(
                    "</Content>", "<ResponseOnBadCommand>2</ResponseOnBadCommand></Content>"
                ),
            ),
        ),
        talks={
            "the short one": call(
                "pair:1", tx(b"?\r"), rx(b"1234"), events=(param(11, "1234"), ended("ok"))
            ),
            "the refusal": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"ERROR"),
                events=(ended("refused", reply="error"),),
                never=({"event": "param"},),
                exit_=3,
            ),
            "the long one": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"123456"),
                events=(param(11, "1234"), param(13, "56"), ended("ok", reply="long")),
            ),
            "none of that size": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"1234567"),
                events=(param(11, "1234"), ended("ok", reply="value")),
            ),
        },
    ),
    "late bytes belong to nothing": Shape(
        device(
            params=(CR, fixed(10, "ask", "?"), text(11, "answer", 2)),
            commands=(message("Command", 1, "ask", 10, 3),),
            responses=(message("Response", 1, "answer", 11, 3),),
            pairs=(pair(1, "ask", 1, 1),),
            groups=(group(1, "two", "Pair:1", "Pair:1"),),
            retries=0,
        ),
        talks={
            "thrown away before the next command": call(
                "group:1",
                tx(b"?\r"),
                {"expect_event": {"event": "timeout"}},
                tx(b"?\r"),
                rx(b"BB\r"),
                events=(param(11, "BB"),),
                exit_=3,
            ),
        },
    ),
    # the trailer is the third of its kind
    "a trailer that counts": Shape(
        device(
            params=(
                declared(
                    1,
                    "lf",
                    'trailer| times="3"',
                    interprete("other", "fixed", "string", Length=1, Value="0x0A"),
                ),
                fixed(10, "ask", "?"),
                declared(
                    11,
                    "lines",
                    "read",
                    interprete("other", "next param", "string").replace(
                        "<LengthType>", '<LengthType times="3">'
                    ),
                ),
            ),
            commands=(message("Command", 1, "ask", 10, 1),),
            responses=(message("Response", 1, "answer", 11, 1),),
            pairs=(pair(1, "ask", 1, 1),),
        ),
        talks={
            "it": call(
                "pair:1",
                tx(b"?\n"),
                rx(b"a\nb\n"),
                wait(100),
                rx(b"c\n"),
                {"expect_event": ended("ok"), "within_ms": 50},
                events=(param(11, "a\nb\nc"),),
            ),
        },
    ),
}
