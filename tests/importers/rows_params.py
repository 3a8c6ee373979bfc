"""Rows of the acceptance list: params, their bytes, and the messages they make."""

from __future__ import annotations

from tests.importers.connectors import (
    action,
    fixed,
    interprete,
    message,
    number,
    open_text,
    param,
    text,
    trigger,
)
from tests.importers.table import BYTE, GET, GOT, Row, bench, checked, read, smart

HEAD = fixed(10, "head", "[", "header")
SIZE = number(
    11, "size", 2, "length", raw="numeric text",
    more="<Length><Content><Param>1</Param></Content></Length>",
)  # fmt: skip
DATA = open_text(12, "data")
GROUP = number(20, "flags", 2, "group", Endian="big")


def bit(kind: str, number_: int, name: str, start: int, count: int = 1) -> str:
    """A bit of the group 20."""
    inner = interprete("unsigned number", "fixed", "double", StartPosition=start, NbrOfBits=count)
    return param(number_, name, f'{kind}| id="20"', inner)


def value(raw: str, size: int, data: str, what: object, more: str = "", **children: object) -> Row:
    """An answer that holds a number of some kind: `n` and a carriage return behind it."""
    inner = interprete(raw, "fixed", "double", Length=size, **children)
    own = param(10, "n", "read", inner.replace("</Interprete>", f"{more}</Interprete>"))
    return Row(bench(own, got=(3, 10)), reads={f"4142{data}0d": {"answer": "AB", "n": what}})


def check(crc: str, attributes: str, data: str, what: object, **children: object) -> Row:
    """An answer `AB` with a checksum of it."""
    return Row(checked(crc, attributes, **children), reads={f"4142{data}": {"check": what}})


READ_12 = trigger(1, "response", "before", 1, 2, target=1)
LENGTH = action(2, "response", "length")

