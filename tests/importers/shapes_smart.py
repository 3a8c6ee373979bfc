"""Devices that talk unasked: how what comes is cut, who is answered, and what is nested in what."""

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
    text,
    timer,
    trigger,
)
from tests.importers.connectors import param as declared
from tests.importers.shapes import (
    Shape,
    awaits,
    call,
    counter,
    decode,
    device,
    ended,
    got,
    param,
    run,
    rx,
    serve,
    silence,
    tx,
    wait,
)

CAME, WENT = open_text(90, "came"), open_text(91, "went")
NOTED = "notifyConnectionPIDs:90,91"


def linked(id_: int, name: str, value: str, kind: str, link: int, more: str = "") -> str:
    """A header or trailer that belongs to another."""
    return fixed(id_, name, value, f'{kind}| options="headerTrailerLink={link}{more}"')


def smart(options: str = "", **more: object) -> str:
    """A device that talks unasked."""
    given = f' communicationOptions="{options}"' if options else ""
    more.setdefault("type_", "smart-serial")
    return device(type_attributes=given + str(more.pop("type_more", "")), **more)  # type: ignore[arg-type]


def client(name: str, step: dict[str, object]) -> dict[str, object]:
    """A step of one of several clients."""
    return {**step, "client": name}


HELLO = (
    linked(1, "start", "<", "header", 1),
    linked(2, "end", ">", "trailer", 1),
    linked(3, "hash", "#", "header", 2),
    linked(4, "semi", ";", "trailer", 2),
    fixed(5, "ok", "OK"),
    open_text(10, "said"),
    open_text(11, "noted"),
)

