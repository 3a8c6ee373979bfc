"""Usual triggers left out or written out: what comes of every conversation is the same."""

from __future__ import annotations

import random
from functools import cache

import pytest

from protoc.compiler.importers.dataminer import import_connector
from protoc.compiler.loading import load_module
from protoc.compiler.pipeline import compile_source
from protoc.dsl.diagnostics import Diagnostics
from protoc.dsl.printer import print_document
from protoc.dsl.source import Source
from protoc.runtime import EncodeError, Protocol
from protoc.runtime.actions import Execute
from tests.conversations.playing import HERE, Scene, played
from tests.importers.connectors import OWN

GUIDE = HERE / "guide.xml"
CONNECTORS = [GUIDE, *sorted(OWN.glob("*.xml"))] if OWN.is_dir() else [GUIDE]
SCENES = 10


@cache
def described(name: str, *, lifted: bool) -> Protocol | None:
    """The conversation of a connector in one of the two forms; None where it does not compile."""
    path = next(path for path in CONNECTORS if path.name == name)
    found = import_connector(Source.read(path), Diagnostics(), lifted=lifted)
    assert found.document is not None
    form = "lifted" if lifted else "literal"
    compilation = compile_source(Source(f"{form}.proto", print_document(found.document)))
    if not compilation.module:
        return None
    protocol: Protocol = load_module(compilation).PROTOCOL
    return protocol


def scene(protocol: Protocol, seed: int) -> list[str]:
    """What comes of an arbitrary conversation."""
    chosen = random.Random(seed)
    now = Scene(protocol)
    lines: list[str] = []

    def does(verb: str, words: str) -> None:
        getattr(now, verb)(words)
        lines.extend([f"$ {verb} {words}", *now.said()])

    does("start", "")
    for _ in range(12):
        pair = chosen.choice(protocol.pairs)
        now.ticket = now.session.execute(Execute("pair", pair.name), {}, now.now)
        lines.extend([f"$ {pair.name}", *now.said()])
        for data in answers(protocol, chosen):
            does("hear", repr(data))
        does("wait", chosen.choice(["1ms", "400ms", "2s"]))
    return lines


def answers(protocol: Protocol, chosen: random.Random) -> list[bytes]:
    """What a device may say: a message, a damaged one, pieces, nothing."""
    kinds = [m for m in protocol.messages if m.KIND in ("response", "event")]
    if not kinds:
        return []
    kind = chosen.choice(kinds)
    fields = {
        name: value + chosen.choice(["", "x", "42"]) if isinstance(value, str) else value
        for name, value in kind.BLANK.items()
    }
    try:
        data = bytearray(kind(**fields).encode())
    except (EncodeError, TypeError):
        return []
    if data and chosen.random() < 0.4:
        data[chosen.randrange(len(data))] = chosen.choice(b"0{}\r;A")
    if chosen.random() < 0.3:
        data += chosen.choice([b"B", b"\r", b"}}"])
    at = chosen.randrange(len(data) + 1)
    return [bytes(data)] if chosen.random() < 0.7 else [bytes(data[:at]), bytes(data[at:])]


@pytest.mark.parametrize("name", [path.name for path in CONNECTORS])
def test_lifted_and_literal_behave_alike(name: str) -> None:
    literal, lifted = described(name, lifted=False), described(name, lifted=True)
    if literal is None or lifted is None:
        pytest.skip("not compiled yet")
    for seed in range(SCENES):
        assert scene(lifted, seed) == scene(literal, seed), seed


def test_the_talk_of_the_guide_is_that_of_its_literal_form() -> None:
    talk = GUIDE.with_suffix(".talk").read_text("utf-8")
    literal = described(GUIDE.name, lifted=False)
    assert literal is not None
    assert played(literal, talk) == talk


def test_there_are_fewer_triggers() -> None:
    literal, lifted = (described(GUIDE.name, lifted=lifted) for lifted in (False, True))
    assert literal is not None
    assert lifted is not None
    assert len(lifted.triggers) == len(literal.triggers) - 4
