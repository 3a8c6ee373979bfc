"""Rows of the acceptance list: pairs, groups, timers, triggers and actions."""

from __future__ import annotations

from tests.importers.connectors import (
    action,
    fixed,
    group,
    message,
    number,
    pair,
    text,
    timer,
    trigger,
)
from tests.importers.table import BYTE, Row, bench, does, port


def on(event: str, time: str, target: object = 1, **more: str) -> str:
    """A connector with a trigger that puts the group in the queue."""
    own = trigger(10, event, time, 10, target=target, more=more.get("more", ""))
    return bench(
        BYTE,
        triggers=(own,),
        actions=(action(10, "group", "execute", 1),),
        timers=(timer(1, "beat", 1000, 1),),
    )


def with_pair(attributes: str = "", more: str = "", *refusals: int) -> str:
    """A connector whose pair has more to it."""
    own = pair(1, "poll", 1, 1, attributes=attributes, more=more)
    bad = "".join(f"<ResponseOnBadCommand>{each}</ResponseOnBadCommand>" for each in refusals)
    own = own.replace("</Content>", f"{bad}</Content>")
    return bench(
        BYTE,
        fixed(20, "no", "NO"),
        pairs=(own,),
        responses=(message("Response", 9, "denied", 20, 2),),
    )


def steps(*verbs: str, kind: str = "response", given: str = "") -> str:
    """A connector whose message 1 is handled by these verbs."""
    own = tuple(action(10 + i, kind, verb, given=given) for i, verb in enumerate(verbs))
    before = trigger(10, kind, "before", *range(10, 10 + len(own)), target=1)
    return bench(BYTE, triggers=(before,), actions=own)


def queued(verb: str, words: str) -> tuple[str, str]:
    """What a verb of the queue becomes."""
    return does(action(10, "group", verb, 1)), f"execute all{words}"


QUEUE = {
    "execute": "",
    "execute next": " first",
    "execute one": " last once",
    "execute one now": " once",
    "execute one top": " first once",
    "add to execute": " last",
    "force execute": " now",
}
PARAMS = {
    "copy": ' id="3"',
    "copy reverse": ' id="3"',
    "append": ' id="3"',
    "append data": ' id="3"',
    "change length": ' id="10"',
    "clear": "",
    "increment": ' value="2"',
    "multiply": ' value="2"',
    "pow": ' value="2"',
    "reverse": "",
    "replace data": ' options="41;42"',
}
CHANGED = text(11, "out", 4)


def all_of(kind: str, verbs: tuple[str, ...], target: object = None, given: str = "") -> Row:
    """Actions that belong to other domains: each is named."""
    return Row(
        does(*(action(10 + i, kind, verb, target, given) for i, verb in enumerate(verbs))),
        reports=("Protocol/Actions/Action: not imported",),
    )


