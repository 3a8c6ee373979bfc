"""Pauses in examples: behind a long one nothing answers what was sent before it."""

from __future__ import annotations

import pytest

from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source

TEXT = """\
protocol p
link tcp client {{ timeout 300ms }}
command ask {{ 0x01; n : u8 }}
response told {{ 0x02; x : bytes[request.n] }}
pair ask = ask -> told
example {{ tx x"01 02" == ask(n=2); idle {pause}; rx x"02 05 06" == told(x=x"05 06") }}
"""


@pytest.mark.parametrize(
    "pause, code", [("5ms", []), ("299ms", []), ("300ms", ["E0701"]), ("2s", ["E0701"])]
)
def test_a_pause_as_long_as_the_timeout_ends_the_exchange(pause: str, code: list[str]) -> None:
    said = compile_source(Source("device.proto", TEXT.format(pause=pause))).diagnostics
    assert [each.code for each in said] == code
