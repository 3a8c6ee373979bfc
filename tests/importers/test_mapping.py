"""What the objects of a connector become, each in the words of the language."""

from typing import Any

import pytest

from tests.importers.connectors import (
    READ_ALL,
    codes,
    connector,
    description,
    fixed,
    imported,
    interprete,
    lines,
    message,
    number,
    open_text,
    param,
    text,
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
        ("numeric text", 4, {}, "float[4] lenient"),
        ("Numeric Text", 2, {"Base": 16}, "hex[2] lenient"),
        ("numeric text", 8, {"Base": 2}, "bin[8] lenient"),
        ("numeric text", 2, {"Base": 36}, "base36[2] lenient"),
        ("bcd", 2, {"Endian": "big"}, "bcd[2] lenient"),
        ("bcd", 2, {}, "bcd[2] reversed lenient"),
        ("text", 3, {}, "float[3] lenient"),
        ("other", 3, {}, "float[3] lenient"),
        ("unsigned number", 1, {"Factor": "0.5"}, "u8 scale 0.5"),
        ("unsigned number", 1, {"Sequence": "factor:0.1;offset:-40"}, "u8 scale 0.1 offset -40"),
        ("unsigned number", 1, {"Sequence": "div:8;+:1"}, "u8 scale 0.125 offset 1"),
        ("unsigned number", 1, {"Sequence": "div:3"}, "u8 scale 1 / 3"),
        ("unsigned number", 1, {"Sequence": "rest:7;pow:2"}, "u8 via (x % 7) ** 2"),
        ("unsigned number", 1, {"Sequence": "log20"}, "u8 via log10(x) * 20"),
        ("unsigned number", 1, {"DefaultValue": "7"}, "u8 default 7"),
        ("unsigned number", 1, {"Value": "1"}, "u8 default 49"),
        ("unsigned number", 2, {"Value": "0x010x02"}, "u16 default 513"),
        ("numeric text", 4, {"DefaultValue": "-1.5"}, "float[4] lenient default -1.5"),
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
        params=(fixed(1, "head", "H"), crc("", "fletcher", 0, size=2)),
        commands=(message("Command", 1, "c", 1, 9),),
    )
    assert "assume fletcher mod255\n" in description(source)


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
    assert shown == "key size data : text[size]"


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
