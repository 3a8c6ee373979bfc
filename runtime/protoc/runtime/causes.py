"""What things were set in motion by."""

from __future__ import annotations

from typing import NamedTuple

from protoc.runtime.queue import Ticket


class Cause(NamedTuple):
    """Who holds the ticket of what sets something in motion, and which connection it came by."""

    ticket: Ticket | None = None
    own: bool = False
    connection: int | None = None
