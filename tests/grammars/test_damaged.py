"""The examples of the library, damaged: a message or a clear error, the same in both readings."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source
from protoc.runtime import Message
from tests.properties.modules import load, outcome

FOLDER = Path(__file__).parent.parent.parent / "grammars/protoc/grammars"
ROUNDS = 4


def damaged(octets: bytes, luck: random.Random) -> bytes:
    """Some bytes replaced, taken out or doubled, or the end cut off."""
    found = bytearray(octets)
    for _ in range(luck.randint(0, 2)):
        at = luck.randint(0, len(found))
        found[at : at + luck.randint(0, 1)] = bytes([luck.choice([luck.randrange(256), *octets])])
    return bytes(found[: luck.randint(0, len(found))] if luck.random() < 0.2 else found)


def agree(cls: type[Message], octets: bytes) -> None:
    link = cls.LINKS[0] if cls.LINKS else ""
    straight = outcome(lambda: cls.decode_prefix(octets, 0, link)[0])
    assert straight == outcome(cls.construct.declarative.parse, octets, link=link), octets


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.proto")), ids=lambda path: path.stem)
def test_damaged_examples(path: Path) -> None:
    luck = random.Random(path.stem)
    compilation = compile_source(Source.read(path))
    assert compilation.protocol is not None
    classes = load(compilation.module).PROTOCOL.messages
    for example in compilation.protocol.examples:
        for exchange in example.exchanges:
            for _ in range(ROUNDS):
                octets = damaged(exchange.data, luck)
                for cls in luck.sample(classes, min(len(classes), 6)):
                    agree(cls, octets)
