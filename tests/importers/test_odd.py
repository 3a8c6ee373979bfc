"""Connectors that are odd, or wrong in a place: each is imported all the same, and compiled."""

from __future__ import annotations

import pytest

from protoc.compiler.execution import execute
from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source
from tests.importers.connectors import (
    action,
    fixed,
    interprete,
    message,
    number,
    open_text,
    pair,
    param,
    text,
    trigger,
)
from tests.importers.table import BYTE, bench, read, smart

NAMES = """
if match repeat optional either coded lines skip let and or not STX ETX CR param command response
pair group timer trigger on end value status count text bytes u8 float bool self cls encode decode
None True print class def import request reply x previous sum len crc event id set
"""
WORDS = NAMES.split()

CASES = {
    "words": bench(
        *(text(100 + i, w, 2) for i, w in enumerate(WORDS)),
        got=(3, *range(100, 100 + len(WORDS))),
        sent=tuple(range(100, 100 + len(WORDS))),
    ),
    "two open": bench(open_text(10, "a"), open_text(11, "b"), got=(3, 10, 11)),
    "open,fixed size,open": bench(
        open_text(10, "a"), text(11, "b", 2), open_text(12, "c"), got=(3, 10, 11, 12)
    ),
    "open num next": bench(
        param(10, "a", "read", interprete("unsigned number", "next param", "double")), got=(3, 10)
    ),
    "signed next": bench(
        param(10, "a", "read", interprete("signed number", "next param", "double")), got=(3, 10)
    ),
    "numeric text next x2": bench(
        param(10, "a", "read", interprete("numeric text", "next param", "double")),
        fixed(11, "sep", ","),
        param(12, "b", "read", interprete("numeric text", "next param", "double")),
        got=(3, 10, 11, 12),
    ),
    "len 0": bench(text(10, "a", 0), got=(3, 10), sent=(10,)),
    "len 3 number": bench(
        number(10, "a", 3),
        number(11, "b", 5),
        number(12, "c", 16),
        got=(3, 10, 11, 12),
        sent=(10, 11, 12),
    ),
    "no interprete": bench(param(10, "a", "read", ""), got=(3, 10), sent=(10,)),
    "only catch all": bench(open_text(10, "a"), response=message("Response", 1, "got", 10)),
    "smart catchall": smart()
    .replace("</Responses>", message("Response", 2, "all", 9) + "</Responses>")
    .replace("</Params>", open_text(9, "whole") + "</Params>"),
    "same param twice": bench(
        open_text(10, "a"), fixed(11, "s", ";"), got=(3, 10, 11, 10), sent=(10, 11, 10)
    ),
    "write discreet text": bench(
        param(
            10,
            "mode",
            "write",
            interprete("other", "fixed", "string", Length=3),
            (
                "<Measurement><Type>discreet</Type><Discreets><Discreet><Display>On Air</Display>"
                "<Value>ONN</Value></Discreet><Discreet><Display>Off</Display><Value>OFF</Value><"
                "/Discreet></Discreets></Measurement>"
            ),
        ),
        sent=(10,),
    ),
    "discreet dup display": bench(
        param(
            10,
            "mode",
            "read",
            interprete("unsigned number", "fixed", "double", Length=1),
            "<Measurement><Type>discreet</Type><Discreets><Discreet><Display>On</Display><Value>1</Value></Discreet><Discreet><Display>on</Display><Value>2</Value></Discreet><Discreet><Display>On</Display><Value>3</Value></Discreet><Discreet><Display></Display><Value>4</Value></Discreet><Discreet><Display>x</Display><Value>1</Value></Discreet><Discreet><Display>1.5</Display><Value>1.5</Value></Discreet></Discreets></Measurement>",
        ),
        got=(3, 10),
    ),
    "value default too long": bench(text(10, "a", 2, Value="ABCDE"), sent=(10,)),
    "default not number": bench(
        number(10, "a", 2, raw="numeric text", DefaultValue="abc"), sent=(10,)
    ),
    "default out of size": bench(
        number(10, "a", 2, raw="numeric text", DefaultValue="12345"), sent=(10,)
    ),
    "default neg unsigned": bench(number(10, "a", 1, DefaultValue="-1"), sent=(10,)),
    "default float on int": bench(number(10, "a", 1, DefaultValue="1.5"), sent=(10,)),
    "range inverted": bench(
        read(
            "n",
            "numeric text",
            "fixed",
            "double",
            "<Range><Low>10</Low><High>0</High></Range>",
            Length=4,
        ),
        got=(3, 10),
    ),
    "length unlisted var": bench(
        number(11, "size", 1, "length"),
        open_text(12, "d"),
        fixed(13, "c", ";"),
        open_text(14, "e"),
        response=message("Response", 1, "got", 3, 11, 12, 13, 14),
    ),
    "length in command": bench(
        number(11, "size", 1, "length"),
        open_text(12, "d", "write"),
        get=message("Command", 1, "get", 1, 11, 12, 2),
    ),
    "crc unlisted": bench(
        number(11, "chk", 1, "crc", more="<CRC><Type>sum</Type></CRC>"), got=(3, 11), sent=(11,)
    ),
    "crc over itself": bench(
        number(
            11,
            "chk",
            1,
            "crc",
            more="<CRC><Type>sum</Type><Content><Param>0</Param><Param>1</Param></Content></CRC>",
        ),
        got=(3, 11),
    ),
    "crc twice a message": bench(
        number(
            11,
            "chk",
            1,
            "crc",
            more="<CRC><Type>sum</Type><Content><Param>0</Param></Content></CRC>",
        ),
        number(
            12,
            "chk2",
            1,
            "crc",
            more="<CRC><Type>exor</Type><Content><Param>0</Param><Param>1</Param></Content></CRC>",
        ),
        got=(3, 11, 12),
    ),
    "crc big text": bench(
        number(
            11,
            "chk",
            4,
            "crc",
            raw="numeric text",
            Base=16,
            more="<CRC><Type>crc16</Type><Content><Param>0</Param></Content></CRC>",
        ),
        got=(3, 11),
        sent=(11,),
    ),
    "crc string": bench(
        param(
            11,
            "chk",
            "crc",
            interprete("other", "fixed", "string", Length=2),
            "<CRC><Type>sum</Type><Content><Param>0</Param></Content></CRC>",
        ),
        got=(3, 11),
    ),
    "group 12 bytes": bench(
        number(20, "flags", 12, "group"),
        param(
            21,
            "d",
            'read bit| id="20"',
            interprete("unsigned number", "fixed", "double", StartPosition=3, NbrOfBits=1),
        ),
        got=(3, 20),
    ),
    "group 3 bytes cross bits": bench(
        number(20, "flags", 3, "group"),
        param(
            21,
            "d",
            'read bit| id="20"',
            interprete("unsigned number", "fixed", "double", StartPosition=5, NbrOfBits=8),
        ),
        param(
            22,
            "e",
            'read bit| id="20"',
            interprete("unsigned number", "fixed", "double", StartPosition=20, NbrOfBits=4),
        ),
        got=(3, 20),
    ),
    "overlapping bits": bench(
        number(20, "flags", 1, "group"),
        param(
            21,
            "d",
            'read bit| id="20"',
            interprete("unsigned number", "fixed", "double", StartPosition=0, NbrOfBits=4),
        ),
        param(
            22,
            "e",
            'read bit| id="20"',
            interprete("unsigned number", "fixed", "double", StartPosition=2, NbrOfBits=1),
        ),
        got=(3, 20),
    ),
    "group in no message, no length": bench(
        param(20, "flags", "group", ""),
        param(
            21,
            "d",
            'read bit| id="20"',
            interprete("unsigned number", "fixed", "double", StartPosition=0),
        ),
        got=(3,),
    ),
    "bit without group": bench(param(21, "d", 'read bit| id="99"', "")),
    "condition on text": bench(
        BYTE,
        pairs=(pair(1, "poll", 1, 1, more='<Condition>id:3 == "A" OR id:10 == empty</Condition>'),),
    ),
    "optional all": bench(
        text(10, "a", 1),
        text(11, "b", 1),
        response=message("Response", 1, "got", 3, 10, 11, 2, optional="0;1;2;3"),
    ),
    "optional star": bench(
        fixed(10, "a", "+"),
        text(11, "b", 1),
        fixed(12, "c", "-"),
        text(13, "d", 1),
        response=message("Response", 1, "got", 10, 11, 12, 13, 2, optional="0*;2+"),
    ),
    "optional crossing": bench(
        fixed(10, "a", "+"),
        text(11, "b", 1),
        fixed(12, "c", "-"),
        text(13, "d", 1),
        response=message("Response", 1, "got", 10, 11, 12, 13, 2, optional="0++;1++;4"),
    ),
    "empty command": bench(get=message("Command", 1, "get")),
    "empty response": bench(response=message("Response", 1, "got")),
    "pair no response many": bench(pairs=tuple(pair(i, "p", 1) for i in range(1, 5))),
    "hex fixed nonascii": bench(
        fixed(10, "a", "0xFF0xE9"), fixed(11, "b", "é§"), got=(3, 10, 11), sent=(10, 11)
    ),
    "fixed empty value": bench(
        param(10, "a", "fixed", interprete("other", "fixed", "string", Length=2)),
        got=(3, 10),
        sent=(10,),
    ),
    "trailer changed": bench(
        fixed(10, "a", "XX"),
        got=(3, 10),
        actions=(action(10, "parameter", "change length", 10, ' id="3"'),),
        triggers=(trigger(10, "parameter", "change", 10, target=3),),
    ),
    "sequence weird": bench(
        read(
            "n",
            "unsigned number",
            "fixed",
            "double",
            "<Sequence>factor:id:3;+:param:3;foo</Sequence>",
            Length=1,
        ),
        got=(3, 10),
    ),
    "div zero": bench(
        read("n", "unsigned number", "fixed", "double", "<Sequence>div:0</Sequence>", Length=1),
        got=(3, 10),
    ),
    "scale flat": bench(
        read(
            "n",
            "unsigned number",
            "fixed",
            "double",
            '<Scale lowData="0" highData="255" low="5" high="5"/>',
            Length=1,
        ),
        got=(3, 10),
    ),
    "factor zero": bench(
        read("n", "unsigned number", "fixed", "double", "<Factor>0</Factor>", Length=1), got=(3, 10)
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_compiled(name: str) -> None:
    compilation = compile_source(Source("protocol.xml", CASES[name]))
    found = [each.message for each in compilation.diagnostics if each.severity == "error"]
    assert compilation.protocol is not None, found
    execute(compilation.module, compilation.protocol.name)
