"""`protoc call`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from protoc.cli.assignments import Assignment, split, suggestion
from protoc.cli.failures import CONVERSATION_FAILED, DONE, Failure
from protoc.cli.lines import stopwatch, urls
from protoc.cli.messages import build, encoded, given_fields, unknown_field
from protoc.cli.output import emit, log
from protoc.cli.settings import param_of, settle
from protoc.cli.sides import read_sides
from protoc.cli.sources import compiled, loaded
from protoc.cli.targets import Target, find_target

if TYPE_CHECKING:
    from protoc.compiler import model
    from protoc.runtime.drivers.blocking import Driver
    from protoc.runtime.drivers.sides import Side
    from protoc.runtime.events import Event, Status
    from protoc.runtime.protocol import Protocol
    from protoc.runtime.session import Ticket

AFTERMATH = 30.0
"""Seconds for what the answers set in motion, once the target itself is done."""
_WORST: tuple[Status, ...] = ("ok", "refused", "timeout", "error")


@click.command("call", context_settings={"ignore_unknown_options": True})
@click.argument("source")
@click.argument("target")
@click.argument("fields", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option(
    "--connect",
    "urls_",
    required=True,
    multiple=True,
    metavar="[LINK=]URL",
    help="Where the device is.",
)
@click.option("--trace", is_flag=True, help="Show triggers and actions too.")
def command(
    source: str, target: str, fields: tuple[str, ...], urls_: tuple[str, ...], trace: bool
) -> int:
    """Ask a device something, and show what it answers.

    TARGET is a pair, command, group or trigger: kind:name, kind:id, or a name that is unique.
    FIELD=VALUE gives a field of its command, or a param.
    """
    assignments = split(fields)
    compilation = compiled(source)
    described = compilation.protocol
    assert described is not None
    protocol = loaded(compilation).PROTOCOL
    wanted = find_target(described, protocol, target)
    call = _Call(protocol, read_sides(protocol, urls_), wanted, trace)
    given, params = _sort(described, protocol, wanted, assignments)
    return call.run(given, params)


def _sort(
    described: model.Protocol, protocol: Protocol, target: Target, assignments: list[Assignment]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is given for fields of the command, and for params.

    Raises:
        Failure: neither, a field is missing, or a value does not fit.
    """
    from protoc.runtime.values import fields_of

    command = target.command
    own = {field.name for field in fields_of(command)} if command else set()
    own -= set(target.fixed)
    for each in assignments:
        if each.name not in own and param_of(protocol, each.name) is None:
            if command is not None:
                raise Failure(unknown_field(described, command, each.name, sorted(own)))
            names = [param.name for param in protocol.params]
            hint = suggestion(each.name, names, "it has no params")
            raise Failure(f"{protocol.name} has no param `{each.name}`; {hint}")
    params = settle(protocol, [each for each in assignments if each.name not in own])
    if command is None:
        return {}, params
    given = given_fields(described, command, [each for each in assignments if each.name in own])
    made = build(protocol, command, {**_by_field(command, params), **given}, target.fixed)
    if not target.fixed:  # else the pair computes what is not there yet
        encoded(protocol, made)
    return given, params


def _by_field(command: Any, params: dict[str, Any]) -> dict[str, Any]:
    """What the params will be worth to the fields that are bound to them."""
    names = {name.removesuffix("_"): value for name, value in params.items()} | params
    return {name: names[name] for name in command.__struct_fields__ if name in names}


class _Call:
    """One conversation: what was given is set, the target executed, and the end awaited."""

    def __init__(self, protocol: Protocol, sides: list[Side], target: Target, trace: bool) -> None:
        from protoc.cli.reports import Fields, Reporter
        from protoc.runtime.drivers.blocking import Driver
        from protoc.runtime.drivers.sides import couple

        self._fields = Fields(protocol)
        several = len(sides) > 1
        self._report = Reporter(emit, stopwatch(), self._fields, trace=trace, several=several)
        self._received: dict[str, bytes] = {}
        self._target = target
        self._worst: Status = "ok"
        with urls():
            session, endpoint = couple(protocol, sides)
        self._session = session
        self._driver: Driver = Driver(session, endpoint, on_event=self._happened)

    def run(self, given: dict[str, Any], params: dict[str, Any]) -> int:
        from protoc.runtime.errors import ProtocolError

        ticket: Ticket | None = None
        try:
            self._driver.open()
            for name, value in params.items():
                self._set(name, value)
            ticket = self._driver.call(self._target.execute, given)
            self._finish(ticket)
        except ProtocolError as error:
            self._failed("error")
            log(str(error))
        finally:
            self._driver.close()
        if ticket is not None:
            self._failed(ticket.status)
            if ticket.error is not None and ticket.status == "error":
                log(str(ticket.error))
        self._result(ticket)
        return DONE if self._worst == "ok" else CONVERSATION_FAILED

    def _set(self, name: str, value: Any) -> None:
        self._driver.do(lambda now: self._session.set(name, value, now))

    def _finish(self, ticket: Ticket) -> None:
        """Wait until nothing is queued or awaited any more, or the line is gone."""
        driver = self._driver

        def over() -> bool:
            return ticket.settled and self._session.idle

        ended = driver.pump(lambda: over() or driver.severed, AFTERMATH)
        if over():
            return
        if ended or not driver.endpoint.is_open:
            self._failed("error")
        else:
            log(f"what the answers set in motion goes on after {AFTERMATH:g} s: left alone")

    def _happened(self, event: Event) -> None:
        from protoc.runtime.events import AttemptFailed, MessageSeen, NotSent

        # What a changed param executes has no ticket: that it failed shows here only.
        if isinstance(event, AttemptFailed) and event.last:
            self._failed("timeout")
        elif isinstance(event, NotSent):
            self._failed("error")
        elif isinstance(event, MessageSeen) and event.direction == "received":
            self._received[event.message.NAME] = event.data
        self._report(event)

    def _failed(self, status: Status) -> None:
        if _WORST.index(status) > _WORST.index(self._worst):
            self._worst = status

    def _result(self, ticket: Ticket | None) -> None:
        reply = ticket.reply if ticket is not None else None
        data = self._received.get(reply.NAME, b"") if reply is not None else b""
        emit(
            {
                "event": "result",
                "status": self._worst,
                "reply": reply.NAME if reply is not None else None,
                "fields": self._fields(reply, data) if reply is not None else {},
            }
        )