ROWS = {
    "C040": Row(
        bench(
            param(
                10,
                "Helix Current",
                "read",
                interprete("other", "next param", "string"),
                "<Description>Current of the helix, in mA</Description>",
            ),
            got=(3, 10),
        ),
        shows=("## Current of the helix, in mA\nparam helix_current id 10 : text",),
    ),
    "C041": Row(
        bench(
            number(10, "gain", 1),
            param(
                11,
                "gain",
                "write",
                interprete("unsigned number", "fixed", "double", Length=1),
                attributes=' setter="true"',
            ),
        ),
        shows=("param gain_write id 11 : u8 sets gain",),
    ),
    "C042": Row(
        bench(
            param(
                10,
                "n",
                "read",
                interprete("unsigned number", "fixed", "double", Length=1),
                attributes=' save="true"',
            )
        ),
        shows=("param n id 10 : u8 save",),
    ),
    "C043": Row(
        bench(HEAD, fixed(11, "sep", "0x2C"), response=message("Response", 1, "got", 10, 3, 11, 2)),
        shows=('text[1] = "["', 'text[1] = ","'),
        reads={"5b41422c0d": {"answer": "AB"}},
    ),
    "C044": Row(
        bench(
            number(10, "level", 1),
            number(11, "level", 1, "write"),
            text(12, "filler", 2, "dummy"),
            got=(3, 10, 12),
            sent=(11,),
        ),
        reads={"4142057a7a0d": {"answer": "AB", "level": 5}},
        writes={"51090d": {"level_write": 9}},
    ),
    "C045": Row(
        bench(
            SIZE,
            DATA,
            response=message("Response", 1, "got", 11, 12),
            instead=(READ_12,),
            actions=(LENGTH,),
        ),
        shows=("size : dec[2] = len(data)",),
        reads={"3033414243": {"size": 3, "data": "ABC"}},
    ),
    "C046": check("exor", "", "03", 3),
    "C047": Row(
        bench(
            GROUP, bit("read bit", 21, "door", 0), bit("read bit", 22, "mode", 10, 2), got=(3, 20)
        ),
        shows=("door @7", "mode @13..12"),
        reads={"414231820d": {"flags": {"door": 1, "mode": 3}}},
    ),
    "C048": Row(
        bench(
            param(10, "body", 'response| id="2"', interprete("other", "next param", "string")),
            number(11, "inner", 2, raw="numeric text"),
            got=(3, 10),
            responses=(message("Response", 2, "parts", 11),),
        ),
        shows=("body : text also parts",),
        reads={
            "414234320d": {"body": "42", "inner": 42},
            "41427a7a7a0d": {"body": "zzz", "inner": None},
        },
    ),
    "C049": Row(
        bench(
            *(
                param(10 + i, kind.replace(" ", "_"), kind, "")
                for i, kind in enumerate(
                    (
                        "bus",
                        "ip",
                        "pollingip",
                        "elementid",
                        "elementname",
                        "elementdmaid",
                        "dataminer info",
                    )
                )
            )
        ),
        shows=("param elementname id 14 : text",),
        reports=("Protocol/Params/Param: simplified",),
    ),
    "C050": Row(
        bench(
            *(
                param(10 + i, kind.replace(" ", "_"), kind, "")
                for i, kind in enumerate(("array", "matrix", "discreet info"))
            )
        ),
        reports=("Protocol/Params/Param: not imported",),
    ),
    "C051": Row(
        bench(
            open_text(10, "body"),
            fixed(11, "end", ";", 'trailer| times="2"'),
            response=message("Response", 1, "got", 3, 10, 11),
        ),
        reads={"4142613b623b": {"body": "a;b"}},
    ),
    "C052": Row(
        smart().replace(
            "</Params>",
            fixed(20, "b", "[", 'header| options="headerTrailerLink=1"')
            + fixed(21, "e", "]", 'trailer| options="headerTrailerLink=1"')
            + "</Params>",
        ),
        shows=('frame "[" .. "]"',),
    ),
    "C053": Row(
        smart().replace(
            "</Params>",
            fixed(20, "b", "[", 'header| options="connection=1"')
            + fixed(21, "e", "]", 'trailer| options="connection=1"')
            + "</Params>",
        ),
        shows=("idle 15ms",),
    ),
    "C054": Row(
        bench(text(10, "to", 20, 'read| options="dynamic ip"')),
        shows=("address -> to",),
    ),
    "an address of a port": Row(
        bench(text(10, "to", 20, 'read| options="dynamic ip 4"')),
        reports=("Protocol/Params/Param/Type@options: not imported",),
    ),
    "C055": Row(
        bench(text(10, "user", 20, 'read| options="ssh username"')),
        reports=("Protocol/Params/Param/Type@options: not imported",),
    ),
    "C056": Row(
        bench(text(10, "t", 20, 'read| options="loadOID"')),
        reports=("Protocol/Params/Param/Type@options: not imported",),
    ),
    "C060": Row(
        bench(
            number(10, "a", 4, raw="numeric text"),
            number(11, "b", 1),
            number(12, "c", 1, raw="signed number"),
            text(13, "d", 1),
            number(14, "e", 4, raw="double"),
            number(15, "f", 2, raw="text"),
            got=(3, 10, 11, 12, 13, 14, 15),
        ),
        reads={
            "41422d312e35c8fb7a0000c03f34320d": {
                "a": -1.5,
                "b": 200,
                "c": -5,
                "d": "z",
                "e": 1.5,
                "f": 42,
            }
        },
    ),
    "A100": Row(
        bench(open_text(10, "t", "write"), sent=(10,)), writes={"51610d620d": {"t": "a\rb"}}
    ),
    "A029": Row(
        bench(number(10, "n", 3, raw="numeric text"), number(11, "m", 1), got=(3, 10, 11)),
        shows=("param n id 10 : float[3] lenient",),
        reads={"4142313233050d": {"n": 123, "m": 5}, "41422d2d2d050d": {"m": 5}},
    ),
    "C061": value("bcd", 2, "1234", 1234, Endian="big"),
    "C062": Row(
        bench(
            read(
                "n",
                "only others",
                "fixed",
                "double",
                "<Others><Other id='3'><Display>x</Display><Value>10</Value></Other></Others>",
                Length=1,
            ),
            got=(3, 10),
        ),
        reports=("Protocol/Params/Param/Interprete/Others: not imported",),
    ),
    "C063": Row(
        bench(number(10, "n", 1), text(11, "t", 1), got=(3, 10, 11)),
        reads={"4142057a0d": {"n": 5, "t": "z"}},
    ),
    "C064": Row(
        bench(
            param(10, "n", "read", interprete("unsigned number", "fixed", "high nibble", Length=1)),
            got=(3, 10),
        ),
        reads={"4142a50d": {"n": 10}},
    ),
    "C065": Row(
        bench(
            param(
                10,
                "t",
                "read",
                interprete("other", "fixed", "string", Length=4).replace(
                    "<Type>", '<Type trim="left">'
                ),
            ),
            got=(3, 10),
        ),
        reads={"4142204142200d": {"t": "AB "}},
    ),
    "C066": Row(
        bench(
            param(
                10,
                "t",
                "read",
                interprete("other", "fixed", "string", Length=4).replace(
                    "<Type>", '<Type filter="true">'
                ),
            ),
            got=(3, 10),
        ),
        reports=("Protocol/Params/Param/Interprete/Type@filter: not imported",),
    ),
    "C067": Row(bench(text(10, "t", 3), got=(3, 10)), reads={"41426162630d": {"t": "abc"}}),
    "C068": Row(bench(open_text(10, "t"), got=(3, 10)), reads={"41426162630d": {"t": "abc"}}),
    "C069": Row(
        bench(
            param(10, "t", "read", interprete("other", "last next param", "string")),
            fixed(11, "sep", ";"),
            open_text(12, "rest"),
            got=(3, 10, 11, 12),
        ),
        reads={"4142613b623b630d": {"t": "a;b", "rest": "c"}},
    ),
    "C070": Row(
        bench(
            number(10, "n", 1, raw="numeric text"),
            open_text(11, "t")
            .replace("<LengthType>", '<LengthType id="10">')
            .replace("next param", "other param"),
            response=message("Response", 1, "got", 3, 10, 11),
        ),
        reads={"4142326162": {"n": 2, "t": "ab"}},
    ),
    "C071": Row(
        bench(
            open_text(10, "t").replace("<LengthType>", '<LengthType id="2">'),
            text(11, "u", 2),
            got=(3, 10, 11),
        ),
        reads={"414261626378790d": {"t": "abc", "u": "xy"}},
    ),
    "C072": Row(
        bench(
            open_text(10, "t").replace("<LengthType>", '<LengthType times="2">'),
            fixed(11, "c", "C"),
            got=(3, 10, 11),
        ),
        reads={"414241424344430d": {"t": "ABCD"}},
    ),
    "C073": Row(
        bench(fixed(10, "a", "[x]"), fixed(11, "b", "0x240x000X20"), got=(3, 10, 11)),
        reads={"41425b785d2400200d": {"answer": "AB"}},
    ),
    "C074": value("unsigned number", 2, "0102", 258, Endian="big"),
    "C075": value("numeric text", 2, "7a7a", 1295, Base=36),
    "C076": value("numeric text", 4, "312e3235", 1.25, Decimals=2, Rounding="up"),
    "C077": value("unsigned number", 1, "0a", 7.5, Factor="0.5", Sequence="factor:2;-:2.5"),
    "C078": value(
        "unsigned number", 1, "ff", 100, '<Scale lowdata="0" highdata="255" low="0" high="100"/>'
    ),
    "C079": Row(
        bench(
            number(20, "flags", 1, "group", ByteOffset=32, Bits=6),
            bit("read bit", 21, "low", 5),
            got=(3, 20),
        ),
        shows=("low @0", "coded add(32) {"),
    ),
    "C080": Row(
        bench(
            read("n", "bcd", "fixed", "double", "<Alignment>left</Alignment>", Length=1),
            got=(3, 10),
        ),
        reports=("Protocol/Params/Param/Interprete/Alignment: not imported",),
    ),
    "C081": Row(
        bench(GROUP, bit("read bit", 21, "speed", 9, 4), got=(3, 20)), shows=("speed @14..11",)
    ),
    "C082": value("unsigned number", 1, "05", 5, "<Range><Low>0</Low><High>10</High></Range>"),
    "C083": Row(
        bench(number(10, "n", 1, DefaultValue=7), sent=(10,)),
        shows=("param n id 10 : u8 default 7",),
        writes={"51070d": {}},
    ),
    "C084": value(
        "unsigned number",
        1,
        "ff",
        "none",
        '<Exceptions><Exception id="1" value="255"><Display>none</Display><Value>-1'
        "</Value></Exception></Exceptions>",
    ),
    "C085": Row(
        bench(
            SIZE,
            DATA,
            response=message("Response", 1, "got", 11, 12),
            instead=(READ_12,),
            actions=(LENGTH,),
        ),
        shows=("size : dec[2] = len(data)",),
        reads={"303141": {"size": 1, "data": "A"}},
    ),
    "C086": Row(
        bench(
            number(11, "size", 2, "length", raw="numeric text"),
            DATA,
            response=message("Response", 1, "got", 3, 11, 12),
            instead=(READ_12,),
            actions=(LENGTH,),
        ),
        reads={"4142303343": {"size": 3, "data": "C"}},
    ),
    "C087": Row(
        checked("sum").replace(
            "<Content><Param>0</Param></Content></CRC>",
            "<Content><Param>0</Param><Param>0</Param></Content></CRC>",
        ),
        reads={"414206": {"check": 6}},
    ),
    "C088": Row(checked("lsb after sum", ' off="10"'), reads={"41428d": {"check": 0x8D}}),
    "C089": check("2comp", "", "7d", 0x7D),
    "C090": Row(
        bench(
            number(
                10,
                "check",
                2,
                "crc",
                more="<CRC><Type>modbus</Type><Content><Param>0</Param></Content></CRC>",
            ),
            response=message("Response", 1, "got", 3, 10),
            instead=(trigger(1, "response", "before", 1, 2, target=1),),
            actions=(action(2, "response", "crc"),),
        ),
        shows=('crc("CRC-16/MODBUS"',),
    ),
    "C091": Row(checked("fletcher"), shows=("fletcher16",)),
    "C092": Row(checked("codan"), reports=("Protocol/Params/Param/CRC/Type: not imported",)),
    "C093": check("sum", ' mod="95" off="-32" totaloffset="32"', "24", 0x24),
    "C094": check("sum", ' options="ones complement"', "7c", 0x7C),
    "C095": Row(
        bench(
            param(
                10,
                "state",
                "read",
                interprete("unsigned number", "fixed", "double", Length=1),
                "<Measurement><Type>discreet</Type><Discreets><Discreet><Display>On</Display>"
                "<Value>1</Value></Discreet></Discreets></Measurement>",
            ),
            got=(3, 10),
        ),
        reads={"4142010d": {"state": "On"}, "4142020d": {"state": 2}},
    ),
    "C096": Row(
        bench(
            param(
                10,
                "n",
                "read",
                interprete("unsigned number", "fixed", "double", Length=1),
                "<Display/><Alarm/><SNMP/><Mediation/><Dashboard/>",
            )
        ),
        reports=tuple(
            f"Protocol/Params/Param/{each}: not imported"
            for each in ("Display", "Alarm", "SNMP", "Mediation", "Dashboard")
        ),
    ),
    "C100": Row(bench(BYTE, sent=(10,)), shows=("command get id 1",), writes={"51070d": {"n": 7}}),
    "C101": Row(
        bench(get=GET.replace('id="1"', 'id="1" ascii="true"')), shows=("command get id 1",)
    ),
    "C102": Row(bench(), shows=("response got id 1",), reads={"41420d": {"answer": "AB"}}),
    "C103": Row(
        smart(response=GOT.replace('id="1"', 'id="1" options="Connection:1"')).replace(
            "<Type ", '<Type advanced="smart-serial:Side" ', 1
        ),
        shows=("event got id 1 on side",),
    ),
    "C104": Row(
        bench(
            fixed(10, "mark", "+"),
            text(11, "extra", 1),
            response=message("Response", 1, "got", 10, 11, 3, 2, optional="0+;2"),
        ),
        reads={"2b5841420d": {"extra": "X", "answer": "AB"}, "41420d": {"answer": "AB"}},
    ),
}
