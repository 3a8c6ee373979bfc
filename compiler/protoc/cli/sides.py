"""`--connect URL`, `--listen URL`, and `LINK=URL` where several links are open at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from protoc.cli.failures import UsageFailure

if TYPE_CHECKING:
    from protoc.runtime.drivers.sides import Side
    from protoc.runtime.protocol import Protocol

_NAMED = re.compile(r"([^\W\d]\w*)=(.*)", re.DOTALL)


def read_sides(
    protocol: Protocol, connect: Iterable[str] = (), listen: Iterable[str] = ()
) -> list[Side]:
    """Where the links lead.

    Raises:
        UsageFailure: nowhere, or several places of which one says no link.
    """
    found = [_side(text, listens=False) for text in connect]
    found += [_side(text, listens=True) for text in listen]
    nameless = [each for each in found if each.link is None]
    if len(found) > 1 and nameless:
        links = [link.name for link in protocol.links]
        known = f"its links are {', '.join(links)}" if links else "it has no links"
        raise UsageFailure(
            f"{nameless[0].url!r}: of several URLs each is for a link, write LINK=URL; {known}"
        )
    return found


def _side(text: str, *, listens: bool) -> Side:
    from protoc.runtime.drivers.sides import Side

    named = _NAMED.fullmatch(text)
    return Side(named[2], named[1], listens) if named else Side(text, None, listens)


def listening(urls: dict[str, str], sides: Iterable[Side]) -> dict[str, str]:
    """Where we listen really, by link, of where every link leads."""
    wanted = {side.link for side in sides if side.listen}
    return {link: url for link, url in urls.items() if wanted & {link, None}}
