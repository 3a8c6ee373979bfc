"""What the objects of a connector become, each in the words of the language."""

from typing import Any

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
    interprete,
    lines,
    message,
    number,
    open_text,
    pair,
    param,
    text,
    timer,
    trigger,
)

READ_TRIGGER, READ = READ_ALL


def one_param(declared: str, *more: str) -> str:
    """The line of the param with the number 1."""
    found = lines(connector(params=(declared, *more)), "param ")
    return next(line for line in found if " id 1 " in line)


# --- names ---


@pytest.mark.parametrize(
    "given, name",
    [
        ("ResponseCLengthField", "response_c_length_field"),
        ("log tx power mask", "log_tx_power_mask"),
        ("CRC 5", "crc_5"),
        ("HTTP_getSysConfig", "http_get_sys_config"),
        ("5 GHz", "p_5_g_hz"),
        ("Prüfung (°C)", "prufung_c"),
        ("", "param_1"),
        ("--", "param_1"),
        ("Trigger30", "trigger30"),
        ("match", "match"),
    ],
)
def test_names_in_snake_case(given: str, name: str) -> None:
    assert one_param(text(1, given, 2)) == f"param {name} id 1 : text[2]"


def test_names_that_meet() -> None:
    source = connector(
        params=(
            text(1, "Level", 2),
            text(2, "level", 2, "write"),
            text(3, "LEVEL", 2),
            text(4, "Limit", 2, "write"),
            text(5, "level_write", 2),
        ),
        commands=(message("Command", 1, "ping", 4),),
        responses=(message("Response", 1, "Ping", 1),),
    )
    assert [line.split()[1] for line in lines(source, "param")] == [
        "level",
        "level_write_2",
        "level_3",
        "limit",
        "level_write",
    ]
    assert [line.split()[:2] for line in lines(source, "command", "response")] == [
        ["command", "ping"],
        ["response", "ping_1"],
    ]


# --- types ---


@pytest.mark.parametrize(
    "raw, size, more, type_",
    [
        ("unsigned number", 1, {}, "u8"),
        ("unsigned number", 2, {}, "u16"),
        ("unsigned number", 2, {"Endian": "big"}, "u16be"),
        ("unsigned number", 3, {"Endian": "Big"}, "u24be"),
        ("signed number", 4, {}, "i32"),
        ("signed number", 8, {"Endian": "big"}, "i64be"),
        ("double", 4, {}, "f32"),
        ("double", 8, {"Endian": "big"}, "f64be"),
        ("numeric text", 4, {}, "float[4]"),
        ("Numeric Text", 2, {"Base": 16}, "hex[2]"),
        ("numeric text", 8, {"Base": 2}, "bin[8]"),
        ("numeric text", 2, {"Base": 36}, "base36[2]"),
        ("bcd", 2, {"Endian": "big"}, "bcd[2]"),
        ("bcd", 2, {}, "bcd[2] reversed"),
        ("text", 3, {}, "float[3]"),
        ("other", 3, {}, "float[3]"),
        ("unsigned number", 1, {"Factor": "0.5"}, "u8 scale 0.5"),
        ("unsigned number", 1, {"Sequence": "factor:0.1;offset:-40"}, "u8 scale 0.1 offset -40"),
        ("unsigned number", 1, {"Sequence": "div:8;+:1"}, "u8 scale 0.125 offset 1"),
        ("unsigned number", 1, {"Sequence": "div:3"}, "u8 scale 1 / 3"),
        ("unsigned number", 1, {"Sequence": "rest:7;pow:2"}, "u8 via (x % 7) ** 2"),
        ("unsigned number", 1, {"Sequence": "log20"}, "u8 via log10(x) * 20"),
        ("unsigned number", 1, {"DefaultValue": "7"}, "u8 default 7"),
        ("unsigned number", 1, {"Value": "1"}, "u8 default 49"),
        ("unsigned number", 2, {"Value": "0x010x02"}, "u16 default 513"),
        ("numeric text", 4, {"DefaultValue": "-1.5"}, "float[4] default -1.5"),
    ],
)
def test_types_of_numbers(raw: str, size: int, more: dict[str, Any], type_: str) -> None:
    assert one_param(number(1, "n", size, raw=raw, **more)) == f"param n id 1 : {type_}"


def test_a_write_param_turns_its_sequence_round() -> None:
    """Its author wrote what is done with the value; the language has what is done with the raw."""
    declared = number(1, "n", 1, "write", Sequence="factor:10;offset:5")
    assert one_param(declared) == "param n id 1 : u8 scale 0.1 offset -0.5"


