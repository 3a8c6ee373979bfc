"""What several tests of devices hold in their hands."""

from collections.abc import Iterator

import pytest

from protoc.runtime import Simulator
from tests.runtime.lamp import Lamp


@pytest.fixture
def tcp() -> Iterator[Simulator]:
    with Lamp.simulate(params={"level": 40}) as sim:
        yield sim
