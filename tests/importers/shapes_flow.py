"""The conversation: what sets what in motion, conditions, and what actions do to params."""

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
    trigger,
)
from tests.importers.connectors import param as declared
from tests.importers.shapes import (
    CR,
    Shape,
    awaits,
    call,
    check,
    counter,
    device,
    ended,
    letters,
    otherwise,
    param,
    run_by,
    rx,
    tx,
    when,
)


def conditions() -> Shape:
    """One trigger for each condition: 1 when it holds, 0 when not."""
    asked = {
        "id:20 == 5 AND id:21 == 7": "1",
        "id:20 == 4 OR id:21 == 7": "1",
        "(id:20 == 4 OR id:21 == 7) AND id:20 > 5": "0",
        "id:20 + id:21 * 2 == 19": "1",
        "( id:20 + id:21 ) * 2 == 24": "1",
        "id:20 & 4 == 4": "1",
        "id:20 | 2 == 7": "1",
        "id:20 ^ 1 == 4": "1",
        'id:22 == "on"': "1",
        'id:22 != "off"': "1",
        'id:22 + id:22 == "onon"': "1",
        'id:20 == "5"': "1",
        "id:23 == 12": "1",
        "id:23 > 9": "1",
        "id:24 == empty": "1",
        "id:24 == emptystring": "1",
        'id:24 == ""': "1",
        '"" != id:22': "1",
        "id:22 != empty": "1",
        "id:25 == empty": "1",
        "id:26 == emptystring": "1",
        "id:20 >= 5 AND id:20 <= 5 AND id:20 < 6": "1",
        "id:20 - id:21 == -2": "1",
        "id:21 / 2 == 3.5": "1",
    }
    triggers, talks = [], {}
    for i, (condition, expected) in enumerate(asked.items()):
        triggers.append(otherwise(run_by(100 + i, 40, more=when(condition)), 41))
        talks[condition] = call(
            f"trigger:{100 + i}", tx(f"{'A' if expected == '1' else 'B'}\r".encode())
        )
    return Shape(
        letters(
            params=(
                number(20, "five", 2, raw="numeric text", DefaultValue=5),
                number(21, "seven", 1, DefaultValue=7),
                open_text(22, "state", DefaultValue="on"),
                open_text(23, "digits", DefaultValue="12"),
                open_text(24, "nothing"),
                number(25, "zero", 2, raw="numeric text", DefaultValue=0),
                open_text(26, "blank", DefaultValue=""),
            ),
            triggers=tuple(triggers),
            actions=(action(40, "group", "execute", 1), action(41, "group", "execute", 2)),
        ),
        talks,
    )


