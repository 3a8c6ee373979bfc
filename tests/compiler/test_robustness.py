"""Whatever stands in a file: diagnostics or a module, never an exception, in reasonable time."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from protoc.compiler.pipeline import analyse, compile_source
from protoc.dsl.diagnostics import Diagnostic
from protoc.dsl.source import Source

DESCRIPTIONS = Path(__file__).parent.parent / "acceptance" / "descriptions"
CONVERSATION = """
protocol device "Everything of a conversation"
link tcp client { end LF | CRLF; timeout 300ms; retries 1 }
enum mode { off = 0, on = 1 | 2, "stand by" = 3 }
param unit : u8 default 5
param online : bool default 0 save
param faults : u32 { arc @3, hot @0 }
command ask "ASK {unit:dec[2]}"
command set "SET {level:dec}"
response level "LEVEL {level:dec[4]}"
response refused "NO {why:text}"
event alarm { "A"; faults; _ : u8 { _ @7..4 = 8, socket @3..0 }; name : text[8] pad " " }
pair level = ask -> level else refused timeout 1s retries 2 if online == 1
group slow { level; wait 50ms; set }
timer beat every 100ms after 0s..2s do slow if online == 1
hook notify(value : float)
on after level if level > 80 { set online = true; run notify(level); execute slow first once }
on change faults if faults.arc == 1 { clear unit; start beat } else { copy unit to online }
on timeout level last { close; open; send set(level=3) }
example "one" { tx "ASK 05\\n" == ask(unit=5); rx "LEVEL 0007\\r\\n" == level(level=7) }
"""
TEXTS = [CONVERSATION, *(path.read_text("utf-8") for path in sorted(DESCRIPTIONS.glob("*.proto")))]
TOKEN = re.compile(r'"[^"\n]*"|#[^\n]*|\w+|\s+|.', re.DOTALL)
TOKENS = [TOKEN.findall(text) for text in TEXTS]
POOL = sorted({token for tokens in TOKENS for token in tokens if not token.isspace()})
NUMBERS = ["0", "1", "-1", "3", "255", "256", "300", "65536", "99999999999", "0.5", "1e9", "0x100"]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A description with a few tokens lost, doubled, exchanged or put in from elsewhere."""
    tokens = list(draw(st.sampled_from(TOKENS)))
    for _ in range(draw(st.integers(1, 3))):
        at, other = (draw(st.integers(0, len(tokens) - 1)) for _ in range(2))
        kind = draw(st.sampled_from(["drop", "double", "swap", "number", "replace", "insert"]))
        if kind == "drop" and len(tokens) > 1:
            del tokens[at]
        elif kind == "double":
            tokens.insert(at, tokens[at])
        elif kind == "swap":
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif kind == "number":
            places = [i for i, token in enumerate(tokens) if token[0].isdigit()] or [at]
            tokens[places[other % len(places)]] = draw(st.sampled_from(NUMBERS))
        elif kind == "replace":
            tokens[at] = draw(st.sampled_from(POOL))
        else:
            tokens.insert(at, draw(st.sampled_from(POOL)))
    return "".join(tokens)


SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(mutated())
@example(CONVERSATION)
def test_any_mutation_is_a_module_or_diagnostics(text: str) -> None:
    outcome = compile_source(Source("device.proto", text))
    errors = [each for each in outcome.diagnostics if each.severity == "error"]
    assert bool(outcome.module) != bool(errors)
    if outcome.module:
        compile(outcome.module, "device.py", "exec")
    for each in outcome.diagnostics:
        assert each.message
        assert "\n" not in each.message
        assert 0 <= each.span.start <= each.span.end <= len(text)


def checked(text: str) -> tuple[list[Diagnostic], float]:
    """What is said of a description, and how long that took."""
    begin = time.perf_counter()
    found = list(analyse(Source("device.proto", f"protocol device\n{text}"))[1])
    return found, time.perf_counter() - begin


# --- sizes and numbers beyond all measure ---

