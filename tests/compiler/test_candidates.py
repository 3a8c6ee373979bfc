"""E0502 and E0503: certain, and never wrong."""

from textwrap import dedent

import pytest

from protoc.compiler.pipeline import compile_source
from protoc.dsl.diagnostics import Diagnostic
from protoc.dsl.source import Source
from tests.compiler.describing import said

FRAME = """
message frame {
    STX; unit : u8; code : u8; size : u8 = len(data); data : body; check : u8 = sum(unit..)
}
"""
UBX = """
message ubx {
    x"B5 62"; class : u8; id : u8; size : u16le = len(payload); payload : body
    check : u8 = sum(class..)
}
"""

# a description, and the message that never wins with the one that hides it
HIDDEN = {
    "an open frame first": (
        UBX + "event other in ubx\nevent dop in ubx(class=1, id=4) { itow : u32le }",
        ("dop", "other"),
    ),
    "an open frame before one without a body": (
        UBX + "event other in ubx\nevent poll in ubx(class=1, id=4) {}",
        ("poll", "other"),
    ),
    "an open frame before one whose body varies": (
        UBX + 'event other in ubx\nevent name in ubx(class=1) { n : u8 = len(t); t : text; "x" }',
        ("name", "other"),
    ),
    "raw bytes in the same frame first": (
        FRAME
        + "event any in frame(code=1) { rest : bytes }\nevent one in frame(code=1) { x : u8 }",
        ("one", "any"),
    ),
    "an open line first": (
        'link tcp client { end LF | CRLF }\nevent line "{text:text}"\nevent error "ERR {code:dec}"',
        ("error", "line"),
    ),
    "fields of text before numbers": (
        (
            'event words { "V "; a : text; ","; b : text; LF }\n'
            'event numbers { "V "; a : dec; ","; b : dec[3]; LF }'
        ),
        ("numbers", "words"),
    ),
    "a shorter one first": (
        "event short { 0x10; x : u8 }\nevent long { 0x10; x : u8; y : u8 }",
        ("long", "short"),
    ),
    "a free byte before a constant": (
        "event any { 0x10; x : u8 }\nevent one { 0x10; x : u8 = 4 }",
        ("one", "any"),
    ),
    "free bits before fixed ones": (
        "event any { 0x10; _ : u8 { a @7..4 } }\nevent one { 0x10; _ : u8 { a @7..4; _ @3 = 1 } }",
        ("one", "any"),
    ),
    "a wide range before a narrow one": (
        "event wide { 0x10; x : u8 range 0..100 }\nevent narrow { 0x10; x : u8 range 3..9 }",
        ("narrow", "wide"),
    ),
    "the general answer first": (
        (
            "command ask { 0x01 }\nresponse any { 0x10; x : u8 }\n"
            "response one { 0x10; x : u8 = 1 }\npair ask = ask -> any | one"
        ),
        ("one", "any"),
    ),
    "an open command first": (
        'link tcp client { end LF }\ncommand line "{text:text}"\ncommand volt "VOLT {v:dec}"',
        ("volt", "line"),
    ),
}

SAME = {
    "one layout twice": "event a { 0x10; x : u8 }\nevent b { 0x10; y : i8 }",
    "in one frame": FRAME
    + "event a in frame(code=3) { x : u16 }\nevent b in frame(code=3) { x : u8; y : u8 }",
    "checks over the same bytes": "event a { 0x10; x : u16; c : u8 = sum(..) }\n"
    "event b { 0x10; x : u8; y : u8; c : u8 = sum(..) }",
    "one pair asks for both": "command ask { 0x01 }\nresponse a { 0x10; x : u8 }\n"
    "response b { 0x10; x : u8 }\npair ask = ask -> a | b",
    "an answer and an event": "command ask { 0x01 }\nresponse a { 0x10; x : u8 }\n"
    "event b { 0x10; x : u8 }\npair ask = ask -> a",
    "lines": 'link tcp client { end LF }\nevent a "T {x:text}"\nevent b "T {y:text}"',
}

