"""A queue that fills up: a word in time, a limit, and less than that before it goes on."""

from tests.runtime.stage import Stage

PART = bytes(20_000_000)  # the same bytes every time: they count in each entry


def filled(stage: Stage, parts: int) -> list[str]:
    """What is said when so many entries are queued."""
    for _ in range(parts):
        stage.execute("tell", channel=PART)
    return stage.outline()


def test_nothing_more_is_taken_in_until_there_is_room() -> None:
    stage = Stage()
    waits = stage.execute("level", channel=1)
    stage.said()
    assert filled(stage, 9) == []
    assert filled(stage, 1) == ["queue high"]
    assert filled(stage, 4) == []
    assert filled(stage, 1) == ["queue full"]

    refused = stage.execute("tell", channel=1)
    assert stage.outline() == ["not sent tell: the queue is full"]
    assert refused.status == "error"

    stage.wait(1.0)
    assert waits.status == "timeout"
    said = stage.outline()
    assert said[0] == "no answer to level 1 last"
    place = said.index("queue open")
    sent = [line for line in said[:place] if line.startswith("not sent")]  # too long to be a field
    assert len(sent) == 5  # below 200 MB there is room again
    assert stage.execute("tell", channel=1, level=2).status == "ok"


def test_what_is_withdrawn_makes_room() -> None:
    stage = Stage()
    stage.execute("level", channel=1)
    tickets = [stage.execute("tell", channel=PART) for _ in range(15)]
    assert stage.outline()[-1] == "queue full"
    for ticket in tickets[:6]:
        stage.session.cancel(ticket, stage.now)
    assert stage.outline() == ["queue open"]
