"""Examples are proved at every compile; what does not hold is said at its line."""

from pathlib import Path

import pytest

from protoc.compiler.loading import load
from protoc.compiler.pipeline import compile_source
from protoc.dsl.diagnostics import Diagnostic, SourceError
from protoc.dsl.source import Source

DEVICE = """\
protocol p
link serial { max 12 }
enum fault { none = 0, hot = 1 }
command  ask    { "ASK "; which : dec[2]; LF | CRLF }
command  turn   { 0x3D; which : u8; version : u8 default 2; check : u8 = sum(..) }
response level  { "L "; level : dec[3]; " "; fault : dec[1] as fault; LF | CRLF }
response bits   { 0x4D; keys : u8 { stop @7, page @6..4 }; power : f32; temp : i16 scale 0.1 }
response other  { "L "; any : text; LF | CRLF }
response pairs  { 0x6D; n : u8 = count(items); repeat items count n { a : u8; b : u8 } }
message  both   { 0x5E; raw : bytes[2] }
pair ask = ask -> other
"""
GOOD = [
    r'tx "ASK 07\n" == ask(which=7)',
    r'rx "L 040 1\r\n" == level(level=40, fault=hot)',
    r'rx "L 040 1\n" == level(fault="hot")',
    r'rx "L 040 9\n" == level(level=40, fault=9)',
    r'rx "L 040 1\n"',
    'tx x"3D 01 02 40" == turn(which=1)',
    'tx x"3D 01 03 41" == turn(which=1, version=3)',
    'rx x"4D D0 3F 8C CC CD FF FF" == bits(keys={stop=1, page=5}, power=1.1, temp=-0.1)',
    'rx x"4D D0 3F 8C CC CD FF FF" == bits(keys={stop=1})',
    'tx x"5E 01 02" == both(raw=x"01 02")',
    'rx x"5E 01 02" == both(raw=x"01 02")',
    'bad x"3D 01 02 41" crc',
    'bad x"3D 01 02 41"',
    'bad x"77 01"',
    r'bad "L 040 hot hot hot\n" too long',
    'rx x"6D 02 01 02 03 04" == pairs(items=[{a=1, b=2}, {a=3}])',
    'bad tx x"4D D0 3F 8C CC CD FF FF"',
]


def found(*lines: str) -> list[Diagnostic]:
    text = DEVICE + "example {\n" + "\n".join(lines) + "\n}\n"
    compilation = compile_source(Source("p.proto", text))
    assert bool(compilation.module) != compilation.diagnostics.has_errors
    return list(compilation.diagnostics)


def words(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.message} | {diagnostic.label} | {diagnostic.help}"


@pytest.mark.parametrize("line", GOOD)
def test_example_that_holds(line: str) -> None:
    assert [words(each) for each in found(line)] == []


