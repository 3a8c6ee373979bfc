"""The parts of a connector one by one: for each row of the acceptance list a connector of our own.

`must` and `should` rows are compiled and put to work; `report` rows are recognised and listed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.importers.connectors import (
    READ_ALL,
    action,
    connector,
    fixed,
    group,
    interprete,
    message,
    number,
    pair,
    param,
    text,
    trigger,
)


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes:
        source: the connector.
        shows: what the description says of it.
        reports: rows of the report, `element: outcome`, that must be there.
        reads: answers in hexadecimal and the fields they have.
        writes: fields of the command `get` and its bytes.
        refused: it is not imported at all; a part of the reason.
    """

    source: str
    shows: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    reads: dict[str, dict[str, Any]] = field(default_factory=dict)
    writes: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: str = ""


BASE = (fixed(1, "ask", "Q"), fixed(2, "cr", "0x0D", "trailer"), text(3, "answer", 2))
GOT = message("Response", 1, "got", 3, 2)
GET = message("Command", 1, "get", 1, 2)
Objects = tuple[str, ...]


def bench(
    *params: str,
    sent: tuple[int, ...] = (),
    got: tuple[int, ...] = (),
    get: str = "",
    response: str = "",
    pairs: Objects = (),
    groups: Objects = (),
    triggers: Objects = (),
    actions: Objects = (),
    head: str = "",
    **more: Any,
) -> str:
    """A connector that asks and is answered, with something added.

    Args:
        params: more params.
        sent: their numbers between the constants of the command.
        got: and in front of the end of the answer.
        get: another command 1.
        response: another response 1.
        pairs, groups, triggers, actions: more of them.
        head: what stands in front of everything.
        more: see `connector`.
    """
    source = connector(
        params=(*BASE, *params),
        commands=(get or (message("Command", 1, "get", 1, *sent, 2) if sent else GET),),
        responses=(
            response or (message("Response", 1, "got", *got, 2) if got else GOT),
            *more.pop("responses", ()),
        ),
        pairs=pairs or (pair(1, "poll", 1, 1),),
        groups=(group(1, "all", "Pair:1"), *groups),
        triggers=(*more.pop("instead", READ_ALL[:1]), *triggers),
        actions=(*READ_ALL[1:], *actions),
        **more,
    )
    return source.replace("<Protocol>", f"<Protocol>{head}", 1)


def port(**children: object) -> str:
    """The settings of the main port."""
    inner = "".join(
        f"<{name}><DefaultValue>{value}</DefaultValue></{name}>" for name, value in children.items()
    )
    return f'<PortSettings name="main">{inner}</PortSettings>'


def options(text_: str, type_: str = "serial", **more: Any) -> str:
    """A connector with options of its communication."""
    return bench(type_=type_, type_attributes=f' communicationOptions="{text_}"', **more)


def smart(text_: str = "", **more: Any) -> str:
    """A connector whose device talks unasked."""
    more.setdefault("pairs", (pair(1, "poll", 1),))
    kind = more.pop("type_", "smart-serial")
    # a trailer without a header would frame what comes
    return options(text_, kind, **more).replace("trailer", "fixed", 1)


def checked(crc: str, attributes: str = "", **children: Any) -> str:
    """An answer of two bytes with a checksum of them; the trigger verifies it."""
    own = number(
        10, "check", 1, "crc", more=f"<CRC><Type{attributes}>{crc}</Type><Content>"
        "<Param>0</Param></Content></CRC>", **children,
    )  # fmt: skip
    return bench(
        own,
        response=message("Response", 1, "got", 3, 10),
        instead=(trigger(1, "response", "before", 1, 2, target=1),),
        actions=(action(2, "response", "crc"),),
    )


def does(*given: str, **more: Any) -> str:
    """Actions with the numbers from 10 on, run when `answer` changes."""
    made = tuple(given)
    numbers = [10 + i for i in range(len(made))]
    change = trigger(10, "parameter", "change", *numbers, target=3)
    return bench(triggers=(change,), actions=made, **more)


def read(name: str, raw: str, sizing: str, domain: str, inner: str = "", **more: object) -> str:
    """A read param with the number 10 and more in its `Interprete`."""
    whole = interprete(raw, sizing, domain, **more)
    return param(10, name, "read", whole.replace("</Interprete>", f"{inner}</Interprete>"))


BYTE = number(10, "n", 1)
