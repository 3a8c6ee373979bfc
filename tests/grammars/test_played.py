"""The examples of the library, and of devices with habits of their own, played in every way.

The frames of the peculiar ones were worked out by hand-written code: checks that run over bytes
nobody sends, that stand behind the end of the text or are binary in the middle of it, mixed byte
orders, numbers in sequence, stuffing, zeros left out.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from protoc.cli.played import played
from protoc.compiler import library
from protoc.compiler.loading import load_module
from protoc.compiler.pipeline import Compilation, compile_source
from protoc.dsl.source import Source
from protoc.runtime.playing import Bad, Good, Line, Received, Sent

FOLDER = Path(__file__).parent / "peculiar"
PECULIAR = sorted(FOLDER.glob("*.proto"))
NAMES = [*library.entries(), *(path.stem for path in PECULIAR)]


@cache
def compiled(name: str) -> Compilation:
    if name in library.entries():
        return compile_source(Source(f"{name}.proto", library.text(name)))
    return compile_source(Source.read(FOLDER / f"{name}.proto"))


def lines(name: str) -> list[Line]:
    """The lines of all examples, as the generated tests have them."""
    every = [line for example in played(compiled(name)) for line in example.lines]
    return [
        Bad(line.data, line.reason, line.way, line.link)
        if line.word == "bad"
        else Sent(line.data, line.message, line.fields, line.link, line.unnoticed)
        if line.word == "tx"
        else Received(
            line.data, line.message, line.fields, line.link, line.unnoticed, after=line.after
        )
        for line in every
    ]


@pytest.mark.parametrize("path", PECULIAR, ids=lambda path: path.stem)
def test_compiles_without_a_word(path: Path) -> None:
    assert list(compiled(path.stem).diagnostics) == []


@pytest.mark.parametrize("name", NAMES)
def test_in_any_pieces(name: str) -> None:
    protocol = load_module(compiled(name)).PROTOCOL
    for line in lines(name):
        line.play(protocol, [line.data])
        line.play(protocol, [bytes([byte]) for byte in line.data])
        for at in _splits(line.data):
            line.play(protocol, [line.data[:at], line.data[at:]])


@pytest.mark.parametrize("name", NAMES)
def test_with_noise_around(name: str) -> None:
    protocol = load_module(compiled(name)).PROTOCOL
    for line in lines(name):
        if isinstance(line, Good) and (noise := line.noise(protocol)):
            line.play(protocol, [noise + line.data + noise], at=len(noise))


def _splits(data: bytes) -> range:
    """Every split of a short frame, and some of a long one."""
    return range(1, len(data), 1 + len(data) // 100)
