"""Commands that are numbered, and answers that repeat what they were asked."""

from __future__ import annotations

from tests.golden.requests.device import PROTOCOL, Keep, Kept, Read, Told
from tests.runtime.stage import Stage


def sent(stage: Stage) -> list[bytes]:
    return [data for _, data in stage.sent()]


def test_commands_in_one_frame_are_numbered_together() -> None:
    stage = Stage(PROTOCOL)
    for sequence in (1, 2, 3, 1):
        stage.execute("read", item=7)
        assert sent(stage) == [Read(sequence=sequence, item=7).encode()]
        stage.hear(Told(sequence=sequence, value=9))
    stage.execute("keep", item=7, value=9)
    assert sent(stage) == [Keep(sequence=2, own=0, item=7, value=9).encode()]


def test_a_retry_repeats_the_same_bytes() -> None:
    stage = Stage(PROTOCOL)
    stage.execute("keep", item=7, value=9)
    first = sent(stage)
    stage.wait(0.3)
    assert sent(stage) == first
    stage.hear(Kept(sequence=1))
    stage.execute("keep", item=7, value=9)
    assert sent(stage) == [Keep(sequence=2, own=1, item=7, value=9).encode()]


def test_a_number_may_be_given() -> None:
    stage = Stage(PROTOCOL)
    stage.execute("read", item=7, sequence=3)
    assert sent(stage) == [Read(sequence=3, item=7).encode()]


def test_the_device_answers_with_the_number_of_the_request() -> None:
    stage = Stage(PROTOCOL, role="device")
    stage.hear(Read(sequence=3, item=7))
    assert sent(stage) == [Told(sequence=3, value=0).encode()]
