"""Whatever a device sends, a codec gives a message or an error of ours that says what is wrong."""

from __future__ import annotations

from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protoc.runtime import DecodeError, EncodeError, Incomplete, Message
from tests.golden.modules import FEATURES

MODULES = {
    name: import_module(f"tests.golden.{name}.device").PROTOCOL
    for name in FEATURES
    if name != "amplifier"
}


def links(cls: type[Message]) -> list[str]:
    return ["", *(cls.LINKS or ())]


def read(cls: type[Message], data: bytes, link: str) -> Message | None:
    """The message, or None where an error says why there is none."""
    try:
        message, end = cls.decode_prefix(data, 0, link)
    except (Incomplete, DecodeError) as error:
        assert is_clear(error, cls, data)  # noqa: PT017
        return None
    assert 0 <= end <= len(data)
    return message


def is_clear(error: Incomplete | DecodeError, cls: type[Message], data: bytes) -> bool:
    """Whether an error says of which message, where, what was expected and what came."""
    if isinstance(error, Incomplete):
        return error.needed > 0
    placed = error.message == cls.NAME and 0 <= error.offset <= len(data)
    return placed and bool(str(error.expected)) and error.got is not None


def tried(cls: type[Message], data: bytes) -> None:
    for link in links(cls):
        message = read(cls, data, link)
        if message is None:
            continue
        try:
            octets = message.encode(link)
        except EncodeError:
            continue
        assert read(cls, octets, link) is not None


@pytest.mark.parametrize("name", MODULES)
@settings(max_examples=15)
@given(st.data())
def test_any_bytes(name: str, data: st.DataObject) -> None:
    for cls in MODULES[name].messages:
        tried(cls, data.draw(st.binary(max_size=60)))


@pytest.mark.parametrize("name", MODULES)
@settings(max_examples=15)
@given(st.data())
def test_blank_messages_with_errors_in_them(name: str, data: st.DataObject) -> None:
    for cls in MODULES[name].messages:
        try:
            octets = bytearray(cls(**cls.BLANK).encode())
        except EncodeError:
            continue
        for _ in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.integers(0, len(octets)))
            octets[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
        tried(cls, bytes(octets))
        for cut in range(len(octets)):
            read(cls, bytes(octets[:cut]), "")


@pytest.mark.parametrize("name", MODULES)
@settings(max_examples=10)
@given(st.data())
def test_values_of_any_kind_are_encoded_or_refused(name: str, data: st.DataObject) -> None:
    anything = st.one_of(
        st.none(), st.integers(), st.floats(), st.text(max_size=3), st.binary(max_size=3),
        st.just([]), st.just([None]), st.just(object()),
    )  # fmt: skip
    for cls in MODULES[name].messages:
        blank = dict(cls.BLANK)
        if not blank:
            continue
        field = data.draw(st.sampled_from(sorted(blank)))
        message = cls(**{**blank, field: data.draw(anything)})
        try:
            octets = message.encode()
        except EncodeError as error:
            assert error.message == cls.NAME  # noqa: PT017
            continue
        assert isinstance(octets, bytes)
