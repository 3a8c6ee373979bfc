"""What things were set in motion by."""

from __future__ import annotations

import msgspec

from protoc.runtime.queue import Ticket
from protoc.runtime.work import Work


class Cause(msgspec.Struct, frozen=True, eq=False):
    """What things belong to.

    Attributes:
        ticket: of whom; `own` when they are the ticket's own work.
        connection: the connection that caused them.
        link: name of the link they began on; empty where they began on none.
        work: the command or response at hand, for steps.
    """

    ticket: Ticket | None = None
    own: bool = False
    connection: int | None = None
    link: str = ""
    work: Work | None = None

    def at_work(self, work: Work) -> Cause:
        """The same with a command or response at hand."""
        return Cause(self.ticket, self.own, self.connection, self.link, work)
