"""`Message.construct` among other constructs."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import construct
import pytest

from protoc.runtime import DecodeError, EncodeError, Incomplete
from tests.golden.frames_with_body.device import GetName, Name, Refused
from tests.golden.two_links.device import Failed

REFUSED = Refused(line=3, why="full")


def test_it_stands_in_other_constructs() -> None:
    record = construct.Struct(
        "before" / construct.Int8ub, "reply" / Refused.construct, "after" / construct.Int8ub
    )
    data = record.build({"before": 1, "reply": REFUSED, "after": 2})
    assert data == b"\x01" + REFUSED.encode() + b"\x02"
    assert record.parse(data).reply == REFUSED
    assert record.parse(data).after == 2


def test_it_builds_from_values_by_name() -> None:
    assert Refused.construct.build({"line": 3, "why": "full"}) == REFUSED.encode()
    assert Refused.construct.declarative.build({"line": 3, "why": "full"}) == REFUSED.encode()


def test_it_repeats() -> None:
    several = construct.GreedyRange(GetName.construct)
    messages: list[GetName | Mapping[str, Any]] = [GetName(channel=1), GetName(channel=2)]
    assert list(several.parse(several.build(messages))) == messages


def test_it_is_asked_for_the_link() -> None:
    failed = Failed(code=0xAB)
    assert Failed.construct.build(failed) == b"ERR ab\r"
    assert Failed.construct.build(failed, link="net") == b"ERR ab\n"
    assert Failed.construct.parse(b"ERR AB\r\n", link="net") == failed


class Pipe(io.BytesIO):
    """A stream that cannot go back; where it stands says how much was taken from it."""

    def seekable(self) -> bool:
        return False


@pytest.mark.parametrize(
    "message", [REFUSED, GetName(channel=1), Name(channel=1, name="a", rest=b"!")]
)
def test_it_takes_no_byte_too_many_from_a_pipe(message: Refused | GetName | Name) -> None:
    data = message.encode()
    pipe = Pipe(data + b"more")
    assert type(message).construct.parse_stream(pipe) == message
    assert pipe.tell() == len(data)


def test_what_goes_wrong_is_ours() -> None:
    for form in (Refused.construct, Refused.construct.declarative):
        with pytest.raises(Incomplete):
            form.parse(REFUSED.encode()[:-1])
        with pytest.raises(DecodeError, match="constant"):
            form.parse(b"\x03" + REFUSED.encode()[1:])
        with pytest.raises(EncodeError):
            form.build({"line": -1, "why": ""})


def test_it_is_always_the_same() -> None:
    assert Refused.construct is Refused.construct
    assert Refused.construct.declarative is Refused.construct.declarative
    assert GetName.construct.sizeof() == 9


def test_construct_is_imported_when_it_is_used() -> None:
    code = (
        "import sys; import tests.golden.conversation.device; sys.exit('construct' in sys.modules)"
    )
    house = Path(__file__).parent.parent.parent
    path = [str(house), *(str(house / root) for root in ("dsl", "compiler", "runtime", "grammars"))]
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path}; {code}"], check=False
    )
    assert run.returncode == 0
