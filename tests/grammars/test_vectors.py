"""The library against frames of real devices: every vector, in both directions."""

import pytest

from protoc.runtime.found import FoundGarbage, FoundIncomplete, FoundMessage, FoundRejected
from protoc.runtime.values import plain_fields
from tests.grammars.vectors import FOLDER, Vector, built, holds, vectors

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"there are no vectors in {FOLDER}")

SPELT_OTHERWISE = {
    "scpi-block-indefinite"  # its fields are those of a block that tells its length, and better so
}
EVENTS = {FoundGarbage: "garbage", FoundIncomplete: "incomplete", FoundRejected: "rejected"}


@pytest.mark.parametrize("vector", vectors("good"), ids=str)
def test_decodes_to_its_fields(vector: Vector) -> None:
    found = vector.found()
    (message,) = (each for each in found if isinstance(each, FoundMessage))
    assert len(found) == 1
    assert vector.said["message"] == message.message.NAME
    fields = plain_fields(message.message)
    assert holds(vector.said["fields"], fields), fields


@pytest.mark.parametrize(
    "vector", [v for v in vectors("good") if v.said.get("roundtrip", True)], ids=str
)
def test_encodes_to_its_bytes(vector: Vector) -> None:
    message = built(vector)
    data = message.encode(vector.link)
    if str(vector) in SPELT_OTHERWISE:
        assert type(message).decode(data, vector.link) == message
    else:
        assert data.hex() == vector.said["hex"]


@pytest.mark.parametrize("vector", vectors("corrupt"), ids=str)
def test_delivers_nothing_and_says_why(vector: Vector) -> None:
    found = vector.found()
    assert not [each for each in found if isinstance(each, FoundMessage)]
    expected = vector.said["expect"]
    errors = [each.error.reason for each in found if isinstance(each, FoundRejected)]
    assert expected["event"] in [EVENTS[type(each)] for each in found], found
    assert expected.get("error") in [None, *errors]


@pytest.mark.parametrize("vector", vectors("garbage"), ids=str)
def test_finds_what_is_between_noise(vector: Vector) -> None:
    found = vector.found()
    messages = [each for each in found if isinstance(each, FoundMessage)]
    expected = vector.said["expect"]
    assert [(m.offset, len(m.data), m.message.NAME) for m in messages] == [
        (m["offset"], m["size"], m["message"]) for m in expected["messages"]
    ]
    for message, wanted in zip(messages, expected["messages"], strict=True):
        assert holds(wanted["fields"], plain_fields(message.message))
    lost = sum(len(each.data) for each in found if not isinstance(each, FoundMessage))
    assert lost == expected["garbage_bytes"]