BEYOND = [
    "event a { 0x01; x : text[99999999999] }",
    'param x : text[99999999999] = ";"',
    'event a { 0x01; x : bytes[99999999999] = x"01" }',
    "event a { 0x01; x : dec[99999999999] = 1 }",
    "event a { 0x01; x : u8 range 0..99999999999999999999999999999999999 default 1e70 }",
    "event a { 0x01; x : u8 scale 1e-70 = 5 }",
    "event a { 0x01; x : nibbles[99999999999] signed }",
    "event a { 0x01; y : u8; if y == 1 { x : bcd[4294967296] scale 0.01 } }",
    "event a { skip 0xFE send 99999999999; 0x01 }",
    "event a { 0x01; y : u32; if 10 ** y > 7 { x : u8 } }",
    "event a { 0x01; y : u32; x : [u8] count 2 ** y }",
    "event a { 0x01; y : u8; x : [u8] count (2 ** y) ** y }",
    "event a { 0x01; y : i8; if 1 << y > 7 { x : u8 } }",
    "event a { 0x01; y : u32 via 1 << x }",
    "event a { 0x01; x : f32 = 1e300 }",
    "event a { 0x01; x : float .99999999999 }",
    "event a { 0x01; x : u8 { y @99999999999 } }",
    "event a { 0x01; x : u8 { y @7..0 = 99999999999 } }",
    "event a { 0x01; x : base36[2] = -1 }",
    "event a { 0x01; x : u99999999999999999999 }",
    "event a { 0x01; x : u8 = crc(width=9999999999, poly=1, data=..) }",
    "event a { 0x01; x : u8 = ((((9 ** 64) ** 64) ** 64) ** 64) }",
    "event a { 0x01; x : u8 scale (9 ** 64) ** 64 }",
    "event a { 0x01; x : u8 = 1 << 64 << 64 << 64 << 64 << 64 << 64 << 64 << 64 << 64 }",
    "enum e { a = 1e70 }\nevent a { 0x01; x : u8 as e }",
    "link tcp client :99999999999\nevent a { 0x01 }",
]


@pytest.mark.parametrize("text", BEYOND)
def test_beyond_all_measure(text: str) -> None:
    found, seconds = checked(text)
    assert found
    assert seconds < 2


# --- messages in messages ---


def test_a_frame_that_stands_in_itself() -> None:
    found, _ = checked("message a in b { x : body }\nmessage b in a { y : body }\nevent e in a {}")
    assert {each.code for each in found} == {"E0203"}


def test_parts_that_stand_in_each_other() -> None:
    found, _ = checked("message a { 0x01; b }\nmessage b { 0x02; a }\nevent e { a }")
    assert {each.code for each in found} == {"E0203"}


def test_parts_that_multiply() -> None:
    parts = "".join(f"message m{i} {{ m{i - 1}; m{i - 1} }}\n" for i in range(1, 20))
    found, seconds = checked(f"message m0 {{ 0x01 }}\n{parts}")
    assert {each.code for each in found} == {"E0410"}
    assert seconds < 5


# --- many declarations ---

MANY = 2_000
FRAME = "message frame { STX; code : u16; size : u8 = len(data); data : body; c : u8 = sum(..) }\n"
KINDS: dict[str, tuple[str, Callable[[int], str]]] = {
    "messages": (FRAME, "event e{0} in frame(code={0}) {{ x : u8 }}\n".format),
    "the same messages": ("", "event e{0} {{ 0x10; x : u8 }}\n".format),
    "open messages": ("", 'event e{0} {{ a : text; ","; b : text; ";{0};" }}\n'.format),
    "unknown names": ("command a { 0x01 }\n", "pair p{0} = a{0} -> none\n".format),
    "params": ("", "param p{0} : u8 default {0}\n".format),
    "triggers": ("command a { 0x01; x : u8 }\n", "on connect {{ execute a(x={0}) }}\n".format),
    "labels": ("enum e { a = 0 }\n", "enum e{0} {{ a = 0, b = {0} }}\n".format),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_thousands_of_declarations(kind: str) -> None:
    head, line = KINDS[kind]
    _, seconds = checked(head + "".join(line(i) for i in range(MANY)))
    assert seconds < 15