SHAPES = {
    "framed in two ways": Shape(
        smart(
            f"{NOTED};maxConcurrentConnections:2",
            params=(*HELLO, CAME, WENT),
            commands=(message("Command", 1, "ack", 1, 5, 2),),
            responses=(
                message("Response", 1, "line", 1, 10, 2),
                message("Response", 2, "note", 3, 11, 4),
            ),
            pairs=(pair(1, "ack", 1),),
            groups=(group(1, "ack", "Pair:1"),),
            triggers=(
                trigger(10, "response", "after", 10, target=1),
                trigger(11, "response", "after", 11, target=2),
            ),
            actions=(action(10, "group", "execute", 1), action(11, "response", "clear")),
        ),
        {
            "the one who spoke is answered": serve(
                {"connect": "a"},
                {"connect": "b"},
                client("a", rx(b"<one>")),
                client("a", tx(b"<OK>")),
                client("b", silence(50)),
                client("b", rx(b"<two>")),
                client("b", tx(b"<OK>")),
                client("a", silence(50)),
                events=(
                    param(90, {"$peer": "a"}),
                    param(90, {"$peer": "b"}),
                    got("line", fields={"said": "one"}, peer={"$peer": "a"}),
                    got("line", fields={"said": "two"}, peer={"$peer": "b"}),
                ),
            ),
            "pieces and strays": serve(
                {"connect": "a"},
                client("a", rx(b"zz<on")),
                wait(40),
                client("a", rx(b"e>#x;..#y;")),
                client("a", tx(b"<OK>")),
                events=(
                    got("line", fields={"said": "one"}),
                    got("note", fields={"noted": "x"}),
                    got("note", fields={"noted": "y"}),
                ),
            ),
            "a frame that is no response": serve(
                {"connect": "a"},
                client("a", rx(b"<>#;<x>")),
                client("a", tx(b"<OK><OK>")),
                events=(got("line", fields={"said": ""}), got("line", fields={"said": "x"})),
            ),
            # nobody comes to one who connects
            "as a client": run(
                rx(b"<hi>"),
                tx(b"<OK>"),
                events=(got("line", fields={"said": "hi"}),),
                never=({"event": "param", "id": 90},),
            ),
        },
    ),
    # one header and one trailer that are not linked; a command nobody asked for goes to all
    "framed once, and told to all": Shape(
        smart(
            f"{NOTED};maxConcurrentConnections:3",
            params=(
                fixed(1, "open", "[", "header"),
                fixed(2, "shut", "]", "trailer"),
                open_text(10, "said"),
                fixed(11, "bye", "bye"),
                fixed(12, "beat", "B"),
                CAME,
                WENT,
            ),
            commands=(message("Command", 1, "beat", 1, 12, 2),),
            responses=(
                message("Response", 2, "leave", 1, 11, 2),
                message("Response", 1, "line", 1, 10, 2),
            ),
            pairs=(pair(1, "beat", 1),),
            groups=(group(1, "beat", "Pair:1"),),
            timers=(timer(1, "beat", 1000, 1),),
            triggers=(trigger(10, "response", "after", 10, target=2),),
            actions=(action(10, "protocol", "close", None, ' id="90"'),),
        ),
        {
            "all hear the timer": serve(
                {"connect": "a"},
                client("a", tx(b"[B]", within_ms=1500)),
                {"connect": "b"},
                client("a", tx(b"[B]", within_ms=1500)),
                client("b", tx(b"[B]", within_ms=100)),
                client("a", {"close": True}),
                client("b", tx(b"[B]", within_ms=1500)),
            ),
            "the one who came last is closed": serve(
                {"connect": "a"},
                {"connect": "b"},
                client("a", rx(b"x[hi][bye]")),
                client("b", {"expect_closed": True}),
                awaits(param(91, {"$peer": "b"})),
                client("a", rx(b"[still here]")),
                awaits(got("line", fields={"said": "still here"})),
            ),
        },
    ),
    "packets with a length": Shape(
        smart(
            "packetInfo:2,2,false",
            params=(
                fixed(1, "magic", "0xAA0x55"),
                number(
                    2,
                    "size",
                    2,
                    "length",
                    Endian="big",
                    more="<Length><Content><Param>2</Param><Param>3</Param></Content></Length>",
                ),
                fixed(3, "kind one", "0x01"),
                fixed(4, "kind two", "0x02"),
                open_text(10, "text"),
                number(11, "level", 2, Endian="big"),
            ),
            responses=(
                message("Response", 1, "texts", 1, 2, 3, 10),
                message("Response", 2, "levels", 1, 2, 4, 11),
            ),
            commands=(message("Command", 1, "send", 1, 2, 3, 10),),
            pairs=(pair(1, "send", 1),),
            triggers=(trigger(2, "command", "before", 4, 5, target="each"),),
            actions=(action(4, "command", "make"), action(5, "command", "length")),
        ),
        {
            "one after the other": run(
                rx(b"\xaa\x55\x00\x04\x01abc\xaa\x55\x00\x03\x02\x01\x02"),
                wait(50),
                rx(b"\xaa\x55\x00"),
                wait(50),
                rx(b"\x01\x01"),
                awaits(got("texts", fields={"text": "abc"})),
                awaits(got("levels", fields={"level": 258})),
                awaits(got("texts", fields={"text": ""})),
            ),
            # a packet that no response takes is dropped whole
            "unknown": run(
                rx(b"\xaa\x55\x00\x02\x09\x01\xaa\x55\x00\x02\x01z"),
                awaits(got("texts", fields={"text": "z"})),
                events=(
                    {"event": {"$any": ["rejected", "garbage"]}, "offset": 0, "size": 6},
                    got("texts", offset=6),
                ),
            ),
            "sent": call("pair:1", tx(b"\xaa\x55\x00\x03\x01hi"), args=("text=hi",)),
        },
    ),
    "packets that count themselves": Shape(
        smart(
            "packetInfo:1,1,true",
            params=(
                fixed(1, "bang", "!"),
                number(2, "size", 1),
                text(10, "data", 2),
                open_text(11, "more"),
            ),
            responses=(
                message("Response", 1, "short", 1, 2, 10),
                message("Response", 2, "long", 1, 2, 10, 11),
            ),
        ),
        {
            "each in its size": run(
                rx(b"!\x04ab!\x06cdef!\x04gh"),
                awaits(got("short", fields={"data": "ab"})),
                awaits(got("long", fields={"more": "ef"})),
                awaits(got("short", fields={"data": "gh"})),
            ),
        },
    ),
    "handed over in pieces": Shape(
        smart(
            "maxReceiveBuffer:4",
            params=(open_text(10, "piece"),),
            responses=(message("Response", 1, "all", 10),),
        ),
        {
            "four bytes, or a pause": run(
                rx(b"abcdefgh"),
                wait(40),
                rx(b"ij"),
                wait(40),
                rx(b"k"),
                awaits(got("all", fields={"piece": "abcd"})),
                awaits(got("all", fields={"piece": "efgh"})),
                awaits(got("all", fields={"piece": "ij"})),
                awaits(got("all", fields={"piece": "k"})),
            ),
        },
    ),
    "who sent it": Shape(
        smart(
            f"smartIpHeader;{NOTED}",
            params=(
                number(10, "port", 2, Endian="big"),
                declared(
                    11,
                    "address",
                    "read",
                    interprete("unsigned number", "fixed", "double", Length=4, Endian="big"),
                ),
                number(12, "order", 8),
                open_text(13, "data"),
                CAME,
                WENT,
            ),
            responses=(message("Response", 1, "all", 10, 11, 12, 13),),
        ),
        {
            "TCP": serve(
                {"connect": "a"},
                client("a", rx(b"one")),
                wait(40),
                client("a", rx(b"two")),
                awaits(
                    got(
                        "all",
                        fields={
                            "port": {"$port": "a"},
                            "address": 0x7F000001,
                            "order": 0,
                            "data": "one",
                        },
                    )
                ),
                awaits(got("all", fields={"order": 1, "data": "two"})),
            ),
        },
    ),
    "datagrams": Shape(
        smart(
            params=(open_text(10, "whole"), fixed(1, "q", "Q")),
            port="<Type><DefaultValue>udp</DefaultValue></Type><FlushPerDatagram><DefaultValue>true</DefaultValue></FlushPerDatagram>",
            commands=(message("Command", 1, "q", 1),),
            responses=(message("Response", 1, "all", 10),),
            pairs=(pair(1, "q", 1),),
            groups=(group(1, "q", "Pair:1"),),
            triggers=(trigger(10, "response", "after", 10, target=1),),
            actions=(action(10, "group", "execute", 1),),
        ),
        {
            "each by itself": serve(
                rx(b"ab"),
                tx(b"Q"),
                rx(b"cd"),
                tx(b"Q"),
                transport="udp",
                events=(got("all", fields={"whole": "ab"}), got("all", fields={"whole": "cd"})),
            ),
        },
    ),
    "stuffed": Shape(
        smart(
            head='<Advanced stuffing="on=command,response;escape=0x1B;stuffing=0x7C;'
            'startoffset=1;endoffset=1"/>',
            params=(
                fixed(1, "open", "0x02", "header"),
                fixed(2, "bar", "0x7C", "trailer"),
                open_text(10, "data"),
                open_text(11, "out", "write"),
            ),
            commands=(message("Command", 1, "put", 1, 11, 2),),
            responses=(message("Response", 1, "got it", 1, 10, 2),),
            pairs=(pair(1, "put", 1),),
        ),
        {
            "taken away": run(
                rx(b"\x02a\x1b|b|\x02c|"),
                awaits(got("got_it", fields={"data": "a|b"})),
                awaits(got("got_it", fields={"data": "c"})),
            ),
            "and put in": call("pair:1", tx(b"\x02x\x1b|y|"), args=("out=x|y",)),
        },
    ),
    "answers beside what comes unasked": Shape(
        smart(
            params=(
                linked(1, "start", "<", "header", 1),
                linked(2, "end", ">", "trailer", 1),
                fixed(3, "q", "?"),
                fixed(4, "answer key", "A"),
                fixed(5, "event key", "E"),
                open_text(10, "answer"),
                open_text(11, "event"),
                counter(12, "fine"),
            ),
            commands=(message("Command", 1, "ask", 1, 3, 2),),
            responses=(
                message("Response", 1, "answer", 1, 4, 10, 2),
                message("Response", 2, "event", 1, 5, 11, 2),
            ),
            pairs=(pair(1, "ask", 1, 1),),
            triggers=(trigger(10, "pair", "succeeded", 10, target=1),),
            actions=(action(10, "parameter", "increment", 12),),
        ),
        {
            "both are taken": call(
                "pair:1",
                tx(b"<?>"),
                rx(b"<Ehot><Ayes>"),
                events=(
                    param(11, "hot"),
                    param(10, "yes"),
                    param(12, 1),
                    ended("ok", reply="answer"),
                ),
            ),
            "no answer": call(
                "pair:1",
                tx(b"<?>"),
                rx(b"<Ehot>"),
                events=(param(11, "hot"), ended("timeout")),
                exit_=3,
            ),
        },
    ),
    "only a trailer": Shape(
        smart(
            params=(linked(1, "lf", "0x0A", "trailer", 7), open_text(10, "line")),
            responses=(message("Response", 1, "line", 10, 1),),
        ),
        {
            "up to it": run(
                rx(b"one\ntw"),
                wait(50),
                rx(b"o\n"),
                awaits(got("line", fields={"line": "one"})),
                awaits(got("line", fields={"line": "two"})),
            ),
        },
    ),
    "fields in a field": Shape(
        device(
            params=(
                fixed(1, "cr", "0x0D", "trailer"),
                fixed(2, "ask", "?"),
                fixed(3, "key", "K="),
                declared(
                    10, "whole", 'response| id="3"', interprete("other", "next param", "string")
                ),
                fixed(11, "ch", "CH"),
                number(12, "channel", 1, raw="numeric text"),
                fixed(13, "colon", ":"),
                declared(14, "level", "read", interprete("numeric text", "next param", "double")),
                fixed(15, "unit", "dB"),
                counter(16, "inner"),
            ),
            commands=(message("Command", 1, "ask", 2, 1),),
            responses=(
                message("Response", 1, "answer", 3, 10, 1),
                message("Response", 3, "inside", 11, 12, 13, 14, 15, optional="0++;4"),
            ),
            pairs=(pair(1, "ask", 1, 1),),
            groups=(group(1, "two", "Pair:1", "Pair:1"),),
            triggers=(trigger(10, "response", "after", 10, target=3),),
            actions=(action(10, "parameter", "increment", 16),),
        ),
        {
            "all of it": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"K=CH2:-12.5dB\r"),
                events=(
                    param(10, "CH2:-12.5dB"),
                    param(12, 2),
                    param(14, -12.5),
                    param(16, 1),
                    ended("ok"),
                ),
            ),
            "without the channel": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"K=7dB\r"),
                events=(param(14, 7), param(16, 1), ended("ok")),
                never=({"event": "param", "id": 12},),
            ),
            "only read again when it is new": call(
                "group:1",
                tx(b"?\r"),
                rx(b"K=7dB\r"),
                tx(b"?\r"),
                rx(b"K=7dB\r"),
                events=(param(16, 1), ended("ok")),
                never=(param(16, 2),),
            ),
        },
    ),
    "what may be missing": Shape(
        device(
            params=(
                fixed(1, "cr", "0x0D", "trailer"),
                fixed(2, "ask", "?"),
                fixed(10, "a", "A"),
                number(11, "one", 2, raw="numeric text"),
                fixed(12, "b", "B"),
                number(13, "two", 2, raw="numeric text"),
                fixed(14, "c", "C"),
                open_text(15, "rest"),
            ),
            commands=(message("Command", 1, "ask", 2, 1),),
            responses=(
                message("Response", 1, "answer", 10, 11, 12, 13, 14, 15, 1, optional="0*;2+;4+"),
            ),
            pairs=(pair(1, "ask", 1, 1),),
        ),
        {
            "all there": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"A01B02Cxyz\r"),
                events=(param(11, 1), param(13, 2), param(15, "xyz"), ended("ok")),
            ),
            "jumps to the next that may be missing": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"B02Cxyz\r"),
                events=(param(13, 2), param(15, "xyz"), ended("ok")),
                never=(param(11, 1),),
            ),
            "only the middle": call(
                "pair:1", tx(b"?\r"), rx(b"B02\r"), events=(param(13, 2), ended("ok"))
            ),
            "nothing": call(
                "pair:1", tx(b"?\r"), rx(b"\r"), events=(ended("ok"),), never=({"event": "param"},)
            ),
        },
        reads=(
            decode(
                b"A01Cx\r",
                got("answer", fields={"one": 1, "two": {"$exists": False}, "rest": "x"}),
                name="answer",
            ),
        ),
    ),
    "two lines": Shape(
        device(
            type_attributes=' advanced="smart-serial:Feed"',
            ports='<Ports><PortSettings name="Feed"><Type><DefaultValue>udp</DefaultValue>'
            "</Type></PortSettings></Ports>",
            params=(
                fixed(1, "cr", "0x0D"),
                fixed(2, "ask", "?"),
                text(10, "answer", 2),
                linked(20, "start", "<", "header", 1, ";connection=1"),
                linked(21, "end", ">", "trailer", 1, ";connection=1"),
                open_text(22, "news"),
            ),
            commands=(message("Command", 1, "ask", 2, 1),),
            responses=(
                message("Response", 1, "answer", 10, 1),
                message("Response", 2, "news", 20, 22, 21, attributes=' options="Connection:1"'),
            ),
            pairs=(pair(1, "ask", 1, 1),),
        ),
        {
            "the one that is asked": call(
                "pair:1", tx(b"?\r"), rx(b"ok\r"), events=(param(10, "ok"), ended("ok"))
            ),
            "the one that talks": serve(
                rx(b"<x>"), awaits(got("news", fields={"news": "x"})), transport="udp"
            ),
        },
    ),
}
