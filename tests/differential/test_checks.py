"""Checks and lengths wherever they may stand, in both forms."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.differential.checks import DESCRIPTIONS
from tests.differential.test_declarative import agree, links, mutated
from tests.properties.modules import compiled, outcome
from tests.properties.values import messages


@pytest.mark.parametrize("name", DESCRIPTIONS)
@settings(max_examples=15)
@given(data=st.data())
def test_both_forms_read_and_write_the_same(name: str, data: st.DataObject) -> None:
    found = compiled(f'protocol checks "Checks"\nlink tcp client\n{DESCRIPTIONS[name]}')
    assert found is not None
    for message, cls in found.messages():
        for link in links(message):
            value = data.draw(messages(message, cls, found.protocol, found.module))
            written = outcome(value.encode, link)
            assert outcome(cls.construct.declarative.build, value, link=link) == written, value
            if written[0] != "done":
                continue
            octets = value.encode(link)
            assert cls.decode(octets, link).encode(link) == octets
            agree(cls, octets[: data.draw(st.integers(0, len(octets)))], link)
            for _ in range(4):
                agree(cls, data.draw(mutated(octets)), link)