def test_scale_is_a_line_through_two_points() -> None:
    inner = interprete("unsigned number", "fixed", "double", Length=1).replace(
        "</Interprete>",
        '<Scale LowData="0" HighData="255" Low="0" High="100"/></Interprete>',
    )
    assert one_param(param(1, "n", "read", inner)) == "param n id 1 : u8 scale 20 / 51"


@pytest.mark.parametrize(
    "inner, type_",
    [
        (interprete("other", "fixed", "string", Length=3), "text[3]"),
        (interprete("other", "next param", "string"), "text"),
        (interprete("unsigned number", "fixed", "string", Length=3), "bytes[3]"),
        (interprete("other", "next param", 'string" trim="left;right', DefaultValue="a"), "text"),
    ],
)
def test_types_of_texts(inner: str, type_: str) -> None:
    inner = inner.replace('<Type>string" trim="left;right<', '<Type trim="left;right">string<')
    trimmed = " trim" if "trim" in inner else ""
    default = ' default "a"' if "DefaultValue" in inner else ""
    assert one_param(param(1, "t", "read", inner)) == f"param t id 1 : {type_}{trimmed}{default}"


def test_constants() -> None:
    source = connector(
        params=(
            fixed(1, "word", "Get "),
            fixed(2, "end", "0x0D0x0A", "trailer"),
            fixed(3, "mixed", "0x240x000x20", "header"),
            fixed(4, "filled", "AB", size=4),
            fixed(5, "braces", "{a}"),
        ),
        commands=(message("Command", 1, "c", 1, 3, 5, 2, 2),),
    )
    assert lines(source, "param") == [
        'param word id 1 : text[4] = "Get "',
        "param end id 2 : bytes[2] = CRLF",
        'param mixed id 3 : bytes[3] = x"24 00 20"',
        'param filled id 4 : text[4] = "AB  "',
        'param braces id 5 : text[3] = "{a}"',
    ]
    body = description(source).partition("command c id 1 {\n")[2].partition("}")[0]
    assert body.split() == ["word", "mixed", "braces", "end", "CRLF"]


def test_names_of_values() -> None:
    discreets = (
        "<Measurement><Type>discreet</Type><Discreets>"
        "<Discreet><Display>Off</Display><Value>0</Value></Discreet>"
        "<Discreet><Display>On &amp; hot</Display><Value>1</Value></Discreet>"
        "<Discreet><Display>Off</Display><Value>2</Value></Discreet>"
        "<Discreet><Display>Again</Display><Value>1</Value></Discreet>"
        "</Discreets></Measurement>"
    )
    exceptions = (
        '<Exceptions><Exception id="1" value="255"><Display>None</Display><Value>-1</Value>'
        "</Exception></Exceptions>"
    )
    declared = number(1, "s", 1, more=discreets).replace(
        "</Interprete>", f"{exceptions}</Interprete>"
    )
    labels = '{ Off = 0 | 2, "On & hot" = 1, None = 255 }'
    assert one_param(declared) == f"param s id 1 : u8 as {labels}"


def test_a_range_leaves_values_out() -> None:
    declared = number(1, "n", 1).replace(
        "</Interprete>", "<Range><Low>0</Low><High>100</High></Range></Interprete>"
    )
    assert one_param(declared) == "param n id 1 : u8 range 0..100 lenient"


def test_save_and_setter() -> None:
    source = connector(
        params=(
            text(1, "level", 2).replace('id="1"', 'id="1" save="true"'),
            text(2, "level", 2, "write").replace('id="2"', 'id="2" setter="true"'),
        )
    )
    assert lines(source, "param") == [
        "param level id 1 : text[2] save",
        "param level_write id 2 : text[2] sets level",
    ]


# --- bits ---


def bit(id_: int, start: int, count: int = 1, kind: str = "read bit", more: str = "") -> str:
    inner = interprete("unsigned number", "fixed", "double", StartPosition=start, NbrOfBits=count)
    return param(
        id_, f"b{id_}", f'{kind}| id="1"', inner.replace("</Interprete>", f"{more}</Interprete>")
    )


@pytest.mark.parametrize(
    "endian, size, start, count, place",
    [
        ("big", 2, 0, 1, "@7"),
        ("big", 2, 6, 1, "@1"),
        ("big", 2, 10, 2, "@13..12"),
        ("big", 2, 15, 1, "@8"),
        ("little", 4, 0, 1, "@7"),
        ("little", 4, 8, 4, "@15..12"),
        ("little", 4, 31, 1, "@24"),
    ],
)
def test_positions_of_bits(endian: str, size: int, start: int, count: int, place: str) -> None:
    group = number(1, "group", size, "group", Endian=endian)
    order = "be" if endian == "big" else ""
    line = one_param(group, bit(2, start, count))
    assert line == f"param group id 1 : u{8 * size}{order} {{ b2 {place} }}"


