"""The amplifier over real lines: its generated driver and its generated simulator."""

import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from examples.amplifier import amplifier as module
from examples.amplifier.amplifier import (
    Alarm,
    Alarms,
    Amplifier,
    Cause,
    Denial,
    Denied,
    Done,
    Hello,
    Here,
    Mode,
    NoAlarms,
    ParamFaults,
    Power,
    ReadAlarms,
    ReadStatus,
    Status,
)
from examples.amplifier.relay import Relay, swallowed
from protoc.cli import main as protoc
from protoc.runtime import (
    AttemptFailed,
    DecodeError,
    FrameRejected,
    Message,
    MessageSeen,
    Refused,
    Simulator,
    Timeout,
)

FOLDER = Path(module.__file__).parent
DESCRIPTION = str(FOLDER / "amplifier.proto")
READINGS = {"mode": Mode.OPERATE, "helix_current": 12.34, "temperature": 41.5}
STATUS = Status(address=5, mode=Mode.OPERATE, helix_current=12.34, temperature=41.5)
FRAMES: list[tuple[bytes, Message]] = [
    (bytes.fromhex("7B 30 35 52 41 36 44 7D 0D"), ReadAlarms(address=5)),
    (bytes.fromhex("7B 30 35 52 41 36 44 7D 0D"), NoAlarms(address=5)),
    (b"{05RA\x02\x016E}\r", Alarms(faults=ParamFaults(arc=1, fan=1))),
    (b"{05RS7F}\r", ReadStatus()),
    (b"{05RS21234041549}\r", STATUS),
    (b"{05SP02757D}\r", Power(watts=27.5)),
    (b"{05NO24D}\r", Denied(why=Denial.OUT_OF_RANGE)),
    (b"{05AL340}\r", Alarm(cause=Cause.TEMPERATURE)),
    (b"{A0}L", Hello(unit="A")),
    (b"{A0}L", Here(unit="A")),
]


@pytest.mark.parametrize("frame, message", FRAMES, ids=lambda x: getattr(x, "NAME", ""))
def test_frames(frame: bytes, message: Message) -> None:
    assert message.encode() == frame
    assert type(message).decode(frame) == message


