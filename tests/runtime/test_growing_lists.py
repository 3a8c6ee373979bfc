"""Lists that come byte by byte: told as soon as they are there, and not looked at at every byte."""

from __future__ import annotations

from typing import Any

import pytest

from protoc.runtime import DecodeError, Incomplete, Message
from protoc.runtime.codecs import Delimiter, ItemScan, delimited, sized
from protoc.runtime.framing import Framer
from tests.properties.modules import compiled
from tests.runtime.test_framing_properties import plain

HEAD = "protocol growing\nlink tcp client\n"
LISTS: list[tuple[str, list[Any]]] = [
    ("n : u16 = count(xs); xs : [u16] count n", [1] * 60),
    ("n : u16 = count(xs); xs : [dec] count n sep ','; CR", [123] * 60),
    ("n : u16 = count(xs); xs : [text] count n sep '||'; CR", ["abc", "", "x"] * 20),
    ("n : u16 = count(xs); xs : [quoted] count n sep ','; CR", ['a"b', ""] * 30),
    ("n : u16 = count(xs); xs : [hex[2]] count n sep ','", [0x1F] * 60),
    ('xs : [u16] until x"FF FF"; x"FF FF"', [0x1FF, 0xFF01] * 30),
    ("xs : [dec] sep ',' until CR; CR", [123] * 60),
    ("xs : [text] sep ',' until ';' until ':'; ':' CR", ["", "ab"] * 30),
    ("xs : [hex[2]] sep ',' until ';'; ';'", [1, 2] * 30),
    ("xs : [text] sep ','; CR | LF", ["ab", ""] * 30),
    ("xs : [text?] sep ',' until CR; CR", ["ab", None] * 30),
    ("xs : [dec?] sep ',' until CR; CR", [12, None] * 30),
    ("n : u16 = count(xs); xs : [dec?] sep ',' count n; CR", [12, None, 3] * 20),
    ("n : u16 = count(xs); xs : [[u8] count 2] count n", [[1, 2]] * 30),
    ("n : u16 = count(xs); xs : [[vlq] count 2] count n", [[1, 200]] * 30),
    ("xs : [[dec] sep ','] sep ';' until CR; CR", [[1, 23], [4]] * 30),
    ("xs : [[dec] sep ','] sep ';' until CR; CR", [[1, 23] * 30]),
    ("n : u16 = count(xs); xs : [quoted] count n sep ','; CR", ['"' * 40, "a"]),
    ("k : u8; xs : [u8] while previous & 0x80", [0x81] * 60 + [1]),
    ("k : i8; xs : [i16le] while previous < 0", [-1] * 60 + [1]),
    ("k : u8; xs : [dec[2]] while previous", [12] * 60 + [0]),
    ("k : u8; xs : [vlq] while previous != 300", [200] * 60 + [300]),
    ("k : f32; xs : [f32] while previous > 1.5", [2.0] * 60 + [1.0]),
    ("k : u16; xs : [bcd[2] reversed] while previous > 3", [1234] * 60 + [0]),
    ("k : text[2]; xs : [text[2]] while previous != 'ab'", ["xy"] * 60 + ["ab"]),
    ("k : text[2]; xs : [text[3] pad NUL] while previous == 'xy'", ["xy"] * 60 + ["a"]),
    ("coded add(3) { n : u16 = count(xs); xs : [u16] count n }", [1] * 60),
    ("coded hex { xs : [dec] sep ',' until CR; CR }", [123] * 60),
    (
        "coded xor(x'010203') { n : u16 = count(xs); xs : [quoted] count n sep ','; 'x' }",
        ["ab"] * 60,
    ),
    ("coded escape(0x10, of=0x10) { n : u16 = count(xs); xs : [u16] count n }", [16] * 60),
    (
        "coded blocks(9, 'CRC-16/DNP', first=5) { n : u8 = count(xs); xs : [u16] count n }",
        [7] * 60,
    ),
]


def event(body: str) -> type[Message]:
    found = compiled(f"{HEAD}event m {{ STX; {body} }}")
    assert found is not None
    return found.messages()[0][1]


def encoded(cls: type[Message], items: list[Any]) -> bytes:
    """The message with these items; `k` in front of them is like the first."""
    values = {"xs": items, "k": items[0]}
    return cls(**{name: values[name] for name in cls.BLANK}).encode()


