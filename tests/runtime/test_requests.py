"""Commands that are numbered, and answers that repeat what they were asked."""

from __future__ import annotations

import pytest

from protoc.runtime import DecodeError
from tests.golden.requests.device import PROTOCOL, Keep, Kept, List, Listed, Read, Told
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
    stage.hear(Kept(sequence=1, item=7, left=0, check=7))
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


# --- values of the request that come back


def keeping(stage: Stage) -> None:
    stage.execute("keep", item=7, value=9)
    stage.said()


def test_an_answer_repeats_what_it_was_asked() -> None:
    stage = Stage(PROTOCOL)
    keeping(stage)
    stage.hear(Kept(sequence=1, item=7, left=5, check=12))
    assert stage.said() == ["< kept 1, 7, 5, 12"]
    assert stage.session.idle


def test_one_that_does_not_is_no_answer() -> None:
    stage = Stage(PROTOCOL)
    keeping(stage)
    stage.hear(Kept(sequence=1, item=8, left=5, check=12))
    assert stage.said() == ["rejected 0201820308050c value"]
    assert not stage.session.idle
    with pytest.raises(DecodeError) as caught:
        Kept.decode(Kept(item=8, left=5, check=12).encode(), request=Keep(item=7, value=9))
    error = caught.value
    assert (error.reason, error.field, error.offset) == ("value", "item", 4)
    assert (error.expected, error.got) == (7, 8)


def test_arithmetic_is_cut_to_the_width_of_the_field() -> None:
    answer = Kept(item=250, left=10, check=4)
    assert Kept.decode(answer.encode(), request=Keep(item=250, value=0)) == answer


def test_without_a_request_it_is_taken_as_it_comes() -> None:
    answer = Kept(sequence=1, item=8, left=5, check=0)
    assert Kept.decode(answer.encode()) == answer
    stage = Stage(PROTOCOL)
    stage.hear(answer)
    assert stage.said() == ["< kept 1, 8, 5, 0"]


def test_the_device_repeats_what_it_is_asked() -> None:
    stage = Stage(PROTOCOL, role="device")
    stage.hear(Keep(sequence=2, item=7, value=9))
    assert sent(stage) == [Kept(sequence=2, item=7, left=0, check=7).encode()]


# --- layouts that the request and params tell


def listed(item: int, number: int, values: list[int], *, wide: bool = False) -> Listed:
    kind = 3 if item > 5 else None
    return Listed(
        request_item=item, request_number=number, wide=wide, sequence=1, kind=kind, values=values
    )


def test_an_answer_is_read_as_its_request_tells() -> None:
    stage = Stage(PROTOCOL)
    stage.execute("list", item=7, number=2)
    stage.said()
    stage.hear(listed(7, 2, [10, 11]))
    assert stage.said() == ["< listed 7, False, 2, 1, 3, [10, 11]"]
    assert stage.session.idle
    stage.execute("list", item=1, number=1, sequence=1)
    stage.said()
    stage.hear(listed(1, 1, [9]))
    assert stage.said() == ["< listed 1, False, 1, 1, None, [9]"]


def test_and_as_the_params_are_by_then() -> None:
    stage = Stage(PROTOCOL)
    stage.set("wide", True)
    stage.execute("list", item=1, number=2)
    stage.said()
    stage.hear(listed(1, 2, [1000, 2000], wide=True))
    assert stage.said()[-1] == "< listed 1, True, 2, 1, None, [1000, 2000]"


def test_what_no_request_tells_is_not_read() -> None:
    stage = Stage(PROTOCOL)
    stage.hear(listed(1, 2, [10, 11]))
    assert not [line for line in stage.said() if line.startswith("<")]


def test_the_device_answers_as_the_request_tells() -> None:
    stage = Stage(PROTOCOL, role="device")
    stage.hear(List(sequence=1, item=3, number=0))
    assert sent(stage) == [listed(3, 0, []).encode()]
