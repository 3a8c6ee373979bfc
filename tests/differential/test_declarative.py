"""The straight-line code against the declarative layout, which is the plain reading of both.

There is no intended difference: the same bytes give the same message, or are rejected for the same
reason, or are incomplete in both; the same message gives the same bytes, or is refused by both.
"""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from protoc.compiler import model
from protoc.runtime import EncodeError, Message
from tests.properties.descriptions import descriptions
from tests.properties.modules import Compiled, compiled, outcome
from tests.properties.values import messages


def links(message: model.Message) -> list[str]:
    return ["", *message.links]


def agree(cls: type[Message], data: bytes, link: str) -> None:
    """Both read the same from bytes."""
    straight = outcome(lambda: cls.decode_prefix(data, 0, link)[0])
    declared = outcome(cls.construct.declarative.parse, data, link=link)
    assert straight == declared, data
    if straight[0] == "done":
        assert outcome(cls.construct.parse, data, link=link) == straight


def module_of(text: str) -> Compiled:
    found = compiled(text)
    assume(found is not None)
    assert found is not None
    return found


@settings(max_examples=40)
@given(descriptions(), st.data())
def test_both_read_the_same(text: str, data: st.DataObject) -> None:
    found = module_of(text)
    for message, cls in found.messages():
        for link in links(message):
            for _ in range(3):
                value = data.draw(messages(message, cls, found.protocol, found.module))
                try:
                    octets = value.encode(link)
                except EncodeError:
                    continue
                agree(cls, octets, link)
                agree(cls, octets + data.draw(st.binary(max_size=3)), link)
                for end in range(len(octets)):
                    agree(cls, octets[:end], link)
                agree(cls, data.draw(mutated(octets)), link)
                agree(cls, data.draw(mutated(octets)), link)
            agree(cls, data.draw(st.binary(max_size=40)), link)


@st.composite
def mutated(draw: st.DrawFn, octets: bytes) -> bytes:
    """Bytes with one of them changed, taken out, or doubled."""
    if not octets:
        return octets
    at = draw(st.integers(0, len(octets) - 1))
    byte = draw(st.one_of(st.binary(min_size=1, max_size=1), st.sampled_from([b"-", b"0", b"\n"])))
    return draw(
        st.sampled_from(
            [
                octets[:at] + byte + octets[at + 1 :],
                octets[:at] + octets[at + 1 :],
                octets[:at] + byte + octets[at:],
            ]
        )
    )


@settings(max_examples=40)
@given(descriptions(), st.data())
def test_both_write_the_same(text: str, data: st.DataObject) -> None:
    found = module_of(text)
    for message, cls in found.messages():
        for link in links(message):
            for _ in range(4):
                value = data.draw(messages(message, cls, found.protocol, found.module))
                straight = outcome(value.encode, link)
                declared = outcome(cls.construct.declarative.build, value, link=link)
                assert straight == declared, value
                assert outcome(cls.construct.build, value, link=link) == straight
