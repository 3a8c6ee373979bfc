"""Types with what is said behind them, in lists, conditions and copies: both forms agree."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings

from protoc.runtime import EncodeError
from tests.compiler.describing import codes
from tests.properties.modules import compiled, outcome
from tests.properties.values import messages

HEAD = "protocol p\nlink tcp client\nenum mode { off = 0, on = 1 }\n"
LAYOUTS = [
    "x : hex[2]; ';'; y : hex[2] = x",
    "x : oct[3] pad NUL; ';'; y : oct[3] = x",
    "x : int max 3; ';'",
    "n : dec max 1 = len(x); x : text; ';'",
    "x : float[6]? lenient; ';'",
    "x : oct[3]? range 2..9 lenient; ';'",
    "x : [text? max 3] sep ','; ';'",
    "x : [bcd? as hex] sep ','; ';'",
    "x : [dec[3] via log10(x) * 20] until ';'; ';'",
    "x : i24 via log10(x) * 20; ';'",
    "x : bcd via log10(x) * 20; ';'",
    "x : [dec? via log10(x) * 20] sep ','; ';'",
    "x : [u8 { a @7..4 bcd, b @3 as bool }] count 2",
    "x : [u16 { a @7..4 range 1..3, b @3..0 as mode strict }] sep ','; ';'",
    "x : ber_length = 3; y : u8",
    "x : vlq = 3; ';'",
    "x : text = 'ab'; ';'; y : text = x; ','",
    "x : quoted = 'ab'; ';'",
    "x : int = 3; ';'",
    "k : u8; if k == 1 { x : digits = 'ab'; ';' } else { '-' }",
    "x : quoted[6]? pad left ' '; ';'",
    "n : u8 = count(x); x : [vlq range 1..300] count n",
    "x : varint as mode; y : u7_15 scale 0.1; z : u6_14_30_62 default counter()",
]
MEANINGLESS = [
    "x : int[4] .2", "x : u8 except ';'", "x : u8 max 3", "x : [u8 = 3] count 2",
    "x : [u8 default 3] count 2", "x : f32 as bool", "x : float[4] as mode", "x : bytes[1] as mode",
    "x : bool reversed", "x : int reversed; ';'", "x : float[6] lower", "x : nibbles[2] lower",
    "x : u8 { a @7 } as mode",
]  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_both_forms_agree(layout: str) -> None:
    made = compiled(f"{HEAD}event m {{ 0x02; {layout} }}")
    assert made is not None
    message, cls = made.messages()[0]
    declarative: Any = cls.construct.declarative
    chosen = random.Random(layout)
    written: list[bytes] = []

    @settings(max_examples=20, derandomize=True, database=None)
    @given(messages(message, cls, made.protocol, made.module))
    def writes(value: Any) -> None:
        assert outcome(value.encode) == outcome(declarative.build, value)
        try:
            octets = value.encode()
        except EncodeError:
            return
        assert cls.decode(octets).encode() == octets
        written.append(octets)

    writes()
    assert written
    for _ in range(150):
        data = bytearray(chosen.choice(written))
        for _ in range(chosen.randrange(3)):
            at = chosen.randrange(len(data)) if data else 0
            data[at : at + chosen.randrange(2)] = bytes(chosen.choices(b"\0\x01;,! a09.-\x80\xff"))
        octets = bytes(data)
        straight = outcome(lambda octets=octets: cls.decode_prefix(octets)[0])
        assert outcome(declarative.parse, octets) == straight, octets


@pytest.mark.parametrize("layout", MEANINGLESS)
def test_what_means_nothing_is_refused(layout: str) -> None:
    assert set(codes(f"{HEAD}event m {{ 0x02; {layout} }}")) <= {"E0404", "E0406"}
    assert codes(f"{HEAD}event m {{ 0x02; {layout} }}")


@pytest.mark.parametrize("items", ["[u8] while previous == 3", "[u8] count 0", "[text] sep ','"])
def test_a_number_in_front_of_an_empty_list_fits(items: str) -> None:
    made = compiled(f"{HEAD}event m {{ 0x02; k : int[4]; x : {items}; '!' }}")
    assert made is not None
    cls: Any = made.messages()[0][1]
    for number in (10000, -1000):
        message = cls(k=number, x=[])
        for encode in (message.encode, lambda m=message: cls.construct.declarative.build(m)):
            with pytest.raises(EncodeError, match="k: expected"):
                encode()


def test_what_ends_a_text_stands_behind_it() -> None:
    assert codes(f"{HEAD}event m {{ 0x02; x : bytes until ';' }}") == ["E0409"]


def test_no_number_has_more_digits_than_are_read() -> None:
    made = compiled(f"{HEAD}event m {{ 0x02; x : dec; ';' }}")
    assert made is not None
    cls: Any = made.messages()[0][1]
    assert cls.decode(cls(x=10**63).encode()).x == 10**63
    for encode in (cls(x=10**64).encode, lambda: cls.construct.declarative.build(cls(x=10**64))):
        with pytest.raises(EncodeError, match="at most 64 characters"):
            encode()
