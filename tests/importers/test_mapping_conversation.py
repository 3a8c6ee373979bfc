"""What conditions, actions, triggers and the queue of a connector become."""

import pytest

from tests.importers.connectors import (
    READ_ALL,
    action,
    codes,
    connector,
    description,
    fixed,
    group,
    imported,
    lines,
    message,
    number,
    open_text,
    pair,
    text,
    timer,
    trigger,
)

READ_TRIGGER, READ = READ_ALL


def one_param(declared: str, *more: str) -> str:
    """The line of the param with the number 1."""
    found = lines(connector(params=(declared, *more)), "param ")
    return next(line for line in found if " id 1 " in line)


# --- conditions ---


CONDITIONS = [
    ("id:1 == 10", "n == 10"),
    ('id:2 == "on"', 't == "on"'),
    ("id:2 == 5", "t == 5"),
    ('id:1 == "5"', "n == 5"),
    ("id:1 > 1 AND id:1 &lt; 9", "n > 1 and n < 9"),
    ("id:1 == 1 OR (id:1 == 2 AND id:1 != 3)", "n == 1 or n == 2 and n != 3"),
    ("(id:1 == 1 OR id:1 == 2) AND id:1 != 3", "(n == 1 or n == 2) and n != 3"),
    ("id:1 &amp; 4 == 4", "n & 4 == 4"),
    ("id:1 + 2 * 3 >= 1.5", "n + 2 * 3 >= 1.5"),
    ("id:1 ^ 1 == 0", "n ^ 1 == 0"),
    ("id:2 == empty", "not present(t)"),
    ("id:2 != emptystring", 'not (not present(t) or t == "")'),
    ("id:1 == empty", "not present(n) or n == 0"),
    ("id:1", "n"),
    ('<![CDATA[id:2 == "a < b"]]>', 't == "a < b"'),
    ("((id:1==1))", "n == 1"),
]


@pytest.mark.parametrize("written, shown", CONDITIONS)
def test_conditions(written: str, shown: str) -> None:
    source = connector(
        params=(number(1, "n", 1), text(2, "t", 2), fixed(3, "ask", "?")),
        commands=(message("Command", 1, "c", 3),),
        pairs=(pair(1, "p", 1, more=f"<Condition>{written}</Condition>"),),
    )
    assert lines(source, "pair") == [f"pair p id 1 = c -> none if {shown}"]


@pytest.mark.parametrize(
    "written", ["id:1 is 2", "id:1 ==", "(id:1 == 1", "id:x == 1", "== 1", "id:1 == 1 AND", "empty"]
)
def test_conditions_that_cannot_be_read(written: str) -> None:
    source = connector(
        params=(number(1, "n", 1), fixed(3, "ask", "?")),
        commands=(message("Command", 1, "c", 3),),
        pairs=(pair(1, "p", 1, more=f"<Condition>{written}</Condition>"),),
    )
    assert "E0809" in codes(source)


# --- actions ---


BENCH_PARAMS = (
    number(1, "count", 4, raw="numeric text"),
    open_text(2, "a"),
    open_text(3, "b"),
    fixed(4, "ask", "?"),
)
ACTIONS = [
    (action(1, "parameter", "increment", 1), "set count = count + 1"),
    (action(1, "parameter", "increment", 1, ' value="5"'), "set count = count + 5"),
    (action(1, "parameter", "increment", 1, ' id="1"'), "set count = count + count"),
    (action(1, "parameter", "multiply", 1, ' value="0.5"'), "set count = count * 0.5"),
    (action(1, "parameter", "pow", 1, ' value="2"'), "set count = count ** 2"),
    (action(1, "parameter", "copy", 2, ' id="3"'), "copy b to a"),
    (action(1, "parameter", "copy", "2;3", ' id="1"'), "copy count to a; copy count to b"),
    (action(1, "parameter", "copy reverse", 2, ' id="3"'), "copy b reversed to a"),
    (action(1, "parameter", "append", 2, ' id="3"'), "append b text to a"),
    (action(1, "parameter", "append", 2, ' id="3" options="hex-2"'), "append b hex 2 to a"),
    (action(1, "parameter", "append data", 2, ' id="3"'), "append b to a"),
    (action(1, "parameter", "change length", 2, ' id="1"'), "resize a to count"),
    (action(1, "parameter", "clear", 2), "clear a"),
    (action(1, "parameter", "clear on display", 2), "clear a display"),
    (action(1, "parameter", "reverse", 2), "reverse a"),
    (action(1, "parameter", "go", 2), "enter a"),
    (action(1, "parameter", "save", 2), "save a"),
    (
        action(1, "parameter", "replace data", 2, ' options="0x2C;2E" startoffset="1"'),
        'replace x"2C" by x"2E" skip 1, 0 in a',
    ),
    (
        action(
            1, "parameter", "replace data", 2, ' options="01-02;03-04;use_offset" endoffset="2"'
        ),
        "replace SOH by ETX only 0, 2 in a; replace STX by EOT only 0, 2 in a",
    ),
    (action(1, "group", "execute", 1), "execute g"),
    (action(1, "group", "execute next", 1), "execute g first"),
    (action(1, "group", "execute one top", 1), "execute g first once"),
    (action(1, "group", "execute one now", 1), "execute g once"),
    (action(1, "group", "add to execute", 1), "execute g last"),
    (action(1, "group", "execute one", 1), "execute g last once"),
    (action(1, "group", "Force Execute", 1), "execute g now"),
    (action(1, "pair", "timeout", 1, ' id="1"'), "set p.timeout = count"),
    (action(1, "timer", "start", 1), "start t"),
    (action(1, "timer", "stop", 1), "stop t"),
    (action(1, "timer", "restart timer", 1), "restart t"),
    (action(1, "timer", "restart timer", 1, ' reschedule="true"'), "restart t now"),
    (action(1, "timer", "reschedule", 1), "reschedule t"),
    (action(1, "protocol", "open"), "open"),
    (action(1, "protocol", "close"), "close"),
    (action(1, "protocol", "close", None, ' id="2"'), "close a"),
    (action(1, "protocol", "sleep"), "sleep 5s"),
    (action(1, "protocol", "sleep", None, ' value="1"'), "sleep 15ms"),
    (action(1, "protocol", "stop current group"), "leave"),
    (action(1, "protocol", "lock"), "lock"),
    (action(1, "protocol", "priority unlock"), "unlock"),
    (action(1, "response", "clear", 1), "clear r"),
    (action(1, "response", "clear length info", 1), "clear r framing"),
    (action(1, "command", "replace", 1, ' id="1" nr="2"'), "swap 2 for count of c"),
]


