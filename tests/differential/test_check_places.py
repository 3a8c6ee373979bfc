"""Every kind of check, in every form, at every place: both forms agree, and a wrong one is told."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.differential.test_declarative import agree, mutated
from tests.properties.modules import compiled, outcome
from tests.properties.values import messages

CHECKS = (
    "sum({0})",
    "xor({0}, x'5A')",
    "-sum({0}) & 0x7F",
    "0xFF - sum({0})",
    "(sum({0}) - 32) % 95 + 32",
    "sum({0}) % 97 | 0x80",
    "sum({0}) ^ 0x55",
    "~sum({0}) + 3",
    "sum(add({0}, 1))",
    "sum({0}) + len(d)",
    "xor(group({0}, 2, little))",
    "sum(group({0}, 2, hex))",
    "10 - sum({0}) % 10",
    "sum({0}) << 1 | 1",
    "crc('CRC-16/MODBUS', {0}, 'salt')",
    "crc('CRC-32/ISO-HDLC', {0}, key)",
    "fletcher8({0})",
    "crc(width=12, poly=0x80F, init=0xFFF, refin=true, data={0})",
    "md5({0})",
    "fletcher16({0})",
)
FORMS = (
    "c : u8 = {0}",
    "c : u16le = {0}",
    "c : i16 = {0}",
    "c : u24 = {0}",
    "c : bytes[16] = {0}",
    "c : hex[2] = ({0}) & 0xFF",
    "c : hex[4] lower reversed = ({0}) & 0xFFFF",
    "c : dec[5] = ({0}) & 0xFFFF",
    "c : hex = ({0}) & 0xFFFF; ';'",
    "c : bcd[2] = ({0}) & 0xFFF",
    "c : base36[4] = ({0}) & 0xFFFF",
    "c : nibbles[2] = ({0}) & 0xFF",
    "c : varint = ({0}) & 0xFFFF",
    "_ : u8 {{ s @7..4, c @3..0 = {0} }}",
    "_ : u16le {{ c @15..4 = {0}, s @3..0 }}",
    "_ : u8 {{ s @7..4, c[7..4] @3..0 = {0} }}; _ : u8 {{ c[3..0] @7..4 }}",
)
PLACES = (
    "event e {{ a : u8; d : bytes[3]; {0} }}",
    "event e {{ {0}; a : u8; d : bytes[3] }}",
    "event e {{ a : u8; d : text latin1; LF; {0} }}",
    "event e {{ n : u8 = len(a..z); {0}; a : u8; d : bytes; z : u8 }}",
    "event e {{ a : u8; d : bytes[2]; {0}; all : u8 = sum(..) }}",
    "message part {{ a : u8; d : bytes[3]; {0} }}; event e {{ x : u8; part; z : u8 }}",
    "event e {{ n : u8 = count(xs); repeat xs count n {{ a : u8; d : bytes[2]; {0} }}; z : u8 }}",
    "event e {{ x : u8; coded slip {{ a : u8; d : bytes[3]; {0} }} }}",
    "event e {{ n : u8 = len(..t); optional {{ '#'; a : u8; d : text; ';'; {0} }}; t : u8 = 9 }}",
    "event e {{ k : u8; if k > 99 {{ {0}; a : u8; d : text; ';' }} else {{ q : u8 }}; z : u8 }}",
)


@st.composite
def descriptions(draw: st.DrawFn) -> str:
    """A message with a check."""
    check = draw(st.sampled_from(CHECKS)).format(draw(st.sampled_from(["d", "a..d", "a"])))
    form = draw(st.sampled_from(FORMS)).format(check)
    event = draw(st.sampled_from(PLACES)).format(form).replace("'", '"')
    return f"protocol checks\nlink tcp client\nparam key : u16 default 7\n{event}"


@settings(max_examples=30)
@given(descriptions(), st.data())
def test_a_check_is_the_same_wherever_it_stands(text: str, data: st.DataObject) -> None:
    found = compiled(text)
    assert found is not None, text
    ((message, cls),) = found.messages()
    for _ in range(3):
        value = data.draw(messages(message, cls, found.protocol, found.module))
        written = outcome(value.encode)
        assert outcome(cls.construct.declarative.build, value) == written, value
        if written[0] != "done":
            continue
        octets = value.encode()
        assert cls.decode(octets).encode() == octets
        for _ in range(3):
            agree(cls, data.draw(mutated(octets)), "")
