"""What is coded on the wire, in both forms, through the framer, at every split."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protoc.runtime import EncodeError
from protoc.runtime.found import FoundMessage
from protoc.runtime.framing import Framer
from tests.differential.coded import DESCRIPTIONS
from tests.differential.test_declarative import agree, links, mutated
from tests.properties.modules import Compiled, compiled, outcome
from tests.properties.values import messages

NAMES = pytest.mark.parametrize("name", DESCRIPTIONS)


def module_of(name: str) -> Compiled:
    text = DESCRIPTIONS[name]
    line = "" if "link " in text else "link tcp client\n"
    found = compiled(f'protocol coded "Coded"\n{line}{text}')
    assert found is not None, name
    return found


@NAMES
@settings(max_examples=12)
@given(data=st.data())
def test_both_forms_read_and_write_the_same(name: str, data: st.DataObject) -> None:
    found = module_of(name)
    for message, cls in found.messages():
        for link in links(message):
            value = data.draw(messages(message, cls, found.protocol, found.module))
            written = outcome(value.encode, link)
            built = outcome(cls.construct.declarative.build, value, link=link)
            assert built == written, value
            agree(cls, data.draw(st.binary(max_size=30)), link)
            if written[0] != "done":
                continue
            octets = value.encode(link)
            assert cls.decode(octets, link).encode(link) == octets
            for end in range(len(octets)):
                agree(cls, octets[:end], link)
            for _ in range(8):
                agree(cls, data.draw(mutated(octets)), link)


@NAMES
@settings(max_examples=8)
@given(data=st.data())
def test_a_stream_means_the_same_however_it_is_cut(name: str, data: st.DataObject) -> None:
    found = module_of(name)
    link = data.draw(st.sampled_from([link.name for link in found.protocol.links]))
    there = [(message, cls) for message, cls in found.messages() if link in message.links]
    stream = b""
    for message, cls in there:
        value = data.draw(messages(message, cls, found.protocol, found.module))
        try:
            octets = value.encode(link)
        except EncodeError:
            continue
        stream += data.draw(st.sampled_from([b"", b"\x99", octets[:-1]])) + octets
    classes = [cls for _, cls in there]
    whole = Framer(classes, link)
    expected = [*whole.feed(stream), *whole.end()]
    assert b"".join(report.data for report in expected) == stream
    for size in (1, 2, 5):
        framer = Framer(classes, link)
        reports = []
        for at in range(0, len(stream), size):
            reports += framer.feed(stream[at : at + size])
        reports += framer.end()
        assert repr(reports) == repr(expected)


@NAMES
@settings(max_examples=5)
@given(data=st.data())
def test_a_message_alone_is_found(name: str, data: st.DataObject) -> None:
    found = module_of(name)
    for message, cls in found.messages():
        link = data.draw(st.sampled_from(message.links))
        value = data.draw(messages(message, cls, found.protocol, found.module))
        try:
            octets = value.encode(link)
        except EncodeError:
            continue
        framer = Framer([cls], link)
        reports = [*framer.feed(octets), *framer.end()]
        assert [type(report) for report in reports] == [FoundMessage], (octets, reports)


@pytest.mark.parametrize(
    "name, cls, finder, octets",
    [
        (
            "DLE STX … DLE ETX, everything implied",
            "Note",
            "_DOUBLE_10",
            b"\x10\x02" + b"\x10\x10\x03" * 3000 + b"\x10\x03",
        ),
        (
            "S101: marks, escapes, a check inside",
            "Tree",
            "_ESCAPE_FD",
            b"\xfe" + b"\xfd\xdf" * 3000,
        ),
        ("Fillers", "Late", "_SKIP_FE", b"\xfe" * 6000),
    ],
)
def test_what_comes_byte_by_byte_is_looked_at_a_few_times(
    name: str, cls: str, finder: str, octets: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Adversaries: data that look like the end of a frame, and frames that never end."""
    module = module_of(name).module
    search = type(getattr(module, finder)).search
    looked_at = 0

    def counted(self: object, buffer: bytes, start: int, limit: int) -> tuple[int, bool]:
        nonlocal looked_at
        found: tuple[int, bool] = search(self, buffer, start, limit)
        looked_at += found[0] - start + 1
        return found

    monkeypatch.setattr(type(getattr(module, finder)), "search", counted)
    framer = Framer([getattr(module, cls)])
    for octet in octets:
        framer.feed(bytes([octet]))
    assert looked_at <= 6 * len(octets)
