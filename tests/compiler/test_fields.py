"""What is said of fields whose type or modifiers cannot hold."""

from __future__ import annotations

import pytest

from protoc.compiler.backend.naming import attribute
from protoc.compiler.execution import execute
from protoc.runtime import Message
from tests.compiler.describing import codes, module, said

LINK = "link tcp client\n"


@pytest.mark.parametrize(
    "field",
    [
        "x : bcd signed; LF",
        "x : hex signed",
        'x : dec pad " "',
        "_ : u8 { x @7..0 bcd signed }",
        "_ : u8 { x[7..4] @7..4 bcd, x[1..0] @1..0 }",
    ],
)
def test_modifiers_that_need_something_else(field: str) -> None:
    assert codes(f"{LINK}event e {{ 0x10; {field}; LF }}") == ["E0404"]


@pytest.mark.parametrize("pad", ['"0"', '"7"', 'left "-"'])
def test_padding_of_a_number_is_no_part_of_it(pad: str) -> None:
    assert codes(f"{LINK}event e {{ 0x10; x : dec[4] pad {pad} }}") == ["E0205"]


def test_zeros_in_front_are_what_numbers_are_padded_with_anyway() -> None:
    assert codes(f'{LINK}event e {{ 0x10; x : dec[4] pad left "0" }}') == []


@pytest.mark.parametrize("behind", ["u16", "text", "quoted", "bcd[2]"])
def test_what_follows_quotes_must_not_begin_with_one(behind: str) -> None:
    found = said(f"{LINK}event e {{ x : quoted; y : {behind}; LF }}")
    assert [each.code for each in found] == ["E0409"]
    assert "begin with a quote" in str(found[0])


@pytest.mark.parametrize("behind", ["dec[2]", "hex", "u8 as { ack = 6, nak = 21 } strict"])
def test_what_cannot_begin_with_a_quote_may_follow_one(behind: str) -> None:
    assert codes(f"{LINK}event e {{ x : quoted; y : {behind}; LF }}") == []


def test_constants_of_digits_fill_their_bytes() -> None:
    assert codes(f'{LINK}event e {{ 0x10; x : digits[2] = "123456" }}') == ["E0405"]
    assert codes(f'{LINK}event e {{ 0x10; x : digits[2] = "12" }}') == ["E0405"]
    assert codes(f'{LINK}event e {{ 0x10; x : digits[2] = "wxyz" }}') == ["E0405"]
    assert codes(f'{LINK}event e {{ 0x10; x : digits[2] = "00AF" }}') == []


def test_a_group_takes_an_object_as_its_default() -> None:
    group = "g : u8 { a @7, b @6..4 }"
    assert codes(f"{LINK}event e {{ 0x10; {group} default {{a=1, b=3}} }}") == []
    assert codes(f"{LINK}event e {{ 0x10; {group} default 3 }}") == ["E0411"]
    assert codes(f"{LINK}event e {{ 0x10; {group} default {{c=1}} }}") == ["E0202"]
    assert codes(f"{LINK}event e {{ 0x10; {group} default {{b=8}} }}") == ["E0405"]


def test_a_param_of_bits_begins_with_an_object() -> None:
    param, ask = "param g : u8 { a @7, b @6..4 }", "command ask { 0x10; g }"
    protocol = execute(module(f"protocol p\n{LINK}{param} default {{b=3}}\n{ask}"), "p").PROTOCOL
    assert protocol.params[0].default.b == 3
    assert protocol.messages[0]().encode() == b"\x10\x30"
    assert codes(f"{LINK}{param} default 3\n{ask}") == ["E0411"]
    assert codes(f"{LINK}{param} = {{b=3}}\n{ask}") == ["E0411"]
    others = "command ask { 0x10; g : u8 { c @0 } }"
    assert codes(f"{LINK}{param} default {{b=3}}\n{others}") == ["E0405"]
    assert codes(f"{LINK}param g : u8 default 5\n{others}") == ["E0405"]


def test_params_of_bits_need_no_message() -> None:
    found = execute(module(f"protocol p\n{LINK}param g : u8 {{ a @7 as hex }}"), "p")
    assert found.PROTOCOL.params[0].blank == found.ParamG(a=0)


def test_what_is_in_front_of_the_first_item_is_like_the_items() -> None:
    items = "items : [u8] while previous & 0x80"
    assert codes(f"{LINK}event e {{ first : u8; {items} }}") == []
    assert codes(f"{LINK}event e {{ first : [u8] count 2; {items} }}") == ["E0605"]
    assert codes(f"{LINK}event e {{ first : u8 {{ more @7 }}; {items} }}") == ["E0605"]


def test_lists_say_each_thing_once_but_for_what_ends_them() -> None:
    assert codes(f"{LINK}event e {{ 0x10; x : [u8] until 0x0F until 0x1F; 0x0F | 0x1F }}") == []
    assert codes(f"{LINK}event e {{ 0x10; n : u8; x : [u8] count n count n }}") == ["E0404"]


@pytest.mark.parametrize(
    "setting, instead",
    [
        ("crc_ccitt xmodem", 'crc("CRC-16/XMODEM", ..)'),
        ("subtract byte", "-sum(..)"),
        ("utf16 le", "encoding utf16le"),
        ("bus_endian little", "u16le"),
    ],
)
def test_what_a_formula_says_is_not_assumed(setting: str, instead: str) -> None:
    (found,) = said(f"{LINK}assume {setting}\nevent e {{ 0x10 }}")
    assert found.code == "E0208"
    assert instead in str(found.help)


@pytest.mark.parametrize(
    "fields",
    [
        "repeat xs until CR { v : float }; CR",
        "n : u8; repeat xs count n { '#'; v : dec }; '1'",
        "repeat xs { a : u8; v : quoted }; CR",
        "x : number; y : number; CR",
        "x : number; y : text; CR",
    ],
)
def test_an_object_does_not_end_where_more_of_its_number_may_follow(fields: str) -> None:
    number = "message number { v : dec }\n" if "number" in fields else ""
    found = said(f"{LINK}{number}event e {{ STX; {fields} }}")
    assert [each.code for each in found] == ["E0409"]
    assert "may begin like more of it" in str(found[0])


@pytest.mark.parametrize(
    "fields",
    [
        "repeat xs until CR { v : float; ',' }; CR",
        "repeat xs sep ',' { v : float }; CR",
        "repeat xs { '#'; v : float }; CR",
        "x : number; ','; y : number; CR",
        "n : u8; repeat xs count n { v : varint }; b : u8",
    ],
)
def test_an_object_may_end_with_a_number_that_ends(fields: str) -> None:
    text = f"{LINK}message number {{ v : dec }}\nevent e {{ STX; {fields} }}"
    assert "E0409" not in codes(text)


@pytest.mark.parametrize("last", ["v : dec", "v : u8; skip NUL", "v : quoted"])
def test_a_message_does_not_end_with_an_object_that_runs_on(last: str) -> None:
    text = f"message part {{ {last} }}\nevent e {{ STX; x : part }}"
    assert codes(f"{LINK}{text}") == ["E0501"]
    assert codes(f"link udp server {{ datagram }}\n{text}") == []


def test_no_field_hides_what_every_message_has() -> None:
    public = {name for name in dir(Message) if not name.startswith("_")}
    assert {name for name in public if attribute(name) == name} == set()
