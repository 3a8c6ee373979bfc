"""Whole connectors with what is said on their lines: shorthand for the cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.importers.connectors import READ_ALL, connector, fixed, group, message, number, pair
from tests.importers.connectors import trigger as triggered

Step = dict[str, Any]
Case = dict[str, Any]
Event = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """A connector and its cases, in the format of vectors."""

    source: str
    talks: dict[str, Case] = field(default_factory=dict)
    reads: tuple[Case, ...] = ()
    writes: tuple[Case, ...] = ()


def device(*, timeout: int = 400, retries: int = 0, port: str = "", **more: Any) -> str:
    """A connector whose responses are read and whose main port has few tries."""
    triggers = (*(READ_ALL[:1] if more.pop("reading", True) else ()), *more.pop("triggers", ()))
    settings = (
        f'<PortSettings name="main"><TimeoutTime><DefaultValue>{timeout}</DefaultValue>'
        "</TimeoutTime>"
        f"<Retries><DefaultValue>{retries}</DefaultValue></Retries>{port}</PortSettings>"
    )
    ports = settings + more.pop("ports", "")
    actions = (READ_ALL[1], *more.pop("actions", ()))
    head = more.pop("head", "")
    made = connector(ports=ports, triggers=triggers, actions=actions, **more)
    return made.replace("<Protocol>", f"<Protocol>{head}", 1)


def tx(data: bytes | str, **more: Any) -> Step:
    """The program sends these bytes."""
    return {"expect_tx": data if isinstance(data, str) else data.hex(), **more}


def rx(data: bytes | str, **more: Any) -> Step:
    """The case sends these bytes."""
    return {"send": data if isinstance(data, str) else data.hex(), **more}


def silence(ms: int, **more: Any) -> Step:
    """Nothing comes."""
    return {"expect_silence_ms": ms, **more}


def wait(ms: int) -> Step:
    """Time passes."""
    return {"wait_ms": ms}


def awaits(event: Event, **more: Any) -> Step:
    """The program tells of something."""
    return {"expect_event": event, **more}


def call(
    target: str,
    *script: Step,
    args: tuple[str, ...] = (),
    events: tuple[Event, ...] = (),
    never: tuple[Event, ...] = (),
    exit_: int = 0,
    **more: Any,
) -> Case:
    """A call and how it ends."""
    return {
        "mode": "call",
        "args": [target, *args],
        "script": list(script),
        "expect_events": list(events),
        "forbid_events": list(never),
        "exit": exit_,
        **more,
    }


def run(
    *script: Step, events: tuple[Event, ...] = (), never: tuple[Event, ...] = (), **more: Any
) -> Case:
    """The whole state machine for as long as the script goes on."""
    return {
        "mode": "run",
        "script": list(script),
        "expect_events": list(events),
        "forbid_events": list(never),
        **more,
    }


def serve(*script: Step, **more: Any) -> Case:
    """Clients connect to the program."""
    return run(*script, mode="run-listen", **more)


def param(number: int, value: Any, **more: Any) -> Event:
    """A param has another value."""
    return {"event": "param", "id": number, "value": value, **more}


def sent(name: str, **more: Any) -> Event:
    """A message was sent."""
    return {"event": "message", "direction": "sent", "name": name, **more}


def got(name: str, **more: Any) -> Event:
    """A message came."""
    return {"event": "message", "name": name, **more}


def ended(status: str, **more: Any) -> Event:
    """How the call ended."""
    return {"event": "result", "status": status, **more}


def decode(data: bytes | str, *expect: Event, name: str = "", exit_: int = 0) -> Case:
    """Bytes and what is in them."""
    return {
        "hex": data if isinstance(data, str) else data.hex(),
        "args": ["--message", name] if name else [],
        "expect": list(expect),
        "exit": exit_,
    }


def encode(message: str, data: bytes | str, /, **given: Any) -> Case:
    """Fields and the bytes they become."""
    return {"message": message, "set": given, "hex": data if isinstance(data, str) else data.hex()}


def counter(id_: int, name: str) -> str:
    """A number that counts from 0."""
    return number(id_, name, 4, raw="numeric text", DefaultValue=0)


def length(
    id_: int, name: str, size: int, *positions: int, raw: str = "unsigned number", **more: object
) -> str:
    """A length of what stands at the positions; without any, of all but lengths."""
    scope = f"<Length><Content>{_places(positions)}</Content></Length>" if positions else ""
    return number(id_, name, size, "length", raw, scope, **more)


def check(
    id_: int, name: str, size: int, kind: str, *positions: int, raw: str = "unsigned number",
    given: str = "", **more: object,
) -> str:  # fmt: skip
    """A checksum of what stands at the positions."""
    scope = f"<CRC><Type{given}>{kind}</Type><Content>{_places(positions)}</Content></CRC>"
    return number(id_, name, size, "crc", raw, scope, **more)


def _places(positions: tuple[int, ...]) -> str:
    return "".join(f"<Param>{each}</Param>" for each in positions)


CR = fixed(3, "cr", "0x0D", "trailer")
ASK = fixed(4, "ask", "?")
LETTERS = "ABCDEF"


def asked(*params: str, answer: tuple[int, ...], optional: str = "", **more: Any) -> str:
    """A device that is asked with `?` and answers with these params."""
    answers = message("Response", 1, "answer", *answer, optional=optional)
    return device(
        params=(CR, ASK, *params),
        commands=(message("Command", 1, "ask", 4, 3), *more.pop("commands", ())),
        responses=(answers, *more.pop("responses", ())),
        pairs=(pair(1, "ask", 1, 1), *more.pop("pairs", ())),
        **more,
    )


def named(**names: object) -> str:
    """Names of values."""
    rows = "".join(
        f"<Discreet><Display>{display.replace('_', ' ')}</Display><Value>{raw}</Value></Discreet>"
        for display, raw in names.items()
    )
    return f"<Measurement><Type>discreet</Type><Discreets>{rows}</Discreets></Measurement>"


def gated(made: str, condition: str) -> str:
    """An object with a condition."""
    return made.replace("</Name>", f"</Name><Condition><![CDATA[{condition}]]></Condition>", 1)


def letters(**more: object) -> str:
    """Commands A to F without answers, each in a pair and a group of its own."""
    keys = tuple(fixed(10 + i, f"key_{c.lower()}", c) for i, c in enumerate(LETTERS))
    pairs = tuple(pair(i + 1, f"say_{c.lower()}", i + 1) for i, c in enumerate(LETTERS))
    groups = tuple(
        group(i + 1, f"only_{c.lower()}", f"Pair:{i + 1}") for i, c in enumerate(LETTERS)
    )
    return device(
        params=(CR, *keys, *more.pop("params", ())),  # type: ignore[misc]
        commands=tuple(
            message("Command", i + 1, f"c{c.lower()}", 10 + i, 3) for i, c in enumerate(LETTERS)
        ),
        pairs=(*pairs, *more.pop("pairs", ())),  # type: ignore[misc]
        groups=(*groups, *more.pop("groups", ())),  # type: ignore[misc]
        **more,  # type: ignore[arg-type]
    )


def run_by(number_: int, *steps: int, more: str = "") -> str:
    """A trigger that is only called."""
    return triggered(number_, "", "", *steps, more=more)


def when(condition: str) -> str:
    """A condition of a trigger."""
    return f"<Condition><![CDATA[{condition}]]></Condition>"


def otherwise(made: str, *steps: int) -> str:
    """A trigger with actions for when its condition does not hold."""
    more = "".join(f'<Id else="true">{each}</Id>' for each in steps)
    return made.replace("</Content>", f"{more}</Content>")
