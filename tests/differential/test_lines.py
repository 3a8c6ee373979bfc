"""Lines in any order, by the straight-line code and by the declarative layout."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protoc.runtime import Incomplete, Message
from tests.golden.lines_in_any_order.device import Lock, Meters, MetersPeaks, State, StateLocks
from tests.properties.modules import outcome

STATES = ("Name: Hall", "Name: ", "Inputs: 16", "Inputs: x", "Inputs: 1 ", "Delay: .5", "Version:",
          "Version: 2", "1 O", "0 U", "1 X", "1 ", "O", "Fans: 3", "\r", "")  # fmt: skip
LEVELS = ("A -12", "A 1", "A x", "P1,-3", "P1,", "B", "")
lines = st.lists(st.sampled_from(STATES), max_size=6).map(lambda rows: "\n".join(["", *rows, ""]))
levels = st.lists(st.sampled_from(LEVELS), max_size=4).map(lambda rows: "\n".join([*rows, ""]))


def agree(cls: type[Message], data: bytes) -> None:
    straight = outcome(lambda: cls.decode_prefix(data, 0)[0])
    assert straight == outcome(cls.construct.declarative.parse, data), data


@given(lines)
def test_lines_up_to_an_empty_one(text: str) -> None:
    data = f"STATE:{text}\n".encode()
    agree(State, data)
    for end in range(len(data)):
        agree(State, data[:end])


@given(levels, st.integers(-1, 1))
def test_lines_that_fill_a_region(text: str, surplus: int) -> None:
    agree(Meters, f"LEVELS {max(0, len(text) + surplus):03d}\n{text}".encode())


names = st.sampled_from(["Hall", "", "a\nb", "\n"])
numbers = st.none() | st.integers(0, 30)


@given(
    st.builds(State, name=names, inputs=numbers, delay=numbers, version=st.none() | names,
              locks=st.lists(st.builds(StateLocks, output=st.integers(0, 3),
                                       lock=st.sampled_from(Lock)), max_size=2))
    | st.builds(Meters, level=st.integers(-9, 9),
                peaks=st.lists(st.builds(MetersPeaks, channel=st.integers(0, 3),
                                         peak=st.integers(-9, 9)), max_size=2))
)  # fmt: skip
def test_both_write_the_same(message: Message) -> None:
    straight = outcome(message.encode)
    assert straight == outcome(type(message).construct.declarative.build, message)


def test_what_is_missing_is_not_waited_for_line_by_line() -> None:
    """Only the empty line decides, so nothing is read again before it is there."""
    for data in (b"STATE:\nName: Hall\n", b"STATE:\nName: Hall\n1 O"):
        with pytest.raises(Incomplete) as raised:
            State.decode_prefix(data)
        assert raised.value.until == b"\n\n"
