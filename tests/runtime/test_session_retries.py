"""Commands that are composed anew for each attempt."""

from __future__ import annotations

import msgspec
import pytest

from protoc.runtime.errors import EncodeError
from protoc.runtime.events import NotSent
from tests.runtime.stage import LINK, Stage, dimmer
from tests.runtime.toys import SetLevel

AGAIN = dimmer(
    assumed={"retry_before_command": "yes"}, links=(msgspec.structs.replace(LINK, retries=2),)
)


def test_a_retry_has_the_params_of_its_own_time() -> None:
    stage = Stage(AGAIN)
    stage.set("level", 5)
    stage.execute("set")
    stage.set("level", 6)
    stage.wait(1.0)
    assert [data for _, data in stage.sent()] == [
        SetLevel(channel=0, level=level).encode() for level in (5, 6)
    ]


def test_a_retry_that_cannot_be_composed_ends_the_command() -> None:
    stage = Stage(AGAIN)
    stage.set("level", 5)
    ticket = stage.execute("set")
    stage.set("level", 999)
    stage.wait(1.0)
    with pytest.raises(EncodeError, match=r"0\.\.255"):
        ticket.result()
    assert [e.name for e in stage.session.happened if isinstance(e, NotSent)] == ["set"]
    assert len(stage.sent()) == 1
    stage.set("level", 7)
    stage.execute("set")
    assert [data for _, data in stage.sent()] == [SetLevel(channel=0, level=7).encode()]
