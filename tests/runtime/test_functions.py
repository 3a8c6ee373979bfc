"""Functions of the conversation: whatever is sent, nothing grows beyond all bounds."""

from __future__ import annotations

import pytest

from protoc.runtime import functions as fn
from protoc.runtime.params import ParamTable
from protoc.runtime.scope import FAULTS, NOTHING, Scope


def test_a_power_is_one_of_numbers_with_decimals() -> None:
    assert fn.real("10") ** 3 == 1000
    with pytest.raises(FAULTS):
        assert fn.real(10) ** (1 << 32)


@pytest.mark.parametrize(
    "said, places", [(3, 3), ("12", 12), (2.9, 2), (64, 64), (65, NOTHING), (-1, NOTHING)]
)
def test_bits_are_moved_a_few_places(said: object, places: object) -> None:
    assert fn.places(said) == places


def test_what_is_no_number_is_no_value() -> None:
    scope = Scope(ParamTable(()), {"text": "many"})
    assert fn.real(scope.text) is NOTHING
    assert fn.places(scope.text) is NOTHING