def bench(own: str, *triggers: str) -> str:
    return connector(
        params=BENCH_PARAMS,
        commands=(message("Command", 1, "c", 4),),
        responses=(message("Response", 1, "r", 4),),
        pairs=(pair(1, "p", 1, 1),),
        groups=(group(1, "g", "Pair:1"),),
        timers=(timer(1, "t", 5000, 1),),
        triggers=triggers or (trigger(1, "", "", 1),),
        actions=(own,),
    )


@pytest.mark.parametrize("own, shown", ACTIONS, ids=[shown for _, shown in ACTIONS])
def test_actions(own: str, shown: str) -> None:
    assert f"trigger trigger_1 id 1 {{ {shown} }}" in description(bench(own))


BYTES = [
    ("command", action(1, "command", "make"), "make"),
    ("command", action(1, "command", "length"), "fill length"),
    ("command", action(1, "command", "crc", 1), "fill crc"),
    (
        "command",
        action(1, "command", "stuffing", None, ' value="10" allowed="0x03" startoffset="1"'),
        'stuff x"31 30" unless ETX skip 1, 0',
    ),
    ("command", action(1, "command", "stuffing", None, ' value="0x10"'), "stuff DLE"),
    (
        "command",
        action(1, "command", "replace data", None, ' options="0x41;42"'),
        'replace x"41" by x"42"',
    ),
    ("response", action(1, "response", "read"), "read"),
    ("response", action(1, "response", "length"), "check length"),
    ("response", action(1, "response", "crc"), "check crc"),
    ("response", action(1, "response", "read stuffing", None, ' value="0x10"'), "unstuff DLE"),
    ("response", action(1, "response", "clear"), "clear r"),
]


@pytest.mark.parametrize("kind, own, shown", BYTES, ids=[shown for _, _, shown in BYTES])
def test_actions_on_the_bytes_of_a_message(kind: str, own: str, shown: str) -> None:
    name = {"command": "c", "response": "r"}[kind]
    source = bench(own, trigger(1, kind, "before", 1, target=1))
    assert f"trigger trigger_1 id 1 on before {name} {{ {shown} }}" in description(
        source, lifted=False
    )


def test_an_action_with_a_condition() -> None:
    own = action(1, "parameter", "clear", 2).replace(
        "</Action>", "<Condition>id:1 == 2</Condition></Action>"
    )
    assert "trigger trigger_1 id 1 { clear a if count == 2 }" in description(bench(own))


# --- triggers ---


EVENTS = [
    ("parameter", "change", 1, "on change count"),
    ("parameter", "change after response", 1, "on change count after response"),
    ("command", "before", 1, "on before c"),
    ("command", "after", "each", "on after each command"),
    ("response", "before", "each", "on before each response"),
    ("pair", "succeeded", 1, "on success p"),
    ("pair", "timeout", 1, "on timeout p"),
    ("Pair", "Timeout after retries", 1, "on timeout p last"),
    ("group", "before", 1, "on before g"),
    ("group", "after", "each", "on after each group"),
    ("timer", "before", 1, "on before t"),
    ("protocol", "after startup", None, "on start"),
    ("communication", "LINK DOWN", None, 'on status "LINK DOWN"'),
    ("communication", "0x4142", None, 'on status "AB"'),
    ("parameter", "change", "each", "on change each param"),
]


