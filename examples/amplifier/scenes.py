"""What is shown: the amplifier blocking and from asyncio, on good lines and on a bad one."""

from __future__ import annotations

import time
from itertools import islice

from examples.amplifier.amplifier import (
    Alarm,
    Amplifier,
    Cause,
    Done,
    Mode,
    ParamFaults,
    Status,
)
from examples.amplifier.relay import Relay, swallowed
from examples.amplifier.telling import Teller
from protoc.runtime import (
    AttemptFailed,
    EncodeError,
    FrameRejected,
    MessageSeen,
    Timeout,
)

READINGS = {"mode": Mode.OPERATE, "helix_current": 12.34, "temperature": 41.5}


def blocking(tell: Teller) -> None:
    """Questions, answers, a value that does not fit, and a device that speaks up by itself."""
    with (
        Amplifier.simulate("tcp://127.0.0.1:0", params=READINGS) as simulator,
        Amplifier.open(simulator.url) as amplifier,
    ):
        tell.title(f"Blocking, over {amplifier.url}")
        events = amplifier.events(timeout=2)

        tell.say("amplifier.status()")
        status = amplifier.status()
        tell.events(islice(events, events.pending))
        tell.expect(status.helix_current == 12.34, f"returned {status}")

        tell.say("amplifier.set_power(watts=27.5), and one that is out of range")
        amplifier.set_power(watts=27.5)
        tell.events(islice(events, events.pending))
        try:
            amplifier.set_power(watts=500)
            tell.expect(False, "500 W do not fit")
        except EncodeError as error:
            seen = list(islice(events, events.pending))
            sent = any(isinstance(event, MessageSeen) for event in seen)
            tell.expect(not sent, f"nothing was sent: {error}")

        tell.say("A unit of the older series: amplifier.ping(unit='A')")
        here = amplifier.ping(unit="A")
        tell.events(islice(events, events.pending))
        tell.expect(here.encode() == b"{A0}L", "its check is the character L")

        tell.say("An alarm comes unasked; the description says what follows")
        simulator.set("faults", ParamFaults(interlock=1, hot=1))
        simulator.send(Alarm(cause=Cause.INTERLOCK))
        watts = -1.0
        for event in events:
            tell.event(event)
            if isinstance(event, MessageSeen):
                watts = getattr(event.message, "watts", watts)
                if isinstance(event.message, Done):
                    break
        tell.expect(watts == 0, "the output was switched off, without a line of Python")


async def polling(tell: Teller) -> None:
    """The timer of the description asks every second; changes and a hook tell what is new."""
    warnings: list[float] = []
    with Amplifier.simulate("pty:", params=READINGS) as simulator:
        async with Amplifier.connect(simulator.url) as amplifier:
            tell.title(f"asyncio, over {amplifier.url}")
            amplifier.hooks.warn = warnings.append
            tell.say("Nobody asks, the timer does. Meanwhile the current goes up.")
            readings: list[float] = []
            events = amplifier.events(timeout=2)
            async for event in events:
                tell.event(event, brief=True)
                if isinstance(event, MessageSeen) and isinstance(event.message, Status):
                    readings.append(event.message.helix_current)
                    simulator.set("helix_current", 85.5)
                if len(readings) == 2 and not events.pending:
                    break
            tell.expect(readings == [12.34, 85.5], f"it read {readings}")
            tell.expect(warnings == [85.5], f"and called the hook warn with {warnings}")


def troubled(tell: Teller) -> None:
    """A damaged answer is rejected and asked for again; silence ends in time."""
    with (
        Amplifier.simulate("tcp://127.0.0.1:0", params=READINGS) as simulator,
        Relay(simulator.url) as relay,
        Amplifier.open(relay.url) as amplifier,
    ):
        tell.title("A bad line")
        events = amplifier.events()

        tell.say("The checksum of one answer is damaged on its way: amplifier.status()")
        relay.spoil_once()
        status = amplifier.status()
        seen = list(islice(events, events.pending))
        tell.events(seen, brief=True)
        rejected = [e.error.reason for e in seen if isinstance(e, FrameRejected)]
        tell.expect(rejected == ["crc"], "the damaged answer was rejected")
        tell.expect(status.helix_current == 12.34, "the next one was taken")

        tell.say("Then the device falls silent: amplifier.status()")
        relay.answers = swallowed
        started = time.monotonic()
        try:
            amplifier.status()
            tell.expect(False, "there is no answer")
        except Timeout as error:
            took = time.monotonic() - started
            seen = list(islice(events, events.pending))
            tell.events(seen, brief=True)
            tell.expect(0.8 < took < 2, f"Timeout after {took:.1f} s: {error}")
        failed = [e.last for e in seen if isinstance(e, AttemptFailed)]
        tell.expect(failed == [False, False, True], "sent three times, as described")
        tell.expect(not amplifier.params.online, "and params.online is False again")