class Counted:
    """Counts how often the bytes of a message are looked at."""

    def __init__(self, cls: type[Message], monkeypatch: pytest.MonkeyPatch) -> None:
        self.looks = 0
        original = cls.decode_prefix

        def decode_prefix(*arguments: Any) -> Any:
            self.looks += 1
            return original(*arguments)

        monkeypatch.setattr(cls, "decode_prefix", decode_prefix)


def told(cls: type[Message], data: bytes) -> list[int]:
    """Where in a stream something was told, byte by byte."""
    framer = Framer([cls])
    return [at for at in range(len(data)) if framer.feed(data[at : at + 1])]


@pytest.mark.parametrize("body, items", LISTS)
def test_a_list_is_there_with_its_last_byte(
    body: str, items: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    cls = event(body)
    octets = encoded(cls, items)
    counted = Counted(cls, monkeypatch)
    assert told(cls, octets * 2) == [len(octets) - 1, 2 * len(octets) - 1]
    # not once for each of the sixty items
    assert counted.looks < 20


@pytest.mark.parametrize("body, items", LISTS)
def test_what_is_wrong_in_a_list_is_told(body: str, items: list[Any]) -> None:
    cls = event(body)
    octets = encoded(cls, items)
    for at in range(3, len(octets), 7):
        damaged = octets[:at] + b"\xfe" + octets[at + 1 :] + octets
        whole = Framer([cls])
        found = plain([*whole.feed(damaged), *whole.end()])
        pieces = Framer([cls])
        seen = [each for i in range(len(damaged)) for each in pieces.feed(damaged[i : i + 1])]
        assert plain([*seen, *pieces.end()]) == found


def test_objects_in_a_list_are_looked_at_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    cls = event('n : u8 = count(xs); repeat xs count n { "<"; k : u8 = len(t); t : text; ">" }')
    octets = b"\x02\x28" + b"<\x02ab>" * 40
    counted = Counted(cls, monkeypatch)
    assert told(cls, octets) == [len(octets) - 1]
    assert counted.looks < 20
    wrong = octets[:101] + b"!" + octets[102:]
    assert told(cls, wrong)[0] == 101


def test_a_scan_goes_on_where_it_was() -> None:
    scan = ItemScan(sized(2), None, b"||", (b";",))
    assert scan.search(b"ab|", 0, 3) == (2, False)
    assert scan.search(b"ab||c", 2, 5) == (4, False)
    assert scan.search(b"ab||cd;", 4, 7) == (6, True)
    counting = ItemScan(delimited(Delimiter(b",", b"\r")), 2, b",")
    assert counting.search(b"a,b", 0, 3) == (2, False)
    assert counting.search(b"a,b\r", 2, 4) == (3, True)
    assert ItemScan(lambda buffer, at: (None, at), None, b"", (b";",)).search(b"ab", 0, 2) == (
        0,
        True,
    )


def test_what_is_incomplete_says_what_to_wait_for() -> None:
    cls = event("xs : [dec] sep ',' until CR; CR")
    with pytest.raises(Incomplete) as caught:
        cls.decode_prefix(b"\x0212,3")
    assert isinstance(caught.value.scan, ItemScan)
    assert caught.value.searched == 4
    with pytest.raises(DecodeError):
        cls.decode_prefix(b"\x0212,x")


def test_filler_is_passed_over_as_often_as_it_may_stand_there() -> None:
    cls = event("skip NUL max 3; x : u8; y : u8")
    assert told(cls, b"\x02\0\0\0\0\0" * 2) == [5, 11]
    assert told(cls, b"\x02\0\0\0\0\5" * 2) == [5, 11]
    assert told(cls, b"\x02\0\0\4\5") == [4]


def test_numbers_that_may_be_absent_are_there_with_their_last_byte() -> None:
    cls = event("n : u8 = count(xs); xs : [dec[2]?] count n sep ','; CR")
    items = [12, None, 34, None, None]
    octets = cls(**dict.fromkeys(cls.BLANK, items)).encode()
    assert told(cls, octets * 2) == [len(octets) - 1, 2 * len(octets) - 1]