@pytest.mark.parametrize("on, time, target, shown", EVENTS)
def test_events(on: str, time: str, target: object, shown: str) -> None:
    own = bench(action(1, "protocol", "sleep"), trigger(1, on, time, 1, target=target))
    assert lines(own, "trigger") == [f"trigger trigger_1 id 1 {shown} {{ sleep 5s }}"]


@pytest.mark.parametrize(
    "case, shown",
    [
        ("equal", "count == 3"),
        ("not equal", "count != 3"),
        ("greater", "count > 3"),
        ("less or equal", "count <= 3"),
    ],
)
def test_conditions_in_their_old_form(case: str, shown: str) -> None:
    own = trigger(1, "parameter", "change", 1, target=1).replace(
        "<Time>", f'<Time id="1" case="{case}" value="3">'
    )
    source = bench(action(1, "protocol", "sleep"), own)
    assert lines(source, "trigger") == [
        f"trigger trigger_1 id 1 on change count if {shown} {{ sleep 5s }}"
    ]


def test_triggers_of_triggers() -> None:
    outer = trigger(2, "", "", 1).replace("<Type>action<", "<Type>trigger<")
    source = bench(action(1, "protocol", "sleep"), trigger(1, "", "", 1), outer)
    assert lines(source, "trigger")[1] == "trigger trigger_2 id 2 { do trigger_1 }"


def test_what_runs_when_a_condition_does_not_hold() -> None:
    own = trigger(1, "", "", 1, more="<Condition>id:1 == 1</Condition>").replace(
        "</Content>", '<Id else="true">1</Id></Content>'
    )
    source = bench(action(1, "protocol", "sleep"), own)
    assert "if count == 1 { sleep 5s } else { sleep 5s }" in description(source)


# --- pairs, groups, timers, QActions ---


def test_options_of_pairs() -> None:
    source = connector(
        params=(fixed(1, "ask", "?"),),
        commands=(message("Command", 1, "c", 1),),
        pairs=(
            pair(1, "a", 1, attributes=' timeout="750" ping="true"'),
            pair(2, "b", 1, attributes=' options="retries:0;ignoreTimeout;receiveInterval:20"'),
            pair(3, "d", 1, attributes=' options=";ONEBYTE:5;"'),
        ),
    )
    assert lines(source, "pair") == [
        "pair a id 1 = c -> none timeout 750ms ping",
        "pair b id 2 = c -> none retries 0 quiet after_idle 20ms",
        "pair d id 3 = c -> none bytewise",
    ]


def test_groups_and_timers() -> None:
    source = connector(
        params=(fixed(1, "ask", "?"),),
        commands=(message("Command", 1, "c", 1),),
        pairs=(pair(1, "p", 1),),
        groups=(
            group(1, "g", "Pair:1:500", "Pair:1"),
            group(2, "h", "Action:1", kind="action"),
            group(3, "i", "Trigger:1", kind="poll trigger"),
        ),
        timers=(
            timer(1, "a", 400, 1),
            timer(2, "b", 60000, 1, 2, initial="false", more="<Interval>75</Interval>"),
            timer(3, "d", "loop", 3, initial="random=5:30"),
            timer(4, "e", 1000),
        ),
        triggers=(trigger(1, "", "", 1),),
        actions=(action(1, "protocol", "sleep"),),
    )
    assert lines(source, "group", "timer") == [
        "group g id 1 { p; wait 500ms; p }",
        "group h id 2 immediate { sleep 5s }",
        "group i id 3 { do trigger_1 }",
        "timer a id 1 every 400ms after 0ms do g",
        "timer b id 2 every 60s stopped do g, h gap 75ms",
        "timer d id 3 every loop after 5s..30s do i",
    ]


def test_qactions_are_hooks_and_a_skeleton_to_fill_in() -> None:
    code = '<![CDATA[\n  int sum = 0;\n    // """\n]]>'
    given = 'name="Sum" triggers="1" inputParameters="1;2"'
    source = connector(
        params=(text(1, "a", 2), number(2, "n", 1)),
        qactions=(
            f'<QAction id="3" {given}>{code}</QAction>',
            '<QAction id="4" name="Library" options="precompile">class A {}</QAction>',
        ),
        name="QA",
    )
    assert lines(source, "hook") == ["hook qaction_3 id 3 (a : text, n : float) on change a"]
    result, _ = imported(source)
    compile(result.hooks, "hooks.py", "exec")
    assert "def qaction_3(self, a: str, n: float) -> None:" in result.hooks
    assert "#   int sum = 0;" in result.hooks or "# int sum = 0;" in result.hooks
    assert "qaction_4" not in result.hooks
