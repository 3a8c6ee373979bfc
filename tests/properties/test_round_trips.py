"""What is encoded is decoded as it was, whatever the description and the values."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from protoc.compiler import model
from protoc.runtime import EncodeError
from tests.properties.descriptions import descriptions
from tests.properties.modules import compiled
from tests.properties.values import messages


def _is_certain(message: model.Message) -> bool:
    """Whether the bytes tell the values of a message, whatever these are.

    Where something is told to be there by its first byte alone, other values may begin like it.
    """
    told = {"optional", "either"}
    branches = [e for e in message.walk() if isinstance(e, model.Branch)]
    left_out = model.sometimes(message.elements)
    return not any(branch.how in told for branch in branches) and not any(
        _is_ambiguous(field)
        or (field.name in left_out and isinstance(field.origin, model.Defaulted))
        for field in message.fields()
    )


def _is_ambiguous(field: model.Field) -> bool:
    """A field ends at a constant less what is between, and what is between may hold that constant.

    Nothing on the wire tells such values apart, so they are decoded as something else.
    """
    size = getattr(field.wire, "size", None)
    return isinstance(size, model.UntilNext) and size.between > 0


@settings(max_examples=40)
@given(descriptions(), st.data())
def test_what_is_encoded_is_decoded(text: str, data: st.DataObject) -> None:
    found = compiled(text)
    assume(found is not None)
    assert found is not None
    for message, cls in found.messages():
        if not _is_certain(message):
            continue
        for _ in range(4):
            value = data.draw(messages(message, cls, found.protocol, found.module))
            for link in message.links:
                try:
                    octets = value.encode(link)
                except EncodeError:
                    continue
                assert repr(cls.decode(octets, link)) == repr(value)
                assert cls.decode(octets, link).encode(link) == octets
