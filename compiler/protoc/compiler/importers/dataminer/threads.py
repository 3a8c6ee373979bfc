"""Which connections have a queue of their own: those that a thread is for."""

from __future__ import annotations

from msgspec import Struct, field
from msgspec.structs import replace

from protoc.compiler.importers.dataminer.connections import Connection
from protoc.compiler.importers.dataminer.elements import View
from protoc.compiler.importers.dataminer.objects import Group


class Threads(Struct):
    """The threads of a connector.

    Attributes:
        connections: the numbers of the connections that have one; also numbers that are no
            connection, which only tell groups apart.
        by_id: the same by the number of the thread.
    """

    connections: set[int] = field(default_factory=set)
    by_id: dict[int, int] = field(default_factory=dict)


def read_threads(root: View, wired: list[Connection]) -> Threads:
    """The threads, where there is more than one line: one line has one queue in any case."""
    found = Threads()
    if len(wired) < 2:
        return found
    lines = {connection.number for connection in wired}
    for view in root.inside("Threads", "Thread"):
        view.attribute("name")
        connection, number = view.counted("connection"), view.counted("id")
        if connection is None:
            continue
        found.connections.add(connection)
        if number is not None:
            found.by_id[number] = connection
        if connection not in lines:
            view.note("simplified", "groups that name no line wait in the queue of theirs")
    return found


def on_its_line(group: Group, view: View, threads: Threads, wired: list[Connection]) -> Group:
    """A group on the connection that its thread is for."""
    if len(wired) < 2:
        return group
    number = view.counted("threadId")
    connection = group.connection
    if connection is None and number is not None:
        connection = threads.by_id.get(number)
        if connection is None:
            view.note("not imported", f"there is no thread {number}", "threadId")
    virtual = connection in threads.connections - {line.number for line in wired}
    return replace(group, connection=None if virtual else connection)