WRONG = [
    (
        'tx x"3D 01 02 41" == turn(which=1)',
        "E0701",
        "this is not `turn` | byte 3, `check`: crc: expected 64 (0x40), got 65 (0x41)",
    ),
    ('tx x"3D 01" == turn(which=1)', "E0701", "the frame is cut off"),
    ('tx x"3D 01 02 40 00" == turn(which=1)', "E0701", 'it has 4 bytes; behind it stands x"00"'),
    ('rx x"77"', "E0701", "no message takes these bytes"),
    (r'rx "L 040 1\n" == other(any="040 1")', "E0701", "are taken for `level`, not `other`"),
    (r'rx "ASK 07\n" == ask(which=7)', "E0701", "`ask` is a command, which is not sent from"),
    (r'tx "ASK 07\n" == ask(which=8)', "E0703", "`which` is 7, not 8"),
    (r'rx "L 040 1\n" == level(fault=none)', "E0703", "`fault` is hot, not none"),
    ('rx x"4D 80 00 00 00 00 00 00" == bits(keys={page=1})', "E0703", "`keys.page` is 0, not 1"),
    ('tx x"5E 01 02" == both(raw=x"01 03")', "E0703", '`raw` is x"01 02", not x"01 03"'),
    ('tx x"3D 01 03 41" == turn(which=1)', "E0704", "byte 2 is 03 here and 02 when encoded"),
    (r'tx "ASK 07\r\n" == ask(which=7)', "E0704", 'it is encoded as x"41 53 4B 20 30 37 0A"'),
    ('bad x"3D 01 02 40" crc', "E0705", "this is accepted as `turn`"),
    ('bad x"3D 01 02 41" length', "E0705", "rejected, but not for `length` | as `turn`: byte 3"),
    ('bad x"3D 01 02" crc', "E0705", "the frame is cut off"),
    (
        'rx x"6D 01 01 02" == pairs(items=[{a=1, b=3}])',
        "E0703",
        "`items[0].b` is 2, not 3",
    ),
    (
        'rx x"6D 01 01 02" == pairs(items=[])',
        "E0703",
        "`items` is [{a=1, b=2}], not []",
    ),
    (
        r'rx "L 040 hot hot hot\n" == other(any="040 hot hot hot")',
        "E0701",
        "too long: expected at most 12 bytes, got 18",
    ),
]


@pytest.mark.parametrize("line, code, part", WRONG)
def test_example_that_does_not_hold(line: str, code: str, part: str) -> None:
    (diagnostic,) = found(line)
    assert diagnostic.code == code
    assert part in words(diagnostic)
    assert diagnostic.span.text == line
    assert diagnostic.help


def test_answers_of_the_command_above_come_first() -> None:
    """As in the conversation: what `level` would take belongs to `other` here."""
    asked = r'tx "ASK 07\n" == ask(which=7)'
    assert found(asked, r'rx "L 040 1\n" == other(any="040 1")') == []


def test_every_line_is_reported() -> None:
    assert [each.code for each in found(WRONG[0][0], GOOD[0], WRONG[6][0])] == ["E0701", "E0703"]


def test_load_gives_the_device_class(tmp_path: Path) -> None:
    path = tmp_path / "p.proto"
    path.write_text(DEVICE, "utf-8")
    device = load(path)
    assert device.__name__ == "P"
    assert load(path) is device
    path.write_text(DEVICE + "example { " + WRONG[0][0] + " }\n", "utf-8")
    with pytest.raises(SourceError, match="E0701"):
        load(path)


def test_what_is_on_another_link_is_not_asked() -> None:
    text = """protocol p
link old : tcp client :1
link new : tcp client :2
event any on old { data : bytes[2] }
event level on new { 0x01; value : u8 }
example on new { rx x"01 05" == level(value=5); bad x"02 05" constant }
"""
    assert list(compile_source(Source("p.proto", text)).diagnostics) == []


@pytest.mark.parametrize(
    "type_, data, part", [("hex[2]", "C1", "`… & 0xFF`"), ("dec[2]", "49", "`… % 100`")]
)
def test_the_last_digits_of_a_check_are_told(type_: str, data: str, part: str) -> None:
    text = f"""protocol p
link tcp client
event e {{ a : bytes[2]; check : {type_} = sum(..); LF }}
example {{ rx x"FF C2" "{data}" LF == e(a=x"FF C2") }}
"""
    (diagnostic,) = compile_source(Source("p.proto", text)).diagnostics
    assert diagnostic.help is not None
    assert part in diagnostic.help


def test_an_event_is_tried_before_a_message_above_it() -> None:
    text = """protocol p
link tcp client
message volume { 0x01; "V"; volume : u8 }
event other { 0x01; data : bytes[2] }
example { rx x"01 56 05" == volume(volume=5) }
"""
    (diagnostic,) = compile_source(Source("p.proto", text)).diagnostics
    assert diagnostic.help is not None
    assert "events are tried before messages" in diagnostic.help
