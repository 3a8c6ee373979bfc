"""What is coded on the wire, in both forms, through the framer, at every split."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protoc.runtime import EncodeError
from protoc.runtime.framing import FoundMessage, Framer
from tests.differential.coded import DESCRIPTIONS
from tests.differential.test_declarative import agree, mutated
from tests.properties.modules import Compiled, compiled, outcome
from tests.properties.values import messages

NAMES = pytest.mark.parametrize("name", DESCRIPTIONS)


def module_of(name: str) -> Compiled:
    found = compiled(f'protocol coded "Coded"\nlink tcp client\n{DESCRIPTIONS[name]}')
    assert found is not None, name
    return found


@NAMES
@settings(max_examples=12)
@given(data=st.data())
def test_both_forms_read_and_write_the_same(name: str, data: st.DataObject) -> None:
    found = module_of(name)
    for message, cls in found.messages():
        value = data.draw(messages(message, cls, found.protocol, found.module))
        written = outcome(value.encode)
        assert outcome(cls.construct.declarative.build, value) == written, value
        agree(cls, data.draw(st.binary(max_size=30)), "")
        if written[0] != "done":
            continue
        octets = value.encode()
        assert repr(cls.decode(octets)) == repr(value)
        for end in range(len(octets)):
            agree(cls, octets[:end], "")
        for _ in range(8):
            agree(cls, data.draw(mutated(octets)), "")


@NAMES
@settings(max_examples=8)
@given(data=st.data())
def test_a_stream_means_the_same_however_it_is_cut(name: str, data: st.DataObject) -> None:
    found = module_of(name)
    stream = b""
    for message, cls in found.messages():
        value = data.draw(messages(message, cls, found.protocol, found.module))
        try:
            octets = value.encode()
        except EncodeError:
            continue
        stream += data.draw(st.sampled_from([b"", b"\x99", octets[:-1]])) + octets
    classes = [cls for _, cls in found.messages()]
    whole = Framer(classes)
    expected = [*whole.feed(stream), *whole.end()]
    assert b"".join(report.data for report in expected) == stream
    for size in (1, 2, 5):
        framer = Framer(classes)
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
        value = data.draw(messages(message, cls, found.protocol, found.module))
        try:
            octets = value.encode()
        except EncodeError:
            continue
        framer = Framer([cls])
        reports = [*framer.feed(octets), *framer.end()]
        assert [type(report) for report in reports] == [FoundMessage], (octets, reports)