def test_bits_over_the_end_of_a_byte() -> None:
    """Position 4 to 11: the low half of the first byte, then the high half of the second."""
    line = one_param(number(1, "group", 2, "group"), bit(2, 4, 8))
    assert line == "param group id 1 : u16 { b2[7..4] @3..0, b2[3..0] @15..12 }"


# --- lengths and checksums ---


def crc(attributes: str, kind: str, *positions: int, size: int = 1) -> str:
    listed = "".join(f"<Param>{each}</Param>" for each in positions)
    return number(
        9,
        "check",
        size,
        "crc",
        more=f"<CRC><Type{attributes}>{kind}</Type><Content>{listed}</Content></CRC>",
    )


@pytest.mark.parametrize(
    "attributes, kind, positions, formula",
    [
        (' mod="95" off="-32" totaloffset="32"', "sum", (0, 1), "(sum(head..data) - 32) % 95 + 32"),
        ("", "exor", (0, 1), "xor(head..data)"),
        ("", "lsb after sum", (1,), "sum(data) & 0xFF"),
        ("", "2comp", (0, 1), "-sum(head..data) & 0xFF"),
        ("", "subtract", (0,), "-sum(head)"),
        ("", "modbus", (0, 1), 'crc("CRC-16/MODBUS", head..data)'),
        ("", "crc16", (0, 1), 'crc("CRC-16/ARC", head..data)'),
        ("", "crc-ccitt", (0, 1), 'crc("CRC-16/CCITT-FALSE", head..data)'),
        ("", "fletcher", (0, 1), "fletcher16(head..data)"),
        (' groupbytes="2"', "sum", (1,), "sum(group(data, 2, hex))"),
        (' groupbytes="2;binary"', "exor", (1,), "xor(group(data, 2, little))"),
        (' byteoffset="1"', "sum", (0, 1), "sum(add(head..data, 1))"),
        (' options="ones complement" mod="256"', "sum", (0,), "~(sum(head) % 256)"),
        (' options="or totaloffset" totaloffset="128"', "sum", (0,), "sum(head) | 128"),
        ("", "sum", (1, 0), "sum(data, head)"),
        ("", "sum", (0, 0), "sum(head, head)"),
    ],
)
def test_checksums(attributes: str, kind: str, positions: tuple[int, ...], formula: str) -> None:
    source = connector(
        params=(fixed(1, "head", "H"), text(2, "data", 4), crc(attributes, kind, *positions)),
        commands=(message("Command", 1, "c", 1, 2, 9),),
    )
    assert f"check : u8 = {formula}" in " ".join(description(source).split())


def test_what_is_assumed_is_written_down() -> None:
    source = connector(
        params=(fixed(1, "head", "H"), crc("", "crc-ccitt", 0, size=2)),
        commands=(message("Command", 1, "c", 1, 9),),
    )
    assert "assume crc_ccitt ccitt_false\n" in description(source)


def test_a_checksum_that_is_not_published_is_a_plain_field() -> None:
    source = connector(
        params=(fixed(1, "head", "H"), crc("", "codan", 0)),
        commands=(message("Command", 1, "c", 1, 9),),
    )
    assert lines(source, "command") == ["command c id 1 { head; check : u8 }"]
    assert "W0803" in codes(source)


def length(*positions: int) -> str:
    listed = "".join(f"<Param>{each}</Param>" for each in positions)
    more = f"<Length><Content>{listed}</Content></Length>" if positions else ""
    return number(9, "size", 2, "length", raw="numeric text", more=more)


@pytest.mark.parametrize(
    "positions, formula",
    [
        ((2,), "len(data)"),
        ((0, 2), "len(head) + len(data)"),
        ((1, 2), "len(size..data)"),
        ((), None),
    ],
)
def test_lengths(positions: tuple[int, ...], formula: str | None) -> None:
    source = connector(
        params=(fixed(1, "head", "H"), length(*positions), open_text(2, "data")),
        responses=(message("Response", 1, "r", 1, 9, 2),),
        triggers=(READ_TRIGGER,),
        actions=(READ,),
    )
    wanted = formula or "len(head) + len(data)"
    assert f"size : dec[2] = {wanted}" in description(source)


def test_a_position_of_another_layout_leaves_a_plain_field() -> None:
    source = connector(
        params=(fixed(1, "head", "H"), length(4), open_text(2, "data")),
        responses=(message("Response", 1, "r", 1, 9, 2),),
        triggers=(READ_TRIGGER,),
        actions=(READ,),
    )
    result, diagnostics = imported(source)
    assert result.document is not None
    assert any("position 4" in each.message for each in diagnostics)
    assert "{ head; size : dec[2]; data }" in description(source)


