"""What is asked when: the queue, timers, tries, lines that close."""

from __future__ import annotations

from tests.importers.connectors import (
    action,
    fixed,
    group,
    message,
    open_text,
    pair,
    text,
    timer,
    trigger,
)
from tests.importers.shapes import (
    CR,
    Shape,
    awaits,
    call,
    check,
    counter,
    device,
    ended,
    gated,
    letters,
    param,
    run,
    run_by,
    rx,
    sent,
    silence,
    tx,
    when,
)

SHAPES = {
    "the queue": Shape(
        letters(
            groups=(
                group(
                    20,
                    "steps",
                    "Action:40",
                    "Action:41",
                    "Action:42",
                    "Action:43",
                    kind="poll action",
                ),
                group(21, "paced", "Pair:1:300", "Pair:2", "Pair:3:200"),
            ),
            triggers=(
                run_by(50, 40, 41, 42, 43, 44),
                run_by(51, 41, 45, 46),
                run_by(52, 47),
                trigger(53, "command", "after", 48, target=1),
                run_by(54, 49, 40),
            ),
            actions=(
                action(40, "group", "execute", "1;2"),
                action(41, "group", "execute next", 3),
                action(42, "group", "execute one top", 3),
                action(43, "group", "add to execute", 4),
                action(44, "group", "execute one", 1),
                action(45, "group", "execute next", 4),
                action(46, "group", "execute one now", 3),
                action(47, "group", "execute", 21),
                action(48, "group", "force execute", 5),
                action(49, "group", "execute", 6),
            ),
        ),
        {
            # C is put in front of A and B; again it is there already; D is last; A waits already.
            # behind each A comes E by force
            "classes": call("trigger:50", tx(b"C\rA\rE\rB\rD\r"), silence(100)),
            # newest first; the third is there already
            "newest first": call("trigger:51", tx(b"D\rC\r"), silence(100)),
            "pauses, and force between two pairs": call(
                "trigger:52", tx(b"A\rE\r"), tx(b"B\rC\r", min_ms=290, max_ms=400), silence(100)
            ),
            "a group of actions": call("group:20", tx(b"C\rA\rE\rB\rD\r"), silence(100)),
        },
    ),
    "tries": Shape(
        device(
            retries=2,
            timeout=200,
            params=(
                CR,
                fixed(10, "ask", "?"),
                fixed(11, "other", "!"),
                text(12, "answer", 2),
                counter(13, "late"),
                counter(14, "given up"),
                counter(15, "sent"),
                counter(16, "gone"),
                fixed(17, "bad", "#"),
            ),
            commands=(message("Command", 1, "ask", 10, 3), message("Command", 2, "shout", 11, 3)),
            responses=(
                message("Response", 1, "answer", 12, 3),
                message("Response", 2, "no", 17, 17),
            ),
            pairs=(
                pair(1, "ask", 1, 1),
                pair(2, "once", 1, 1, attributes=' timeout="500" options="retries:0"'),
                pair(3, "quiet", 1, 1, attributes=' options="retries:1;ignoreTimeout"'),
                pair(4, "slow", 2, attributes=' options="oneByte:30"'),
                pair(5, "refused", 1, 1).replace(
                    "</Content>", "<ResponseOnBadCommand>2</ResponseOnBadCommand></Content>"
                ),
            ),
            groups=(group(1, "two", "Pair:1", "Pair:4"), group(2, "both", "Pair:2", "Pair:4")),
            triggers=(
                trigger(10, "pair", "timeout", 20, target=1),
                trigger(11, "pair", "timeout after retries", 21, target=1),
                trigger(12, "command", "after", 22, target="each"),
                trigger(13, "command", "before", 23, target=2),
                trigger(14, "", "", 24, 25),
            ),
            actions=(
                action(20, "parameter", "increment", 13),
                action(21, "parameter", "increment", 14),
                action(22, "parameter", "increment", 15),
                action(23, "parameter", "increment", 16),
                action(24, "pair", "timeout", 2, ' id="15"'),
                action(25, "group", "execute", 2),
            ),
        ),
        {
            "three sends": call(
                "pair:1",
                tx(b"?\r"),
                tx(b"?\r", min_ms=190, max_ms=300),
                tx(b"?\r", min_ms=190, max_ms=300),
                silence(150),
                events=(param(13, 1), param(13, 2), param(13, 3), param(14, 1), ended("timeout")),
                exit_=3,
            ),
            "answered at last": call(
                "pair:1",
                tx(b"?\r"),
                tx(b"?\r"),
                rx(b"ok\r"),
                events=(param(13, 1), param(12, "ok"), ended("ok")),
                never=(param(14, 1),),
            ),
            "then the next pair": call(
                "group:1",
                tx(b"?\r?\r?\r!\r"),
                events=(param(14, 1), param(16, 1), ended("timeout")),
                exit_=3,
            ),
            "its own time, once": call(
                "pair:2",
                tx(b"?\r"),
                awaits({"event": "timeout", "attempt": 1, "last": True}, min_ms=490, within_ms=600),
                events=(ended("timeout"),),
                never=(param(13, 1),),
                exit_=3,
            ),
            "byte by byte": call(
                "pair:4", tx(b"!"), tx(b"\r", min_ms=29, max_ms=60), events=(ended("ok"),)
            ),
            "refused": call(
                "pair:5",
                tx(b"?\r"),
                rx(b"##"),
                silence(500),
                events=(ended("refused", reply="no"),),
                never=({"event": "timeout"},),
                exit_=3,
            ),
        },
    ),
    "timers": Shape(
        letters(
            timers=(
                timer(1, "beat", 500, 1),
                timer(2, "two", 1000, 2, 3, initial="false", more="<Interval>100</Interval>"),
                timer(3, "chance", 10000, 4, initial="random=1:2"),
            ),
            params=(counter(40, "ticks"),),
            triggers=(
                trigger(50, "group", "after", 60, target=1),
                trigger(51, "parameter", "change", 61, target=40, more=when("id:40 == 3")),
                trigger(52, "parameter", "change", 62, target=40, more=when("id:40 == 5")),
                trigger(53, "timer", "before", 63, target=2),
            ),
            actions=(
                action(60, "parameter", "increment", 40),
                action(61, "timer", "start", 2),
                action(62, "timer", "stop", "1;2"),
                action(63, "group", "execute", 5),
            ),
        ),
        {
            # A at 0, 500, 1000 starts the other: E before it, B, and C 100 ms behind it
            "one starts and stops another": run(
                tx(b"A\r", max_ms=50),
                tx(b"A\r", min_ms=490, max_ms=510),
                tx(b"A\r", min_ms=490, max_ms=510),
                {"wait_ms": 3000},
                events=(
                    sent("ca"),
                    sent("ca"),
                    sent("ca"),
                    sent("ce"),
                    sent("cb"),
                    sent("cc"),
                    sent("ca"),
                    sent("ca"),
                ),
                never=(param(40, 6),),
            ),
        },
    ),
    # every second A and B; the third A begins the timer anew, or has it run once more
    "timers that begin anew": Shape(
        letters(
            timers=(timer(1, "pair", 1000, 1, 2), timer(2, "asleep", 400, 3, initial="false")),
            params=(counter(40, "ticks"),),
            triggers=(
                trigger(50, "command", "before", 60, target=1),
                trigger(51, "parameter", "change", 61, target=40, more=when("id:40 == 2")),
                trigger(52, "parameter", "change", 62, target=40, more=when("id:40 == 3")),
            ),
            actions=(
                action(60, "parameter", "increment", 40),
                action(61, "timer", "restart timer", 1),
                action(62, "timer", "reschedule", 2),
            ),
        ),
        {
            # the second time what the timer has in the queue is dropped: B is; the third time
            # the timer that sleeps runs its group once
            "it": run(
                tx(b"A\rB\r", max_ms=50),
                tx(b"A\r", min_ms=990, max_ms=1010),
                tx(b"A\rB\rC\r", min_ms=990, max_ms=1010),
                silence(500),
            ),
        },
    ),
    "lines that close": Shape(
        letters(
            retries=1,
            params=(text(20, "answer", 2),),
            responses=(message("Response", 1, "answer", 20, 3),),
            pairs=(pair(20, "asked", 3, 1),),
            groups=(group(20, "again", "Pair:1", "Pair:2"),),
            triggers=(
                trigger(50, "command", "after", 60, 61, target=1),
                run_by(51, 62, 63, 64, 65),
                trigger(52, "pair", "timeout", 60, 61, target=20),
            ),
            actions=(
                action(60, "protocol", "close"),
                action(61, "protocol", "open"),
                action(62, "protocol", "lock"),
                action(63, "group", "execute", 2),
                action(64, "protocol", "sleep", None, ' value="400"'),
                action(65, "protocol", "unlock"),
            ),
        ),
        {
            "and open again": call(
                "group:20",
                tx(b"A\r"),
                {"expect_closed": True},
                tx(b"B\r"),
                events=({"event": "disconnected"}, {"event": "connected"}, sent("cb"), ended("ok")),
            ),
            "before the next try": call(
                "pair:20",
                tx(b"C\r"),
                {"expect_closed": True},
                tx(b"C\r"),
                rx(b"ok\r"),
                events=(
                    {"event": "timeout"},
                    {"event": "disconnected"},
                    {"event": "connected"},
                    param(20, "ok"),
                    ended("ok"),
                ),
            ),
            "locks are nothing, sleep is": call("trigger:51", tx(b"B\r", min_ms=390, max_ms=450)),
        },
    ),
    "lines that break": Shape(
        letters(
            params=(text(20, "answer", 2),),
            responses=(message("Response", 1, "answer", 20, 3),),
            pairs=(pair(20, "asked", 3, 1),),
            groups=(group(20, "again", "Pair:20", "Pair:1"),),
            timers=(timer(1, "beat", 2000, 20),),
        ),
        {
            "are opened again, and what the timer asks goes on": run(
                tx(b"C\r"),
                {"close": True},
                tx(b"C\r", min_ms=1900, max_ms=2100),
                rx(b"ok\r"),
                tx(b"A\r"),
                events=({"event": "disconnected"}, {"event": "connected"}, param(20, "ok")),
            ),
            "end a call": call(
                "group:20",
                tx(b"C\r"),
                {"close": True},
                silence(3000),
                events=({"event": "disconnected"}, ended("error")),
                exit_=3,
            ),
        },
    ),
    "closed behind each answer": Shape(
        device(
            type_attributes=' communicationOptions="closeConnectionOnResponse"',
            port="<Type><DefaultValue>ip</DefaultValue></Type>",
            params=(CR, fixed(10, "ask", "?"), text(11, "answer", 2)),
            commands=(message("Command", 1, "ask", 10, 3),),
            responses=(message("Response", 1, "answer", 11, 3),),
            pairs=(pair(1, "ask", 1, 1),),
            groups=(group(1, "two", "Pair:1", "Pair:1"),),
        ),
        {
            "and opened for the next": call(
                "group:1",
                tx(b"?\r"),
                rx(b"ok\r"),
                {"expect_closed": True},
                tx(b"?\r"),
                rx(b"ko\r"),
                events=(
                    param(11, "ok"),
                    {"event": "disconnected"},
                    {"event": "connected"},
                    param(11, "ko"),
                    ended("ok"),
                ),
            ),
        },
    ),
    "a group ends early": Shape(
        letters(
            groups=(
                group(20, "three", "Pair:1", "Pair:2", "Pair:3"),
                gated(group(21, "never", "Pair:4"), "id:30 == 2"),
            ),
            params=(counter(30, "count"), counter(31, "around")),
            pairs=(gated(pair(9, "sometimes", 4), "id:30 == 1"),),
            triggers=(
                trigger(50, "command", "after", 60, target=2),
                trigger(51, "group", "before", 61, target="each"),
                trigger(52, "group", "after", 62, target=20),
            ),
            actions=(
                action(60, "protocol", "stop current group"),
                action(61, "parameter", "increment", 31),
                action(62, "parameter", "increment", 30),
            ),
        ),
        {
            "the rest is left out": call(
                "group:20",
                tx(b"A\rB\r"),
                silence(100),
                events=(param(31, 1), param(30, 1), ended("ok")),
            ),
            "nothing of it happens": call(
                "group:21", silence(100), events=(ended("ok"),), never=({"event": "param"},)
            ),
            "a pair that is not sent": call(
                "pair:9", silence(100), events=(ended("ok"),), never=(sent("cd"),)
            ),
        },
    ),
    "made when it is queued": Shape(
        device(
            type_attributes=' communicationOptions="makeCommandByProtocol"',
            params=(
                CR,
                fixed(10, "put", "="),
                open_text(11, "word", "write", DefaultValue="one"),
                fixed(12, "later", "two"),
                check(13, "sum", 2, "sum", 0, 1, raw="numeric text", Base=16),
            ),
            commands=(message("Command", 1, "put", 10, 11, 13, 3),),
            pairs=(pair(1, "put", 1),),
            groups=(group(1, "put", "Pair:1"),),
            triggers=(trigger(2, "command", "before", 4, 6, target="each"), run_by(10, 20, 21, 20)),
            actions=(
                action(4, "command", "make"),
                action(6, "command", "crc"),
                action(20, "group", "execute", 1),
                action(21, "parameter", "copy", 11, ' id="12"'),
            ),
        ),
        {
            # 3D+6F+6E+65 = 17F, 3D+74+77+6F = 197
            "each as it was then": call("trigger:10", tx(b"=one7F\r=two97\r")),
        },
    ),
}
