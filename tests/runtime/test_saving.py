"""Params that outlast the program."""

from __future__ import annotations

from typing import Any

import msgspec

from protoc.runtime import Simulator
from protoc.runtime.actions import Clear, Save
from protoc.runtime.protocol import On, Param, Trigger
from tests.runtime.lamp import PROTOCOL, Lamp
from tests.runtime.stage import Stage, dimmer

PARAMS = (Param("level", int, default=5, save=True), Param("count", int, default=1))


def test_a_saved_param_is_as_it_was() -> None:
    saved: dict[str, Any] = {}
    before = Stage(dimmer(params=PARAMS), saved=saved)
    before.set("level", 7)
    before.set("count", 2)
    assert saved == {"level": 7}
    assert before.outline() == ["level = 7", "saved level = 7", "count = 2"]

    after = Stage(dimmer(params=PARAMS), saved=saved, connect=False)
    assert (after.session.params.get("level"), after.session.params.get("count")) == (7, 1)
    assert after.outline() == []


def test_what_does_not_fit_any_more_is_passed_over() -> None:
    stage = Stage(dimmer(params=PARAMS), saved={"level": "high", "count": 9, "gone": 1})
    assert (stage.session.params.get("level"), stage.session.params.get("count")) == (5, 1)


def test_an_action_saves_what_is_not_saved_by_itself() -> None:
    saved: dict[str, Any] = {}
    keep = Trigger("keep", On("change", "param", "level"), (Save("count"), Clear("count")))
    stage = Stage(dimmer(params=PARAMS, triggers=(keep,)), saved=saved)
    stage.set("level", 6)
    assert saved == {"count": 1, "level": 6}


def test_a_device_takes_them_along(tcp: Simulator) -> None:
    class Kept(Lamp, protocol=msgspec.structs.replace(PROTOCOL, params=PARAMS)):
        pass

    saved = {"level": 8}
    with Kept.open(tcp.url, saved=saved) as lamp:
        assert lamp.session.params.get("level") == 8
        lamp.level()
    assert saved == {"level": 40}
