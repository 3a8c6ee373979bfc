"""Fields that name the constant they end at: the first, the last, or the n-th."""

from __future__ import annotations

import random

import pytest

from protoc.runtime import EncodeError
from tests.properties.modules import compiled, outcome

DESCRIPTION = """
protocol until
link tcp client :4000
response nth { "A"; data : text until "/" times 3; "/"; rest : text[1] }
response last { "B"; data : text until last ";"; ";"; rest : text; CRLF }
response before { "C"; data : bytes until "!"; check : bytes[2]; "!" }
"""
MODULE = compiled(DESCRIPTION)
assert MODULE is not None
KINDS = {kind.NAME: kind for kind in MODULE.module.PROTOCOL.messages}


def octets(name: str, **fields: object) -> bytes:
    encoded: bytes = KINDS[name](**fields).encode()
    return encoded


def test_the_third_the_last_and_one_further_on() -> None:
    assert octets("nth", data="a/b/c", rest="x") == b"Aa/b/c/x"
    assert KINDS["nth"].decode(b"Aa/b/c/x").data == "a/b/c"
    assert KINDS["last"].decode(b"Ba;b;c;de\r\n").data == "a;b;c"
    assert KINDS["last"].decode(b"B;de\r\n").data == ""
    assert KINDS["before"].decode(b"Cabxy!").data == b"ab"


def test_an_nth_needs_the_ones_before_it() -> None:
    with pytest.raises(EncodeError, match="2 times"):
        octets("nth", data="a/b", rest="x")


def test_both_codecs_agree_on_everything() -> None:
    chosen = random.Random(7)
    for kind in KINDS.values():
        start = {"nth": b"A", "last": b"B", "before": b"C"}[kind.NAME]
        for _ in range(600):
            data = start + bytes(chosen.choices(b"a/;!\r\n", k=chosen.randrange(9)))
            straight = outcome(lambda d=data, k=kind: k.decode_prefix(d)[0])
            assert outcome(kind.construct.declarative.parse, data) == straight, data
