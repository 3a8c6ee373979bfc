"""What a simulator answers with where nobody gave a value: what request and params want."""

from __future__ import annotations

from typing import Any

import pytest

from protoc.runtime.compose import compose
from protoc.runtime.params import ParamTable
from tests.properties.modules import compiled

HEAD = """
protocol wanted
link tcp client
enum mode { slow = 0, fast = 1 }
param wide : bool default 0
command ask { 0x01; n : u8; mode : u8 as mode; f : u8 { way @1..0 as { left = 0, right = 2 } } }
pair p = ask -> got
"""
ANSWERS: list[tuple[str, dict[str, int], bytes]] = [
    ("xs : [u8] count request.n", {"n": 3}, b"\x02\0\0\0"),
    ("n : u8 = request.n; repeat xs count n { a : u8; b : text[2] }", {"n": 2}, b"\x02\2\0  \0  "),
    ("data : bytes[request.n - 1]", {"n": 3}, b"\x02\0\0"),
    ("note : text[request.n * 2]", {"n": 2}, b"\x02    "),
    ("if request.mode == fast { a : u16 } else { b : u8 }", {"mode": 0}, b"\x02\0"),
    ("if request.mode == fast { a : u16 } else { b : u8 }", {"mode": 1}, b"\x02\0\0"),
    ("match request.mode { fast => a : u16; slow => {}; _ => {} }", {"mode": 0}, b"\x02"),
    ("match request.mode { fast => a : u16; slow => {}; _ => {} }", {"mode": 1}, b"\x02\0\0"),
    ("if request.f.way == right { a : u16 }", {"way": 2}, b"\x02\0\0"),
    ("n : u8; if n > 1 { xs : [u8] count n } else { note : text[3] }", {"n": 2}, b"\x02\2\0\0"),
    ("n : u8; if n > 1 { xs : [u8] count n } else { note : text[3] }", {"n": 1}, b"\x02\1   "),
    ("if wide { a : u16 } else { a : u8 }", {}, b"\x02\0"),
    ("mode : u8 as mode", {}, b"\x02\0"),
    ("xs : [u8] count 3", {}, b"\x02\0\0\0"),
    ("xs : [[u8] count 2] count request.n", {"n": 2}, b"\x02\0\0\0\0"),
]


@pytest.mark.parametrize("layout, asked, octets", ANSWERS)
def test_an_answer_is_as_it_is_asked_for(layout: str, asked: dict[str, int], octets: bytes) -> None:
    layout = layout.replace("; slow", "\nslow").replace("; _ =>", "\n_ =>")
    made = compiled(f"{HEAD}response got {{ 0x02; {layout} }}")
    assert made is not None
    kinds: dict[str, Any] = {kind.NAME: kind for kind in made.module.PROTOCOL.messages}
    ask = compose(kinds["ask"], ParamTable(made.module.PROTOCOL.params), asked)
    ask.f.way = asked.get("way", 0)  # type: ignore[attr-defined]
    answer = compose(kinds["got"], ParamTable(made.module.PROTOCOL.params), request=ask)
    assert answer.encode() == octets
    # what is an enumeration is shown by its label
    assert "mode=0" not in repr(answer).replace("request_mode", "")


def test_no_answer_has_more_than_a_message_may() -> None:
    made = compiled(f"{HEAD}command more {{ 0x03; n : u64 }}\npair q = more -> got\n"
                    "response got { 0x02; xs : [u8] count request.n }")  # fmt: skip
    assert made is not None
    kinds: dict[str, Any] = {kind.NAME: kind for kind in made.module.PROTOCOL.messages}
    ask = kinds["more"](n=1 << 60)
    answer: Any = compose(kinds["got"], ParamTable(made.module.PROTOCOL.params), request=ask)
    assert len(answer.xs) == 65536