FINE = {
    "other codes": FRAME
    + "event a in frame(code=3) { x : u16 }\nevent b in frame(code=4) { x : u16 }",
    "other lengths": FRAME
    + "event a in frame(code=3) { x : u8 }\nevent b in frame(code=3) { x : u16 }\n"
    "event c in frame(code=3) {}",
    "general ones last": UBX
    + "event dop in ubx(class=1, id=4) { itow : u32le }\nevent poll in ubx(class=1, id=4) {}\n"
    "event other in ubx",
    "an open line last": "link tcp client { end LF }\n"
    'event error "ERR {code:dec}"\nevent line "{text:text}"',
    "other directions": "event a { 0x10; x : u8 }\ncommand b { 0x10; x : u8 }",
    "other checks": "event a { 0x10; x : u8; c : u8 = sum(..) }\n"
    "event b { 0x10; x : u8; c : u8 = xor(..) }",
    "a check over other bytes": "event a { 0x10; x : u8; c : u8 = sum(..) }\n"
    "event b { 0x10; x : u8; c : u8 = sum(x..) }",
    "a check before none": "event a { 0x10; x : u8; c : u8 = sum(..) }\n"
    "event b { 0x10; x : u8; y : u8 }",
    "bytes that are no text": 'event a { "T"; x : text; LF }\nevent b { "T"; x : u16; LF }',
    "a comma that text may hold": 'event a { x : text; ","; y : text; LF }\n'
    'event b { "E "; x : text; LF }',
    "text of a given length": "event a { x : text[3]; LF }\nevent b { x : text[4]; LF }",
    "narrow range first": "event a { 0x10; x : u8 range 3..9 }\nevent b { 0x10; x : u8 }",
    "strict labels first": "event a { 0x10; x : bool }\nevent b { 0x10; x : u8 }",
    "no longer than": 'event a { "T"; x : text max 3; LF }\nevent b { "T"; x : text; "." ; LF }',
    "not with": 'event a { "T"; x : text except ","; LF }\nevent b { "T"; x : text; LF }',
    "different pairs ask": "command ask { 0x01 }\ncommand tell { 0x02 }\n"
    "response a { 0x10; x : u8 }\nresponse b { 0x10; y : u8 }\n"
    "pair ask = ask -> a\npair tell = tell -> b",
    "a pair asks for the special one": "command ask { 0x01 }\nresponse any { 0x10; x : u8 }\n"
    "response one { 0x10; x : u8 = 1 }\npair ask = ask -> one",
    "steps of a pair": "command ask { 0x01 }\nresponse any { 0x10; x : u8 }\n"
    "response one { 0x10; x : u8 = 1 }\npair ask = ask -> any then one",
    "told apart by the request": "command ask { 0x01; u : u8 }\nresponse a { 0x10; u : u8 }\n"
    "response b { 0x10; u : u8 = 1 }\npair ask = ask -> a | b where a.u == request.u",
    "a command that begins another": 'command a { "ST" }\ncommand b { "STOP" }',
    "other links": "link a : tcp client\nlink b : serial 9600\n"
    "event x on a { 0x10; x : u8 }\nevent y on b { 0x10; x : u8 }",
    "parts": "message part { 0x10; x : u8 }\nevent a { part }",
    "digits and letters": 'event a { "T"; x : dec[2]; LF }\nevent b { "T"; x : text[2]; LF }',
}


def decided(text: str) -> list[Diagnostic]:
    return [each for each in said(text) if each.code in ("E0502", "E0503")]


@pytest.mark.parametrize("name", HIDDEN)
def test_hidden(name: str) -> None:
    text, (hidden, by) = HIDDEN[name]
    (found,) = decided(text)
    assert found.code == "E0502", found.message
    assert found.span.text == hidden
    assert found.labels[0].span.text == by
    assert "takes its bytes: " in found.message


@pytest.mark.parametrize("name", SAME)
def test_same(name: str) -> None:
    (found,) = decided(SAME[name])
    assert found.code == "E0503", found.message


@pytest.mark.parametrize("name", FINE)
def test_fine(name: str) -> None:
    assert [each for each in said(FINE[name]) if each.severity == "error"] == []


def test_example_bytes_are_a_whole_message() -> None:
    text = FRAME + (
        "event any in frame(code=1) { rest : bytes }\nevent one in frame(code=1) { x : u8 }"
    )
    assert decided(text)[0].message.endswith("takes its bytes: 02 00 01 01 00 02")


def test_an_answer_to_nothing_is_tried_after_what_comes_unasked() -> None:
    text = dedent("""
        protocol p
        link tcp client
        message frame { STX; code : u8; data : body max 9; ETX }
        command ask in frame(code=1) {}
        response told in frame(code=2) {}
        response ack in frame(code=3) {}
        event other in frame
        pair ask = ask -> told
        example "one" { tx x"02 01 03" == ask(); rx x"02 03 03" == ack() }
    """)
    (found,) = compile_source(Source("p.proto", text)).diagnostics
    assert found.code == "E0701"
    assert "`ack` answers nothing here" in str(found.help)


def test_an_item_of_a_list_of_numbers_must_end() -> None:
    (found,) = said('link tcp client\nevent e { "!"; xs : [float] until CR; CR }')
    assert found.code == "E0409"
    assert "an item of `xs`" in str(found)