SHAPES = {
    "conditions": conditions(),
    "what a change sets in motion": Shape(
        device(
            params=(
                CR,
                fixed(10, "ask", "?"),
                number(11, "one", 1, raw="numeric text"),
                number(12, "two", 1, raw="numeric text"),
                open_text(13, "log", DefaultValue=""),
                fixed(14, "c", "c"),
                fixed(15, "r", "r"),
                fixed(16, "a", "a"),
                fixed(17, "s", "s"),
            ),
            commands=(message("Command", 1, "ask", 10, 3),),
            responses=(message("Response", 1, "answer", 11, 12, 3),),
            pairs=(pair(1, "ask", 1, 1),),
            groups=(group(1, "twice", "Pair:1", "Pair:1"),),
            triggers=(
                trigger(10, "parameter", "change", 14, target=11),
                trigger(11, "parameter", "change after response", 15, target=11),
                trigger(12, "response", "after", 16, target=1),
                trigger(13, "pair", "succeeded", 17, target=1),
                trigger(14, "parameter", "change", 14, target=12),
            ),
            actions=tuple(
                action(i, "parameter", "append data", 13, f' id="{i}"') for i in (14, 15, 16, 17)
            ),
        ),
        {
            # both are taken in, each with its change; then the response as a whole; then the pair
            "order": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"12\r"),
                events=(
                    param(11, 1),
                    param(13, "c"),
                    param(12, 2),
                    param(13, "cc"),
                    param(13, "ccr"),
                    param(13, "ccra"),
                    param(13, "ccras"),
                    ended("ok"),
                ),
            ),
            "what did not change": call(
                "group:1",
                tx(b"?\r"),
                rx(b"12\r"),
                tx(b"?\r"),
                rx(b"13\r"),
                events=(
                    param(13, "ccras"),
                    param(12, 3),
                    param(13, "ccrasc"),
                    param(13, "ccrasca"),
                    param(13, "ccrascas"),
                    ended("ok"),
                ),
            ),
            # equal to the last answer: nothing is taken in, but it was answered
            "equal": call(
                "group:1",
                tx(b"?\r"),
                rx(b"12\r"),
                tx(b"?\r"),
                rx(b"12\r"),
                events=(param(13, "ccras"), param(13, "ccrasa"), param(13, "ccrasas"), ended("ok")),
            ),
        },
    ),
    "what actions do to params": Shape(
        device(
            params=(
                CR,
                fixed(10, "show", "="),
                open_text(11, "word", "write", DefaultValue="abc"),
                open_text(12, "other", "read", DefaultValue="xyz"),
                number(13, "n", 3, "write", raw="numeric text", DefaultValue=4),
                number(14, "by", 1, DefaultValue=3),
                number(15, "wide", 2, Endian="big", DefaultValue=0x3132),
                text(16, "room", 4, "write", DefaultValue="fill"),
                declared(
                    17,
                    "zero",
                    "read",
                    interprete("other", "fixed", "string", Length=4, Value="0x410x420x000x43"),
                ),
                counter(18, "changes"),
                counter(19, "entered"),
            ),
            commands=(
                message("Command", 1, "put", 10, 11, 3),
                message("Command", 2, "count", 10, 13, 3),
                message("Command", 3, "size", 10, 16, 3),
            ),
            pairs=(pair(1, "put", 1), pair(2, "count", 2), pair(3, "size", 3)),
            groups=(
                group(1, "put", "Pair:1"),
                group(2, "count", "Pair:2"),
                group(3, "size", "Pair:3"),
            ),
            triggers=(
                trigger(20, "parameter", "change", 60, target=12),
                trigger(21, "parameter", "change", 61, target=13),
                run_by(30, 30, 50),
                run_by(31, 31, 50),
                run_by(32, 32, 50),
                run_by(33, 33, 50),
                run_by(34, 34, 50),
                run_by(35, 35, 50),
                run_by(36, 36, 51),
                run_by(37, 37, 51),
                run_by(38, 38, 51),
                run_by(39, 39, 52),
                run_by(40, 40, 50),
                run_by(41, 41, 51),
                run_by(42, 42, 43, 42),
                run_by(44, 44),
                run_by(45, 45, 50),
                run_by(46, 46, 51),
            ),
            actions=(
                action(30, "parameter", "copy", 11, ' id="12"'),
                action(31, "parameter", "copy reverse", 11, ' id="12"'),
                action(32, "parameter", "append", 11, ' id="13"'),
                action(33, "parameter", "append", 11, ' id="12" options="hex"'),
                action(34, "parameter", "append data", 11, ' id="15"'),
                action(35, "parameter", "copy", 11, ' id="17"'),
                action(36, "parameter", "increment", 13, ' value="-6"'),
                action(37, "parameter", "multiply", 13, ' id="14"'),
                action(38, "parameter", "pow", 13, ' value="2"'),
                action(39, "parameter", "change length", 16, ' id="14"'),
                action(40, "parameter", "replace data", 11, ' options="0x61-0x63;0x31-0x33"'),
                action(41, "parameter", "increment", 13, ' id="14"'),
                action(42, "parameter", "copy", 12, ' id="11"'),
                action(43, "parameter", "clear", 12),
                action(44, "parameter", "go", 13),
                action(45, "parameter", "clear", 11),
                action(46, "parameter", "copy", 13, ' id="14"'),
                action(50, "group", "execute", 1),
                action(51, "group", "execute", 2),
                action(52, "group", "execute", 3),
                action(60, "parameter", "increment", 18),
                action(61, "parameter", "increment", 19),
            ),
        ),
        {
            "copy": call("trigger:30", tx(b"=xyz\r")),
            "copy reverse": call("trigger:31", tx(b"=zyx\r")),
            "append shows a number as text": call("trigger:32", tx(b"=abc4\r")),
            "append hex": call("trigger:33", tx(b"=abc78 79 7A\r")),
            "append data takes bytes": call("trigger:34", tx(b"=abc12\r")),
            "copy ends at a zero": call("trigger:35", tx(b"=AB\r")),
            "increment below zero": call("trigger:36", tx(b"=-02\r")),
            "multiply by a param": call("trigger:37", tx(b"=012\r")),
            "pow": call("trigger:38", tx(b"=016\r")),
            "change length": call("trigger:39", tx(b"=fil\r")),
            "replace data": call("trigger:40", tx(b"=1b3\r")),
            "increment by a param": call("trigger:41", tx(b"=007\r")),
            # the same value again is no change, unless it was cleared before
            "clear makes a change": call(
                "trigger:42", events=(param(18, 1), param(18, 2), ended("ok"))
            ),
            "go": call("trigger:44", events=(param(19, 1), ended("ok"))),
            "clear": call("trigger:45", tx(b"=\r")),
            "a number copied": call("trigger:46", tx(b"=003\r")),
        },
    ),
    "bytes of commands and answers": Shape(
        device(
            reading=False,
            params=(
                fixed(1, "dle_stx", "0x100x02"),
                fixed(2, "dle_etx", "0x100x03"),
                fixed(3, "zero", "0x00"),
                open_text(10, "data", "write", DefaultValue="a"),
                declared(11, "answer", "read", interprete("other", "last next param", "string")),
                number(
                    12,
                    "which",
                    2,
                    "write",
                    raw="numeric text",
                    DefaultValue=10,
                    more="<Measurement><Type>discreet</Type><Discreets><Discreet><Display>a</Display><Value>10</Value></Discreet><Discreet><Display>b</Display><Value>13</Value></Discreet></Discreets></Measurement>",
                ),
                fixed(13, "fixed one", "FIX"),
                check(14, "sum", 1, "sum", 1),
            ),
            commands=(
                message("Command", 1, "stuffed", 1, 10, 2),
                message("Command", 2, "swapped", 3, 10, 3),
                message("Command", 3, "summed", 3, 10, 14),
            ),
            responses=(message("Response", 1, "answer", 1, 11, 2),),
            pairs=(pair(1, "stuffed", 1, 1), pair(2, "swapped", 2), pair(3, "summed", 3)),
            triggers=(
                trigger(1, "response", "before", 30, 1, target=1),
                trigger(2, "command", "before", 31, 32, target=1),
                trigger(3, "command", "before", 33, 31, target=2),
                trigger(4, "command", "before", 31, 34, 35, target=3),
            ),
            actions=(
                action(
                    30,
                    "response",
                    "read stuffing",
                    None,
                    ' value="0x10" startoffset="2" endoffset="2"',
                ),
                action(31, "command", "make"),
                action(
                    32, "command", "stuffing", None, ' value="0x10" startoffset="2" endoffset="2"'
                ),
                action(33, "command", "replace", None, ' id="12" nr="1"'),
                action(34, "command", "crc"),
                action(35, "command", "replace data", None, ' options="0x00;0xFF"'),
            ),
        ),
        {
            "doubled": call(
                "pair:1",
                tx(b"\x10\x02a\x10\x10b\x10\x03"),
                rx(b"\x10\x02x\x10\x10\x10\x10y\x10\x03"),
                args=("data=a\x10b",),
                events=(param(11, "x\x10\x10y"), ended("ok")),
            ),
            "as it is": call("pair:2", tx(b"\0a\0")),
            "another in its place": call("pair:2", tx(b"\0FIX\0"), args=("which=b",)),
            # the check is of what was made, the bytes are replaced afterwards
            "replaced behind the check": call("pair:3", tx(b"\xffa\x61")),
        },
    ),
    "bytes that are replaced": Shape(
        device(
            params=(
                fixed(10, "one", "ABCABC"),
                fixed(11, "two", "BB"),
                open_text(12, "three", "write", DefaultValue="x"),
            ),
            commands=(
                message("Command", 1, "several", 10, 12),
                message("Command", 2, "ends", 10, 12),
                message("Command", 3, "short", 11),
                message("Command", 4, "uneven", 10),
            ),
            pairs=tuple(pair(i, f"p{i}", i) for i in (1, 2, 3, 4)),
            triggers=tuple(
                trigger(20 + i, "command", "before", 4, 10 + i, target=i) for i in (1, 2, 3, 4)
            ),
            actions=(
                action(4, "command", "make"),
                action(
                    11,
                    "command",
                    "replace data",
                    None,
                    ' options="41-42;0x610x61-62" startoffset="1"',
                ),
                action(
                    12,
                    "command",
                    "replace data",
                    None,
                    ' options="41-78;61-79;use_offset" startoffset="2" endoffset="1"',
                ),
                action(
                    13,
                    "command",
                    "replace data",
                    None,
                    ' options="42;62" startoffset="2" endoffset="1"',
                ),
                action(14, "command", "replace data", None, ' options="41-42;61"'),
            ),
        ),
        {
            # not in the first byte; A becomes two bytes
            "all but the first": call("pair:1", tx(b"AbCaabCx")),
            "only the ends": call("pair:2", tx(b"aBCABCy")),
            "too short": call("pair:3", tx(b"BB")),
            "that do not match": call("pair:4", tx(b"ABCABC")),
        },
    ),
    "set by a user, copied by itself": Shape(
        device(
            params=(
                CR,
                fixed(10, "set", "S"),
                number(11, "level", 3, raw="numeric text"),
                number(12, "level", 3, "write", raw="numeric text").replace(
                    '<Param id="12"', '<Param id="12" setter="true"'
                ),
                open_text(13, "seen", DefaultValue=""),
            ),
            commands=(message("Command", 1, "put", 10, 12, 3),),
            pairs=(pair(1, "put", 1),),
            groups=(group(1, "put", "Pair:1"),),
            triggers=(trigger(10, "parameter", "change", 20, 21, target=12), run_by(11, 22)),
            actions=(
                action(20, "parameter", "append", 13, ' id="11"'),
                action(21, "group", "execute", 1),
                action(22, "parameter", "append", 13, ' id="11"'),
            ),
        ),
        {
            # what a change sets in motion still sees the old value; then it is copied
            "it": call(
                "trigger:11",
                tx(b"S007\r"),
                args=("level_write=7",),
                events=(param(12, 7), param(11, 7), param(13, "7"), ended("ok")),
            ),
        },
    ),
    # a param, a response, a pair and a group of one name: which of them is meant stays clear
    "one name for all": Shape(
        device(
            timeout=300,
            params=(
                CR,
                fixed(10, "ask", "?"),
                open_text(11, "status"),
                counter(12, "limit"),
                counter(13, "changes"),
            ),
            commands=(message("Command", 1, "status", 10, 3),),
            responses=(message("Response", 1, "status", 11, 3),),
            pairs=(pair(1, "status", 1, 1),),
            groups=(group(1, "status", "Pair:1", "Pair:1"), group(2, "limit", "Pair:1")),
            triggers=(
                trigger(10, "response", "after", 20, 21, target=1),
                trigger(11, "parameter", "change", 22, target=11),
                run_by(12, 23, 24),
            ),
            actions=(
                action(20, "response", "clear", 1),
                action(21, "parameter", "clear", 11),
                action(22, "parameter", "increment", 13),
                action(23, "pair", "timeout", 1, ' id="12"'),
                action(24, "group", "execute", 2),
            ),
        ),
        {
            "cleared twice": call(
                "group:1",
                tx(b"?\r"),
                rx(b"on\r"),
                tx(b"?\r"),
                rx(b"on\r"),
                events=(param(13, 1), param(13, 2), ended("ok")),
            ),
            "its own time": call(
                "trigger:12",
                tx(b"?\r"),
                awaits({"event": "timeout"}, min_ms=690, within_ms=710),
                args=("limit=700",),
                exit_=3,
            ),
        },
    ),
    # a field has brought its value; from then on it is the param that counts
    "params behind an answer": Shape(
        device(
            params=(
                CR,
                fixed(10, "ask", "?"),
                number(11, "n", 2, raw="numeric text"),
                fixed(12, "mark", "!"),
                number(13, "seldom", 1, raw="numeric text", DefaultValue=7),
                counter(14, "seen"),
                counter(15, "before"),
            ),
            commands=(message("Command", 1, "ask", 10, 3),),
            responses=(message("Response", 1, "answer", 11, 12, 13, 3, optional="1+"),),
            pairs=(pair(1, "ask", 1, 1),),
            triggers=(
                trigger(10, "response", "after", 20, 20, 21, target=1),
                trigger(11, "response", "after", 22, target=1, more=when("id:13 == 7")),
                trigger(12, "response", "before", 1, 23, target=1),
            ),
            actions=(
                action(20, "parameter", "increment", 11),
                action(21, "parameter", "copy", 14, ' id="11"'),
                action(22, "parameter", "increment", 14),
                action(23, "parameter", "copy", 15, ' id="13"'),
            ),
        ),
        {
            "twice, and what is missing is what it was": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"05\r"),
                events=(
                    param(15, 7),
                    param(11, 5),
                    param(11, 6),
                    param(11, 7),
                    param(14, 7),
                    param(14, 8),
                    ended("ok"),
                ),
            ),
            "not taken in yet": call(
                "pair:1",
                tx(b"?\r"),
                rx(b"05!1\r"),
                events=(param(15, 7), param(13, 1), param(14, 7), ended("ok")),
                never=(param(14, 8),),
            ),
        },
    ),
}
