"""Connectors with several connections: one conversation over all of them, in virtual time."""

from __future__ import annotations

from typing import Any

from protoc.compiler.loading import load_module
from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source
from tests.importers.connectors import group, pair
from tests.importers.table import bench
from tests.runtime.stage import Stage

SIDE = ' options="connection:1"'


class Connector(Stage):
    """A connector with all its lines open; their connections are numbered in their order."""

    def __init__(self, text: str) -> None:
        protocol = load_module(compile_source(Source("protocol.xml", text))).PROTOCOL
        links = [link.name for link in protocol.links]
        super().__init__(protocol, connect=False, link=links)
        for number, link in enumerate(links):
            self.session.connected(number, link, self.now, link)
        self.said()

    def asked(self) -> list[int]:
        """The connections over which something was sent."""
        return [number for number, _ in self.sent()]


def two(options: str = "", head: str = "", side: str = SIDE) -> Connector:
    return Connector(
        bench(
            type_attributes=f' advanced="serial:Side"{options}',
            head=head,
            pairs=(pair(1, "poll", 1, 1), pair(2, "more", 1, 1, attributes=side)),
            groups=(group(2, "each", "Pair:1", "Pair:2", "Pair:1"),),
        )
    )


def answer(connector: Connector) -> bytes:
    """What the connector takes for the answer."""
    messages: dict[str, Any] = {each.NAME: each for each in connector.session.protocol.messages}
    got: bytes = messages["got"](answer="ok").encode("main")
    return got


def test_one_queue_serves_all_connections() -> None:
    connector = two()
    connector.execute("more")
    connector.execute("poll")
    assert connector.asked() == [1]  # the other one has to wait for its turn
    connector.hear(answer(connector), connection=1)
    assert connector.asked() == [0]


def test_a_thread_gives_a_connection_its_own() -> None:
    connector = two(head='<Threads><Thread connection="1" id="1" name="x"/></Threads>')
    connector.execute("more")
    connector.execute("poll")
    assert connector.asked() == [1, 0]


def test_a_group_goes_over_the_connections_of_its_pairs() -> None:
    connector = two()
    ticket = connector.execute("each", "group")
    for number in (0, 1, 0):
        assert connector.asked() == [number]
        connector.hear(answer(connector), connection=number)
    assert ticket.status == "ok"


def test_the_second_connection_is_polled_when_the_first_does_not_answer() -> None:
    connector = two(' communicationOptions="redundantPolling"', side="")
    connector.execute("each", "group")
    connector.execute("poll")
    connector.wait(3 * 4 * 1.5)  # three pairs, each sent four times
    assert connector.asked() == [0] * 12 + [1]
    connector.hear(answer(connector), connection=1)
    connector.execute("poll")
    assert connector.asked() == [1]
