"""A connector as a whole: its objects by number, and what is wrong with it as a file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from msgspec import Struct, field

from protoc.compiler.importers.dataminer.connections import (
    NEEDED,
    Communication,
    Connection,
    placeholder,
    read_communication,
    read_connections,
)
from protoc.compiler.importers.dataminer.elements import Account, View
from protoc.compiler.importers.dataminer.objects import (
    Action,
    Group,
    Message,
    Pair,
    QAction,
    Timer,
    Trigger,
    read_action,
    read_group,
    read_message,
    read_pair,
    read_qaction,
    read_timer,
    read_trigger,
)
from protoc.compiler.importers.dataminer.params import Param, read_param
from protoc.compiler.importers.dataminer.reading import Element
from protoc.compiler.importers.dataminer.threads import Threads, on_its_line, read_threads
from protoc.dsl.diagnostics import Label
from protoc.dsl.source import Span

T = TypeVar("T")

PING_GROUP = -1
"""The number of the group that is asked of a device that does not answer."""


class Connector(Struct):
    """Everything a connector declares, by kind and number, in the order written."""

    root: View
    name: str
    description: str
    version: str
    vendor: str
    connections: list[Connection]
    communication: Communication
    threads: Threads = field(default_factory=Threads)
    params: dict[int, Param] = field(default_factory=dict)
    commands: dict[int, Message] = field(default_factory=dict)
    responses: dict[int, Message] = field(default_factory=dict)
    pairs: dict[int, Pair] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)
    timers: dict[int, Timer] = field(default_factory=dict)
    triggers: dict[int, Trigger] = field(default_factory=dict)
    actions: dict[int, Action] = field(default_factory=dict)
    qactions: dict[int, QAction] = field(default_factory=dict)

    @property
    def account(self) -> Account:
        """What has been looked at."""
        return self.root.account

    @property
    def wired(self) -> list[Connection]:
        """The connections that are lines."""
        return [connection for connection in self.connections if connection.wired]

    @property
    def spare(self) -> Connection | None:
        """The line that is polled when the first one fails; None without one."""
        wired = self.wired
        if self.communication.redundant and len(wired) == 2 and wired[0].type == wired[1].type:
            return wired[1]
        return None

    @property
    def pinged(self) -> frozenset[int]:
        """The pairs that are asked of a device that does not answer.

        Where it is polled slowly: those of group -1, else those that say so, else the one of the
        lowest number that has a response.
        """
        said = frozenset(pair.id for pair in self.pairs.values() if pair.ping)
        if not self.connections[0].port.slow_poll:
            return said
        group = self.groups.get(PING_GROUP)
        items = group.items if group is not None else ()
        own = frozenset(item.target.id for item in items if item.kind == "pair")
        answered = sorted(pair.id for pair in self.pairs.values() if pair.responses)
        return own or said or frozenset(answered[:1])

    def on(self, number: int | None) -> Connection | None:
        """The line of that number, the main one without; None when it is none that is imported."""
        wanted = number or 0
        return next((each for each in self.wired if each.number == wanted), None)


def read_connector(root: Element, account: Account) -> Connector | None:
    """The typed view of a document; None when it is no connector on a line."""
    if root.name != "Protocol":
        account.diagnostics.error(
            "E0803",
            f"this is XML with the root `{root.name}`, not a connector",
            root.head,
            "`Protocol` is expected here",
            help="give the `protocol.xml` of a connector",
        )
        return None
    view = View(root, account)
    connections = read_connections(view)
    connector = Connector(
        view,
        _said(view, "Name"),
        _said(view, "Description"),
        _said(view, "Version"),
        _said(view, "Vendor"),
        connections,
        read_communication(view),
    )
    if not _on_a_line(connector):
        return None
    encoding = "utf-16-le" if connector.communication.unicode else "cp1252"
    connector.params = _numbered(view, "Params", "Param", partial(read_param, encoding=encoding))
    connector.commands = _numbered(view, "Commands", "Command", read_message)
    connector.responses = _numbered(view, "Responses", "Response", read_message)
    connector.pairs = _numbered(view, "Pairs", "Pair", read_pair)
    connector.threads = read_threads(view, connector.wired)
    connector.groups = _numbered(view, "Groups", "Group", partial(_group, connector))
    connector.timers = _numbered(view, "Timers", "Timer", read_timer)
    connector.triggers = _numbered(view, "Triggers", "Trigger", read_trigger)
    connector.actions = _numbered(view, "Actions", "Action", read_action)
    connector.qactions = _numbered(view, "QActions", "QAction", read_qaction)
    return connector


def _group(connector: Connector, view: View, number: int) -> Group:
    return on_its_line(read_group(view, number), view, connector.threads, connector.wired)


def _said(view: View, name: str) -> str:
    found = view.content(name)
    return " ".join(found.value.split()) if found else ""


def _numbered(root: View, section: str, kind: str, read: Callable[[View, int], T]) -> dict[int, T]:
    """The objects of a kind by number; one without a number, or with one taken, is an error."""
    found: dict[int, T] = {}
    places: dict[int, Span] = {}
    for view in root.inside(section, kind):
        number = view.counted("id")
        if number is None:
            root.account.diagnostics.error(
                "E0807",
                f"this {kind} has no number",
                view.element.head,
                help='give it one that no other has: `id="…"`',
            )
        elif number in found:
            root.account.diagnostics.error(
                "E0807",
                f"there are two of {kind} {number}",
                view.element.place("id"),
                "declared again",
                labels=(Label(places[number], "first declared here"),),
                help="numbers are unique within their kind: give one of them another",
            )
            view.note("not imported", "another has its number")
        else:
            found[number] = read(view, number)
            places[number] = view.element.place("id")
    return found


def _on_a_line(connector: Connector) -> bool:
    """Whether some connection is a line; if none is, what would be needed is said."""
    diagnostics = connector.account.diagnostics
    if not connector.connections:
        diagnostics.error(
            "E0804",
            "this connector does not say how it is connected",
            connector.root.element.head,
            help="it needs a `Type`, such as `<Type>serial</Type>`",
        )
        return False
    if connector.wired:
        return True
    main = connector.connections[0]
    if placeholder(main.type):
        diagnostics.error(
            "E0804",
            f"this is a template: `{main.type.strip().upper()[:40]}` is no connection",
            main.span,
            "a placeholder",
            help="make a connector of it first: fill in its placeholders",
        )
        return False
    kinds = list(dict.fromkeys(each.type for each in connector.connections))
    listed = ", ".join(f"`{kind}`" for kind in kinds)
    needed = "; ".join(
        f"`{kind}` needs {NEEDED.get(kind, 'a connection that is not known')}" for kind in kinds
    )
    diagnostics.error(
        "E0805",
        f"this connector has no serial connection, only {listed}",
        main.span,
        "not a line",
        help=f"only serial and smart-serial connections are imported; {needed}",
    )
    return False