# --- responses ---


def response_of(*params: str, optional: str = "") -> str:
    source = connector(
        params=params,
        responses=(message("Response", 1, "r", *range(1, len(params) + 1), optional=optional),),
        triggers=(READ_TRIGGER,),
        actions=(READ,),
    )
    body = description(source).partition("response r id 1 {")[2].partition("\ntrigger")[0]
    return " ".join(body.replace(";\n", "\n").replace("; ", " ").split()).rpartition(" }")[0]


def test_fields_that_run_to_what_follows() -> None:
    comma, end = fixed(2, "comma", ","), fixed(3, "end", ";", "trailer")
    assert response_of(open_text(1, "a"), comma, end) == "a comma end"
    last = param(1, "a", "read", interprete("other", "last next param", "string"))
    assert response_of(last, comma, end) == 'a : text until last "," comma end'
    twice = open_text(1, "a").replace("<LengthType>", '<LengthType times="2">')
    assert response_of(twice, comma, end) == 'a : text until "," times 2 comma end'
    named = open_text(1, "a").replace("<LengthType>", '<LengthType id="3">')
    assert response_of(named, text(2, "two", 2), end) == "a two end"
    assert response_of(named, comma, end) == 'a : text until ";" comma end'


def test_the_nth_trailer() -> None:
    end = fixed(2, "end", ";", 'trailer| times="2"')
    assert response_of(open_text(1, "a"), end) == 'a : text until ";" times 2 end'


def test_data_of_the_size_another_param_says_is_cut_off() -> None:
    size = number(2, "size", 2, raw="numeric text")
    data = (
        open_text(3, "data")
        .replace("<LengthType>", '<LengthType id="2">')
        .replace("next param", "other param")
    )
    shown = response_of(fixed(1, "key", "K"), size, data)
    assert shown == "key size data : text[size] _ : bytes"


def test_what_nothing_ends_waits_for_its_time() -> None:
    assert response_of(fixed(1, "key", "K"), open_text(2, "a")) == "key a"
    assert (
        response_of(open_text(1, "a"), fixed(2, "b", "B"), text(3, "c", 1))
        == "a b c _ : bytes max 0"
    )


@pytest.mark.parametrize(
    "optional, shown",
    [
        ("", "p1 p2 p3 p4 p5"),
        ("0", "optional { p1 } p2 p3 p4 p5"),
        ("0++;4", "optional { p1 p2 p3 } p4 optional { p5 }"),
        ("1+;3*", "p1 optional { p2 p3 } optional { p4 p5 }"),
        ("1*;3*;", "p1 optional { p2 p3 } optional { p4 p5 }"),
        ("0+++;1+", "optional { p1 optional { p2 p3 } p4 } p5"),
        ("1+;2+", "p1 either { p2 optional { p3 p4 } p5 } or { p4 p5 }"),
        ("4+++", "p1 p2 p3 p4 optional { p5 }"),
    ],
)
def test_optional_positions(optional: str, shown: str) -> None:
    params = [fixed(i, f"p{i}", f"{i}") for i in range(1, 6)]
    assert response_of(*params, optional=optional) == shown


@pytest.mark.parametrize("optional", ["x", "5", "1-", "1+*", "+"])
def test_optional_positions_that_cannot_be_read(optional: str) -> None:
    params = tuple(fixed(i, f"p{i}", f"{i}") for i in range(1, 6))
    source = connector(
        params=params, responses=(message("Response", 1, "r", 1, 2, 3, 4, 5, optional=optional),)
    )
    assert "E0809" in codes(source)


# --- conditions ---


CONDITIONS = [
    ("id:1 == 10", "n == 10"),
    ('id:2 == "on"', 't == "on"'),
    ("id:2 == 5", 't == "5"'),
    ('id:1 == "5"', "n == 5"),
    ("id:1 > 1 AND id:1 &lt; 9", "n > 1 and n < 9"),
    ("id:1 == 1 OR (id:1 == 2 AND id:1 != 3)", "n == 1 or n == 2 and n != 3"),
    ("(id:1 == 1 OR id:1 == 2) AND id:1 != 3", "(n == 1 or n == 2) and n != 3"),
    ("id:1 &amp; 4 == 4", "n & 4 == 4"),
    ("id:1 + 2 * 3 >= 1.5", "n + 2 * 3 >= 1.5"),
    ("id:1 ^ 1 == 0", "(n | 1) - (n & 1) == 0"),
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
    assert f"trigger trigger_1 id 1 on before {name} {{ {shown} }}" in description(source)


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