@pytest.mark.parametrize("frame, message", FRAMES, ids=lambda x: getattr(x, "NAME", ""))
def test_no_flipped_bit_goes_unnoticed(frame: bytes, message: Message) -> None:
    for place in range(len(frame) * 8):
        damaged = bytearray(frame)
        damaged[place // 8] ^= 1 << place % 8
        if damaged.upper() != frame:  # hex digits may be written small
            with pytest.raises(DecodeError):
                type(message).decode(bytes(damaged))


def test_the_module_is_what_the_description_compiles_to() -> None:
    target = str(FOLDER / "amplifier.py")
    assert protoc(["compile", "--check", DESCRIPTION, "-o", target]) == 0


def test_the_description_is_without_blame(capsys: pytest.CaptureFixture[str]) -> None:
    assert protoc(["check", DESCRIPTION]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.fixture(params=["tcp://127.0.0.1:0", "pty:"], ids=["tcp", "pty"])
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Amplifier.simulate(request.param, params=READINGS) as simulator:
        yield simulator


def test_blocking(simulator: Simulator) -> None:
    with Amplifier.open(simulator.url) as amplifier:
        assert amplifier.status() == STATUS
        assert amplifier.params.helix_current == 12.34
        assert amplifier.params.online is True
        assert amplifier.set_power(watts=27.5) == Done(address=5)
        assert amplifier.ping(unit="A") == Here(unit="A")
        assert amplifier.status(address=17).address == 17


def test_asyncio(simulator: Simulator) -> None:
    async def talk() -> None:
        async with Amplifier.connect(simulator.url) as amplifier:
            replies = await asyncio.gather(
                amplifier.status(), amplifier.ping(unit="B"), amplifier.status(address=6)
            )
            assert replies[0] == STATUS
            assert replies[1] == Here(unit="B")
            assert replies[2].address == 6

    asyncio.run(talk())


def test_an_alarm_sets_the_conversation_in_motion(simulator: Simulator) -> None:
    with Amplifier.open(simulator.url) as amplifier:
        amplifier.status()  # the other end is there
        events = amplifier.events(timeout=10)
        simulator.set("faults", ParamFaults(interlock=1))
        simulator.send(Alarm(cause=Cause.INTERLOCK, address=5))
        seen: list[Message] = []
        for event in events:
            if isinstance(event, MessageSeen):
                seen.append(event.message)
            if seen and isinstance(seen[-1], Done):
                break
        # the poll timer may come in between
        told = [message for message in seen if not isinstance(message, ReadStatus | Status)]
        assert told == [
            Alarm(cause=Cause.INTERLOCK),
            ReadAlarms(),
            Alarms(faults=ParamFaults(interlock=1)),
            Power(watts=0),
            Done(),
        ]
        assert amplifier.params.faults == ParamFaults(interlock=1)


def test_the_timer_polls_and_the_hook_warns(simulator: Simulator) -> None:
    warnings: list[float] = []
    simulator.set("helix_current", 85.5)
    with Amplifier.open(simulator.url) as amplifier:
        amplifier.hooks.warn = warnings.append
        for _ in islice(amplifier.changes(timeout=10), 4):
            pass
        amplifier.run(0)
    assert warnings == [85.5]


@pytest.fixture
def relay() -> Iterator[Relay]:
    with (
        Amplifier.simulate("tcp://127.0.0.1:0", params=READINGS) as simulator,
        Relay(simulator.url) as relay,
    ):
        yield relay


def test_a_damaged_checksum_is_rejected_and_the_command_sent_again(relay: Relay) -> None:
    with Amplifier.open(relay.url) as amplifier:
        events = amplifier.events()
        relay.spoil_once()
        assert amplifier.status() == STATUS
        seen = list(islice(events, events.pending))
    rejected = [event for event in seen if isinstance(event, FrameRejected)]
    assert [event.error.reason for event in rejected] == ["crc"]
    sent = [e.data for e in seen if isinstance(e, MessageSeen) and e.direction == "sent"]
    assert sent == [b"{05RS7F}\r"] * 2
    attempts = [(e.attempt, e.last) for e in seen if isinstance(e, AttemptFailed)]
    assert attempts == [(1, False)]


def test_after_the_last_retry_there_is_a_timeout(relay: Relay) -> None:
    with Amplifier.open(relay.url) as amplifier:
        amplifier.status()
        events = amplifier.events()
        relay.answers = lambda data: data.replace(b"}", b"!")  # never right again
        with pytest.raises(Timeout) as caught:
            amplifier.status()
        assert caught.value.attempts == 3
        relay.answers = swallowed
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            amplifier.status()
        assert 0.85 < time.monotonic() - started < 5
        seen = list(islice(events, events.pending))
    attempts = [(e.attempt, e.last) for e in seen if isinstance(e, AttemptFailed)]
    assert attempts == [(1, False), (2, False), (3, True)] * 2
    assert amplifier.params.online is False


def test_a_refusal_is_no_timeout(relay: Relay) -> None:
    with Amplifier.open(relay.url) as amplifier:
        relay.answers = lambda data: Denied(why=Denial.OUT_OF_RANGE).encode()
        with pytest.raises(Refused) as caught:
            amplifier.set_power(watts=400)
    assert caught.value.reply == Denied(why=Denial.OUT_OF_RANGE)


def test_the_demonstration_runs_by_itself(tmp_path: Path) -> None:
    # in a copy: it compiles the description first, which would hide a module that is out of date
    shutil.copytree(FOLDER, tmp_path / "examples" / "amplifier")
    result = subprocess.run(
        [sys.executable, "-m", "examples.amplifier"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "\x1b" not in result.stdout
    assert "{05RA" not in result.stdout  # frames are shown in hex …
    assert "7B 30 35 52 41 36 44 7D 0D" in result.stdout  # … the guide's among them
    assert result.stdout.rstrip().endswith("Everything went as expected.")
