"""A text that repeats another one: measured, checked, and copied once more."""

from __future__ import annotations

import pytest

from tests.compiler.describing import codes
from tests.properties.modules import compiled, outcome

MEASURED = {
    'n : u8 = len(a..b); a : text; ","; b : text = a; ETX': b"\x09here,here\x03",
    'a : text; ","; b : text = a; ETX; n : u8 = len(b)': b"here,here\x03\x04",
    "n : u8 = len(b); b : text[n] = a; a : text; ETX": b"\x04herehere\x03",
    'n : u8 = len(c); c : text = b; "+"; a : text; ","; b : text = a; ETX': (
        b"\x04here+here,here\x03"
    ),
    'a : text; ","; b : text = a; ETX; n : u8 = sum(b)': b"here,here\x03\xa4",
}


@pytest.mark.parametrize("layout", MEASURED)
def test_a_copy_is_measured_like_what_it_repeats(layout: str) -> None:
    found = compiled(f"protocol p\nlink tcp client\nevent e {{ {layout} }}")
    assert found is not None
    ((_, kind),) = found.messages()
    data = MEASURED[layout]
    message = kind.decode(data)
    assert getattr(message, "a", "") == "here"
    assert message.encode() == data
    assert kind.construct.declarative.build(message) == data
    other = data.replace(b"here", b"hero", 1)
    assert outcome(kind.decode, other)[0] == "rejected"
    assert outcome(kind.decode, other) == outcome(kind.construct.declarative.parse, other)


@pytest.mark.parametrize("way", ["text[12]", "text utf16le", 'text pad " "'])
def test_a_copy_is_written_like_what_it_repeats(way: str) -> None:
    layout = f'a : text; ","; b : {way} = a; ETX'
    assert codes(f"link tcp client\nevent e {{ {layout} }}") == ["E0301"]