ROWS = {
    "C105": Row(with_pair(), shows=("pair poll id 1 = get -> got",)),
    "C106": Row(with_pair("", "", 9), shows=("pair poll id 1 = get -> got else denied",)),
    "C107": Row(with_pair(' timeout="800" ping="true"'), shows=("timeout 800ms ping",)),
    "C108": Row(
        with_pair(' options="Retries:2;ignoreTimeout;receiveInterval:50;connection:0"'),
        shows=("retries 2 quiet after_idle 50ms",),
    ),
    "C109": Row(with_pair(' options="oneByte"'), shows=("bytewise",)),
    "C110": Row(
        with_pair(' options="commBreak:5"'), reports=("Protocol/Pairs/Pair@options: not imported",)
    ),
    "C111": Row(
        with_pair("", "<Condition>id:10 == 5</Condition>"), shows=("get -> got if n == 5",)
    ),
    "C112": Row(
        bench(
            BYTE,
            groups=(
                group(2, "acts", "Action:10", kind="action"),
                group(3, "later", "Action:10", kind="poll action"),
                group(4, "calls", "Trigger:1", kind="trigger"),
                group(5, "slow", "Trigger:1", kind="poll trigger"),
            ),
            actions=(action(10, "parameter", "increment", 10),),
        ),
        shows=("group acts id 2 immediate { set n = n + 1 }", "group later id 3 { set n = n + 1 }"),
    ),
    "C113": Row(bench(groups=(group(2, "two", "Pair:1", "Pair:1"),)), shows=("group two id 2",)),
    "C114": Row(
        bench(groups=(group(2, "snmp", "Param:3"), group(3, "http", "Session:1"))),
        reports=(
            "Protocol/Groups/Group/Content/Param: not imported",
            "Protocol/Groups/Group/Content/Session: not imported",
        ),
    ),
    "C115": Row(
        bench(groups=(group(2, "paced", "Pair:1:500", "Pair:1"),)), shows=("{ poll; wait 500ms",)
    ),
    "C116": Row(
        bench(
            groups=(
                group(2, "x", "Pair:1").replace(
                    'id="2"', 'id="2" connection="0" threadId="3" connectionPID="3" ping="true"'
                ),
            )
        ),
        reports=(
            "Protocol/Groups/Group@threadId: not imported",
            "Protocol/Groups/Group@connectionPID: not imported",
            "Protocol/Groups/Group@ping: not imported",
        ),
    ),
    "C117": Row(
        bench(
            pairs=(pair(1, "poll", 1, 1), pair(2, "alive", 1, 1)),
            groups=(group(-1, "ping", "Pair:2"),),
            ports=port(SlowPoll=5, SlowPollBase="number"),
        ),
        shows=("group ping", "pair alive id 2 = get -> got ping"),
    ),
    "C118": Row(
        bench(timers=(timer(1, "beat", 2500, 1), timer(2, "loop", "loop", 1))),
        shows=("timer beat id 1 every 2500ms", "timer loop id 2 every loop"),
    ),
    "C119": Row(
        bench(
            timers=(
                timer(1, "a", 1000, 1, initial="false"),
                timer(2, "b", 1000, 1, initial="random=1:3"),
            )
        ),
        shows=("timer a id 1 every 1s stopped", "timer b id 2 every 1s after 1s..3s"),
    ),
    "C120": Row(
        bench(timers=(timer(1, "a", 1000, 1, more="<Interval>50</Interval>"),)), shows=("gap 50ms",)
    ),
    "C121": Row(
        bench(
            BYTE,
            timers=(
                timer(1, "a", 1000, 1, more="<Condition>id:10 == 1</Condition>")
                .replace("<Time>", '<Time dataDisplay="5">')
                .replace("<Timer ", '<Timer fixedTimer="true" '),
            ),
        ),
        shows=("if n == 1",),
        reports=("Protocol/Timers/Timer@fixedTimer: not imported",),
    ),
    "C122": Row(
        bench(timers=(timer(1, "a", 1000, 1).replace("<Timer ", '<Timer options="ip:1,2" '),)),
        reports=("Protocol/Timers/Timer@options: not imported",),
    ),
    "C130": Row(
        bench(
            BYTE,
            triggers=tuple(
                trigger(20 + i, kind, time, 10, target=target)
                for i, (kind, time, target) in enumerate(
                    (
                        ("parameter", "change", 3),
                        ("command", "after", 1),
                        ("response", "after", 1),
                        ("pair", "succeeded", 1),
                        ("group", "before", 1),
                        ("timer", "before", 1),
                        ("protocol", "after startup", None),
                    )
                )
            ),
            actions=(action(10, "parameter", "increment", 10),),
            timers=(timer(1, "beat", 1000, 1),),
        ),
        shows=(
            "on change answer",
            "on after get",
            "on after got",
            "on success poll",
            "on before all",
            "on before beat",
            "on start",
        ),
    ),
    "C131": Row(on("communication", "0x41", None), shows=('on status "A"',)),
    "C132": Row(on("session", "timeout"), reports=("Protocol/Triggers/Trigger: not imported",)),
    "C133": Row(on("group", "after", "each"), shows=("on after each group",)),
    "C134": Row(on("pair", "timeout after retries"), shows=("on timeout poll last",)),
    "C135": Row(
        on("protocol", "link file change", None),
        reports=("Protocol/Triggers/Trigger: not imported",),
    ),
    "C136": Row(
        bench(
            BYTE,
            triggers=(
                trigger(10, "parameter", "change", 10, target=3).replace(
                    "<Time>", '<Time id="10" case="not equal" value="3">'
                ),
            ),
            actions=(action(10, "group", "execute", 1),),
        ),
        shows=("on change answer if n != 3",),
    ),
    "C137": Row(
        bench(
            triggers=(
                trigger(10, "", "", 10),
                trigger(11, "parameter", "change", 10, target=3).replace(
                    "<Type>action", "<Type>trigger"
                ),
            ),
            actions=(action(10, "group", "execute", 1),),
        ),
        shows=("do trigger_10",),
    ),
    "C138": Row(
        bench(
            BYTE,
            triggers=(
                trigger(
                    10,
                    "parameter",
                    "change",
                    10,
                    11,
                    target=3,
                    more="<Condition>id:10 == 1</Condition>",
                ).replace("<Id>11", '<Id else="true">11'),
            ),
            actions=(action(10, "group", "execute", 1), action(11, "parameter", "clear", 10)),
        ),
        shows=("if n == 1 { execute all } else { clear n }",),
    ),
    "C139": Row(
        bench(triggers=(trigger(10, "", "", 10),), actions=(action(10, "group", "execute", 1),)),
        shows=("id 10 { execute all }",),
    ),
    "C150": Row(
        steps("make", "length", "crc", kind="command"),
        shows=("steps implied",),
        reports=("Protocol/Triggers/Trigger: lifted", "Protocol/Actions/Action: lifted"),
    ),
    "C151": Row(
        bench(
            BYTE,
            triggers=(trigger(10, "command", "before", 10, 11, 12, target=1),),
            actions=(
                action(10, "command", "replace", given=' id="10" nr="0"'),
                action(11, "command", "replace data", given=' options="41;42"'),
                action(12, "command", "stuffing", given=' value="0x10"'),
            ),
        ),
        shows=("swap 0 for n of get", 'replace x"41" by x"42"', "stuff DLE"),
    ),
    "C152": Row(
        steps("read", "length", "crc", "clear"),
        shows=("read\n", "check length\n", "check crc\n", "clear got\n"),
    ),
    "C153": Row(
        bench(
            triggers=(trigger(10, "response", "before", 10, 1, 11, target=1),),
            actions=(
                action(10, "response", "read stuffing", given=' value="0x10"'),
                action(11, "response", "clear length info"),
            ),
        ),
        shows=("unstuff DLE", "clear got framing"),
    ),
    "C154": Row(
        bench(
            BYTE,
            CHANGED,
            triggers=(trigger(10, "parameter", "change", *range(20, 20 + len(PARAMS)), target=3),),
            actions=tuple(
                action(
                    20 + i,
                    "parameter",
                    verb,
                    10 if verb in ("increment", "multiply", "pow") else 11,
                    given,
                )
                for i, (verb, given) in enumerate(PARAMS.items())
            ),
        ),
        shows=(
            "copy answer to out",
            "copy answer reversed to out",
            "append answer text to out",
            "append answer to out",
            "resize out to n",
            "clear out",
            "set n = n + 2",
            "set n = n * 2",
            "set n = n ** 2",
            "reverse out",
            'replace x"41" by x"42" in out',
        ),
    ),
    "C155": Row(
        bench(
            BYTE,
            triggers=(trigger(10, "parameter", "change", 10, target=3),),
            actions=(action(10, "parameter", "run actions", 10),),
            qactions=(
                '<QAction id="5" triggers="10"><![CDATA[x]]></QAction>',
                '<QAction id="6" triggers="10" inputParameters="3;10"><![CDATA[x]]></QAction>',
            ),
        ),
        shows=("run qaction_5", "run qaction_6(answer, n)"),
    ),
    "C156": Row(
        bench(
            BYTE,
            number(12, "set", 1, "write"),
            triggers=(trigger(10, "parameter", "change", 10, 11, 12, 13, 14, target=3),),
            actions=(
                action(10, "parameter", "go", 12),
                action(11, "parameter", "clear on display", 10),
                action(12, "parameter", "save", 10),
                action(13, "parameter", "set info", 10, ' sequence="factor:2"'),
                action(14, "parameter", "read", 10),
            ),
        ),
        shows=("enter set", "clear n display", "save n"),
        reports=("Protocol/Actions/Action: not imported",),
    ),
    "C157": all_of("parameter", ("set", "set with wait", "normalize", "aggregate"), 3),
    "C158": Row(
        bench(
            triggers=(trigger(10, "parameter", "change", *range(10, 17), target=3),),
            actions=tuple(action(10 + i, "group", verb, 1) for i, verb in enumerate(QUEUE)),
        ),
        shows=tuple(f"execute all{words}" for words in QUEUE.values()),
    ),
    "C159": all_of("group", ("set", "set with wait"), 1),
    "C160": Row(
        bench(
            BYTE,
            triggers=(
                trigger(10, "pair", "succeeded", 10, target=1),
                trigger(11, "group", "before", 11, target=1),
            ),
            actions=(
                action(10, "pair", "timeout", 1, ' id="10"'),
                action(11, "pair", "set next", given=' value="50"').replace("<On>", '<On nr="1">'),
            ),
        ),
        shows=("set poll.timeout = n", "set all.wait_1 = 50ms"),
    ),
    "C161": Row(
        bench(
            triggers=(trigger(10, "parameter", "change", 10, 11, 12, 13, 14, target=3),),
            timers=(timer(1, "beat", 1000, 1),),
            actions=(
                action(10, "timer", "start", 1),
                action(11, "timer", "stop", 1),
                action(12, "timer", "restart timer", 1),
                action(13, "timer", "restart timer", 1, ' reschedule="true"'),
                action(14, "timer", "reschedule", 1),
            ),
        ),
        shows=("start beat", "stop beat", "restart beat", "restart beat now", "reschedule beat"),
    ),
    "C162": Row(
        does(
            action(10, "protocol", "open", given=' nr="0"'),
            action(11, "protocol", "close"),
            action(12, "protocol", "close", given=' id="3"'),
            action(13, "protocol", "sleep", given=' value="250"'),
            action(14, "protocol", "stop current group"),
        ),
        shows=("open", "close", "close answer", "sleep 250ms", "leave"),
    ),
    "C163": Row(
        does(
            *(
                action(10 + i, "protocol", verb)
                for i, verb in enumerate(("lock", "unlock", "priority lock", "priority unlock"))
            )
        ),
        shows=("lock", "unlock"),
        reports=("Protocol/Actions/Action: simplified",),
    ),
    "C164": all_of("protocol", ("read file", "merge", "swap column", "wmi", "create element")),
    "C165": Row(
        bench(
            groups=(group(2, "more", "Pair:1"),),
            triggers=(trigger(10, "parameter", "change", 10, target=3),),
            actions=(action(10, "group", "execute next", "1;2"),),
        ),
        shows=("execute all first", "execute more first"),
    ),
    "C166": Row(
        bench(
            triggers=(trigger(10, "response", "after", 10, target=1),),
            actions=(action(10, "response", "clear"),),
        ),
        shows=("clear got",),
    ),
}
